"""What a measured m/z says of each explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.densities import normal
from ganglioside.support.arrays import BoolArray, FloatArray

_USUAL_SD: Final = 3.0  # ppm, before the table is seen
_SD_WEIGHT: Final = 5.0  # rows that this is worth
_LEAST_SD: Final = 0.3  # ppm
_WRONG_NAME: Final = 10.0  # ppm; spread of m/z about wrong names, which were given by mass
_FAR: Final = 3.0  # standard deviations
_NOT_A_NAME: Final = 30.0  # ppm; beyond it an error says nothing of the accuracy


@dataclass(frozen=True, slots=True)
class MassAccuracy:
    """Systematic error of the measured m/z and its standard deviation, ppm."""

    offset: float
    sd: float
    measured: bool = True  # whether the table has any m/z

    def right(self, error: FloatArray, expected: FloatArray | float = 0.0) -> FloatArray:
        """Return the density of errors where the mass differs from the name's by `expected`.

        1 where no m/z was measured: a missing value is no evidence.
        """
        return self._density(error, self.offset + expected, self.sd)

    @property
    def largest(self) -> float:
        """Error that is still usual, ppm."""
        return abs(self.offset) + _FAR * self.sd

    def contradicts(self, error: FloatArray) -> BoolArray:
        """Return which errors are too large for the name; none that is missing."""
        return np.asarray(np.abs(np.nan_to_num(error)) > self.largest)

    def by_chance(self, error: FloatArray) -> FloatArray:
        """Return the density of errors of wrong names."""
        return self._density(error, self.offset, float(np.hypot(self.sd, _WRONG_NAME)))

    def _density(self, error: FloatArray, mean: FloatArray | float, sd: float) -> FloatArray:
        return normal(error, mean, sd) if self.measured else np.ones(len(error))


def mass_accuracy(error: FloatArray) -> MassAccuracy:
    """Return the accuracy of a table, from its errors in ppm."""
    known = error[np.abs(np.nan_to_num(error, nan=np.inf)) < _NOT_A_NAME]
    if len(known) == 0:
        return MassAccuracy(0.0, _USUAL_SD, measured=bool(np.isfinite(error).any()))
    offset = float(np.median(known)) * len(known) / (len(known) + _SD_WEIGHT)
    sd = 1.4826 * float(np.median(np.abs(known - offset)))
    total = len(known) * sd**2 + _SD_WEIGHT * _USUAL_SD**2
    return MassAccuracy(offset, max(float(np.sqrt(total / (len(known) + _SD_WEIGHT))), _LEAST_SD))
