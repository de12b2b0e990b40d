"""Where the parents of pairs elute: between where they were measured and their lines.

Where single RT are off, that of a parent is too, and its pieces elute nearer its line. Where
species themselves lie off their lines, pieces elute with them. The pairs of a table tell which.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import closeness, student_weight

_CLOSE: Final = 4.0  # scatters from its line at which a row counts half


@kept_with_first  # asked for by all that compares the RT of pairs in one round
def pair_delta(state: Inference) -> FloatArray:
    """RT of the child of each pair less that at which its parent elutes, min, shape (m,)."""
    part = state.rates.measured_off
    if part == 0:
        return state.coelution.delta
    return np.asarray(state.coelution.delta + part * _off_line(state))


def learn_measured_off(state: Inference) -> float:
    """Part of the distance of parents to their lines by which their RT was measured off, 0 to 1.

    With the RT difference d of a pair, the distance r of its parent, its weight w and the usual
    scatter s of k pairs more, the slope of a regression

        -sum(w d r) / (sum(w r^2) + k s^2)

    0 where pairs are as close as usual: their RT are right.
    """
    usual = state.priors.measured_off
    width, scatter = state.rates.pair_sigma, float(state.rates.sigma[0])
    if width <= state.priors.coelution_width.value:
        return usual.value
    pairs, off = state.coelution, _off_line(state)
    weight = np.where(processes().coelutes[pairs.process], state.shares.pair, 0.0)
    weight = weight * student_weight(pair_delta(state) / width, state.pair_tail)
    along = usual.weight * scatter**2 * usual.value - float(weight @ (pairs.delta * off))
    part = along / (float(weight @ off**2) + usual.weight * scatter**2)
    return min(max(part, 0.0), 1.0)


@kept_with_first  # asked for twice in a round
def _off_line(state: Inference) -> FloatArray:
    """RT of each pair's parent less that of its line, as far as that is known, min, shape (m,).

    The distance r to the line without the parent, times what is known of it, with the scatter s of
    rows and the variance v of the line,

        s^2 / (s^2 + v) / (1 + (r / 4 s)^4)

    A row that is many scatters off its line was not measured so far off. 0 for parts of peaks: they
    stand beside the peak as it was measured.
    """
    at = _likeliest_candidate(state)
    distance, variance = (of_candidate[at] for of_candidate in state.without_itself)
    scatter = state.scatter[at]
    known = scatter**2 / (scatter**2 + variance)
    near = closeness(distance / (_CLOSE * scatter))
    of_row = known * near * distance / state.candidates.speed[at]
    off = of_row[state.coelution.parent]
    off[state.coelution.splits] = 0.0
    return np.asarray(off)


def _likeliest_candidate(state: Inference) -> IntArray:
    """Candidate of each row on its likeliest line, shape (n,)."""
    c = state.candidates
    at = np.flatnonzero(c.line == state.shares.line.take(c.row))
    found = np.zeros(len(state.observed), np.int64)
    found[c.row[at]] = at
    return found
