"""A retention curve linearised: what features tell of its parameters, and those of an RT.

The P = 6 + 2 L + K parameters are, in this order: five of the shape of f, the shrink, L lines, L
tilts and the deviations of K ceramides. How RT depends on one of them is a factor of the line times
a factor of the ceramide, so that sums over features are products of small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.observations import FloatArray, IntArray

#: Parameters shared by all lines and ceramides.
SHARED: Final = 6

_SHAPE: Final = slice(0, SHARED - 1)
_SHRINK: Final = SHARED - 1


@dataclass(frozen=True, eq=False)
class Slopes:
    """dRT/d(parameter) at each line and ceramide.

    Of the shape it is `local` times `shape`, of the shrink `pull` times `effect`, of the line
    `line`, of its tilt `effect`, and of the deviation of a ceramide that was seen 1.

    Attributes
    ----------
    local, pull : numpy.ndarray, shape (L,)
    shape : numpy.ndarray, shape (c, 5)
    effect, line : numpy.ndarray, shape (c,)
    known : numpy.ndarray of int, shape (c,)
        Which deviation stands in the RT, -1 for none.
    """

    local: FloatArray
    pull: FloatArray
    shape: FloatArray
    effect: FloatArray
    line: FloatArray
    known: IntArray

    @cached_property
    def _products(self) -> FloatArray:
        """Of line and tilt with each other (3), and with the shape (5 and 5), shape (c, 13)."""
        line, tilt = self.line, self.effect
        products = np.empty((len(line), 13))
        products[:, 0], products[:, 1], products[:, 2] = line * line, line * tilt, tilt * tilt
        np.multiply(self.shape, line[:, None], out=products[:, 3:8])
        np.multiply(self.shape, tilt[:, None], out=products[:, 8:])
        return products

    def gradient(self, residual: FloatArray) -> FloatArray:
        """Return how residuals, summed by line and ceramide, pull at each parameter, shape (P,)."""
        return np.concatenate(
            [
                self.local @ residual @ self.shape,
                [self.pull @ residual @ self.effect],
                residual @ self.line,
                residual @ self.effect,
                residual.sum(axis=0),
            ]
        )

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
        own, rest = slice(SHARED, SHARED + 2 * n), slice(SHARED + 2 * n, None)
        products = weight @ self._products
        line, tilt = products[:, [0, 2]].T + precision[own].reshape(2, n)
        both = products[:, 1]
        inverse = np.array([[tilt, -both], [-both, line]]) / (line * tilt - both**2)
        cross = self._lines_with_others(weight, products)
        ratio = inverse[:, 0, :, None] * cross[0] + inverse[:, 1, :, None] * cross[1]
        cross, ratio = cross.reshape(2 * n, -1), ratio.reshape(2 * n, -1)
        others = np.linalg.inv(self._others(weight, np.delete(precision, own)) - cross.T @ ratio)
        others = (others + others.T) / 2
        between = -ratio @ others
        lines = -between @ ratio.T
        lines.reshape(2, n, 2, n)[:, np.arange(n), :, np.arange(n)] += inverse.transpose(2, 0, 1)
        covariance = np.empty((len(precision), len(precision)))
        covariance[own, own] = lines
        for at, part in (slice(0, SHARED), slice(0, SHARED)), (rest, slice(SHARED, None)):
            covariance[own, at], covariance[at, own] = between[:, part], between[:, part].T
            covariance[at, :SHARED], covariance[at, rest] = (
                others[part, :SHARED],
                others[part, SHARED:],
            )
        return covariance

    def _lines_with_others(self, weight: FloatArray, products: FloatArray) -> FloatArray:
        """Return what is known of lines, and of tilts, with the others, shape (2, L, 6 + K)."""
        known = np.empty((2, len(weight), SHARED + weight.shape[1]))
        np.multiply(self.local[:, None], products[:, 3:8], out=known[0, :, _SHAPE])
        np.multiply(self.local[:, None], products[:, 8:], out=known[1, :, _SHAPE])
        known[:, :, _SHRINK] = self.pull * products[:, 1:3].T
        np.multiply(weight, self.line, out=known[0, :, SHARED:])
        np.multiply(weight, self.effect, out=known[1, :, SHARED:])
        return known

    def _others(self, weight: FloatArray, precision: FloatArray) -> FloatArray:
        """Return what is known of all others, were the lines known, shape (6 + K, 6 + K)."""
        local, pull, shape, effect = self.local, self.pull, self.shape.T, self.effect
        by_line = np.array([local**2, local * pull, pull**2, local, pull, np.ones(len(pull))])
        by_ceramide = by_line @ weight
        known = np.diag(precision)
        known[_SHAPE, _SHAPE] += (shape * by_ceramide[0]) @ shape.T
        known[_SHAPE, _SHRINK] = known[_SHRINK, _SHAPE] = shape @ (by_ceramide[1] * effect)
        known[_SHRINK, _SHRINK] += by_ceramide[2] @ effect**2
        known[_SHAPE, SHARED:] = shape * by_ceramide[3]
        known[_SHRINK, SHARED:] = effect * by_ceramide[4]
        known[SHARED:, :SHARED] = known[:SHARED, SHARED:].T
        known[SHARED:, SHARED:] += np.diag(by_ceramide[5])
        return known

    def variance(self, covariance: FloatArray, unknown: float) -> FloatArray:
        """Return the variance of the RT at each line and ceramide, shape (L, c).

        Parameters
        ----------
        covariance : numpy.ndarray, shape (P, P)
        unknown : float
            Variance of the deviation of a ceramide that was not seen.
        """
        n, known = len(self.local), self.known >= 0
        line, tilt = slice(SHARED, SHARED + n), slice(SHARED + n, SHARED + 2 * n)
        rest = slice(SHARED + 2 * n, None)
        local, pull = self.local, self.pull
        of_line, of_tilt, of_shrink = covariance[line], covariance[tilt], covariance[_SHRINK]
        of_rest = covariance[rest, : rest.start][self.known] * known[:, None]
        of_shape = self.shape @ covariance[_SHAPE, :SHARED]
        by_line, by_ceramide = np.empty((n, 17)), np.empty((len(known), 17))
        by_ceramide[:, :13] = self._products
        by_line[:, 0] = of_line.diagonal(SHARED)
        by_line[:, 1] = 2 * (of_line.diagonal(tilt.start) + pull * of_shrink[line])
        by_line[:, 2] = of_tilt.diagonal(tilt.start)
        by_line[:, 2] += pull * (2 * of_shrink[tilt] + pull * of_shrink[_SHRINK])
        by_line[:, 3:8] = 2 * local[:, None] * of_line[:, _SHAPE]
        by_line[:, 8:13] = 2 * local[:, None] * of_tilt[:, _SHAPE]
        by_line[:, 13], by_ceramide[:, 13] = local**2, (of_shape[:, _SHAPE] * self.shape).sum(1)
        by_line[:, 14], by_ceramide[:, 14] = 2 * local * pull, of_shape[:, _SHRINK] * self.effect
        by_line[:, 15], by_ceramide[:, 15] = 2 * local, (of_rest[:, _SHAPE] * self.shape).sum(1)
        by_line[:, 16], by_ceramide[:, 16] = 2 * pull, of_rest[:, _SHRINK] * self.effect
        variance = by_line @ by_ceramide.T
        variance += 2 * self.line * of_rest[:, line].T
        variance += 2 * self.effect * of_rest[:, tilt].T
        variance += np.where(known, covariance.diagonal()[rest][self.known], unknown)
        return np.asarray(variance)
