"""A first shape of the gradient, from what neighbouring ceramides of each series agree on.

Two features of one series, a few carbons apart, show how much time a carbon takes between them.
Where that differs along the run as one smooth change of speed can explain, the gradient is not
even. As for the first curve, rows are compared in pairs and most must agree, so that wrong names
do not count. A gradient is taken as uneven only where that predicts rows which it has not seen
clearly better.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from ganglioside.observations.gradient import Gradient, RowsInCells, tents
from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import (
    ceramide_basis,
    ceramide_effect,
    ceramide_effect_jacobian,
    starting_prior,
)
from ganglioside.retention.curve_covariance import SHAPE
from ganglioside.retention.first_curve import evenly_spread
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges
from ganglioside.support.caches import kept_with_first
from ganglioside.support.priors import Priors

_KNOTS: Final = 18

#: Usual change of g from one knot to the next.
STEP: Final = 0.25

_FLATTER: Final = -0.1  # curvature with which a fit on an even gradient begins, in slopes
#: Slopes with which fits begin, in that of the even gradient: the steeper ones find steps.
_STEEPER: Final = (1.0, 2.0, 3.0)
_APART: Final = 0.3  # carbons from which on a pair shows how long one takes,
_ABOUT: Final = 0.1  # in the part of the run about a knot from which it is seen

_END_KNOTS: Final = 5  # at each end, over which the speed rises or falls in another fit
_RISING: Final = np.maximum(np.arange(_KNOTS) - _KNOTS + 1 + _END_KNOTS, 0) / _END_KNOTS
#: Changes of g with which a fit begins again.
_ENDS: Final = {
    "late faster": _RISING,
    "late slower": -_RISING,
    "early faster": _RISING[::-1],
    "early slower": -_RISING[::-1],
}

_WIDTHS: Final = np.geomspace(0.5, 0.06, 8)  # to which pairs must agree, carbons
_REACH: Final = 4.0  # carbons that the rows of a pair are usually apart, at most
_AGREE: Final = 0.05  # carbons by which neighbours agree
_LARGEST_STEP: Final = 0.7  # of g in one round
_MOST_LATER: Final = 30  # rows of its series that a row is paired with, those with more carbons
_MOST_PAIRS: Final = 800
_BY_CHANCE: Final = 0.02  # share of pairs that agree so where names and RT are at random
_FOLDS: Final = 4
_MORE: Final = 1.2  # factor by which more pairs must agree,
_FEWER: Final = 0.8  # or fewer must not: where most agree, a part of the run is uneven
_EDGE: Final = 2  # rows beyond the first and last knot: no row has a knot for itself
_HINT_KNOTS: Final = 10
_HINT_WIDTH: Final = 0.12  # carbons
_HINT: Final = 0.08  # share of the misfit that a speed explains, of an uneven gradient
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
    ceramide, series : numpy.ndarray of int, shape (n,)
    basis : numpy.ndarray, shape (K, 5)
    """

    first: IntArray
    second: IntArray
    rt: FloatArray
    ceramide: IntArray
    series: IntArray
    basis: FloatArray

    def some(self, chosen: BoolArray) -> _Neighbours:
        """The pairs that are chosen, shape (p,)."""
        return replace(self, first=self.first[chosen], second=self.second[chosen])

    def between_rows_of(self, others: _Neighbours) -> BoolArray:
        """Whether both rows of each pair elute between the first and last of others, (p,)."""
        rt = others.rt[np.concatenate([others.first, others.second])]
        inside = (self.rt >= rt.min(initial=np.inf)) & (self.rt <= rt.max(initial=-np.inf))
        return np.asarray(inside[self.first] & inside[self.second])

    def between(self, of_rows: FloatArray) -> FloatArray:
        """Difference of a value of the rows, (n,) or (n, k), in each pair."""
        return np.asarray(of_rows[self.first] - of_rows[self.second])

    def of_ceramides(self, values: FloatArray) -> FloatArray:
        """Difference of a value of the ceramides, (K,) or (K, k), in each pair."""
        return np.asarray(values[self.ceramide[self.first]] - values[self.ceramide[self.second]])


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
    if pairs is None:
        return Gradient.even()
    even = _even_fit(pairs, slope, priors)
    if _explained_by_speed(pairs, even.shape) < _HINT:
        return Gradient.even()
    before = _agreement(pairs, even)
    for begun in _fits(pairs, slope, priors):
        if not _is_better(_agreement(pairs, begun.fit), before):
            break
        if _predicts_better(pairs, slope, begun, priors):
            return begun.fit.gradient
    return Gradient.even()


