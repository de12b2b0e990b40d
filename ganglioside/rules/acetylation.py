"""Rule 4, O-acetylation: an acetyl moves a series a little later, never far and never earlier."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.curve import Curve, LinePrior
from ganglioside.glycans import UNITS
from ganglioside.observations import FloatArray, Groups, IntArray

#: Shift per acetyl in carbons (multiples of the slope) and its spread between series. Observed:
#: +0.02 to +0.10 min at 0.77 min per carbon (README, Method).
SHIFT: Final = 0.08
SPREAD: Final = 0.05

#: A base line farther away than this, in carbons, is not the one that carries the acetyl.
_NEARBY: Final = 0.25

_OAC: Final = UNITS.index("oac")


def acetyl_prior(
    curve: Curve, groups: Groups, line_group: IntArray, support: FloatArray, prior: LinePrior
) -> LinePrior:
    """Tie each acetylated line to the nearest line of its base series.

    Where the base has no line with support nearby, the prior stays: a missing base, or an isomer
    that the base does not show, is no evidence.
    """
    units = groups.units[line_group]
    acetyls = units[:, _OAC]
    bases = _base_lines(units, support)
    shift = SHIFT * curve.slope
    mean, variance = prior.mean.copy(), prior.variance.copy()
    for line in np.flatnonzero(acetyls > 0):
        base = np.flatnonzero(bases[line])
        if len(base) == 0:
            continue
        expected = curve.lines[base] + acetyls[line] * shift
        away = np.abs(expected - curve.lines[line])
        if away.min() > _NEARBY * curve.slope:
            continue
        nearest = base[np.argmin(away)]
        mean[line] = curve.lines[nearest] + acetyls[line] * shift
        variance[line] = acetyls[line] * (SPREAD * curve.slope) ** 2 + curve.line_var[nearest]
    return LinePrior(mean, variance)


def _base_lines(units: FloatArray, support: FloatArray) -> FloatArray:
    """Return for each line which others carry the same units without any acetyl."""
    others = np.delete(units, _OAC, axis=1)
    same = (others[:, None, :] == others[None, :, :]).all(axis=2)
    bare: FloatArray = same & (units[:, _OAC] == 0)[None, :] & (support > 0.8)[None, :]
    return bare
