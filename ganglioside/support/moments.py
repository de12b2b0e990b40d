"""Weighted sums of values and of their squares, from which a mean and a spread are learned."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over values x with weights w, each of one shape.

    Attributes
    ----------
    weight, total, squares : numpy.ndarray
        Sums of w, w x and w x^2.

    Examples
    --------
    >>> all_of = Moments.of(np.ones(3), np.array([1.0, 2.0, 4.0])).by(np.array([0, 0, 1]), 2)
    >>> all_of.total.tolist(), all_of.squares.tolist()
    ([3.0, 4.0], [5.0, 16.0])
    """

    weight: FloatArray
    total: FloatArray
    squares: FloatArray

    @classmethod
    def nothing(cls, *shape: int) -> Moments:
        """Sums over no value."""
        zero = np.zeros(shape)
        return cls(zero, zero, zero)

    @classmethod
    def of(cls, weight: FloatArray, values: FloatArray) -> Moments:
        """Those of single values."""
        return cls(weight, weight * values, weight * values**2)

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.weight + other.weight, self.total + other.total, self.squares + other.squares
        )

    def by(self, key: IntArray, *shape: int) -> Moments:
        """Sums by key, an index into a flattened array of `shape`."""
        sums = (sum_by(key, values, prod(shape)).reshape(shape) for values in self._sums)
        return Moments(*sums)

    def of_all(self) -> Moments:
        """Sums over all, each of no dimension."""
        return Moments(*(np.asarray(values.sum()) for values in self._sums))

    def take(self, index: IntArray) -> Moments:
        """Those at some positions of the flattened arrays."""
        return Moments(*(values.take(index) for values in self._sums))

    def kept(self, stays: BoolArray) -> Moments:
        """Those for which `stays` is True, along the first axis."""
        return Moments(*(values[stays] for values in self._sums))

    def without(self, own: Moments) -> Moments:
        """The same less what is one's own."""
        return Moments(
            np.maximum(self.weight - own.weight, 0.0),
            self.total - own.total,
            np.maximum(self.squares - own.squares, 0.0),
        )

    @property
    def _sums(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        return self.weight, self.total, self.squares
