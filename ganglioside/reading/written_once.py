"""Samples and names that are written once, above the rows that they are of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ganglioside.reading.headers import Header
from ganglioside.reading.raw_table import Note
from ganglioside.reading.records import Body
from ganglioside.support.arrays import BoolArray


def with_filled_down(body: Body, header: Header) -> tuple[Body, list[Note]]:
    """Rows of a long table with a sample and a name in each, and notes of what was filled down.

    Parameters
    ----------
    body
    header
        Header and input columns; only tables with a column of samples are changed.
    """
    sample, name = (header.positions.get(column) for column in ("sample", "name"))
    if sample is None or name is None or not len(body.lines):
        return body, []
    samples, names = (body.cells[position].str.strip() for position in (sample, name))
    if _is_once_a_block(samples, names != ""):
        return _filled(body, header, sample)
    if _lists_samples(names, samples):
        return _filled(body, header, name)
    return body, []


def _is_once_a_block(samples: pd.Series[Any], named: pd.Series[Any]) -> bool:
    """Whether each sample is written in the first of several rows, and never again."""
    starts = (samples != "").to_numpy(dtype=bool)
    first = np.flatnonzero(starts)
    if not len(first) or first[0] or starts.all() or not samples[starts].is_unique:
        return False
    rows = np.bincount(_blocks(starts)[named.to_numpy(dtype=bool)], minlength=len(first))
    return bool(rows.min() > 1)


def _lists_samples(names: pd.Series[Any], samples: pd.Series[Any]) -> bool:
    """Whether each name is written in the first of the rows of its samples, which are always alike.

    Of a feature without a name the samples would stand below those of the one above.
    """
    starts = (names != "").to_numpy(dtype=bool)
    count = int(starts.sum())
    each = len(starts) // max(count, 1)
    if not starts[0] or each < 2 or count * each != len(starts):
        return False
    grid = samples.to_numpy(dtype=object).reshape(count, each)
    first = grid[0].tolist()
    return bool((grid == grid[0]).all() and len(set(first)) == each and "" not in first)


def _blocks(starts: BoolArray) -> Any:
    """Number of the block of each row, from the rows that begin one."""
    return np.cumsum(starts) - 1


def _filled(body: Body, header: Header, position: int) -> tuple[Body, list[Note]]:
    """Rows with the cell above in each empty one of a column, and a note of it."""
    cells = body.cells.copy(deep=False)
    column = cells[position]
    cells[position] = column.mask(column.str.strip() == "").ffill().astype(column.dtype)
    note = Note("filled-down", column=header.texts[position].strip())
    return replace(body, cells=cells), [note]
