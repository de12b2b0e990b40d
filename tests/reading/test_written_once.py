"""Samples and names that are written once, above the rows that they are of."""

from __future__ import annotations

import ganglioside as gg
from ganglioside.reading.feature_table import FeatureTable

NAMES = ("GM3(34:1)", "GM3(36:1)", "GM1(36:1)", "GD1a(36:1)", "GD1a(38:1)")
SAMPLES = ("S1", "S2", "S3")


def read(header: str, rows: list[str]) -> FeatureTable:
    return gg.read_features("\n".join([header, *rows]).encode())


def was_filled(table: FeatureTable) -> list[str]:
    return table.problems.loc[table.problems["code"] == "filled-down", "column"].tolist()


def test_a_sample_above_its_rows() -> None:
    """The rows below were one sample more, in which each name came again and again."""
    rows = [
        f"{sample if i == 0 else ''},{name},{8 + i / 2},{1000 + i}"
        for sample in SAMPLES
        for i, name in enumerate(NAMES)
    ]
    table = read("Sample,Name,RT,Area", rows)
    assert table.data["sample"].tolist() == [s for s in SAMPLES for _ in NAMES]
    assert was_filled(table) == ["Sample"]


def test_a_name_above_its_samples() -> None:
    """The names below were missing."""
    rows = [
        f"{name if k == 0 else ''},{sample},{8 + i / 2 + k / 100},{1000 + i}"
        for i, name in enumerate(NAMES)
        for k, sample in enumerate(SAMPLES)
    ]
    table = read("Name,Sample,RT,Area", rows)
    assert table.data["name"].tolist() == [name for name in NAMES for _ in SAMPLES]
    assert table.data["fault"].isna().all()
    assert was_filled(table) == ["Name"]


def test_a_list_of_samples_beside_the_features_is_none_of_them() -> None:
    rows = [f"{name},{8 + i / 2},{sample}" for i, (name, sample) in
            enumerate(zip(NAMES, (*SAMPLES, "", ""), strict=True))]  # fmt: skip
    table = read("Name,RT,Sample", rows)
    assert table.data["sample"].isna().tolist() == [False, False, False, True, True]
    assert was_filled(table) == []


def test_features_without_a_name_stay_so() -> None:
    rows = ["GM3(34:1),S1,8,1", ",S2,9,2", ",S1,9,2", ",S2,10,2", "GM3(36:1),S1,9,1", ",S2,9,2"]
    table = read("Name,Sample,RT,Area", rows)
    assert table.data["name"].isna().sum() == 4
    assert was_filled(table) == []
