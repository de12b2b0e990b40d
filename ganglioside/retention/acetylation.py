"""Rule 4, O-acetylation: an acetyl moves a series a little later, never far and never earlier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.observations.groups import Groups
from ganglioside.retention.curve import Curve, LinePrior
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.priors import Prior

#: A base line farther away than this, in carbons, is not the one that carries the acetyl.
_NEARBY: Final = 0.25

_SUPPORTED: Final = 0.8  # features that a base line needs


@dataclass(frozen=True, eq=False)
class AcetylatedPlaces:
    """Where lines of acetylated series may be: beside each line of their base, all shape (p,).

    Attributes
    ----------
    group : numpy.ndarray of int
        The acetylated series, ascending.
    mean, variance : numpy.ndarray
        RT of the reference ceramide, min, and its variance, min^2.
    """

    group: IntArray
    mean: FloatArray
    variance: FloatArray


def acetylated_places(
    curve: Curve, groups: Groups, line_group: IntArray, support: FloatArray, acetyl: Prior
) -> AcetylatedPlaces:
    """Places beside the lines of each base series, as `acetyl_prior` has it."""
    supported = np.flatnonzero(support > _SUPPORTED)
    group, which = np.nonzero(groups.bases[:, line_group[supported]])
    base, acetyls = supported[which], groups.acetyls[group]
    return AcetylatedPlaces(
        group=group,
        mean=curve.lines[base] + acetyls * acetyl.value * curve.slope,
        variance=curve.line_var[base] + acetyls * (acetyl.spread * curve.slope) ** 2,
    )


def acetyl_prior(
    curve: Curve,
    groups: Groups,
    line_group: IntArray,
    support: FloatArray,
    prior: LinePrior,
    acetyl: Prior,
) -> LinePrior:
    """Prior in which each acetylated line is tied to the nearest line of its base series.

    With a the number of acetyls and b the base line,

        mean     = RT(b) + a * value * slope
        variance = var(b) + a (spread * slope)^2

    Where the base has no line with support nearby, the prior stays: a missing base, or an isomer
    that the base does not have, is no evidence.

    Parameters
    ----------
    curve : Curve
    groups : Groups
    line_group : numpy.ndarray of int, shape (L,)
    support : numpy.ndarray, shape (L,)
        Number of features on each line.
    prior : LinePrior
    acetyl : Prior
        RT that one acetyl adds, carbons.
    """
    acetylated = np.flatnonzero(groups.acetyls[line_group])
    is_base = groups.bases[line_group[acetylated, None], line_group]
    is_base = is_base & (support > _SUPPORTED)
    if not is_base.any():
        return prior
    acetyls = groups.acetyls[line_group[acetylated]]
    later = acetyls * acetyl.value * curve.slope - curve.lines[acetylated]
    distance = np.abs(curve.lines + later[:, None])
    distance = np.where(is_base, distance, np.inf)
    nearest = np.argmin(distance, axis=1)
    tied = distance.min(axis=1) <= _NEARBY * curve.slope
    line, base, acetyls = acetylated[tied], nearest[tied], acetyls[tied]
    mean = prior.mean.copy()
    variance = prior.variance.copy()
    mean[line] = curve.lines[base] + acetyls * acetyl.value * curve.slope
    variance[line] = curve.line_var[base] + acetyls * (acetyl.spread * curve.slope) ** 2
    return LinePrior(mean, variance)
