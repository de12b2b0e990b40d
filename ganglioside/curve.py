"""The retention curve: RT = f(ceramide) + offset(line), f shared by all lines.

A line is one series, or one isomer of it. With m the RT of a line at the reference ceramide
36:1;O2 and mu the middle of all lines,

    RT = m + (1 + t) f + d - shrink * (m - mu) * f / (6 slope)

f = slope z + curvature z^2 / 10, where z counts carbons from 36, with double bonds and hydroxyls
expressed in the carbons that they are worth: one hydrophobic scale that the gradient bends. d is
what one ceramide deviates from f on every line alike (the position of a double bond, say), t is how
much steeper a line is than the others, and the last term lets the distances between lines shrink
along the gradient, by the fraction `shrink` over six carbons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from ganglioside.observations import FloatArray, IntArray, sum_by

#: Carbons, double bonds and hydroxyls of the ceramide at which lines are compared.
REFERENCE: Final = (36.0, 1.0, 2.0)

#: Parameters of f: slope and curvature in units of the carbon slope; then the carbons that a
#: saturated ceramide, a double bond of the acyl chain and a further hydroxyl are worth; and how
#: far methods may differ (standard deviation). Reversed phase: concave; a double bond costs about
#: as much as two carbons bring, as does a hydroxyl. Sources: elution differences of gangliosides,
#: and d42:2 against d40:1 in a GM3 study (README, Method).
SHAPE_PRIOR: Final[FloatArray] = np.array([1.0, -0.1, 0.8, -1.6, -1.6])
SHAPE_SPREAD: Final[FloatArray] = np.array([1.0, 0.15, 0.4, 0.5, 0.8])

#: Offsets shrink to about 80 % over six carbons; methods may differ by the spread.
SHRINK_PRIOR: Final = 0.2
SHRINK_SPREAD: Final = 0.1

#: Spread of the slopes of lines, as a fraction, beyond what the shrinking explains; the table
#: counts against it as so many lines.
TILT_SPREAD: Final = 0.02
_TILT_LINES: Final = 2.0

#: Spread of the deviations of single ceramides from f, in carbons.
DEVIATION_SPREAD: Final = 0.05

_SHARED: Final = len(SHAPE_PRIOR) + 1  # parameters shared by all: f and the shrink
_OWN: Final = _SHARED + 3  # parameters on which one RT depends: also line, tilt and ceramide

#: All pairs of those, and how often each stands in a symmetric matrix.
_FIRST, _SECOND = np.triu_indices(_OWN)
_PAIR_WEIGHT: Final = np.where(_FIRST == _SECOND, 1.0, 2.0)


def ceramide_basis(ceramide: FloatArray) -> FloatArray:
    """Return what f is made of.

    Parameters
    ----------
    ceramide : numpy.ndarray, shape (n, 3)
        Carbons, double bonds, hydroxyls.

    Returns
    -------
    numpy.ndarray, shape (n, 4)
        Carbons from 36, saturated or not, acyl double bonds, hydroxyls from 2.
    """
    bonds = ceramide[:, 1]
    return np.column_stack(
        [
            ceramide[:, 0] - REFERENCE[0],
            (bonds == 0).astype(np.float64),
            np.maximum(bonds - 1.0, 0.0),
            ceramide[:, 2] - REFERENCE[2],
        ]
    )


def _carbons(shape: FloatArray, basis: FloatArray) -> FloatArray:
    """Return z, carbons from 36 with all else in the carbons that it is worth, shape (n,)."""
    return np.asarray(basis[:, 0] + basis[:, 1:] @ shape[2:])


def ceramide_effect(shape: FloatArray, basis: FloatArray) -> FloatArray:
    """Return f, min, for a basis of shape (n, 4)."""
    z = _carbons(shape, basis)
    return np.asarray(shape[0] * z + shape[1] * z**2 / 10)


def ceramide_effect_jacobian(shape: FloatArray, basis: FloatArray) -> FloatArray:
    """Return df/d(shape), shape (n, 5)."""
    z = _carbons(shape, basis)
    local_slope = shape[0] + shape[1] * z / 5
    return np.column_stack([z, z**2 / 10, basis[:, 1:] * local_slope[:, None]])


def shape_prior(slope: float) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the shape for a carbon slope in min."""
    unit = np.array([slope, slope, 1.0, 1.0, 1.0])
    return SHAPE_PRIOR * unit, SHAPE_SPREAD * unit


