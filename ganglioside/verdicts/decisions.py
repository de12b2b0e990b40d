"""From posterior probabilities to decisions: the verdict on each observation and its grounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.columns import VERDICTS
from ganglioside.inference.rounds import reweigh
from ganglioside.inference.state import Inference
from ganglioside.lipids.artefacts import artefacts
from ganglioside.lipids.composition import Composition, loss_label
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.retention.curve import ceramide_basis, ceramide_class
from ganglioside.settings import Settings
from ganglioside.support.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    starts,
    sum_by,
    sum_of_others,
)
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

#: Where the standard deviation of a prediction exceeds this many carbons, it refuses no name, and
#: beyond the second number it says nothing at all.
VAGUE: Final = 0.5
_TOO_VAGUE: Final = 1.0

#: Carbons by which features scatter about their lines from which a vague prediction accepts no name
#: either: wrong names of such a table would pass.
_WIDE: Final = 0.35

#: Outlier threshold at which the probabilities are those that were learned, sigma.
_LEARNED_WITH: Final = Settings().outlier_threshold

#: Beyond the outlier threshold, and where the prediction is vague, a name is valid only if its own
#: line has this probability; beyond _NEVER times the threshold it never is.
_SURE: Final = 0.8
_NEVER: Final = 1.5

#: Factor on the outlier threshold of an anchor: it may be this many times farther from its line,
#: as long as that line remains its likeliest explanation.
_ANCHOR_CREDIT: Final = 2.0

#: Times that the parent of a fragment is replaced by the parent's own parent.
_GENERATIONS: Final = 4


@dataclass(frozen=True, eq=False)
class Decisions:
    """One decision per observation, each shape (n,).

    Attributes
    ----------
    verdict, rule : numpy.ndarray of int
        Indices into `columns.VERDICTS` and `RULES`.
    confidence : numpy.ndarray
        Probability that the verdict is right; 0 of `undetermined`, which says nothing.
    probability : numpy.ndarray, shape (n, 4)
        Probabilities of valid, fragment, adduct and outlier.
    line : numpy.ndarray of int
        Line of its series on which it lies, or else the nearest one.
    predicted, sd : numpy.ndarray
        RT that the other features predict on that line, and its standard deviation, min.
    area_off : numpy.ndarray
        log10 of its area over the one that they let expect there; NaN where it has none.
    others : numpy.ndarray
        Number of other observations on that line, by their probabilities.
    outdone : numpy.ndarray of bool
        Whether another row of its name and sample is likelier to be right.
    parent : numpy.ndarray of int
        Position of its parent in the observations, -1 without one.
    missing_parent : numpy.ndarray of int
        Entry of its parent among the missing parents, where the parent has no row; -1 elsewhere.
    process : numpy.ndarray of object
        Loss or gain that leads from the parent to it, as text; None where it has no parent.
    rival : numpy.ndarray of int
        Position of a row with another name for the same peak that is likelier, -1 without one.
    unlisted : numpy.ndarray
        Probability that its line is of pieces of a series that the table does not list.
    refused : numpy.ndarray of bool
        Whether it is `undetermined` as it lies beyond the outlier threshold although its name is
        likelier right than wrong.
    beside : numpy.ndarray of bool
        Whether another row of its name and sample is nearer to the peak that samples share.
    isotope : numpy.ndarray of int
        Number of the isotope peak that it is, 0 for a monoisotopic one.
    quality : LineQuality
    """

    verdict: IntArray
    rule: IntArray
    confidence: FloatArray
    probability: FloatArray
    line: IntArray
    predicted: FloatArray
    sd: FloatArray
    area_off: FloatArray
    others: FloatArray
    outdone: BoolArray
    parent: IntArray
    missing_parent: IntArray
    process: np.ndarray[tuple[int], np.dtype[np.object_]]
    rival: IntArray
    unlisted: FloatArray
    refused: BoolArray
    beside: BoolArray
    isotope: IntArray
    quality: LineQuality


def weigh(inference: Inference, settings: Settings) -> Inference:
    """The inference with the probabilities that the thresholds of `settings` give."""
    return reweigh(inference, settings.rt_tolerance, settings.outlier_threshold / _LEARNED_WITH)


def decide(state: Inference, settings: Settings) -> Decisions:
    """The decision on every observation.

    The likeliest verdict holds, with these exceptions:

    - beyond the outlier threshold `valid` is possible only where it has four times the probability
      of all else, and a row of which it would be the likeliest verdict is `undetermined`;
    - an outlier of a line that predicts its own features too poorly is `undetermined`;
    - where the prediction is vague, all is `undetermined` but what its parent explains and names
      that have four times the probability of all else; where it is too vague, or features scatter
      widely about their lines, those too.

    Parameters
    ----------
    state : Inference
        As `weigh` returned it under the same settings.
    settings : Settings
    """
    quality = line_quality(state, settings.r2_threshold)
    nearest = nearest_line(state)
    line = state.candidates.line[nearest]
    predicted, sd = state.predicted_rt[nearest], state.predicted_sd[nearest]
    probability = _probability(state)

    z = np.abs(state.observed.rt - predicted) / sd
    limit = settings.outlier_threshold * np.where(state.observed.anchor, _ANCHOR_CREDIT, 1.0)
    doubtful = (z > limit) & (probability[:, VALID] < _SURE)
    verdict = probability.argmax(axis=1)
    refused = (verdict == VALID) & (doubtful | (z > _NEVER * limit))

    sure = (verdict == VALID) & (probability[:, VALID] >= _SURE) & ~_is_too_vague(state, sd)
    may_not_judge = ~quality.may_judge[line] & (verdict == OUTLIER)
    by_parent = (verdict == FRAGMENT) | (verdict == ADDUCT)
    undetermined = may_not_judge | refused | (is_vague(state, sd) & ~by_parent & ~sure)
    verdict = np.where(undetermined, UNDETERMINED, verdict)

    parent, missing_parent, process = _parents(state, verdict)
    parent = _whole_parents(verdict, parent)
    return Decisions(
        verdict=verdict,
        rule=_rules(state, verdict, line, parent),
        confidence=np.where(undetermined, 0.0, np.clip(probability.max(axis=1), 0.0, 1.0)),
        probability=probability,
        line=line,
        predicted=state.observed.run.rt(predicted),
        sd=state.observed.run.sd(sd),
        area_off=_beside_expected_area(state)[nearest],
        others=state.support[line] - state.shares.own[nearest],
        outdone=_is_outdone(state),
        parent=parent,
        missing_parent=missing_parent,
        process=_process_labels(state, verdict, parent, missing_parent, process),
        rival=_likelier_rival(state),
        unlisted=state.shares.unlisted,
        refused=refused,
        beside=np.zeros(len(verdict), dtype=np.bool_),
        isotope=np.zeros(len(verdict), dtype=np.int64),
        quality=quality,
    )


def threshold_in_words(outlier_threshold: float) -> str:
    """What happens to names beyond the outlier threshold, as a paper says it.

    Parameters
    ----------
    outlier_threshold : float
        Sigma.

    Examples
    --------
    >>> threshold_in_words(2.5)[:47]
    'names more than 2.5 standard deviations from th'
    """
    return (
        f"names more than {outlier_threshold:g} standard deviations from their curve (anchors: "
        f"{_ANCHOR_CREDIT * outlier_threshold:g}) were accepted only with a probability of at "
        f"least {100 * _SURE:g} %, and none more than {_NEVER:g} times as far"
    )


def is_vague(state: Inference, sd: FloatArray, carbons: float = VAGUE) -> BoolArray:
    """Whether predictions of a standard deviation, min, are unsure by so many carbons, (n,)."""
    return np.asarray(sd * state.observed.speed > carbons * state.curve.slope)


def _is_too_vague(state: Inference, sd: FloatArray) -> BoolArray:
    """Whether predictions of a standard deviation, min, say nothing at all, shape (n,)."""
    ceramides = ceramide_class(ceramide_basis(state.observed.ceramides))
    scatters = state.rates.sigma > _WIDE * state.curve.slope
    return is_vague(state, sd, _TOO_VAGUE) | scatters[ceramides][state.observed.ceramide]


def nearest_line(state: Inference) -> IntArray:
    """Candidate of each observation on the line with its largest share, shape (n,).

    Among equal shares it is the nearest line in sigma.
    """
    c, shares = state.candidates, state.shares
    z = np.abs(c.rt - shares.predicted) / shares.scale
    order = np.lexsort((z, -np.round(shares.own, 3), c.row))
    return np.asarray(order[starts(c.row[order])])


def _beside_expected_area(state: Inference) -> FloatArray:
    """log10 of area over what the other features let expect on the line, shape (a,)."""
    expected, _ = state.expected_areas
    return state.candidates.log_area - expected


def _is_outdone(state: Inference) -> BoolArray:
    """Whether others of its name and sample are likelier genuine than each observation, (n,)."""
    genuine = state.shares.genuine
    return np.asarray(sum_of_others(state.observed.slot, genuine) > genuine)


def _probability(state: Inference) -> FloatArray:
    """Probability of valid, fragment, adduct and outlier, shape (n, 4)."""
    shares, pairs, n = state.shares, state.coelution, len(state.observed)
    missing = shares.missing_parents
    is_artefact = pairs.process >= 0
    adduct = sum_by(pairs.child[is_artefact], shares.pair[is_artefact], n)
    probability = np.zeros((n, UNDETERMINED))  # the verdicts before it
    probability[:, VALID] = shares.genuine + shares.unfound
    probability[:, FRAGMENT] = shares.fragment(pairs) + shares.unlisted
    probability[:, ADDUCT] = adduct + missing.by_row(n, "adduct")
    probability[:, OUTLIER] = shares.chance + missing.by_row(n, "outlier")
    return probability


def _parents(state: Inference, verdict: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Likeliest parent row, missing parent and process of each observation, each shape (n,).

    Each is -1 without one (a process of -1 is fragmentation too), and a parent is either a row or
    missing. Only parents that explain the verdict count; that of an outlier, which is missing,
    must be likelier than chance.
    """
    n, shares, pairs = len(state.observed), state.shares, state.coelution
    parent = np.full(n, -1, dtype=np.int64)
    process = np.full(n, -1, dtype=np.int64)
    probability = np.zeros(n)
    verdict_on_child = np.where(pairs.process < 0, FRAGMENT, ADDUCT)
    explains = verdict_on_child == verdict[pairs.child]
    pair = _likeliest(pairs.child, shares.pair, explains)
    child = pairs.child[pair]
    parent[child] = pairs.parent[pair]
    process[child] = pairs.process[pair]
    probability[child] = shares.pair[pair]

    missing = shares.missing_parents
    missing_parent = np.full(n, -1, dtype=np.int64)
    explains = missing.verdicts == np.array(VERDICTS)[verdict[missing.child]]
    beyond_chance = missing.probability > shares.chance[missing.child]
    explains &= (verdict[missing.child] != OUTLIER) | beyond_chance
    entry = _likeliest(missing.child, missing.probability, explains)
    entry = entry[missing.probability[entry] > probability[missing.child[entry]]]
    child = missing.child[entry]
    missing_parent[child] = entry
    process[child] = missing.process[entry]
    return np.where(missing_parent >= 0, -1, parent), missing_parent, process


