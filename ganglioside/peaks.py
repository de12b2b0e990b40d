"""What the samples of a study show together: one peak for the features that stand at one place.

A cause shows in many samples, at one name and one RT. Twenty such features are one piece of
evidence for a line, not twenty, and they have one explanation. So the model judges peaks, and what
it decides of a peak holds for its features.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganglioside.drift import centres, nearest_place
from ganglioside.observations import FloatArray, IntArray, Observations, join


@dataclass(frozen=True, eq=False)
class Peaks:
    """The peaks of a study.

    Attributes
    ----------
    observed : Observations
        One row per peak: its mean RT and log10 area, an anchor where one of its features is.
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
    known = np.isfinite(observed.log_volume)
    count = np.bincount(peak[known], minlength=n)
    total = np.bincount(peak[known], observed.log_volume[known], n)
    ceramide, group = observed.ceramide[first], observed.group[first]
    cell = join(np.zeros(n, dtype=np.int64), ceramide)
    return replace(
        observed,
        row=np.arange(n),
        sample=np.zeros(n, dtype=np.int64),
        group=group,
        species=observed.species[first],
        slot=join(cell, group),
        cell=cell,
        ceramide=ceramide,
        mass=observed.mass[first],
        rt=rt,
        log_volume=np.where(count > 0, total / np.maximum(count, 1), np.nan),
        anchor=anchors > 0,
    )
