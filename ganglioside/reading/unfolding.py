"""Sheets of one feature a row, made from sheets of other shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganglioside.reading.limits import check_filled
from ganglioside.reading.records import HEADER_WITHIN, Body, Record, Sheet, as_cells


def left_out_notes(lines: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """Note of the lines that an unfolded sheet leaves out; none if there are no such lines.

    Examples
    --------
    >>> left_out_notes([12, 15])
    (('lines-left-out', '2 (first: line 12)'),)
    """
    if not lines:
        return ()
    return (("lines-left-out", f"{len(lines):,} (first: line {lines[0]:,})"),)


def is_filled(cells: Sequence[str]) -> bool:
    """Whether a record holds more than a title: two cells, or lines within quotes."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 1 or any("\n" in cell.strip() for cell in filled)


def sheet_of(
    sheet: Sheet,
    header: Record,
    rows: Sequence[Record],
    *,
    kinds: Sequence[str] = (),
    part: bool = False,
    left_out: Sequence[int] = (),
) -> Sheet:
    """Sheet with one header and the rows below it.

    Parameters
    ----------
    sheet
        The sheet that it is made from.
    header
        Line and cells of the header.
    rows
        Rows, each with its line in the input; they are filled up to the header's width.
    kinds
        Types of samples, written above the columns that are samples.
    part
        Whether the sheet is a part of one table, and so no sample.
    left_out
        Lines of records that hold something and are in no row: the reading report counts them.

    Examples
    --------
    >>> source = Sheet("", [(1, ["a"])], lambda _: Body(as_cells([], 0), np.arange(0)))
    >>> unfolded = sheet_of(source, (1, ["Name", "RT"]), [(2, ["GM3(36:1)"])])
    >>> unfolded.body(0).cells.to_numpy().tolist()
    [['GM3(36:1)', '']]
    """
    line, texts = header
    width = len(texts)
    check_filled(sum(max(width - len(cells), 0) for _, cells in rows))
    filled = [(at, [*cells[:width], *[""] * (width - len(cells))]) for at, cells in rows]
    above = [(line, list(kinds))] if any(kinds) else []
    records = [*above, (line, list(texts)), *filled]

    def body(record: int) -> Body:
        below = records[record + 1 :]
        columns = [[cells[i] for _, cells in below] for i in range(width)]
        lines = np.array([at for at, _ in below], dtype=np.int64)
        return Body(as_cells(columns, len(below)), lines)

    head = records[:HEADER_WITHIN]
    notes = left_out_notes(left_out)
    return Sheet(sheet.name, head, body, sheet.separator, part=part, notes=notes, header=len(above))
