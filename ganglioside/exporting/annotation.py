"""Your own file with the verdicts: the same cells, with columns for the verdicts behind them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from ganglioside.errors import ExportError
from ganglioside.exporting.spreadsheet_text import safe_text
from ganglioside.reading.features import read_features
from ganglioside.reading.file_kinds import decoded_text
from ganglioside.reading.study import is_archive
from ganglioside.support.unique_names import unique

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis
    from ganglioside.reading.feature_table import FeatureTable
    from ganglioside.reading.raw_table import TableRead

#: Columns that are appended, each with the column of `Analysis.features` that it shows.
COLUMNS: Final[Mapping[str, str]] = {
    "Verdict": "verdict",
    "Confidence": "confidence",
    "Parent": "parent",
    "Reason": "reason",
    "Suggested name": "suggested",
}

#: The same in mzTab-M, which takes further columns under such names only.
MZTAB_COLUMNS: Final = tuple(f"opt_global_{title.lower().replace(' ', '_')}" for title in COLUMNS)

#: Sheet and row of the input.
_Place: TypeAlias = tuple[str, int]
#: Cells to append, by the row of the input.
_Cells: TypeAlias = dict[_Place, list[str]]

#: Byte order marks; that of UTF-32 begins with that of UTF-16.
_MARKS: Final = (
    codecs.BOM_UTF8,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
)
_LINE_ENDS: Final = "\r\n"


def annotated(analysis: Analysis) -> bytes:
    r"""Bytes of the analysed file with the verdicts in columns behind its own.

    Text files keep every byte of their lines, workbooks their sheets and formulas. Where one row
    holds several features (samples side by side), each cell says what they share, or lists them.

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes
        Of the kind of the file: text in its encoding, XLSX or Parquet; CSV for a DataFrame.

    Raises
    ------
    ExportError
        If the analysis is a study of several files, or of a JSON document.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = gg.read_features(b"Name;RT\r\nGM1(36:1;O2);9,9\r\n")
    >>> annotated(gg.analyze(table)).decode().splitlines()[0]
    'Name;RT;Verdict;Confidence;Parent;Reason;Suggested name'
    """
    content = analysis.source.content
    if is_archive(content):
        raise ExportError(
            "This is a study of several files: annotate each file by itself, or export CSV."
        )
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise ExportError("This is a JSON document, which has no columns: export CSV or mzTab-M.")
    table = read_features(analysis.source, analysis.settings)
    cells = _cells(analysis, table)
    if content.startswith(b"PK\x03\x04"):
        return _annotated_workbook(content, table.tables, cells)
    if content.startswith(b"PAR1"):
        return _annotated_parquet(content, cells)
    return _annotated_text(analysis, table.tables[0], cells)


def _cells(analysis: Analysis, table: FeatureTable) -> _Cells:
    """Cells to append to each row of the input."""
    shown = analysis.features[[*set(COLUMNS.values()) - {"suggested"}]].copy()
    shown["suggested"] = _suggestions(analysis)
    shown["confidence"] = shown["confidence"].map("{:.3f}".format, na_action="ignore")
    texts = shown[list(COLUMNS.values())].astype("str").fillna("")
    label = table.data["sample"].fillna(table.data["name"]).fillna("").tolist()
    sheets = table.data["sheet"].fillna("").tolist()
    places = list(zip(sheets, table.data["row"].astype(int), strict=True))
    found: dict[_Place, list[tuple[str, list[str]]]] = {}
    for place, name, values in zip(places, label, texts.to_numpy().tolist(), strict=True):
        found.setdefault(place, []).append((name, values))
    return {place: _together(features) for place, features in found.items()}


def _together(features: Sequence[tuple[str, list[str]]]) -> list[str]:
    """Cells for the features of one row: what they share, else each with its label."""
    labels = [label for label, _ in features]
    columns = zip(*(values for _, values in features), strict=True)
    return [_shared(labels, texts) for texts in columns]


def _shared(labels: Sequence[str], texts: Sequence[str]) -> str:
    """One text for several features."""
    if len(set(texts)) == 1:
        return safe_text(texts[0])
    listed = (f"{label}: {text}" for label, text in zip(labels, texts, strict=True) if text)
    return safe_text("; ".join(listed))


def _suggestions(analysis: Analysis) -> pd.Series[Any]:
    """Best other name of each outlier, empty for other features and where none fits."""
    features = analysis.features
    outliers = features.index[features["verdict"] == "outlier"]
    ids = features["feature_id"]
    best = {row: _suggestion(analysis, int(ids[row])) for row in outliers}
    return pd.Series(best, index=features.index, dtype="str")


def _suggestion(analysis: Analysis, feature_id: int) -> str:
    """Best name of a feature's mass that is expected at its RT, other than its own."""
    names = analysis.suggest(feature_id)["name"]
    own = analysis.features["name"].iloc[feature_id]
    return next((name for name in names if name != own), "")


