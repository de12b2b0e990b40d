"""Options of reading: what they do, and that a stored source keeps them."""

from __future__ import annotations

from typing import Any

import pytest

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.reading.options import ReadingOptions

BARE = b"GM1(36:1;O2),594\nGM3(36:1;O2),597\n"


def test_a_table_without_a_header_loses_no_row_and_reads_the_same_again() -> None:
    table = gg.read_features(BARE, columns={"RT": "column 2"}, unit="s", header=False)
    assert table.data["rt"].tolist() == [9.9, 9.95]
    assert table.data["row"].tolist() == [1, 2]
    assert gg.read_features(table.source).data.equals(table.data)


@pytest.mark.parametrize(("unit", "rt"), [("min", 90.0), ("s", 1.5)])
def test_the_unit_that_is_named_is_believed(unit: str, rt: float) -> None:
    table = gg.read_features(b"Name,RT\nGM1(36:1;O2),90\n", unit=unit)
    assert table.data.loc[0, "rt"] == rt
    assert not set(table.problems["code"]) & {"rt-in-seconds", "rt-unit-unclear"}


def test_options_hold_for_each_file_of_a_study() -> None:
    study = gg.read_study([("a", BARE), ("b", BARE)], options=ReadingOptions.of(
        {"RT": "column 2"}, unit="s", header=False
    ))  # fmt: skip
    assert study.data["rt"].tolist() == [9.9, 9.95] * 2
    assert gg.read_features(study.source).data.equals(study.data)


def test_options_come_back_from_keywords_and_in_words() -> None:
    chosen = ReadingOptions.of({"Name": "x", "RT": "t=1"}, "neg", "s", header=False)
    assert ReadingOptions.of(**chosen.keywords) == chosen
    words = {"column": "Name=x; RT=t=1", "sheet": "neg", "unit": "s", "header": "no"}
    assert chosen.given == words
    assert ReadingOptions(sheet=0).given == {"sheet": "0"}
    assert ReadingOptions().given == {}


def test_a_table_that_was_read_takes_no_options() -> None:
    table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.9\n")
    assert gg.read_features(table) is table
    for function in (gg.read_features, gg.analyze):
        with pytest.raises(SettingsError, match="read before"):
            function(table, unit="s")


def test_an_analysis_takes_the_keywords_of_reading() -> None:
    given: Any = {"columns": {"RT": "column 2"}, "unit": "s", "header": False}
    analysis = gg.analyze(BARE, **given)
    assert analysis.features["rt"].tolist() == [9.9, 9.95]
    assert analysis.read_input(analysis.settings).data["rt"].tolist() == [9.9, 9.95]


def test_a_unit_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="min or s"):
        ReadingOptions(unit="h")


@pytest.mark.parametrize(
    "stored",
    [{"colour": 1}, {"columns": "x"}, {"columns": [["a"]]}, {"unit": 3}, {"header": "no"},
     {"sheet": 1.5}],
)  # fmt: skip
def test_what_was_not_stored_by_us_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        ReadingOptions.from_dict(stored)


def test_only_what_says_something_is_stored() -> None:
    assert ReadingOptions().to_dict() == {"columns": (), "sheet": None}
    chosen = ReadingOptions.of({"Name": "x"}, 2, "s", header=False)
    assert ReadingOptions.from_dict(chosen.to_dict()) == chosen
