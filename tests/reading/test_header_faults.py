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


@pytest.mark.parametrize("header", ["RefMet", "ceramideName", "Analyte of interest"])
def test_names_in_a_column_of_any_header_are_no_missing_name(header: str) -> None:
    content = f"{header},S1,S2\nCer 34:1,5000,6000\nPC 34:1,7000,8000\nSM 36:1,100,200\n"
    with pytest.raises(ValidationError) as raised:
        gg.read_features(content.encode())
    assert raised.value.problems[["code", "column"]].to_numpy().tolist() == [["no-column", "RT"]]


def test_lipids_as_columns_are_told_in_one_sentence() -> None:
    lines = ["Sample,Type,GM3 34:1,GM3 36:1,PC 34:1,Cer d18:1/16:0", "S1,Sample,1,2,3,4"]
    with pytest.raises(ValidationError, match="Each lipid is a column") as raised:
        gg.read_features("\n".join(lines).encode())
    assert raised.value.problems["code"].tolist() == ["lipids-across"]


def test_a_fault_of_several_columns_is_told_once() -> None:
    with pytest.raises(ValidationError) as raised:
        gg.read_features(b"Lipid,Lipid,Lipid,RT\nGM3 34:1,GM3 36:1,GM3 38:1,7.5\n")
    assert str(raised.value).count("Two columns are headed") == 1
