"""Layouts: the tool that wrote a sheet, its header, and the columns of its samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np

from ganglioside.reading.cell_values import is_missing, number_text
from ganglioside.reading.formats.format import Format
from ganglioside.reading.headers import Header, column_of_header, match_header, with_content
from ganglioside.reading.limits import check_columns
from ganglioside.reading.records import (
    HEADER_WITHIN,
    NO_HEADER,
    Body,
    Record,
    SampleColumns,
    Sheet,
    cells_of,
    header_keys,
)
from ganglioside.reading.registry import format_of
from ganglioside.reading.sample_columns import find_samples, names_samples, without_samples

#: Records at the top that are looked at whole; of those below them, only as many cells as this.
_LOOKED_AT_WHOLE: Final = 12
_CELLS_BELOW: Final = 60_000
#: Cells of rows further down that are looked at for the columns that the first rows leave empty.
_LATE_CELLS: Final = 1_000_000


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """How a sheet is read.

    Attributes
    ----------
    sheet : Sheet
    header : Header
        The header and its input columns.
    record : int
        Index of the header in `sheet.head`.
    line : int
        1-based line of the header.
    tool : str
        The tool whose export this is, empty if none is recognised.
    samples : tuple of SampleColumns
        Samples of a wide table; empty for a table with one row a feature and sample.
    candidate : Candidate or None
        The header before its samples were known.
    late : list of list of str
        Rows further down, for the columns that hold nothing in the first ones.
    """

    sheet: Sheet
    header: Header
    record: int
    line: int
    tool: str = ""
    samples: tuple[SampleColumns, ...] = ()
    candidate: Candidate | None = None
    late: list[list[str]] = field(default_factory=list)

    @property
    def below(self) -> list[list[str]]:
        """Cells of the rows by which columns are judged."""
        return [*self.sheet.cells_below(self.record), *self.late]

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed input columns that neither the table nor each of its samples has."""
        return tuple(c for c in self.header.missing if not self._each_sample_has(c))

    @property
    def is_usable(self) -> bool:
        """Whether an analysis finds what it needs, but perhaps the name, which content can show."""
        return not self.header.unmet and not set(self.missing) - {"name"}

    @property
    def is_feature_list(self) -> bool:
        """Whether this is what programs write that find features, with names or without."""
        found = {*self.header.positions, *(c for s in self.samples for c in s.positions)}
        return "rt" in found and bool(self.tool or {"mz", "volume"} <= found)

    @property
    def rank(self) -> tuple[int, int, int]:
        """Of two layouts of one input, the better one has the higher rank."""
        return _rank(self.header, is_known=bool(self.tool))

    def _each_sample_has(self, column: str) -> bool:
        """Whether each sample has a column of its own."""
        return bool(self.samples) and all(column in s.positions for s in self.samples)


def find_layout(
    sheet: Sheet, columns: Mapping[str, str] | None, tool: Format | None = None
) -> Layout | None:
    """Layout with the most input columns; None if no record of the sheet can be the header.

    Parameters
    ----------
    sheet
    columns
        Header texts that the user gives for input columns.
    tool
        The tool that wrote the sheet, if that is known before its header is.

    Raises
    ------
    ReadError
        If there are more columns than a worksheet has.
    """
    possible: list[Candidate] = []
    looked_at = 0
    for record, (_, texts) in enumerate(sheet.head):
        if sheet.header not in (None, record):
            continue
        if record >= _LOOKED_AT_WHOLE and looked_at > _CELLS_BELOW:
            break  # a header so far down a wide table would take minutes to find
        looked_at += len(texts)
        check_columns(len(texts))
        of_tool = tool or format_of(header_keys(texts))
        header = _header_by(of_tool, texts, columns)
        if header.positions or (record < _LOOKED_AT_WHOLE and names_samples(texts)):
            header = with_content(header, partial(sheet.cells_below, record))
            possible.append(Candidate(record, header, of_tool))
    groups = [one for one, other in pairwise(possible) if _stands_over(one, other)]
    return _best(sheet, [c for c in possible if c not in groups], columns or {})


def _stands_over(candidate: Candidate, below: Candidate) -> bool:
    """Whether a record holds groups of columns over the header: `Area` over `S1` and `S2`.

    Name and RT, merged over both, are in both.
    """
    one, other = candidate.header, below.header
    shared = [one.positions.get(column) for column in ("name", "rt")]
    same = all(
        at is not None and at in other.positions.values() and one.texts[at] == other.texts[at]
        for at in shared
    )
    return same and candidate.record + 1 == below.record and one.texts != other.texts


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """A record that can be the header, before the samples of the table are known."""

    record: int
    header: Header
    tool: Format | None

    @property
    def highest_rank(self) -> tuple[int, int, int]:
        """Rank that its layout has at most: samples can only take columns away."""
        return _rank(self.header, is_known=self.tool is not None)


def _best(sheet: Sheet, possible: Sequence[Candidate], columns: Mapping[str, str]) -> Layout | None:
    """Usable layout with the highest rank, of equal ones the first; None if none is usable.

    Samples cost most, so they are sought only where the layout could be the best one.
    """
    best: Layout | None = None
    for candidate in sorted(possible, key=lambda c: c.highest_rank, reverse=True):
        most = (candidate.highest_rank, -candidate.record)
        if best is not None and most < (best.rank, -best.record):
            break
        layout = _layout(sheet, candidate, columns)
        if not layout.is_usable:
            continue
        if best is None or (layout.rank, -layout.record) > (best.rank, -best.record):
            best = layout
    return best


