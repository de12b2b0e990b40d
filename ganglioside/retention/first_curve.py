"""Rule 1, retention regression: a first curve from what the rows of each series agree on.

Two features of one series differ in RT by f(ceramide) alone, whether both are genuine or both
are fragments of one parent series. So the f on which most pairs agree is found before any line,
any isomer and any anchor is trusted: a mode, which wrong rows cannot move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import (
    Curve,
    ceramide_basis,
    ceramide_effect,
    ceramide_effect_jacobian,
    starting_prior,
    usual_carbons,
)
from ganglioside.support.arrays import FloatArray, IntArray, ranges, sum_by
from ganglioside.support.formatting import with_sign
from ganglioside.support.priors import Priors

_Float = TypeVar("_Float", bound=np.floating)

#: Slopes below this cannot order a series by its carbons.
LOWEST_SLOPE: Final = 0.1

#: Carbon slopes tried, min per carbon. Reversed phase gives 0.2 to 0.8; zero and below is HILIC.
_SLOPES: Final = np.concatenate([np.linspace(-0.3, 0.1, 9), np.geomspace(0.12, 1.6, 31)])

#: Curvatures tried, in slopes, with the slopes tried at each: usual ones finely, strong ones
#: coarsely, only to begin in the right place.
_CURVATURES: Final[dict[float, FloatArray]] = {
    -0.1: _SLOPES,
    -0.25: _SLOPES[9::2],
    -0.4: _SLOPES[9::2],
}

#: Slope and curvature of each trial, and the width to which pairs must agree, min, shape (T,).
_SLOPE: Final = np.concatenate([*_CURVATURES.values()])
_CURVATURE: Final = np.repeat([*_CURVATURES], [len(s) for s in _CURVATURES.values()])
_WIDTH: Final = 0.05 + 0.1 * np.abs(_SLOPE)

#: Matrix from the differences of a pair in RT, z and z^2 / 10 (see `curve`) to its residual in
#: each trial, in widths, shape (T, 3).
_RESIDUAL: Final = np.asarray(
    np.stack([np.ones(len(_SLOPE)), -_SLOPE, -_SLOPE * _CURVATURE], axis=1) / _WIDTH[:, None],
    dtype=np.float32,  # enough to compare trials, at half the cost
)

#: Trials that no reversed phase has, shape (T,).
_FLAT: Final = _SLOPE < 1.1 * LOWEST_SLOPE

#: Weight of these where enough pairs agree on another: few tables are of HILIC, and rows whose
#: carbons make no difference are sodium adducts more often than that.
_FLAT_WEIGHT: Final = 0.7
_ENOUGH: Final = 3.0

#: How far a curvature may lie from the usual one before its pairs count clearly less.
_CURVATURE_REACH: Final = 0.6

#: Widths at which f is refined, in slopes.
_WIDTHS: Final = np.geomspace(0.5, 0.06, 8)

_LEAST_EXPONENT: Final = -30.0  # of the closeness of two numbers
_MOST_ROWS: Final = 2000  # rows from which pairs are formed
_AT_ONCE: Final = 400  # pairs that are compared with all trials at once: what a cache holds
_ANCHOR_WEIGHT: Final = 4.0  # of a pair of anchors, against any other pair


@dataclass(frozen=True, slots=True)
class NoCurve:
    """Why a table allows no retention curve."""

    code: str
    reason: str


@dataclass(frozen=True, eq=False)
class _RowPairs:
    """Pairs of rows of one series.

    Attributes
    ----------
    rt, weight : numpy.ndarray, shape (p,)
        RT difference, min, and weight of the pair.
    kind : numpy.ndarray of int, shape (p,)
        Ceramides of both rows, first * K + second: index into a flattened (K, K) matrix.
    basis : numpy.ndarray, shape (K, 5)
        `curve.ceramide_basis` of the ceramides.
    """

    rt: FloatArray
    weight: FloatArray
    kind: IntArray
    basis: FloatArray

    def effect(self, shape: FloatArray) -> FloatArray:
        """RT difference of each pair by this shape of f, min, shape (p,)."""
        f = ceramide_effect(shape, self.basis)
        return (f[:, None] - f).ravel().take(self.kind)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of a value of the pairs by their two ceramides, shape (K, K)."""
        n = len(self.basis)
        return sum_by(self.kind, values, n * n).reshape(n, n)


def starting_curve(observed: Observations, priors: Priors) -> Curve | NoCurve:
    """A first curve without lines, or the reason why there is none."""
    pairs = _row_pairs(observed)
    if len(pairs.rt) == 0:
        return NoCurve(
            "no-gradient",
            "No series has two readable features whose ceramides differ in carbons, so nothing "
            "shows how retention grows with the ceramide.",
        )
    slope, curvature = _slope(pairs, priors)
    if slope < LOWEST_SLOPE:
        return NoCurve(
            "no-gradient",
            f"Retention grows by {with_sign(slope, 2)} min per carbon at best, as in HILIC, where "
            "classes separate by head group, or in a very short gradient: this model needs "
            f"reversed phase with {LOWEST_SLOPE:g} min or more.",
        )
    shape = _shape(pairs, slope, curvature, priors)
    scale = max(float(shape[0]), LOWEST_SLOPE)
    return Curve(
        shape=shape,
        shrink=0.0,
        spared=0.0,
        slope=scale,
        middle=0.0,
        lines=np.zeros(0),
        tilt=np.zeros(0),
        tilt_sd=priors.line_tilt.spread,
        ceramides=observed.ceramides,
        deviation=np.zeros(len(observed.ceramides)),
        deviation_sd=priors.ceramide_deviation.spread * scale,
        hydroxyl_deviation=priors.hydroxyl_deviation.value,
        covariance=np.zeros((0, 0)),
        usual_carbons=usual_carbons(priors),
    )


