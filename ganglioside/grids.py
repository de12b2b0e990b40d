"""Workbooks, Parquet files and DataFrames as text cells."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.delimited import CONTROL, check_columns, check_rows
from ganglioside.errors import ReadError
from ganglioside.headers import HEADER_WITHIN, Header, match_header
from ganglioside.tables import Note, RawTable

#: A workbook may unpack to so many times the size limit; real ones reach about ten.
_UNPACKED: Final = 20

Rows = list[tuple[int, list[str]]]


# --- Parquet and DataFrames --------------------------------------------------------------


def read_parquet(content: bytes, max_rows: int, max_bytes: float) -> pd.DataFrame:
    """Return a Parquet file as a DataFrame.

    Raises
    ------
    ReadError
        If the file is damaged or too large.
    """
    from pyarrow import ArrowException, parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        check_rows(file.metadata.num_rows, max_rows)
        groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
        _check_unpacked(sum(g.total_byte_size for g in groups), max_bytes)
        table = file.read()
        table.validate(full=True)  # text that is no Unicode is not seen before it is used
        frame: pd.DataFrame = table.to_pandas()
    except (ArrowException, OSError, ValueError) as error:
        raise ReadError(
            f"The Parquet file cannot be read: {_first_line(error)} It may be cut off or damaged: "
            "write it again."
        ) from error
    return frame


def text_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a DataFrame as text, as its CSV would show it; missing cells are empty.

    A named index that is no column yet becomes one.

    Raises
    ------
    ReadError
        If a cell holds control characters or text that is no Unicode.
    """
    if any(name is not None and name not in frame.columns for name in frame.index.names):
        frame = frame.reset_index()
    cells = {i: _text_column(frame.iloc[:, i]) for i in range(frame.shape[1])}
    return pd.DataFrame(cells, index=pd.RangeIndex(len(frame)))


def header_texts(frame: pd.DataFrame) -> list[str]:
    """Return the column names of a DataFrame as text, its named index included."""
    index = [n for n in frame.index.names if n is not None and n not in frame.columns]
    return [str(name) for name in (*index, *frame.columns)]


def _text_column(column: pd.Series[Any]) -> pd.Series[Any]:
    column = column.reset_index(drop=True)
    if isinstance(column.dtype, pd.StringDtype):
        cells = column.astype("str").fillna("")
    else:
        cells = _written(column)
    control = cells[cells.str.contains(CONTROL)]
    if len(control):
        raise ReadError(
            f"The column {column.name!r} holds control characters: {control.iloc[0][:60]!r}. "
            "Remove them."
        )
    return cells


