"""Rounds of inference: verdict shares and learned rates in turn, until they settle."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.coeluting_pairs import describe
from ganglioside.inference.learning import learn
from ganglioside.inference.line_placement import place_lines, prune_lines
from ganglioside.inference.posterior import explain
from ganglioside.inference.single_thread import one_thread
from ganglioside.inference.state import Inference, begin, reduced_rt
from ganglioside.ion_source.artefacts import artefact_pairs
from ganglioside.ion_source.coelution import USUAL_TOLERANCE, Coelution, join
from ganglioside.ion_source.fragments import fragment_pairs
from ganglioside.observations.observations import Observations
from ganglioside.progress import Progress
from ganglioside.retention.first_curve import NoCurve, starting_curve
from ganglioside.retention.isomer_lines import starting_lines
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.priors import Priors

_PLACE_AT: Final = (2, 4)
_PRUNE_AT: Final = 4
_MISSING_FROM: Final = 2  # before, parents without a row only count where lines are placed
_MOST_ROUNDS: Final = 14
_SETTLED: Final = 0.25  # scatters by which lines may still move
_AGAIN: Final = 2  # rounds of shares under another tolerance
_NARROWING: Final = 0.5  # of the least scatter, by round


def infer(
    observed: Observations, report: Progress | None = None, priors: Priors | None = None
) -> Inference | NoCurve:
    """Explain every row of `observed` jointly, or say why no retention curve can be had.

    `reweigh` then tells what the shares are with the lines and rates that were learned last.

    Parameters
    ----------
    observed : Observations
    report : Progress, optional
        Told of each rule that was applied; may stop the work.
    priors : Priors, optional
        What is held likely before the table is seen; the usual priors where omitted.
    """
    with one_thread():
        return _infer(observed, report or Progress(), priors or Priors.usual())


def _infer(observed: Observations, report: Progress, priors: Priors) -> Inference | NoCurve:
    start = starting_curve(observed, priors)
    if isinstance(start, NoCurve):
        report.log("rule1", start.reason)
        return start
    report.done("rule1", f"A first curve: {start.slope:.3f} min per carbon")
    coelution = _pairs(observed, USUAL_TOLERANCE)
    report.done("rule2", f"{len(observed.groups)} head groups, {len(coelution):,} pairs co-elute")
    lines = starting_lines(observed, reduced_rt(observed, start), coelution, start.slope)
    report.done("rule3", f"{len(lines.group)} lines in {len(observed.groups)} series")
    state = begin(observed, coelution, start, lines, priors)
    for round_ in range(_MOST_ROUNDS):
        if round_ in _PLACE_AT:
            state = place_lines(state)
        if round_ == _PRUNE_AT:
            state = prune_lines(state)
        before = replace(state, shares=explain(state, missing=round_ >= _MISSING_FROM))
        state = learn(before, priors.first_line_scatter.value * _NARROWING**round_)
        if round_ == _PLACE_AT[-1]:
            report.done("rule4", f"{len(state.line_group)} lines, acetylated ones with their base")
        if round_ >= _PRUNE_AT and _moved(before, state) < _SETTLED:
            break
    pieces = state.shares.pair.sum() + state.shares.ghosts.probability.sum()
    report.done("rule5", f"{pieces:.0f} features come from others in the ion source")
    return state


def _moved(before: Inference, after: Inference) -> float:
    """Return how far the lines moved beneath the rows that stand on them, in scatters."""
    own = after.shares.own
    squares = float(own @ (after.fitted - before.fitted) ** 2)
    return float(np.sqrt(squares / max(float(own.sum()), 1.0))) / float(after.rates.sigma[0])


def reweigh(state: Inference, tolerance: float, leniency: float) -> Inference:
    """Return the shares under other thresholds; lines, widths and rates stay as they are.

    Parameters
    ----------
    state : Inference
        What `infer` returned.
    tolerance : float
        Largest RT difference of a parent and its fragment or artefact, min.
    leniency : float
        Distances from the own line count this many times less.
    """
    with one_thread():
        return _reweigh(state, tolerance, leniency)


def _reweigh(state: Inference, tolerance: float, leniency: float) -> Inference:
    if tolerance != USUAL_TOLERANCE:
        state = _settled(_with_pairs(state, _pairs(state.observed, tolerance)))
    # Once: if leniency for one row changed its children, a wider threshold could refuse more.
    return replace(state, shares=explain(state, leniency))


def _settled(state: Inference) -> Inference:
    """Return the state with stable shares: a parent's depends on its children's and the reverse."""
    for _ in range(_AGAIN):
        state = replace(state, shares=explain(state))
    return state


def _pairs(observed: Observations, tolerance: float) -> Coelution:
    return join(fragment_pairs(observed, tolerance), artefact_pairs(observed, tolerance))


def _with_pairs(state: Inference, pairs: Coelution) -> Inference:
    """Return the state with other pairs; what is known of a pair stays with it."""
    described = describe(state.observed, pairs, state.priors)
    old, new = _keys(state.coelution, state.observed), _keys(pairs, state.observed)
    order = np.argsort(old)
    place = np.searchsorted(old, new, sorter=order)
    inside = place < len(old)
    at = order[place[inside]]
    same = old[at] == new[inside]

    def taken(before: FloatArray) -> FloatArray:
        after = np.zeros(len(new))
        after[inside] = np.where(same, before[at], 0.0)
        return after

    counts = state.rates.fragments
    return replace(
        state,
        coelution=described,
        shares=replace(state.shares, pair=taken(state.shares.pair)),
        rates=replace(state.rates, fragments=replace(counts, pair=taken(counts.pair))),
    )


def _keys(pairs: Coelution, observed: Observations) -> IntArray:
    n = len(observed)
    return ((pairs.process + 1) * n + pairs.parent) * n + pairs.child
