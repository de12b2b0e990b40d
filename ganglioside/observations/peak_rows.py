"""Rows of one sample that are one peak: other ions, isotope peaks and second picks of a species.

Rows of one name at one RT have one cause, so the model sees the best of them, and its verdict holds
for all. How far two rows of a peak may be apart is learned from the table: ions of one species have
the same RT but for the scatter of its apex, and the digits with which RT are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Final

import numpy as np

from ganglioside.lipids.isotopes import ISOTOPE_STEP
from ganglioside.observations.ion_forms import charges, is_usual
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges, starts, sum_by
from ganglioside.support.densities import PAIR_TAIL, of_difference, student, student_weight
from ganglioside.support.priors import Priors

_ROUNDS: Final = 8
_MOST: Final = 0.98  # of neighbours, at most, that are one peak before their gap is seen
_MOST_ISOTOPES: Final = 6
_ISOTOPE_PPM: Final = 15.0  # by which m/z of isotope peaks may miss their distance
_TAIL: Final = 6.0  # degrees of freedom of the RT difference of two rows of a peak


@dataclass(frozen=True, eq=False)
class PeakRows:
    """The m peaks of all samples, and what each of n rows is in its peak.

    Attributes
    ----------
    peak : numpy.ndarray of int, shape (n,)
        From 0 to m - 1, ascending by row.
    best : numpy.ndarray of int, shape (m,)
        Position of the row that stands for each peak: the model sees its RT and area.
    isotope : numpy.ndarray of int, shape (n,)
        Number of the isotope peak: 1 for M+1; 0 for a monoisotopic peak.
    width : float
        Scale of the RT difference of two rows of one peak, min.
    """

    peak: IntArray
    best: IntArray
    isotope: IntArray
    width: float

    @cached_property
    def stands(self) -> IntArray:
        """Position of the row that stands for the peak of each row, shape (n,)."""
        return self.best[self.peak]

    @property
    def are_single(self) -> bool:
        """Whether every row is a peak of its own."""
        return len(self.best) == len(self.peak)

    @cached_property
    def is_best(self) -> BoolArray:
        """Whether each row stands for its peak, shape (n,)."""
        return np.asarray(self.stands == np.arange(len(self.peak)))


def peak_rows(observed: Observations, priors: Priors) -> PeakRows:
    """The rows of each peak, and the best of them.

    Neighbouring rows of a slot are one peak where that is likelier than that they are two:

        odds = p / (1 - p) * t(gap / width) / width * span

    with p the share of such neighbours that are one peak. The table teaches the width, and that p
    is larger than usual; isomers that are apart do not make it smaller. Unlike ions have a p of
    their own.
    """
    n = len(observed)
    width = priors.coelution_width.value
    alone = np.arange(n)
    near = np.flatnonzero(~starts(observed.slot)[1:]) if n > 1 else alone[:0]
    if len(near) == 0:
        return PeakRows(alone, alone, np.zeros(n, np.int64), width)
    gap = observed.rt[near + 1] - observed.rt[near]
    other_ion = _are_other_ions(observed, near)
    same, width = _same_peak(gap, other_ion, observed, priors)
    if not (same > 0.5).any():
        return PeakRows(alone, alone, np.zeros(n, np.int64), width)
    first = np.ones(n, dtype=np.bool_)
    first[near[same > 0.5] + 1] = False
    peak = np.cumsum(first) - 1
    isotope = _isotopes(observed, peak)
    return PeakRows(peak, _best(observed, peak, isotope), isotope, width)


def _are_other_ions(observed: Observations, first: IntArray) -> BoolArray:
    """Whether rows and those after them are unlike ions or isotope peaks, shape (k,)."""
    ion, isotope = observed.ion, observed.isotope
    known = (ion[first] >= 0) & (ion[first + 1] >= 0)
    unlike = known & (ion[first] != ion[first + 1])
    a, b = observed.mz[first], observed.mz[first + 1]
    charge = np.maximum(charges(ion[first]), charges(ion[first + 1]))
    by_mass = _isotope_number(np.minimum(a, b), np.maximum(a, b), charge)[0] > 0
    return np.asarray(unlike | by_mass | (isotope[first] != isotope[first + 1]))


def _same_peak(
    gap: FloatArray, other_ion: BoolArray, observed: Observations, priors: Priors
) -> tuple[FloatArray, float]:
    """Probability that each gap, min, is between rows of one peak, (k,), and the width, min."""
    usual = priors.coelution_width
    digits = 2 * observed.rounding**2
    width = usual.value
    rate = np.where(other_ion, priors.same_peak_other_ion.value, priors.same_peak.value)
    same = np.zeros(len(gap))
    for _ in range(_ROUNDS):
        blurred = sqrt(width**2 + digits)
        density = 2 * _density(gap, width, observed.rt_step)  # a gap has no sign
        odds = rate / (1 - rate) * density * observed.span
        same = odds / (1 + odds)
        # Gaps that are likelier between two peaks teach nothing: of many, the tail is a crowd.
        counted = np.where(same > 0.5, same, 0.0)
        weight = counted * student_weight(gap / blurred, _TAIL)
        squares = float(weight @ (gap**2 - digits)) + usual.weight * usual.value**2
        least = usual.value**2 if digits else 1e-6
        width = sqrt(max(squares / (float(counted.sum()) + usual.weight), least))
        for ions, prior in ((True, priors.same_peak_other_ion), (False, priors.same_peak)):
            of_kind = other_ion == ions
            seen = float(counted[of_kind].sum()) + prior.weight * prior.value
            learned = seen / (float(of_kind.sum()) + prior.weight)
            rate[of_kind] = min(max(learned, prior.value), _MOST)
    return same, sqrt(width**2 + digits)


def _density(gap: FloatArray, width: float, step: float) -> FloatArray:
    """Density of the RT difference of two rows of one peak, given to a step, 1 / min."""
    if step == 0:
        return student(gap / width, width, _TAIL)
    return of_difference(gap, width, step, PAIR_TAIL)


def _isotopes(observed: Observations, peak: IntArray) -> IntArray:
    """Number of the isotope peak that each row is within its peak, shape (n,).

    A row is one by its m/z, against another row of the same ion, or as the table states, where its
    peak has a monoisotopic row. Where the table names no ion, M+2 is near the ion of the other
    polarity: what fits the m/z better decides.
    """
    n_peaks = int(peak.max()) + 1
    monoisotopic = sum_by(peak, (observed.isotope == 0).astype(float), n_peaks) > 0
    number = np.where(monoisotopic[peak], observed.isotope, 0)
    size = np.bincount(peak)
    first = np.cumsum(size) - size
    several = np.flatnonzero((size[peak] > 1) & np.isfinite(observed.mz))
    a = np.repeat(several, size[peak[several]])
    b = ranges(first[peak[several]], size[peak[several]])
    ion = observed.ion
    found, miss = _isotope_number(observed.mz[a], observed.mz[b], charges(ion[a]))
    as_ion = np.abs(observed.mass_error[b] - observed.mass_error[a])
    nearer = ~observed.ion_stated[b] & (miss < as_ion)
    found = np.where((ion[b] == ion[a]) | (ion[b] < 0) | nearer, found, 0)
    np.maximum.at(number, b, found)
    return number


def _isotope_number(
    lighter: FloatArray, heavier: FloatArray, charge: IntArray
) -> tuple[IntArray, FloatArray]:
    """Number of 13C by which an m/z lies above another of this charge, and the rest, ppm.

    0 where it is no whole number of them.
    """
    with np.errstate(invalid="ignore"):
        steps = (heavier - lighter) * charge / ISOTOPE_STEP
        number = np.nan_to_num(np.rint(steps))
        miss = np.abs(steps - number) * ISOTOPE_STEP / np.maximum(charge, 1) / lighter * 1e6
    is_one = (number >= 1) & (number <= _MOST_ISOTOPES) & (miss < _ISOTOPE_PPM) & (charge > 0)
    return np.where(is_one, number, 0).astype(np.int64), miss


def _best(observed: Observations, peak: IntArray, isotope: IntArray) -> IntArray:
    """Row that stands for each peak: monoisotopic, of a usual ion, the largest; shape (m,)."""
    area = np.nan_to_num(observed.log_volume, nan=-np.inf)
    doubtful = observed.ion_misstated | ~is_usual(observed.ion)
    order = np.lexsort((-area, doubtful, observed.isotope, isotope, peak))
    return np.asarray(order[starts(peak[order])])
