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
    shape_prior,
    usual_carbons,
)
from ganglioside.support.arrays import FloatArray, IntArray, ranges, sum_by
from ganglioside.support.priors import Priors

_Float = TypeVar("_Float", bound=np.floating)

#: Carbon slopes tried, min per carbon. Reversed phase gives 0.2 to 0.8; zero and below is HILIC.
_SLOPES: Final = np.concatenate([np.linspace(-0.3, 0.1, 9), np.geomspace(0.12, 1.6, 31)])

#: Curvatures tried, in slopes, with the slopes tried at each: usual ones finely, strong ones
#: coarsely, only to begin in the right place.
_CURVATURES: Final[dict[float, FloatArray]] = {
    -0.1: _SLOPES,
    -0.25: _SLOPES[9::2],
    -0.4: _SLOPES[9::2],
}

#: All of them: slope and curvature of each trial, how closely pairs must agree, min, and what is
#: left of a pair, in those widths, from its differences of RT, z and z^2 / 10 (see `curve`).
_SLOPE: Final = np.concatenate([*_CURVATURES.values()])
_CURVATURE: Final = np.repeat([*_CURVATURES], [len(s) for s in _CURVATURES.values()])
_WIDTH: Final = 0.05 + 0.1 * np.abs(_SLOPE)
_RESIDUAL: Final = np.asarray(
    np.stack([np.ones(len(_SLOPE)), -_SLOPE, -_SLOPE * _CURVATURE], axis=1) / _WIDTH[:, None],
    dtype=np.float32,  # tells trials apart at half the cost
)

#: How far a curvature may lie from the usual one before its pairs count clearly less.
_CURVATURE_REACH: Final = 0.6

#: Widths at which f is refined, in slopes.
_WIDTHS: Final = np.geomspace(0.5, 0.06, 8)

#: Slopes below this cannot order a series by its carbons.
LOWEST_SLOPE: Final = 0.1

_FARTHEST: Final = -30.0  # exponent of the closeness of two numbers
_MOST_ROWS: Final = 2000  # rows from which pairs are formed
_AT_ONCE: Final = 400  # pairs that are compared with all trials at once: what a cache holds
_ANCHOR_WEIGHT: Final = 4.0  # of a pair of anchors, against any other pair


@dataclass(frozen=True, slots=True)
class NoCurve:
    """Why a table allows no retention curve."""

    code: str
    reason: str


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of rows of one series.

    Attributes
    ----------
    rt, weight : numpy.ndarray, shape (p,)
        RT difference, min, and how much the pair counts.
    kind : numpy.ndarray of int, shape (p,)
        The ceramides of both rows: a place in a flattened (K, K) matrix.
    basis : numpy.ndarray, shape (K, 4)
        `curve.ceramide_basis` of the ceramides.
    """

    rt: FloatArray
    weight: FloatArray
    kind: IntArray
    basis: FloatArray

    def effect(self, shape: FloatArray) -> FloatArray:
        """Return the difference that each pair should have, min, shape (p,)."""
        f = ceramide_effect(shape, self.basis)
        return (f[:, None] - f).ravel().take(self.kind)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of a value of the pairs by both ceramides, shape (K, K)."""
        n = len(self.basis)
        return sum_by(self.kind, values, n * n).reshape(n, n)


def starting_curve(observed: Observations, priors: Priors) -> Curve | NoCurve:
    """Return a curve without lines, or why there is none."""
    pairs = _pairs(observed)
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
            f"Retention grows by {slope:+.2f} min per carbon at best, as in HILIC, where classes "
            "separate by head group, or in a very short gradient: this model needs reversed phase "
            f"with {LOWEST_SLOPE:g} min or more.",
        )
    shape = _shape(pairs, slope, curvature, priors)
    return Curve(
        shape=shape,
        shrink=0.0,
        spared=0.0,
        slope=max(float(shape[0]), LOWEST_SLOPE),
        middle=0.0,
        lines=np.zeros(0),
        tilt=np.zeros(0),
        tilt_sd=priors.line_tilt.spread,
        ceramides=observed.ceramides,
        deviation=np.zeros(len(observed.ceramides)),
        deviation_sd=priors.ceramide_deviation.spread * max(float(shape[0]), LOWEST_SLOPE),
        covariance=np.zeros((0, 0)),
        usual_carbons=usual_carbons(priors),
    )


