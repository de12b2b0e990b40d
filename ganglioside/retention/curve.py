"""The retention curve: RT = f(ceramide) + offset(line), f shared by all lines.

A line is one series, or one isomer of it. With m the RT of a line at the reference ceramide
36:1;O2 and mu the middle of all lines,

    RT = m + (1 + t) f + d - (m - mu) (shrink * f / slope - spared * x) / 6

f = slope z + curvature z^2 / 10, where z counts carbons from 36, with double bonds and hydroxyls
expressed in the carbons that they are worth: one hydrophobic scale that the gradient bends. d is
the deviation of one ceramide from f, the same on every line (by the position of a double bond, for
example), t is how much steeper a line is than the others, and the last term lets the distances
between lines shrink along the gradient, by the fraction `shrink` over six carbons; `spared` is the
part of it that double bonds and hydroxyls, which are usually worth x carbons, do not share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.retention.curve_covariance import OF_ONE, SHAPE, SHARED, Slopes
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.priors import Prior, Priors

#: Carbons, double bonds and hydroxyls of the ceramide at which lines are compared.
REFERENCE: Final = (36.0, 1.0, 2.0)

#: Least part of its distance to the middle that a line keeps at any ceramide.
_LEAST_DISTANCE: Final = 0.2

#: Carbons by which a parameter that is held may move.
_HELD: Final = 0.01

#: Degrees of freedom of the deviations of ceramides.
_DEVIATION_TAIL: Final = 4.0


def ceramide_basis(ceramide: FloatArray) -> FloatArray:
    """Basis of f: carbons, and the four properties that are expressed in carbons.

    Parameters
    ----------
    ceramide : numpy.ndarray, shape (n, 3)
        Carbons, double bonds, hydroxyls.

    Returns
    -------
    numpy.ndarray, shape (n, 5)
        Carbons from 36, saturated or not, acyl double bonds, hydroxyls from 2, saturated with more
        of them or not: the third hydroxyl of phytosphingosine is in its base, that of others
        mostly in the acyl chain.
    """
    bonds, hydroxyls = ceramide[:, 1], ceramide[:, 2] - REFERENCE[2]
    saturated = (bonds == 0).astype(np.float64)
    return np.column_stack(
        [
            ceramide[:, 0] - REFERENCE[0],
            saturated,
            np.maximum(bonds - 1.0, 0.0),
            hydroxyls,
            saturated * (hydroxyls > 0),
        ]
    )


def _carbons(shape: FloatArray, basis: FloatArray) -> FloatArray:
    """z: carbons from 36, with all else in the carbons that it is worth, shape (n,)."""
    return np.asarray(basis[:, 0] + basis[:, 1:] @ shape[2:])


def ceramide_effect(shape: FloatArray, basis: FloatArray) -> FloatArray:
    """Effect f = slope z + curvature z^2 / 10, min, shape (n,), for a basis of shape (n, 5)."""
    z = _carbons(shape, basis)
    return np.asarray(shape[0] * z + shape[1] * z**2 / 10)


def ceramide_effect_jacobian(shape: FloatArray, basis: FloatArray) -> FloatArray:
    """df/d(shape), shape (n, 6): z, z^2 / 10, and (slope + curvature z / 5) times the basis."""
    z = _carbons(shape, basis)
    local_slope = shape[0] + shape[1] * z / 5
    return np.column_stack([z, z**2 / 10, basis[:, 1:] * local_slope[:, None]])


def shape_prior(slope: float, priors: Priors) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the shape for a carbon slope in min, each shape (6,)."""
    known = (priors.carbon_slope, priors.curvature, *_in_carbons(priors))
    unit = np.array([slope, slope, 1.0, 1.0, 1.0, 1.0])
    mean = np.array([prior.value for prior in known])
    spread = np.array([prior.spread for prior in known])
    return mean * unit, spread * unit


