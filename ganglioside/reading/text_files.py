"""Text files with separated fields: decoding, layout and records."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from ganglioside.errors import ReadError
from ganglioside.reading.headers import column_of_header, looks_like_data
from ganglioside.reading.limits import CONTROL, check_filled, check_rows
from ganglioside.reading.records import HEADER_WITHIN, NO_HEADER, Body, Record, Sheet
from ganglioside.support.arrays import read_only
from ganglioside.support.fact_tables import read_facts

#: Field separators, the likelier first.
SEPARATORS: Final[tuple[str, ...]] = (",", ";", "\t", "|")

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SEARCHED: Final = 1_000_000  # characters from the top that may contain the header
_NONE: Final = read_only(np.empty(0, dtype=np.int64))
#: Lines that a table of R has at least, to be known as one.
_ROWS_OF_R: Final = 3
#: What lies between columns that blanks align, lines that are looked at, and least columns.
_GAP: Final = re.compile(r"(?<=\S) {2,}(?=\S)")
_ALIGNED: Final = 100
_FEWEST: Final = 3
_CHUNK: Final = 20_000  # records at a time, so that few lists are alive at once


@dataclass(frozen=True, slots=True)
class Top:
    """Separator and header of a text file.

    Attributes
    ----------
    separator : str
        Separator of the fields.
    texts : sequence of str
        Cells of the header.
    line : int
        1-based line of the header.
    """

    separator: str
    texts: Sequence[str]
    line: int

    @property
    def width(self) -> int:
        """Smallest number of fields in a full row: up to the last column with a name."""
        named = [i for i, text in enumerate(self.texts) if text.strip()]
        return named[-1] + 1 if named else 0


def decode(content: bytes) -> tuple[str, str]:
    r"""Text of a file and its encoding; the likeliest one where the bytes leave it open.

    Raises
    ------
    ReadError
        If the bytes are no text.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfName")
    ('Name', 'utf-8')
    >>> decode(b"K\xf6ln")
    ('Köln', 'cp1252')
    """
    return next(iter(decodings(content)))


def decodings(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the text of a file in each encoding that it can have, the likeliest first.

    Raises
    ------
    ReadError
        If the bytes are no text.
    """
    encoding, start = _encoding(content)
    text = _decoded(content[start:], encoding)
    if text is not None:
        yield _without_controls(text), encoding
        return
    if encoding != "utf-8":
        raise ReadError(_not_text(f"it breaks off or is damaged in its encoding {encoding}"))
    possible = {row.encoding: _decoded(content, row.encoding) for row in _encodings()}
    for encoding, text in possible.items():
        if text is not None:
            yield _without_controls(text), encoding
    if not any(text is not None for text in possible.values()):
        raise ReadError(_not_text("its bytes belong to no known encoding"))


@dataclass(frozen=True, slots=True)
class _Encoding:
    """A row of `data/encodings.csv`."""

    encoding: str


def _encodings() -> tuple[_Encoding, ...]:
    """Encodings that are tried, the likeliest first."""
    return read_facts("encodings.csv", _Encoding)


