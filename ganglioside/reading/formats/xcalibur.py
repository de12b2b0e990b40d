"""Xcalibur Quan Browser: reports with a sheet a compound, short and long.

Sources of the headers: reports as read by p2m2/p2m2tools (`XcaliburXlsParser`) and R scripts that
skip four lines above `Filename`, `Sample Type`, ... and drop the lines at the end: `Component Name`
above the name, then a blank line, the table, a blank line and who made it. Sheets `Component` and
`mdlCalcs` hold no peaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, Sheet, header_key
from ganglioside.reading.unfolding import is_filled, sheet_of

#: Records at the top among which the header is.
_WITHIN: Final = 12
#: Columns of which a peak fills one, which the lines below the table do not.
_MEASURED: Final = frozenset(("area", "istdarea", "height", "rt", "peakstatus"))


def _unfold(sheet: Sheet) -> Sheet | None:
    """Rows of one compound, with its name in each."""
    top = [(line, [header_key(cell) for cell in cells]) for line, cells in sheet.head[:_WITHIN]]
    named = next((i for i, (_, keys) in enumerate(top) if keys[:1] == ["componentname"]), None)
    header = next((i for i, (_, keys) in enumerate(top) if {"filename", "area"} <= set(keys)), None)
    if named is None or header is None or header <= named + 1:
        return None
    compound = sheet.head[named + 1][1][0].strip() or sheet.name
    records = sheet.records()
    line, texts = records[header]
    file = top[header][1].index("filename")
    measured = [i for i, key in enumerate(top[header][1]) if key in _MEASURED]
    rows: list[Record] = []
    left_out = []
    for at, cells in records[header + 1 :]:
        if _holds(cells, [file]) and _holds(cells, measured):
            rows.append((at, [compound, *cells]))
        elif is_filled(cells):
            left_out.append(at)
    titles = ["Component Name", *texts]
    return sheet_of(sheet, (line, titles), rows, part=True, left_out=left_out)


def _holds(cells: Sequence[str], positions: Iterable[int]) -> bool:
    """Whether a record has something in one of some columns."""
    return any(cells[i].strip() for i in positions if i < len(cells))


FORMATS: Final = (
    Format(
        "Xcalibur Quan Browser",
        files="short and long report",
        columns={
            "name": ("Component Name",),
            "sample": ("Filename", "Sample Name", "Sample ID"),
            "sample_type": ("Sample Type",),
            "rt": ("RT",),
            "volume": ("Area", "Height"),
        },
        unfold=_unfold,
        taken="from the sheet of each compound: files and their types, RT and areas",
    ),
)