def starting_prior(slope: float, priors: Priors) -> tuple[FloatArray, FloatArray]:
    """`shape_prior` for a first curve, from pairs of rows of which many are wrong.

    What a few rows show that are saturated and have a third hydroxyl would mislead it.
    """
    mean, sd = shape_prior(slope, priors)
    sd[-1] = _HELD
    return mean, sd


def usual_carbons(priors: Priors) -> FloatArray:
    """Carbons that all of `ceramide_basis` but carbons are usually worth, shape (4,)."""
    return np.array([prior.value for prior in _in_carbons(priors)])


def _in_carbons(priors: Priors) -> tuple[Prior, Prior, Prior, Prior]:
    """Priors of what is expressed in carbons, in the order of `ceramide_basis`."""
    return priors.saturated, priors.double_bond, priors.hydroxyl, priors.saturated_hydroxyl


def ceramide_class(basis: FloatArray) -> IntArray:
    """0 for plain ceramides, 1 for those with isomers of different RT, shape (n,).

    The sum composition leaves open where a second double bond or a further hydroxyl is: such
    features scatter more about their line.
    """
    second_double_bond = basis[:, 2] > 0
    other_hydroxyls = basis[:, 3] != 0
    return np.asarray(second_double_bond | other_hydroxyls, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Ceramides:
    """The c ceramides at which a curve is evaluated.

    Attributes
    ----------
    basis : numpy.ndarray, shape (c, 5)
        Basis of f: `ceramide_basis`.
    known : numpy.ndarray of int, shape (c,)
        Index into `Curve.ceramides`, -1 for one that was not seen.
    """

    basis: FloatArray
    known: IntArray

    @classmethod
    def seen(cls, ceramides: FloatArray) -> Ceramides:
        """All ceramides that a curve has seen, shape (K, 3), in its order."""
        return cls(ceramide_basis(ceramides), np.arange(len(ceramides)))

    @classmethod
    def unseen(cls, ceramides: FloatArray) -> Ceramides:
        """Ceramides that a curve has not seen, shape (c, 3)."""
        return cls(ceramide_basis(ceramides), np.full(len(ceramides), -1))


@dataclass(frozen=True, eq=False)
class LinePrior:
    """Expected RT of each line without its own features, min, and variance, min^2, each (L,)."""

    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True, eq=False)
