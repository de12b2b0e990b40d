"""What a measured m/z says of each explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.densities import normal
from ganglioside.support.arrays import BoolArray, FloatArray
from ganglioside.support.priors import Priors

_LEAST_SD: Final = 0.3  # ppm
_FAR: Final = 3.0  # standard deviations
_NOT_A_NAME: Final = 30.0  # ppm; beyond it an error says nothing of the accuracy


@dataclass(frozen=True, slots=True)
class MassAccuracy:
    """Systematic error of the measured m/z and its standard deviation, ppm."""

    offset: float
    sd: float
    wrong_sd: float  # of m/z about wrong names
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
        return self._density(error, self.offset, float(np.hypot(self.sd, self.wrong_sd)))

    def _density(self, error: FloatArray, mean: FloatArray | float, sd: float) -> FloatArray:
        return normal(error, mean, sd) if self.measured else np.ones(len(error))


def mass_accuracy(error: FloatArray, priors: Priors) -> MassAccuracy:
    """Return the accuracy of a table, from its errors in ppm."""
    known = error[np.abs(np.nan_to_num(error, nan=np.inf)) < _NOT_A_NAME]
    usual, wrong_sd = priors.mass_error, priors.mass_error_wrong_name.value
    if len(known) == 0:
        return MassAccuracy(0.0, usual.value, wrong_sd, measured=bool(np.isfinite(error).any()))
    offset = float(np.median(known)) * len(known) / (len(known) + usual.weight)
    sd = 1.4826 * float(np.median(np.abs(known - offset)))
    total = len(known) * sd**2 + usual.weight * usual.value**2
    learned = float(np.sqrt(total / (len(known) + usual.weight)))
    return MassAccuracy(offset, max(learned, _LEAST_SD), wrong_sd)
