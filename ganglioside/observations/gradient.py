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

_CELLS: Final = 512  # of the table that is interpolated


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

    def slopes(self, rt: FloatArray) -> FloatArray:
        """Change of straightened time with g at each knot, shape (n, k): ds/dg.

        Parameters
        ----------
        rt : numpy.ndarray, shape (n,)
            min.
        """
        middles = _middles(self._times)
        passed = self.speed(middles)[:, None] * tents(middles, self.knots) * self._cell
        at_borders = np.vstack([np.zeros(len(self.knots)), np.cumsum(passed, axis=0)])
        position = np.clip((rt - self.knots[0]) / self._cell, 0.0, float(_CELLS))
        cell = np.minimum(position.astype(np.int64), _CELLS - 1)
        part = (position - cell)[:, None]
        return np.asarray((1 - part) * at_borders[cell] + part * at_borders[cell + 1])


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