class Curve:
    """A retention curve with its uncertainty.

    Attributes
    ----------
    shape : numpy.ndarray, shape (6,)
        Parameters of f: slope and curvature in min, then four in carbons.
    shrink : float
        Fraction by which offsets shrink over six carbons.
    spared : float
        The part of it that double bonds and hydroxyls do not share.
    slope : float
        min per carbon: the scale against which priors are stated.
    middle : float
        mu, min.
    lines : numpy.ndarray, shape (L,)
        RT of the reference ceramide on each line, min.
    tilt : numpy.ndarray, shape (L,)
        t, the fraction by which each line is steeper than the others.
    tilt_sd : float
        Spread of t between lines.
    ceramides : numpy.ndarray, shape (K, 3)
        The ceramides that were seen.
    deviation : numpy.ndarray, shape (K,)
        d of each of them, min.
    deviation_sd : float
        Spread of d between ceramides, min.
    hydroxyl_deviation : float
        Factor by which d of ceramides with a third hydroxyl spreads more.
    covariance : numpy.ndarray, shape (8 + 2 L + K, 8 + 2 L + K)
        Covariance of shape, shrink, spared, lines, tilts and deviations, in this order.
    usual_carbons : numpy.ndarray, shape (4,)
        x of all of `ceramide_basis` but carbons, in carbons.
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
    hydroxyl_deviation: float
    covariance: FloatArray
    usual_carbons: FloatArray

    @property
    def line_var(self) -> FloatArray:
        """Variance of each line, min^2, shape (L,)."""
        stop = SHARED + len(self.lines)
        return np.diagonal(self.covariance)[SHARED:stop]

    def deviation_sds(self, basis: FloatArray) -> FloatArray:
        """Spread of d of each ceramide, min, shape (c,), for a basis of shape (c, 5)."""
        return self.deviation_sd * np.where(basis[:, 3] > 0, self.hydroxyl_deviation, 1.0)

    @property
    def moved_bond(self) -> float:
        """RT by which a ceramide changes whose double bond is in the acyl chain, min.

        Its base is saturated, and an acyl chain has one double bond more.
        """
        return float(self.shape[0] * (self.shape[2] + self.shape[3]))

    @property
    def moved_hydroxyl(self) -> float:
        """RT by which a ceramide changes whose base has a third hydroxyl beside a double bond, min.

        Its base is saturated then, and the double bond in the acyl chain.
        """
        return self.moved_bond + float(self.shape[0] * self.shape[5])

    def f(self, basis: FloatArray) -> FloatArray:
        """f, the effect of the ceramide without its deviation, min, shape (c,)."""
        return ceramide_effect(self.shape, basis)

    def predict(self, ceramides: Ceramides) -> FloatArray:
        """RT of each line at each ceramide, min, shape (L, c).

        RT = (1 + t + shrink * pull) f + spared * pull * spare + m + d
        """
        rt = self._local[:, None] * self.f(ceramides.basis)
        rt += self.spared * self._pull[:, None] * self._spare(ceramides)
        rt += self.lines[:, None]
        rt += self._deviations[ceramides.known]
        return rt

    def reduce(self, rt: FloatArray, ceramides: Ceramides, ceramide: IntArray) -> FloatArray:
        """RT that the same head group would have with the reference ceramide, min, shape (n,).

        m = (RT - d - f - q mu) / (1 - q), with q = (shrink f + spared spare) / (6 slope). The tilt
        of a line is left in: the line of a feature need not be known.

        Parameters
        ----------
        rt : numpy.ndarray, shape (n,)
            min.
        ceramides : Ceramides
        ceramide : numpy.ndarray of int, shape (n,)
            Ceramide of each RT, an index into `ceramides`.
        """
        f = self.f(ceramides.basis)
        drawn = self._drawn(f, self._spare(ceramides))
        shift = self._deviations[ceramides.known] + f + drawn * self.middle
        scale = np.maximum(1 - drawn, _LEAST_DISTANCE)
        return np.asarray((rt - shift[ceramide]) / scale[ceramide])

    @cached_property
    def _deviations(self) -> FloatArray:
        """`deviation`, and 0 for ceramides that were not seen."""
        return np.append(self.deviation, 0.0)

    @property
    def _local(self) -> FloatArray:
        """1 + t + shrink * pull: steepness of each line against f, shape (L,)."""
        return 1 + self.tilt + self.shrink * self._pull

    @property
    def _pull(self) -> FloatArray:
        """(mu - m) / (6 slope): distance to the middle, in the effect of six carbons, (L,)."""
        return (self.middle - self.lines) / (6 * self.slope)

    def _drawn(self, effect: FloatArray, spare: FloatArray) -> FloatArray:
        """q: part of a line's distance to the middle that each ceramide takes away, shape (c,)."""
        return np.asarray((self.shrink * effect + self.spared * spare) / (6 * self.slope))

    def _spare(self, ceramides: Ceramides) -> FloatArray:
        """-slope * x: usual effect of double bonds and hydroxyls, reversed, min, shape (c,)."""
        return -self.slope * (ceramides.basis[:, 1:] @ self.usual_carbons)

    def _slopes(self, ceramides: Ceramides) -> Slopes:
        """dRT/d(parameter) at each line and ceramide, each the product of two factors.

                          shape             shrink  spared  line   tilt
        line factor       1 + t + shrink p    p       p      1      1
        ceramide factor   df/d(shape)         f     spare   1 - q   f

        with p the pull of the line and q what the ceramide takes of its distance to the middle.
        """
        effect = self.f(ceramides.basis)
        spare = self._spare(ceramides)
        line_factor = np.ones((len(self.lines), OF_ONE))
        line_factor[:, :SHAPE] = self._local[:, None]
        line_factor[:, SHAPE:SHARED] = self._pull[:, None]
        by_shape = ceramide_effect_jacobian(self.shape, ceramides.basis)
        kept = 1 - self._drawn(effect, spare)
        ceramide_factor = np.column_stack([by_shape, effect, spare, kept, effect])
        return Slopes(line_factor, ceramide_factor, ceramides.known)

    def variance(self, ceramides: Ceramides) -> FloatArray:
        """Variance of the predicted RT of each line at each ceramide, min^2, shape (L, c)."""
        return self._slopes(ceramides).variance(
            self.covariance, self.deviation_sds(ceramides.basis) ** 2
        )

    def change(self, ceramides: Ceramides, directions: FloatArray) -> FloatArray:
        """Change of the RT of each line at each ceramide with all parameters, shape (L, c, m).

        Parameters
        ----------
        ceramides : Ceramides
        directions : numpy.ndarray, shape (P, m)
            m changes of the parameters, in the order of `covariance`.
        """
        return self._slopes(ceramides).change(directions)

    def pulls(self, ceramides: Ceramides, residuals: Sequence[FloatArray]) -> FloatArray:
        """Sum of dRT/d(parameter) * residual over lines and ceramides, shape (P, m).

        Parameters
        ----------
        ceramides : Ceramides
        residuals : sequence of numpy.ndarray, each of shape (L, c)
        """
        slopes = self._slopes(ceramides)
        return np.column_stack([slopes.gradient(residual) for residual in residuals])

    def with_line(self, offset: float, variance: float) -> Curve:
        """The curve with a further, independent line at the end of `lines`.

        `offset` is its RT at the reference ceramide, min, `variance` that of the offset, min^2.
        """
        n = len(self.lines)
        after_lines_and_tilts = SHARED + np.array([n, 2 * n])
        covariance = np.insert(self.covariance, after_lines_and_tilts, 0.0, axis=0)
        covariance = np.insert(covariance, after_lines_and_tilts, 0.0, axis=1)
        line, tilt = after_lines_and_tilts + np.arange(2)
        covariance[line, line] = variance
        covariance[tilt, tilt] = self.tilt_sd**2
        return replace(
            self,
            lines=np.append(self.lines, offset),
            tilt=np.append(self.tilt, 0.0),
            covariance=covariance,
        )

    def parameters(self) -> FloatArray:
        """All parameters in the order of `covariance`, shape (P,)."""
        pulls = [self.shrink, self.spared]
        return np.concatenate([self.shape, pulls, self.lines, self.tilt, self.deviation])


