"""Pathways: where the fragments of one kind elute beside their parents.

A pathway leads from a line (of the parent) to a group (of the fragment). Its fragments elute a
little before or after their parents, all alike (the shift), and scatter about that (the width).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.parent_rt import pair_delta
from ganglioside.inference.rates import PathwayCounts
from ganglioside.inference.state import Inference
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import student_weight
from ganglioside.support.moments import Moments

#: Shift from which explanations name it, min.
TOLD_SHIFT: Final = 0.005


@dataclass(frozen=True, eq=False)
class RtDifference:
    """RT of a fragment or artefact less that of its parent, min.

    Attributes
    ----------
    mean, scale : numpy.ndarray
        Centre and scale of Student's t with `Inference.pair_tail` degrees of freedom. The scale has
        in it what is not known of the mean, but not the rounding of RT.
    """

    mean: FloatArray
    scale: FloatArray


@dataclass(frozen=True, eq=False)
class _Shifts:
    """Shift of pathways, min, its variance, min^2, and their squared width, min^2."""

    mean: FloatArray
    variance: FloatArray
    square_width: FloatArray


def pathway_rt(state: Inference) -> RtDifference:
    """RT difference of a further fragment of each group from parents of each line, shape (L, G)."""
    rates = state.rates
    at, shifts = _seen_shifts(state)
    shape = rates.fragments.seen.shape
    mean = np.zeros(shape)
    scale = np.full(shape, np.hypot(rates.pair_sigma, rates.pathway_spread))
    mean.flat[at] = shifts.mean
    scale.flat[at] = np.sqrt(shifts.square_width + shifts.variance)
    return RtDifference(mean, scale)


@kept_with_first  # asked for shift, width and counts of one round
def pair_rt(state: Inference) -> RtDifference:
    """RT difference of each pair as the other pairs of its pathway show it, shape (m,).

    Artefacts are made where their parent is: they have no shift, and the width of the table.
    """
    pairs, counts = state.coelution, state.rates.fragments
    fragment = pairs.fragments
    delta = pair_delta(state)[fragment]
    kind = state.pair_kinds[fragment]
    own = Moments.of(counts.pathways.pair[fragment], delta)
    others = counts.pathways.shifts.take(kind).without(own)
    seen = np.maximum(counts.seen.take(kind) - counts.pair[fragment], 0.0)
    shifts = _shifts(seen, others, state)
    expected = without_shift(state)
    expected.mean[fragment] = shifts.mean
    expected.scale[fragment] = np.sqrt(shifts.square_width + shifts.variance)
    return expected


def without_shift(state: Inference) -> RtDifference:
    """RT difference of each pair if no pathway has a shift or a width of its own, shape (m,)."""
    m = len(state.coelution)
    return RtDifference(np.zeros(m), np.full(m, state.rates.pair_sigma))


def count_pathways(state: Inference) -> PathwayCounts:
    """RT differences of fragments, summed by the present shares.

    Those far from what the others of their pathway show count less, as in a fit of Student's t.
    """
    pairs = state.coelution
    fragment = pairs.fragments
    expected = pair_rt(state)
    delta = pair_delta(state)[fragment]
    scale = np.sqrt(expected.scale[fragment] ** 2 + by_digits(state))
    counts_as = student_weight((delta - expected.mean[fragment]) / scale, state.pair_tail)
    weight = state.shares.pair[fragment] * counts_as
    kind = state.pair_kinds[fragment]
    of_pair = np.zeros(len(pairs))
    of_pair[fragment] = weight
    shape = len(state.line_group), len(state.observed.groups)
    return PathwayCounts(shifts=Moments.of(weight, delta).by(kind, *shape), pair=of_pair)


def learn_pathway_spread(state: Inference) -> float:
    """Spread of the shifts of the table's pathways, min.

    With the shift m of a pathway and its variance v, and the spread t of before (MacKay),

        t^2 = (w usual^2 + sum(m^2)) / (w + sum(1 - v / t^2))
    """
    _, shifts = _seen_shifts(state)
    usual = state.priors.pathway_shift
    known = 1 - shifts.variance / state.rates.pathway_spread**2
    squares = usual.weight * usual.spread**2 + float((shifts.mean**2).sum())
    return float(np.sqrt(squares / (usual.weight + float(known.sum()))))


def _seen_shifts(state: Inference) -> tuple[IntArray, _Shifts]:
    """Pathways of which fragments were seen, as line * G + group, and their shifts."""
    counts = state.rates.fragments
    at = np.flatnonzero(counts.pathways.shifts.weight)
    return at, _shifts(counts.seen.take(at), counts.pathways.shifts.take(at), state)


def with_digits(state: Inference, scale: float) -> float:
    """Scale of a difference of two RT with what their rounding adds to it, min."""
    return float(np.hypot(scale, np.sqrt(by_digits(state))))


def by_digits(state: Inference) -> float:
    """Variance of a difference of two RT because both are rounded, min^2."""
    return 2 * state.observed.rounding**2


def _shifts(seen: FloatArray, delta: Moments, state: Inference) -> _Shifts:
    """Shift and width of pathways whose `seen` fragments have these RT differences.

    With the weighted sums S0, S1, S2 of 1, d, d^2 over n RT differences d, the width w0 of the
    table, the spread t of shifts, the variance c of rounding, and the weight k of the prior,

        v   = 1 / (S0 / (w^2 + c) + 1 / t^2)
        m   = v S1 / (w^2 + c)
        w^2 = (k w0^2 + S2 - 2 m S1 + (m^2 + v - c) S0) / (k + n)

    first with w = w0, then v and m once more with the width found.
    """
    rounding = by_digits(state)
    usual = state.rates.pair_sigma**2
    weight = state.priors.pathway_width.weight
    precision = 1 / state.rates.pathway_spread**2
    variance = 1 / (delta.weight / (usual + rounding) + precision)
    mean = variance * delta.total / (usual + rounding)
    about = delta.squares - 2 * mean * delta.total
    about += (mean**2 + variance - rounding) * delta.weight
    square_width = (weight * usual + np.maximum(about, 0.0)) / (weight + seen)
    noise = square_width + rounding
    variance = 1 / (delta.weight / noise + precision)
    return _Shifts(variance * delta.total / noise, variance, square_width)
