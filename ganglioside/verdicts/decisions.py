"""From posterior probabilities to verdicts: what each feature is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.columns import VERDICTS
from ganglioside.inference.densities import STANDARD_DEVIATION
from ganglioside.inference.rounds import reweigh
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import artefacts
from ganglioside.lipids.composition import Composition, loss_label
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.settings import Settings
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, starts, sum_by
from ganglioside.verdicts.line_quality import LineQuality, line_quality

VALID, FRAGMENT, ADDUCT, OUTLIER, UNDETERMINED = range(len(VERDICTS))

RULES: Final = (
    "1 retention regression",
    "3 isomers",
    "4 O-acetylation",
    "5 in-source fragmentation",
    "5 in-source fragmentation, parent missing",
    "adducts",
)
RETENTION, ISOMERS, ACETYLATION, FRAGMENTATION, MISSING_PARENT, ADDUCTS = range(len(RULES))

#: A prediction less certain than this many carbons (standard deviation) judges nothing.
_VAGUE: Final = 0.5

#: Beyond the outlier threshold a name is believed only if its own line explains it this surely,
#: beyond so many times the threshold never.
_SURE: Final = 0.9
_NEVER: Final = 1.5

#: An analyst's word counts: an anchor may stand this many times farther out, as long as its own
#: line stays its likeliest explanation.
_ANCHOR_CREDIT: Final = 2.0


@dataclass(frozen=True, eq=False)
class Decisions:
    """One decision per observation, each shape (n,).

    Attributes
    ----------
    verdict, rule : numpy.ndarray of int
        Places in `columns.VERDICTS` and `RULES`.
    confidence : numpy.ndarray
    probability : numpy.ndarray, shape (n, 4)
        Of valid, fragment, adduct and outlier.
    line : numpy.ndarray of int
        Nearest line of the own series.
    predicted, sd : numpy.ndarray
        RT that the other features predict on it, and its standard deviation, min.
    parent : numpy.ndarray of int
        Observation that made this one, -1 for none.
    ghost : numpy.ndarray of int
        Place in `inference.MissingParents` of the parent where its row is missing, -1 elsewhere.
    process : numpy.ndarray of object
        What makes it a fragment or adduct; None elsewhere.
    quality : LineQuality
    """

    verdict: IntArray
    rule: IntArray
    confidence: FloatArray
    probability: FloatArray
    line: IntArray
    predicted: FloatArray
    sd: FloatArray
    parent: IntArray
    ghost: IntArray
    process: np.ndarray[tuple[int], np.dtype[np.object_]]
    quality: LineQuality


def weigh(inference: Inference, settings: Settings) -> Inference:
    """Return the probabilities of all explanations under the thresholds of `settings`."""
    return reweigh(inference, settings.rt_tolerance, settings.outlier_threshold / 2.5)


def decide(state: Inference, settings: Settings) -> Decisions:
    """Decide every observation, from what `weigh` returned under the same settings."""
    quality = line_quality(state, settings.r2_threshold)
    line, predicted, sd = _nearest_line(state)
    z = np.abs(state.observed.rt - predicted) / sd
    limit = settings.outlier_threshold * np.where(state.observed.anchor, _ANCHOR_CREDIT, 1.0)
    probability = _probability(state)
    doubtful = (z > limit) & (probability[:, VALID] < _SURE)
    verdict, confidence = _verdict(probability, doubtful | (z > _NEVER * limit))
    vague = sd > _VAGUE * state.curve.slope
    mute = ~quality.may_judge[line] & (verdict == OUTLIER)
    verdict = np.where(mute | (vague & (verdict != FRAGMENT)), UNDETERMINED, verdict)
    parent, ghost, process = _parents(state, verdict)
    parent = _roots(verdict, parent)
    rule = _rules(state, verdict, line, parent)
    return Decisions(
        verdict,
        rule,
        confidence,
        probability,
        line,
        predicted,
        sd,
        parent,
        ghost,
        _process_labels(state, verdict, parent, ghost, process),
        quality,
    )


def _nearest_line(state: Inference) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the line on which a row stands, or else the nearest; with its prediction."""
    c, shares = state.candidates, state.shares
    z = np.abs(c.rt - shares.predicted) / shares.scale
    order = np.lexsort((z, -np.round(shares.own, 3), c.row))
    best = order[starts(c.row[order])]
    return c.line[best], shares.predicted[best], shares.scale[best] * STANDARD_DEVIATION


def _probability(state: Inference) -> FloatArray:
    shares, pairs, n = state.shares, state.coelution, len(state.observed)
    fragment = pairs.process < 0
    made = sum_by(pairs.child[fragment], shares.pair[fragment], n)
    posed = sum_by(pairs.child[~fragment], shares.pair[~fragment], n)
    ghosts = shares.missing_parents
    probability = np.empty((n, 4))
    probability[:, VALID] = shares.genuine
    probability[:, FRAGMENT] = made + ghosts.by_row(n, "fragment")
    probability[:, ADDUCT] = posed + ghosts.by_row(n, "adduct")
    probability[:, OUTLIER] = shares.chance + ghosts.by_row(n, "outlier")
    return probability


