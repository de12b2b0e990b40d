"""Rows that continue the one above: further ions of a lipid, below its name and retention time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ganglioside.lipids.adducts import adducts
from ganglioside.reading.headers import Header
from ganglioside.reading.raw_table import Note
from ganglioside.reading.records import Body
from ganglioside.support.arrays import BoolArray

#: Columns that are written once for all ions of a lipid, and those that each ion has.
_SHARED = ("name", "rt", "sample")
_OWN = ("adduct", "mz")


def with_continued(body: Body, header: Header) -> tuple[Body, list[Note]]:
    """Body in which rows without name and RT have those of the row above, and a note of them.

    Such a row has an ion or m/z of its own; a workbook shows merged cells so. More of them than
    there are ions are those of another list, which have no names.

    Parameters
    ----------
    body
    header
        With the column of names that was chosen.
    """
    at = header.positions
    own = [at[column] for column in _OWN if column in at]
    if not own or not {"name", "rt"} <= at.keys():
        return body, []
    cells = body.cells
    empty = _is_empty(cells, at["name"]) & _is_empty(cells, at["rt"])
    continued = empty & ~np.logical_and.reduce([_is_empty(cells, position) for position in own])
    if not continued.any():
        return body, []
    kept = ~continued
    kept[0] = True
    above = np.maximum.accumulate(np.where(kept, np.arange(len(kept)), 0))
    has_name = ~_is_empty(cells, at["name"])[above]
    number = np.bincount(above[continued], minlength=len(kept))
    continued &= has_name & (number <= len(adducts()))[above]
    if not continued.any():
        return body, []
    filled = cells.copy(deep=False)
    for column in _SHARED:
        if column in at:
            shared = cells[at[column]]
            use = continued & _is_empty(cells, at[column])
            filled[at[column]] = shared.where(~use, shared.iloc[above].set_axis(shared.index))
    note = Note("rows-continued", value=f"{int(continued.sum()):,}")
    return replace(body, cells=filled), [note]


def _is_empty(cells: pd.DataFrame, position: int) -> BoolArray:
    """Whether each cell of a column is blank, shape (n,)."""
    return (cells[position].str.strip() == "").to_numpy(dtype=bool)
