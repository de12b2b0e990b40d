"""Profinder: compound groups and details."""

from __future__ import annotations

from itertools import product

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, by_sample, read


def groups(area: str = "[Area] {}") -> str:
    header = ["Group", "Name", "Formula", "Mass (avg)", "RT (avg)", "Height (avg)", "RSD (area)"]
    lines = [",".join([*header, "Ions", *(area.format(file) for file in FILES)])]
    for f in FEATURES:
        row = [f.number, f"{f.head} {f.chains};O2", "C1H1", f.mz + 1.0073, f.rt, 8, 3.2, "[M-H]-"]
        lines.append(",".join(map(str, [*row, *(f.area(file) for file in FILES)])))
    return "\r\n".join(lines)


def details() -> str:
    lines = [
        "Profinder compound details",
        "Batch 1",
        "Cpd,Label,Name,Formula,Mass,RT,Height,Area,File",
    ]
    for f, file in product(FEATURES, FILES):
        row = [
            f.number,
            f"Cpd {f.number}: {f.rt}",
            f"{f.head} {f.chains};O2",
            "C1H1",
            f.mz + 1.0073,
        ]
        lines.append(",".join(map(str, [*row, f.rt_in(file), 8, f.area(file), f"{file}.d"])))
    return "\n".join(lines)


@pytest.mark.parametrize("area", ["[Area] {}", "[Raw Area] {}", "Area: {}", "{}.d: Area"])
def test_compound_groups(area: str) -> None:
    table = read(groups(area))
    assert_content(table, tool="Profinder", mz=False)
    assert table.data["mz"].isna().all()  # the masses are those of neutral molecules
    assert len(table.tables[0].left_out) == 2


def test_details_have_one_row_a_file() -> None:
    table = read(details())
    assert_content(table, tool="Profinder", mz=False, ions=False, own_rt=True)
    assert set(by_sample(table)) == set(FILES)
