"""From decisions on the peaks of a study to decisions on the features of its samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.shares import MissingParents
from ganglioside.inference.state import Inference
from ganglioside.observations.ion_forms import isotope_label
from ganglioside.observations.peak_rows import PeakRows
from ganglioside.observations.shared_peaks import Peaks
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, replaced, starts, sum_by
from ganglioside.verdicts.decisions import (
    ADDUCT,
    ADDUCTS,
    OUTLIER,
    UNDETERMINED,
    VALID,
    Decisions,
)

#: Confidence that a row with the m/z, or the mark, of an isotope peak of its neighbour is one.
_ISOTOPE_SURE: Final = 0.99
#: Probability from which a peak is taken as a part of another.
_A_PART: Final = 0.5
#: Standard deviations from a line within which a peak may be that of its species.
_NEAR: Final = 2.0


def by_feature(peaks: Peaks, state: Inference, decisions: Decisions) -> tuple[Inference, Decisions]:
    """The inference and the decisions on the features of peaks, RT in their own sample's time.

    A feature has the decision on its peak, with these exceptions:

    - its parent is the feature of the parent's peak in its own sample; where the sample has none,
      the parent is missing;
    - of two features that a sample has in one valid peak, although they do not elute together,
      only the nearer one is valid: the other is `undetermined`;
    - an isotope peak is the `adduct` of the row that stands for its peak.

    Parameters
    ----------
    peaks : Peaks
    state : Inference
        Of the peaks.
    decisions : Decisions
        On the peaks.
    """
    features, peak = peaks.features, peaks.of_feature
    if peaks.are_features:
        return state, decisions
    drift, sample = features.drift, features.sample
    distance = _distance(peaks)
    parent_peak = decisions.parent[peak]
    parent, is_spare = _in_sample(sample, peak, distance, parent_peak)
    rival = np.full(len(peak), -1, dtype=np.int64)
    if (decisions.rival >= 0).any():
        rival, _ = _in_sample(sample, peak, distance, decisions.rival[peak])
    is_spare = is_spare[peaks.rows.stands] & (decisions.verdict[peak] == VALID)
    has_no_row = (parent_peak >= 0) & (parent < 0)
    # The peaks follow the missing parents: see `_with_peaks`.
    first_peak = len(state.shares.missing_parents.child)
    run = features.in_own_time().run
    by_features = Decisions(
        verdict=np.where(is_spare, UNDETERMINED, decisions.verdict[peak]),
        rule=decisions.rule[peak],
        confidence=np.where(is_spare, 0.0, decisions.confidence[peak]),
        probability=decisions.probability[peak],
        line=decisions.line[peak],
        predicted=run.rt(drift.to_sample(decisions.predicted[peak], sample)),
        sd=run.sd(drift.sd_in_sample(decisions.sd[peak], sample)),
        area_off=decisions.area_off[peak],
        others=decisions.others[peak],
        outdone=decisions.outdone[peak],
        parent=parent,
        missing_parent=np.where(
            has_no_row, first_peak + parent_peak, decisions.missing_parent[peak]
        ),
        process=decisions.process[peak],
        rival=rival,
        unlisted=decisions.unlisted[peak],
        refused=decisions.refused[peak],
        beside=is_spare,
        isotope=peaks.rows.isotope,
        quality=decisions.quality,
    )
    shares = replace(state.shares, missing_parents=_with_peaks(state, decisions))
    state = replace(state, observed=features.in_own_time(), shares=shares)
    return state, _with_isotopes(peaks.rows, by_features)


def rejoined(peaks: Peaks, state: Inference) -> Peaks:
    """The peaks, where a part of a split peak that is alone in its sample may be that peak.

    A peak finder that splits a peak leaves both of its parts. A part that is alone, and near its
    line, is the peak itself.

    Parameters
    ----------
    peaks : Peaks
    state : Inference
        Of the peaks.
    """
    if peaks.are_features:
        return peaks
    pairs, share, n = state.coelution, state.shares.pair, len(peaks.observed)
    likeliest_last = pairs.splits[np.argsort(share[pairs.splits])]
    whole = np.arange(n)
    whole[pairs.child[likeliest_last]] = pairs.parent[likeliest_last]
    is_part = sum_by(pairs.child[pairs.splits], share[pairs.splits], n) > _A_PART
    whole = np.where(is_part & _is_near(state), whole, np.arange(n))
    peak, first_of_sample = peaks.of_feature, peaks.features.sample * n
    is_alone = ~np.isin(first_of_sample + whole[peak], first_of_sample + peak)
    return replace(peaks, of_feature=np.where(is_alone, whole[peak], peak))


def _is_near(state: Inference) -> BoolArray:
    """Whether each observation elutes where a line of its name is expected, shape (n,)."""
    row = state.candidates.row
    near = np.abs(state.observed.rt[row] - state.predicted_rt) < _NEAR * state.predicted_sd
    return np.bincount(row, near, len(state.observed)) > 0


def _distance(peaks: Peaks) -> FloatArray:
    """Distance of each feature from its peak, min, shape (n,).

    Rows that do not stand for the peak in their sample are beyond all that do.
    """
    away = np.abs(peaks.features.rt - peaks.observed.rt[peaks.of_feature])
    return np.where(peaks.rows.is_best, away, away + peaks.features.span)


def _with_isotopes(rows: PeakRows, decisions: Decisions) -> Decisions:
    """The decisions with every isotope peak an adduct of the row that stands for its peak."""
    isotopes = np.flatnonzero(rows.isotope > 0)
    if len(isotopes) == 0:
        return decisions
    sure = np.zeros((len(isotopes), UNDETERMINED))
    sure[:, ADDUCT] = _ISOTOPE_SURE
    sure[:, OUTLIER] = 1 - _ISOTOPE_SURE
    labels = np.array([isotope_label(number) for number in rows.isotope[isotopes]], dtype=object)
    d = decisions
    return replace(
        d,
        verdict=replaced(d.verdict, isotopes, ADDUCT),
        rule=replaced(d.rule, isotopes, ADDUCTS),
        confidence=replaced(d.confidence, isotopes, _ISOTOPE_SURE),
        probability=replaced(d.probability, isotopes, sure),
        parent=replaced(d.parent, isotopes, rows.stands[isotopes]),
        missing_parent=replaced(d.missing_parent, isotopes, -1),
        process=replaced(d.process, isotopes, labels),
        rival=replaced(d.rival, isotopes, -1),
        refused=replaced(d.refused, isotopes, False),
    )


def _in_sample(
    sample: IntArray, peak: IntArray, distance: FloatArray, wanted: IntArray
) -> tuple[IntArray, BoolArray]:
    """For each feature the nearest one of a wanted peak in its sample, and whether it is spare.

    A feature is spare where another one of its sample is nearer to the same peak.

    Parameters
    ----------
    sample, peak
        Of each feature, shape (n,).
    distance
        From its peak, min, shape (n,).
    wanted
        Peak to be found, -1 for none, shape (n,).

    Returns
    -------
    nearest
        Position of the feature found, -1 without one, shape (n,).
    is_spare
        Shape (n,).
    """
    key = sample * (int(peak.max(initial=0)) + 1) + peak
    order = np.lexsort((distance, key))
    nearest_of_key = order[starts(key[order])]
    is_spare = np.ones(len(peak), dtype=np.bool_)
    is_spare[nearest_of_key] = False
    searching = np.flatnonzero(wanted >= 0)
    wanted_key = key[searching] - peak[searching] + wanted[searching]
    position = np.searchsorted(key, wanted_key, sorter=order)
    candidate = order[np.minimum(position, len(key) - 1)]
    found = key[candidate] == wanted_key
    nearest = np.full(len(peak), -1, dtype=np.int64)
    nearest[searching[found]] = candidate[found]
    return nearest, is_spare


def _with_peaks(state: Inference, decisions: Decisions) -> MissingParents:
    """The missing parents, followed by every peak as a parent that a sample may lack."""
    missing, observed = state.shares.missing_parents, state.observed
    n = len(observed)
    return MissingParents(
        child=np.concatenate([missing.child, np.arange(n)]),
        line=np.concatenate([missing.line, decisions.line]),
        ceramide=np.concatenate([missing.ceramide, observed.ceramide]),
        process=np.concatenate([missing.process, np.full(n, -1)]),
        log_ratio=np.concatenate([missing.log_ratio, np.full(n, np.nan)]),
        probability=np.concatenate([missing.probability, np.zeros(n)]),
    )
