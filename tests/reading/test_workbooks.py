"""Workbooks: sheets and their rows."""

from __future__ import annotations

import io
import zipfile

import pytest
from corpus.inputs import archive, workbook

import ganglioside as gg
from ganglioside.errors import ReadError
from ganglioside.reading.raw_table import RawTable
from ganglioside.reading.workbooks import Rows, read_workbook


def test_a_worksheet_that_states_a_wrong_size_is_read_whole() -> None:
    files = {}
    with zipfile.ZipFile(io.BytesIO(XLSX)) as book:
        for name in book.namelist():
            files[name] = book.read(name)
    sheet = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:B2"' in files[sheet]
    files[sheet] = files[sheet].replace(b'ref="A1:B2"', b'ref="A1:A1"')
    assert gg.read_features(archive(files)).data.loc[0, "rt"] == 9.5


XLSX = workbook({"S": [["Name", "RT"], ["GD1(36:1;O2)", 9.5]]})


TWO_SHEETS = {
    "cover": [["made by", "me"]],
    "table": [["note"], [], ["Name", "RT"], ["GM1(36:1;O2)", 9.9], [], ["GM3(36:1;O2)", 9.95]],
}


def read(
    sheets: dict[str, list[list[object]]], sheet: str | int | None = None, rows: int = 100
) -> tuple[RawTable | None, list[Rows]]:
    return read_workbook(workbook(sheets), None, sheet, rows, 1e6)


def test_the_first_sheet_with_a_header_is_read() -> None:
    table, heads = read(TWO_SHEETS)
    assert table is not None
    assert [note.code for note in table.notes] == ["sheet-chosen"]
    assert len(heads) == 2
    assert table.header_line == 3
    assert table.lines.tolist() == [4, 6]  # numbers of the sheet: an empty row is no row
    assert table.cells.to_numpy().tolist() == [["GM1(36:1;O2)", "9.9"], ["GM3(36:1;O2)", "9.95"]]


@pytest.mark.parametrize("sheet", ["table", 1])
def test_a_sheet_is_chosen_by_name_or_number(sheet: str | int) -> None:
    table, heads = read(TWO_SHEETS, sheet)
    assert table is not None
    assert (table.notes, len(heads)) == ((), 1)


def test_a_sheet_without_a_header_gives_its_first_rows() -> None:
    assert read(TWO_SHEETS, "cover") == (None, [[(1, ["made by", "me"])]])


@pytest.mark.parametrize("sheet", ["absent", 2, -1])
def test_an_absent_sheet_is_refused_with_those_that_exist(sheet: str | int) -> None:
    with pytest.raises(ReadError, match="'cover', 'table'"):
        read(TWO_SHEETS, sheet)


def test_a_sheet_with_too_many_rows_is_refused() -> None:
    assert read(TWO_SHEETS, rows=2)[0] is not None
    with pytest.raises(ReadError, match="more than 1 rows"):
        read(TWO_SHEETS, rows=1)


def test_short_rows_are_filled_and_long_ones_widen_the_table() -> None:
    table, _ = read({"S": [["Name", "RT", "x"], ["GM1(36:1;O2)"], ["GM3(36:1;O2)", 9.9, 1, 2]]})
    assert table is not None
    assert table.header.texts == ("Name", "RT", "x", "")
    assert table.cells.to_numpy().tolist() == [
        ["GM1(36:1;O2)", "", "", ""],
        ["GM3(36:1;O2)", "9.9", "1", "2"],
    ]
