"""A first shape of the gradient, from what neighbouring ceramides of each series agree on.

Two features of one series, a few carbons apart, show how much time a carbon takes between them.
Where that differs along the run as one smooth change of speed can explain, the gradient is not
even. As for the first curve, rows are compared in pairs and most must agree, so that wrong names
do not count. A gradient is taken as uneven only where that predicts rows which it has not seen
clearly better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.observations.gradient import Gradient, tents
from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import (
    ceramide_basis,
    ceramide_effect,
    ceramide_effect_jacobian,
    shape_prior,
)
from ganglioside.retention.first_curve import evenly_spread
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges
from ganglioside.support.priors import Priors

#: Numbers of knots tried, with the usual change of g from one knot to the next.
_STIFFNESS: Final = ((6, 0.4), (10, 0.6), (18, 0.6))

#: Usual change of g from one knot to the next.
STEP: Final = 0.5

#: Where the fits begin: slope in that of the even gradient, and curvature in slopes.
_BEGINNINGS: Final = ((1.0, -0.1), (0.6, 0.0), (1.0, 0.15))

_WIDTHS: Final = np.geomspace(0.5, 0.06, 8)  # to which pairs must agree, carbons
_REACH: Final = 4.0  # carbons that the rows of a pair are usually apart, at most
_AGREE: Final = 0.05  # carbons by which neighbours agree
_LARGEST_STEP: Final = 0.7  # of g in one round
_MOST_PAIRS: Final = 6000
_FOLDS: Final = 3
_BETTER: Final = 1.25  # factor by which more unseen pairs must agree
_PROMISING: Final = 1.1  # factor by which more pairs agree at a glance
_LEAST_ROWS: Final = 12
_LEAST_SLOPE: Final = 0.05  # min per carbon


@dataclass(frozen=True, eq=False)
class _Neighbours:
    """Pairs of rows of one series whose ceramides differ.

    Attributes
    ----------
    first, second : numpy.ndarray of int, shape (p,)
        Rows.
    rt : numpy.ndarray, shape (n,)
        min.
    ceramide : numpy.ndarray of int, shape (n,)
    basis : numpy.ndarray, shape (K, 4)
    """

    first: IntArray
    second: IntArray
    rt: FloatArray
    ceramide: IntArray
    basis: FloatArray

    def some(self, chosen: BoolArray) -> _Neighbours:
        """The pairs that are chosen, shape (p,)."""
        first, second = self.first[chosen], self.second[chosen]
        return _Neighbours(first, second, self.rt, self.ceramide, self.basis)

    def between(self, of_rows: FloatArray) -> FloatArray:
        """Difference of a value of the rows, (n,) or (n, k), in each pair."""
        return np.asarray(of_rows[self.first] - of_rows[self.second])

    def of_ceramides(self, values: FloatArray) -> FloatArray:
        """Difference of a value of the ceramides, (K,) or (K, k), in each pair."""
        return np.asarray(values[self.ceramide[self.first]] - values[self.ceramide[self.second]])


@dataclass(frozen=True, slots=True)
class _Trial:
    """Number of knots with the usual step of g (None for an even gradient), and the beginning."""

    stiffness: tuple[int, float] | None
    beginning: tuple[float, float]


_EVEN: Final = _Trial(None, _BEGINNINGS[0])
_TRIALS: Final = tuple(_Trial(s, b) for s in _STIFFNESS for b in _BEGINNINGS)
_GLANCE: Final = _Trial(_STIFFNESS[1], _BEGINNINGS[0])  # tells whether to try the others


@dataclass(frozen=True, eq=False)
class _Fit:
    """Gradient and shape of f that a fit gave, the latter in straightened minutes."""

    gradient: Gradient
    shape: FloatArray


def first_gradient(observed: Observations, slope: float, priors: Priors) -> Gradient:
    """The gradient that most neighbouring ceramides agree on; even unless they show otherwise.

    Parameters
    ----------
    observed : Observations
    slope : float
        min per carbon, as if the gradient were even.
    priors : Priors
    """
    pairs = _neighbours(observed)
    if len(observed) < _LEAST_ROWS or len(pairs.first) < _LEAST_ROWS:
        return Gradient.even()
    best = _EVEN
    if_even = _agreement(pairs, _fitted(pairs, slope, _EVEN, priors))
    if _agreement(pairs, _fitted(pairs, slope, _GLANCE, priors)) < _PROMISING * if_even:
        return Gradient.even()
    agreement = _BETTER * if_even
    for trial in _TRIALS:
        found = _agreement(pairs, _fitted(pairs, slope, trial, priors))
        if found > agreement:
            best, agreement = trial, found
    if best.stiffness is None or not _predicts_better(pairs, slope, best, priors):
        return Gradient.even()
    return _fitted(pairs, slope, best, priors).gradient


def _predicts_better(pairs: _Neighbours, slope: float, trial: _Trial, priors: Priors) -> bool:
    """Whether the uneven gradient of a trial explains rows better that it has not seen."""
    even, uneven = 0.0, 0.0
    fold = pairs.ceramide % _FOLDS
    for held in range(_FOLDS):
        out = (fold[pairs.first] == held) | (fold[pairs.second] == held)
        seen, unseen = pairs.some(~out), pairs.some(out)
        even += _agreement(unseen, _fitted(seen, slope, _EVEN, priors))
        uneven += _agreement(unseen, _fitted(seen, slope, trial, priors))
    return uneven > _BETTER * even


def _neighbours(observed: Observations) -> _Neighbours:
    """Pairs of rows of one series, those nearest in carbons where there are too many."""
    chosen = evenly_spread(observed)
    ceramide, group = observed.ceramide[chosen], observed.group[chosen]
    order = np.lexsort((observed.ceramides[ceramide, 0], group))
    sizes = np.bincount(group)
    end = np.repeat(np.cumsum(sizes), sizes)
    here = np.arange(len(order))
    later = np.minimum(end - here - 1, _most_later(end - here - 1))
    first, second = order[np.repeat(here, later)], order[ranges(here + 1, later)]
    differ = ceramide[first] != ceramide[second]
    basis = ceramide_basis(observed.ceramides)
    pairs = _Neighbours(first, second, observed.rt[chosen], ceramide, basis)
    return pairs.some(differ)


def _most_later(later: IntArray) -> int:
    """Number of later rows to pair each row with, so that there are not too many pairs."""
    limit = max(4, _MOST_PAIRS // max(len(later), 1))
    return min(int(later.max(initial=0)), limit)


def _fitted(
    pairs: _Neighbours,
    slope: float,
    trial: _Trial,
    priors: Priors,
) -> _Fit:
    """Gradient and shape on which pairs agree ever more closely; an even one without stiffness.

    One Gauss-Newton step for each width h, for the shape of f and g at the knots, whose mean is 0.
    With r the difference of s in a pair less that of f, and W its closeness exp(-r^2 / 2 h^2), it
    raises sum(W (h^2 (g(t1) + g(t2)) / 2 - r^2 / 2)): log-likelihood of the RT, not of s, so that
    nothing is gained by letting time stand still.
    """
    start, curvature = trial.beginning
    shape = shape_prior(start * slope, priors)[0]
    shape[1] = curvature * start * slope
    knots, step_sd = _knots(pairs, trial.stiffness)
    gradient = Gradient(knots, np.zeros(len(knots)))
    tent = tents(pairs.rt, knots) if len(knots) else np.zeros((len(pairs.rt), 0))
    free = without_mean(tent)
    stiff = free.T @ roughness(len(knots)) @ free / step_sd**2
    tent_of_pair = (tent[pairs.first] + tent[pairs.second]) @ free / 2
    for width in (start * slope * _WIDTHS).tolist():
        mean, sd = shape_prior(max(float(shape[0]), _LEAST_SLOPE), priors)
        residual = _residual(pairs, gradient, shape)
        weight = _nearness(pairs, shape) * np.exp(-0.5 * np.minimum((residual / width) ** 2, 60))
        by_shape = -pairs.of_ceramides(ceramide_effect_jacobian(shape, pairs.basis))
        by_speed = np.zeros((len(residual), 0))
        if len(knots):
            by_speed = pairs.between(gradient.slopes(pairs.rt) @ free)
        jacobian = np.hstack([by_shape, by_speed])
        weighted = jacobian * weight[:, None]
        normal = weighted.T @ jacobian
        pull = -weighted.T @ residual
        normal[range(5), range(5)] += (width / sd) ** 2
        normal[5:, 5:] += width**2 * stiff
        pull[:5] += (width / sd) ** 2 * (mean - shape)
        pull[5:] += width**2 * (weight @ tent_of_pair - stiff @ (free.T @ gradient.log_speed))
        step = np.linalg.solve(normal, pull)
        shape = shape + step[:5]
        change = np.clip(free @ step[5:], -_LARGEST_STEP, _LARGEST_STEP)
        gradient = Gradient(knots, gradient.log_speed + change)
    return _Fit(gradient, shape)


def _knots(pairs: _Neighbours, stiffness: tuple[int, float] | None) -> tuple[FloatArray, float]:
    """Knots over the run, min, and the usual change of g between two of them."""
    if stiffness is None:
        return np.zeros(0), 1.0
    number, step_sd = stiffness
    return np.linspace(pairs.rt.min(), pairs.rt.max(), number), step_sd


def without_mean(tent: FloatArray) -> FloatArray:
    """Orthonormal basis, (k, k - 1), of all g whose mean over the rows is 0.

    Over the rows, not the knots: else knots without rows would take what the others gain.

    Parameters
    ----------
    tent : numpy.ndarray, shape (n, k)
        Weight of each knot at each row.
    """
    if tent.shape[1] == 0:
        return np.zeros((0, 0))
    return np.asarray(np.linalg.svd(tent.mean(axis=0)[None, :])[2][1:].T)


def roughness(k: int) -> FloatArray:
    """Matrix R with g R g = sum of squared steps between neighbouring knots, shape (k, k)."""
    steps = np.diff(np.eye(k), axis=0)
    return np.asarray(steps.T @ steps)


def _residual(pairs: _Neighbours, gradient: Gradient, shape: FloatArray) -> FloatArray:
    """Straightened time between the rows of each pair less that of f, min, shape (p,)."""
    straight = pairs.between(gradient.straighten(pairs.rt))
    return straight - pairs.of_ceramides(ceramide_effect(shape, pairs.basis))


def _nearness(pairs: _Neighbours, shape: FloatArray) -> FloatArray:
    """Weight of each pair, 1 for rows of nearly equal carbons to 0 for distant ones."""
    carbons = pairs.of_ceramides(pairs.basis[:, 0] + pairs.basis[:, 1:] @ shape[2:])
    return np.asarray(np.exp(-0.5 * (carbons / _REACH) ** 2))


def _agreement(pairs: _Neighbours, fit: _Fit) -> float:
    """Share of the pairs that agree, each counted by its closeness in carbons."""
    near = _nearness(pairs, fit.shape)
    away = _residual(pairs, fit.gradient, fit.shape) / max(float(fit.shape[0]), _LEAST_SLOPE)
    close = near / (1 + (away / _AGREE) ** 2)
    return float(close.sum() / near.sum())