def ceramide_class(basis: FloatArray) -> IntArray:
    """Return 0 for plain ceramides, 1 for those that isomers of different RT may share.

    Where a second double bond or another number of hydroxyls stands, the sum composition leaves
    open: such features scatter more about their line.
    """
    return np.asarray((basis[:, 2] > 0) | (basis[:, 3] != 0), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Spots:
    """Distinct places (line, ceramide) where features may stand.

    Attributes
    ----------
    line, ceramide : numpy.ndarray of int, shape (s,)
        Places in `Curve.lines` and `Curve.ceramides`; -1 for a ceramide that is not among them.
    basis : numpy.ndarray, shape (s, 4)
    """

    line: IntArray
    ceramide: IntArray
    basis: FloatArray


@dataclass(frozen=True, eq=False)
class _Places:
    """Where the parameters on which a spot depends stand among all P of a curve.

    Attributes
    ----------
    parameter : numpy.ndarray of int, shape (9, s)
        Ascending: six shared ones, line, tilt, ceramide (any where it is unknown: its slope is 0).
    pair : numpy.ndarray of int, shape (45, s)
        Each pair of them, in the upper triangle of a flattened (P, P) matrix.
    """

    parameter: IntArray
    pair: IntArray


@lru_cache(maxsize=4)  # the same spots are asked for in each step of a fit
def _places(spots: Spots, n_lines: int, n_ceramides: int) -> _Places:
    size = _SHARED + 2 * n_lines + n_ceramides
    parameter = np.empty((_OWN, len(spots.line)), dtype=np.int64)
    parameter[:_SHARED] = np.arange(_SHARED)[:, None]
    parameter[6] = _SHARED + spots.line
    parameter[7] = parameter[6] + n_lines
    parameter[8] = _SHARED + 2 * n_lines + np.maximum(spots.ceramide, 0)
    return _Places(parameter, parameter[_FIRST] * size + parameter[_SECOND])


@dataclass(frozen=True, eq=False)
class LinePrior:
    """What is expected of each line before its own features are seen (min, and min^2)."""

    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True, eq=False)
