"""What the samples of a study show together: one peak for the features that stand at one place.

A cause shows in many samples, at one name and one RT. Twenty such features are one piece of
evidence for a line, not twenty, and they have one explanation. So the model judges peaks, and what
it decides of a peak holds for its features.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganglioside.observations.drift import centres, nearest_place
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import FloatArray, IntArray, join


@dataclass(frozen=True, eq=False)
class Peaks:
    """The peaks of a study.

    Attributes
    ----------
    observed : Observations
        One row per peak: its mean RT and log10 area, an anchor where one of its features is;
        `row` is that of one of them.
    features : Observations
        The n features themselves.
    of_feature : numpy.ndarray of int, shape (n,)
        Peak of each feature.
    noise : float
        Scatter of features about their peak, min.
    """

    observed: Observations
    features: Observations
    of_feature: IntArray
    noise: float

    def seen_from(self, row: int) -> Observations:
        """Return the peaks as the sample of one feature shows them.

        A peak that is in the sample has the place, RT and area of its feature there; the others
        keep the place of one feature, and RT and area of the study. A row that was not judged sees
        the study.

        Parameters
        ----------
        row : int
            Position of the feature in the table.
        """
        peaks, features = self.observed, self.features
        at = np.flatnonzero(features.row == row)
        if len(features.drift) < 2 or len(at) == 0:
            return peaks
        same = np.flatnonzero(features.sample == features.sample[at[0]])
        seen = np.append(same[same != at[0]], at[0])  # the last one of a peak stays
        peak = self.of_feature[seen]
        place, rt, log_volume = peaks.row.copy(), peaks.rt.copy(), peaks.log_volume.copy()
        place[peak], rt[peak] = features.row[seen], features.rt[seen]
        log_volume[peak] = features.log_volume[seen]
        sample = np.full(len(peaks), features.sample[at[0]])
        return replace(peaks, row=place, rt=rt, log_volume=log_volume, sample=sample)


def find_peaks(observed: Observations) -> Peaks:
    """Return the peaks of a study; of a single sample, every feature is one."""
    n = len(observed)
    if len(observed.drift) < 2 or n == 0:
        return Peaks(observed, observed, np.arange(n), 0.0)
    name = observed.ceramide * len(observed.groups) + observed.group
    place = nearest_place(name, observed.rt, observed.drift.noise)
    _, first, peak = np.unique(place, return_index=True, return_inverse=True)
    rt = centres(peak, observed.rt, 2 * observed.drift.noise)
    return Peaks(_as_rows(observed, first, peak, rt), observed, peak, observed.drift.noise)


def _as_rows(
    observed: Observations, first: IntArray, peak: IntArray, rt: FloatArray
) -> Observations:
    n = len(first)
    anchors = np.bincount(peak, observed.anchor, n)
    ceramide, group = observed.ceramide[first], observed.group[first]
    cell = join(np.zeros(n, dtype=np.int64), ceramide)
    return replace(
        observed,
        row=observed.row[first],
        sample=np.zeros(n, dtype=np.int64),
        group=group,
        species=observed.species[first],
        slot=join(cell, group),
        cell=cell,
        ceramide=ceramide,
        mass=observed.mass[first],
        mass_error=_mean(observed.mass_error, peak, n),
        rt=rt,
        log_volume=_mean(observed.log_volume, peak, n),
        anchor=anchors > 0,
    )


def _mean(values: FloatArray, peak: IntArray, n: int) -> FloatArray:
    """Return the mean of the known values of each peak, NaN where none is known."""
    known = np.isfinite(values)
    count = np.bincount(peak[known], minlength=n)
    total = np.bincount(peak[known], values[known], n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
