"""Lipid Data Analyzer: a workbook of one file, a sheet a class."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, assert_content, read
from reading.formats.workbook import workbook

HEADER = ["Index", "Name", "Dbs", "Modification", "Formula", "Mod-Formula", "RT", "Isotope", "Area"]
HEADER += [
    "AreaError",
    "Background",
    "Charge",
    "Mz",
    "MzTolerance",
    "Peak",
    "LowerValley",
    "level=1",
]


def sheets(
    *, oh: bool = True, chains: bool = False, prefix: str = ""
) -> dict[str, list[list[object]]]:
    header = [*HEADER[:3], "OH", *HEADER[3:]] if oh else HEADER
    found: dict[str, list[list[object]]] = {"About": [["LDA version", "2.11.1"]]}
    for head in ("GM3", "GM1"):
        rows: list[list[object]] = [header]
        for f in (f for f in FEATURES if f.head == head):
            carbons, bonds = f.chains.split(":")
            name: list[object] = [f.chains, ""] if chains else [prefix + carbons, int(bonds)]
            name += ["2"] if oh else []
            rest = [
                "-H",
                "C1",
                "C1",
                f.rt,
                None,
                f.area("S_1"),
                None,
                None,
                1,
                f.mz,
                0.01,
                None,
                None,
            ]
            rows.append([f.number + 1, *name, *rest])
            for isotope in (0, 1):
                blank = [None] * (len(name) + 5)
                rows.append(
                    [*blank, isotope, f.area("S_1") / 2, 0.5, 0.1, 1, f.mz, None, f.rt * 60]
                )
        found[head] = rows
        found[f"{head} - MSn"] = [["34_1", "fragments", 290.1]]
        found[f"{head} - Overview"] = [
            ["Identifier", "Molecular Species", "Assigned"],
            ["34:1_7.5"],
        ]
    return found


def test_each_class_is_a_part_of_one_table() -> None:
    table = read(workbook(sheets()))
    assert_content(table, tool="Lipid Data Analyzer", samples=("",))
    assert len(table.data) == len(FEATURES)
    assert table.data["sample"].isna().all()
    assert set(table.data["sheet"]) == {"GM3", "GM1"}


@pytest.mark.parametrize("prefix", ["", "d"])
def test_without_hydroxyls(prefix: str) -> None:
    table = read(workbook(sheets(oh=False, prefix=prefix)))
    assert_content(table, tool="Lipid Data Analyzer", samples=("",))


def test_rows_whose_names_are_sums_of_chains() -> None:
    assert_content(read(workbook(sheets(oh=False, chains=True))), samples=("",))


def test_sheets_of_overviews_are_named_as_left_out() -> None:
    problems = read(workbook(sheets())).problems
    left_out = problems.loc[problems["code"] == "sheet-left-out", "message"]
    assert left_out.str.contains("GM3 - Overview", regex=False).any()
    assert left_out.str.contains("About", regex=False).any()


def test_rows_keep_the_rows_of_the_sheet() -> None:
    table = read(workbook(sheets()))
    assert table.data["row"].tolist()[:3] == [2, 5, 8]