def best_gradient(observed: Observations, slope: float, priors: Priors) -> Gradient:
    """The uneven gradient that most neighbouring ceramides agree on, as for `first_gradient`.

    An even one where there are too few.
    """
    pairs = _neighbours(observed)
    if pairs is None:
        return Gradient.even()
    return _fits(pairs, slope, priors)[0].fit.gradient


class _Begun(NamedTuple):
    """A fit of a gradient, and how it began.

    Attributes
    ----------
    slope : float or None
        min per carbon of the even gradient with which it began; None where it began with the speed
        that pairs show.
    ends : tuple of str
        Other ends of the run on which it began again, of `_ENDS`.
    fit : _Fit
    """

    slope: float | None
    ends: tuple[str, ...]
    fit: _Fit


@kept_with_first  # asked for again where an even gradient leaves rows unexplained
def _fits(pairs: _Neighbours, slope: float, priors: Priors) -> list[_Begun]:
    """Fits from all beginnings: first those on which most pairs agree."""
    slopes = [None, *(steeper * slope for steeper in _STEEPER)]
    fits = [_begun_with(pairs, start, _ENDS, priors) for start in slopes]
    return sorted(fits, key=lambda begun: _agreement(pairs, begun.fit), reverse=True)


def _begun_with(
    pairs: _Neighbours, slope: float | None, ends: Iterable[str], priors: Priors
) -> _Begun:
    """Fit from one beginning, and from other ends of the run on which more pairs agree."""
    better, fit = _with_other_ends(pairs, _fit(pairs, slope, priors), ends, priors)
    return _Begun(slope, better, fit)


def _explained_by_speed(pairs: _Neighbours, shape: FloatArray) -> float:
    """Share of the misfit of an even gradient that a change of speed explains at first order."""
    bend = _Bend.of(pairs, _HINT_KNOTS)
    residual = _residual(pairs, Gradient.even(), shape)
    width = _HINT_WIDTH * max(float(shape[0]), _LEAST_SLOPE)
    weight = _nearness(pairs, shape) / (1 + (residual / width) ** 2)
    by_shape = pairs.of_ceramides(ceramide_effect_jacobian(shape, pairs.basis))
    by_speed = bend.slopes(np.zeros(_HINT_KNOTS))
    with_shape = _weighted_misfit(by_shape, residual, weight)
    with_speed = _weighted_misfit(np.hstack([by_shape, by_speed]), residual, weight)
    return 1 - with_speed / with_shape


def _weighted_misfit(columns: FloatArray, values: FloatArray, weight: FloatArray) -> float:
    """Weighted sum of squares of the values that no sum of the columns, (p, m), explains."""
    weighted = columns * weight[:, None]
    normal = weighted.T @ columns + 1e-6 * float(weight.sum()) * np.eye(columns.shape[1])
    pull = weighted.T @ values
    return float(weight @ values**2 - pull @ np.linalg.solve(normal, pull))


def _predicts_better(pairs: _Neighbours, slope: float, begun: _Begun, priors: Priors) -> bool:
    """Whether an uneven gradient explains series better that it has not seen.

    Ceramides in the place of series where there is only one. Nothing is asked of pairs that elute
    before the first or after the last row that was seen: a fit says nothing of the run there.
    """
    even, uneven = [], []
    fold = pairs.series % _FOLDS
    if not pairs.series.any():
        fold = pairs.ceramide % _FOLDS
    for held in range(_FOLDS):
        out = (fold[pairs.first] == held) | (fold[pairs.second] == held)
        seen = pairs.some(~out)
        unseen = pairs.some(out & pairs.between_rows_of(seen))
        if len(unseen.first):
            even.append(_agreement(unseen, _even_fit(seen, slope, priors)))
            fit = _begun_with(seen, begun.slope, begun.ends, priors).fit
            uneven.append(_agreement(unseen, fit))
    if not even or np.mean(uneven) < _BY_CHANCE:
        return False
    return _is_better(float(np.mean(uneven)), float(np.mean(even)))


def _is_better(agree: float, before: float) -> bool:
    """Whether clearly more pairs agree than before, or clearly fewer do not; both are shares."""
    return agree > _MORE * before or 1 - agree < _FEWER * (1 - before)


