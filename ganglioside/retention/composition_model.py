"""Rule 2, sugar count: what a head group's composition tells of its retention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, median, sum_by
from ganglioside.support.priors import Priors

_LEAST_VARIANCE: Final = 1e-9  # carbons^2; where rounding leaves less


@dataclass(frozen=True, eq=False)
class CompositionModel:
    """What the lines that are seen tell of others, by their composition: a Gaussian process.

    Attributes
    ----------
    slope : float
        min per carbon.
    units : numpy.ndarray, shape (k, len(UNITS))
        Of the lines that are seen.
    inverse : numpy.ndarray, shape (k, k)
        Inverse of their covariance, 1 / min^2.
    residual : numpy.ndarray, shape (k,)
        RT of the reference ceramide less what is expected beforehand, min.
    noise : numpy.ndarray, shape (k,)
        Variance of each line about what its composition tells, min^2.
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
        cls,
        slope: float,
        units: FloatArray,
        rt: FloatArray,
        variance: FloatArray,
        main: BoolArray,
        priors: Priors,
    ) -> CompositionModel:
        """Learn from lines: their units, RT of the reference ceramide, its variance, and rank.

        Parameters
        ----------
        slope : float
            min per carbon.
        units : numpy.ndarray, shape (k, len(UNITS))
        rt, variance : numpy.ndarray, shape (k,)
            min, min^2.
        main : numpy.ndarray of bool, shape (k,)
            Main line of its group, against further isomers.
        priors : Priors
        """
        rest = rt - _beforehand(slope, units, priors)
        level = median(rest) if len(rest) else 0.0
        own = priors.line_about_composition.spread
        spread = np.where(main, own, priors.isomer_about_composition.spread)
        noise = (spread * slope) ** 2 + variance
        covariance = _covariance(slope, units, units, priors)
        covariance.flat[:: len(noise) + 1] += noise
        inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        return cls(slope, units, inverse, rest - level, noise, level, priors)

    @property
    def _line_variance(self) -> float:
        """Variance of a main line about what its composition predicts, min^2."""
        return (self.priors.line_about_composition.spread * self.slope) ** 2

    def predict(self, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return RT of the reference ceramide, min, and its variance for head groups.

        Parameters
        ----------
        units : numpy.ndarray, shape (n, len(UNITS))
        """
        mean, variance = self._posterior(units)
        return mean, variance + self._line_variance

    def _posterior(self, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the same without the scatter of lines, each its own, about it."""
        cross = _covariance(self.slope, units, self.units, self.priors)
        known = cross @ self.inverse
        mean = self.level + _beforehand(self.slope, units, self.priors) + known @ self.residual
        unknown = _variance(self.slope, units, self.priors) - (known * cross).sum(axis=1)
        return mean, np.maximum(unknown, _LEAST_VARIANCE * self.slope**2)

    def left_out(self) -> tuple[FloatArray, FloatArray]:
        """Return the same for each line that was seen, from the other lines."""
        precision = np.diagonal(self.inverse)
        own = self.level + _beforehand(self.slope, self.units, self.priors) + self.residual
        return own - self.inverse @ self.residual / precision, 1 / precision

    def predict_without_own(
        self, units: FloatArray, own: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return what `predict` would, each head group's own lines left out.

        Parameters
        ----------
        units : numpy.ndarray, shape (n, len(UNITS))
        own : numpy.ndarray of int, shape (k,)
            Which of those head groups each line that was seen is of.
        """
        mean, variance = self._posterior(units)
        # Lines of one head group see the same value through their noise: divide them out.
        before = self.level + _beforehand(self.slope, units, self.priors)
        pull = (mean - before) / variance - sum_by(own, self.residual / self.noise, len(units))
        precision = 1 / variance - sum_by(own, 1 / self.noise, len(units))
        known = 1 / np.maximum(precision, 1 / _variance(self.slope, units, self.priors))
        return before + known * pull, known + self._line_variance


@cache
def _unit_priors(priors: Priors) -> tuple[FloatArray, FloatArray]:
    """Effect of one of each unit on the RT, in carbons, and its spread, each shape (units,)."""
    known = [getattr(priors, f"unit_{unit}") for unit in UNITS]
    effects = np.array([prior.value for prior in known])
    spreads = np.array([prior.spread for prior in known])
    return effects, spreads


def _beforehand(slope: float, units: FloatArray, priors: Priors) -> FloatArray:
    """RT that the units alone let expect, about the level of all lines, min, shape (n,)."""
    effects, _ = _unit_priors(priors)
    return np.asarray(units @ effects * slope)


def _variance(slope: float, units: FloatArray, priors: Priors) -> FloatArray:
    """Diagonal of `_covariance` of some units with themselves, min^2, shape (n,)."""
    _, spreads = _unit_priors(priors)
    linear = (units * spreads) ** 2
    level, alike = priors.level.spread, priors.head_groups_alike.spread
    return np.asarray((linear.sum(axis=1) + level**2 + alike**2) * slope**2)


def _covariance(slope: float, a: FloatArray, b: FloatArray, priors: Priors) -> FloatArray:
    """Covariance of the RT of head groups a and b, min^2, shape (a, b)."""
    _, spreads = _unit_priors(priors)
    linear = (a * spreads**2) @ b.T + priors.level.spread**2
    near = a @ b.T - ((a * a).sum(axis=1) / 2)[:, None] - (b * b).sum(axis=1) / 2
    alike = priors.head_groups_alike.spread
    return np.asarray((linear + alike**2 * np.exp(near)) * slope**2)
