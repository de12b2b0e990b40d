"""Merged cells of a worksheet: a value that is merged over several rows holds for each of them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

from ganglioside.reading.worksheets import Cell, column_number

_CHUNK: Final = 1 << 20
#: Longest element of a merged range that is cut by the end of a chunk.
_CUT: Final = 200
_MERGED: Final = re.compile(
    rb'<(?:[^\W\d][\w.-]*:)?mergeCell [^<>]*?ref="'
    rb'(?P<column>[A-Z]{1,3})(?P<first>[0-9]{1,7}):[A-Z]{1,3}(?P<last>[0-9]{1,7})"'
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells merged over several rows: 1-based column of their value, first and last row."""

    column: int
    first: int
    last: int


def merged_over_rows(book: Any, part: str) -> Iterator[Merged]:
    """Yield the cells of a worksheet that are merged over several rows.

    The part lists them behind its rows.

    Parameters
    ----------
    book : openpyxl.reader.excel.ExcelReader
    part
        Name of the sheet in the archive.
    """
    with book.archive.open(part) as stream:
        for found in _elements(stream):
            merged = Merged(
                column_number(found["column"].decode()), int(found["first"]), int(found["last"])
            )
            if merged.first < merged.last:
                yield merged


def _elements(stream: IO[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield the elements of merged cells in a part of UTF-8 or UTF-16."""
    chunk, rest = stream.read(_CHUNK), b""
    is_wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    while chunk:
        text = rest + (chunk.replace(b"\0", b"") if is_wide else chunk)
        end = 0
        for found in _MERGED.finditer(text):
            end = found.end()
            yield found
        rest = text[max(end, len(text) - _CUT) :]
        chunk = stream.read(_CHUNK)


@dataclass(slots=True)
class MergedRows:
    """The merged cells of a worksheet, while its rows are read one after another.

    Attributes
    ----------
    starting : dict of int to list of Merged
        Merged cells by their first row.
    values : dict of int to (int, str)
        Last row and value of those that reach beyond the row that was read, by their column.
    """

    starting: dict[int, list[Merged]] = field(default_factory=dict)
    values: dict[int, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, merged: Iterable[Merged]) -> MergedRows:
        """The merged cells of a worksheet before its first row."""
        starting: dict[int, list[Merged]] = {}
        for one in merged:
            starting.setdefault(one.first, []).append(one)
        return cls(starting)

    def held(self, number: int, cells: list[Cell]) -> list[Cell]:
        """Cells that a row has by those merged above it; none of a row that is empty otherwise.

        Examples
        --------
        >>> rows = MergedRows.of([Merged(1, 2, 3)])
        >>> rows.held(2, [(1, "GM3 34:1"), (2, "7.5")]), rows.held(3, [(2, "7.6")])
        ([], [(1, 'GM3 34:1')])
        >>> rows.held(4, [(2, "8.9")])
        []
        """
        self.values = {c: held for c, held in self.values.items() if held[0] >= number}
        if not cells or not (self.values or number in self.starting):
            return []
        own = dict(cells)
        held = [(column, text) for column, (_, text) in self.values.items() if column not in own]
        for merged in self.starting.get(number, ()):
            if merged.column in own:
                self.values[merged.column] = (merged.last, own[merged.column])
        return held