def _likelier_rival(state: Inference) -> IntArray:
    """Row with another name for the same peak that is likelier right, -1 without one, (n,)."""
    genuine, rivals = state.shares.genuine, state.rivals
    rival = np.full(len(genuine), -1, dtype=np.int64)
    likelier = genuine[rivals.other] > genuine[rivals.row]
    best = _likeliest(rivals.row, genuine[rivals.other], likelier)
    rival[rivals.row[best]] = rivals.other[best]
    return rival


def _likeliest(child: IntArray, probability: FloatArray, possible: BoolArray) -> IntArray:
    """Index of the likeliest possible entry of each child that has one, by child."""
    entry = np.flatnonzero(possible)
    order = np.lexsort((-probability[entry], child[entry]))
    entry = entry[order]
    return np.asarray(entry[starts(child[entry])])


def _whole_parents(verdict: IntArray, parent: IntArray) -> IntArray:
    """Parents, shape (n,), where no fragment's parent is itself a fragment of a row.

    Such a parent is replaced by its own parent, for up to four generations.
    """
    is_fragment = verdict == FRAGMENT
    for _ in range(_GENERATIONS):
        own_or_first = np.maximum(parent, 0)
        grandparent = parent[own_or_first]
        indirect = (parent >= 0) & is_fragment & is_fragment[own_or_first] & (grandparent >= 0)
        if not indirect.any():
            break
        parent = np.where(indirect, grandparent, parent)
    return parent


