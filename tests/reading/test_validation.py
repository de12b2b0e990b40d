from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from corpus.inputs import CASES
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.columns import FEATURE_TABLE, INPUT_LABELS
from ganglioside.errors import GangliosideError, SettingsError, ValidationError
from ganglioside.reading.cell_values import decimal_mark, number_text, read_flags, to_numbers
from ganglioside.reading.headers import Alias, match_header
from ganglioside.reading.problems import ProblemLog, problem_codes
from ganglioside.support.fact_tables import read_facts

NAN = float("nan")


def numbers(cells: list[str], mark: str = "", *, thousands: bool = True) -> list[float]:
    read = to_numbers(number_text(pd.Series(cells, dtype="str"), thousands=thousands), mark)
    return list(read.values)


# --- numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7.58", 7.58),
        (" 17.5881 ", 17.5881),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("7,58", 7.58),
        ("-0,444", -0.444),
        ("−0.44", -0.44),
        ("９．５", 9.5),
        ("٩.٥", 9.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("1'234.5", 1234.5),
        ("1 234 567,5", 1234567.5),
        ("0,123", 0.123),
        ("12345,678", 12345.678),
    ],
)
def test_a_number_that_can_only_be_read_one_way(cell: str, value: float) -> None:
    for mark in ("", ".", ","):
        assert numbers([cell], mark) == [value]


@pytest.mark.parametrize(
    ("cell", "mark", "value"),
    [
        ("1.234", ".", 1.234),
        ("1.234", ",", 1234.0),
        ("1.234", "", 1.234),
        ("1,234", ".", 1234.0),
        ("1,234", ",", 1.234),
        ("1,234", "", NAN),
    ],
)
def test_the_table_decides_about_a_number_with_two_readings(
    cell: str, mark: str, value: float
) -> None:
    np.testing.assert_equal(numbers([cell], mark), [value])


def test_retention_times_have_no_thousands() -> None:
    assert numbers(["7,588", "8.059"], ",", thousands=False) == [7.588, 8.059]


@pytest.mark.parametrize("cell", ["", "N/A", "nan", "NULL", "-", "<NA>", "#N/A"])
def test_words_for_a_missing_value(cell: str) -> None:
    read = to_numbers(number_text(pd.Series([cell], dtype="str"), thousands=True), "")
    assert read.missing.all()
    assert np.isnan(read.values).all()


@pytest.mark.parametrize(
    "cell",
    ["x", "1_000", "0x10", "1,2,3", "12,34,567", "1.2.3", "5 min", "<5", "1e", "TRUE", "1 23"],
)
def test_what_is_no_number(cell: str) -> None:
    read = to_numbers(number_text(pd.Series([cell], dtype="str"), thousands=True), "")
    assert read.bad.all()
    assert np.isnan(read.values).all()


def test_a_few_odd_cells_do_not_change_the_mark_of_a_table() -> None:
    column = number_text(pd.Series(["0.5"] * 19 + ["0,5"], dtype="str"), thousands=True)
    assert decimal_mark([column]) == "."
    mixed = number_text(pd.Series(["0.5", "0,5"], dtype="str"), thousands=True)
    assert decimal_mark([mixed]) == ""


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
@hypothesis_settings(deadline=None, max_examples=100)
def test_printed_numbers_are_read_exactly(values: list[float]) -> None:
    assert numbers([repr(v) for v in values], ".") == values
    commas = [repr(v).replace(".", ",") for v in values]
    assert numbers(commas, ",") == values


@given(st.lists(st.text(), min_size=1))
@hypothesis_settings(deadline=None, max_examples=100)
def test_every_cell_has_one_outcome(cells: list[str]) -> None:
    printable = [cell.replace("\x00", "") for cell in cells]
    read = to_numbers(number_text(pd.Series(printable, dtype="str"), thousands=True), "")
    outcomes = np.stack([read.missing, read.bad, read.infinite, read.ambiguous])
    np.testing.assert_array_equal(outcomes.sum(axis=0), np.isnan(read.values))


