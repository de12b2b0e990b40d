"""The retention curve: RT = f(ceramide) + offset(line), f shared by all lines.

A line is one series, or one isomer of it. With m the RT of a line at the reference ceramide
36:1;O2 and mu the middle of all lines,

    RT = m + (1 + t) f + d - (m - mu) (shrink * f / slope - spared * x) / 6

f = slope z + curvature z^2 / 10, where z counts carbons from 36, with double bonds and hydroxyls
expressed in the carbons that they are worth: one hydrophobic scale that the gradient bends. d is
what one ceramide deviates from f on every line alike (the position of a double bond, say), t is how
much steeper a line is than the others, and the last term lets the distances between lines shrink
along the gradient, by the fraction `shrink` over six carbons; `spared` tells how far double bonds
and hydroxyls, which are usually worth x carbons, are left out of that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.retention.curve_covariance import NINE, SHARED, Slopes
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.priors import Prior, Priors

#: Carbons, double bonds and hydroxyls of the ceramide at which lines are compared.
REFERENCE: Final = (36.0, 1.0, 2.0)


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


def shape_prior(slope: float, priors: Priors) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the shape for a carbon slope in min, each shape (5,)."""
    known = (
        priors.carbon_slope,
        priors.curvature,
        priors.saturated,
        priors.double_bond,
        priors.hydroxyl,
    )
    unit = np.array([slope, slope, 1.0, 1.0, 1.0])
    mean = np.array([prior.value for prior in known])
    spread = np.array([prior.spread for prior in known])
    return mean * unit, spread * unit


def usual_carbons(priors: Priors) -> FloatArray:
    """Carbons that a saturated ceramide, a double bond and a hydroxyl are usually worth, (3,)."""
    known = (priors.saturated, priors.double_bond, priors.hydroxyl)
    return np.array([prior.value for prior in known])


