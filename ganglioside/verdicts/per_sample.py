"""From decisions on the peaks of a study to decisions on the features of its samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.shares import MissingParents
from ganglioside.inference.state import Inference
from ganglioside.observations.shared_peaks import Peaks
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, starts
from ganglioside.verdicts.decisions import OUTLIER, VALID, Decisions

#: Confidence that the farther one of two features of one sample in one peak is not genuine.
_SPARE: Final = 0.6


def by_feature(peaks: Peaks, state: Inference, decisions: Decisions) -> tuple[Inference, Decisions]:
    """The inference and the decisions on the features of peaks, RT in their own sample's time.

    A feature has the decision on its peak, with these exceptions:

    - its parent is the feature of the parent's peak in its own sample; where the sample has none,
      the parent is missing;
    - of two features that a sample has in one valid peak, only the nearer one is valid.

    Parameters
    ----------
    peaks : Peaks
    state : Inference
        Of the peaks.
    decisions : Decisions
        On the peaks.
    """
    features, peak = peaks.features, peaks.of_feature
    if len(features.drift) < 2:
        return state, decisions
    drift, sample = features.drift, features.sample
    parent_peak = decisions.parent[peak]
    distance = np.abs(features.rt - peaks.observed.rt[peak])
    parent, is_spare = _in_sample(sample, peak, distance, parent_peak)
    is_spare = is_spare & (decisions.verdict[peak] == VALID)
    has_no_row = (parent_peak >= 0) & (parent < 0)
    first_peak = len(
        state.shares.missing_parents.child
    )  # position of the peaks among missing parents
    sd = np.sqrt(decisions.sd[peak] ** 2 + peaks.noise**2)
    by_features = Decisions(
        verdict=np.where(is_spare, OUTLIER, decisions.verdict[peak]),
        rule=decisions.rule[peak],
        confidence=np.where(is_spare, _SPARE, decisions.confidence[peak]),
        probability=decisions.probability[peak],
        line=decisions.line[peak],
        predicted=drift.to_sample(decisions.predicted[peak], sample),
        sd=sd * drift.scale(sample),
        parent=parent,
        missing_parent=np.where(
            has_no_row, first_peak + parent_peak, decisions.missing_parent[peak]
        ),
        process=decisions.process[peak],
        quality=decisions.quality,
    )
    shares = replace(state.shares, missing_parents=_with_peaks(state, decisions))
    return replace(state, observed=features.in_own_time(), shares=shares), by_features


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
        probability=np.concatenate([missing.probability, np.zeros(n)]),
    )
