"""Xcalibur Quan Browser: a sheet a compound."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, KINDS, assert_content, by_sample, read
from reading.formats.workbook import workbook

TYPES = {"Blank": "Blank Sample", "QC": "QC Sample", "Sample": "Unknown Sample"}
SHORT = ["Filename", "Sample Type", "Sample Name", "Sample ID", "Exp Amt", "Calc Amt", "%Diff"]
SHORT += ["Area", "ISTD Area", "Height", "RT", "Peak Status", "Level", "Units"]


def report() -> dict[str, list[list[object]]]:
    sheets: dict[str, list[list[object]]] = {}
    for f in FEATURES:
        rows: list[list[object]] = [["Component Name", "Curve Index", "Weighting Index"]]
        rows += [[f"{f.head} {f.chains};O2", "Linear", "Equal"], [], [], SHORT]
        for file, kind in zip(FILES, KINDS, strict=True):
            row = [
                file,
                TYPES[kind],
                file,
                "",
                "NA",
                "NA",
                "NA",
                f.area(file),
                "NA",
                9,
                f.rt_in(file),
            ]
            rows.append([*row, "Low", "NA", "NA"])
        rows += [[], ["Created By:"], ["User Name", "ann"], ["Created On", "1/2/2024"]]
        sheets[f"{f.head} {f.chains.replace(':', '_')}"] = rows
    sheets["Component"] = [["Component Name", "RT"], ["GM3 34:1;O2", 7.5]]
    sheets["mdlCalcs"] = [["Component", "MDL"]]
    return sheets


def test_compounds_of_all_sheets_make_one_table() -> None:
    sheets = report()
    del sheets["Component"]
    table = read(workbook(sheets))
    assert_content(table, tool="Xcalibur Quan Browser", own_rt=True, mz=False, ions=False)
    assert len(table.data) == len(FEATURES) * len(FILES)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


def test_lines_below_the_table_are_no_features() -> None:
    names = read(workbook(report())).data["name"]
    assert not names.str.contains("ann|Created").any()


@pytest.mark.parametrize("first", ["Component Name", "component name "])
def test_a_name_that_is_missing_is_that_of_the_sheet(first: str) -> None:
    sheets = {"GM3 d34_1": [[first], [None, "Linear"], SHORT, ["S_1", "", "", "", *[1] * 10]]}
    assert read(workbook(sheets)).data["name"].tolist() == ["GM3 d34_1"]