def _annotated_text(analysis: Analysis, read: TableRead, cells: _Cells) -> bytes:
    """Text file with cells behind the records of features, and titles behind the header."""
    text, encoding, separator = decoded_text(analysis.source, analysis.settings)
    mztab = read.tool == "mzTab-M"
    added = {row: values for (_, row), values in cells.items()}
    if mztab:
        added = {row: [value or "null" for value in values] for row, values in added.items()}
    if read.header_line:
        added[read.header_line] = list(MZTAB_COLUMNS if mztab else COLUMNS)
    lines = list(io.StringIO(text, newline=""))
    width = len(_fields(lines[max(read.header_line, 1) - 1], separator))
    written: list[str] = []
    at = 0
    for row, following in pairwise([*sorted(added), len(lines) + 1]):
        end = _end_of_record(lines, row - 1, following - 1)
        written += lines[at : row - 1]
        written.append(_appended("".join(lines[row - 1 : end]), separator, width, added[row]))
        at = end
    written += lines[at:]
    content = analysis.source.content
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    return mark + "".join(written).encode(encoding, errors="replace")


def _end_of_record(lines: Sequence[str], start: int, following: int) -> int:
    """Index behind the last line of a record, whose quotes match there."""
    quotes = 0
    for end in range(start, following):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            return end + 1
    return start + 1  # its quotes never match: each line is a record


def _fields(record: str, separator: str) -> list[str]:
    """Fields of a record."""
    body = record.rstrip(_LINE_ENDS)
    return next(csv.reader(io.StringIO(body, newline=""), delimiter=separator), [])


def _appended(record: str, separator: str, width: int, added: Sequence[str]) -> str:
    """Record with cells behind its own, which are filled up to the header's width."""
    body = record.rstrip(_LINE_ENDS)
    missing = separator * max(0, width - len(_fields(record, separator)))
    cells = io.StringIO()
    csv.writer(cells, delimiter=separator, lineterminator="").writerow(added)
    return body + missing + separator + cells.getvalue() + record[len(body) :]


def _annotated_workbook(content: bytes, tables: Sequence[TableRead], cells: _Cells) -> bytes:
    """Workbook with cells behind the rows of features in each sheet that was read."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    for read in tables:
        sheet = book[read.sheet]
        first = sheet.max_column + 1
        added = {row: values for (name, row), values in cells.items() if name == read.sheet}
        if read.header_line:
            added[read.header_line] = list(COLUMNS)
        for row, values in added.items():
            for position, value in enumerate(values):
                if value:
                    sheet.cell(row=row, column=first + position, value=value)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _annotated_parquet(content: bytes, cells: _Cells) -> bytes:
    """Parquet file with further columns."""
    frame = pd.read_parquet(io.BytesIO(content))
    added = [cells.get(("", row), [""] * len(COLUMNS)) for row in range(2, len(frame) + 2)]
    titles = unique([*map(str, frame.columns), *COLUMNS])[len(frame.columns) :]
    columns = pd.DataFrame(added, columns=titles, index=frame.index, dtype="str")
    return pd.concat([frame, columns], axis=1).to_parquet()
