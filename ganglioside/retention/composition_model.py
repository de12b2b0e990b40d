"""Rule 2, sugar count: retention of a line, predicted from the composition of its head group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, median, read_only, sum_by
from ganglioside.support.priors import Priors

#: Names of the priors of the units, in the order of `UNITS`, and of having none.
_EFFECT_PRIORS: Final = (*(f"unit_{unit}" for unit in UNITS), "bare_ceramide")

_LEAST_VARIANCE: Final = 1e-9  # carbons^2; where rounding leaves less


@dataclass(frozen=True, eq=False)
class HeadGroups:
    """Head groups of lines, and what is expected of their RT before any was measured.

    Attributes
    ----------
    slope : float
        min per carbon.
    units : numpy.ndarray, shape (k, len(UNITS))
    priors : Priors
    mean : numpy.ndarray, shape (k,)
        RT about the level of all lines, min.
    covariance : numpy.ndarray, shape (k, k)
        Of their RT, without the noise of single lines, min^2.
    """

    slope: float
    units: FloatArray
    priors: Priors
    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def of(cls, slope: float, units: FloatArray, priors: Priors) -> HeadGroups:
        """Head groups of these units."""
        mean = _prior_mean(slope, units, priors)
        return cls(slope, units, priors, mean, _covariance(slope, units, units, priors))


@dataclass(frozen=True, eq=False)
class CompositionModel:
    """Gaussian process over compositions, learned from lines with features.

    RT of a line = level + effects of its units + what similar head groups share + its own scatter.

    Attributes
    ----------
    slope : float
        min per carbon.
    units : numpy.ndarray, shape (k, len(UNITS))
        Those of the lines with features.
    inverse : numpy.ndarray, shape (k, k)
        C^-1, inverse of the covariance of their RT, 1 / min^2.
    residual : numpy.ndarray, shape (k,)
        r, RT of the reference ceramide less its prior mean, min.
    noise : numpy.ndarray, shape (k,)
        Variance of each line about the prediction from its composition, min^2.
    level : float
        Middle of the lines, min.
    priors : Priors
    """

    slope: float
    units: FloatArray
    inverse: FloatArray
    residual: FloatArray
    noise: FloatArray
    level: float
    priors: Priors

    @classmethod
    def learn(
        cls, heads: HeadGroups, rt: FloatArray, variance: FloatArray, main: BoolArray
    ) -> CompositionModel:
        """Composition model learned from lines.

        Parameters
        ----------
        heads : HeadGroups
            Those of the k lines.
        rt, variance : numpy.ndarray, shape (k,)
            RT of the reference ceramide on each line, min, and its variance, min^2.
        main : numpy.ndarray of bool, shape (k,)
            Whether a line is the main one of its group rather than a further isomer.
        """
        slope, priors = heads.slope, heads.priors
        about_level = rt - heads.mean
        level = median(about_level) if len(about_level) else 0.0
        main_spread = priors.line_about_composition.spread
        isomer_spread = priors.isomer_about_composition.spread
        spread = np.where(main, main_spread, isomer_spread)
        noise = (spread * slope) ** 2 + variance
        covariance = heads.covariance.copy()
        covariance.flat[:: len(noise) + 1] += noise
        inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        return cls(slope, heads.units, inverse, about_level - level, noise, level, priors)

    @property
    def _line_variance(self) -> float:
        """Variance of a main line about what its composition predicts, min^2."""
        return (self.priors.line_about_composition.spread * self.slope) ** 2

    def predict(self, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """RT of the reference ceramide, min, and its variance for head groups, each shape (n,).

        Parameters
        ----------
        units : numpy.ndarray, shape (n, len(UNITS))
        """
        mean, variance = self._posterior(units)
        return mean, variance + self._line_variance

    def _posterior(self, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """`predict` without the scatter of single lines about the prediction, each shape (n,).

        With K the covariance of the head groups with the lines, v their prior variance and m
        their prior mean,

            mean = m + K C^-1 r,  variance = v - diagonal(K C^-1 K^T)
        """
        cross = _covariance(self.slope, units, self.units, self.priors)
        weight = cross @ self.inverse
        mean = self._mean(units) + weight @ self.residual
        explained = (weight * cross).sum(axis=1)
        variance = _variance(self.slope, units, self.priors) - explained
        return mean, np.maximum(variance, _LEAST_VARIANCE * self.slope**2)

    def _mean(self, units: FloatArray) -> FloatArray:
        """Prior mean of the RT of head groups, min, shape (n,)."""
        return self.level + _prior_mean(self.slope, units, self.priors)

    def left_out(self) -> tuple[FloatArray, FloatArray]:
        """RT of each learned line, min, and its variance from the other lines, each shape (k,).

        mean = rt - (C^-1 r) / p,  variance = 1 / p,  with p = diagonal(C^-1)
        """
        precision = np.diagonal(self.inverse)
        rt = self._mean(self.units) + self.residual
        return rt - self.inverse @ self.residual / precision, 1 / precision

    def predict_without_own(
        self, units: FloatArray, own: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """`predict` with each head group's own lines left out, each shape (n,).

        Parameters
        ----------
        units : numpy.ndarray, shape (n, len(UNITS))
        own : numpy.ndarray of int, shape (k,)
            Head group of each learned line, an index into `units`.
        """
        mean, variance = self._posterior(units)
        # Lines of one head group see the same value through their noise: divide them out.
        prior_mean = self._mean(units)
        prior_precision = 1 / _variance(self.slope, units, self.priors)
        own_pull = sum_by(own, self.residual / self.noise, len(units))
        own_precision = sum_by(own, 1 / self.noise, len(units))
        pull = (mean - prior_mean) / variance - own_pull
        precision = 1 / variance - own_precision
        left = 1 / np.maximum(precision, prior_precision)
        return prior_mean + left * pull, left + self._line_variance


@cache
def _effects(priors: Priors) -> FloatArray:
    """Usual effect of one of each unit on the RT, and of none, carbons, (len(UNITS) + 1,)."""
    return read_only(np.array([getattr(priors, name).value for name in _EFFECT_PRIORS]))


@cache
def _spreads(priors: Priors) -> FloatArray:
    """Spread of these effects, carbons, shape (len(UNITS) + 1,)."""
    return read_only(np.array([getattr(priors, name).spread for name in _EFFECT_PRIORS]))


def _counts(units: FloatArray) -> FloatArray:
    """How often each effect counts for head groups: their units, and whether there are none."""
    counts = np.empty((len(units), units.shape[1] + 1))  # many times faster than column_stack
    counts[:, :-1] = units
    counts[:, -1] = ~units.any(axis=1)
    return counts


def _prior_mean(slope: float, units: FloatArray, priors: Priors) -> FloatArray:
    """Sum of the usual effects of the units, about the level of all lines, min, shape (n,)."""
    return np.asarray(_counts(units) @ _effects(priors) * slope)


def _variance(slope: float, units: FloatArray, priors: Priors) -> FloatArray:
    """Diagonal of `_covariance` of some units with themselves, min^2, shape (n,)."""
    linear = (_counts(units) * _spreads(priors)) ** 2
    level = priors.level.spread
    alike = priors.head_groups_alike.spread
    variance = linear.sum(axis=1) + level**2 + alike**2  # carbons^2
    return np.asarray(variance * slope**2)


def _covariance(slope: float, a: FloatArray, b: FloatArray, priors: Priors) -> FloatArray:
    """Covariance of the RT of head groups a and b, min^2, shape (a, b).

    With x the units of a head group and whether it has none, s_u the spread of each effect, s_l of
    the level and s_a of what similar head groups share,

        slope^2 (sum_u(x_a x_b s_u^2) + s_l^2 + s_a^2 exp(-|x_a - x_b|^2 / 2))
    """
    linear = (_counts(a) * _spreads(priors) ** 2) @ _counts(b).T + priors.level.spread**2
    a_squares = (a * a).sum(axis=1) / 2
    b_squares = (b * b).sum(axis=1) / 2
    near = a @ b.T - a_squares[:, None] - b_squares  # -|x_a - x_b|^2 / 2
    alike = priors.head_groups_alike.spread
    covariance = linear + alike**2 * np.exp(near)  # carbons^2
    return np.asarray(covariance * slope**2)
