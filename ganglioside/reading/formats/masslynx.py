"""MassLynx TargetLynx: summary reports by compound or by sample, as text.

Sources of the headers: p2m2/p2m2tools (tests of `QuantifyCompoundSummaryReportMassLynxParser`) and
reports of the same shape: a line `Compound 1:  name`, a header whose first cell may be empty, one
row an injection; or `Sample 1:  name` above one row a compound.
"""

from __future__ import annotations

import re
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Sheet
from ganglioside.reading.sections import Section, find_sections, join_sections

#: First lines of a report; without them, a section must begin at the top.
_TITLE: Final = re.compile(
    r"(?P<of>Compound|Sample)(?: Name)? ?(?P<number>[0-9]{0,6}) ?: *+(?P<name>.*)", re.IGNORECASE
)
#: Records at the top among which the first section begins.
_WITHIN: Final = 40


def _unfold(sheet: Sheet) -> Sheet | None:
    """One row for each compound and sample."""
    first = next((m for _, cells in sheet.head[:_WITHIN] if (m := _match(cells))), None)
    if first is None:
        return None
    kind = first["of"].capitalize()
    records = sheet.records()
    sections = find_sections(records, lambda cells: _title(cells, kind))
    if not sections:
        return None
    other = "Compound" if kind == "Sample" else "Sample"
    renamed = [_renamed(section, f"{other} Name") for section in sections]
    return join_sections(sheet, renamed, f"{kind} Name", records)


def _match(cells: list[str]) -> re.Match[str] | None:
    """The title of a section in the first cell, in a record with nothing else."""
    if any(cell.strip() for cell in cells[1:]):
        return None
    return _TITLE.fullmatch(cells[0].strip())


def _title(cells: list[str], kind: str) -> str | None:
    """Name of the compound or sample whose section begins, None for other records."""
    match = _match(cells)
    return match["name"] if match and match["of"].capitalize() == kind else None


def _renamed(section: Section, name: str) -> Section:
    """Section in which `Name` says of what it is."""
    header = [name if text.casefold() == "name" else text for text in section.header]
    return Section(section.title, section.line, header, section.rows)


FORMATS: Final = (
    Format(
        "MassLynx",
        files="TargetLynx summary by compound or by sample, text",
        columns={
            "name": ("Compound Name",),
            "sample": ("Sample Name", "Sample Text", "Sample ID"),
            "sample_type": ("Type",),
            "rt": ("RT", "Ret. Time"),
            "volume": ("Area", "Abs. Response", "Height"),
            "mz": ("m/z",),
        },
        unfold=_unfold,
        taken="compounds, samples and their types, RT and areas",
    ),
)
