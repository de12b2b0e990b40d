"""The most that is read of one input, and the values that can be measurements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class Bound:
    """The most of one quantity that is read, in its unit."""

    quantity: str
    most: int
    unit: str


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest value of a column that can have been measured."""

    column: str
    low: float
    high: float


@cache
def _bounds() -> dict[str, Bound]:
    return {bound.quantity: bound for bound in read_facts("reading_limits.csv", Bound)}


def most(quantity: str) -> int:
    """Return the most that is read of a quantity, in the unit of `data/reading_limits.csv`.

    >>> most("columns")
    16384
    """
    return _bounds()[quantity].most


@cache
def value_ranges() -> dict[str, Range]:
    """Return the range of measurable values of each column that has one."""
    return {row.column: row for row in read_facts("value_limits.csv", Range)}
