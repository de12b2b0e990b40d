"""Rule 1, retention regression: a first curve from what the rows of each series agree on.

Two features of one series differ in RT by f(ceramide) alone, whether both are genuine or both
are fragments of one parent series. So the f on which most pairs agree is found before any line,
any isomer and any anchor is trusted: a mode, which wrong rows cannot move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.curve import (
    DEVIATION_SPREAD,
    TILT_SPREAD,
    Curve,
    ceramide_basis,
    ceramide_effect,
    ceramide_effect_jacobian,
    shape_prior,
)
from ganglioside.observations import FloatArray, IntArray, Observations, ranges, sum_by

#: Carbon slopes tried, min per carbon. Reversed phase gives 0.2 to 0.8; zero and below is HILIC.
_SLOPES: Final = np.concatenate([np.linspace(-0.3, 0.1, 9), np.geomspace(0.12, 1.6, 31)])

#: Curvatures tried, in slopes, with the slopes tried at each: usual ones finely, strong ones
#: coarsely, only to begin in the right place.
_CURVATURES: Final[dict[float, FloatArray]] = {
    -0.1: _SLOPES,
    -0.25: _SLOPES[9::2],
    -0.4: _SLOPES[9::2],
}

#: How far a curvature may lie from the usual one before its pairs count clearly less.
_CURVATURE_REACH: Final = 0.6

#: Slopes below this cannot order a series by its carbons.
LOWEST_SLOPE: Final = 0.1

_FARTHEST: Final = -30.0  # exponent of the closeness of two numbers
_MOST_ROWS: Final = 2000  # rows from which pairs are formed
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
        Which of the k distinct pairs of ceramides.
    first, second : numpy.ndarray, shape (k, 4)
        `curve.ceramide_basis` of the ceramides of each kind.
    """

    rt: FloatArray
    weight: FloatArray
    kind: IntArray
    first: FloatArray
    second: FloatArray

    def effect(self, shape: FloatArray) -> FloatArray:
        """Return the difference that each kind should have, min, shape (k,)."""
        return ceramide_effect(shape, self.first) - ceramide_effect(shape, self.second)

    def jacobian(self, shape: FloatArray) -> FloatArray:
        """Return d(effect)/d(shape), shape (k, 5)."""
        first, second = (ceramide_effect_jacobian(shape, b) for b in (self.first, self.second))
        return first - second


def starting_curve(observed: Observations) -> Curve | NoCurve:
    """Return a curve without lines, or why there is none."""
    pairs = _pairs(observed)
    if len(pairs.rt) == 0:
        return NoCurve(
            "no-gradient",
            "No series has two readable features whose ceramides differ in carbons, so nothing "
            "shows how retention grows with the ceramide.",
        )
    slope, curvature = _slope(pairs)
    if slope < LOWEST_SLOPE:
        return NoCurve(
            "no-gradient",
            f"Retention grows by {slope:+.2f} min per carbon at best, as in HILIC, where classes "
            "separate by head group, or in a very short gradient: this model needs reversed phase "
            f"with {LOWEST_SLOPE:g} min or more.",
        )
    shape = _shape(pairs, slope, curvature)
    return Curve(
        shape=shape,
        shrink=0.0,
        slope=max(float(shape[0]), LOWEST_SLOPE),
        middle=0.0,
        lines=np.zeros(0),
        tilt=np.zeros(0),
        tilt_sd=TILT_SPREAD,
        ceramides=observed.ceramides,
        deviation=np.zeros(len(observed.ceramides)),
        deviation_sd=DEVIATION_SPREAD * max(float(shape[0]), LOWEST_SLOPE),
        covariance=np.zeros((0, 0)),
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
    n, basis = len(observed.ceramides), ceramide_basis(observed.ceramides)
    kinds, kind = np.unique(observed.ceramide[i] * n + observed.ceramide[j], return_inverse=True)
    return _Pairs(
        observed.rt[i] - observed.rt[j],
        np.where(both, _ANCHOR_WEIGHT, 1.0),
        kind,
        basis[kinds // n],
        basis[kinds % n],
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


def _slope(pairs: _Pairs) -> tuple[float, float]:
    """Return slope and curvature (in slopes) at which the density of agreeing pairs is largest."""
    found = [(*_densest(pairs, c, slopes), c) for c, slopes in _CURVATURES.items()]
    _, slope, curvature = max(found, key=lambda at: at[0])
    return slope, curvature


def _densest(pairs: _Pairs, curvature: float, slopes: FloatArray) -> tuple[float, float]:
    """Return the largest density of pairs that agree with a curvature, and at which slope."""
    shape, _ = shape_prior(1.0)
    away = (curvature - shape[1]) / _CURVATURE_REACH
    shape[1] = curvature
    expected = pairs.effect(shape)[pairs.kind]
    width = 0.05 + 0.1 * np.abs(slopes)
    density = [
        pairs.weight @ _closeness(pairs.rt - s * expected, w)
        for s, w in zip(slopes.tolist(), width.tolist(), strict=True)
    ]
    agreement = np.array(density) / width * np.exp(-0.5 * away**2)
    best = int(np.argmax(agreement))
    return float(agreement[best]), float(slopes[best])


def _closeness(away: FloatArray, width: float) -> FloatArray:
    """Return exp(-away^2 / 2 width^2); bounded, as numbers near 0 make arithmetic slow."""
    return np.asarray(np.exp(np.maximum(-0.5 / width**2 * away * away, _FARTHEST)))


def _shape(pairs: _Pairs, slope: float, curvature: float) -> FloatArray:
    """Refine f on the pairs that agree ever more closely."""
    shape = shape_prior(slope)[0]
    shape[1] = curvature * slope
    for width in (slope * np.geomspace(0.5, 0.06, 8)).tolist():
        mean, sd = shape_prior(max(float(shape[0]), LOWEST_SLOPE))
        residual, jacobian = pairs.rt - pairs.effect(shape)[pairs.kind], pairs.jacobian(shape)
        weight = pairs.weight * _closeness(residual, width) / width**2
        of_kind = sum_by(pairs.kind, weight, len(jacobian))
        pull = sum_by(pairs.kind, weight * residual, len(jacobian))
        normal = (jacobian * of_kind[:, None]).T @ jacobian + np.diag(1 / sd**2)
        gradient = jacobian.T @ pull + (mean - shape) / sd**2
        shape = shape + np.linalg.solve(normal, gradient)
    return shape
