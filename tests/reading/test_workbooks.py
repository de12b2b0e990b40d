"""Workbooks: sheets and their rows."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest
from corpus.inputs import archive, workbook
from openpyxl import Workbook, load_workbook

import ganglioside as gg
from ganglioside.errors import ReadError
from ganglioside.reading.frames import cell_text
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


@pytest.mark.parametrize(
    "values",
    [
        [0, 7, -3, 10**15, 123456789012345678, 1.5, 0.1, -2e-9, 1e300, 3.0],
        ["GM3", "007", " blank ", "=text", "ü", "1.50", "x" * 500],
        [True, False, None, 5, None],
        [datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 7, 30), datetime.time(7, 30)],
    ],
    ids=["numbers", "texts", "logical", "dates"],
)
def test_cells_are_those_that_openpyxl_reads(values: list[object]) -> None:
    book = Workbook()
    book.active.append([*values, "end"])
    file = io.BytesIO()
    book.save(file)
    (sheet,) = workbook_sheets(file.getvalue(), None, 10, 1e6)
    read = load_workbook(io.BytesIO(file.getvalue()), data_only=True).active[1]
    assert sheet.head[0][1] == ["" if c.value is None else cell_text(c.value) for c in read]


@pytest.mark.parametrize(
    ("stored", "text"),
    [("007", "7"), ("1.50", "1.5"), ("1E3", "1000.0"), ("-0", "0"), ("٣", "3"), ("12", "12")],
)
def test_numbers_are_read_however_they_are_stored(stored: str, text: str) -> None:
    book = Workbook()
    book.active.append([12345, "end"])
    file, changed = io.BytesIO(), io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b">12345<", f">{stored}<".encode()))
    (sheet,) = workbook_sheets(changed.getvalue(), None, 10, 1e6)
    assert sheet.head[0][1] == [text, "end"]


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """Workbook with other words in one of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_sheets_that_are_one_part_are_refused() -> None:
    book = Workbook()
    book.create_sheet("again")
    content = changed(
        saved(book), "xl/_rels/workbook.xml.rels", "worksheets/sheet2.xml", "worksheets/sheet1.xml"
    )
    with pytest.raises(ReadError, match="Several sheets of the workbook have the same cells"):
        workbook_sheets(content, None, 10, 1e6)


def test_a_text_that_is_repeated_for_ever_is_refused() -> None:
    book = Workbook()
    for row in range(1, 251):
        book.active.append(["x" * 30_000 if row == 1 else None, row])
    book.active.merge_cells("A1:A250")
    with pytest.raises(ReadError, match="as they repeat long texts"):
        workbook_sheets(saved(book), None, 1000, 1e9)


def test_a_table_of_repeated_words_is_read() -> None:
    book = Workbook()
    for _ in range(2000):
        book.active.append(["a word of thirty characters or so"] * 5)
    (sheet,) = workbook_sheets(saved(book), None, 5000, 1e6)
    assert len(sheet.body(0).cells) == 1999