@dataclass(frozen=True, eq=False)
class TabulatedCurve:
    """A curve, and its prediction for each line and each ceramide from which it was learned.

    Attributes
    ----------
    curve : Curve
    ceramides : Ceramides
        All ceramides that the curve has seen.
    variance : numpy.ndarray, shape (L, K)
        Variance of the predicted RT, min^2, where the fit was linearised: so the leverage of a
        feature is at most 1, however far the curve moved.
    """

    curve: Curve
    ceramides: Ceramides
    variance: FloatArray

    @classmethod
    def tabulate(cls, curve: Curve, ceramides: Ceramides) -> TabulatedCurve:
        """A curve that was learned elsewhere, with its predictions."""
        return cls(curve, ceramides, curve.variance(ceramides))

    @cached_property
    def predicted(self) -> FloatArray:
        """RT of each line at each ceramide, min, shape (L, K)."""
        return self.curve.predict(self.ceramides)


def refit(
    tabulated: TabulatedCurve,
    weight: FloatArray,
    residual: FloatArray,
    prior: LinePrior,
    priors: Priors,
) -> TabulatedCurve:
    """Curve after one weighted Gauss-Newton step.

    With theta the parameters, C their new covariance, g the gradient of the residuals, and m and
    p the mean and precision of the prior,

        theta += C (g + p (m - theta))

    Parameters
    ----------
    tabulated : TabulatedCurve
        The curve at which to linearise.
    weight : numpy.ndarray, shape (L, K)
        Summed precision of the features of each line and ceramide, 1 / min^2.
    residual : numpy.ndarray, shape (L, K)
        Summed precision times (RT - predicted RT) of these features, 1 / min.
    prior : LinePrior
    priors : Priors
        Those of the parameters that all lines share are used.
    """
    curve, ceramides = tabulated.curve, tabulated.ceramides
    spreads = curve.deviation_sds(ceramides.basis)
    expected, precision = _prior(curve, prior, priors, spreads)
    slopes = curve._slopes(ceramides)
    covariance = slopes.covariance(weight, precision)
    theta = curve.parameters()
    gradient = slopes.gradient(residual) + precision * (expected - theta)
    theta = theta + covariance @ gradient
    first_tilt = SHARED + len(curve.lines)
    first_deviation = first_tilt + len(curve.lines)
    tilt = theta[first_tilt:first_deviation]
    tilt_variance = np.diagonal(covariance)[first_tilt:first_deviation]
    deviation = theta[first_deviation:]
    deviation_variance = np.diagonal(covariance)[first_deviation:]
    moved = replace(
        curve,
        shape=theta[:SHAPE],
        shrink=float(theta[SHAPE]),
        spared=float(theta[SHAPE + 1]),
        lines=theta[SHARED:first_tilt],
        tilt=tilt,
        deviation=deviation,
        tilt_sd=_tilt_sd(curve, tilt, tilt_variance, priors.line_tilt),
        deviation_sd=_deviation_sd(curve, deviation, deviation_variance, spreads, priors),
        covariance=covariance,
    )
    variance = slopes.variance(covariance, spreads**2)
    return TabulatedCurve(moved, ceramides, variance)


