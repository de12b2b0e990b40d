"""A retention curve linearised: what features tell of its parameters, and those of an RT.

The P = 7 + 2 L + K parameters are, in this order: five of the shape of f, the shrink and what is
spared of it, L lines, L tilts and the deviations of K ceramides. How RT depends on one of them is a
factor of the line times a factor of the ceramide, so that sums over features are products of small
matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.observations import FloatArray, IntArray

#: Parameters shared by all lines and ceramides.
SHARED: Final = 7

_SHAPE: Final = slice(0, 5)
_PULLS: Final = slice(5, SHARED)  # shrink and spared
_SHRINK, _SPARED = 5, 6

#: All pairs of three.
_FIRST, _SECOND = np.triu_indices(3)


@dataclass(frozen=True, eq=False)
class Slopes:
    """dRT/d(parameter) at each line and ceramide.

    Of the shape it is `local` times `shape`, of the shrink `pull` times `effect`, of what is spared
    of it `pull` times `spare`, of the line `line`, of its tilt `effect`, and of the deviation of a
    ceramide that was seen 1.

    Attributes
    ----------
    local, pull : numpy.ndarray, shape (L,)
    shape : numpy.ndarray, shape (c, 5)
    effect, spare, line : numpy.ndarray, shape (c,)
    known : numpy.ndarray of int, shape (c,)
        Which deviation stands in the RT, -1 for none.
    """

    local: FloatArray
    pull: FloatArray
    shape: FloatArray
    effect: FloatArray
    spare: FloatArray
    line: FloatArray
    known: IntArray

    @cached_property
    def _products(self) -> FloatArray:
        """Of line, tilt (or shrink) and spare, and of line and tilt with the shape, (c, 16).

        In order: line with line, with tilt and with spare; tilt with tilt and with spare; spare
        with spare; line, then tilt with the shape.
        """
        own = np.array([self.line, self.effect, self.spare])
        products = np.empty((len(self.line), 16))
        products[:, :6] = (own[_FIRST] * own[_SECOND]).T
        np.multiply(self.shape, self.line[:, None], out=products[:, 6:11])
        np.multiply(self.shape, self.effect[:, None], out=products[:, 11:])
        return products

    @cached_property
    def _pulled(self) -> FloatArray:
        """What `pull` is multiplied with, shape (2, c)."""
        return np.array([self.effect, self.spare])

    def gradient(self, residual: FloatArray) -> FloatArray:
        """Return how residuals, summed by line and ceramide, pull at each parameter, shape (P,)."""
        return np.concatenate(
            [
                self.local @ residual @ self.shape,
                self._pulled @ (self.pull @ residual),
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
        line, tilt = products[:, [0, 3]].T + precision[own].reshape(2, n)
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
        """Return what is known of lines, and of tilts, with the others, shape (2, L, 7 + K)."""
        known = np.empty((2, len(weight), SHARED + weight.shape[1]))
        np.multiply(self.local[:, None], products[:, 6:11], out=known[0, :, _SHAPE])
        np.multiply(self.local[:, None], products[:, 11:], out=known[1, :, _SHAPE])
        np.multiply(self.pull[:, None], products[:, 1:3], out=known[0, :, _PULLS])
        np.multiply(self.pull[:, None], products[:, 3:5], out=known[1, :, _PULLS])
        np.multiply(weight, self.line, out=known[0, :, SHARED:])
        np.multiply(weight, self.effect, out=known[1, :, SHARED:])
        return known

    def _others(self, weight: FloatArray, precision: FloatArray) -> FloatArray:
        """Return what is known of all others, were the lines known, shape (7 + K, 7 + K)."""
        local, pull, shape, pulled = self.local, self.pull, self.shape.T, self._pulled
        by_line = np.array([local**2, local * pull, pull**2, local, pull, np.ones(len(pull))])
        by_ceramide = by_line @ weight
        known = np.diag(precision)
        known[_SHAPE, _SHAPE] += (shape * by_ceramide[0]) @ shape.T
        known[_SHAPE, _PULLS] = (shape * by_ceramide[1]) @ pulled.T
        known[_PULLS, _SHAPE] = known[_SHAPE, _PULLS].T
        known[_PULLS, _PULLS] += (pulled * by_ceramide[2]) @ pulled.T
        known[_SHAPE, SHARED:] = shape * by_ceramide[3]
        known[_PULLS, SHARED:] = pulled * by_ceramide[4]
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
        local, pull, pulled = self.local, self.pull, self._pulled
        of_line, of_tilt, pulls = covariance[line], covariance[tilt], covariance[_PULLS, _PULLS]
        of_rest = covariance[rest, : rest.start][self.known] * known[:, None]
        of_shape = self.shape @ covariance[_SHAPE, :SHARED]
        by_line, by_ceramide = np.empty((n, 19)), np.empty((len(known), 19))
        by_ceramide[:, :16] = self._products
        by_line[:, 0] = of_line.diagonal(line.start)
        by_line[:, 1] = 2 * (of_line.diagonal(tilt.start) + pull * of_line[:, _SHRINK])
        by_line[:, 2] = 2 * pull * of_line[:, _SPARED]
        by_line[:, 3] = of_tilt.diagonal(tilt.start)
        by_line[:, 3] += pull * (2 * of_tilt[:, _SHRINK] + pull * pulls[0, 0])
        by_line[:, 4] = 2 * pull * (of_tilt[:, _SPARED] + pull * pulls[0, 1])
        by_line[:, 5] = pull**2 * pulls[1, 1]
        by_line[:, 6:11] = 2 * local[:, None] * of_line[:, _SHAPE]
        by_line[:, 11:16] = 2 * local[:, None] * of_tilt[:, _SHAPE]
        by_line[:, 16], by_ceramide[:, 16] = local**2, (of_shape[:, _SHAPE] * self.shape).sum(1)
        by_line[:, 17] = 2 * local
        by_line[:, 18] = 2 * pull
        by_ceramide[:, 17] = (of_rest[:, _SHAPE] * self.shape).sum(1)
        by_ceramide[:, 18] = (of_rest[:, _PULLS] * pulled.T).sum(1)
        variance = by_line @ by_ceramide.T
        variance += np.outer(2 * local * pull, (of_shape[:, _PULLS] * pulled.T).sum(1))
        variance += 2 * self.line * of_rest[:, line].T
        variance += 2 * self.effect * of_rest[:, tilt].T
        variance += np.where(known, covariance.diagonal()[rest][self.known], unknown)
        return np.asarray(variance)
