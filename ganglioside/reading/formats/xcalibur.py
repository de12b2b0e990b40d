"""Xcalibur Quan Browser: reports with a sheet a compound, short and long.

Sources of the headers: reports as read by p2m2/p2m2tools (`XcaliburXlsParser`) and R scripts that
skip four lines above `Filename`, `Sample Type`, ... and drop the lines at the end: `Component Name`
above the name, then a blank line, the table, a blank line and who made it. Sheets `Component` and
`mdlCalcs` hold no peaks.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, Sheet, header_key
from ganglioside.reading.unfolding import sheet_of

#: Records at the top among which the header is.
_WITHIN: Final = 12


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
    rows: list[Record] = []
    for at, cells in records[header + 1 :]:
        if len([cell for cell in cells if cell.strip()]) < 2 or _ends(rows, at, cells, file):
            break
        rows.append((at, [compound, *cells]))
    return sheet_of(sheet, (line, ["Component Name", *texts]), rows, part=True)


def _ends(rows: list[Record], line: int, cells: list[str], file: int) -> bool:
    """Whether the table has ended above this record: by a blank line, or without a file."""
    below_blank = bool(rows) and line > rows[-1][0] + 1
    return below_blank or file >= len(cells) or not cells[file].strip()


FORMATS: Final = (
    Format(
        "Xcalibur Quan Browser",
        columns={
            "name": ("Component Name",),
            "sample": ("Filename", "Sample Name", "Sample ID"),
            "sample_type": ("Sample Type",),
            "rt": ("RT",),
            "volume": ("Area", "Height"),
        },
        unfold=_unfold,
        taken="a sheet a compound: files and their types, RT and areas",
    ),
)
