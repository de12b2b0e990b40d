"""Headers that are refused, and with which problems."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.columns import PROBLEMS
from ganglioside.errors import ValidationError
from ganglioside.reading.header_faults import RIGHT_FILE, refuse_header
from ganglioside.reading.headers import match_header


def test_an_error_carries_its_problems() -> None:
    with pytest.raises(ValidationError) as raised:
        gg.read_features(b"colour,size\nred,big\n")
    assert list(raised.value.problems["code"]) == ["no-column", "no-column"]
    assert list(raised.value.problems.columns) == list(PROBLEMS)


def test_the_header_with_the_most_columns_is_named() -> None:
    best = match_header(["Name", "Time"])
    error = refuse_header(["2024", "9"], best, 3)  # numbers above a header
    assert error.problems[["row", "code", "column"]].to_numpy().tolist() == [[3, "no-column", "RT"]]
    assert "'Name', 'Time'" in str(error)
    assert error.headers == ("Name", "Time")
    assert str(error).endswith(RIGHT_FILE)


def test_a_header_that_the_user_named_and_that_is_absent_is_named() -> None:
    error = refuse_header(["Name", "RT"], match_header(["Name", "RT"], {"RT": "Minutes"}), 1)
    assert error.problems["code"].tolist() == ["no-such-column"]
    assert "Minutes" in str(error)


def test_data_without_a_header_are_known() -> None:
    error = refuse_header(["GM1(36:1;O2)", "9.9"], None, 1)
    assert error.problems["code"].tolist() == ["no-header"]
