"""Workbooks: sheets and their rows."""

from __future__ import annotations

import io
import zipfile

import pytest
from corpus.inputs import archive, workbook

import ganglioside as gg
from ganglioside.errors import ReadError
from ganglioside.reading.records import Sheet
from ganglioside.reading.workbooks import workbook_sheets


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


def sheets(
    content: dict[str, list[list[object]]], sheet: str | int | None = None, rows: int = 100
) -> list[Sheet]:
    return workbook_sheets(workbook(content), sheet, rows, 1e6)


def test_every_sheet_is_found_with_the_numbers_of_its_rows() -> None:
    cover, table = sheets(TWO_SHEETS)
    assert (cover.name, cover.head) == ("cover", [(1, ["made by", "me"])])
    assert [line for line, _ in table.head] == [1, 3, 4, 6]  # an empty row is no row
    body = table.body(1)
    assert body.lines.tolist() == [4, 6]
    assert body.cells.to_numpy().tolist() == [["GM1(36:1;O2)", "9.9"], ["GM3(36:1;O2)", "9.95"]]


@pytest.mark.parametrize("sheet", ["table", 1])
def test_a_sheet_is_chosen_by_name_or_number(sheet: str | int) -> None:
    assert [each.name for each in sheets(TWO_SHEETS, sheet)] == ["table"]


@pytest.mark.parametrize("sheet", ["absent", 2, -1])
def test_an_absent_sheet_is_refused_with_those_that_exist(sheet: str | int) -> None:
    with pytest.raises(ReadError, match="'cover', 'table'"):
        sheets(TWO_SHEETS, sheet)


def test_a_sheet_with_too_many_rows_is_refused() -> None:
    assert len(sheets(TWO_SHEETS, rows=2)[1].body(1).lines) == 2
    with pytest.raises(ReadError, match="more than 1 rows"):
        sheets(TWO_SHEETS, rows=1)[1].body(1)


def test_short_rows_are_filled_and_long_ones_widen_the_table() -> None:
    (sheet,) = sheets({"S": [["Name", "RT", "x"], ["GM1(36:1;O2)"], ["GM3(36:1;O2)", 9.9, 1, 2]]})
    assert sheet.body(0).cells.to_numpy().tolist() == [
        ["GM1(36:1;O2)", "", "", ""],
        ["GM3(36:1;O2)", "9.9", "1", "2"],
    ]


def test_formulas_without_a_value_are_found_where_they_stand() -> None:
    (sheet,) = sheets({"S": [["Name", "RT"], ["GM1(36:1;O2)", "=594/60"], ["GM3(36:1;O2)", 9.9]]})
    sheet.body(0)
    assert sheet.formulas == {(2, 1)}
