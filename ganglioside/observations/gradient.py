"""The shape of a gradient: how fast it lets species go by, at each time of the run.

On an even gradient a carbon costs the same time early and late. An isocratic start, a wash or a
second step change that: retention against carbons is then bent, convex, S-shaped or with a kink.
Head group and ceramide add up on one hydrophobic scale, which the gradient bends as a whole. So
RT is first straightened, to what an even gradient of the same length would give, and all that is
said of lines holds in straightened time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from ganglioside.support.arrays import FloatArray

_CELLS: Final = 256  # of the table that is interpolated


@dataclass(frozen=True, eq=False)
class Gradient:
    """Straightened time s against RT t: ds/dt = exp(g(t)), g linear between knots.

    Attributes
    ----------
    knots : numpy.ndarray, shape (k,)
        RT, min, evenly spaced; empty for an even gradient.
    log_speed : numpy.ndarray, shape (k,)
        g at the knots: natural logarithm of how much straightened time passes in a minute. Beyond
        the knots it stays as at the last one.

    Examples
    --------
    >>> import numpy as np
    >>> slow_start = Gradient(np.array([0.0, 10.0]), np.array([0.5, -0.5]))
    >>> straight = slow_start.straighten(np.array([0.0, 5.0, 10.0]))
    >>> np.allclose(slow_start.to_rt(straight), [0, 5, 10], atol=1e-3)
    True
    """

    knots: FloatArray
    log_speed: FloatArray

    @classmethod
    def even(cls) -> Gradient:
        """The gradient that needs no straightening."""
        return cls(np.zeros(0), np.zeros(0))

    @property
    def is_even(self) -> bool:
        """Whether straightened time is RT."""
        return len(self.knots) == 0

    def straighten(self, rt: FloatArray) -> FloatArray:
        """Straightened time of each RT, min, in the shape of `rt`."""
        if self.is_even:
            return rt
        return _interpolated(rt, self._times, self._straight)

    def to_rt(self, straight: FloatArray) -> FloatArray:
        """RT of each straightened time, min, in the shape of `straight`."""
        if self.is_even:
            return straight
        return _interpolated(straight, self._straight, self._times)

    def speed(self, rt: FloatArray) -> FloatArray:
        """Straightened minutes that pass in a minute at each RT, in the shape of `rt`."""
        if self.is_even:
            return np.ones(np.shape(rt))
        return np.asarray(np.exp(np.interp(rt, self.knots, self.log_speed)))

    def to_dict(self) -> dict[str, Any]:
        """Values for JSON: `from_dict` reads them."""
        return {"knots": self.knots.tolist(), "log_speed": self.log_speed.tolist()}

    @classmethod
    def from_dict(cls, values: dict[str, Any] | None) -> Gradient:
        """Gradient from the values of `to_dict`; an even one from None."""
        if values is None:
            return cls.even()
        return cls(np.array(values["knots"]), np.array(values["log_speed"]))

    @cached_property
    def _times(self) -> FloatArray:
        """RT at the borders of the cells, min, shape (cells + 1,)."""
        return np.linspace(self.knots[0], self.knots[-1], _CELLS + 1)

    @cached_property
    def _straight(self) -> FloatArray:
        """Straightened time at the borders of the cells, min; that of the first knot is its RT."""
        passed = np.cumsum(self.speed(_middles(self._times))) * self._cell
        return np.asarray(self.knots[0] + np.concatenate([[0.0], passed]))

    @property
    def _cell(self) -> float:
        """Width of a cell, min."""
        return float(self.knots[-1] - self.knots[0]) / _CELLS


class RowsInCells:
    """Rows in the cells of a gradient that is being learned: what stays while its speed changes.

    Parameters
    ----------
    rt : numpy.ndarray, shape (n,)
        min.
    knots : numpy.ndarray, shape (k,)
        RT of the knots, min.
    """

    def __init__(self, rt: FloatArray, knots: FloatArray) -> None:
        self.knots = knots
        self._cell = float(knots[-1] - knots[0]) / _CELLS
        position = (rt - knots[0]) / self._cell  # in cells; beyond the knots as in the last one
        self._last = np.clip(position, 0, _CELLS - 1).astype(np.int64)
        self._part = (position - self._last)[:, None]
        self._tents = tents(_middles(np.linspace(knots[0], knots[-1], _CELLS + 1)), knots)

    def straight(self, log_speed: FloatArray) -> FloatArray:
        """Straightened time of each row after the first knot, min, shape (n,)."""
        speed = np.exp(self._tents @ log_speed)
        return self._passed(speed[:, None])[:, 0]

    def slopes(self, log_speed: FloatArray) -> FloatArray:
        """Change of straightened time with g at each knot, ds/dg, min, shape (n, k)."""
        speed = np.exp(self._tents @ log_speed)
        return self._passed(speed[:, None] * self._tents)

    def _passed(self, in_cells: FloatArray) -> FloatArray:
        """Sum over the cells before each row, (n, m), of values per minute, (cells, m)."""
        at_borders = np.vstack([np.zeros(in_cells.shape[1]), np.cumsum(in_cells, axis=0)])
        here = at_borders[self._last] + self._part * in_cells[self._last]
        return np.asarray(here * self._cell)


def tents(rt: FloatArray, knots: FloatArray) -> FloatArray:
    """Weight of each knot in an interpolation at each RT, shape (n, k); rows sum to 1."""
    spacing = float(knots[1] - knots[0])
    distance = np.abs(np.clip(rt, knots[0], knots[-1])[:, None] - knots) / spacing
    return np.asarray(np.maximum(1 - distance, 0.0))


def _middles(borders: FloatArray) -> FloatArray:
    """Middle of each cell between borders."""
    return np.asarray((borders[1:] + borders[:-1]) / 2)


def _interpolated(x: FloatArray, known: FloatArray, values: FloatArray) -> FloatArray:
    """Values at x, beyond the known ones as steep as in the last cell."""
    inside = np.interp(x, known, values)
    first = (values[1] - values[0]) / (known[1] - known[0])
    last = (values[-1] - values[-2]) / (known[-1] - known[-2])
    before = np.minimum(x - known[0], 0.0) * first
    after = np.maximum(x - known[-1], 0.0) * last
    return np.asarray(inside + before + after)
