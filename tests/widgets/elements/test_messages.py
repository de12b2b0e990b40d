"""Values and messages of a browser are what they should be, or are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside_widgets.elements.messages import (
    LONGEST,
    fields,
    fits,
    is_count,
    is_flag,
    is_number,
    is_text,
    is_whole,
    is_words,
    only,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_text, ["", "a", "x" * LONGEST], ["x" * (LONGEST + 1), b"a", 1, None, ["a"], "a\ud800"]),
        (is_flag, [True, False], [1, 0, "true", None]),
        (is_whole, [0, -7, 2**53], [2**53 + 1, 10**400, 1.0, True, "1", None]),
        (is_count, [0, 2**53], [-1, 2**53 + 1, 1.0, False, None]),
        (is_number, [0, -1.5, 1e300], [NAN, float("inf"), 10**400, True, "1", None]),
        (is_words, [{}, {"a": "b"}], [{"a": 1}, {1: "b"}, [["a", "b"]], "a", None]),
        (only("sort"), ["sort"], ["sorted", "", None, ["sort"]]),
    ],
)
def test_values_are_of_their_kind(
    check: Callable[[object], bool], good: list[object], bad: list[object]
) -> None:
    assert all(check(value) for value in good)
    assert not any(check(value) for value in bad)


def test_a_message_needs_every_field_of_its_form_and_may_have_more() -> None:
    form = {"name": is_text, "size": is_count}
    assert fits({"name": "a", "size": 1}, form)
    assert fits({"name": "a", "size": 1, "more": object()}, form)
    assert not fits({"name": "a"}, form)
    assert not fits({"name": "a", "size": -1}, form)
    assert fits({}, {})
    for nothing in (None, 5, "name", ["name", "size"]):
        assert not fits(nothing, {})


def test_what_is_no_message_has_no_fields() -> None:
    assert fields({"a": 1}) == {"a": 1}
    for nothing in (None, 5, "a", ["a"]):
        assert fields(nothing) == {}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_no_value_breaks_a_check(value: object) -> None:
    for check in (is_text, is_flag, is_whole, is_count, is_number, is_words, only("sort")):
        assert check(value) in (True, False)
