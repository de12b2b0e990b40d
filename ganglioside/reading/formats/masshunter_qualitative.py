"""MassHunter Qualitative Analysis: peaks of integrated MRM chromatograms, as CSV.

Sources of the headers: yufongpeng/SphingolipidsID.jl (`test/data/mrm/qc.csv`, and the reader of
versions without compounds). Each chromatogram has a title, a header and one row a peak:

    D:/data/qc.d, Cpd 3: GM3 36:1;O2; 2.726: +ESI MRM Frag=166.0V CID@80.0 (1181.7 -> 264.3) qc.d
    D:/data/qc.d,Peak,Start,RT,End,Height,Area,...
    D:/data/qc.d,1,2.609,2.726,3.012,8480.85,37459.02,...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, Sheet, header_keys
from ganglioside.reading.sections import Section, find_sections, join_sections

#: The transition in the title of a chromatogram, and the data file behind it.
_TRANSITION: Final = re.compile(
    r"[+-] ?[A-Z]{2,5} .{0,100}?\((?P<mz>[0-9.*]{1,12}) -> [0-9.*]{1,12}\)"
    r"(?P<file>[^()]{0,200})"
)
#: The compound before it: its number, name and RT.
_COMPOUND: Final = re.compile(r"Cpd [0-9]{1,6}: (?P<name>.{1,300}?); [0-9.]{1,10}: [+-]")
#: Characters of a record that may be a title, and records among which the first one is.
_LONGEST: Final = 1000
_WITHIN: Final = 40
_HEADER: Final = frozenset({"peak", "rt", "area"})


@dataclass(frozen=True, slots=True)
class _Title:
    """What the title of a chromatogram says."""

    name: str
    mz: str
    file: str


def _unfold(sheet: Sheet) -> Sheet | None:
    """One row for each peak, with its compound, precursor and data file."""
    head = sheet.head[:_WITHIN]
    below = [cells for _, cells in head[1:]]
    if not any(_title(c) and _is_header(d) for (_, c), d in zip(head, below, strict=False)):
        return None
    records = sheet.records()
    titles: list[_Title] = []

    def title_of(cells: list[str]) -> str | None:
        title = _title(cells)
        if title is None:
            return None
        titles.append(title)
        return str(len(titles) - 1)

    found = find_sections(records, title_of)
    sections = [_section(section, titles[int(section.title)]) for section in found]
    others = [record for record in records if _title(record[1]) is None]
    return join_sections(sheet, sections, "Compound", others) if sections else None


def _title(cells: Sequence[str]) -> _Title | None:
    """What a record says as the title of a chromatogram; None if it is none."""
    text = ",".join(cells)[:_LONGEST]
    match = _TRANSITION.search(text) if " -> " in text else None
    if match is None or _is_header(cells):
        return None
    compound = _COMPOUND.search(text)
    name = compound["name"].strip(' "') if compound else ""
    return _Title(name, match["mz"].strip("*"), match["file"].strip(' ",'))


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a record heads the peaks of a chromatogram."""
    return header_keys(cells) >= _HEADER


def _section(section: Section, title: _Title) -> Section:
    """Section with the precursor and the data file of its title in each row."""
    header = [text if "\\" not in text else "" for text in section.header]
    rows: list[Record] = [(line, [title.mz, title.file, *cells]) for line, cells in section.rows]
    return Section(title.name, section.line, ["Precursor Ion", "Data File", *header], rows)


FORMATS: Final = (
    Format(
        "MassHunter Qualitative",
        files="peaks of integrated MRM chromatograms, CSV",
        columns={
            "name": ("Compound",),
            "sample": ("Data File",),
            "rt": ("RT",),
            "volume": ("Area", "Height"),
            "mz": ("Precursor Ion",),
        },
        others=("Type", "Label", "Cpd", "Base Peak", "Width"),
        unfold=_unfold,
        taken="compounds, precursors and data files of chromatograms, RT and areas of their peaks",
    ),
)
