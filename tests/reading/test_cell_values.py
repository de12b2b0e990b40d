"""Text cells as numbers and as true or false: what is read, and what stays open."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.reading.cell_values import (
    decimal_mark,
    number_text,
    numbers_together,
    read_flags,
    to_numbers,
)

NAN = float("nan")


def numbers(cells: list[str], mark: str = "", *, thousands: bool = True) -> list[float]:
    read = to_numbers(number_text(pd.Series(cells, dtype="str"), thousands=thousands), mark)
    return list(read.values)


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
        ("3.1x10^5", 3.1e5),
        ("3,1 × 10⁵", 3.1e5),
        ("2*10**-3", 2e-3),
        ("-4.5·10⁻²", -4.5e-2),
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
    ["x", "1_000", "0x10", "1,2,3", "12,34,567", "1.2.3", "5 min", "5<", "1e", "TRUE", "1 23"],
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
@examples(100)
def test_printed_numbers_are_read_exactly(values: list[float]) -> None:
    assert numbers([repr(v) for v in values], ".") == values
    commas = [repr(v).replace(".", ",") for v in values]
    assert numbers(commas, ",") == values


@given(st.lists(st.text(), min_size=1))
@examples(100)
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


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("12500 ± 300", 12500.0), ("12,500.5 +/- 300", 12500.5), ("1.2e4±3e2", 12000.0)),
        *(("12500 (300)", 12500.0), ("12500(2.4 %)", 12500.0), ("1.2E+04 (±3E+02)", 12000.0)),
        *(("12500 [12000–13000]", 12500.0), ("12500 (12000; 13000)", 12500.0)),
        *(("2.53%", 2.53), ("2,53 %", 2.53), ("−3 %", -3.0), ("1.5 ± 3 %", 1.5)),
    ],
)
def test_a_number_with_its_spread_or_a_percent_sign(cell: str, value: float) -> None:
    read = to_numbers(number_text(pd.Series([cell, "1"], dtype="str"), thousands=True), "")
    assert read.values.tolist() == [value, 1.0]
    assert read.formed.tolist() == [True, False]


@pytest.mark.parametrize(
    "cell", ["%", "± 3", "5 ± x", "5 % of 3", "<5 ±", "12 (n=3)", "(3)", "12 (3", "1/2 %"]
)
def test_other_signs_behind_a_number_are_none(cell: str) -> None:
    read = to_numbers(number_text(pd.Series([cell], dtype="str"), thousands=True), "")
    assert read.bad.tolist() == [True]


@pytest.mark.parametrize("mark", [".", ",", ""])
@pytest.mark.parametrize("thousands", [True, False])
def test_columns_read_together_are_read_as_each_alone(mark: str, thousands: bool) -> None:
    """Some thousand samples with blanks and words took seconds, a column at a time."""
    columns = [
        pd.Series(cells, dtype="str")
        for cells in (
            ["1.5", "", "NA"],
            ["1,234", "1.234", "1,5"],
            ["1,234,567.5", "<LOD", "2.4 %"],
            ["inf", "what", "12 ± 3"],
            ["7", "8", "9"],
        )
    ]
    together = numbers_together(columns, mark, thousands=thousands)
    for column, read in zip(columns, together, strict=True):
        alone = to_numbers(number_text(column, thousands=thousands), mark)
        for part in fields(alone):
            np.testing.assert_array_equal(getattr(read, part.name), getattr(alone, part.name))
