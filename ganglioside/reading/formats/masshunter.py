"""MassHunter Quantitative Analysis: batch tables with compounds across, or with samples across.

Sources of the headers: SLINGhub/midar (`tests/testthat/*_Testdata_MHQuant_*.csv`) and
SLINGhub/MSOrganiser (`tests/testdata/WideTableForm*.csv`, `CompoundTableForm*.csv`). Two rows head
such a table:

- compounds across: `Sample` and, for each compound, `X Method` and `X Results` above the titles;
- samples across: `Compound Method` and the name of each sample above the titles.

Qualifiers are second transitions of the compound before them, so they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.headers import column_of_header
from ganglioside.reading.records import Sheet, header_key
from ganglioside.reading.unfolding import sheet_of

#: What stands above the columns of a compound.
_COMPOUND: Final = re.compile(r"(?P<name>\S(?:.*\S)?) (?P<what>Method|Results)", re.IGNORECASE)
_QUALIFIER: Final = re.compile(r"Qualifier\b.*", re.IGNORECASE)
#: Records above the two header rows that are looked over.
_ABOVE: Final = 5


@dataclass(slots=True)
class _Block:
    """Columns below one name: their titles and positions."""

    name: str
    columns: dict[str, int] = field(default_factory=dict)
    is_method: bool = False

    @property
    def has_results(self) -> bool:
        """Whether it holds a retention time or an area; those of a method are expected ones."""
        return not self.is_method and any(
            column_of_header(title) in ("rt", "volume") for title in self.columns
        )


def _unfold(sheet: Sheet) -> Sheet | None:
    """One row for each compound and data file."""
    for record in range(min(_ABOVE, len(sheet.head) - 1)):
        groups = [" ".join(group.split()) for group in sheet.head[record][1]]  # some span two lines
        texts = sheet.head[record + 1][1]
        if _has_samples_across(groups, texts):
            return _from_samples_across(sheet, record, groups, texts)
        if _has_compounds_across(groups, texts):
            return _from_compounds_across(sheet, record, groups, texts)
    return None


def _has_compounds_across(groups: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether these two rows head a table with compounds across."""
    named = [group for group in groups if group]
    across = [group for group in named if _COMPOUND.fullmatch(group)]
    keys = set(map(header_key, texts))
    return len(across) >= max(len(named) - 1, 1) and bool(keys & {"datafile", "name", "samplename"})


def _has_samples_across(groups: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether these two rows head a table with samples across."""
    first = next((group for group in groups if group), "")
    return header_key(first) == "compoundmethod" and "name" in map(header_key, texts)


def _from_compounds_across(
    sheet: Sheet, record: int, groups: Sequence[str], texts: Sequence[str]
) -> Sheet | None:
    """Sheet with one row for each compound and data file, the compounds of one file together."""
    blocks = [
        _Block(match["name"], block.columns, match["what"].casefold() == "method")
        for block in _blocks(groups, texts)
        if (match := _COMPOUND.fullmatch(block.name)) and not _QUALIFIER.fullmatch(block.name)
    ]
    blocks = _merged(blocks)
    if not blocks:
        return None
    first = min(i for i, group in enumerate(groups) if _COMPOUND.fullmatch(group))
    shared = {texts[i].strip(): i for i in range(min(first, len(texts))) if texts[i].strip()}
    own = _titles(blocks)
    header = ["Compound", *shared, *(f"Compound {t}" if t in shared else t for t in own)]
    rows = []
    for line, cells in sheet.records()[record + 2 :]:
        common = _cells(cells, shared.values())
        rows += [(line, [block.name, *common, *_own_cells(cells, block, own)]) for block in blocks]
    return sheet_of(sheet, (sheet.head[record + 1][0], header), rows)


def _from_samples_across(
    sheet: Sheet, record: int, groups: Sequence[str], texts: Sequence[str]
) -> Sheet | None:
    """Sheet with one row for each compound and sample."""
    blocks = [b for b in _blocks(groups, texts) if not _QUALIFIER.fullmatch(b.name)]
    method, blocks = blocks[0].columns, [b for b in blocks[1:] if b.has_results]
    if not blocks or "Name" not in method:
        return None
    shared = {title: position for title, position in method.items() if title != "Name"}
    own = _titles(blocks)
    header = ["Compound", "Sample Name", *shared]
    header += ["Injection Name" if t == "Name" else t for t in own]
    rows = []
    for line, cells in sheet.records()[record + 2 :]:
        compound = _cells(cells, [method["Name"]])
        common = _cells(cells, shared.values())
        for block in blocks:
            own_cells = _own_cells(cells, block, own)
            rows.append((line, [*compound, block.name, *common, *own_cells]))
    return sheet_of(sheet, (sheet.head[record + 1][0], header), rows)


def _blocks(groups: Sequence[str], texts: Sequence[str]) -> list[_Block]:
    """Columns by the name above them; a title that comes again begins a new block."""
    found: list[_Block] = []
    label = ""
    for position, text in enumerate(texts):
        group = groups[position] if position < len(groups) else ""
        label = group or label
        title = text.strip()
        if not title:
            continue
        begins = not found or found[-1].name != label or title in found[-1].columns
        if begins:
            found.append(_Block(label))
        found[-1].columns[title] = position
    return found


def _merged(blocks: Sequence[_Block]) -> list[_Block]:
    """Blocks with results; the method of a compound joins its results, on either side."""
    found: list[_Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if last and last.name == block.name and last.has_results != block.has_results:
            method, results = sorted((last, block), key=lambda each: each.has_results)
            found[-1] = _Block(block.name, {**method.columns, **results.columns})
        else:
            found.append(replace(block, columns=dict(block.columns)))
    return [block for block in found if block.has_results]


def _titles(blocks: Sequence[_Block]) -> list[str]:
    """Titles of the columns of all blocks, each once."""
    return list(dict.fromkeys(title for block in blocks for title in block.columns))


def _cells(cells: Sequence[str], positions: Iterable[int]) -> list[str]:
    """Cells at some positions, empty where a record is shorter."""
    return [cells[i] if i < len(cells) else "" for i in positions]


def _own_cells(cells: Sequence[str], block: _Block, titles: Sequence[str]) -> list[str]:
    """Cells of a block below some titles, empty where it has no such column."""
    n, columns = len(cells), block.columns
    positions = (columns.get(title, n) for title in titles)
    return [cells[i] if i < n else "" for i in positions]


FORMATS: Final = (
    Format(
        "MassHunter",
        files="batch table of Quantitative Analysis, with compounds across or samples across",
        columns={
            "name": ("Compound",),
            "sample": ("Data File", "Sample Name", "Name"),
            "sample_type": ("Type", "Sample Type"),
            "rt": ("RT",),
            "volume": ("Area", "Resp.", "Response", "Height"),
            "mz": ("Precursor Ion", "m/z"),
        },
        unfold=_unfold,
        taken=(
            "compounds, data files and their types, precursor m/z, RT and areas; qualifiers and "
            "the settings of methods are left out"
        ),
    ),
)
