"""A retention curve linearised: what features tell of its parameters, and those of an RT.

The P = 7 + 2 L + K parameters are, in this order: five of the shape of f, the shrink and what is
spared of it, L lines, L tilts and the deviations of K ceramides. An RT depends on nine of them, its
line's own two among these, and on the deviation of its ceramide. How, is a factor of the line times
a factor of the ceramide, so that sums over features are products of small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, IntArray

#: Parameters shared by all lines and ceramides, and those on which one RT depends.
SHARED: Final = 7
NINE: Final = SHARED + 2

_LINE, _TILT = SHARED, SHARED + 1  # places among the nine


@dataclass(frozen=True, eq=False)
class Slopes:
    """dRT/d(parameter) at each line and ceramide.

    Attributes
    ----------
    of_line : numpy.ndarray, shape (L, 9)
        Of the seven shared parameters, the line and its tilt: the factor of the line, 1 for the
        last two.
    of_ceramide : numpy.ndarray, shape (c, 9)
        The factor of the ceramide.
    known : numpy.ndarray of int, shape (c,)
        Which deviation stands in the RT (with slope 1), -1 for none.
    """

    of_line: FloatArray
    of_ceramide: FloatArray
    known: IntArray

    @cached_property
    def _squares(self) -> FloatArray:
        """Products of the factors of each ceramide among themselves, shape (c, 81)."""
        factor = self.of_ceramide
        return np.asarray((factor[:, :, None] * factor[:, None, :]).reshape(-1, NINE * NINE))

    def gradient(self, residual: FloatArray) -> FloatArray:
        """Return how residuals, summed by line and ceramide, pull at each parameter, shape (P,)."""
        pull = self.of_line * (residual @ self.of_ceramide)
        shared = pull[:, :SHARED].sum(axis=0)
        return np.concatenate([shared, pull[:, _LINE], pull[:, _TILT], residual.sum(axis=0)])

    def covariance(self, weight: FloatArray, precision: FloatArray) -> FloatArray:
        """Return the covariance of the parameters, shape (P, P).

        No RT depends on two lines, so each is eliminated together with its tilt (the Schur
        complement), and only a matrix of all other parameters has to be inverted.

        Parameters
        ----------
        weight : numpy.ndarray, shape (L, K)
            Precision of the features of each line and ceramide.
        precision : numpy.ndarray, shape (P,)
            With which each parameter is known without them.
        """
        n = len(weight)
        own = slice(SHARED, SHARED + 2 * n)
        nine = (weight @ self._squares).reshape(n, NINE, NINE)
        nine *= self.of_line[:, :, None] * self.of_line[:, None, :]
        alone = _inverse_of_two(nine[:, SHARED:, SHARED:], precision[own].reshape(2, n))
        cross = np.empty((2, n, SHARED + weight.shape[1]))
        cross[:, :, :SHARED] = nine[:, SHARED:, :SHARED].swapaxes(0, 1)
        cross[:, :, SHARED:] = weight * self.of_ceramide.T[SHARED:, None]
        ratio = alone[:, 0, :, None] * cross[0] + alone[:, 1, :, None] * cross[1]
        cross, ratio = cross.reshape(2 * n, -1), ratio.reshape(2 * n, -1)
        known = self._others(weight, nine) - cross.T @ ratio
        known.flat[:: len(known) + 1] += np.delete(precision, own)
        others = np.linalg.inv(known)
        return _joined(alone, ratio, (others + others.T) / 2)

    def _others(self, weight: FloatArray, nine: FloatArray) -> FloatArray:
        """Return what features tell of all others, were the lines known, shape (7 + K, 7 + K)."""
        size = SHARED + weight.shape[1]
        known = np.zeros((size, size))
        known[:SHARED, :SHARED] = nine[:, :SHARED, :SHARED].sum(axis=0)
        known[SHARED:, :SHARED] = (weight.T @ self.of_line * self.of_ceramide)[:, :SHARED]
        known[:SHARED, SHARED:] = known[SHARED:, :SHARED].T
        known.flat[SHARED * (size + 1) :: size + 1] = weight.sum(axis=0)
        return known

    def variance(self, covariance: FloatArray, unknown: float) -> FloatArray:
        """Return the variance of the RT at each line and ceramide, shape (L, c).

        Parameters
        ----------
        covariance : numpy.ndarray, shape (P, P)
        unknown : float
            Variance of the deviation of a ceramide that was not seen.
        """
        n, known = len(self.of_line), self.known >= 0
        rest = slice(SHARED + 2 * n, None)
        at = np.empty((n, NINE), dtype=np.int64)
        at[:, :SHARED] = np.arange(SHARED)
        at[:, _LINE:] = np.arange(SHARED, SHARED + 2 * n).reshape(2, n).T
        nine = covariance[at[:, :, None], at[:, None, :]]
        nine *= self.of_line[:, :, None] * self.of_line[:, None, :]
        variance = nine.reshape(n, -1) @ self._squares.T
        deviation = covariance[rest, : rest.start][self.known] * known[:, None]
        shared = deviation[:, :SHARED] * self.of_ceramide[:, :SHARED]
        lines = deviation[:, SHARED:].reshape(-1, 2, n) * self.of_ceramide[:, SHARED:, None]
        variance += 2 * (self.of_line[:, :SHARED] @ shared.T + lines.sum(axis=1).T)
        variance += np.where(known, covariance.diagonal()[rest][self.known], unknown)
        return np.asarray(variance)


def _inverse_of_two(known: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the covariance of each line with its tilt, were all others known, shape (2, 2, L).

    Parameters
    ----------
    known : numpy.ndarray, shape (L, 2, 2)
        What features tell of them.
    precision : numpy.ndarray, shape (2, L)
        With which each is known without features.
    """
    line, tilt = known[:, 0, 0] + precision[0], known[:, 1, 1] + precision[1]
    both = known[:, 0, 1]
    inverse = np.array([[tilt, -both], [-both, line]])
    return np.asarray(inverse / (line * tilt - both**2))


def _joined(alone: FloatArray, ratio: FloatArray, others: FloatArray) -> FloatArray:
    """Return the covariance of all parameters, shape (P, P).

    Parameters
    ----------
    alone : numpy.ndarray, shape (2, 2, L)
        Of each line with its tilt, were all others known.
    ratio : numpy.ndarray, shape (2 L, 7 + K)
        How lines and tilts follow the others.
    others : numpy.ndarray, shape (7 + K, 7 + K)
        Covariance of the others.
    """
    n = alone.shape[2]
    between = -ratio @ others
    lines = -between @ ratio.T
    lines.reshape(2, n, 2, n)[:, np.arange(n), :, np.arange(n)] += alone.transpose(2, 0, 1)
    own, rest = slice(SHARED, SHARED + 2 * n), slice(SHARED + 2 * n, None)
    covariance = np.empty((2 * n + len(others), 2 * n + len(others)))
    covariance[own, own] = lines
    for at, part in (slice(0, SHARED), slice(0, SHARED)), (rest, slice(SHARED, None)):
        covariance[own, at], covariance[at, own] = between[:, part], between[:, part].T
        covariance[at, :SHARED] = others[part, :SHARED]
        covariance[at, rest] = others[part, SHARED:]
    return covariance
