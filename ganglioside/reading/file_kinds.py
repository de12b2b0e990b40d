"""Kinds of files, recognised by their content, and their tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.errors import ReadError
from ganglioside.reading.annotations import annotated_columns, without_annotation
from ganglioside.reading.documents import document_sheet
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.formats.format import Format
from ganglioside.reading.frames import frame_columns, text_cells
from ganglioside.reading.header_faults import (
    RIGHT_FILE,
    refuse_across,
    refuse_header,
    refuse_timeless,
    refuse_unannotated,
)
from ganglioside.reading.headers import looks_like_data, match_header
from ganglioside.reading.layouts import Layout, find_layout
from ganglioside.reading.limits import check_columns, check_rows
from ganglioside.reading.name_columns import readable_share
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.parquet_files import read_parquet
from ganglioside.reading.raw_table import Note, RawTable, Source
from ganglioside.reading.records import HEADER_WITHIN, Body, Sheet
from ganglioside.reading.sample_columns import describes_statistic
from ganglioside.reading.sheets import (
    best_layout,
    holds_names,
    likeliest,
    lists_names,
    may_hold_times,
    numbers_features,
    read_sheet,
    readable,
    readable_head,
    search,
)
from ganglioside.reading.source import MEGABYTE, Frame
from ganglioside.reading.text_files import decodings, text_sheets, with_tabs
from ganglioside.reading.tidy import gathered
from ganglioside.reading.transposed import lipids_across
from ganglioside.reading.validation import validate
from ganglioside.reading.workbooks import workbook_sheets
from ganglioside.settings import Settings
from ganglioside.support.fact_tables import read_facts

#: What is said of a table in which whatever column could be meant holds no RT.
_NO_TIMES: Final = "There is no RT column, and no other holds what can be times of a run"

_ANNOTATED: Final = Note("annotated-before")

#: Name of the stream that holds an encrypted workbook.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Signature:
    """First bytes (hexadecimal) of a kind of file that is no table, its name, and an advice."""

    starts_with: str
    what: str
    advice: str


def read_bytes(origin: Source, settings: Settings) -> tuple[RawTable, ...]:
    """Tables of a file, its kind recognised by content: one for each sheet with features.

    Raises
    ------
    ReadError
        If the file is no table, is damaged, or exceeds a limit.
    ValidationError
        If it has no usable header.
    """
    content, options = origin.content, origin.options
    max_bytes = settings.max_megabytes * MEGABYTE
    if not content.strip(b"\0\t\r\n \xef\xbb\xbf\xfe\xff"):
        raise ReadError(f"The input is empty. {RIGHT_FILE}")
    if content.startswith(b"PK\x03\x04"):
        sheets = workbook_sheets(content, options.sheet, settings.max_rows, max_bytes)
        return _read_sheets(sheets, options)
    if options.sheet is not None:
        raise ReadError("Only workbooks have sheets: leave out sheet=... for this input.")
    if content.startswith(b"PAR1"):
        frame = read_parquet(content, settings.max_rows, max_bytes)
        return (_frame_table(frame, _frame_sheet(frame), options),)
    _refuse_foreign(content)
    return (_read_text(content, options, settings.max_rows),)


def _read_sheets(sheets: Sequence[Sheet], options: ReadingOptions) -> tuple[RawTable, ...]:
    """Tables of all worksheets that have one; the others are named in a note."""
    searched = [search(sheet, options) for sheet in sheets]
    found: list[RawTable] = []
    left_out: list[str] = []
    for each in searched:
        table = None if each.layout is None else read_sheet(each.layout, options)
        if table is None or not readable(table):
            left_out.append(each.sheet.name)
        if table is not None:
            found.append(table)
    tables = [table for table in found if readable(table)] or found[:1]
    if not tables:
        _refuse_unannotated([each.layout for each in searched])
        raise _refusal(sheets, options)
    left_out = [name for name in left_out if name not in {table.sheet for table in tables}]
    tables, copies = _without_copies(tables)
    tables, means = _without_means(tables)
    notes = (*copies, *means, *(Note("sheet-left-out", value=name) for name in left_out))
    if any(sheet.annotated for sheet in sheets):
        notes = (*notes, _ANNOTATED)
    return (replace(tables[0], notes=(*tables[0].notes, *notes)), *tables[1:])


def _without_copies(tables: Sequence[RawTable]) -> tuple[list[RawTable], list[Note]]:
    """Tables of which none has the cells of another, and notes of those that do."""
    kept: list[RawTable] = []
    notes: list[Note] = []
    for table in tables:
        same = next((other for other in kept if _is_copy(table, other)), None)
        if same is None:
            kept.append(table)
        else:
            notes.append(Note("sheet-repeated", value=table.sheet, first=same.sheet))
    return kept, notes


def _without_means(tables: Sequence[RawTable]) -> tuple[list[RawTable], list[Note]]:
    """Tables without those of means or sums of the areas of others, and notes of those."""
    of_means = [
        "volume" in table.header.positions and describes_statistic(table.header.label("volume"))
        for table in tables
    ]
    if all(of_means):
        return list(tables), []
    kept = [table for table, is_one in zip(tables, of_means, strict=True) if not is_one]
    left_out = [table for table, is_one in zip(tables, of_means, strict=True) if is_one]
    return kept, [
        Note("sheet-of-means", value=table.sheet, first=table.header.label("volume"))
        for table in left_out
    ]


def _is_copy(one: RawTable, other: RawTable) -> bool:
    """Whether two sheets hold the same cells, below headers that are read alike."""
    alike = one.header == other.header and not one.part and len(one) == len(other)
    return alike and one.cells.equals(other.cells)


def _refuse_foreign(content: bytes) -> None:
    """Refuse known kinds of files that are no tables, by their first bytes."""
    if content.startswith(bytes.fromhex("D0CF11E0")) and _ENCRYPTED in content:
        raise ReadError(
            "This workbook is protected by a password. Save it without one, or save it as CSV."
        )
    for signature in _signatures():
        if content.startswith(bytes.fromhex(signature.starts_with)):
            raise ReadError(f"This is {signature.what}. {signature.advice} {RIGHT_FILE}")


@cache
def _signatures() -> tuple[Signature, ...]:
    """Beginnings of files that are no tables."""
    return read_facts("refused_files.csv", Signature)


def _refuse_markup(text: str, has_header: bool) -> None:
    """Refuse web pages and documents; tags in the cells of a table with a header are text."""
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


def _read_text(content: bytes, options: ReadingOptions, max_rows: int) -> RawTable:
    """Table of a text file, in the encoding in which most of it can be read."""
    texts = decodings(content)
    first = next(texts)
    document = document_sheet(first[0])
    if document is not None:
        return _read_document(*document, options)
    decoded = _best_decoding(chain([first], texts), options, max_rows)
    text, encoding, sheets, layout = decoded.text, decoded.encoding, decoded.sheets, decoded.layout
    _refuse_markup(text, layout is not None)
    notes = [] if encoding.startswith("utf") else [_guessed(encoding)]
    if decoded.is_annotated:
        notes.append(_ANNOTATED)
    table = None if layout is None else read_sheet(layout, options, notes)
    if table is None:
        _refuse_unannotated([layout])
        if text.strip() and not any(sheet.head for sheet in sheets):
            raise ReadError(
                "The first line is too long for a header: one field has more than "
                f"{csv.field_size_limit():,} characters. {RIGHT_FILE}"
            )
        raise _refusal(sheets, options)
    return table


@dataclass(frozen=True, eq=False, slots=True)
class Decoded:
    """Text of a file in one encoding.

    Attributes
    ----------
    text : str
        Without the columns of an earlier annotation.
    encoding : str
    sheets : list of Sheet
        The text with each separator.
    layout : Layout or None
        Layout of the best of them.
    is_annotated : bool
        Whether columns of an earlier annotation were taken away.
    """

    text: str
    encoding: str
    sheets: list[Sheet]
    layout: Layout | None
    is_annotated: bool

    @property
    def separator(self) -> str:
        """Separator of the fields, empty if the file has no header."""
        return "" if self.layout is None else self.layout.sheet.separator


def _best_decoding(
    texts: Iterable[tuple[str, str]], options: ReadingOptions, max_rows: int
) -> Decoded:
    """Text of a file in the best encoding; a later one only if more can be read in it."""
    best: Decoded | None = None
    most = (-1.0, -1.0)
    for whole, encoding in texts:
        text = without_annotation(whole)
        is_annotated = text != whole
        sheets = text_sheets(text, max_rows)
        layout = best_layout([search(sheet, options) for sheet in sheets])
        aligned = with_tabs(text) if layout is None else None
        if aligned is not None:
            text, sheets = aligned, text_sheets(aligned, max_rows)
            layout = best_layout([search(sheet, options) for sheet in sheets])
        found = most if layout is None else (len(layout.header.positions), readable_head(layout))
        if best is None or found > most:
            best, most = Decoded(text, encoding, sheets, layout, is_annotated), found
        if most[1] == 1.0:
            break
    if best is None:
        raise ReadError("This is not a text file.")
    return best


def decoded_text(source: Source, settings: Settings) -> Decoded:
    """Text of a file in the encoding in which it is read.

    Raises
    ------
    ReadError
        If the file is no text.
    """
    return _best_decoding(decodings(source.content), source.options, settings.max_rows)


def _read_document(sheet: Sheet, tool: Format, options: ReadingOptions) -> RawTable:
    """Table of a JSON document."""
    layout = find_layout(sheet, options.named, tool)
    table = None if layout is None else read_sheet(layout, options)
    if table is None:
        raise _refusal([sheet], options)
    return table


def _guessed(encoding: str) -> Note:
    """Note of an encoding that the file does not name."""
    return Note("encoding-guessed", value=encoding)


def _refuse_unannotated(layouts: Sequence[Layout | None]) -> None:
    """Refuse an input that is a list of features without lipid names."""
    lists = [layout for layout in layouts if layout is not None and layout.is_feature_list]
    if lists:
        raise refuse_unannotated(lists[0].header, lists[0].line, lists[0].tool)


def _refusal(sheets: Sequence[Sheet], options: ReadingOptions) -> Exception:
    """Error for an input without a usable header, by the record that comes nearest to one."""
    layout = likeliest(sheets, options)
    if layout is None:
        return ReadError(f"The input is empty. {RIGHT_FILE}")
    header, texts = layout.header, list(layout.header.texts)
    if "rt" not in header.positions and lipids_across(texts):
        return refuse_across(texts, layout.line)
    top = next((record for record in layout.sheet.head if len(record[1]) > 1), None)
    if top is not None and "name" not in header.positions and lipids_across(top[1]):
        return refuse_across(top[1], top[0])
    if header.positions.keys().isdisjoint(("name", "rt")) and numbers_features(layout):
        return refuse_unannotated(header, layout.line, layout.tool)
    if not header.positions and lists_names(layout):
        return refuse_timeless("The input is a list of names", texts, layout.line)
    named = "name" in header.missing and holds_names(layout)
    if header.missing == ("rt",) and not may_hold_times(layout):
        return refuse_timeless(_NO_TIMES, texts, layout.line)
    if header.positions or header.unmet:
        return refuse_header(texts, header, layout.line, holds_names=named)
    if len(texts) == 1 and layout.sheet.separator:
        first = layout.sheet.head[max(layout.record, 0)][1][0]
        return ReadError(
            "The input has no columns: neither comma, semicolon nor tab divides its first line, "
            f"which is {first[:60]!r}. {RIGHT_FILE}"
        )
    is_header = named and not (looks_like_data(texts) and readable_share(texts))
    if is_header and not may_hold_times(layout):
        return refuse_timeless(_NO_TIMES, texts, layout.line)
    known = header if is_header or not options.header else None
    return refuse_header(texts, known, layout.line, holds_names=named)


def sheets_of(origin: Source, settings: Settings) -> list[Sheet]:
    """Sheets of a file: its worksheets, or one for each separator that its text may have.

    Raises
    ------
    ReadError
        If the file is no table, is damaged, or exceeds a limit.
    """
    content, options = origin.content, origin.options
    max_bytes = settings.max_megabytes * MEGABYTE
    if content.startswith(b"PK\x03\x04"):
        return workbook_sheets(content, options.sheet, settings.max_rows, max_bytes)
    if content.startswith(b"PAR1"):
        return [_frame_sheet(read_parquet(content, settings.max_rows, max_bytes))]
    texts = decodings(content)
    first = next(texts)
    document = document_sheet(first[0])
    if document is not None:
        return [document[0]]
    return _best_decoding(chain([first], texts), options, settings.max_rows).sheets


def read_frame(origin: Frame, settings: Settings) -> FeatureTable:
    """Feature table of a DataFrame."""
    check_rows(len(origin.frame), settings.max_rows)
    sheet = _frame_sheet(origin.frame)
    raw = _frame_table(origin.frame, sheet, origin.options)
    cells = sheet.body(0).cells.set_axis(sheet.head[0][1], axis=1)
    source = Source.from_frame(origin.name, cells)
    return validate(raw, replace(source, options=origin.options))


def _frame_table(frame: pd.DataFrame, sheet: Sheet, options: ReadingOptions) -> RawTable:
    """Table of a DataFrame and its sheet as text cells; its rows have the lines of its CSV."""
    sheet = gathered(sheet, options.named) or sheet
    titles = sheet.head[0][1]
    layout = find_layout(sheet, options.named)
    raw = None if layout is None or layout.record else read_sheet(layout, options)
    if raw is None:
        _refuse_unannotated([layout])
        header = match_header(titles, options.named)
        raise refuse_header(list(header.texts), header if header.positions else None, 1)
    if annotated_columns([str(title) for title in frame.columns]) is None:
        return raw
    return replace(raw, notes=(*raw.notes, _ANNOTATED))


def _without_block(table: list[tuple[str, pd.Series[Any]]]) -> list[tuple[str, pd.Series[Any]]]:
    """Titled columns without those of an earlier annotation."""
    at = annotated_columns([title for title, _ in table])
    return table if at is None else [*table[: at.start], *table[at.stop :]]


def _frame_sheet(frame: pd.DataFrame) -> Sheet:
    """Sheet of a DataFrame, whose titles are the first record."""
    table = _without_block(frame_columns(frame))
    check_columns(len(table))
    cells = text_cells(table, len(frame))
    lines = np.arange(len(frame), dtype=np.int64) + 2
    first = cells.head(HEADER_WITHIN).to_numpy(dtype=object).tolist()
    titles = [title for title, _ in table]
    head = [(1, titles), *zip(lines.tolist(), first, strict=False)]
    return Sheet("", head, lambda _: Body(cells, lines))