def _pairs(observed: Observations) -> _Pairs:
    """Pair the rows of each series whose ceramides differ in carbons."""
    chosen = _spread(observed)
    i, j = _within(observed.group[chosen])
    i, j = chosen[i], chosen[j]
    carbons = observed.ceramides[:, 0][observed.ceramide]
    informative = carbons[i] != carbons[j]
    i, j = i[informative], j[informative]
    both = observed.anchor[i] & observed.anchor[j]
    return _Pairs(
        observed.rt[i] - observed.rt[j],
        np.where(both, _ANCHOR_WEIGHT, 1.0),
        observed.ceramide[i] * len(observed.ceramides) + observed.ceramide[j],
        ceramide_basis(observed.ceramides),
    )


def _spread(observed: Observations) -> IntArray:
    """Choose whole samples, evenly spread, until there are enough rows."""
    samples = int(observed.sample.max(initial=0)) + 1
    step = max(1, int(np.ceil(len(observed) / _MOST_ROWS)))
    kept = np.arange(samples) % min(step, samples) == 0
    return np.flatnonzero(kept[observed.sample])[: 2 * _MOST_ROWS]


def _within(group: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of positions with equal group."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    later = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(group)) - 1
    first = np.repeat(np.arange(len(group)), later)
    return order[first], order[ranges(np.arange(len(group)) + 1, later)]


def _slope(pairs: _Pairs, priors: Priors) -> tuple[float, float]:
    """Return slope and curvature (in slopes) at which the density of agreeing pairs is largest."""
    shape, _ = shape_prior(1.0, priors)
    away = (_CURVATURE - shape[1]) / _CURVATURE_REACH
    straight, bent = np.array([[1.0, 0.0, *shape[2:]], [0.0, 1.0, *shape[2:]]])
    differences = np.stack([pairs.rt, pairs.effect(straight), pairs.effect(bent)])
    differences, weight = differences.astype(np.float32), pairs.weight.astype(np.float32)
    agreeing = np.zeros(len(_SLOPE))
    for start in range(0, len(weight), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        agreeing += _closeness(_RESIDUAL @ differences[:, part]) @ weight[part]
    best = int(np.argmax(agreeing / _WIDTH * np.exp(-0.5 * away**2)))
    return float(_SLOPE[best]), float(_CURVATURE[best])


def _closeness(away: npt.NDArray[_Float]) -> npt.NDArray[_Float]:
    """Return exp(-away^2 / 2); bounded, as numbers near 0 make arithmetic slow."""
    return np.asarray(np.exp(np.maximum(-0.5 * away * away, _FARTHEST)))


def _shape(pairs: _Pairs, slope: float, curvature: float, priors: Priors) -> FloatArray:
    """Refine f on the pairs that agree ever more closely."""
    shape = shape_prior(slope, priors)[0]
    shape[1] = curvature * slope
    for width in (slope * _WIDTHS).tolist():
        mean, sd = shape_prior(max(float(shape[0]), LOWEST_SLOPE), priors)
        prior = (width / sd) ** 2  # its precision, in that of a pair
        residual = pairs.rt - pairs.effect(shape)
        weight = pairs.weight * _closeness(residual / width)
        joint, pull = pairs.sums(weight), pairs.sums(weight * residual)
        jacobian = ceramide_effect_jacobian(shape, pairs.basis)
        # A pair tells of the difference of its ceramides: the sums make a graph Laplacian.
        joint = joint + joint.T
        normal = jacobian.T @ (np.diag(joint.sum(axis=0)) - joint) @ jacobian
        gradient = jacobian.T @ (pull.sum(axis=1) - pull.sum(axis=0)) + prior * (mean - shape)
        shape = shape + np.linalg.solve(normal + np.diag(prior), gradient)
    return shape
