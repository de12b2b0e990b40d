"""Compound Discoverer 2 and 3: table of compounds as text or workbook.

Sources of the headers: reports as read by bhagwataditya/autonomics and other public scripts:
`Area: S_1.raw (F1)`, `Norm. Area: S_1.raw (F1)`, `Group Area: liver`, `Area (Max.)`,
`Reference Ion`, `Calc. MW` (`Molecular Weight` in version 2); nested tables as in
computational-metabolomics/MetMashR (`inst/extdata/MTox/CD/*.xlsx`).

An export of several levels writes the rows that belong to a compound below it, one column to the
right, with a header of their own. They are left out: they are its ions, files or candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.records import Record, Sheet, header_key
from ganglioside.reading.unfolding import sheet_of

#: Headings that mark the table of compounds; a nested header repeats headings of its parent.
_COMPOUNDS: Final = frozenset(("calcmw", "molecularweight", "rtmin", "areamax", "name"))
#: What the column of ticks holds in the row of a compound, in the language of the computer.
_TICKS: Final = frozenset(("true", "false", "wahr", "falsch", "vrai", "faux", "0", "1"))
#: Headings that a nested header has in common with its parent, at least.
_SHARED: Final = 2
#: Records above the header that are looked over.
_ABOVE: Final = 12

#: Sample of a column: its file, without the number that the study gives it.
_FILE: Final = r"(?P<sample>.+?)(?: \(F[0-9]+\))?"


def _unfold(sheet: Sheet) -> Sheet | None:
    """Sheet with the rows of compounds only, where rows of lower levels are nested in between."""
    at = next((i for i, (_, c) in enumerate(sheet.head[:_ABOVE]) if _heads_compounds(c)), None)
    if at is None:
        return None
    texts = [cell.strip() for cell in sheet.head[at][1]]
    if not any(_is_nested_header(cells, texts) for _, cells in sheet.head[at + 1 :]):
        return None
    ticks = next((i for i, text in enumerate(texts) if header_key(text) == "checked"), None)
    kept: list[Record] = []
    nested: list[Record] = []
    end = _filled(texts)  # of the rows of a nested table whose ticks stand below those of compounds
    for record in sheet.records()[at + 1 :]:
        is_header = _is_nested_header(record[1], texts)
        if is_header and ticks is not None and _is_ticks(record[1], ticks):
            end = _filled(record[1])
        is_compound = _is_compound(record, ticks) and not is_header
        if end < _filled(texts):
            is_compound = is_compound and _filled(record[1]) > end
        (kept if is_compound else nested).append(record)
    lines = [line for line, _ in nested]
    return sheet_of(sheet, sheet.head[at], kept, left_out=lines)


def _heads_compounds(cells: Sequence[str]) -> bool:
    """Whether a record is the header of a table of compounds."""
    keys = {header_key(cell) for cell in cells}
    return "rtmin" in keys and len(_COMPOUNDS & keys) > _SHARED


def _is_nested_header(cells: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether a record below the header is that of a nested table."""
    if not cells or cells[0].strip():
        return False
    return len({cell.strip() for cell in cells if cell.strip()} & set(texts)) >= _SHARED


def _is_compound(record: Record, ticks: int | None) -> bool:
    """Whether a record is the row of a compound: it has a tick, or begins in the first column."""
    cells = record[1]
    if ticks is None:
        return bool(cells[0].strip())
    return ticks < len(cells) and cells[ticks].strip().casefold() in _TICKS


def _is_ticks(cells: Sequence[str], ticks: int) -> bool:
    """Whether a nested header has its ticks in the column in which compounds have theirs."""
    return ticks < len(cells) and header_key(cells[ticks]) == "checked"


def _filled(cells: Sequence[str]) -> int:
    """Count of cells up to the last one that is not empty."""
    return max((i for i, cell in enumerate(cells, 1) if cell.strip()), default=0)


FORMATS: Final = (
    Format(
        "Compound Discoverer",
        files="table of compounds, versions 2 and 3, text or workbook",
        marks=(
            ("Calc. MW", "RT [min]"),
            ("Molecular Weight", "RT [min]"),
            ("RT [min]", "Area (Max.)"),
            ("RT [min]", "Group Area*"),
            ("RT [min]", "Norm. Area*"),
            ("RT [min]", "Gap Status*"),
            ("RT [min]", "Reference Ion"),
            ("Annot. DeltaMass [ppm]",),
        ),
        columns={
            "name": ("Name", "Compound"),
            "rt": ("RT [min]",),
            "mz": ("m/z",),
            "adduct": ("Reference Ion", "Ion"),
            "volume": ("Area (Max.)", "Area"),
        },
        others=(
            "Checked", "Tags", "Formula", "Annot*", "Calc. MW", "Molecular Weight", "Group*",
            "Ratio*", "Log2*", "P-value*", "Adj*", "Gap*", "Peak Rating*", "RSD*", "mzCloud*",
            "mzVault*", "FISh*", "MS2", "MS Depth", "Background", "Area CV*", "Structure",
        ),
        per_sample=(
            PerSample("volume", rf"Area: {_FILE}"),
            PerSample("volume", rf"Peak Area: {_FILE}"),
            PerSample("volume", rf"Norm\. Area: {_FILE}"),
            PerSample("rt", rf"RT(?: \[min\])?: {_FILE}"),
            PerSample("mz", rf"m/z: {_FILE}"),
        ),
        unfold=_unfold,
        taken=(
            "names, m/z, RT, reference ions and the areas of all files; group areas, ratios, "
            "ratings and rows of lower levels are left out, normalised areas are read only where "
            "there are no others"
        ),
    ),
)  # fmt: skip
