"""Peaks: the features of one name at one RT, in one sample and in all samples of a study.

One cause gives a feature of one name at one RT in many samples, and in one sample as several ions,
transitions or isotope peaks. Twenty such features are one piece of evidence for a line, not twenty,
and have one explanation. So the model judges peaks, and the decision on a peak holds for its
features.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from ganglioside.observations.drift import centres, nearest_peak
from ganglioside.observations.observations import Observations, slots
from ganglioside.observations.peak_rows import PeakRows, peak_rows
from ganglioside.support.arrays import FloatArray, IntArray, join, replaced
from ganglioside.support.priors import Priors


@dataclass(frozen=True, eq=False)
class Peaks:
    """The P peaks of a study and its n features.

    Attributes
    ----------
    observed : Observations, length P
        One row per peak: mean RT and log10 area over the samples of the rows that stand for it
        there, an anchor if one of its features is; `row` is that of one of them.
    features : Observations, length n
    of_feature : numpy.ndarray of int, shape (n,)
        Peak of each feature, an index into `observed`.
    rows : PeakRows
        What the features of one sample are to each other.
    """

    observed: Observations
    features: Observations
    of_feature: IntArray
    rows: PeakRows

    @property
    def are_features(self) -> bool:
        """Whether every feature is a peak of its own, in the same order."""
        return len(self.features.drift) < 2 and self.rows.are_single

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
        if self.are_features or len(position) == 0:
            return peaks
        this = position[0]
        same = self.rows.best[features.sample[self.rows.best] == features.sample[this]]
        seen = np.append(same[same != this], this)  # of several in a peak, the last one is taken
        peak = self.of_feature[seen]
        return replace(
            peaks,
            row=replaced(self._other_rows(peak, seen), peak, features.row[seen]),
            rt=replaced(peaks.rt, peak, features.rt[seen]),
            log_volume=replaced(peaks.log_volume, peak, features.log_volume[seen]),
            sample=np.full(len(peaks), features.sample[this]),
        )

    def _other_rows(self, seen: IntArray, by: IntArray) -> IntArray:
        """Row of each peak, none of the features by which other peaks are seen, shape (P,).

        A feature may have become one of another peak (see `per_sample.rejoined`), and a row may not
        stand for both. A peak that has no feature left has one of that other peak.
        """
        features, rows = self.features, self.observed.row.copy()
        is_free = ~np.isin(features.row, features.row[by])
        is_twice = np.isin(rows, features.row[by])
        is_twice[seen] = False
        for peak in np.flatnonzero(is_twice).tolist():
            joined = self.of_feature[features.row == rows[peak]]
            for others in (self.of_feature == peak, np.isin(self.of_feature, joined)):
                found = np.flatnonzero(others & is_free)
                if len(found):
                    rows[peak] = features.row[found[0]]
                    break
        return rows


def find_peaks(observed: Observations, priors: Priors | None = None) -> Peaks:
    """The peaks of a table; where no two features are one, they are the features.

    Parameters
    ----------
    observed : Observations
        The features, RT in the study's time.
    priors : Priors, optional
        The usual priors where omitted.
    """
    n = len(observed)
    rows = peak_rows(observed, priors or Priors.usual())
    best = replace(_best_rows(observed, rows), together=rows.width)
    if n == 0 or len(observed.drift) < 2:
        return Peaks(best, observed, rows.peak, rows)
    noise = observed.drift.noise
    name = slots(best.ceramide, best.group, best.chains, best.isomer_label)
    number = nearest_peak(name, best.rt, noise)
    _, first, peak = np.unique(number, return_index=True, return_inverse=True)
    rt = centres(peak, best.rt, 2 * noise)
    shared = _as_rows(best, first, peak, rt)
    return Peaks(shared, observed, peak[rows.peak], rows)


def _best_rows(observed: Observations, rows: PeakRows) -> Observations:
    """The rows that stand for the peaks of all samples, anchors if one of their rows is."""
    if rows.are_single:
        return observed
    best, n = rows.best, len(rows.best)
    marked = observed.anchor & (rows.isotope == 0)
    error = observed.mass_error[best]
    of_others = np.where(rows.isotope == 0, observed.mass_error, np.nan)
    error = np.where(np.isnan(error), _mean_of_known(of_others, rows.peak, n), error)
    return replace(
        observed.take(best), anchor=np.bincount(rows.peak, marked, n) > 0, mass_error=error
    )


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
    usual_size = float(np.median(np.bincount(peak, minlength=n)))
    anchors = np.bincount(peak, observed.anchor, n)
    rows = observed.take(first)
    one_sample = np.zeros(n, dtype=np.int64)
    sample_ceramide = join(one_sample, rows.ceramide)
    return replace(
        rows,
        sample=one_sample,
        slot=slots(sample_ceramide, rows.group, rows.chains, rows.isomer_label),
        sample_ceramide=sample_ceramide,
        mass_error=_mean_of_known(observed.mass_error, peak, n),
        mass_offset=_mean_of_known(observed.mass_offset, peak, n),
        rt=rt,
        log_volume=_mean_of_known(observed.log_volume, peak, n),
        anchor=anchors > 0,
        rt_step=observed.rt_step / sqrt(usual_size),
    )


def _mean_of_known(values: FloatArray, peak: IntArray, n: int) -> FloatArray:
    """Mean of the finite values of each peak, shape (P,); NaN for a peak without any."""
    known = np.isfinite(values)
    count = np.bincount(peak[known], minlength=n)
    total = np.bincount(peak[known], values[known], n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
