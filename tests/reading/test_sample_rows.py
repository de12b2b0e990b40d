"""Samples of long tables: a column that tells them apart, or a question."""

from __future__ import annotations

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.sample_rows import _distinct

NAMES = ("GM3(34:1;O2)", "GM3(36:1;O2)", "GM1(34:1;O2)", "GM1(36:1;O2)", "GM1(38:1;O2)")


def table(header: str, values: list[str]) -> bytes:
    """Each name once for each value, at its own RT."""
    rows = [
        f"{name},{7.5 + i},{1000 * i + k},{value}"
        for k, value in enumerate(values)
        for i, name in enumerate(NAMES)
    ]
    return "\n".join([f"Name,RT,Volume,{header}", *rows]).encode()


@pytest.mark.parametrize("header", ["Where", "my_file", "Batch of the day"])
def test_a_column_that_tells_the_rows_of_each_name_apart_is_the_sample(header: str) -> None:
    read = gg.read_features(table(header, ["left", "right", "top"]))
    assert read.data["sample"].unique().tolist() == ["left", "right", "top"]
    assert "sample-column" in set(read.problems["code"])


@pytest.mark.parametrize("header", ["Isotope", "Adduct ion", "Transition", "Charge state"])
def test_other_ions_of_a_species_are_no_samples(header: str) -> None:
    read = gg.read_features(table(header, ["a", "b"]))
    assert read.data["sample"].isna().all()


def test_without_such_a_column_the_user_is_asked() -> None:
    with pytest.raises(ValidationError, match=r"listed 3 times .*which column is the sample"):
        gg.read_features(table("Note", ["same"] * 3))


def test_a_column_that_the_user_names_is_the_sample() -> None:
    read = gg.read_features(table("Isotope", ["a", "b"]), columns={"Sample": "Isotope"})
    assert read.data["sample"].unique().tolist() == ["a", "b"]


def test_names_that_come_back_by_chance_raise_no_question() -> None:
    assert len(gg.read_features(gg.example().source).data) == len(gg.example())


@pytest.mark.parametrize("below", [5, 5_000])
def test_distinct_numbers_are_counted_in_either_way(below: int) -> None:
    assert _distinct(np.array([1, 4, 1, 2, 4]), below) == 3


def test_a_column_in_which_names_come_twice_is_no_sample() -> None:
    twice = table("Where", ["left", "left", "right", "right"])
    with pytest.raises(ValidationError, match="which column is the sample"):
        gg.read_features(twice)


@pytest.mark.parametrize("ions", [1, 2])
def test_numbers_of_lipids_are_no_samples(ions: int) -> None:
    rows = [f"Var_{i:03d},GM3 {30 + i}:1,{8 + i}" for i in range(9) for _ in range(ions)]
    read = gg.read_features("\n".join(["Sample.ID,Lipid,RT", *rows]).encode())
    assert read.data["sample"].isna().all()
    assert "sample-numbers-rows" in set(read.problems["code"])


def test_samples_that_show_a_lipid_each_are_samples() -> None:
    rows = [f"S_{i},GM3 {34 + i % 5}:1,{8 + i % 5}" for i in range(15)]
    read = gg.read_features("\n".join(["Sample.ID,Lipid,RT", *rows]).encode())
    assert read.data["sample"].nunique() == 15


def test_one_lipid_in_many_samples_has_samples() -> None:
    rows = [f"S_{i},GM3 36:1,{8 + 0.001 * i}" for i in range(9)]
    read = gg.read_features("\n".join(["Sample.ID,Lipid,RT", *rows]).encode())
    assert read.data["sample"].nunique() == 9


@pytest.mark.parametrize("header", ["Condition", "Genotype", "Region", "Fraction"])
def test_replicates_of_several_conditions_are_told_apart(header: str) -> None:
    names = [f"GM3 {carbons}:1" for carbons in range(34, 42)]
    rows = [f"{c},{r},{name},{8 + i}" for c in "AB" for r in (1, 2) for i, name in enumerate(names)]
    read = gg.read_features("\n".join([f"{header},Replicate,Lipid,RT", *rows]).encode())
    assert set(read.data["sample"]) == {"1 (A)", "2 (A)", "1 (B)", "2 (B)"}


@pytest.mark.parametrize("header", ["Patient ID", "Donor no.", "Cell line", "Time (h)"])
def test_columns_whose_words_may_mean_something_else_tell_samples_apart(header: str) -> None:
    """Such tables were refused: which column is the sample?"""
    names = [f"GM3 {carbons}:1" for carbons in range(34, 42)]
    rows = [f"{s},{name},{8 + i}" for s in (0, 12, 24) for i, name in enumerate(names)]
    read = gg.read_features("\n".join([f"{header},Lipid,RT", *rows]).encode())
    assert set(read.data["sample"]) == {"0", "12", "24"}
