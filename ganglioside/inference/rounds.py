"""Rounds of inference: shares and learned rates in turn, until the lines settle."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.coeluting_pairs import describe_coelution
from ganglioside.inference.disputed_pathways import disputed_lines, lines_of_fragments
from ganglioside.inference.gradient_learning import learn_gradient
from ganglioside.inference.lack_of_fit import CLEAR_MISFIT, misfit_of, unexplained_part
from ganglioside.inference.learning import learn
from ganglioside.inference.line_placement import change_lines, place_lines, prune_lines
from ganglioside.inference.posterior import explain
from ganglioside.inference.single_thread import one_thread
from ganglioside.inference.state import Inference, begin, reduced_rt
from ganglioside.inference.unlisted_parents import with_unlisted_parents
from ganglioside.ion_source.artefacts import artefact_pairs, split_pairs
from ganglioside.ion_source.coelution import (
    USUAL_TOLERANCE,
    Coelution,
    coelution_tolerance,
    join,
)
from ganglioside.ion_source.fragments import fragment_pairs
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.observations import Observations
from ganglioside.progress import Progress
from ganglioside.retention.curve import Curve
from ganglioside.retention.first_curve import NoCurve, starting_curve
from ganglioside.retention.first_gradient import best_gradient, first_gradient
from ganglioside.retention.isomer_lines import starting_lines
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.formatting import counted
from ganglioside.support.priors import Priors

_PLACE_AT: Final = (2, 4)  # again with what fragments of the second lines taught
_FAR_PAIRS_AT: Final = (4, 6)  # before, rows are not yet on their lines
_PRUNE_AT: Final = 6
_GRADIENT_FROM: Final = 3  # before, rows are not yet on their lines
_MISSING_FROM: Final = 2  # before, parents without a row only count where lines are placed
_MOST_ROUNDS: Final = 14
_PRUNE_AGAIN_AT: Final = 2  # of the rounds with disputed lines
_MOST_ROUNDS_AGAIN: Final = 7
_SETTLED: Final = 0.25  # scatters by which lines may still move
_DOUBTFUL_MISFIT: Final = 1.4  # from which an uneven gradient is tried,
_DOUBTFUL_PART: Final = 0.75  # or from this share of unexplained rows in one part of the run
_BETTER_FIT: Final = 0.7  # part of the misfit that an uneven gradient may leave
_AS_MANY: Final = 0.95  # part of the genuine rows that it must keep,
_MORE: Final = 1.02  # or of those that it must find where the misfit is not clear,
_MANY_MORE: Final = 1.1  # or where it leaves more of it,
_FEW_UNEXPLAINED: Final = 0.5  # though no larger share of any part of the run unexplained
_STILL_NARROWER: Final = 1.03  # factor by which the scatter fell in a round,
_STILL_WIDER: Final = 1.1  # or grew
_FAR_PAIRS: Final = 7.0  # scatters beyond the usual within which rows may elute together
_FARTHER: Final = 1.1  # factor by which such pairs are farther apart at least
_FARTHEST: Final = 3.0  # of the usual tolerance
_AGAIN: Final = 2  # rounds of shares under another tolerance
_NARROWING: Final = 0.5  # of the least scatter, by round


def infer(
    observed: Observations, report: Progress | None = None, priors: Priors | None = None
) -> Inference | NoCurve:
    """State in which every row of `observed` is explained, or the reason why there is no curve.

    `reweigh` gives the shares with the lines and rates that were learned last.

    Parameters
    ----------
    observed : Observations
    report : Progress, optional
        Receives each rule that was applied; may stop the work.
    priors : Priors, optional
        The usual priors where omitted.
    """
    with one_thread():
        return _infer(observed, report or Progress(), priors or Priors.usual())


def _infer(observed: Observations, report: Progress, priors: Priors) -> Inference | NoCurve:
    start = starting_curve(observed, priors)
    if isinstance(start, NoCurve):
        report.log("rule1", start.reason)
        return start
    gradient = first_gradient(observed, start.slope, priors)
    state = _on_gradient(observed, gradient, start, report, priors)
    if not gradient.is_even or not _is_doubtful(state):
        return state
    report.log("rule1", "Rows elute early or late together: an uneven gradient is tried")
    gradient = best_gradient(observed, start.slope, priors)
    uneven = _on_gradient(observed, gradient, start, report, priors)
    return uneven if _explains_more(uneven, state) else state


def _is_doubtful(state: Inference) -> bool:
    """Whether an even gradient misses rows on their lines, or nearly all rows of a part."""
    return misfit_of(state) >= _DOUBTFUL_MISFIT or unexplained_part(state) >= _DOUBTFUL_PART


def _explains_more(uneven: Inference, even: Inference) -> bool:
    """Whether an uneven gradient fits clearly better than an even one, or explains many more rows.

    A step of the gradient may leave all rows before it unexplained: none is on its line then, where
    a misfit would show.
    """
    explained, before, misfit = _genuine(uneven), _genuine(even), misfit_of(even)
    if misfit >= _DOUBTFUL_MISFIT and misfit_of(uneven) < _BETTER_FIT * misfit:
        return explained > (_AS_MANY if misfit >= CLEAR_MISFIT else _MORE) * before
    return explained > _MANY_MORE * before and unexplained_part(uneven) <= _FEW_UNEXPLAINED


def _genuine(state: Inference) -> float:
    """Number of rows that are what their names say."""
    return float(state.shares.genuine.sum())


def _on_gradient(
    observed: Observations,
    gradient: Gradient,
    start: Curve,
    report: Progress,
    priors: Priors,
) -> Inference:
    """State after all rounds on a gradient; `start` is the first curve on an even one."""
    if not gradient.is_even:
        observed = replace(observed, gradient=gradient)
        straight = starting_curve(observed, priors)
        start = start if isinstance(straight, NoCurve) else straight
    report.done("rule1", f"A first curve: {start.slope:.3f} min per carbon")
    coelution = _pairs(observed, USUAL_TOLERANCE)
    report.done("rule2", f"{len(observed.groups)} head groups, {len(coelution):,} pairs co-elute")
    reduced = reduced_rt(observed, start, priors)
    lines = starting_lines(observed, reduced, coelution, start.slope)
    report.done("rule3", f"{counted(len(lines.group), 'line')} in {len(observed.groups):,} series")
    state = begin(observed, coelution, start, lines, priors)
    for round_ in range(_MOST_ROUNDS):
        if round_ in _FAR_PAIRS_AT:
            state = _with_far_pairs(state)
        if round_ in _PLACE_AT:
            state = place_lines(state)
        if round_ == _PRUNE_AT:
            state = prune_lines(state)
        shares = explain(state, missing=round_ >= _MISSING_FROM, placed=round_ > _PRUNE_AT)
        before = replace(state, shares=shares)
        state = _learned(before, round_)
        if round_ == _PLACE_AT[-1]:
            report.done(
                "rule4",
                f"{counted(len(state.line_group), 'line')}, acetylated ones with their base",
            )
        if round_ >= _PRUNE_AT and _has_settled(before, state):
            break
    pruned = prune_lines(state)
    more, gone = disputed_lines(pruned), lines_of_fragments(pruned)
    if len(more.group) or gone.any():
        state = _again(change_lines(pruned, more, gone))
        pruned = prune_lines(state)
    if len(pruned.line_group) < len(state.line_group):
        state = _again(pruned)
    by_pairs = state.shares.pair.sum()
    by_missing_parents = state.shares.missing_parents.probability.sum()
    made = by_pairs + by_missing_parents
    report.done("rule5", f"{made:.0f} features come from others in the ion source")
    return state


def _with_far_pairs(state: Inference) -> Inference:
    """State with pairs that are farther apart than usual, where rows scatter much about lines.

    What is more than the usual scatter may be that of measured RT. The RT of two rows that elute
    together then differ by up to 7 of it (5 standard deviations of a difference, less what it
    will still grow by), and how much they do, pairs teach.
    """
    scatter, usual = float(state.rates.sigma[0]), state.usual_scatter
    noise = np.sqrt(max(scatter**2 - usual**2, 0.0))
    tolerance = min(_FAR_PAIRS * float(noise), _FARTHEST * USUAL_TOLERANCE)
    if tolerance < _FARTHER * state.pair_tolerance:
        return state
    pairs = _pairs(state.observed, tolerance)
    return replace(_with_pairs(state, pairs), pair_tolerance=tolerance)


def _again(state: Inference) -> Inference:
    """State after rounds with other lines: rows, pathways and lines are weighed anew.

    Lines that remain without support go.
    """
    for round_ in range(_MOST_ROUNDS_AGAIN):
        before = replace(state, shares=explain(state, placed=round_ > 0))
        state = _learned(before, _PRUNE_AT + round_)
        if round_ == _PRUNE_AGAIN_AT:
            state = prune_lines(state)
        elif round_ > _PRUNE_AGAIN_AT and _has_settled(before, state):
            break
    return state


def _learned(before: Inference, round_: int) -> Inference:
    """State with what the shares of a round teach."""
    least_scatter = before.priors.first_line_scatter.value * _NARROWING**round_
    state = learn(before, least_scatter)
    return learn_gradient(state) if round_ >= _GRADIENT_FROM else state


def _has_settled(before: Inference, after: Inference) -> bool:
    """Whether another round would change little.

    A scatter that still grows takes back rows that it had lost. An uneven gradient draws the rows
    closer to their lines in each of its rounds, and the scatter that is left tells wrong names
    from right ones.
    """
    if _moved(before, after) >= _SETTLED:
        return False
    wider = float(after.rates.sigma[0] / before.rates.sigma[0])
    if after.observed.gradient.is_even:
        return wider < _STILL_WIDER
    return 1 / wider < _STILL_NARROWER


def _moved(before: Inference, after: Inference) -> float:
    """Root mean square by which lines moved at the RT of their rows, in scatters."""
    own = after.shares.own
    squares = float(own @ (after.fitted - before.fitted) ** 2)
    rows = max(float(own.sum()), 1.0)
    return float(np.sqrt(squares / rows)) / float(after.rates.sigma[0])


def reweigh(state: Inference, tolerance: float, leniency: float) -> Inference:
    """State with the shares under other thresholds; lines, widths and rates stay as they are.

    Parameters
    ----------
    state : Inference
        Result of `infer`.
    tolerance : float
        Largest RT difference of a parent and its fragment or artefact, min; in a table whose rows
        scatter much, as much larger as `Inference.pair_tolerance` is.
    leniency : float
        Factor by which a row's distance to its own line is divided (1: as learned).
    """
    with one_thread():
        return _reweigh(state, tolerance, leniency)


def _reweigh(state: Inference, tolerance: float, leniency: float) -> Inference:
    if tolerance != USUAL_TOLERANCE:
        within = coelution_tolerance(tolerance, state.pair_tolerance)
        state = _settled(_with_pairs(state, _pairs(state.observed, within)))
    # Once: if leniency for one row changed its children, a wider threshold could refuse more.
    shares = explain(state, leniency, unfound=True)
    return replace(state, shares=with_unlisted_parents(state, shares))


def _settled(state: Inference) -> Inference:
    """State with stable shares: those of parents depend on their children's and the reverse."""
    for _ in range(_AGAIN):
        state = replace(state, shares=explain(state))
    return state


