"""Columns of numbers under equal headers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.reading.equal_headers import told_apart

NAMES = ("GM3(34:1;O2)", "GM3(36:1;O2)", "GM3(38:1;O2)", "GM1(36:1;O2)", "GM1(38:1;O2)")


def areas(count: int, scale: float = 1.0) -> np.ndarray:
    """Areas of the names in samples, of which none is another one times a factor."""
    generator = np.random.default_rng(7)
    return np.round(scale * 10 ** generator.uniform(3.5, 6.0, (len(NAMES), count)), 6)


def table(header: str, values: np.ndarray, *above: str) -> gg.FeatureTable:
    """Table with rows above its header and columns of numbers behind name and RT."""
    rows = [
        ",".join(map(str, (name, 8.0 + 0.5 * i, *values[i].tolist())))
        for i, name in enumerate(NAMES)
    ]
    return gg.read_features("\n".join([*above, header, *rows]).encode())


def by_sample(read: gg.FeatureTable) -> dict[str, list[float]]:
    """Areas of each sample."""
    return {str(s): list(part["volume"]) for s, part in read.data.groupby("sample", sort=False)}


@pytest.mark.parametrize("scale", [1.0, 1e-6])
@pytest.mark.parametrize("merged", [True, False])
def test_replicates_that_are_numbered_alike_in_each_group(scale: float, *, merged: bool) -> None:
    above = ",,Control,,,Ill,," if merged else ",,Control,Control,Control,Ill,Ill,Ill"
    values = areas(6, scale)
    read = by_sample(table("Name,RT,1,2,3,1,2,3", values, above))
    names = ["Control 1", "Control 2", "Control 3", "Ill 1", "Ill 2", "Ill 3"]
    assert list(read) == names
    assert [read[name] for name in names] == values.T.tolist()


@pytest.mark.parametrize("nearest", [(), (",,Area,,,",)])
def test_the_nearest_row_that_tells_them_apart_names_the_groups(nearest: tuple[str, ...]) -> None:
    above = ("Liver of mice", ",,WT,,KO,", *nearest)
    read = by_sample(table("Name,RT,a,b,a,b", areas(4), *above))
    assert list(read) == ["WT a", "WT b", "KO a", "KO b"]


def test_groups_within_groups_are_named_by_both() -> None:
    above = (",,Brain,,,,Liver,,,", ",,WT,,KO,,WT,,KO,")
    read = by_sample(table("Name,RT,1,2,1,2,1,2,1,2", areas(8), *above))
    organs = [f"{organ} {group} {n}" for organ in ("Brain", "Liver") for group in ("WT", "KO")
              for n in (1, 2)]  # fmt: skip
    assert list(read) == organs


def test_equal_headers_without_a_row_above_are_numbered() -> None:
    values = areas(5)
    read = by_sample(table("Name,RT,WT,WT,WT,KO,KO", values))
    assert list(read) == ["WT", "WT (2)", "WT (3)", "KO", "KO (2)"]
    assert list(read.values()) == values.T.tolist()


@pytest.mark.parametrize("head", ["Area {}", "{} Area", "{} Height"])
def test_equal_headers_of_areas_are_numbered(head: str) -> None:
    values = areas(4)
    heads = [head.format(name) for name in ("WT", "WT", "KO", "KO")]
    read = by_sample(table(f"Name,RT,{','.join(heads)}", values))
    assert list(read) == ["WT", "WT (2)", "KO", "KO (2)"]
    assert list(read.values()) == values.T.tolist()


@pytest.mark.parametrize("above", [",WT,,WT,,KO,", ",WT,,,,KO,"])
def test_blocks_under_one_group_are_samples_each(above: str) -> None:
    values = areas(3)
    lines = [above, "Name,RT,Area,RT,Area,RT,Area"]
    for i, name in enumerate(NAMES):
        own = [f"{8 + 0.5 * i + 0.01 * j:.2f},{area}" for j, area in enumerate(values[i])]
        lines.append(",".join([name, *own]))
    read = gg.read_features("\n".join(lines).encode())
    assert list(by_sample(read)) == ["WT", "WT (2)", "KO"]
    assert read.data.loc[read.data["name"] == NAMES[0], "rt"].tolist() == [8.0, 8.01, 8.02]


def test_a_height_beside_the_area_of_a_sample_is_no_other_sample() -> None:
    lines = [",S1,,,S2,,", "Name,RT,Area,Height,RT,Area,Height"]
    lines += [f"{name},{8 + i},9000,300,{8 + i},{7000 + i},200" for i, name in enumerate(NAMES)]
    read = gg.read_features("\n".join(lines).encode())
    assert by_sample(read) == {"S1": [9000.0] * 5, "S2": [7000.0 + i for i in range(5)]}


@pytest.mark.parametrize("heading", ["SD", "Normalized", "RSD %", "Mean"])
def test_statistics_under_the_headers_of_samples_are_left_out_and_said(heading: str) -> None:
    read = table("Name,RT,WT,KO,WT,KO", areas(4), f",,Raw,,{heading},")
    assert list(by_sample(read)) == ["WT", "KO"]
    said = read.problems.set_index("code").loc["numbers-repeated", "value"]
    assert said.startswith('"WT" (')
    assert '"KO" (' in said
    assert "numbers-unlike" not in set(read.problems["code"])


def test_the_same_samples_in_another_unit_are_left_out() -> None:
    values = areas(2)
    shares = np.hstack([values, np.round(100 * values / values.sum(axis=0), 4)])
    read = table("Name,RT,S1,S2,S1,S2", shares, ",,counts,,mol %,")
    assert by_sample(read) == {"S1": values[:, 0].tolist(), "S2": values[:, 1].tolist()}


def test_equal_columns_of_a_frame_are_numbered() -> None:
    values = areas(3)
    frame = pd.DataFrame(values, columns=["WT", "WT", "KO"])
    frame.insert(0, "Name", NAMES)
    frame.insert(1, "RT", [8.0, 8.5, 9.0, 9.5, 10.0])
    assert list(by_sample(gg.read_features(frame)).values()) == values.T.tolist()


def test_of_statistics_alone_the_first_is_kept() -> None:
    numbers = {0: np.array([9.0, 4.0, 7.0]), 1: np.array([5.0, 6.0, 7.0])}
    found = told_apart({0: "WT", 1: "WT"}, numbers, [{0: "Mean", 1: "SD"}], lambda _: True)
    assert found == {0: "WT"}


def test_more_columns_than_there_are_units_are_samples() -> None:
    numbers = {i: np.array([9.0, 4.0, 7.0]) * (i + 1) for i in range(13)}
    headers = dict.fromkeys(numbers, "WT")
    assert list(told_apart(headers, numbers, [], lambda _: False)) == list(numbers)
    few = {i: numbers[i] for i in range(12)}
    assert told_apart(dict.fromkeys(few, "WT"), few, [], lambda _: False) == {0: "WT"}
