"""Columns that an annotated file has behind its own: they are left out when it is read again.

An annotated file is the user's own with verdicts behind each row (`exporting/annotation.py`). Taken
away here, before any reader looks at the cells, they cannot pass for samples, and the file reads as
the one that was annotated.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ganglioside.columns import VERDICTS
from ganglioside.reading.records import HEADER_WITHIN, Record
from ganglioside.reading.text_files import SEPARATORS

#: Titles of the columns, and those that mzTab-M allows.
TITLES: Final = (
    "Verdict",
    "Confidence",
    "Parent",
    "Reason",
    "Suggested name",
    "Decision",
    "Name to publish",
)
MZTAB_TITLES: Final = tuple(f"opt_global_{title.lower().replace(' ', '_')}" for title in TITLES)
WIDTH: Final = len(TITLES)
#: An earlier version had fewer.
_EARLIER_WIDTH: Final = 5

#: A cell of verdicts: of one feature, or of several, each behind its sample.
_VERDICT: Final = re.compile(rf"(?:.*?: )?(?:{'|'.join(VERDICTS)})(?:;.*)?")
_CONFIDENCE: Final = re.compile(r"(?:.*?: )?[01][.,]\d{1,3}(?:;.*)?|[01]|null|")
_LINE_ENDS: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class Block:
    """Where the columns are.

    Attributes
    ----------
    record : int
        Index of the record with their titles; of the first one in a table without a header.
    position : int
        0-based position of the first of them.
    width : int
        Cells of that record.
    count : int
        Number of the columns.
    """

    record: int
    position: int
    width: int
    count: int = WIDTH

    @property
    def is_last(self) -> bool:
        """Whether no column follows."""
        return self.position + self.count == self.width


def find_block(records: Sequence[Sequence[str]]) -> Block | None:
    """Columns of an annotation among records; None if there are none.

    Examples
    --------
    >>> find_block([["made by me"], ["Name", "RT", *TITLES]])
    Block(record=1, position=2, width=9, count=7)
    """
    for index, cells in enumerate(records):
        columns = _titles_in(cells)
        if columns is None and index == 0:
            columns = _values_in(cells)  # without a header
        if columns is not None:
            return Block(index, columns.start, max(len(cells), columns.stop), len(columns))
    return None


def annotated_columns(titles: Sequence[str]) -> range | None:
    """Positions of the columns of an annotation among those with these titles.

    Examples
    --------
    >>> annotated_columns(["Name", *TITLES, "my note"])
    range(1, 8)
    """
    return _titles_in(titles)


def _titles_in(cells: Sequence[str]) -> range | None:
    """Positions of the titles in a record."""
    for titles in (TITLES, MZTAB_TITLES):
        starts = [i for i, cell in enumerate(cells) if cell == titles[0]]
        for count in (WIDTH, _EARLIER_WIDTH):
            found = [i for i in starts if tuple(cells[i : i + count]) == titles[:count]]
            if found:
                return range(found[-1], found[-1] + count)
    return None


def _values_in(cells: Sequence[str]) -> range | None:
    """Positions from a verdict and its confidence on, in a record of a table without a header."""
    found = [i for i in range(len(cells) - 1) if _is_judged(cells[i], cells[i + 1])]
    if not found:
        return None
    count = WIDTH if len(cells) - found[-1] >= WIDTH else _EARLIER_WIDTH
    return range(found[-1], found[-1] + count)


def _is_judged(verdict: str, confidence: str) -> bool:
    """Whether two cells are a verdict and its confidence, which only an undetermined one lacks."""
    if not (_VERDICT.fullmatch(verdict) and _CONFIDENCE.fullmatch(confidence)):
        return False
    return bool(confidence) or "undetermined" in verdict


@dataclass(slots=True)
class Unannotated:
    """Records of a worksheet without the columns of an annotation.

    Attributes
    ----------
    records : iterable of Record
        As they are stored.
    row : int
        Row of their titles, once they are found; else 0.
    columns : range
        0-based positions of them.
    """

    records: Iterable[Record]
    row: int = 0
    columns: range = range(0)

    @property
    def place(self) -> tuple[int, range] | None:
        """Row and positions of the titles; None if there are none."""
        return (self.row, self.columns) if self.row else None

    def __iter__(self) -> Iterator[Record]:
        """Yield the records; those that held nothing else are left out."""
        for index, (row, cells) in enumerate(self.records):
            if not self.row and index < HEADER_WITHIN:
                block = find_block([cells] if index == 0 else [(), cells])
                if block is not None:
                    self.row = row
                    self.columns = range(block.position, block.position + block.count)
            kept = self._without(cells) if self.row else cells
            if kept:
                yield row, kept

    def _without(self, cells: list[str]) -> list[str]:
        """Cells without those of the annotation, up to the last one with a value."""
        kept = cells[: self.columns.start] + cells[self.columns.stop :]
        while kept and not kept[-1]:
            kept.pop()
        return kept


def without_annotation(text: str) -> str:
    r"""Text of a file without the columns of an annotation; each line stays a line.

    Examples
    --------
    >>> titles = ",".join(TITLES)
    >>> without_annotation(f"Name,RT,{titles}\nGM3(36:1),9.5,valid,0.998,,\"on, its line\",,,\n")
    'Name,RT\nGM3(36:1),9.5\n'
    """
    if not _may_hold(text[:_TOP]):
        return text
    lines = list(io.StringIO(text, newline=""))
    for separator in SEPARATORS:
        block = _block_of_text(lines, separator)
        if block is not None:
            cut = [_cut(line, separator, block) for line in lines[block.record :]]
            return "".join([*lines[: block.record], *cut])
    return text


def _block_of_text(lines: Sequence[str], separator: str) -> Block | None:
    """Columns of an annotation in the first lines of a text."""
    filled = [(i, line) for i, line in enumerate(lines[:_SEARCHED]) if line.strip()]
    within = [(i, line) for i, line in filled if _may_hold(line)]
    for i, line in within:
        fields = [_plain(line[a:b]) for a, b in _spans(line, separator)]
        is_first = i == filled[0][0]
        block = find_block([fields] if is_first else [(), fields])
        if block is not None:
            return replace(block, record=i, width=len(fields))
    return None


#: Lines and characters from the top that are searched.
_SEARCHED: Final = 2 * HEADER_WITHIN
_TOP: Final = 1_000_000
_MARKS: Final = re.compile(f"{TITLES[0]}|{MZTAB_TITLES[0]}|{'|'.join(VERDICTS)}")


def _may_hold(text: str) -> bool:
    """Whether a text may hold the titles or verdicts."""
    return _MARKS.search(text) is not None


def _cut(line: str, separator: str, block: Block) -> str:
    """Line without the cells of the annotation.

    Where the columns are the last ones, they are the last cells also of a line that has more or
    fewer fields than the header.
    """
    spans = _spans(line, separator)
    first = block.position if len(spans) == block.width else len(spans) - block.count
    if first < 1 or first + block.count > len(spans):
        return line
    judged = (_plain(line[a:b]) for a, b in spans[first : first + 2])
    if len(spans) != block.width and not (block.is_last and _is_judged(*judged)):
        return line
    return line[: spans[first - 1][1]] + line[spans[first + block.count - 1][1] :]


def _spans(line: str, separator: str) -> list[tuple[int, int]]:
    """Start and end of each field of a line."""
    body = line.rstrip(_LINE_ENDS)
    if '"' not in body:
        return _plain_spans(body, separator)
    pattern = _FIELDS[separator]
    found = []
    at = 0
    while at <= len(body):
        match = pattern.match(body, at)
        end = len(body) if match is None else match.end()
        found.append((at, end))
        at = end + 1
    return found


def _plain_spans(body: str, separator: str) -> list[tuple[int, int]]:
    """Start and end of each field of a line without quotes."""
    found = []
    at = 0
    for field in body.split(separator):
        found.append((at, at + len(field)))
        at += len(field) + 1
    return found


def _field_pattern(separator: str) -> re.Pattern[str]:
    """Pattern of one field: quoted, or without a separator; it never goes back."""
    own = re.escape(separator)
    return re.compile(rf'"(?:[^"]|"")*+"(?={own}|\Z)|[^{own}]*+')


_FIELDS: Final = {separator: _field_pattern(separator) for separator in SEPARATORS}


def _plain(field: str) -> str:
    """Content of a field."""
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field.strip()