def _written(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of numbers, dates or anything as text."""
    if column.dtype == "float32":
        column = column.astype(str)  # 7.588 stays 7.588; as a double it would grow digits
    missing = column.isna().to_numpy(dtype=bool)
    write = repr if column.dtype == "float64" else _cell_text
    texts = np.array(list(map(write, column.tolist())), dtype=object)
    texts[missing] = ""
    try:
        return pd.Series(texts, dtype="str")
    except UnicodeEncodeError as error:
        raise ReadError(
            f"The column {column.name!r} holds {error.object!r}, which is no Unicode text: "
            "read the table with the right encoding."
        ) from error


def _cell_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


# --- workbooks ---------------------------------------------------------------------------


def read_workbook(
    content: bytes,
    columns: Mapping[str, str] | None,
    sheet: str | int | None,
    max_rows: int,
    max_bytes: float,
) -> tuple[RawTable | None, list[Rows]]:
    """Read the first sheet with a usable header, or the one that is asked for.

    Returns
    -------
    table : RawTable or None
        None where no sheet has a usable header.
    heads : list of Rows
        The first rows of the sheets that were looked at.

    Raises
    ------
    ReadError
        If the file is damaged or too large, or has no such sheet.
    """
    from openpyxl import load_workbook

    _check_archive(content, max_bytes)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        names = [ws.title for ws in book.worksheets]
        wanted = names if sheet is None else [_sheet_name(names, sheet)]
        heads: list[Rows] = []
        for name in wanted:
            rows = _sheet_rows(book[name])
            head = list(islice(rows, HEADER_WITHIN))
            heads.append(head)
            header = _find_header(head, columns)
            if header is not None:
                table = _sheet_table(header, head, rows, max_rows)
                several = sheet is None and len(names) > 1
                notes = (Note("sheet-chosen", value=name),) if several else ()
                return replace(table, notes=notes), heads
    except ReadError:
        raise
    except Exception as error:  # openpyxl lets through whatever a damaged part raises
        raise ReadError(
            f"The workbook cannot be read: {_first_line(error)} It may be cut off or damaged: "
            "open it in a spreadsheet program and save it again, or save it as CSV."
        ) from error
    return None, heads


def _check_archive(content: bytes, max_bytes: float) -> None:
    """Refuse archives that are no workbook, or that unpack to far more than they should."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ReadError(
            f"The workbook cannot be opened: {_first_line(error)} It is cut off or damaged: "
            "save it again."
        ) from error
    names = {entry.filename for entry in entries}
    if "xl/workbook.bin" in names:
        raise ReadError("This is a binary workbook (.xlsb). Save it as .xlsx or as CSV.")
    if "xl/workbook.xml" not in names:
        raise ReadError(
            "This is a zip archive, not a workbook. Unpack it and read the table inside; save "
            "other office documents as .xlsx or as CSV."
        )
    _check_unpacked(sum(entry.file_size for entry in entries), max_bytes)


def _check_unpacked(size: float, max_bytes: float) -> None:
    if size > _UNPACKED * max_bytes:
        raise ReadError(
            f"The file unpacks to {size / 1e6:,.0f} MB, more than {_UNPACKED} times the limit of "
            f"{max_bytes / 1e6:g} MB that max_megabytes sets. If you trust it, raise the limit "
            "with Settings(max_megabytes=...), or save it as CSV."
        )


def _sheet_name(names: list[str], sheet: str | int) -> str:
    if isinstance(sheet, str) and sheet in names:
        return sheet
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return names[sheet]
    raise ReadError(
        f"The workbook has no sheet {sheet!r}. Its sheets are "
        f"{', '.join(map(repr, names))}; they count from 0."
    )


def _sheet_rows(worksheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold something, each with its number in the sheet."""
    # The stored dimension can be wrong or claim millions of empty cells.
    worksheet.reset_dimensions()
    for number, row in enumerate(worksheet.iter_rows(values_only=True), start=1):
        if any(value is not None for value in row):
            yield number, ["" if value is None else _cell_text(value) for value in row]


def _find_header(head: Rows, columns: Mapping[str, str] | None) -> tuple[int, Header] | None:
    matched = [(place, match_header(row, columns)) for place, (_, row) in enumerate(head)]
    usable = [(place, header) for place, header in matched if header.is_usable]
    return max(usable, key=lambda found: len(found[1].places), default=None)


def _sheet_table(
    found: tuple[int, Header], head: Rows, rest: Iterator[tuple[int, list[str]]], max_rows: int
) -> RawTable:
    place, header = found
    below = [*head[place + 1 :], *islice(rest, max_rows + 1)]
    check_rows(len(below), max_rows)
    width = max([len(header.texts), *(len(row) for _, row in below)])
    check_columns(width)
    texts = (*header.texts, *[""] * (width - len(header.texts)))
    padded = [row + [""] * (width - len(row)) for _, row in below]
    cells = {i: pd.Series([row[i] for row in padded], dtype="str") for i in range(width)}
    return RawTable(
        header=replace(header, texts=texts),
        header_line=head[place][0],
        cells=pd.DataFrame(cells, index=pd.RangeIndex(len(below))),
        lines=np.array([number for number, _ in below], dtype=np.int64),
    )


def _first_line(error: BaseException) -> str:
    """Return the first line of a foreign message, as a sentence."""
    text = next(iter(str(error).splitlines()), "") or type(error).__name__
    return text if text.endswith(".") else f"{text}."