def test_flags() -> None:
    flags, unknown = read_flags(
        pd.Series(["T", " yes ", "Ｔ", "F", "", "n/a", "what"], dtype="str")
    )
    assert flags.tolist() == [True, True, True, False, False, False, False]
    assert unknown.tolist() == [False] * 6 + [True]


# --- headers -------------------------------------------------------------------------------


def test_every_alias_maps_to_its_column() -> None:
    aliases = read_facts("column_aliases.csv", Alias)
    assert {a.column for a in aliases} == set(INPUT_LABELS)
    assert {a.unit for a in aliases} <= {"", "min", "s"}
    for alias in aliases:
        for text in (alias.alias, alias.alias.upper(), f"  {alias.alias}\t"):
            assert dict(match_header([text]).places) == {alias.column: 0}


def test_input_columns_are_columns_of_the_feature_table() -> None:
    assert set(INPUT_LABELS) == set(FEATURE_TABLE) - {"feature_id", "fault"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("RT", ""),
        ("RT (min)", "min"),
        ("RT [min]", "min"),
        ("Average Rt(min)", "min"),
        ("rt_minutes", "min"),
        ("RT (s)", "s"),
        ("rt_sec", "s"),
        ("Retention time, seconds", "s"),
        ("rtmed", "s"),
        ("retention_time_in_seconds", "s"),
    ],
)
def test_units_of_retention_times(text: str, unit: str) -> None:
    header = match_header(["Name", text])
    assert header.places["rt"] == 1
    assert header.rt_unit == unit


@pytest.mark.parametrize(
    "text",
    ["RT std", "RT max", "rt_range:min", "Reference RT", "predicted_rt", "RT error", "Height", ""],
)
def test_headers_that_only_resemble_one(text: str) -> None:
    assert match_header(["Name", text]).missing == ("rt",)


def test_the_best_of_several_columns_is_taken() -> None:
    header = match_header(["Species", "RT (min)", "RT", "Name"])
    assert header.places == {"name": 3, "rt": 2}
    assert set(header.spare) == {("name", 0), ("rt", 1)}


def test_what_the_user_says_goes_first() -> None:
    header = match_header(["Name", "Species", "RT"], {"name": "Species"})
    assert header.places["name"] == 1
    assert match_header(["Name", "RT"], {"Name": "other"}).unmet == (("name", "other"),)
    with pytest.raises(SettingsError, match="Colour"):
        match_header(["Name", "RT"], {"Colour": "x"})


# --- problems ------------------------------------------------------------------------------


def test_every_problem_code_occurs_in_the_corpus() -> None:
    seen: set[str] = set()
    for case in CASES:
        try:
            problems = gg.read_features(case.content, case.settings, **case.arguments).problems
        except ValidationError as error:
            problems = error.problems
        except GangliosideError:
            continue
        seen |= set(problems["code"])
        assert set(problems["severity"]) <= {"error", "warning", "info"}
        assert (problems["message"] != "").all()
        assert (problems["advice"] != "").all()
        assert not problems["message"].str.contains("[{}]").any()
    assert set(problem_codes()) - seen == set()


def test_problems_are_in_order_of_row() -> None:
    log = ProblemLog(np.array([2, 3, 4]), header_line=1)
    log.rows("rt-missing", np.array([2]), "RT", ["x"])
    log.rows("name-missing", np.array([0, 2]), "Name")
    log.table("no-volume", "Volume")
    frame = log.to_frame()
    assert frame["code"].tolist() == ["no-volume", "name-missing", "rt-missing", "name-missing"]
    assert frame["row"].tolist() == [1, 2, 4, 4]
    assert log.faulted.tolist() == [0, 2]
    assert log.fault(3).isna().tolist() == [False, True, False]
    assert log.fault(3)[2].count(".") == 2


def test_values_are_quoted_on_one_line_and_cut_but_kept_whole() -> None:
    log = ProblemLog(np.array([2]))
    value = "a\n{b}" + "x" * 100
    log.rows("rt-not-a-number", np.array([0]), "RT", [value])
    found = log.to_frame().iloc[0]
    assert found["value"] == value
    assert "a {b}xxx" in found["message"]
    assert len(found["message"]) < 120