class Curve:
    """A retention curve with its uncertainty.

    Attributes
    ----------
    shape : numpy.ndarray, shape (5,)
        Parameters of f: slope and curvature in min, then three in carbons.
    shrink : float
        Fraction by which offsets shrink over six carbons.
    slope : float
        min per carbon: the scale against which priors are stated.
    middle : float
        mu, min.
    lines : numpy.ndarray, shape (L,)
        RT of the reference ceramide on each line, min.
    tilt : numpy.ndarray, shape (L,)
        t, by which fraction each line is steeper than the others.
    tilt_sd : float
        Spread of t between lines.
    ceramides : numpy.ndarray, shape (K, 3)
        The ceramides that were seen.
    deviation : numpy.ndarray, shape (K,)
        d of each of them, min.
    deviation_sd : float
        Spread of d between ceramides, min.
    covariance : numpy.ndarray, shape (6 + 2 L + K, 6 + 2 L + K)
        Of shape, shrink, lines, tilts and deviations together.
    """

    shape: FloatArray
    shrink: float
    slope: float
    middle: float
    lines: FloatArray
    tilt: FloatArray
    tilt_sd: float
    ceramides: FloatArray
    deviation: FloatArray
    deviation_sd: float
    covariance: FloatArray

    @property
    def line_var(self) -> FloatArray:
        """Variance of each line, min^2, shape (L,)."""
        stop = _SHARED + len(self.lines)
        return np.diagonal(self.covariance)[_SHARED:stop]

    def f(self, basis: FloatArray) -> FloatArray:
        """Return the effect of the ceramide without its deviation, min."""
        return ceramide_effect(self.shape, basis)

    def predict(self, spots: Spots) -> FloatArray:
        """Return the RT at each spot, min."""
        f = self.f(spots.basis)
        offset = self.lines[spots.line]
        pull = self.shrink * (offset - self.middle) * f / (6 * self.slope)
        tilted = (1 + self.tilt[spots.line]) * f
        return np.asarray(offset + tilted + self._deviation(spots.ceramide) - pull)

    def reduce(self, rt: FloatArray, basis: FloatArray, ceramide: IntArray) -> FloatArray:
        """Return the RT that the same head group would have with the reference ceramide, min.

        The tilt of a line is left in: the features need not know their line.
        """
        f = self.f(basis)
        pull = self.shrink * f / (6 * self.slope)
        raw = rt - self._deviation(ceramide) - f - pull * self.middle
        return np.asarray(raw / np.maximum(1 - pull, 0.2))

    def _deviation(self, ceramide: IntArray) -> FloatArray:
        return self._deviations[ceramide]

    @cached_property
    def _deviations(self) -> FloatArray:
        """`deviation`, and 0 for ceramides that were not seen."""
        return np.append(self.deviation, 0.0)

    def _slopes(self, spots: Spots) -> FloatArray:
        """Return dRT/d(parameter) for the parameters on which each spot depends, shape (9, s)."""
        effect = self.f(spots.basis)
        f = effect / (6 * self.slope)
        offset = self.lines[spots.line] - self.middle
        local = 1 + self.tilt[spots.line] - self.shrink * offset / (6 * self.slope)
        slopes = np.empty((_OWN, len(effect)))
        slopes[:5] = ceramide_effect_jacobian(self.shape, spots.basis).T * local
        slopes[5] = -offset * f
        slopes[6] = 1 - self.shrink * f
        slopes[7] = effect
        slopes[8] = spots.ceramide >= 0
        return slopes

    def _places(self, spots: Spots) -> _Places:
        return _places(spots, len(self.lines), len(self.ceramides))

    def variance(self, spots: Spots) -> FloatArray:
        """Return the variance of the predicted RT at each spot, min^2.

        A spot depends on nine parameters, so its variance is gathered from the covariance
        instead of multiplied out.
        """
        variance = _variance(self._slopes(spots), self._places(spots), self.covariance)
        return np.asarray(variance + np.where(spots.ceramide >= 0, 0.0, self.deviation_sd**2))

    def with_line(self, offset: float, variance: float) -> Curve:
        """Return the curve with a further, independent line at the end of `lines`."""
        at = _SHARED + np.array([len(self.lines), 2 * len(self.lines)])
        covariance = np.insert(np.insert(self.covariance, at, 0.0, axis=0), at, 0.0, axis=1)
        new = at + np.arange(2)
        covariance[new, new] = variance, self.tilt_sd**2
        return replace(
            self,
            lines=np.append(self.lines, offset),
            tilt=np.append(self.tilt, 0.0),
            covariance=covariance,
        )

    def parameters(self) -> FloatArray:
        """Return all parameters in the order of `covariance`."""
        return np.concatenate([self.shape, [self.shrink], self.lines, self.tilt, self.deviation])


@dataclass(frozen=True, eq=False)
class Fit:
    """A curve, and what it says of the spots from which it was learned.

    Attributes
    ----------
    curve : Curve
    spots : Spots
    variance : numpy.ndarray, shape (s,)
        Of the RT predicted at each spot, min^2, where the fit was linearised: features bear no
        more than all of their prediction, however far the curve moved.
    """

    curve: Curve
    spots: Spots
    variance: FloatArray

    @classmethod
    def of(cls, curve: Curve, spots: Spots) -> Fit:
        """Return what a curve that was learned elsewhere says of some spots."""
        return cls(curve, spots, curve.variance(spots))

    @cached_property
    def predicted(self) -> FloatArray:
        """RT at each spot, min, shape (s,)."""
        return self.curve.predict(self.spots)


