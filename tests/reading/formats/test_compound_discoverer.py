"""Compound Discoverer: tables of compounds as text and as workbooks."""

from __future__ import annotations

import io

import openpyxl
import pytest
from reading.formats.content import FEATURES, FILES, assert_content, read

import ganglioside as gg


def compounds(
    quantities: tuple[str, ...] = ("Area", "Norm. Area"), *, version: int = 3
) -> list[list[object]]:
    """Rows of a table of compounds."""
    mass = "Calc. MW" if version == 3 else "Molecular Weight"
    header = ["Checked", "Tags", "Name", "Formula", "Annot. Source: Predicted Compositions"]
    header += ["Annot. DeltaMass [ppm]", mass, "m/z", "RT [min]", "Area (Max.)"]
    header += ["# mzCloud Results", "mzCloud Best Match", "Reference Ion"]
    header += ["Group Area: blank", "Group Area: ctx", "Group CV [%]: ctx", "Ratio: (ctx)/(blank)"]
    header += ["Log2 Fold Change: (ctx)/(blank)", "P-value: (ctx)/(blank)", "Area CV [%]"]
    for quantity in quantities:
        header += [f"{quantity}: {file}.raw (F{i})" for i, file in enumerate(FILES, 1)]
    header += [f"Gap Status: {file}.raw (F{i})" for i, file in enumerate(FILES, 1)]
    header += [f"Peak Rating: {file}.raw (F{i})" for i, file in enumerate(FILES, 1)]
    rows: list[list[object]] = [list(header)]
    for f in FEATURES:
        row = ["False", "", f"{f.head}(d{f.chains})", "C57 H104 N2 O21", "Full match", -0.4]
        row += [f.mz + 1.00728, f.mz, f.rt, 9e8, 0, 88.1, "[M-H]-1"]
        row += [1200.5, 250000.5, 12.0, 208.4, 7.7, 0.001, 8.8]
        for quantity in quantities:
            row += [f.area(file) * (1 if quantity == "Area" else 3) for file in FILES]
        rows.append([*row, *["No gap"] * 4, *[9.5] * 4])
    return rows


def as_csv(rows: list[list[object]], separator: str = ",") -> str:
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_raw_areas_of_all_files(version: int, separator: str) -> None:
    table = read(as_csv(compounds(version=version), separator))
    assert_content(table, tool="Compound Discoverer")
    (found,) = table.tables
    assert {s.name: s.kind for s in found.left_out} == {"Blank_1.raw": "blank", "QC_1.raw": "qc"}


def test_raw_areas_are_preferred_wherever_they_stand() -> None:
    table = read(as_csv(compounds(("Norm. Area", "Area"))))
    assert_content(table, tool="Compound Discoverer")


def test_normalised_areas_where_there_are_no_others() -> None:
    table = read(as_csv(compounds(("Norm. Area",))))
    assert_content(table, tool="Compound Discoverer", areas=False)
    assert table.data["volume"].iloc[0] == pytest.approx(3 * FEATURES[0].area("S_1"))


def test_without_files_the_largest_area_is_read() -> None:
    table = read(as_csv(compounds(())))
    assert_content(table, tool="Compound Discoverer", samples=("",), areas=False)
    assert set(table.data["volume"]) == {9e8}


def test_a_workbook() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Compounds"
    for row in compounds():
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    assert_content(gg.read_features(written.getvalue()), tool="Compound Discoverer")


def nested(rows: list[list[object]], *, ticks: bool = True) -> list[list[object]]:
    """The same with ions and files of each compound below it, one and two columns to the right."""
    ions = ["Tags", "Checked", "Ion", "Charge", "m/z", "RT [min]", "Area"]
    header, *compounds = rows if ticks else [row[2:] for row in rows]
    found: list[list[object]] = [header]
    for row in compounds:
        found += [row, ["", *ions], ["", "", "False", "[M-H]-1", -1, 1151.7, 7.5, 5e6]]
        found += [["", "", *ions], ["", "", "", "False", "[M+Cl]-1", -1, 1187.7, 7.5, 4e6]]
    return found


@pytest.mark.parametrize("ticks", [True, False])
def test_rows_of_lower_levels_are_left_out_and_counted(ticks: bool) -> None:
    table = read(as_csv(nested(compounds(), ticks=ticks)))
    assert_content(table, tool="Compound Discoverer")
    assert table.data["row"].unique().tolist() == [2 + 5 * i for i in range(len(FEATURES))]
    (note,) = table.problems.loc[table.problems["code"] == "lines-left-out", "value"]
    assert note == f"{4 * len(FEATURES)} (first: line 3)"


def test_rows_of_candidates_whose_ticks_stand_below_those_of_compounds() -> None:
    header = ["Tags", "Checked", "Name", "Formula", "Calc. MW", "m/z", "RT [min]", "Area (Max.)"]
    header += ["Background", *(f"Area: {file}.raw (F{n})" for n, file in enumerate(FILES))]
    nested = ["", "Checked", "Tags", "Structure", "Name", "Molecular Weight", "ID", "Match"]
    lines = [",".join(header)]
    for f in FEATURES:
        row = ["", "False", f"{f.head} {f.chains};O2", "C57", f.mz + 1.00728, f.mz, f.rt, 9]
        lines.append(",".join(map(str, [*row, "False", *map(f.area, FILES)])))
        lines.append(",".join([*nested, *[""] * 5]))
        lines.append(f",False,,,some acid,{f.mz},24926,77,,,,,")
    table = read("\n".join(lines))
    assert_content(table, tool="Compound Discoverer", ions=False)
    assert len(table) == 2 * len(FEATURES)


def test_areas_of_groups_alone_are_no_samples() -> None:
    header = ["Checked", "Name", "Calc. MW", "RT [min]", "Area (Max.)"]
    lines = [",".join([*header, *(f"Group Area: {n}" for n in range(6))])]
    for f in FEATURES:
        areas = [round(f.area("S_1") * (1 + n / 10)) for n in range(6)]
        row = ["False", f"{f.head} {f.chains};O2", f.mz + 1.00728, f.rt, f.area("S_1"), *areas]
        lines.append(",".join(map(str, row)))
    table = read("\n".join(lines))
    assert_content(table, tool="Compound Discoverer", samples=("",), mz=False, ions=False)