def _decoded(content: bytes, encoding: str) -> str | None:
    """Text in an encoding, None if the bytes cannot be in it."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _without_controls(text: str) -> str:
    """The text; one with control characters is refused."""
    control = CONTROL.search(text)
    if control:
        line = len(_LINE_END.findall(text, 0, control.start())) + 1
        raise ReadError(_not_text(f"line {line} holds the control character {control.group()!r}"))
    return text


def _encoding(content: bytes) -> tuple[str, int]:
    """Likely encoding of a text, and the number of bytes of its byte order mark."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    # Western text in UTF-16 has a zero in nearly every second byte.
    head = content[:2000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    one_sided = max(even, odd) > len(head) // 4 and min(even, odd) == 0
    if one_sided and len(content) % 2 == 0:
        return ("utf-16-le" if odd else "utf-16-be"), 0
    return "utf-8", 0


def _not_text(why: str) -> str:
    """Message for bytes that are no text."""
    return (
        f"This is not a text file: {why}. Export the feature table as CSV (UTF-8), .xlsx or "
        "Parquet and read that file."
    )


def text_sheets(text: str, max_rows: int) -> list[Sheet]:
    """The text as a sheet for each separator that it may have.

    By separators that do not occur it is one and the same sheet, of one column. That of tabs is
    there in any case: files that should have them are told so.
    """
    possible = [separator for separator in SEPARATORS if separator in text]
    absent = [separator for separator in SEPARATORS if separator not in text]
    tried = {*possible, *absent[:1], "\t"}
    return [_sheet(text, separator, max_rows) for separator in SEPARATORS if separator in tried]


def with_tabs(text: str) -> str | None:
    r"""Text whose columns blanks divide or align, with tabs between them; None if it is none.

    Examples
    --------
    >>> with_tabs("Name      RT    Area\nGM3 34:1  7.5   1000\nGM3 36:1  8.25  2000")
    'Name\tRT\tArea\nGM3 34:1\t7.5\t1000\nGM3 36:1\t8.25\t2000'
    >>> with_tabs('"Name" "RT" "Area"\n"1" "GM3 34:1" 7.5 1000\n"2" "GM3 36:1" 8.25 2000')
    'Name\tRT\tArea\n1\tGM3 34:1\t7.5\t1000\n2\tGM3 36:1\t8.25\t2000'
    """
    lines = [line for line in text[:_SEARCHED].splitlines()[:_ALIGNED] if line.strip()]
    if "\t" in text or not lines:
        return None
    widths = [len(_GAP.split(line.strip())) for line in lines]
    usual = max(widths, key=widths.count)
    if usual >= _FEWEST and widths.count(usual) >= max(_FEWEST, len(widths) // 2):
        return _GAP.sub("\t", text)
    return _divided_by_blanks(text, lines)


def _divided_by_blanks(text: str, lines: Sequence[str]) -> str | None:
    """Text with tabs for the blanks outside quotes, which R writes; None if it is no table."""
    whole = _LINE_END.split(text)
    if max(map(len, whole)) > csv.field_size_limit():
        return None
    first, *others = [len(_words(line)) for line in lines]
    if first < _FEWEST or len(others) < _FEWEST - 1 or set(others) not in ({first}, {first + 1}):
        return None
    return "\n".join("\t".join(_words(line)) for line in whole)


def _words(line: str) -> list[str]:
    """Fields of a line that blanks divide; those within quotes divide nothing."""
    found = next(csv.reader([line.strip()], delimiter=" ", skipinitialspace=True), [])
    return list(found)


def _sheet(text: str, separator: str, max_rows: int) -> Sheet:
    """The text as a sheet with this separator."""
    head = _with_row_names(head_records(text, separator))

    def body(record: int) -> Body:
        widest = max((len(cells) for _, cells in head), default=0)
        line, texts = (0, [""] * widest) if record == NO_HEADER else head[record]
        return read_delimited(text, Top(separator, texts, line), max_rows)

    return Sheet("", head, body, separator, records=lambda: _all_records(text, separator, max_rows))


def _with_row_names(head: list[Record]) -> list[Record]:
    """Records of a table of R, whose first line has no header for the names of the rows."""
    if len(head) < _ROWS_OF_R:
        return head
    (line, texts), *below = head
    longer = all(len(cells) == len(texts) + 1 for _, cells in below)
    filled = any(cells[-1].strip() for _, cells in below)
    names = {cells[0].strip() for _, cells in below}
    is_cut = any(name.count("(") > name.count(")") for name in names)  # GM3(36:1 ; O2)
    if not longer or not filled or is_cut or looks_like_data(texts):
        return head
    counted = all(name.isdecimal() for name in names)
    named = counted or not any(column_of_header(text) == "name" for text in texts)
    return [(line, ["", *texts]), *below] if named and len(names) == len(below) else head


def _all_records(text: str, separator: str, max_rows: int) -> list[Record]:
    """All records of a text that are not blank, each with its 1-based line."""
    found = []
    try:
        for line, fields in _numbered(text, separator, strict=False):
            if not _is_blank(fields):
                found.append((line, fields))
                check_rows(len(found), max_rows + HEADER_WITHIN)
    except csv.Error as error:  # a field beyond csv's limit
        raise ReadError(_not_text(f"a field is too long ({error})")) from error
    return found


def head_records(text: str, separator: str) -> list[Record]:
    """First records that are not blank, each with its 1-based line."""
    found: list[Record] = []
    records = _numbered(text[:_SEARCHED], separator, strict=False)
    while len(found) < HEADER_WITHIN:
        try:
            line, fields = next(records)
        except (StopIteration, csv.Error):  # a field beyond csv's limit ends the search
            break
        if not _is_blank(fields):
            found.append((line, fields))
    return found


def _numbered(text: str, separator: str, *, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the 1-based line and the fields of each record; empty lines are no records."""
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, strict=strict, **_dialect(text, separator))
    line = 1
    for fields in reader:
        if fields:
            yield line, fields
        line = reader.line_num + 1


def _dialect(text: str, separator: str) -> dict[str, Any]:
    """Options of `csv.reader`; blanks before a quote are skipped if the file has them."""
    spaced = re.search(re.escape(separator) + ' +"', text[:_SEARCHED]) is not None
    return {"delimiter": separator, "skipinitialspace": spaced}


def _is_blank(fields: Sequence[str]) -> bool:
    """Whether a record is a blank line."""
    return not fields or (len(fields) == 1 and not fields[0].strip())


_Record: TypeAlias = tuple[int, list[str], bool]  # line, fields, whether the quotes match


class _SwallowedRows(Exception):  # noqa: N818 - a signal within this module
    """A quoted field contains what looks like whole rows."""


def read_delimited(text: str, top: Top, max_rows: int) -> Body:
    """All records below the header, as text cells.

    Raises
    ------
    ReadError
        If there are more than `max_rows` rows.
    """
    body = _read_simple(text, top) or _read_any(text, top, max_rows)
    check_rows(len(body.lines), max_rows)
    return body


def fit(fields: Sequence[str], top: Top) -> tuple[list[str], bool]:
    """As many cells as the header has, and whether the fields fit it.

    Empty fields beyond the header, and missing ones below columns without a name, fit.

    Examples
    --------
    >>> top = Top(",", ["Name", "RT"], line=1)
    >>> fit(["GM1(36:1;O2)", "9.9", ""], top)
    (['GM1(36:1;O2)', '9.9'], True)
    >>> fit(["GM1(36:1;O2)"], top)
    (['GM1(36:1;O2)', ''], False)
    """
    width = len(top.texts)
    used = len(fields)
    while used > width and not fields[used - 1].strip():
        used -= 1
    cells = [*fields[:width], *[""] * (width - used)]
    return cells, top.width <= used <= width


def _read_simple(text: str, top: Top) -> Body | None:
    """All records of a text in which every line is one, read fast; None for other texts."""
    from pyarrow import csv as arrow

    below = _below(text, top.line)
    content = below.encode()
    begins_blank = not below.lstrip("\ufeff")  # Arrow leaves out a byte order mark
    if begins_blank or not _quotes_match(content, top.separator):
        return None
    misfits: dict[int, list[str]] = {}

    def keep(row: arrow.InvalidRow) -> str:
        misfits[row.number - 1] = _split(row.text, top.separator)
        return "skip"

    names = [str(i) for i in range(len(top.texts))]
    table = arrow.read_csv(
        io.BytesIO(content),
        read_options=arrow.ReadOptions(
            use_threads=False, column_names=names, block_size=len(content) + 1
        ),
        parse_options=arrow.ParseOptions(
            delimiter=top.separator, newlines_in_values=True, invalid_row_handler=keep
        ),
        convert_options=arrow.ConvertOptions(
            column_types=dict.fromkeys(names, "string"), strings_can_be_null=False
        ),
    )
    if table.num_rows + len(misfits) != _count_lines(below):
        return None
    return _insert(table.to_pandas(), misfits, top)


def _quotes_match(content: bytes, separator: str) -> bool:
    """Whether quotes alternately open and close whole fields; doubled quotes do not."""
    padded = np.frombuffer(b"\n" + content + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(padded == ord('"'))
    borders = np.frombuffer(f"{separator}\r\n".encode(), dtype=np.uint8)
    opens = np.isin(padded[quotes[0::2] - 1], borders)
    closes = np.isin(padded[quotes[1::2] + 1], borders)
    return len(opens) == len(closes) and bool(opens.all() and closes.all())


def _split(line: str, separator: str) -> list[str]:
    """Fields of a line whose quotes match."""
    if '"' not in line:
        return line.split(separator)
    return next(csv.reader([line], delimiter=separator))


def _below(text: str, line: int) -> str:
    """Text below a line (0: all of it), without line ends at its end."""
    if line == 0:
        return text.rstrip("\r\n")
    end = next(islice(_LINE_END.finditer(text), line - 1, None), None)
    return "" if end is None else text[end.end() :].rstrip("\r\n")


def _count_lines(text: str) -> int:
    r"""Line count; lines end with \n, \r or \r\n."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1


def _insert(regular: pd.DataFrame, misfits: Mapping[int, list[str]], top: Top) -> Body:
    """All records of a text: the regular ones and, in between, those that do not fit the header.

    Parameters
    ----------
    regular
        Cells of the lines that fit.
    misfits
        Fields of the other lines, by their numbers (0: the line below the header).
    top
        Separator and header.
    """
    regular.columns = pd.RangeIndex(regular.shape[1])
    total = len(regular) + len(misfits)
    first_line = top.line + 1
    if not misfits:
        return Body(regular, first_line + np.arange(total), {}, _NONE)
    odd = {line: fields for line, fields in misfits.items() if not _is_blank(fields)}
    check_filled(_lacking(odd.values(), top))
    fitted = {line: fit(fields, top) for line, fields in odd.items()}
    added = pd.DataFrame([cells for cells, _ in fitted.values()], columns=regular.columns)
    cells = pd.concat([regular, added.astype(regular.dtypes)], ignore_index=True)
    regular_lines = np.setdiff1d(np.arange(total), list(misfits))
    lines = np.concatenate([regular_lines, np.array(list(odd), dtype=np.int64)])
    order = np.argsort(lines)
    lines = lines[order]
    ragged = {}
    for line, (_, fits) in fitted.items():
        if not fits:
            row = int(np.searchsorted(lines, line))
            ragged[row] = tuple(odd[line])
    ordered = cells.iloc[order].reset_index(drop=True)
    return Body(ordered, first_line + lines, ragged, _NONE)


def _lacking(records: Iterable[Sequence[str]], top: Top) -> int:
    """Count of the cells that records lack to be as wide as the header."""
    width = len(top.texts)
    return sum(max(width - len(fields), 0) for fields in records)


def _read_any(text: str, top: Top, max_rows: int) -> Body:
    """All records of any text; if its quotes do not match, each line is a record."""
    try:
        return _collect(_whole_records(text, top), top)
    except (csv.Error, _SwallowedRows):
        _check_lines(text, top, max_rows)
        return _collect(_single_lines(text, top), top)


def _check_lines(text: str, top: Top, max_rows: int) -> None:
    """Refuse a text whose quotes do not match and that has more lines than `max_rows`."""
    lines = (line for line in _LINE_END.split(_below(text, top.line)) if line.strip())
    if next(islice(lines, max_rows, None), None) is None:
        return
    broken = (line for line, _, intact in _single_lines(text, top) if not intact)
    raise ReadError(
        f"A quote that opens in line {next(broken, top.line + 1):,} is not closed there, and "
        f"read line by line the table has more than {max_rows:,} rows, the limit that max_rows "
        "sets. Close the quote or remove it."
    )


def _whole_records(text: str, top: Top) -> Iterator[_Record]:
    """Yield the records below the header.

    Raises
    ------
    csv.Error
        If quotes do not match.
    _SwallowedRows
        If a quoted field contains whole rows.
    """
    separators = len(top.texts) - 1
    for line, fields in _numbered(text, top.separator, strict=True):
        if line <= top.line:
            continue
        if any("\n" in cell or "\r" in cell for cell in fields):
            parts = (part for cell in fields for part in cell.splitlines())
            if any(part.count(top.separator) >= separators for part in parts):
                raise _SwallowedRows
        yield line, fields, True


def _single_lines(text: str, top: Top) -> Iterator[_Record]:
    """Yield each line below the header as a record, with whether its quotes match."""
    dialect = _dialect(text, top.separator)
    plain = not dialect["skipinitialspace"]
    for number, line in enumerate(_LINE_END.split(_below(text, top.line))):
        if plain and '"' not in line:
            yield top.line + 1 + number, line.split(top.separator), True
            continue
        try:
            fields = next(csv.reader([line], strict=True, **dialect), [])
            yield top.line + 1 + number, fields, True
        except csv.Error:
            yield top.line + 1 + number, line.split(top.separator), False


def _collect(records: Iterable[_Record], top: Top) -> Body:
    """Cells of records by column, and the rows that do not fit."""
    columns: list[list[str]] = [[] for _ in top.texts]
    lines: list[int] = []
    ragged: dict[int, tuple[str, ...]] = {}
    broken: list[int] = []
    lacking = 0
    present = (record for record in records if not _is_blank(record[1]))
    while chunk := list(islice(present, _CHUNK)):
        lacking += _lacking((fields for _, fields, _ in chunk), top)
        check_filled(lacking)
        rows = []
        for row, (_, fields, intact) in enumerate(chunk, len(lines)):
            cells, fits = fit(fields, top)
            rows.append(cells)
            if not intact:
                broken.append(row)
            elif not fits:
                ragged[row] = tuple(fields)
        lines += [line for line, _, _ in chunk]
        for column, texts in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(texts)
    typed = {i: pd.Series(column, dtype="str") for i, column in enumerate(columns)}
    return Body(
        pd.DataFrame(typed),
        np.array(lines, dtype=np.int64),
        ragged,
        np.array(broken, dtype=np.int64),
    )
