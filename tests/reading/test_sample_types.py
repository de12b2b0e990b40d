"""Types of samples."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.reading.sample_types import kind_of_name, kind_of_type


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Matrix Blank", "blank"), ("unknown", "sample"), ("QC", "qc"), ("Cal", "standard"),
     ("Pooled", "pool"), ("cortex", None), ("", None)],
)  # fmt: skip
def test_a_word_of_a_column_of_types(word: str, kind: str | None) -> None:
    assert kind_of_type(word) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Blank_3.raw", "blank"),
        ("2024-QC-07", "qc"),
        ("liver_3", ""),
        ("Black", ""),
        ("stdout", ""),
    ],
)
def test_a_word_in_the_name_of_a_sample(name: str, kind: str) -> None:
    assert kind_of_name(name) == kind


def test_the_rows_of_a_blank_are_kept_and_not_judged() -> None:
    table = gg.read_features(
        b"Name,RT,Sample,Sample type\nGM1(36:1;O2),9.9,a,Sample\nGM1(36:1;O2),9.9,b,Blank\n"
    )
    assert table.data["fault"].isna().tolist() == [True, False]
    assert table.data["sample_type"].tolist() == ["sample", "blank"]