def _deviation_sd(
    curve: Curve, deviation: FloatArray, variance: FloatArray, spreads: FloatArray, priors: Priors
) -> float:
    """Spread of the deviations of ceramides, min, learned from those that features decide.

    Each counts by the fraction of its variance that its features took away, and the less the
    farther it lies out, as a ceramide with wrong names must not make all others vague.
    """
    usual = priors.ceramide_deviation
    deviation = deviation * curve.deviation_sd / spreads
    known = np.maximum(1 - variance / spreads**2, 0.0)
    far = deviation / curve.deviation_sd
    weight = known * (_DEVIATION_TAIL + 1) / (_DEVIATION_TAIL + far**2)
    spread = usual.spread * curve.slope
    squares = float(weight @ deviation**2) + usual.weight * spread**2
    return float(np.sqrt(squares / (float(known.sum()) + usual.weight)))


def _tilt_sd(curve: Curve, tilt: FloatArray, variance: FloatArray, usual: Prior) -> float:
    """Spread of the tilts of lines, learned from lines whose features decide their tilt.

    Each line counts by the fraction of its tilt's variance that its features took away.
    """
    known = np.maximum(1 - variance / curve.tilt_sd**2, 0.0).sum()
    squares = (tilt**2).sum() + usual.weight * usual.spread**2
    return float(np.sqrt(squares / (known + usual.weight)))


def _prior(
    curve: Curve, prior: LinePrior, priors: Priors, spreads: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and precision of every parameter before the features are seen, each shape (P,).

    `spreads`, shape (K,), are those of the deviations of ceramides, min.
    """
    shape, shape_sd = shape_prior(curve.slope, priors)
    shrink, spared = priors.offsets_shrink, priors.offsets_spared
    n_lines, n_ceramides = len(curve.lines), len(curve.ceramides)
    tilts_and_deviations = np.zeros(n_lines + n_ceramides)
    mean = np.concatenate([shape, [shrink.value, spared.value], prior.mean, tilts_and_deviations])
    sd = np.concatenate(
        [
            shape_sd,
            [shrink.spread, spared.spread],
            np.sqrt(prior.variance),
            np.full(n_lines, curve.tilt_sd),
            spreads,
        ]
    )
    return mean, 1 / sd**2
