"""Which species have a row: the larger a species should be, the likelier it was reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, quantile
from ganglioside.support.priors import Priors

_SMALLEST: Final = 0.1  # quantile of the areas in the table
_STEPS: Final = 2
_LEAST: Final = 0.03


@dataclass(frozen=True, slots=True)
class Reporting:
    """Log-odds that a species is reported: `level` + `steepness` (log10 area - `limit`)."""

    limit: float
    level: float
    steepness: float

    def chance(self, log_area: FloatArray) -> FloatArray:
        """Return how likely species of these areas have a row."""
        odds = self.level + self.steepness * (log_area - self.limit)
        return np.minimum(np.maximum(1 / (1 + np.exp(-odds)), _LEAST), 1 - _LEAST)


def usual_reporting(log_area: FloatArray, priors: Priors) -> Reporting:
    """Return what is known before any row is explained."""
    limit = quantile(log_area, _SMALLEST)
    return Reporting(0.0 if np.isnan(limit) else limit, 0.0, priors.detection_steepness.value)


def learn_reporting(
    before: Reporting, log_area: FloatArray, seen: FloatArray, asked: float, priors: Priors
) -> Reporting:
    """Return the curve after a few steps of logistic regression.

    Parameters
    ----------
    before : Reporting
    log_area : numpy.ndarray, shape (k,)
        Expected log10 area of each species.
    seen : numpy.ndarray, shape (k,)
        Rows that it has.
    asked : float
        Rows that it could have: the samples.
    priors : Priors
    """
    odds = before.steepness * (log_area - before.limit)
    level, spread = before.level, priors.detection_level.spread
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-odds - level))
        gradient = float(seen.sum() - asked * p.sum()) - level / spread**2
        curvature = asked * float(p @ (1 - p)) + 1 / spread**2
        level += min(max(gradient / curvature, -1.0), 1.0)
    return Reporting(before.limit, level, before.steepness)
