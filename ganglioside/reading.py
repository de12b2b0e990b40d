"""Read a feature table from whatever an analyst has."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import pandas as pd

from ganglioside.delimited import (
    SEPARATORS,
    check_columns,
    check_rows,
    decode,
    find_layout,
    head_records,
    read_delimited,
)
from ganglioside.errors import ReadError
from ganglioside.grids import frame_columns, read_workbook, text_cells
from ganglioside.headers import Header, match_header
from ganglioside.parquet_files import read_parquet
from ganglioside.settings import Settings
from ganglioside.support.fact_tables import read_facts
from ganglioside.tables import FeatureTable, Note, RawTable, Source
from ganglioside.validation import RIGHT_FILE, refuse_header, validate

#: One input; a list of them is a study.
TableSource = (
    str
    | PathLike[str]
    | bytes
    | IO[bytes]
    | IO[str]
    | pd.DataFrame
    | Source
    | FeatureTable
    | list[Any]
)

_MEGABYTE: Final = 1_000_000
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Signature:
    """First bytes (hexadecimal) of a kind of file, and what to do with it."""

    starts_with: str
    what: str
    advice: str


def read_features(
    source: TableSource,
    settings: Settings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    name: str | None = None,
) -> FeatureTable:
    """Read a feature table, judge it and report everything that is wrong with it.

    The kind of file (CSV, TSV, XLSX, Parquet), its encoding, separator, decimal mark and
    header are recognised by content. Every row of the input stays; a row that cannot be
    judged says why in the column `fault`.

    Parameters
    ----------
    source
        A path, the bytes of a file, an open file, or a DataFrame. A Source is read again as it
        was, a FeatureTable is returned as it is. A list of such inputs is one study: see
        `read_study`.
    settings
        Limits: `max_megabytes`, `max_rows`.
    columns
        Input column to header text, where the header is not recognised:
        `{"Name": "my column"}`.
    sheet
        Name or 0-based number of a worksheet; else the first one with a usable header.
    name
        What to call the source, where it has no file name.

    Returns
    -------
    FeatureTable
        RT in min, volume as peak area, NaN where missing.

    Raises
    ------
    ReadError
        If the input is no table, cannot be opened, or exceeds a limit.
    ValidationError
        If the table lacks what an analysis needs.
    SettingsError
        If `columns` names an input column that does not exist.
    """
    if isinstance(source, FeatureTable):
        return source
    from ganglioside import study  # which reads its parts with `read_single`

    settings = settings or Settings()
    if isinstance(source, list):
        return study.read_study(source, settings, name=name)
    origin = _take(source, settings, columns, sheet, name)
    if isinstance(origin, Source) and study.is_archive(origin.content):
        return study.read_archive(replace(origin, columns=(), sheet=None), settings)
    return _judge(origin, settings)


def read_single(source: TableSource, settings: Settings) -> FeatureTable:
    """Return one input of a study as `read_features` does.

    Raises
    ------
    ReadError
        If it is a study itself, which could hold studies without end.
    """
    from ganglioside import study

    if isinstance(source, FeatureTable) and source.header is not None:
        return source
    if isinstance(source, list | FeatureTable):
        raise _nested()
    origin = _take(source, settings, None, None, None)
    if isinstance(origin, Source) and study.is_archive(origin.content):
        raise _nested()
    return _judge(origin, settings)


def _nested() -> ReadError:
    return ReadError("This is a study itself: a study holds files only. Give its files instead.")


def _judge(origin: Source | _Frame, settings: Settings) -> FeatureTable:
    if isinstance(origin, _Frame):
        return _read_frame(origin, settings)
    return validate(_read_bytes(origin, settings), origin)


# --- taking the input --------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Frame:
    """A DataFrame with its name and the headers that the user named for input columns."""

    frame: pd.DataFrame
    name: str
    columns: tuple[tuple[str, str], ...]


def _take(
    source: str | PathLike[str] | bytes | IO[bytes] | IO[str] | pd.DataFrame | Source,
    settings: Settings,
    columns: Mapping[str, str] | None,
    sheet: str | int | None,
    name: str | None,
) -> Source | _Frame:
    """Return an input in memory, with what the user says of it."""
    if isinstance(source, pd.DataFrame):
        return _Frame(source, name or "DataFrame", tuple((columns or {}).items()))
    if isinstance(source, Source):
        columns, sheet, name = columns or dict(source.columns), sheet or source.sheet, source.name
        source = source.content
    content, own_name = _content(source, settings)
    origin = Source.from_bytes(name or own_name, content)
    return replace(origin, columns=tuple((columns or {}).items()), sheet=sheet)


def _content(
    source: str | PathLike[str] | bytes | IO[bytes] | IO[str], settings: Settings
) -> tuple[bytes, str]:
    """Return the bytes of an input and its own name."""
    limit = int(settings.max_megabytes * _MEGABYTE)
    if isinstance(source, bytes | bytearray | memoryview):
        content, own_name = bytes(source), "table"
    elif isinstance(source, str | PathLike):
        content, own_name = _read_path(source, limit), Path(source).name
    elif hasattr(source, "read"):
        content, own_name = _read_stream(source, limit)
    else:
        raise ReadError(
            f"A {type(source).__name__} is no feature table. Give a path, the bytes of a file, "
            "an open file or a DataFrame."
        )
    if len(content) > limit:
        raise _too_large(settings.max_megabytes)
    return content, own_name


def _read_path(source: str | PathLike[str], limit: int) -> bytes:
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        raise ReadError(
            "This text is no path: it has several lines. To read a table from text, give "
            "text.encode() or io.StringIO(text)."
        )
    try:
        with Path(source).open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"{source} cannot be opened: {why}. Check the path.") from error


def _read_stream(stream: IO[bytes] | IO[str], limit: int) -> tuple[bytes, str]:
    try:
        content = stream.read(limit + 1)
        content = content.encode() if isinstance(content, str) else bytes(content)
    except (OSError, ValueError) as error:
        raise ReadError(f"The open file cannot be read: {error}. Open it anew.") from error
    name = getattr(stream, "name", None)
    return content, Path(name).name if isinstance(name, str) else "table"


def _too_large(limit: float) -> ReadError:
    return ReadError(
        f"The input has more than {limit:g} MB, the limit that max_megabytes sets. Raise it "
        "with Settings(max_megabytes=...), or leave out columns that the analysis does not need."
    )


# --- recognising it ----------------------------------------------------------------------


def _read_bytes(origin: Source, settings: Settings) -> RawTable:
    content, columns, sheet = origin.content, dict(origin.columns), origin.sheet
    max_bytes = settings.max_megabytes * _MEGABYTE
    if not content.strip(b"\0\t\r\n \xef\xbb\xbf\xfe\xff"):
        raise ReadError(f"The input is empty. {RIGHT_FILE}")
    if content.startswith(b"PK\x03\x04"):
        table, heads = read_workbook(content, columns, sheet, settings.max_rows, max_bytes)
        if table is None:
            raise _refusal([head for head in heads if head], columns)
        return table
    if sheet is not None:
        raise ReadError("Only workbooks have sheets: leave out sheet=... for this input.")
    if content.startswith(b"PAR1"):
        return _frame_table(read_parquet(content, settings.max_rows, max_bytes), columns)
    _refuse_foreign(content)
    return _read_text(content, columns, settings.max_rows)


def _refuse_foreign(content: bytes) -> None:
    """Refuse what is no table, by its first bytes."""
    if content.startswith(bytes.fromhex("D0CF11E0")) and _ENCRYPTED in content:
        raise ReadError(
            "This workbook is protected by a password. Save it without one, or save it as CSV."
        )
    for signature in read_facts("file_signatures.csv", Signature):
        if content.startswith(bytes.fromhex(signature.starts_with)):
            raise ReadError(f"This is {signature.what}. {signature.advice} {RIGHT_FILE}")


def _refuse_markup(text: str, has_header: bool) -> None:
    """Refuse pages and documents; tags in the cells of a table that has a header are text."""
    start = text.lstrip()[:1000].lower()
    has_tags = not has_header and ("<table" in start or "<body" in start)
    if start.startswith(("<!doctype html", "<html")) or has_tags:
        kind = "a web page (HTML), whatever its file name says"
    elif start.startswith("<?xml") or (start.startswith("<") and "xmlns" in start):
        kind = "an XML document"
    elif start.startswith("{") or start.startswith(("[{", "[[", "[\n")):
        kind = "a JSON document"
    else:
        return
    raise ReadError(f"This is {kind}, not a table. Export the table as CSV or .xlsx. {RIGHT_FILE}")


# --- text --------------------------------------------------------------------------------


def _read_text(content: bytes, columns: Mapping[str, str] | None, max_rows: int) -> RawTable:
    text, encoding = decode(content)
    layout = find_layout(text, columns)
    _refuse_markup(text, layout is not None)
    if layout is None:
        heads = [head_records(text, separator) for separator in SEPARATORS]
        if text.strip() and not any(heads):
            raise ReadError(
                "The first line is too long for a header: one field has more than "
                f"{csv.field_size_limit():,} characters. {RIGHT_FILE}"
            )
        raise _refusal(heads, columns)
    notes = []
    if encoding == "cp1252":
        notes.append(Note("encoding-guessed"))
    if layout.record:
        notes.append(Note("lines-before-header", value=str(layout.line)))
    return read_delimited(text, layout, max_rows, tuple(notes))


def _refusal(
    heads: list[list[tuple[int, list[str]]]], columns: Mapping[str, str] | None
) -> Exception:
    """Return the error for an input in which no record is a usable header."""
    heads = [head for head in heads if head]
    if not heads:
        return ReadError(f"The input is empty. {RIGHT_FILE}")
    matched = [(line, match_header(row, columns)) for head in heads for line, row in head]
    line, best = max(matched, key=lambda found: len(found[1].places))
    if best.places or best.unmet:
        return refuse_header(list(best.texts), best, line)
    line, first = max((head[0] for head in heads), key=lambda found: len(found[1]))
    if len(first) == 1:
        return ReadError(
            "The input has no columns: neither comma, semicolon nor tab divides its first line, "
            f"which is {first[0][:60]!r}. {RIGHT_FILE}"
        )
    return refuse_header(first, None, line)


# --- DataFrames --------------------------------------------------------------------------


def _read_frame(origin: _Frame, settings: Settings) -> FeatureTable:
    check_rows(len(origin.frame), settings.max_rows)
    raw = _frame_table(origin.frame, dict(origin.columns))
    cells = raw.cells.set_axis(list(raw.header.texts), axis=1)
    source = Source.from_frame(origin.name, cells)
    return validate(raw, replace(source, columns=origin.columns))


def _frame_table(frame: pd.DataFrame, columns: Mapping[str, str] | None) -> RawTable:
    table = frame_columns(frame)
    check_columns(len(table))
    header: Header = match_header([title for title, _ in table], columns)
    if not header.is_usable:
        raise refuse_header(list(header.texts), header if header.places else None, 1)
    cells = text_cells(table, len(frame))
    return RawTable(header, 1, cells, np.arange(len(frame), dtype=np.int64) + 2)
