"""Mass accuracy: what a measured m/z shows about each explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.observations.mass_shifts import NEAR
from ganglioside.support.arrays import BoolArray, FloatArray, robust_sd
from ganglioside.support.densities import normal
from ganglioside.support.priors import Priors

_LEAST_SD: Final = 0.3  # ppm
_FAR: Final = 3.0  # standard deviations
#: Part of the m/z that are measured less well, and by which factor: of right names in published
#: tables a few are 4 to 6 standard deviations off.
_POOR: Final = 0.05
_POORER: Final = 2.0
_FEWEST: Final = 3  # m/z near those of their names
_COARSEST: Final = 1500.0  # ppm


@dataclass(frozen=True, slots=True)
class MassAccuracy:
    """Accuracy of the measured m/z, ppm; errors are taken without their systematic part."""

    sd: float
    wrong_sd: float  # of m/z about wrong names
    measured: bool = True  # whether the table has any m/z
    rows: int = 0  # with an m/z near that of their name

    def right(self, error: FloatArray, expected: FloatArray | float = 0.0) -> FloatArray:
        """Density of errors, shape (n,), where mass less name's mass is `expected`, ppm.

        Small peaks and those beside others are measured less well. 1 where no m/z was measured: a
        missing value is no evidence.
        """
        if not self.measured:
            return np.ones(len(error))
        usual = normal(error, expected, self.sd)
        return (1 - _POOR) * usual + _POOR * normal(error, expected, _POORER * self.sd)

    @property
    def accurate_sd(self) -> float:
        """`sd`, or NaN where too few m/z are near those of their names to compare any two."""
        return self.sd if self.rows >= _FEWEST else float("nan")

    @property
    def largest(self) -> float:
        """Largest usual error, ppm."""
        return _FAR * self.sd

    def contradicts(self, error: FloatArray) -> BoolArray:
        """Whether each error is too large for the name, shape (n,); False where it is missing."""
        return np.asarray(np.abs(np.nan_to_num(error)) > self.largest)

    def by_chance(self, error: FloatArray) -> FloatArray:
        """Density of the errors of wrong names, shape (n,)."""
        if not self.measured:
            return np.ones(len(error))
        return normal(error, 0.0, float(np.hypot(self.sd, self.wrong_sd)))


def mass_accuracy(error: FloatArray, priors: Priors) -> MassAccuracy:
    """Mass accuracy of a table.

    Parameters
    ----------
    error : numpy.ndarray, shape (n,)
        Mass errors without their systematic part, ppm; NaN where missing.
    priors : Priors
    """
    near = np.abs(np.nan_to_num(error, nan=np.inf)) < _largest_near(error)
    known = error[near]
    usual = priors.mass_error
    wrong_sd = priors.mass_error_wrong_name.value
    if len(known) == 0:
        any_measured = bool(np.isfinite(error).any())
        return MassAccuracy(usual.value, wrong_sd, measured=any_measured)
    n = len(known)
    sd = robust_sd(known)
    total = n * sd**2 + usual.weight * usual.value**2
    learned = float(np.sqrt(total / (n + usual.weight)))
    return MassAccuracy(max(learned, _LEAST_SD), wrong_sd, rows=n)


def _largest_near(error: FloatArray) -> float:
    """Error beyond which an m/z has nothing to do with the accuracy, ppm.

    More than usual where most errors are larger: m/z in whole numbers.
    """
    known = np.abs(error[np.isfinite(error)])
    if len(known) < _FEWEST:
        return NEAR
    return float(np.clip(_FAR * np.median(known), NEAR, _COARSEST))
