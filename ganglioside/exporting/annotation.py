"""Your own file with the verdicts: the same cells, with columns for the verdicts behind them."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ganglioside.errors import ExportError
from ganglioside.exporting.readable import suggestions
from ganglioside.exporting.spreadsheet_text import safe_text
from ganglioside.exporting.worksheet_cells import with_cells
from ganglioside.reading.annotations import MZTAB_TITLES, TITLES, WIDTH, annotated_columns
from ganglioside.reading.compressed import TEXT_ENDINGS
from ganglioside.reading.features import read_features, study_files
from ganglioside.reading.file_kinds import decoded_text
from ganglioside.reading.source import MEGABYTE
from ganglioside.reading.study import is_archive
from ganglioside.reading.workbooks import worksheet_parts
from ganglioside.support.undated_zip import undated
from ganglioside.support.unique_names import unique
from ganglioside.verdicts.published import published_names

if TYPE_CHECKING:
    import pandas as pd

    from ganglioside.analysis import Analysis
    from ganglioside.reading.feature_table import FeatureTable
    from ganglioside.reading.raw_table import Source, TableRead
    from ganglioside.settings import Settings

#: Columns that are appended, each with the column of `Analysis.features` that it shows.
COLUMNS: Final[Mapping[str, str]] = dict(
    zip(
        TITLES,
        ("verdict", "confidence", "parent", "reason", "suggested", "decision", "published"),
        strict=True,
    )
)

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
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
#: Endings of files that are no text.
_BINARY_ENDINGS: Final = (".xlsx", ".xlsm", ".parquet", ".zip")
#: Rows whose fields do not fit the header: cells behind them would be in wrong columns.
_MISFITS: Final = ("too-few-fields", "too-many-fields", "broken-quotes")


def why_not_annotated(source: Source) -> str:
    r"""Reason why an input cannot be given back with verdicts, with the cure; empty if it can.

    Parameters
    ----------
    source
        The input.

    Examples
    --------
    >>> import pandas as pd
    >>> import ganglioside as gg
    >>> frame = pd.DataFrame({"Name": ["GM3(36:1;O2)"], "RT": [9.5]})
    >>> why_not_annotated(gg.read_features(frame).source)
    'This table came from a program, not from a file: export CSV, or analyse the file itself.'
    """
    if not source.is_file:
        return (
            "This table came from a program, not from a file: export CSV, or analyse the file "
            "itself."
        )
    if source.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "This is a JSON document, which has no columns: export CSV or mzTab-M."
    return ""


def ending_of_file(source: Source) -> str:
    """Ending of the user's own file, with its dot, as its content is.

    Parameters
    ----------
    source
        The input.

    Examples
    --------
    >>> import ganglioside as gg
    >>> ending_of_file(gg.example().source)
    '.csv'
    """
    own = Path(source.name).suffix.lower()
    if is_archive(source.content):
        return ".zip"
    if source.content.startswith(_ZIP):
        return own if own in (".xlsx", ".xlsm") else ".xlsx"
    if source.content.startswith(_PARQUET):
        return ".parquet"
    return own if own in TEXT_ENDINGS else ".txt"


def annotated(analysis: Analysis) -> bytes:
    r"""Bytes of the analysed file with the verdicts in columns behind its own.

    Everything else stays as it is: each byte of the lines of a text, sheets, formulas and their
    values in a workbook. Where one row holds several features (samples side by side), each cell
    says what they share, or lists them. Columns of an earlier annotation are replaced. A row whose
    fields do not fit the header gets no cells, which would be in wrong columns.

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes
        Of the kind of the file: text in its encoding, XLSX or Parquet; for a study a zip archive
        of its files.

    Raises
    ------
    ExportError
        If there is no file (see `why_not_annotated`), or it has no room for the columns.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = gg.read_features(b"Name;RT\r\nGM1(36:1;O2);9,9\r\n")
    >>> annotated(gg.analyze(table)).decode().splitlines()[0]
    'Name;RT;Verdict;Confidence;Parent;Reason;Suggested name;Decision;Name to publish'
    """
    source, settings = analysis.source, analysis.settings
    if why := why_not_annotated(source):
        raise ExportError(why)
    texts = _texts(analysis)
    if not is_archive(source.content):
        return _annotated_file(source, settings, texts)
    return _annotated_study(source, settings, texts)


def check_ending(target: Path, source: Source) -> None:
    """Refuse a file name under which no program would open the user's own file.

    Parameters
    ----------
    target
        The file to write.
    source
        The input.

    Raises
    ------
    ExportError
        If the content is of another kind than the ending says.
    """
    wanted, ending = ending_of_file(source), target.suffix.lower()
    if ending != wanted and (wanted in _BINARY_ENDINGS or ending in _BINARY_ENDINGS):
        raise ExportError(
            f"{target.name}: your file is of the kind {wanted}, so name it {target.stem}{wanted}."
        )


def _annotated_study(source: Source, settings: Settings, texts: pd.DataFrame) -> bytes:
    """Zip archive of the files of a study, each with its verdicts."""
    files = study_files(source, settings)
    written = io.BytesIO()
    at = 0
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (_, file) in zip(unique([f.name for _, f in files]), files, strict=True):
            rows = len(read_features(file, settings))
            content = _annotated_file(file, settings, texts.iloc[at : at + rows])
            archive.writestr(undated(name), content)
            at += rows
    return written.getvalue()


def _annotated_file(source: Source, settings: Settings, texts: pd.DataFrame) -> bytes:
    """One file with the texts of its features, columns `COLUMNS`."""
    if why := why_not_annotated(source):
        raise ExportError(f"{source.name}: {why}")
    table = read_features(source, settings)
    cells = _cells(table, texts)
    if source.content.startswith(_ZIP):
        return _annotated_workbook(source, settings, table.tables, cells)
    if source.content.startswith(_PARQUET):
        return _annotated_parquet(source.content, cells)
    return _annotated_text(source, settings, table, cells)


def _texts(analysis: Analysis) -> pd.DataFrame:
    """Text of each appended column, shape (n, len(COLUMNS)); empty where there is none."""
    features = analysis.overridden
    shown = features[["verdict", "confidence", "parent", "reason"]].copy()
    shown["suggested"] = suggestions(analysis)
    shown["decision"] = features.get("analyst_decision")
    shown["published"] = published_names(features)
    shown["confidence"] = shown["confidence"].map("{:.3f}".format, na_action="ignore")
    texts = shown.astype("str").fillna("")
    if "analyst_verdict" in features:
        texts["reason"] = _with_analyst(features, texts["reason"])
    return texts


def _with_analyst(features: pd.DataFrame, reasons: pd.Series[Any]) -> pd.Series[Any]:
    """Reasons of the model behind what an analyst says of the feature."""
    import pandas as pd

    renamed = "renamed to " + features["analyst_name"]
    later = features["analyst_decision"].where(features["analyst_decision"] == "later")
    what = renamed.fillna(features["analyst_verdict"]).fillna(later)
    said = pd.DataFrame({"what": what, "note": features["analyst_note"]}).astype("str").fillna("")
    parts = [": ".join(filter(None, row)).rstrip(".") for row in said.to_numpy().tolist()]
    texts = [
        f"Analyst: {part}. {reason}" if part else reason
        for part, reason in zip(parts, reasons, strict=True)
    ]
    return pd.Series(texts, index=reasons.index, dtype="str")


def _cells(table: FeatureTable, texts: pd.DataFrame) -> _Cells:
    """Cells to append to each row of the input."""
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
    """One text of one line for several features."""
    if len(set(texts)) == 1:
        together = texts[0]
    else:
        listed = zip(labels, texts, strict=True)
        together = "; ".join(f"{label}: {text}" for label, text in listed if text)
    return safe_text(" ".join(together.split()))


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a text file.

    Attributes
    ----------
    text : str
        What is read of it: without the cells of an earlier annotation.
    body : bytes
        The same as it is written, without its end.
    end : bytes
        Its end.
    """

    text: str
    body: bytes
    end: bytes


