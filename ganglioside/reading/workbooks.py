"""Workbooks (.xlsx) as text cells."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from ganglioside.errors import ReadError
from ganglioside.reading.annotations import Unannotated
from ganglioside.reading.archives import DAMAGE, CellTexts, check_markup, first_line, open_archive
from ganglioside.reading.date_styles import date_styles
from ganglioside.reading.limits import check_columns, check_filled, check_rows, most
from ganglioside.reading.merged_cells import MergedRows, merged_over_rows
from ganglioside.reading.problems import quote
from ganglioside.reading.records import HEADER_WITHIN, NO_HEADER, Body, Record, Sheet
from ganglioside.reading.worksheets import Cell, shared_texts, stored_rows
from ganglioside.support.quoting import quoted
from ganglioside.support.text_columns import as_column
from ganglioside.support.text_columns import texts as as_texts


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
    texts = CellTexts(len(content), max_bytes)
    found = [_sheet(book, name, part, max_rows, texts) for name, part in parts]
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
) -> dict[str, tuple[str, tuple[int, range] | None]]:
    """Part of each worksheet, by its name, and the place of an earlier annotation.

    The place is the row of its titles and their 0-based positions; None without one.

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
    rows, texts = most("sheet_rows"), CellTexts(len(content), max_bytes)
    return {name: (part, _sheet(book, name, part, rows, texts).annotated) for name, part in parts}


def _sheet(book: Any, name: str, part: str, max_rows: int, texts: CellTexts) -> Sheet:
    """Worksheet of which only the first rows are read yet."""
    formulas: set[tuple[int, int]] = set()
    unannotated = Unannotated(_sheet_rows(book, part, formulas, texts))
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
    sheets = _listed(book)
    book.shared_strings = shared_texts(book)
    styles = date_styles(book.archive)
    book.wb._date_formats, book.wb._timedelta_formats = styles.dates, styles.durations
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
    if len({part for _, part in sheets}) < len(sheets):
        raise ReadError(
            "Several sheets of the workbook have the same cells, of which it holds one copy, and "
            "no spreadsheet program writes it so. Save the sheet with the table as CSV."
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
        f"The workbook has no sheet {quoted(sheet)}. Its sheets are "
        f"{', '.join(map(repr, names))}; they count from 0."
    )


def _sheet_rows(
    book: Any, part: str, formulas: set[tuple[int, int]], texts: CellTexts
) -> Iterator[Record]:
    """Yield the rows that are not empty, each with its number in the sheet.

    A value that is merged over several rows is in each of them.
    Row and 0-based column of formulas without a value are added to `formulas`, rows to `texts`.
    """
    last = filled = 0
    merged = MergedRows.of(merged_over_rows(book, part))
    for number, cells in stored_rows(book, part, formulas):
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
        held = merged.held(number, cells)
        row = _filled_row([*cells, *held])
        filled += row.count("") + len(held)
        check_filled(filled)
        texts.add(row)
        if row:
            yield number, row


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
