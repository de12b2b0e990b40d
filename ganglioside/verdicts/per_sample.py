"""From the peaks of a study back to its features, each in the time of its own sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.shares import MissingParents
from ganglioside.inference.state import Inference
from ganglioside.observations.shared_peaks import Peaks
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, starts
from ganglioside.verdicts.decisions import OUTLIER, VALID, Decisions

#: Confidence that the farther one of two features at one place of one sample is not genuine.
_SPARE: Final = 0.6


def by_feature(peaks: Peaks, state: Inference, decisions: Decisions) -> tuple[Inference, Decisions]:
    """Return what was decided of peaks as decisions on their features, RT in their own time.

    A parent is the feature of the parent's peak in the same sample; a sample without one has a
    missing parent. Of two features that a sample has in one peak, the nearer one is genuine at
    most.
    """
    features, peak = peaks.features, peaks.of_feature
    if len(features.drift) < 2:
        return state, decisions
    drift, sample = features.drift, features.sample
    made_by = decisions.parent[peak]
    away = np.abs(features.rt - peaks.observed.rt[peak])
    parent, spare = _in_sample(sample, peak, away, made_by)
    spare &= decisions.verdict[peak] == VALID
    absent = (made_by >= 0) & (parent < 0)
    ghosts = state.shares.missing_parents
    ghost = np.where(absent, len(ghosts.child) + made_by, decisions.ghost[peak])
    scatter = np.sqrt(decisions.sd[peak] ** 2 + peaks.noise**2)
    by_features = Decisions(
        verdict=np.where(spare, OUTLIER, decisions.verdict[peak]),
        rule=decisions.rule[peak],
        confidence=np.where(spare, _SPARE, decisions.confidence[peak]),
        probability=decisions.probability[peak],
        line=decisions.line[peak],
        predicted=drift.to_sample(decisions.predicted[peak], sample),
        sd=scatter * drift.scale(sample),
        parent=parent,
        ghost=ghost,
        process=decisions.process[peak],
        quality=decisions.quality,
    )
    shares = replace(state.shares, missing_parents=_with_peaks(state, decisions))
    return replace(state, observed=features.in_own_time(), shares=shares), by_features


def _in_sample(
    sample: IntArray, peak: IntArray, away: FloatArray, wanted: IntArray
) -> tuple[IntArray, BoolArray]:
    """Return for each feature the nearest one of the wanted peak in its sample, -1 for none.

    Beside it, which features are not the nearest of their own peak.
    """
    key = sample * (int(peak.max(initial=0)) + 1) + peak
    order = np.lexsort((away, key))
    nearest = starts(key[order])
    spare = np.ones(len(peak), dtype=np.bool_)
    spare[order[nearest]] = False
    searched = np.flatnonzero(wanted >= 0)
    goal = key[searched] - peak[searched] + wanted[searched]
    place = np.minimum(np.searchsorted(key, goal, sorter=order), len(key) - 1)
    found = key[order[place]] == goal
    result = np.full(len(peak), -1, dtype=np.int64)
    result[searched[found]] = order[place[found]]
    return result, spare


def _with_peaks(state: Inference, decisions: Decisions) -> MissingParents:
    """Return the missing parents, then every peak as one that a sample may miss."""
    ghosts, observed = state.shares.missing_parents, state.observed
    n = len(observed)
    return MissingParents(
        np.concatenate([ghosts.child, np.arange(n)]),
        np.concatenate([ghosts.line, decisions.line]),
        np.concatenate([ghosts.ceramide, observed.ceramide]),
        np.concatenate([ghosts.process, np.full(n, -1)]),
        np.concatenate([ghosts.probability, np.zeros(n)]),
    )
