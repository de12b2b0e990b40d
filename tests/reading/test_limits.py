"""Limits of reading: what they are, and which tables pass them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ganglioside.columns import FEATURE_TABLE
from ganglioside.errors import ReadError
from ganglioside.reading.limits import (
    CONTROL,
    check_columns,
    check_filled,
    check_rows,
    most,
    number,
    value_ranges,
)


def test_limits_are_those_of_the_table() -> None:
    assert most("columns") == 16_384
    assert most("sheet_rows") == 1_048_576
    with pytest.raises(KeyError, match="colours"):
        most("colours")


@pytest.mark.parametrize(
    ("check", "limit", "advice"),
    [
        (lambda found: check_rows(found, 40), 40, "max_rows"),
        (check_columns, 16_384, "does not need"),
        (check_filled, most("filled"), "hold nothing"),
    ],
)
def test_a_limit_itself_is_allowed(check: Callable[[int], None], limit: int, advice: str) -> None:
    check(limit)
    with pytest.raises(ReadError, match=f"{limit:,}") as caught:
        check(limit + 1)
    assert advice in str(caught.value)


def test_ranges_are_of_number_columns_and_upright() -> None:
    for column, values in value_ranges().items():
        assert FEATURE_TABLE[column] == "float64"
        assert values.low < values.high


def test_line_ends_and_tabs_are_no_control_characters() -> None:
    assert CONTROL.search("a\tb\r\nc\x0b\x1a") is None
    assert all(CONTROL.search(character) for character in "\x00\x08\x0e\x1b\x1f")


def test_no_pattern_of_numbers_looks_at_a_text_that_is_too_long_for_one() -> None:
    digits = re.compile("[0-9]+")
    assert number(digits, "1" * most("number"))
    assert number(digits, "1" * (most("number") + 1)) is None
    assert number(digits, "1x") is None
