"""LabSolutions of Shimadzu: ASCII files of one run, or of several one after another.

Sources of the sections and headers: programs that read such files (p2m2/p2m2tools, tests of its
parsers; `read.shimadzu.quant`; bika.lims `GCMSQP2010SECSVParser`). A
section begins with its name in brackets; `[Header]` names the data file, and the results stand in
`[MS Quantitative Results]`, `[Compound Results(Ch1)]` or `[Peak Table(Ch1)]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PureWindowsPath
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Sheet
from ganglioside.reading.sections import Section, find_sections, join_sections

_TITLE: Final = re.compile(r"\[(?P<name>[^\[\]()]{1,60}?) ?(?:\([^()]{0,40}\))?\]")
_FILE: Final = "Data File Name"
#: Sections with results, the preferred ones first: the others list the same peaks, or fewer.
_RESULTS: Final = (
    "MS Quantitative Results",
    "Quantitative Results",
    "Compound Results",
    "Peak Table",
)
#: Between section and file in the title of a table.
_BETWEEN: Final = "\n"
#: A transition: of its two m/z the first is that of the precursor.
_TRANSITION: Final = re.compile(r"(?P<precursor>[0-9.]{1,20}) ?-?> ?[0-9.]{1,20}")


def _unfold(sheet: Sheet) -> Sheet | None:
    """One row for each compound and run."""
    first = sheet.head[0][1] if sheet.head else []
    if _section(first) != "Header":
        return None
    records = sheet.records()
    sections = find_sections(records, _titles())
    for kind in _RESULTS:
        found = [s for s in sections if _kind(s) == kind and "Name" in s.header]
        if found:
            others = [(line, cells) for line, cells in records if line > found[0].line]
            return join_sections(sheet, [_of_file(s) for s in found], _FILE, others)
    return None


def _kind(section: Section) -> str:
    """Name of a section without that of its data file."""
    return section.title.partition(_BETWEEN)[0]


def _section(cells: Sequence[str]) -> str:
    """Name of the section that a record begins, empty if it begins none."""
    match = _TITLE.fullmatch(cells[0].strip()) if cells else None
    return match["name"] if match and not any(cell.strip() for cell in cells[1:]) else ""


def _titles() -> Callable[[list[str]], str | None]:
    """Function that gives the section and data file that begin with a record, None for others."""
    file = ""

    def title_of(cells: list[str]) -> str | None:
        nonlocal file
        name = _section(cells)
        if cells[0].strip() == _FILE and len(cells) > 1:
            file = PureWindowsPath(cells[1].strip()).name
        return f"{name}{_BETWEEN}{file}" if name else None

    return title_of


def _of_file(section: Section) -> Section:
    """Section whose title is its data file, with the precursor of each transition as m/z."""
    _, _, file = section.title.partition(_BETWEEN)
    at = section.header.index("m/z") if "m/z" in section.header else -1
    rows = [(line, _with_precursor(cells, at)) for line, cells in section.rows]
    return Section(file, section.line, section.header, rows)


def _with_precursor(cells: list[str], position: int) -> list[str]:
    """Cells with the m/z of the precursor at a position."""
    cell = cells[position].strip() if 0 <= position < len(cells) else ""
    match = _TRANSITION.fullmatch(cell)
    return [*cells[:position], match["precursor"], *cells[position + 1 :]] if match else cells


FORMATS: Final = (
    Format(
        "LabSolutions",
        files="ASCII file of one run or of several: quantitative results or peak table",
        columns={
            "name": ("Name",),
            "sample": (_FILE,),
            "rt": ("Ret. Time", "Ret.Time", "R.Time"),
            "volume": ("Area", "Height"),
            "mz": ("m/z", "Mass"),
        },
        unfold=_unfold,
        taken="compounds, data files, RT and areas, m/z (of transitions that of the precursor)",
    ),
)
