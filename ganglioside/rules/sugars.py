"""Rule 2, sugar count: what a head group's composition tells of its retention."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.curve import Curve
from ganglioside.glycans import UNITS
from ganglioside.observations import BoolArray, FloatArray, Groups, IntArray

#: Effect of one unit on the RT of the reference ceramide, in carbons (multiples of the slope),
#: and how far methods may differ. Polar units shorten retention; one acetyl lengthens it a
#: little. Source: distances between ganglioside series of one ceramide (README, Method).
UNIT_EFFECT: Final = dict(
    zip(UNITS, ([-0.35, -0.25, -0.7, -0.8, -0.1, 0.08, -1.0, -1.0, -0.5]), strict=True)
)
UNIT_SPREAD: Final = dict(
    zip(UNITS, ([0.35, 0.35, 0.5, 0.5, 0.35, 0.05, 1.0, 1.0, 0.5]), strict=True)
)

#: Scatter of lines about what their composition predicts, in carbons; isomers scatter more.
LINE_SPREAD: Final = 0.35
ISOMER_SPREAD: Final = 0.7


def unit_effects(
    curve: Curve, groups: Groups, line_group: IntArray, main: BoolArray, support: FloatArray
) -> FloatArray:
    """Return intercept and effect of each unit on the lines, learned from those with support.

    Parameters
    ----------
    curve : Curve
    groups : Groups
    line_group : numpy.ndarray of int, shape (L,)
    main : numpy.ndarray of bool, shape (L,)
        Main line of its group, against further isomers.
    support : numpy.ndarray, shape (L,)
        Features that stand on each line.

    Returns
    -------
    numpy.ndarray, shape (1 + len(UNITS),)
        min.
    """
    design = _design(groups.units[line_group])
    expected = np.array([0.0, *UNIT_EFFECT.values()]) * curve.slope
    precision = 1 / (np.array([1e3, *UNIT_SPREAD.values()]) * curve.slope) ** 2
    weight = np.minimum(support, 1.0) / (line_spread(curve, main) ** 2 + curve.line_var)
    normal = (design * weight[:, None]).T @ design + np.diag(precision)
    gain = design.T @ (weight * curve.lines) + precision * expected
    return np.asarray(np.linalg.solve(normal, gain), dtype=np.float64)


def expected_lines(effects: FloatArray, units: FloatArray) -> FloatArray:
    """Return where compositions, shape (n, len(UNITS)), predict lines, min."""
    return np.asarray(_design(units) @ effects)


def line_spread(curve: Curve, main: BoolArray) -> FloatArray:
    """Return how far lines scatter about what their composition predicts, min."""
    return np.where(main, LINE_SPREAD, ISOMER_SPREAD) * curve.slope


def _design(units: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(units)), units])