@kept_with_first  # so that their fits are kept
def _neighbours(observed: Observations) -> _Neighbours | None:
    """Pairs of rows of one series, evenly spread where there are too many; None for too few."""
    chosen = evenly_spread(observed)
    ceramide, group = observed.ceramide[chosen], observed.group[chosen]
    order = np.lexsort((observed.ceramides[ceramide, 0], group))
    sizes = np.bincount(group)
    end = np.repeat(np.cumsum(sizes), sizes)
    here = np.arange(len(order))
    later = np.minimum(end - here - 1, _MOST_LATER)
    first, second = order[np.repeat(here, later)], order[ranges(here + 1, later)]
    differ = np.flatnonzero(ceramide[first] != ceramide[second])
    if len(observed) < _LEAST_ROWS or len(differ) < _LEAST_ROWS:
        return None
    some = differ[:: -(-len(differ) // _MOST_PAIRS)]
    return _Neighbours(
        first=first[some],
        second=second[some],
        rt=observed.rt[chosen],
        ceramide=ceramide,
        series=np.unique(group, return_inverse=True)[1],
        basis=ceramide_basis(observed.ceramides),
    )


def _even_fit(pairs: _Neighbours, slope: float, priors: Priors) -> _Fit:
    """Shape of f on which most pairs agree on an even gradient."""
    bend = _Bend.of(pairs, 0)
    return _sharpened(pairs, _begun_even(slope, bend, priors), bend, priors)


def _fit(pairs: _Neighbours, slope: float | None, priors: Priors) -> _Fit:
    """Gradient and shape of f on which most pairs agree, from a slope as in `_Begun`."""
    bend = _Bend.of(pairs, _KNOTS)
    begun = _begun_as_seen(bend, priors) if slope is None else _begun_even(slope, bend, priors)
    return _sharpened(pairs, begun, bend, priors)


def _begun_even(slope: float, bend: _Bend, priors: Priors) -> _Fit:
    """Beginning on an even gradient on which a carbon takes `slope` min."""
    shape = starting_prior(slope, priors)[0]
    shape[1] = _FLATTER * slope
    return _Fit(Gradient(bend.knots, np.zeros(len(bend.knots))), shape)


def _begun_as_seen(bend: _Bend, priors: Priors) -> _Fit:
    """Beginning with the median speed of the pairs about each knot."""
    pairs, knots = bend.pairs, bend.knots
    usual = starting_prior(1.0, priors)[0]
    carbons, minutes = pairs.of_ceramides(_in_carbons(pairs.basis, usual)), pairs.between(pairs.rt)
    right = (np.abs(carbons) > _APART) & (carbons * minutes > 0)
    if not right.any():
        return _begun_even(_LEAST_SLOPE, bend, priors)
    log_speed = np.log(carbons[right] / minutes[right])  # carbons per min
    rt = (pairs.rt[pairs.first] + pairs.rt[pairs.second])[right] / 2
    width = _ABOUT * (knots[-1] - knots[0])
    near = np.exp(-0.5 * ((rt - knots[:, None]) / width) ** 2) * _nearness(pairs, usual)[right]
    at_knots = _weighted_medians(log_speed, near)
    mean = float((tents(pairs.rt, knots) @ at_knots).mean())  # over the rows: see `without_mean`
    shape = starting_prior(np.exp(-mean), priors)[0]
    shape[1] = 0.0
    return _Fit(Gradient(knots, at_knots - mean), shape)


def _weighted_medians(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Median of the values, (m,), under each row of weights, (k, m): shape (k,)."""
    order = np.argsort(values)
    passed = np.cumsum(weight[:, order], axis=1)
    return np.asarray(values[order][(passed < passed[:, -1:] / 2).sum(axis=1)])


def _with_other_ends(
    pairs: _Neighbours, fit: _Fit, ends: Iterable[str], priors: Priors
) -> tuple[tuple[str, ...], _Fit]:
    """Which other ends of the run more pairs agree on, of those to be tried, and the fit with them.

    Few rows elute there: a fit with the others may have settled on a wrong one of them.
    """
    bend = _Bend.of(pairs, _KNOTS)
    better = []
    for end in ends:
        begun = replace(fit, gradient=Gradient(bend.knots, fit.gradient.log_speed + _ENDS[end]))
        other = _sharpened(pairs, begun, bend, priors)
        if _agreement(pairs, other) > _agreement(pairs, fit):
            fit = other
            better.append(end)
    return tuple(better), fit


def _sharpened(pairs: _Neighbours, begun: _Fit, bend: _Bend, priors: Priors) -> _Fit:
    """Gradient and shape on which pairs agree ever more closely; an even one without knots.

    One Gauss-Newton step for each width h, for the shape of f and g at the knots, whose mean is 0.
    With r the difference of s in a pair less that of f, and W its closeness exp(-r^2 / 2 h^2), it
    raises sum(W (h^2 (g(t1) + g(t2)) / 2 - r^2 / 2)): log-likelihood of the RT, not of s, so that
    nothing is gained by letting time stand still.
    """
    shape, log_speed = begun.shape, begun.gradient.log_speed.copy()
    for width in (float(shape[0]) * _WIDTHS).tolist():
        mean, sd = starting_prior(max(float(shape[0]), _LEAST_SLOPE), priors)
        residual = bend.straight(log_speed)
        residual -= pairs.of_ceramides(ceramide_effect(shape, pairs.basis))
        weight = _nearness(pairs, shape) * np.exp(-0.5 * np.minimum((residual / width) ** 2, 60))
        by_shape = -pairs.of_ceramides(ceramide_effect_jacobian(shape, pairs.basis))
        jacobian = np.hstack([by_shape, bend.slopes(log_speed)])
        weighted = jacobian * weight[:, None]
        normal = weighted.T @ jacobian
        pull = -weighted.T @ residual
        normal[range(SHAPE), range(SHAPE)] += (width / sd) ** 2
        normal[SHAPE:, SHAPE:] += width**2 * bend.stiff
        pull[:SHAPE] += (width / sd) ** 2 * (mean - shape)
        pull[SHAPE:] += width**2 * (weight @ bend.tent - bend.stiff @ (bend.free.T @ log_speed))
        step = np.linalg.solve(normal, pull)
        shape = shape + step[:SHAPE]
        log_speed += np.clip(bend.free @ step[SHAPE:], -_LARGEST_STEP, _LARGEST_STEP)
    return _Fit(Gradient(bend.knots, log_speed), shape)


@dataclass(frozen=True, eq=False)
class _Bend:
    """Pairs in the cells of a gradient, and all g that it may have.

    Attributes
    ----------
    pairs : _Neighbours
    cells : RowsInCells, optional
        None for an even gradient.
    knots : numpy.ndarray, shape (k,)
        RT, min.
    free : numpy.ndarray, shape (k, k - 1)
        Directions in which g is free.
    stiff : numpy.ndarray, shape (k - 1, k - 1)
        Prior precision in these.
    tent : numpy.ndarray, shape (p, k - 1)
        Change of the mean g of the two rows of each pair, in these.
    """

    pairs: _Neighbours
    cells: RowsInCells | None
    knots: FloatArray
    free: FloatArray
    stiff: FloatArray
    tent: FloatArray

    @classmethod
    def of(cls, pairs: _Neighbours, number: int) -> _Bend:
        """A number of knots over the run; none for an even gradient."""
        if number == 0:
            none, no_columns = np.zeros((0, 0)), np.zeros((len(pairs.first), 0))
            return cls(pairs, None, np.zeros(0), none, none, no_columns)
        knots = knots_over(pairs.rt, number)
        tent = tents(pairs.rt, knots)
        free = without_mean(tent)
        stiff = free.T @ roughness(number) @ free / STEP**2
        of_pairs = (tent[pairs.first] + tent[pairs.second]) @ free / 2
        return cls(pairs, RowsInCells(pairs.rt, knots), knots, free, stiff, of_pairs)

    def straight(self, log_speed: FloatArray) -> FloatArray:
        """Straightened time between the rows of each pair, min, shape (p,)."""
        rt = self.cells.straight(log_speed) if self.cells else self.pairs.rt
        return self.pairs.between(rt)

    def slopes(self, log_speed: FloatArray) -> FloatArray:
        """Change of that with g in each free direction, shape (p, k - 1)."""
        if self.cells is None:
            return self.tent
        return self.pairs.between(self.cells.slopes(log_speed) @ self.free)


def knots_over(rt: FloatArray, number: int = _KNOTS) -> FloatArray:
    """RT of evenly spaced knots, min, shape (number,), over all but the outermost rows.

    Parameters
    ----------
    rt : numpy.ndarray, shape (n,)
        min, of more than four rows.
    number : int
    """
    inner = np.sort(rt)[_EDGE:-_EDGE]
    return np.linspace(inner[0], inner[-1], number)


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
    carbons = pairs.of_ceramides(_in_carbons(pairs.basis, shape))
    return np.asarray(np.exp(-0.5 * (carbons / _REACH) ** 2))


def _in_carbons(basis: FloatArray, shape: FloatArray) -> FloatArray:
    """Carbons that cost as much time as each ceramide, less those of the reference, (K,)."""
    return np.asarray(basis[:, 0] + basis[:, 1:] @ shape[2:])


def _agreement(pairs: _Neighbours, fit: _Fit) -> float:
    """Share of the pairs that agree, each counted by its closeness in carbons."""
    near = _nearness(pairs, fit.shape)
    away = _residual(pairs, fit.gradient, fit.shape) / max(float(fit.shape[0]), _LEAST_SLOPE)
    close = near / (1 + (away / _AGREE) ** 2)
    return float(close.sum() / near.sum())
