"""Names that exclude each other: rows of one sample that are one peak under several names.

They elute together, and their ions have the same m/z, or their species the same formula. At most
one of the names is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import neighbours
from ganglioside.observations.ion_forms import loses_water
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by

_SAME_FORMULA: Final = 1e-4  # Da
_WIDTHS: Final = 4.0  # of the RT difference of two rows of one peak


@dataclass(frozen=True, eq=False)
class Rivals:
    """The k ordered pairs of rows that name one peak differently.

    Attributes
    ----------
    row, other : numpy.ndarray of int, shape (k,)
        Positions in the observations; each pair stands in both orders.
    loses_water : numpy.ndarray of bool, shape (k,)
        Whether `row` is named as an ion that lost water, and `other` as one that did not.
    """

    row: IntArray
    other: IntArray
    loses_water: BoolArray

    def odds_of_others(self, odds: FloatArray) -> FloatArray:
        """Sum of the odds of the rivals of each row, shape (n,)."""
        return sum_by(self.row, odds[self.other], len(odds))

    def largest_plain(self, odds: FloatArray) -> FloatArray:
        """Largest odds of the plain ions that a row's water loss would be, inf without, (n,)."""
        largest = np.full(len(odds), -np.inf)
        pair = self.loses_water
        np.maximum.at(largest, self.row[pair], odds[self.other[pair]])
        return np.where(np.isneginf(largest), np.inf, largest)


def rival_names(observed: Observations, mass_sd: float) -> Rivals:
    """All pairs of rows that name one peak differently.

    A general name and the same with an isomer letter agree, and so do chains of one sum.

    Parameters
    ----------
    observed : Observations
    mass_sd : float
        Standard deviation of a measured m/z, ppm; NaN where the table has none that is accurate.
    """
    a, b = _of_one_formula(observed)
    if np.isfinite(mass_sd):
        c, d = _of_one_mass(observed, _WIDTHS * mass_sd)
        a, b = np.concatenate([a, c]), np.concatenate([b, d])
    apart = np.abs(observed.rt[a] - observed.rt[b])
    one_peak = (apart <= _WIDTHS * observed.together) & ~_agree(observed, a, b)
    pair = np.unique(np.minimum(a, b)[one_peak] * len(observed) + np.maximum(a, b)[one_peak])
    a, b = np.divmod(pair, max(len(observed), 1))
    row, other = np.concatenate([a, b]), np.concatenate([b, a])
    lost = loses_water(observed.ion)
    return Rivals(row, other, lost[row] & ~lost[other])


def _of_one_formula(observed: Observations) -> tuple[IntArray, IntArray]:
    """Pairs of rows of a sample whose species have the same mass, as unlike names."""
    ambiguous = _with_equal_mass(observed)
    rows = np.flatnonzero(ambiguous[observed.species])
    near = _WIDTHS * observed.together
    a, b = neighbours(observed.sample[rows], observed.rt[rows], near)
    a, b = rows[a], rows[b]
    same = np.abs(observed.mass[a] - observed.mass[b]) < _SAME_FORMULA
    return a[same], b[same]


def _with_equal_mass(observed: Observations) -> BoolArray:
    """Whether another species of the table has the mass of each species."""
    species, first = np.unique(observed.species, return_index=True)
    order = np.argsort(observed.mass[first])
    close = np.diff(observed.mass[first][order]) < _SAME_FORMULA
    equal = np.append(close, False) | np.append(False, close)
    result = np.zeros(int(species.max(initial=-1)) + 1, dtype=np.bool_)
    result[species[order]] = equal
    return result


def _of_one_mass(observed: Observations, ppm: float) -> tuple[IntArray, IntArray]:
    """Pairs of rows of a sample whose measured m/z agree within `ppm`."""
    rows = np.flatnonzero(np.isfinite(observed.mz) & (observed.mz > 0))
    a, b = neighbours(observed.sample[rows], 1e6 * np.log(observed.mz[rows]), ppm)
    return rows[a], rows[b]


def _agree(observed: Observations, a: IntArray, b: IntArray) -> BoolArray:
    """Whether two rows name the same series and ceramide, with no or the same isomer letter."""
    groups = observed.groups
    number = {name: k for k, name in enumerate(sorted(set(groups.series)))}
    series = np.array([number[name] for name in groups.series], dtype=np.int64)
    open_ = np.array([isomer is None for isomer in groups.isomer], dtype=np.bool_)
    group_a, group_b = observed.group[a], observed.group[b]
    same_series = series[group_a] == series[group_b]
    compatible = (group_a == group_b) | open_[group_a] | open_[group_b]
    same_ceramide = observed.ceramide[a] == observed.ceramide[b]
    return np.asarray(same_series & same_ceramide & compatible)