def _lines(source: Source, text: str, encoding: str) -> list[_Line]:
    """Lines of a file, of which `text` is what is read."""
    mark = _mark(source.content)
    content = source.content[len(mark) :]
    before = io.StringIO(content.decode(encoding), newline="")
    if encoding.startswith(("utf-16", "utf-32")):
        written = [line.encode(encoding) for line in before]
        before.seek(0)
    else:
        written = content.splitlines(keepends=True)
    after = io.StringIO(text, newline="")
    return [_line(b, a, w, encoding) for b, a, w in zip(before, after, written, strict=True)]


def _line(before: str, after: str, written: bytes, encoding: str) -> _Line:
    """Line with what is read of it; what is left of a changed line is encoded anew."""
    end = before[len(before.rstrip(_LINE_ENDS)) :].encode(encoding)
    body = written[: len(written) - len(end)]
    if after != before:
        body = after.rstrip(_LINE_ENDS).encode(encoding)
    return _Line(after, body, end)


def _mark(content: bytes) -> bytes:
    """Byte order mark of a file, empty without one."""
    return next((mark for mark in _MARKS if content.startswith(mark)), b"")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Encoding and separator of a text file, and the number of fields of its header."""

    encoding: str
    separator: str
    width: int

    def encoded(self, text: str) -> bytes:
        """Text in the encoding of the file; signs that it lacks are question marks."""
        return text.encode(self.encoding, errors="replace")

    def fields(self, lines: Sequence[_Line]) -> list[str]:
        """Fields of a record."""
        record = "".join(line.text for line in lines).rstrip(_LINE_ENDS)
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=self.separator), [])

    def with_cells(self, lines: Sequence[_Line], cells: Sequence[str]) -> bytes:
        """Record with cells behind its own.

        Fields that it lacks below the header are filled in, empty ones beyond it are replaced.
        """
        *first, last = lines
        fields = self.fields(lines)
        beyond = fields[self.width :]
        body = last.body + self.encoded(self.separator) * (self.width - len(fields))
        if beyond and not any(field.strip() for field in beyond):
            text = last.text.rstrip(_LINE_ENDS)
            kept = text.rsplit(self.separator, len(beyond))[0]
            body = body[: len(body) - len(self.encoded(text[len(kept) :]))]
        added = io.StringIO()
        csv.writer(added, delimiter=self.separator, lineterminator="").writerow(cells)
        behind = self.encoded(self.separator + added.getvalue())
        return b"".join(line.body + line.end for line in first) + body + behind + last.end


def _annotated_text(
    source: Source, settings: Settings, table: FeatureTable, cells: _Cells
) -> bytes:
    """Text file with cells behind the records of features, and titles behind the header."""
    read = table.tables[0]
    decoded = decoded_text(source, settings)
    lines = _lines(source, decoded.text, decoded.encoding)
    added = _added(table, cells, decimal_comma="decimal-comma" in table.problems["code"].tolist())
    header = max(read.header_line, 1) - 1
    layout = _Layout(decoded.encoding, decoded.separator, 0)
    width = len(layout.fields(lines[header : _record_end(lines, header, len(lines))]))
    layout = _Layout(decoded.encoding, decoded.separator, width)
    written: list[bytes] = [_mark(source.content)]
    at = 0
    for row, following in pairwise([*sorted(added), len(lines) + 1]):
        end = _record_end(lines, row - 1, following - 1)
        written += [line.body + line.end for line in lines[at : row - 1]]
        written.append(layout.with_cells(lines[row - 1 : end], added[row]))
        at = end
    written += [line.body + line.end for line in lines[at:]]
    return b"".join(written)


def _added(table: FeatureTable, cells: _Cells, *, decimal_comma: bool) -> dict[int, Sequence[str]]:
    """Cells behind the records of a text, by their lines; those of the header are titles."""
    read = table.tables[0]
    mztab = read.tool == "mzTab-M"
    problems = table.problems
    misfits = set(problems.loc[problems["code"].isin(_MISFITS), "row"].dropna().astype(int))
    added: dict[int, Sequence[str]] = {}
    for (_, row), values in cells.items():
        if row in misfits:
            continue
        if mztab:
            values = [value or "null" for value in values]
        elif decimal_comma:
            values = [values[0], values[1].replace(".", ","), *values[2:]]
        added[row] = values
    if read.header_line:
        added[read.header_line] = MZTAB_TITLES if mztab else TITLES
    return added


def _record_end(lines: Sequence[_Line], start: int, following: int) -> int:
    """Index behind the last line of a record, whose quotes match there."""
    quotes = 0
    for end in range(start, following):
        quotes += lines[end].text.count('"')
        if quotes % 2 == 0:
            return end + 1
    return start + 1  # its quotes never match: each line is a record


def _annotated_workbook(
    source: Source, settings: Settings, tables: Sequence[TableRead], cells: _Cells
) -> bytes:
    """Workbook with cells behind the rows of features in each sheet that was read.

    The parts of all other sheets, and those of pictures, styles and macros, are copied.
    """
    max_bytes = settings.max_megabytes * MEGABYTE
    parts = worksheet_parts(source.content, max_bytes)
    new: dict[str, bytes] = {}
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(source.content)) as book,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for read in tables:
            part, block = parts[read.sheet]
            added = {row: values for (name, row), values in cells.items() if name == read.sheet}
            if read.header_line:
                added[read.header_line] = list(TITLES)
            row, columns = block or (0, range(0))
            old = range(columns.start + 1, columns.stop + 1) if block else columns
            new[part] = with_cells(book.read(part), added, old, read.header_line or row)
        for member in book.infolist():
            copy.writestr(member, new.get(member.filename, book.read(member)))
    return written.getvalue()


def _annotated_parquet(content: bytes, cells: _Cells) -> bytes:
    """Parquet file with further columns; the others keep their types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    old = annotated_columns(table.column_names)
    if old is not None:
        table = table.select([i for i in range(table.num_columns) if i not in old])
    added = [cells.get(("", row), [""] * WIDTH) for row in range(2, table.num_rows + 2)]
    own = table.num_columns
    for position, title in enumerate(unique([*table.column_names, *TITLES])[own:]):
        table = table.append_column(title, pa.array([row[position] for row in added], pa.string()))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()