def ceramide_class(basis: FloatArray) -> IntArray:
    """Return 0 for plain ceramides, 1 for those that isomers of different RT may share.

    Where a second double bond or another number of hydroxyls stands, the sum composition leaves
    open: such features scatter more about their line.
    """
    return np.asarray((basis[:, 2] > 0) | (basis[:, 3] != 0), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Ceramides:
    """The c ceramides at which a curve is asked.

    Attributes
    ----------
    basis : numpy.ndarray, shape (c, 4)
        What f is made of: `ceramide_basis`.
    known : numpy.ndarray of int, shape (c,)
        Place in `Curve.ceramides`, -1 for one that was not seen.
    """

    basis: FloatArray
    known: IntArray

    @classmethod
    def seen(cls, ceramides: FloatArray) -> Ceramides:
        """Return all that a curve has seen, shape (K, 3), in its order."""
        return cls(ceramide_basis(ceramides), np.arange(len(ceramides)))


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
    spared : float
        The part of it that double bonds and hydroxyls have no share in.
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
    covariance : numpy.ndarray, shape (7 + 2 L + K, 7 + 2 L + K)
        Of shape, shrink, spared, lines, tilts and deviations together.
    usual_carbons : numpy.ndarray, shape (3,)
        x of a saturated ceramide, a double bond and a hydroxyl, in carbons.
    """

    shape: FloatArray
    shrink: float
    spared: float
    slope: float
    middle: float
    lines: FloatArray
    tilt: FloatArray
    tilt_sd: float
    ceramides: FloatArray
    deviation: FloatArray
    deviation_sd: float
    covariance: FloatArray
    usual_carbons: FloatArray = field(default_factory=lambda: usual_carbons(Priors.usual()))

    @property
    def line_var(self) -> FloatArray:
        """Variance of each line, min^2, shape (L,)."""
        stop = SHARED + len(self.lines)
        return np.diagonal(self.covariance)[SHARED:stop]

    def f(self, basis: FloatArray) -> FloatArray:
        """Return the effect of the ceramide without its deviation, min."""
        return ceramide_effect(self.shape, basis)

    def predict(self, ceramides: Ceramides) -> FloatArray:
        """Return the RT of each line at each ceramide, min, shape (L, c)."""
        rt = self._local[:, None] * self.f(ceramides.basis)
        rt += self.spared * self._pull[:, None] * self._spare(ceramides)
        rt += self.lines[:, None]
        rt += self._deviations[ceramides.known]
        return rt

    def reduce(self, rt: FloatArray, ceramides: Ceramides, place: IntArray) -> FloatArray:
        """Return the RT that the same head group would have with the reference ceramide, min.

        `place`, shape (n,), tells which of the ceramides each RT is of. The tilt of a line is left
        in: the features need not know their line.
        """
        f = self.f(ceramides.basis)
        pull = self._drawn(f, self._spare(ceramides))
        shift = self._deviations[ceramides.known] + f + pull * self.middle
        return np.asarray((rt - shift[place]) / np.maximum(1 - pull, 0.2)[place])

    @cached_property
    def _deviations(self) -> FloatArray:
        """`deviation`, and 0 for ceramides that were not seen."""
        return np.append(self.deviation, 0.0)

    @property
    def _local(self) -> FloatArray:
        """How steep each line is, against f, shape (L,)."""
        return 1 + self.tilt + self.shrink * self._pull

    @property
    def _pull(self) -> FloatArray:
        """How far each line is drawn to the middle by what has the effect of six carbons, (L,)."""
        return (self.middle - self.lines) / (6 * self.slope)

    def _drawn(self, effect: FloatArray, spare: FloatArray) -> FloatArray:
        """Return by which part of its distance each ceramide draws a line to the middle, (c,)."""
        return np.asarray((self.shrink * effect + self.spared * spare) / (6 * self.slope))

    def _spare(self, ceramides: Ceramides) -> FloatArray:
        """Return what double bonds and hydroxyls would usually hold back, min, shape (c,)."""
        return -self.slope * (ceramides.basis[:, 1:] @ self.usual_carbons)

    def _slopes(self, ceramides: Ceramides) -> Slopes:
        effect, spare = self.f(ceramides.basis), self._spare(ceramides)
        of_line, of_ceramide = np.ones((len(self.lines), NINE)), np.empty((len(effect), NINE))
        of_line[:, :5] = self._local[:, None]
        of_line[:, 5:7] = self._pull[:, None]
        of_ceramide[:, :5] = ceramide_effect_jacobian(self.shape, ceramides.basis)
        of_ceramide[:, 5] = of_ceramide[:, 8] = effect
        of_ceramide[:, 6] = spare
        of_ceramide[:, 7] = 1 - self._drawn(effect, spare)
        return Slopes(of_line, of_ceramide, ceramides.known)

    def variance(self, ceramides: Ceramides) -> FloatArray:
        """Return the variance of the predicted RT of each line at each ceramide, min^2, (L, c)."""
        return self._slopes(ceramides).variance(self.covariance, self.deviation_sd**2)

    def with_line(self, offset: float, variance: float) -> Curve:
        """Return the curve with a further, independent line at the end of `lines`."""
        at = SHARED + np.array([len(self.lines), 2 * len(self.lines)])
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
        pulls = [self.shrink, self.spared]
        return np.concatenate([self.shape, pulls, self.lines, self.tilt, self.deviation])


@dataclass(frozen=True, eq=False)
class Fit:
    """A curve, and what it says of the ceramides from which it was learned.

    Attributes
    ----------
    curve : Curve
    ceramides : Ceramides
        All that the curve has seen.
    variance : numpy.ndarray, shape (L, K)
        Of the RT predicted for each line and ceramide, min^2, where the fit was linearised:
        features bear no more than all of their prediction, however far the curve moved.
    """

    curve: Curve
    ceramides: Ceramides
    variance: FloatArray

    @classmethod
    def of(cls, curve: Curve, ceramides: Ceramides) -> Fit:
        """Return what a curve says that was learned elsewhere."""
        return cls(curve, ceramides, curve.variance(ceramides))

    @cached_property
    def predicted(self) -> FloatArray:
        """RT of each line at each ceramide, min, shape (L, K)."""
        return self.curve.predict(self.ceramides)


def refit(
    fit: Fit, weight: FloatArray, residual: FloatArray, prior: LinePrior, priors: Priors
) -> Fit:
    """Return the curve after one weighted Gauss-Newton step.

    Parameters
    ----------
    fit : Fit
        Where to linearise.
    weight : numpy.ndarray, shape (L, K)
        Sum of the precisions of the features of each line and ceramide, 1 / min^2.
    residual : numpy.ndarray, shape (L, K)
        Sum of precision times (RT - predicted RT) of the same, 1 / min.
    prior : LinePrior
    priors : Priors
        Of the parameters that all lines share.
    """
    curve = fit.curve
    expected, precision = _prior(curve, prior, priors)
    now, slopes = curve.parameters(), curve._slopes(fit.ceramides)
    covariance = slopes.covariance(weight, precision)
    theta = now + covariance @ (slopes.gradient(residual) + precision * (expected - now))
    tilts = SHARED + len(curve.lines)
    deviations = tilts + len(curve.lines)
    tilt_variance = np.diagonal(covariance)[tilts:deviations]
    moved = replace(
        curve,
        shape=theta[: SHARED - 2],
        shrink=float(theta[SHARED - 2]),
        spared=float(theta[SHARED - 1]),
        lines=theta[SHARED:tilts],
        tilt=theta[tilts:deviations],
        deviation=theta[deviations:],
        tilt_sd=_tilt_sd(curve, theta[tilts:deviations], tilt_variance, priors.line_tilt),
        covariance=covariance,
    )
    return Fit(moved, fit.ceramides, slopes.variance(covariance, curve.deviation_sd**2))


def _tilt_sd(curve: Curve, tilt: FloatArray, variance: FloatArray, usual: Prior) -> float:
    """Return how far the slopes of lines differ, as far as the lines tell.

    A line counts by how much of its tilt the features decide.
    """
    known = np.maximum(1 - variance / curve.tilt_sd**2, 0.0).sum()
    squares = (tilt**2).sum() + usual.weight * usual.spread**2
    return float(np.sqrt(squares / (known + usual.weight)))


def _prior(curve: Curve, prior: LinePrior, priors: Priors) -> tuple[FloatArray, FloatArray]:
    """Return mean and precision of every parameter before the features are seen."""
    shape, shape_sd = shape_prior(curve.slope, priors)
    pulls = priors.offsets_shrink, priors.offsets_spared
    n_lines, n = len(curve.lines), len(curve.ceramides)
    mean = np.concatenate(
        [shape, [pull.value for pull in pulls], prior.mean, np.zeros(n_lines + n)]
    )
    sd = np.concatenate(
        [
            shape_sd,
            [pull.spread for pull in pulls],
            np.sqrt(prior.variance),
            np.full(n_lines, curve.tilt_sd),
            np.full(n, curve.deviation_sd),
        ]
    )
    return mean, 1 / sd**2
