"""Workbooks (.xlsx) as text cells."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import IO, Any, Final, TypeAlias
from xml.etree.ElementTree import Element, iterparse

import numpy as np
import pandas as pd

from ganglioside.errors import ReadError
from ganglioside.reading.annotations import Unannotated
from ganglioside.reading.archives import DAMAGE, check_markup, first_line, open_archive
from ganglioside.reading.frames import cell_text
from ganglioside.reading.limits import check_columns, check_filled, check_rows, most
from ganglioside.reading.problems import quote
from ganglioside.reading.records import HEADER_WITHIN, NO_HEADER, Body, Record, Sheet
from ganglioside.support.text_columns import as_column
from ganglioside.support.text_columns import texts as as_texts

#: 1-based column of a cell, and its text.
Cell: TypeAlias = tuple[int, str]

#: Types of cells with a number, and with the number of a text.
_PLAIN: Final = frozenset("ns")
_DIGITS: Final = "0123456789"
_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
#: Letters of the last column that a worksheet can have.
_MOST_LETTERS: Final = 3


def workbook_sheets(
    content: bytes, sheet: str | int | None, max_rows: int, max_bytes: float
) -> list[Sheet]:
    """Worksheets of a workbook, or the one that is asked for; empty ones are left out.

    Raises
    ------
    ReadError
        If the file is damaged or too large, or has no such sheet.
    """
    from openpyxl.reader.excel import ExcelReader

    _check_workbook(content, max_bytes)
    with _explained():
        book = ExcelReader(io.BytesIO(content), data_only=True, keep_links=False)
        parts = _sheets(book)
    names = [name for name, _ in parts]
    if sheet is not None:
        parts = [parts[_sheet_index(names, sheet)]]
    found = [_sheet(book, name, part, max_rows) for name, part in parts]
    return [sheet for sheet in found if sheet.head]


def sheet_names(content: bytes, max_bytes: float) -> tuple[str, ...]:
    """Names of the worksheets of a workbook; none of another file.

    Raises
    ------
    ReadError
        If the workbook is damaged or too large.
    """
    from openpyxl.reader.excel import ExcelReader

    if not content.startswith(b"PK\x03\x04"):
        return ()
    _check_workbook(content, max_bytes)
    with _explained():
        book = ExcelReader(io.BytesIO(content), data_only=True, keep_links=False)
        return tuple(name for name, _ in _listed(book))


def worksheet_parts(
    content: bytes, max_bytes: float
) -> dict[str, tuple[str, tuple[int, int] | None]]:
    """Part of each worksheet, by its name, and the place of an earlier annotation.

    The place is the row of its titles and the 0-based position of the first; None without one.

    Raises
    ------
    ReadError
        If the workbook is damaged or too large.
    """
    from openpyxl.reader.excel import ExcelReader

    _check_workbook(content, max_bytes)
    with _explained():
        book = ExcelReader(io.BytesIO(content), data_only=True, keep_links=False)
        parts = _sheets(book)
    rows = most("sheet_rows")
    return {name: (part, _sheet(book, name, part, rows).annotated) for name, part in parts}


def _sheet(book: Any, name: str, part: str, max_rows: int) -> Sheet:
    """Worksheet of which only the first rows are read yet."""
    formulas: set[tuple[int, int]] = set()
    unannotated = Unannotated(_sheet_rows(book, part, formulas))
    rows = iter(unannotated)
    with _explained():
        head = list(islice(rows, HEADER_WITHIN))

    @cache
    def rest() -> list[Record]:
        with _explained():
            return list(islice(rows, max_rows + 1))

    def body(record: int) -> Body:
        width = 0 if record == NO_HEADER else len(head[record][1])
        return _body(width, [*head[record + 1 :], *rest()], max_rows)

    return Sheet(
        name,
        head,
        body,
        formulas=formulas,
        records=lambda: [*head, *rest()],
        annotated=unannotated.place,
    )


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever a damaged part makes openpyxl raise into an error with the cure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not read: styles, print areas
            yield
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(
            f"The workbook cannot be read: {first_line(error)} It may be cut off or damaged: "
            "open it in a spreadsheet program and save it again, or save it as CSV."
        ) from error


def _check_workbook(content: bytes, max_bytes: float) -> None:
    """Refuse archives that are no workbook, or that contain far more than a table."""
    archive = open_archive(content, "The workbook", max_bytes)
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise ReadError("This is a binary workbook (.xlsb). Save it as .xlsx or as CSV.")
    if "xl/workbook.xml" not in names:
        raise ReadError(
            "This is a zip archive, not a workbook. Unpack it and read the table inside; save "
            "other office documents as .xlsx or as CSV."
        )
    try:
        check_markup(archive, len(content))
    except DAMAGE as error:
        raise ReadError(
            f"The workbook cannot be unpacked: {first_line(error)} It is cut off or damaged: "
            "save it again."
        ) from error


def _sheets(book: Any) -> list[tuple[str, str]]:
    """Name and part of each worksheet; their cells are not read yet.

    Of the other parts only texts, formats and the list of sheets are read: no links, no charts.
    """
    from openpyxl.styles.stylesheet import apply_stylesheet

    sheets = _listed(book)
    book.read_strings()
    apply_stylesheet(book.archive, book.wb)
    return sheets


def _listed(book: Any) -> list[tuple[str, str]]:
    """Name and part of each worksheet that a workbook lists."""
    book.read_manifest()
    book.read_workbook()
    found = [(sheet.name, rel) for sheet, rel in book.parser.find_sheets()]
    sheets = [
        (name, rel.target)
        for name, rel in found
        if rel.target in book.valid_files and "chartsheet" not in rel.Type
    ]
    if len(sheets) > most("sheets"):
        raise ReadError(
            f"The workbook has {len(sheets):,} sheets, more than {most('sheets'):,}. Save the one "
            "with the table as a workbook of its own, or as CSV."
        )
    return sheets


def _sheet_index(names: list[str], sheet: str | int) -> int:
    """0-based number of the sheet that the user named."""
    if isinstance(sheet, str) and sheet in names:
        return names.index(sheet)
    if isinstance(sheet, str) and sheet.isascii() and sheet.isdigit():
        sheet = int(sheet[:9])  # as the command line gives it
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return sheet
    raise ReadError(
        f"The workbook has no sheet {sheet!r}. Its sheets are "
        f"{', '.join(map(repr, names))}; they count from 0."
    )


def _sheet_rows(book: Any, part: str, formulas: set[tuple[int, int]]) -> Iterator[Record]:
    """Yield the rows that are not empty, each with its number in the sheet.

    Row and 0-based column of formulas without a value are added to `formulas`.
    """
    last = filled = 0
    for number, cells in _stored_rows(book, part, formulas):
        if number > most("sheet_rows"):
            raise ReadError(
                f"The sheet has a row numbered {quote(str(number), 20)}, and no sheet has more "
                f"than {most('sheet_rows'):,} rows: the workbook is damaged. Save it again with a "
                "spreadsheet program, or save its table as CSV."
            )
        if number <= last:
            raise ReadError(
                f"The sheet has a row numbered {number} below row {last}: the workbook is damaged. "
                "Save it again with a spreadsheet program, or save its table as CSV."
            )
        last = number
        row = _filled_row(cells)
        filled += row.count("")
        check_filled(filled)
        if row:
            yield number, row


def _stored_rows(
    book: Any, part: str, formulas: set[tuple[int, int]]
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the number of each row that a sheet stores, and its cells with a value.

    Rows and cells between them are not filled in: a number in the file can claim any amount.
    """
    from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, WorkSheetParser

    with book.archive.open(part) as stream:
        source = _RowByRow(stream)
        parser = WorkSheetParser(
            source,
            book.shared_strings,
            data_only=True,
            epoch=book.wb.epoch,
            date_formats=book.wb._date_formats,
            timedelta_formats=book.wb._timedelta_formats,
        )
        cells = _Cells(parser, book.shared_strings, frozenset(map(str, book.wb._date_formats)))
        for _, element in iterparse(source):
            if element.tag == ROW_TAG:
                number, _ = parser.parse_row(Element(ROW_TAG, element.attrib))
                filled: list[Cell] = []
                for cell, (column, text) in zip(element, cells.read(element), strict=True):
                    if text is not None:
                        filled.append((column, text))
                    elif cell.find(FORMULA_TAG) is not None:
                        formulas.add((number, column - 1))
                yield number, filled
                element.clear()
                source.next_row()
            elif element.tag == DATA_TAG:
                return


