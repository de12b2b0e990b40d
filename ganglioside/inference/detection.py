"""Detection: the larger a species is expected to be, the likelier it has a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, quantile
from ganglioside.support.priors import Priors

_SMALLEST: Final = 0.1  # quantile of the areas in the table
_STEPS: Final = 2
_LARGEST_STEP: Final = 1.0  # of the level, in log-odds
_LEAST: Final = 0.03
_LARGE: Final = 0.9  # probability of a row by its area from which a species is large


@dataclass(frozen=True, slots=True)
class Detection:
    """P(row) = `most` / (1 + exp(-`level` - `steepness` (log10 area - `limit`))).

    `most` is below 1 where rows are missing whatever their area: they were not exported.
    """

    limit: float
    level: float
    steepness: float
    most: float

    def chance(self, log_area: FloatArray) -> FloatArray:
        """Probability that species of these log10 areas have a row, in the shape of `log_area`."""
        odds = self.level + self.steepness * (log_area - self.limit)
        probability = self.most / (1 + np.exp(-odds))
        return np.minimum(np.maximum(probability, _LEAST), 1 - _LEAST)


def usual_detection(log_area: FloatArray, priors: Priors) -> Detection:
    """Detection curve before any row is explained."""
    limit = quantile(log_area, _SMALLEST)
    if np.isnan(limit):
        limit = 0.0
    return Detection(limit, 0.0, priors.detection_steepness.value, priors.detection_most.value)


def learn_detection(
    before: Detection, log_area: FloatArray, seen: FloatArray, asked: float, priors: Priors
) -> Detection:
    """Detection curve after a few Newton steps of logistic regression for its level.

    With p the probability of a row by its area, m the part of large species that have one,
    n = `asked` and s the spread of the prior of the level,

        level += (sum(seen) - n m sum(p) - level / s^2) / (n m sum(p (1 - p)) + 1 / s^2)

    Species that are surely large enough show m.

    Parameters
    ----------
    before : Detection
    log_area : numpy.ndarray, shape (k,)
        Expected log10 area of each species.
    seen : numpy.ndarray, shape (k,)
        Number of rows of each species.
    asked : float
        Number of rows that each could have: the samples.
    priors : Priors
    """
    odds = before.steepness * (log_area - before.limit)
    level = before.level
    spread = priors.detection_level.spread
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-odds - level))
        unexpected = float(seen.sum() - asked * before.most * p.sum())
        gradient = unexpected - level / spread**2
        curvature = asked * before.most * float(p @ (1 - p)) + 1 / spread**2
        level += min(max(gradient / curvature, -_LARGEST_STEP), _LARGEST_STEP)
    p = 1 / (1 + np.exp(-odds - level))
    usual = priors.detection_most
    large = np.where(p > _LARGE, p, 0.0)
    shown = float((seen * (large > 0)).sum()) + usual.weight * usual.value
    most = min(shown / (asked * float(large.sum()) + usual.weight), 1.0)
    return Detection(before.limit, level, before.steepness, most)