def refit(fit: Fit, weight: FloatArray, residual: FloatArray, prior: LinePrior) -> Fit:
    """Return the curve after one weighted Gauss-Newton step.

    Parameters
    ----------
    fit : Fit
        Where to linearise, and all places where features stand.
    weight : numpy.ndarray, shape (s,)
        Sum of the precisions of the features at each spot, 1 / min^2.
    residual : numpy.ndarray, shape (s,)
        Sum of precision times (RT - predicted RT) at each spot, 1 / min.
    prior : LinePrior
    """
    curve, spots = fit.curve, fit.spots
    expected, precision = _prior(curve, prior)
    now = curve.parameters()
    slopes, places = curve._slopes(spots), curve._places(spots)
    pull = sum_by(places.parameter.ravel(), (slopes * residual).ravel(), len(now))
    information = _information(slopes, places, weight, precision)
    covariance = _inverse(information, len(now) - len(curve.ceramides))
    theta = now + covariance @ (pull + precision * (expected - now))
    tilts = _SHARED + len(curve.lines)
    deviations = tilts + len(curve.lines)
    moved = replace(
        curve,
        shape=theta[: _SHARED - 1],
        shrink=float(theta[_SHARED - 1]),
        lines=theta[_SHARED:tilts],
        tilt=theta[tilts:deviations],
        deviation=theta[deviations:],
        tilt_sd=_tilt_sd(curve, theta[tilts:deviations], np.diagonal(covariance)[tilts:deviations]),
        covariance=covariance,
    )
    return Fit(moved, spots, _variance(slopes, places, covariance))


def _tilt_sd(curve: Curve, tilt: FloatArray, variance: FloatArray) -> float:
    """Return how far the slopes of lines differ, as far as the lines tell.

    A line counts by how much of its tilt the features decide.
    """
    known = np.maximum(1 - variance / curve.tilt_sd**2, 0.0).sum()
    squares = (tilt**2).sum() + _TILT_LINES * TILT_SPREAD**2
    return float(np.sqrt(squares / (known + _TILT_LINES)))


def _variance(slopes: FloatArray, places: _Places, covariance: FloatArray) -> FloatArray:
    """Return the variance of what depends on parameters with these slopes, shape (s,)."""
    gathered = covariance.ravel().take(places.pair)
    return np.asarray(_PAIR_WEIGHT @ (gathered * slopes[_FIRST] * slopes[_SECOND]))


def _information(
    slopes: FloatArray, places: _Places, weight: FloatArray, precision: FloatArray
) -> FloatArray:
    """Return the inverse of the covariance of the parameters, shape (P, P)."""
    size = len(precision)
    products = weight * slopes[_FIRST] * slopes[_SECOND]
    upper = sum_by(places.pair.ravel(), products.ravel(), size**2).reshape(size, size)
    information = upper + upper.T
    diagonal = np.arange(size)
    information[diagonal, diagonal] += precision - upper[diagonal, diagonal]
    return np.asarray(information)


def _inverse(matrix: FloatArray, first: int) -> FloatArray:
    """Return the inverse of a symmetric matrix that is diagonal from one place on.

    No RT depends on two ceramides, so they can be eliminated one by one (the Schur complement).
    """
    diagonal = np.diagonal(matrix)[first:]
    ratio = matrix[:first, first:] / diagonal
    inverse = np.linalg.inv(matrix[:first, :first] - ratio @ matrix[first:, :first])
    inverse = (inverse + inverse.T) / 2
    result = np.empty_like(matrix)
    result[:first, :first] = inverse
    result[:first, first:] = -inverse @ ratio
    result[first:, :first] = result[:first, first:].T
    result[first:, first:] = np.diag(1 / diagonal) - ratio.T @ result[:first, first:]
    return result


def _prior(curve: Curve, prior: LinePrior) -> tuple[FloatArray, FloatArray]:
    """Return mean and precision of every parameter before the features are seen."""
    shape, shape_sd = shape_prior(curve.slope)
    n_lines, n = len(curve.lines), len(curve.ceramides)
    mean = np.concatenate([shape, [SHRINK_PRIOR], prior.mean, np.zeros(n_lines + n)])
    sd = np.concatenate(
        [
            shape_sd,
            [SHRINK_SPREAD],
            np.sqrt(prior.variance),
            np.full(n_lines, curve.tilt_sd),
            np.full(n, curve.deviation_sd),
        ]
    )
    return mean, 1 / sd**2
