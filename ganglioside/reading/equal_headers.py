"""Columns of numbers under equal headers: replicates of several groups, numbered alike in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray

#: Rows that two columns need in common to be compared.
_COMPARED: Final = 3
#: Most columns with one header that may be one sample in several units.
_MOST_BLOCKS: Final = 12
#: Most spread, in decades, of the ratio of two columns that hold one sample in two units.
_SAME: Final = 0.005


def told_apart(
    texts: Mapping[int, str],
    numbers: Mapping[int, FloatArray],
    headings: Sequence[Mapping[int, str]],
    is_statistic: Callable[[str], bool],
) -> dict[int, str]:
    """Name of each column that is a sample, by its position, in the order of the table.

    Columns with one header are samples of several groups, which a row above it names. One below
    the heading of a statistic is none, nor one that holds the numbers of another in other units.

    Parameters
    ----------
    texts
        Header of each column, by its position.
    numbers
        Numbers of each column, NaN where one is missing.
    headings
        Heading above each column, by its position, of each row above the header; the nearest first.
    is_statistic
        Whether a heading is that of means, deviations or normalised values.

    Examples
    --------
    >>> areas = {1: np.array([9.0, 4.0, 7.0]), 2: np.array([5.0, 6.0, 7.0])}
    >>> told_apart({1: "S1", 2: "S1"}, areas, [{1: "ill", 2: "well"}], lambda _: False)
    {1: 'ill S1', 2: 'well S1'}
    """
    by_text: dict[str, list[int]] = {}
    for position, text in texts.items():
        by_text.setdefault(text, []).append(position)
    found: dict[int, str] = {}
    for text, same in by_text.items():
        telling = [row for row in headings if _differs(row, same)]
        data = [p for p in same if not any(is_statistic(row.get(p, "")) for row in telling)]
        kept = _without_repeats(data or same[:1], numbers)
        found |= _named(text, kept, telling)
    return dict(sorted(found.items()))


def _named(
    text: str, positions: Sequence[int], headings: Sequence[Mapping[int, str]]
) -> dict[int, str]:
    """Name of each column under one header, with as many headings as tell it from the others."""
    names = dict.fromkeys(positions, text)
    for row in headings:
        times = Counter(names.values())
        again = [position for position in positions if times[names[position]] > 1]
        if _differs(row, again):
            names |= {p: f"{row.get(p, '')} {names[p]}".strip() for p in again}
    return names


def _differs(labels: Mapping[int, str], positions: Sequence[int]) -> bool:
    """Whether the headings of a row tell some of these columns apart."""
    return len({labels.get(position, "") for position in positions}) > 1


def _without_repeats(positions: Sequence[int], numbers: Mapping[int, FloatArray]) -> list[int]:
    """Positions without those that hold the numbers of an earlier one.

    Of more columns than a table has blocks of other units, none is such a one.
    """
    if len(positions) > _MOST_BLOCKS:
        return list(positions)
    kept: list[int] = []
    for position in positions:
        if not any(_is_repeated(numbers[one], numbers[position]) for one in kept):
            kept.append(position)
    return kept


def _is_repeated(one: FloatArray, other: FloatArray) -> bool:
    """Whether the numbers of a column are those of another, times one factor."""
    both = (one > 0) & (other > 0)
    if both.sum() < _COMPARED:
        return bool(np.array_equal(one, other, equal_nan=True))
    return bool(np.log10(one[both] / other[both]).std() <= _SAME)
