"""Peaks that the samples of a study share: the features of one name at one RT.

One cause gives a feature of one name at one RT in many samples. Twenty such features are one piece
of evidence for a line, not twenty, and have one explanation. So the model judges peaks, and the
decision on a peak holds for its features.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ganglioside.observations.drift import centres, nearest_peak
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import FloatArray, IntArray, join

Values = TypeVar("Values", FloatArray, IntArray)


@dataclass(frozen=True, eq=False)
class Peaks:
    """The P peaks of a study and its n features.

    Attributes
    ----------
    observed : Observations, length P
        One row per peak: its mean RT and log10 area, an anchor if one of its features is;
        `row` is that of one of them.
    features : Observations, length n
    of_feature : numpy.ndarray of int, shape (n,)
        Peak of each feature, an index into `observed`.
    noise : float
        Scatter of features about their peak, min.
    """

    observed: Observations
    features: Observations
    of_feature: IntArray
    noise: float

    def seen_from(self, row: int) -> Observations:
        """The peaks as the sample of one feature shows them, length P.

        A peak that is in the sample has the row, RT and area of its feature there; the others
        keep the row of one feature, and RT and area of the study. Without a sample (the row was
        not judged) it is the study.

        Parameters
        ----------
        row : int
            Position of the feature in the table.
        """
        peaks, features = self.observed, self.features
        position = np.flatnonzero(features.row == row)
        if len(features.drift) < 2 or len(position) == 0:
            return peaks
        this = position[0]
        same = np.flatnonzero(features.sample == features.sample[this])
        seen = np.append(same[same != this], this)  # of several in a peak, the last one is taken
        peak = self.of_feature[seen]
        return replace(
            peaks,
            row=_with(peaks.row, peak, features.row[seen]),
            rt=_with(peaks.rt, peak, features.rt[seen]),
            log_volume=_with(peaks.log_volume, peak, features.log_volume[seen]),
            sample=np.full(len(peaks), features.sample[this]),
        )


def _with(values: Values, position: IntArray, new: Values) -> Values:
    """A copy of `values` with `new` at some positions."""
    result = values.copy()
    result[position] = new
    return result


def find_peaks(observed: Observations) -> Peaks:
    """The peaks of a study; in a single sample, every feature is one.

    Parameters
    ----------
    observed : Observations
        The features, RT in the study's time.
    """
    n = len(observed)
    if len(observed.drift) < 2 or n == 0:
        return Peaks(observed, observed, np.arange(n), 0.0)
    noise = observed.drift.noise
    name = observed.ceramide * len(observed.groups) + observed.group
    number = nearest_peak(name, observed.rt, noise)
    _, first, peak = np.unique(number, return_index=True, return_inverse=True)
    rt = centres(peak, observed.rt, 2 * noise)
    return Peaks(_as_rows(observed, first, peak, rt), observed, peak, noise)


def _as_rows(
    observed: Observations, first: IntArray, peak: IntArray, rt: FloatArray
) -> Observations:
    """One row per peak, all in one sample, length P.

    Parameters
    ----------
    observed
        The n features.
    first
        One feature of each peak, shape (P,).
    peak
        Peak of each feature, shape (n,).
    rt
        RT of each peak, min, shape (P,).
    """
    n = len(first)
    anchors = np.bincount(peak, observed.anchor, n)
    ceramide, group = observed.ceramide[first], observed.group[first]
    one_sample = np.zeros(n, dtype=np.int64)
    sample_ceramide = join(one_sample, ceramide)
    return replace(
        observed,
        row=observed.row[first],
        sample=one_sample,
        group=group,
        species=observed.species[first],
        slot=join(sample_ceramide, group),
        sample_ceramide=sample_ceramide,
        ceramide=ceramide,
        mass=observed.mass[first],
        mass_error=_mean_of_known(observed.mass_error, peak, n),
        rt=rt,
        log_volume=_mean_of_known(observed.log_volume, peak, n),
        anchor=anchors > 0,
    )


def _mean_of_known(values: FloatArray, peak: IntArray, n: int) -> FloatArray:
    """Mean of the finite values of each peak, shape (P,); NaN for a peak without any."""
    known = np.isfinite(values)
    count = np.bincount(peak[known], minlength=n)
    total = np.bincount(peak[known], values[known], n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
