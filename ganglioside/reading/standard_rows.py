"""Internal standards that a column names, not their names: heavy labels, types of components."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.raw_table import RawTable
from ganglioside.reading.records import header_key
from ganglioside.support.arrays import BoolArray, read_only
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.text_columns import equals, is_in, texts_of


@dataclass(frozen=True, slots=True)
class StandardColumn:
    """A row of `data/standard_columns.csv`."""

    header: str
    words: tuple[str, ...]
    other: int


@cache
def _columns() -> dict[str, StandardColumn]:
    """Columns that tell standards, by the key of their header."""
    rows = read_facts("standard_columns.csv", StandardColumn)
    return {header_key(row.header): row for row in rows}


def with_standards(raw: RawTable, cells: pd.DataFrame, names: ParsedNames) -> ParsedNames:
    """Names of which those are standards too that a column of the table says are.

    Parameters
    ----------
    raw
        The table as written.
    cells : pandas.DataFrame, shape (n, width)
        Its cells, names put back together.
    names
        Names of its n rows.
    """
    taken = {at for name, at in raw.header.positions.items() if name != "sample_type"}
    found = names.standard.copy()
    for position, text in enumerate(raw.header.texts):
        column = _columns().get(header_key(text))
        if column is not None and position not in taken:
            found |= _says_standard(cells[position], column)
    if np.array_equal(found, names.standard):
        return names
    return replace(names, standard=read_only(found))


def _says_standard(cells: pd.Series[Any], column: StandardColumn) -> BoolArray:
    """Whether each cell says that its row is a standard, shape (n,)."""
    words = pc.utf8_lower(pc.utf8_trim_whitespace(texts_of(cells)))
    known = is_in(words, column.words)
    return ~known & ~equals(words, "") if column.other else known