def _rules(state: Inference, verdict: IntArray, line: IntArray, parent: IntArray) -> IntArray:
    """Rule that decided each observation, an index into `RULES`, shape (n,).

    ========== ================================= ==========================
    verdict    where                             rule
    ========== ================================= ==========================
    valid      the line is the main one          RETENTION
    valid      the line is that of an isomer     ISOMERS
    outlier    the name has an acetyl            ACETYLATION
    outlier    it has none                       RETENTION
    fragment   the parent has a row              FRAGMENTATION
    fragment   the parent has none               MISSING_PARENT
    adduct                                       ADDUCTS
    ========== ================================= ==========================

    `undetermined` has the rule RETENTION.
    """
    acetylated = state.observed.groups.acetyls[state.observed.group] > 0
    fragment = verdict == FRAGMENT
    rule = np.full(len(verdict), RETENTION)
    rule[(verdict == VALID) & ~state.main[line]] = ISOMERS
    rule[(verdict == OUTLIER) & acetylated] = ACETYLATION
    rule[fragment] = FRAGMENTATION
    rule[fragment & (parent < 0)] = MISSING_PARENT
    rule[verdict == ADDUCT] = ADDUCTS
    return rule


def _process_labels(
    state: Inference,
    verdict: IntArray,
    parent: IntArray,
    missing_parent: IntArray,
    process: IntArray,
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Loss or gain that leads from its parent to each observation, as text, shape (n,).

    None where there is no parent.
    """
    labels = np.full(len(verdict), None, dtype=object)
    fragment = np.flatnonzero((verdict == FRAGMENT) & ((parent >= 0) | (missing_parent >= 0)))
    group = state.observed.group
    parent_group = np.where(
        parent >= 0,
        group[np.maximum(parent, 0)],
        _missing_parent_groups(state)[missing_parent],
    )
    labels[fragment] = _loss_labels(state, parent_group[fragment], group[fragment])
    by_artefact = np.flatnonzero((verdict != FRAGMENT) & (process >= 0))
    names = np.array([a.process for a in artefacts()], dtype=object)
    labels[by_artefact] = names[process[by_artefact]]
    return labels


def _loss_labels(
    state: Inference, parent: IntArray, child: IntArray
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Text of the loss from group `parent[k]` to group `child[k]`, shape (m,)."""
    n_groups = len(state.observed.groups)
    pairs, pair = np.unique(parent * n_groups + child, return_inverse=True)
    units = state.observed.groups.units
    lost = (units[pairs // n_groups] - units[pairs % n_groups]) * UNIT_SIGN
    texts = [loss_label(Composition(*counts)) for counts in lost.astype(np.int64).tolist()]
    return np.asarray(np.array(texts, dtype=object)[pair])


def _missing_parent_groups(state: Inference) -> IntArray:
    """Group of each missing parent, and -1 at the end, for observations without one."""
    return np.append(state.line_group[state.shares.missing_parents.line], -1)
