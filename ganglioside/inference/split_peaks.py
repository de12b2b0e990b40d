"""Split peaks: how far from a peak its parts stand, which the table teaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.rates import SplitCounts
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.support.arrays import FloatArray
from ganglioside.support.densities import normal

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
    pairs = state.coelution
    distance = np.abs(pairs.delta[pairs.splits])
    own = state.rates.fragments.pair[pairs.splits]
    return split_distance(state, own, own * distance, own * distance**2).density(distance)


def split_distance(
    state: Inference,
    parts: FloatArray | float = 0.0,
    distance: FloatArray | float = 0.0,
    squares: FloatArray | float = 0.0,
) -> SplitDistance:
    """Distance at which a further part of a peak is expected.

    `parts`, the sum of their `distance`, min, and that of the `squares` do not count; each may be
    an array, and so is the result.
    """
    counts, slope = state.rates.artefact_counts.split, state.curve.slope
    parts, distance = np.asarray(counts.parts - parts), np.asarray(counts.distance - distance)
    return _distance(parts, distance, np.asarray(counts.squares - squares), slope)


def count_splits(state: Inference) -> SplitCounts:
    """Parts of peaks, counted by the present shares."""
    pairs = state.coelution
    share = state.shares.pair[pairs.splits]
    distance = np.abs(pairs.delta[pairs.splits])
    return SplitCounts(
        parts=float(share.sum()),
        distance=float(share @ distance),
        squares=float(share @ distance**2),
    )


def _distance(
    parts: FloatArray, distance: FloatArray, squares: FloatArray, slope: float
) -> SplitDistance:
    """Expected distance where that of n = `parts` sums to S1 = `distance`, S2 = `squares`.

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
    n = np.maximum(parts, 0.0)
    square_width = width
    for _ in range(2):
        variance = 1 / (n / square_width + 1 / between)
        mean = variance * (distance / square_width + usual / between)
        about = squares - 2 * mean * distance + (mean**2 + variance) * n
        square_width = (_WEIGHT * width + np.maximum(about, 0.0)) / (_WEIGHT + n)
    return SplitDistance(mean, np.sqrt(square_width + variance))