def _rank(header: Header, *, is_known: bool) -> tuple[int, int, int]:
    """Rank of a header: it has names, is of a known tool, and has many input columns."""
    return (int("name" in header.positions), int(is_known), len(header.positions))


def _layout(
    sheet: Sheet,
    candidate: Candidate,
    columns: Mapping[str, str],
    late: list[list[str]] | None = None,
) -> Layout:
    """Layout with a record as the header, usable or not."""
    record, header, tool = candidate.record, candidate.header, candidate.tool
    above, late = sheet.head[:record], late or []
    first = _with_whole_names(sheet.cells_below(record), header, sheet.separator)
    samples = _samples(header, above, tool, [*first, *late], columns)
    header = without_samples(header, samples)
    line, name = sheet.head[record][0], "" if tool is None else tool.tool
    return Layout(sheet, header, record, line, name, samples, candidate, late)


def with_late_columns(layout: Layout, body: Body, columns: Mapping[str, str]) -> Layout:
    """Layout in which columns that hold nothing in the first rows can be samples too.

    Parameters
    ----------
    layout
    body
        All rows below its header.
    columns
        Header texts that the user gives for input columns.
    """
    if layout.candidate is None:
        return layout
    late = _late_rows(layout, body)
    return _layout(layout.sheet, layout.candidate, columns, late) if late else layout


def _late_rows(layout: Layout, body: Body) -> list[list[str]]:
    """First rows that show what the columns hold in which the rows looked at have no value."""
    first, width = layout.below, len(layout.header.texts)
    if len(body.lines) <= len(first):
        return []
    late = [i for i in range(width) if all(map(is_missing, cells_of(first, i)))]
    most = min(HEADER_WITHIN, max(_LATE_CELLS // max(width * len(late), 1), 1))
    fits = np.ones(len(body.lines), dtype=bool)
    fits[[*body.ragged, *body.broken]] = False
    taken = np.zeros_like(fits)
    for position in late:
        shown = ~number_text(body.cells[position], thousands=True).missing & fits
        others = np.flatnonzero(shown & ~taken)
        taken[others[: max(most - int((shown & taken).sum()), 0)]] = True
    rows: list[list[str]] = body.cells[taken].to_numpy(dtype=object).tolist()
    return rows


def _with_whole_names(records: list[list[str]], header: Header, separator: str) -> list[list[str]]:
    """Cells of records in which a name that holds the separator is one cell again."""
    at = header.positions.get("name")
    if at is None or not separator:
        return records
    width = len(header.texts)
    return [c if len(c) <= width else _with_whole_name(c, at, width, separator) for c in records]


def _with_whole_name(cells: list[str], at: int, width: int, separator: str) -> list[str]:
    """Cells of a record whose surplus fields are pieces of the name at a position."""
    end = at + max(_filled(cells) - width, 0) + 1
    return [*cells[:at], separator.join(cells[at:end]), *cells[end:]]


def _filled(cells: Sequence[str]) -> int:
    """Count of cells up to the last one that is not empty."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1].strip()), 0)


def _samples(
    header: Header,
    above: Sequence[Record],
    tool: Format | None,
    below: list[list[str]],
    columns: Mapping[str, str],
) -> tuple[SampleColumns, ...]:
    """Samples of a wide table; none where the user says which one column holds the areas."""
    if "volume" in {column_of_header(label) for label in columns}:
        return ()
    return find_samples(header, above, tool, below)


def header_of(
    texts: Sequence[str], columns: Mapping[str, str] | None, tool: Format | None = None
) -> Header:
    """Header with its input columns, by the words of the tool that wrote it.

    Parameters
    ----------
    texts
        Cells of a record.
    columns
        Header texts that the user gives for input columns.
    tool
        The tool, by default the one that the header itself shows.
    """
    return _header_by(tool or format_of(header_keys(texts)), texts, columns)


def _header_by(
    tool: Format | None, texts: Sequence[str], columns: Mapping[str, str] | None
) -> Header:
    """Header with its input columns, by the words of a tool, or by none but the usual ones."""
    if tool is None:
        return match_header(texts, columns)
    return match_header(texts, columns, tool.columns, tool.is_other)


def without_header(sheet: Sheet, columns: Mapping[str, str]) -> Layout | None:
    """Layout of a sheet without a header, whose columns are numbered; None for an empty sheet.

    Parameters
    ----------
    sheet
    columns
        Numbered columns that the user gives for input columns: `{"RT": "column 2"}`.
    """
    layout = numbered(sheet, columns)
    return layout if layout.header.texts and layout.is_usable else None


def numbered(sheet: Sheet, columns: Mapping[str, str]) -> Layout:
    """Layout of a sheet without a header, whatever it lacks; see `without_header`."""
    width = max((len(cells) for _, cells in sheet.head), default=0)
    check_columns(width)
    texts = [f"column {number}" for number in range(1, width + 1)]
    return Layout(sheet, match_header(texts, columns), NO_HEADER, 0)
