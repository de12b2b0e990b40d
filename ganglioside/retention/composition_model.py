"""Rule 2, sugar count: what a head group's composition tells of its retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, median, sum_by

#: Effect of one unit on the RT of the reference ceramide, in carbons (multiples of the slope),
#: and how far methods may differ. Polar units shorten retention; one acetyl lengthens it a
#: little. Source: distances between ganglioside series of one ceramide (README, Method).
UNIT_EFFECT: Final = dict(
    zip(UNITS, ([-0.35, -0.25, -0.7, -0.8, -0.1, 0.08, -1.0, -1.0, -0.5]), strict=True)
)
UNIT_SPREAD: Final = dict(
    zip(UNITS, ([0.35, 0.35, 0.5, 0.5, 0.35, 0.05, 1.0, 1.0, 0.5]), strict=True)
)

#: Scatter of lines about what the effects of their units predict, in carbons. One part is shared
#: by head groups alike (two head groups that differ by one unit by exp(-1/2) of it), the other is
#: each line's own; further isomers scatter more.
_ALIKE_SPREAD: Final = 0.3
_LINE_SPREAD: Final = 0.12
_ISOMER_SPREAD: Final = 0.6

_UNKNOWN_LEVEL: Final = 20.0  # carbons; before any line is seen
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
    """

    slope: float
    units: FloatArray
    inverse: FloatArray
    residual: FloatArray
    noise: FloatArray
    level: float

    @classmethod
    def learn(
        cls, slope: float, units: FloatArray, rt: FloatArray, variance: FloatArray, main: BoolArray
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
        """
        rest = rt - _beforehand(slope, units)
        level = median(rest) if len(rest) else 0.0
        noise = (np.where(main, _LINE_SPREAD, _ISOMER_SPREAD) * slope) ** 2 + variance
        covariance = _covariance(slope, units, units)
        covariance.flat[:: len(noise) + 1] += noise
        inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        return cls(slope, units, inverse, rest - level, noise, level)

    def predict(self, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return RT of the reference ceramide, min, and its variance for head groups.

        Parameters
        ----------
        units : numpy.ndarray, shape (n, len(UNITS))
        """
        mean, variance = self._posterior(units)
        return mean, variance + (_LINE_SPREAD * self.slope) ** 2

    def _posterior(self, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the same without the scatter of lines, each its own, about it."""
        cross = _covariance(self.slope, units, self.units)
        known = cross @ self.inverse
        mean = self.level + _beforehand(self.slope, units) + known @ self.residual
        unknown = _variance(self.slope, units) - (known * cross).sum(axis=1)
        return mean, np.maximum(unknown, _LEAST_VARIANCE * self.slope**2)

    def left_out(self) -> tuple[FloatArray, FloatArray]:
        """Return the same for each line that was seen, from the other lines."""
        precision = np.diagonal(self.inverse)
        own = self.level + _beforehand(self.slope, self.units) + self.residual
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
        before = self.level + _beforehand(self.slope, units)
        pull = (mean - before) / variance - sum_by(own, self.residual / self.noise, len(units))
        precision = 1 / variance - sum_by(own, 1 / self.noise, len(units))
        known = 1 / np.maximum(precision, 1 / _variance(self.slope, units))
        return before + known * pull, known + (_LINE_SPREAD * self.slope) ** 2


_EFFECTS: Final = np.array([*UNIT_EFFECT.values()])
_SPREADS: Final = np.array([*UNIT_SPREAD.values()])


def _beforehand(slope: float, units: FloatArray) -> FloatArray:
    return np.asarray(units @ _EFFECTS * slope)


def _variance(slope: float, units: FloatArray) -> FloatArray:
    """Return the diagonal of `_covariance` of some units with themselves."""
    linear = (units * _SPREADS) ** 2
    return np.asarray((linear.sum(axis=1) + _UNKNOWN_LEVEL**2 + _ALIKE_SPREAD**2) * slope**2)


def _covariance(slope: float, a: FloatArray, b: FloatArray) -> FloatArray:
    linear = (a * _SPREADS**2) @ b.T + _UNKNOWN_LEVEL**2
    near = a @ b.T - ((a * a).sum(axis=1) / 2)[:, None] - (b * b).sum(axis=1) / 2
    return np.asarray((linear + _ALIKE_SPREAD**2 * np.exp(near)) * slope**2)
