"""Tables with a column for each lipid and a row for each sample, with a row of retention times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ganglioside.reading.headers import column_of_header
from ganglioside.reading.limits import DECIMALS
from ganglioside.reading.name_columns import readable_share
from ganglioside.reading.records import Record, Sheet
from ganglioside.reading.unfolding import is_filled, sheet_of

#: Records at the top among which names and retention times are, and columns before the lipids.
_WITHIN: Final = 12
_LABELS: Final = 6
#: Share of the cells of a record that are names where it names the columns, and their least count.
_ENOUGH: Final = 0.5
_ACROSS: Final = 4
#: A retention time, and the share of the cells behind their label that are some.
_TIME: Final = re.compile(rf"[0-9]{{1,5}}(?:[.,]{DECIMALS})?")
_MOSTLY: Final = 0.8


@dataclass(frozen=True, slots=True)
class _Axes:
    """Indices of the records with the names and the retention times, and the column of labels."""

    names: int
    times: int
    labels: int


def lipids_across(texts: Sequence[str]) -> bool:
    """Whether most cells of a header are names of lipids: a table with one row a sample.

    Examples
    --------
    >>> lipids_across(["Sample", "GM3 34:1", "GM3 36:1", "PC 34:1"]), lipids_across(["Name", "RT"])
    (True, False)
    """
    told = [text.strip() for text in texts if text.strip()]
    return len(told) >= _ACROSS and readable_share(told) >= _ENOUGH


def exchanged(sheet: Sheet) -> Sheet | None:
    """Sheet with one row for each lipid; None if the sheet has no such shape.

    Parameters
    ----------
    sheet
        With a record of names, one of retention times whose first cells say so, and one a sample.
    """
    axes = _axes([cells for _, cells in sheet.head[:_WITHIN]])
    records = sheet.records() if axes is not None else []
    if axes is None or not records:
        return None
    line, names = records[axes.names]
    times = records[axes.times]
    others = [r for i, r in enumerate(records) if i != axes.names and _is_filled(r[1], axes.labels)]
    lipids = [i for i in range(axes.labels + 1, len(names)) if _cell(times[1], i)]
    header = ["Name", *(_cell(cells, axes.labels) for _, cells in others)]
    rows = [(line, [names[i], *(_cell(cells, i) for _, cells in others)]) for i in lipids]
    kinds = _kinds(names[: axes.labels + _LABELS], others)
    used = {line, *(at for at, _ in others)}
    left_out = [at for at, cells in records if at not in used and is_filled(cells)]
    unfolded = sheet_of(sheet, (line, header), rows, kinds=kinds, left_out=left_out)
    return replace(unfolded, notes=(*unfolded.notes, ("transposed", f"{times[0]:,}")))


def _axes(head: Sequence[Sequence[str]]) -> _Axes | None:
    """Where names, retention times and labels are; None without them."""
    names = next((i for i, cells in enumerate(head) if lipids_across(cells)), None)
    labelled = [(i, labels) for i, cells in enumerate(head) if (labels := _label(cells)) >= 0]
    if names is None or len(labelled) != 1:  # RT may be a word for room temperature, too
        return None
    ((times, labels),) = labelled
    return _Axes(names, times, labels) if times != names else None


def _label(cells: Sequence[str]) -> int:
    """Position of the cell that says that retention times follow; -1 if none does."""
    labels = (i for i, cell in enumerate(cells[:_LABELS]) if column_of_header(cell) == "rt")
    at = next(labels, -1)
    times = [cell.strip() for cell in cells[at + 1 :] if cell.strip()]
    numbers = sum(_TIME.fullmatch(cell) is not None for cell in times)
    return at if times and numbers >= _MOSTLY * len(times) else -1


def _is_filled(cells: Sequence[str], labels: int) -> bool:
    """Whether a record has a label and a value."""
    return bool(_cell(cells, labels)) and any(cell.strip() for cell in cells[labels + 1 :])


def _kinds(titles: Sequence[str], records: Sequence[Record]) -> list[str]:
    """Type of the sample of each column, behind that of the names, if a column tells it."""
    types = (i for i, text in enumerate(titles) if column_of_header(text) == "sample_type")
    at = next(types, None)
    return [] if at is None else ["", *(_cell(cells, at) for _, cells in records)]


def _cell(cells: Sequence[str], position: int) -> str:
    """Cell without the blanks about it, empty where a record is shorter."""
    return cells[position].strip() if position < len(cells) else ""