def _verdict(probability: FloatArray, too_far: BoolArray) -> tuple[IntArray, FloatArray]:
    """Return the likeliest verdict; beyond the outlier threshold the likeliest other than valid."""
    possible = probability.copy()
    possible[too_far, VALID] = -1.0
    verdict = possible.argmax(axis=1)
    beyond = probability.argmax(axis=1) != verdict
    confidence = np.where(beyond, 1 - probability[:, VALID], probability.max(axis=1))
    return verdict, np.clip(confidence, 0.0, 1.0)


def _parents(state: Inference, verdict: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the likeliest parent row, or the ghost of a missing one, and the artefact."""
    n, pairs, ghosts = len(state.observed), state.coelution, state.shares.missing_parents
    parent = np.full(n, -1, dtype=np.int64)
    process = np.full(n, -1, dtype=np.int64)
    strength = np.zeros(n)
    wanted = np.where(pairs.process < 0, FRAGMENT, ADDUCT) == verdict[pairs.child]
    best = _strongest(pairs.child[wanted], state.shares.pair[wanted])
    chosen = np.flatnonzero(wanted)[best]
    parent[pairs.child[chosen]] = pairs.parent[chosen]
    process[pairs.child[chosen]] = pairs.process[chosen]
    strength[pairs.child[chosen]] = state.shares.pair[chosen]
    ghost = np.full(n, -1, dtype=np.int64)
    wanted = ghosts.verdicts == np.array(VERDICTS)[verdict[ghosts.child]]
    wanted &= (verdict[ghosts.child] != OUTLIER) | (
        ghosts.probability > state.shares.chance[ghosts.child]
    )
    best = np.flatnonzero(wanted)[_strongest(ghosts.child[wanted], ghosts.probability[wanted])]
    best = best[ghosts.probability[best] > strength[ghosts.child[best]]]
    ghost[ghosts.child[best]] = best
    process[ghosts.child[best]] = ghosts.process[best]
    return np.where(ghost >= 0, -1, parent), ghost, process


def _strongest(child: IntArray, probability: FloatArray) -> IntArray:
    """Return for each child the place of its likeliest entry."""
    order = np.lexsort((-probability, child))
    return np.asarray(order[starts(child[order])])


def _roots(verdict: IntArray, parent: IntArray) -> IntArray:
    """Lead fragments whose parent is itself a fragment to that fragment's parent."""
    for _ in range(4):
        indirect = (parent >= 0) & (verdict == FRAGMENT)
        indirect[indirect] = (verdict[parent[indirect]] == FRAGMENT) & (
            parent[parent[indirect]] >= 0
        )
        if not indirect.any():
            break
        parent = np.where(indirect, parent[np.maximum(parent, 0)], parent)
    return parent


def _rules(state: Inference, verdict: IntArray, line: IntArray, parent: IntArray) -> IntArray:
    """Return the rule that decided each row."""
    oac = state.observed.groups.acetyls[state.observed.group]
    rule = np.where(state.main[line], RETENTION, np.where(verdict == VALID, ISOMERS, RETENTION))
    rule = np.where((verdict == OUTLIER) & (oac > 0), ACETYLATION, rule)
    rule = np.where(verdict == FRAGMENT, FRAGMENTATION, rule)
    rule = np.where((verdict == FRAGMENT) & (parent < 0), MISSING_PARENT, rule)
    return np.asarray(np.where(verdict == ADDUCT, ADDUCTS, rule))


def _process_labels(
    state: Inference,
    verdict: IntArray,
    parent: IntArray,
    ghost: IntArray,
    process: IntArray,
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return what the parent lost or gained, as text."""
    group = state.observed.group
    from_group = np.where(
        parent >= 0,
        group[np.maximum(parent, 0)],
        _ghost_groups(state)[ghost],
    )
    labels = np.full(len(verdict), None, dtype=object)
    fragment = np.flatnonzero((verdict == FRAGMENT) & ((parent >= 0) | (ghost >= 0)))
    n_groups = len(state.observed.groups)
    kinds, place = np.unique(from_group[fragment] * n_groups + group[fragment], return_inverse=True)
    units = state.observed.groups.units
    lost = (units[kinds // n_groups] - units[kinds % n_groups]) * UNIT_SIGN
    texts = [loss_label(Composition(*counts)) for counts in lost.astype(np.int64).tolist()]
    labels[fragment] = np.array(texts, dtype=object)[place] if texts else None
    known = np.array([a.process for a in artefacts()], dtype=object)
    posed = np.flatnonzero((verdict != FRAGMENT) & (process >= 0))
    labels[posed] = known[process[posed]]
    return labels


def _ghost_groups(state: Inference) -> IntArray:
    """Return the group of each ghost, and -1 at the end for rows that have none."""
    return np.append(state.line_group[state.shares.missing_parents.line], -1)