@dataclass(slots=True)
class _Cells:
    """Reader of the cells of a worksheet.

    Attributes
    ----------
    parser : openpyxl.worksheet._reader.WorkSheetParser
        Reads any cell.
    texts : sequence of str
        Texts that cells refer to by number.
    dates : frozenset of str
        Numbers of styles that show a number as a date.
    """

    parser: Any
    texts: Sequence[str]
    dates: frozenset[str]

    def read(self, row: Any) -> Iterator[tuple[int, str | None]]:
        """Yield 1-based column and text of each stored cell; None without a value.

        Numbers, and texts by their numbers, are most cells; they are read in half of the time.
        """
        for cell in row:
            kind = cell.get("t", "n")
            if len(cell) == 1 and kind in _PLAIN and cell.get("s") not in self.dates:
                value, column = cell[0], _column_number(cell.get("r", "").rstrip(_DIGITS))
                text = value.text
                if column and text and value.tag[-2:] == "}v":
                    self.parser.col_counter = column
                    yield column, self.texts[int(text)] if kind == "s" else _number_text(text)
                    continue
            parsed = self.parser.parse_cell(cell)
            other = parsed["value"]
            yield parsed["column"], None if other is None else cell_text(other)


@cache
def _column_number(letters: str) -> int:
    """1-based number of a column of a worksheet, 0 if there is no such column.

    >>> _column_number("AB"), _column_number("ab1"), _column_number("ABCD")
    (28, 0, 0)
    """
    if not 1 <= len(letters) <= _MOST_LETTERS or not set(letters) <= _LETTERS:
        return 0
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _number_text(text: str) -> str:
    """Text of a number as a workbook stores it: a whole one if it shows no mark.

    >>> _number_text("12"), _number_text("007"), _number_text("1.50"), _number_text("1E3")
    ('12', '7', '1.5', '1000.0')
    """
    if text.isascii() and text.isdigit():
        return text if text[0] != "0" else str(int(text))
    return repr(float(text)) if "." in text or "e" in text.lower() else str(int(text))


