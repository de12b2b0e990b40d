"""Split peaks: how far from a peak its parts stand, which the table teaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.support.arrays import FloatArray
from ganglioside.support.densities import normal
from ganglioside.support.moments import Moments

#: Parts of peaks that the usual width of their distances is worth.
_WEIGHT: Final = 5.0


@dataclass(frozen=True, eq=False)
class SplitDistance:
    """Expected distance of a part from its peak (mean), and its standard deviation, min."""

    mean: FloatArray
    sd: FloatArray

    def density(self, distance: FloatArray) -> FloatArray:
        """Density of RT differences of these sizes, 1 / min, on either side: 0.5 N(d; m, s)."""
        return np.asarray(0.5 * normal(distance, self.mean, self.sd))


def split_density(state: Inference) -> FloatArray:
    """Density, 1 / min, of the RT difference of each pair of a peak and its part, shape (s,).

    As the other pairs of these show it; in the order of the pairs `splits`.
    """
    own = _distances(state, state.rates.fragments.pair)
    distance = np.abs(state.coelution.delta[state.coelution.splits])
    return split_distance(state, own).density(distance)


def split_distance(state: Inference, without: Moments | None = None) -> SplitDistance:
    """Distance at which a further part of a peak is expected, in the shape of `without`.

    Parameters
    ----------
    state : Inference
    without : Moments, optional
        Of distances that do not count, min.
    """
    seen = state.rates.artefact_counts.split
    return _distance(seen if without is None else seen.without(without), state.curve.slope)


def count_splits(state: Inference) -> Moments:
    """Moments of the distances of all parts from their peaks, min, by the present shares."""
    return _distances(state, state.shares.pair).of_all()


def _distances(state: Inference, share: FloatArray) -> Moments:
    """Distance of each part from its peak, min, with the shares of all pairs, shape (s,)."""
    pairs = state.coelution
    return Moments.of(share[pairs.splits], np.abs(pairs.delta[pairs.splits]))


def _distance(seen: Moments, slope: float) -> SplitDistance:
    """Expected distance where n parts have distances that sum to S1, and their squares to S2.

    With m0 and b the mean distance of tables and its spread, s0 the usual width of one table and
    k the parts that this is worth,

        v   = 1 / (n / s^2 + 1 / b^2)
        m   = v (S1 / s^2 + m0 / b^2)
        s^2 = (k s0^2 + S2 - 2 m S1 + (m^2 + v) n) / (k + n)

    first with s = s0, then v and m once more with the width found; sd = sqrt(s^2 + v).
    """
    known = processes()
    [split] = np.flatnonzero(known.splits)
    usual = slope * known.rt_shift[split]
    between, width = (slope * known.rt_between[split]) ** 2, (slope * known.rt_spread[split]) ** 2
    n = seen.weight
    square_width = width
    for _ in range(2):
        variance = 1 / (n / square_width + 1 / between)
        mean = variance * (seen.total / square_width + usual / between)
        about = seen.squares - 2 * mean * seen.total + (mean**2 + variance) * n
        square_width = (_WEIGHT * width + np.maximum(about, 0.0)) / (_WEIGHT + n)
    return SplitDistance(mean, np.sqrt(square_width + variance))
