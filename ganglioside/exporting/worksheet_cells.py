"""Cells added to a worksheet in its XML, of which everything else stays as it is.

Spreadsheet libraries that load and save a workbook drop what they do not know, and the stored
values of formulas with it. Here only the rows that get cells are written anew: their own cells,
byte for byte, and the new ones behind them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from ganglioside.errors import ExportError

#: Texts or numbers of one row, from the first new column on; empty ones are no cells.
Cells = Sequence[str]

#: Characters that a cell can hold, and that XML allows.
_LONGEST: Final = 32_767
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")
_MOST_COLUMNS: Final = 16_384
_START_TAG: Final = re.compile(rb"""<(?:[^<>"']|"[^"]*+"|'[^']*+')*+>""")
_SPANS: Final = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")
_DECLARED: Final = re.compile(
    rb"(?P<before>(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?)"
    rb"""\s+encoding\s*=\s*["'](?P<encoding>[\w.-]+)["']"""
)


@dataclass(slots=True)
class _Row:
    """Bytes of a row that gets cells.

    Attributes
    ----------
    start, end : int
        Bytes at which its start tag and its end tag begin.
    number : int
    prefix : str
        Prefix of its namespace with the colon, mostly empty.
    old : list of (int, int)
        Bytes of the cells that are replaced.
    style : str
        Number of the format of its last cell, empty for the usual one.
    """

    start: int
    number: int
    prefix: str
    end: int = -1
    old: list[tuple[int, int]] = field(default_factory=list)
    style: str = ""


@dataclass(slots=True)
class _Scan:
    """What a first pass through a worksheet finds.

    Attributes
    ----------
    wanted : callable
        Whether a row with this number gets cells.
    old : range
        1-based columns that are replaced.
    """

    wanted: Callable[[int], bool]
    old: range
    rows: list[_Row] = field(default_factory=list)
    dimension: int = -1
    last_column: int = 0
    _row: int = 0
    _column: int = 0
    _current: _Row | None = None
    _cell_start: int = -1

    def run(self, content: bytes) -> None:
        """Pass through the worksheet."""
        parser = expat.ParserCreate()

        def start(name: str, attributes: dict[str, str]) -> None:
            self._start(name, attributes, parser.CurrentByteIndex)

        def end(name: str) -> None:
            self._end(name, parser.CurrentByteIndex)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.Parse(content, True)

    def _start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
        prefix, _, tag = name.rpartition(":")
        if tag == "c":
            self._start_cell(attributes, at)
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            own = f"{prefix}:" if prefix else ""
            self._current = _Row(at, self._row, own) if self.wanted(self._row) else None
        elif tag == "dimension":
            self.dimension = at

    def _start_cell(self, attributes: Mapping[str, str], at: int) -> None:
        place = attributes.get("r")
        self._column = self._column + 1 if place is None else column_number(place)
        if self._column in self.old:
            self._cell_start = at
            return
        self.last_column = max(self.last_column, self._column)
        if self._current is not None:
            self._current.style = attributes.get("s", "")

    def _end(self, name: str, at: int) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c" and self._cell_start >= 0:
            if self._current is not None:
                self._current.old.append((self._cell_start, at))
            self._cell_start = -1
        elif tag == "row" and self._current is not None:
            self._current.end = at
            self.rows.append(self._current)
            self._current = None


def with_cells(
    content: bytes, cells: Mapping[int, Cells], old: range = range(0), header: int = 0
) -> bytes:
    r"""Worksheet with cells behind its last column.

    Parameters
    ----------
    content
        XML of the worksheet.
    cells
        Texts of each row that gets cells, by its 1-based number; all as many.
    old
        1-based columns of an earlier annotation: the cells are written there, and those of rows
        that get none are taken away.
    header
        Row of the titles, whose cells look like the last one of its own; 0 without titles.

    Returns
    -------
    bytes
        XML in UTF-8.

    Raises
    ------
    ExportError
        If the worksheet has no column left, or is damaged.

    Examples
    --------
    >>> sheet = b'<sheetData><row r="2"><c r="A2"><v>9.5</v></c></row></sheetData>'
    >>> print(with_cells(sheet, {2: ["0.998"]}).decode()[11:-12])
    <row r="2"><c r="A2"><v>9.5</v></c><c r="B2"><v>0.998</v></c></row>
    """
    content = _in_utf_8(content)
    scan = _Scan(lambda row: row in cells or (bool(old) and row >= header), old)
    try:
        scan.run(content)
    except (expat.ExpatError, ValueError) as error:
        raise ExportError(f"The worksheet cannot be written: it is damaged ({error}).") from error
    first = old.start if old else scan.last_column + 1
    width = max(map(len, cells.values()), default=0)
    if first + width - 1 > _MOST_COLUMNS:
        raise ExportError("The worksheet has no columns left for the verdicts: export CSV.")
    last = max(scan.last_column, first + width - 1)
    return b"".join(_pieces(content, scan, cells, first, last, header))


def _pieces(
    content: bytes,
    scan: _Scan,
    cells: Mapping[int, Cells],
    first: int,
    last: int,
    header: int,
) -> Iterator[bytes]:
    """Yield the parts of the new worksheet."""
    at = 0
    if scan.dimension >= 0:
        yield content[: scan.dimension]
        tag = _tag_at(content, scan.dimension)
        yield _widened(tag, last)
        at = scan.dimension + len(tag)
    for row in scan.rows:
        yield content[at : row.start]
        at = row.end
        tag = _tag_at(content, row.start)
        if tag.endswith(b"/>"):  # it holds no cell, and so no feature
            yield content[row.start : (at := row.start + len(tag))]
            continue
        yield _SPANS.sub(b"", tag)
        yield from _kept_cells(content, row.start + len(tag), row)
        style = row.style if row.number == header else ""
        yield from _new_cells(cells.get(row.number, ()), row, first, style)
    yield content[at:]


def _kept_cells(content: bytes, at: int, row: _Row) -> Iterator[bytes]:
    """Yield the cells of a row without those that are replaced."""
    for start, end in row.old:
        yield content[at:start]
        tag = _tag_at(content, end)  # of a cell without content, its only tag
        at = end + len(tag)
    yield content[at : row.end]


def _new_cells(texts: Cells, row: _Row, first: int, style: str) -> Iterator[bytes]:
    """Yield the new cells of a row."""
    for position, text in enumerate(texts):
        if text:
            place = f"{column_letters(first + position)}{row.number}"
            yield _cell(text, place, row.prefix, style).encode()


def _cell(text: str, place: str, prefix: str, style: str) -> str:
    """XML of one cell: a number or a text."""
    own = f' s="{style}"' if style else ""
    p = prefix
    if _NUMBER.fullmatch(text):
        return f'<{p}c r="{place}"{own}><{p}v>{text}</{p}v></{p}c>'
    clean = _NO_XML.sub("", text)
    if len(clean) > _LONGEST:
        clean = f"{clean[: _LONGEST - 4]} ..."
    space = ' xml:space="preserve"' if clean != clean.strip() else ""
    inner = f"<{p}is><{p}t{space}>{escape(clean)}</{p}t></{p}is>"
    return f'<{p}c r="{place}"{own} t="inlineStr">{inner}</{p}c>'


def _tag_at(content: bytes, at: int) -> bytes:
    """Tag that begins at a byte."""
    tag = _START_TAG.match(content, at)
    if tag is None:
        raise ExportError("The worksheet cannot be written: it is damaged.")
    return tag.group()


def _widened(tag: bytes, last: int) -> bytes:
    """Tag of the used range, `A1:D20`, up to another last column."""
    letters = column_letters(last).encode()
    return re.sub(rb"(:)[A-Z]{1,3}(\d+)", rb"\g<1>" + letters + rb"\g<2>", tag, count=1)


def _in_utf_8(content: bytes) -> bytes:
    """XML in UTF-8, into which new cells can be written as they are."""
    declared = _DECLARED.match(content)
    encoding = declared["encoding"].decode().lower() if declared else ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding in ("", "utf-8", "utf8"):
        return content
    return _DECLARED.sub(rb"\g<before>", content.decode(encoding).encode(), count=1)


def column_number(place: str) -> int:
    """1-based number of the column of a cell.

    Examples
    --------
    >>> column_number("AB12")
    28
    """
    letters = _LETTERS.match(place)
    if letters is None:
        raise ValueError(f"no cell is called {place[:20]!r}")
    number = 0
    for letter in letters.group():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Letters of a column by its 1-based number.

    Examples
    --------
    >>> column_letters(28)
    'AB'
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