@dataclass(slots=True)
class _RowByRow:
    """An open worksheet that refuses rows larger than a worksheet can contain.

    Attributes
    ----------
    stream : open file
        The XML of the worksheet.
    taken, marks : int
        Bytes and "<" signs since the row began.
    """

    stream: IO[bytes]
    taken: int = 0
    marks: int = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read the next bytes.

        Raises
        ------
        ReadError
            If the row is too large.
        """
        chunk = self.stream.read(size)
        self.taken += len(chunk)
        self.marks += chunk.count(b"<")
        if self.marks > most("row_marks") or self.taken > most("row_bytes"):
            raise ReadError(
                "The sheet has a row of more cells or longer texts than a worksheet can hold: the "
                "workbook is damaged. Save its table as CSV."
            )
        return chunk

    def next_row(self) -> None:
        """Start counting for another row."""
        self.taken = self.marks = 0


def _filled_row(cells: list[Cell]) -> list[str]:
    """Cells of a row up to the last one, from (1-based column, text) of those with a value."""
    width = max((column for column, _ in cells), default=0)
    check_columns(width)
    row = [""] * width
    for column, text in cells:
        row[column - 1] = text
    return row


def _body(header_width: int, below: list[Record], max_rows: int) -> Body:
    """Cells of the rows below a header, at least as wide as the header."""
    check_rows(len(below), max_rows)
    width = max([header_width, *(len(row) for _, row in below)])
    check_columns(width)
    check_filled(sum(width - len(row) for _, row in below))
    padded = [row + [""] * (width - len(row)) for _, row in below]
    cells = {}
    for i in range(width):
        column = [row[i] for row in padded]
        cells[i] = as_column(as_texts(column))
    lines = np.array([number for number, _ in below], dtype=np.int64)
    return Body(pd.DataFrame(cells, index=pd.RangeIndex(len(below))), lines)