def _pairs(observed: Observations, tolerance: float) -> Coelution:
    """Rows that co-elute within `tolerance`, min, as parent and fragment or artefact.

    Rows of one name beside each other, as parts of one peak, are pairs too.
    """
    within = tolerance + observed.rt_step  # RT may be as far apart by their digits alone
    coeluting = join(fragment_pairs(observed, within), artefact_pairs(observed, within))
    return join(coeluting, split_pairs(observed))


def _with_pairs(state: Inference, pairs: Coelution) -> Inference:
    """State with other pairs; those that it had keep their shares, new ones have 0."""
    index, kept = _find_keys(_keys(state.coelution, state.observed), _keys(pairs, state.observed))

    def taken(before: FloatArray) -> FloatArray:
        after = np.zeros(len(pairs))
        after[kept] = before[index[kept]]
        return after

    counts = state.rates.fragments
    pathways = replace(counts.pathways, pair=taken(counts.pathways.pair))
    counts = replace(counts, pair=taken(counts.pair), pathways=pathways)
    return replace(
        state,
        coelution=describe_coelution(state.observed, pairs, state.priors),
        shares=replace(state.shares, pair=taken(state.shares.pair)),
        rates=replace(state.rates, fragments=counts),
    )


def _find_keys(old: IntArray, new: IntArray) -> tuple[IntArray, BoolArray]:
    """Index of each new key among the old ones, and whether it is one of them."""
    if len(old) == 0:
        return np.zeros(len(new), dtype=np.int64), np.zeros(len(new), dtype=np.bool_)
    order = np.argsort(old)
    position = np.searchsorted(old, new, sorter=order)
    index = order[np.minimum(position, len(old) - 1)]
    return index, np.asarray(old[index] == new)


def _keys(pairs: Coelution, observed: Observations) -> IntArray:
    """A number for each pair that is its own: from process, parent and child, shape (m,)."""
    n = len(observed)
    return ((pairs.process + 1) * n + pairs.parent) * n + pairs.child
