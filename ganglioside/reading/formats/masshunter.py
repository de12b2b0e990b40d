"""MassHunter Quantitative Analysis: compounds across, in two header rows."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.reading.formats.format import Format
from ganglioside.reading.headers import column_of_header
from ganglioside.reading.records import Body, Sheet, header_key

#: What MassHunter writes behind the name of a compound above its columns.
_RESULTS: Final = re.compile(r"(?P<compound>.*\S) (?:Method|Results)", re.IGNORECASE)


def _unfold(sheet: Sheet) -> Sheet | None:
    """One row for each compound and data file."""
    if len(sheet.head) < 2:
        return None
    (_, groups), (line, texts) = sheet.head[:2]
    blocks = _blocks(groups, texts)
    if not blocks or "datafile" not in map(header_key, texts):
        return None
    first = min(position for block in blocks.values() for position in block.values())
    shared = [i for i in range(first) if texts[i].strip()]
    own = list(dict.fromkeys(title for block in blocks.values() for title in block))
    header = ["Compound", *(texts[i].strip() for i in shared), *own]

    def body(_: int) -> Body:
        below = sheet.body(1)
        n, k = len(below.lines), len(blocks)
        empty = pd.Series("", index=below.cells.index, dtype="str")
        parts = []
        for compound, block in blocks.items():
            columns = [pd.Series(compound, index=below.cells.index, dtype="str")]
            columns += [below.cells[i] for i in shared]
            columns += [below.cells[block[t]] if t in block else empty for t in own]
            parts.append(pd.concat(columns, axis=1, keys=range(len(columns))))
        cells = pd.concat(parts, ignore_index=True).astype("str")
        by_file = np.arange(n * k).reshape(k, n).T.ravel()  # the compounds of one file together
        return Body(cells.iloc[by_file].reset_index(drop=True), np.tile(below.lines, k)[by_file])

    return Sheet(sheet.name, [(line, header)], body, sheet.separator)


def _blocks(groups: list[str], texts: list[str]) -> dict[str, dict[str, int]]:
    """Columns of results by compound, each with the positions of its titles."""
    found: dict[str, dict[str, int]] = {}
    block: dict[str, int] | None = None
    for position, text in enumerate(texts):
        group = groups[position].strip() if position < len(groups) else ""
        if group:
            match = _RESULTS.fullmatch(group)
            block = found.setdefault(match["compound"], {}) if match else None
        if block is not None and text.strip():
            block.setdefault(text.strip(), position)
    return {name: block for name, block in found.items() if _has_results(block)}


def _has_results(block: dict[str, int]) -> bool:
    """Whether a block holds a retention time or an area."""
    return any(column_of_header(title) in ("rt", "volume") for title in block)


FORMATS: Final = (
    Format(
        "MassHunter",
        columns={
            "name": ("Compound",),
            "sample": ("Data File", "Sample Name", "Name"),
            "sample_type": ("Type", "Sample Type"),
            "rt": ("RT",),
            "volume": ("Area", "Resp.", "Response"),
        },
        unfold=_unfold,
        taken="compounds, data files and their types, RT and areas",
    ),
)
