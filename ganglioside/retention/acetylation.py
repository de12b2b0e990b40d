"""Rule 4, O-acetylation: an acetyl moves a series a little later, never far and never earlier."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.observations.groups import Groups
from ganglioside.retention.curve import Curve, LinePrior
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.priors import Prior

#: A base line farther away than this, in carbons, is not the one that carries the acetyl.
_NEARBY: Final = 0.25

_SUPPORTED: Final = 0.8  # features that a base line needs


def acetyl_prior(
    curve: Curve,
    groups: Groups,
    line_group: IntArray,
    support: FloatArray,
    prior: LinePrior,
    acetyl: Prior,
) -> LinePrior:
    """Tie each acetylated line to the nearest line of its base series.

    Where the base has no line with support nearby, the prior stays: a missing base, or an isomer
    that the base does not show, is no evidence.
    """
    lines = np.flatnonzero(groups.acetyls[line_group])
    bases = groups.bases[line_group[lines, None], line_group] & (support > _SUPPORTED)
    if not bases.any():
        return prior
    acetyls = groups.acetyls[line_group[lines]]
    away = curve.lines + (acetyls * acetyl.value * curve.slope - curve.lines[lines])[:, None]
    away = np.where(bases, np.abs(away), np.inf)
    nearest = np.argmin(away, axis=1)
    tied = away.min(axis=1) <= _NEARBY * curve.slope
    lines, nearest, acetyls = lines[tied], nearest[tied], acetyls[tied]
    mean, variance = prior.mean.copy(), prior.variance.copy()
    mean[lines] = curve.lines[nearest] + acetyls * acetyl.value * curve.slope
    variance[lines] = curve.line_var[nearest] + acetyls * (acetyl.spread * curve.slope) ** 2
    return LinePrior(mean, variance)
