"""Limits of reading: the largest inputs, and the range of values that can be measured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ganglioside.errors import ReadError
from ganglioside.support.fact_tables import read_facts

#: Digits behind a decimal mark: programs write all of a number (6.119999999999999).
DECIMALS: Final = "[0-9]{1,20}"


@dataclass(frozen=True, slots=True)
class Bound:
    """A row of `data/reading_limits.csv`: the most that is read of a quantity."""

    quantity: str
    most: int
    unit: str


@dataclass(frozen=True, slots=True)
class Range:
    """A row of `data/value_limits.csv`: lowest and highest value that can be measured."""

    column: str
    low: float
    high: float


@cache
def _bounds() -> dict[str, Bound]:
    """Limits by quantity."""
    return {bound.quantity: bound for bound in read_facts("reading_limits.csv", Bound)}


def most(quantity: str) -> int:
    """Largest number of a quantity that is read, in the unit of `data/reading_limits.csv`.

    Examples
    --------
    >>> most("columns")
    16384
    """
    return _bounds()[quantity].most


@cache
def value_ranges() -> dict[str, Range]:
    """Range of values that can be measured, by column; not every number column has one."""
    return {row.column: row for row in read_facts("value_limits.csv", Range)}


def number(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match of a pattern of numbers with a whole text; None for a text that is too long for one.

    Examples
    --------
    >>> digits = re.compile("[0-9]+")
    >>> number(digits, "123") is None, number(digits, "123" * 100) is None
    (False, True)
    """
    return pattern.fullmatch(text) if len(text) <= most("number") else None


#: Control characters that no table contains (line ends, tabs and the old end-of-file mark may).
CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")


def check_rows(found: int, max_rows: int) -> None:
    """Refuse a table that is longer than the limit."""
    if found > max_rows:
        raise ReadError(
            f"The table has more than {max_rows:,} rows, the limit that max_rows sets. "
            "Raise it with Settings(max_rows=...) or split the table."
        )


def check_columns(found: int) -> None:
    """Refuse a table that is wider than any worksheet."""
    if found > most("columns"):
        raise ReadError(
            f"The table has {found:,} columns, more than {most('columns'):,}. Leave out those that "
            "the analysis does not need."
        )


def check_filled(found: int) -> None:
    """Refuse a table with too many cells that short rows lack and that would be filled in."""
    if found > most("filled"):
        raise ReadError(
            f"The rows of the table lack {found:,} cells that its widest row or its header has: no "
            f"more than {most('filled'):,} are filled in. Leave out columns that hold nothing."
        )