def _row_pairs(observed: Observations) -> _RowPairs:
    """Pair the rows of each series whose ceramides differ in carbons."""
    chosen = evenly_spread(observed)
    first, second = _pairs_within(observed.group[chosen])
    i, j = chosen[first], chosen[second]
    carbons = observed.ceramides[:, 0][observed.ceramide]
    informative = carbons[i] != carbons[j]
    i, j = i[informative], j[informative]
    both_anchors = observed.anchor[i] & observed.anchor[j]
    return _RowPairs(
        rt=observed.straight_rt[i] - observed.straight_rt[j],
        weight=np.where(both_anchors, _ANCHOR_WEIGHT, 1.0),
        kind=observed.ceramide[i] * len(observed.ceramides) + observed.ceramide[j],
        basis=ceramide_basis(observed.ceramides),
    )


def evenly_spread(observed: Observations) -> IntArray:
    """Rows of whole samples, evenly spread, about `_MOST_ROWS` in all."""
    samples = int(observed.sample.max(initial=0)) + 1
    step = max(1, int(np.ceil(len(observed) / _MOST_ROWS)))
    kept = np.arange(samples) % min(step, samples) == 0
    return np.flatnonzero(kept[observed.sample])[: 2 * _MOST_ROWS]


def _pairs_within(group: IntArray) -> tuple[IntArray, IntArray]:
    """Indices of all pairs of entries with equal group: (first, second), each shape (p,)."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    here = np.arange(len(group))
    end_of_group = np.repeat(np.cumsum(sizes), sizes)
    later = end_of_group - here - 1  # entries of the group after this one
    first = np.repeat(here, later)
    second = ranges(here + 1, later)
    return order[first], order[second]


def _slope(pairs: _RowPairs, priors: Priors) -> tuple[float, float]:
    """Slope (min per carbon) and curvature (in slopes) on which most pairs agree.

    Of all trials, the one with the largest weight of agreeing pairs per width, times the prior of
    its curvature; flat ones count less where enough pairs agree on another.
    """
    shape, _ = starting_prior(1.0, priors)
    away = (_CURVATURE - shape[1]) / _CURVATURE_REACH
    only_slope = np.array([1.0, 0.0, *shape[2:]])
    only_curvature = np.array([0.0, 1.0, *shape[2:]])
    z, z_squares = pairs.effect(only_slope), pairs.effect(only_curvature)
    differences = np.stack([pairs.rt, z, z_squares]).astype(np.float32)
    weight = pairs.weight.astype(np.float32)
    agreeing = np.zeros(len(_SLOPE))
    for start in range(0, len(weight), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        residual = _RESIDUAL @ differences[:, part]
        agreeing += _closeness(residual) @ weight[part]
    density = agreeing / _WIDTH * np.exp(-0.5 * away**2)
    if agreeing[~_FLAT].max() > _ENOUGH:
        density[_FLAT] *= _FLAT_WEIGHT
    best = int(np.argmax(density))
    return float(_SLOPE[best]), float(_CURVATURE[best])


def _closeness(away: npt.NDArray[_Float]) -> npt.NDArray[_Float]:
    """exp(-away^2 / 2), bounded below, as numbers near 0 make arithmetic slow."""
    return np.asarray(np.exp(np.maximum(-0.5 * away * away, _LEAST_EXPONENT)))


def _shape(pairs: _RowPairs, slope: float, curvature: float, priors: Priors) -> FloatArray:
    """Shape of f, shape (6,), refined on pairs that must agree ever more closely.

    One Gauss-Newton step for each width h. With J = df/d(shape), W the weights of the pairs by
    their two ceramides (made symmetric), r the sums of weighted residuals, and p = (h / sd)^2 and
    m the precision and mean of the prior,

        shape += (J^T (diag(W 1) - W) J + diag(p))^-1 (J^T r + p (m - shape))

    A pair depends on the difference of its ceramides: so diag(W 1) - W is a graph Laplacian.
    """
    shape = starting_prior(slope, priors)[0]
    shape[1] = curvature * slope
    for width in (slope * _WIDTHS).tolist():
        mean, sd = starting_prior(max(float(shape[0]), LOWEST_SLOPE), priors)
        precision = (width / sd) ** 2  # of the prior, in that of a pair
        residual = pairs.rt - pairs.effect(shape)
        weight = pairs.weight * _closeness(residual / width)
        weights = pairs.sums(weight)
        residuals = pairs.sums(weight * residual)
        jacobian = ceramide_effect_jacobian(shape, pairs.basis)
        weights = weights + weights.T
        laplacian = np.diag(weights.sum(axis=0)) - weights
        normal = jacobian.T @ laplacian @ jacobian
        pull = residuals.sum(axis=1) - residuals.sum(axis=0)
        gradient = jacobian.T @ pull + precision * (mean - shape)
        shape = shape + np.linalg.solve(normal + np.diag(precision), gradient)
    return shape
