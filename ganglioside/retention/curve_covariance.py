"""Covariance of a linearised retention curve: of its parameters, and of a predicted RT.

The P = 8 + 2 L + K parameters are, in this order: six of the shape of f, `shrink` and `spared`
(the eight that all lines share), L lines, L tilts and the deviations of K ceramides. An RT depends
on ten of them, its own line and tilt among these, and on the deviation of its ceramide:

    dRT/d(parameter j) = (factor of the line)_j * (factor of the ceramide)_j,  j = 1 ... 10
    dRT/d(deviation)   = 1

so that sums over features are products of small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, IntArray

#: Number of parameters of the shape of f, of those that all lines and ceramides share, and of
#: those on which one RT depends.
SHAPE: Final = 6
SHARED: Final = SHAPE + 2
OF_ONE: Final = SHARED + 2

_LINE, _TILT = SHARED, SHARED + 1  # indices among the ten


@dataclass(frozen=True, eq=False)
class Slopes:
    """dRT/d(parameter) at each line and ceramide.

    Attributes
    ----------
    line_factor : numpy.ndarray, shape (L, 10)
        For the eight shared parameters, the line and its tilt; 1 for the last two.
    ceramide_factor : numpy.ndarray, shape (c, 10)
    known : numpy.ndarray of int, shape (c,)
        Index of the ceramide's deviation, -1 for a ceramide that was not seen.
    """

    line_factor: FloatArray
    ceramide_factor: FloatArray
    known: IntArray

    @cached_property
    def _ceramide_products(self) -> FloatArray:
        """Products of each two of a ceramide's ten factors, shape (c, 100)."""
        factor = self.ceramide_factor
        products = factor[:, :, None] * factor[:, None, :]
        return np.asarray(products.reshape(-1, OF_ONE * OF_ONE))

    def gradient(self, residual: FloatArray) -> FloatArray:
        """Sum of dRT/d(parameter) * residual over lines and ceramides, shape (P,).

        Parameters
        ----------
        residual : numpy.ndarray, shape (L, K)
            Precision times residual, summed over the features of each line and ceramide.
        """
        pull = self.line_factor * (residual @ self.ceramide_factor)
        shared = pull[:, :SHARED].sum(axis=0)
        deviations = residual.sum(axis=0)
        return np.concatenate([shared, pull[:, _LINE], pull[:, _TILT], deviations])

    def covariance(self, weight: FloatArray, precision: FloatArray) -> FloatArray:
        """Covariance of the parameters, shape (P, P).

        The precision matrix of all parameters, with the 2 L lines and tilts first, is

                      lines, tilts   others (8 + K)
                    [      A               B       ]
                    [      B^T             D       ]

        No RT depends on two lines, so A holds one 2 x 2 block for each line and its tilt, and
        A^-1 costs nothing. Only the Schur complement of A has to be inverted:

            R = A^-1 B,   S = (D - B^T R)^-1,   inverse = [ A^-1 + R S R^T   -R S ]
                                                          [     -S R^T         S  ]

        Parameters
        ----------
        weight : numpy.ndarray, shape (L, K)
            Summed precision of the features of each line and ceramide.
        precision : numpy.ndarray, shape (P,)
            Precision of each parameter without them.
        """
        n_lines, n_ceramides = weight.shape
        own = slice(SHARED, SHARED + 2 * n_lines)
        information = self._information(weight)
        own_blocks = information[:, SHARED:, SHARED:]
        inverse_a = _inverse_of_blocks(own_blocks, precision[own].reshape(2, n_lines))

        b = np.empty((2, n_lines, SHARED + n_ceramides))
        b[:, :, :SHARED] = information[:, SHARED:, :SHARED].swapaxes(0, 1)
        b[:, :, SHARED:] = weight * self.ceramide_factor.T[SHARED:, None]
        ratio = inverse_a[:, 0, :, None] * b[0] + inverse_a[:, 1, :, None] * b[1]

        b = b.reshape(2 * n_lines, -1)
        ratio = ratio.reshape(2 * n_lines, -1)
        schur = self._others(weight, information) - b.T @ ratio
        schur.flat[:: len(schur) + 1] += np.delete(precision, own)
        others = np.linalg.inv(schur)
        return _joined(inverse_a, ratio, (others + others.T) / 2)

    def _information(self, weight: FloatArray) -> FloatArray:
        """Precision of the ten parameters of each line from its features, shape (L, 10, 10)."""
        information = (weight @ self._ceramide_products).reshape(len(weight), OF_ONE, OF_ONE)
        information *= self.line_factor[:, :, None] * self.line_factor[:, None, :]
        return np.asarray(information)

    def _others(self, weight: FloatArray, information: FloatArray) -> FloatArray:
        """D without prior: precision of all parameters but lines and tilts, shape (8 + K, 8 + K).

                          shared (8)          deviations (K)
        shared      [ sum over lines of information       cross^T      ]
        deviations  [ cross                        diagonal     ]
        """
        size = SHARED + weight.shape[1]
        cross = (weight.T @ self.line_factor * self.ceramide_factor)[:, :SHARED]
        known = np.zeros((size, size))
        known[:SHARED, :SHARED] = information[:, :SHARED, :SHARED].sum(axis=0)
        known[SHARED:, :SHARED] = cross
        known[:SHARED, SHARED:] = cross.T
        known.flat[SHARED * (size + 1) :: size + 1] = weight.sum(axis=0)
        return known

    def change(self, directions: FloatArray) -> FloatArray:
        """Change of the RT at each line and ceramide with all parameters at once, shape (L, c, m).

        Parameters
        ----------
        directions : numpy.ndarray, shape (P, m)
            Changes of the parameters. The deviation of a ceramide that was not seen stays.
        """
        information = directions[self._of_each_line()] * self.line_factor[:, :, None]
        change = np.einsum("ljm,cj->lcm", information, self.ceramide_factor)
        first_deviation = SHARED + 2 * len(self.line_factor)
        deviations = np.vstack([directions[first_deviation:], np.zeros(directions.shape[1])])
        return np.asarray(change + deviations[self.known])

    def variance(self, covariance: FloatArray, unknown: FloatArray) -> FloatArray:
        """Variance of the RT at each line and ceramide, shape (L, c).

        With g the ten slopes, C10 their covariance, c10 the covariance of each with the deviation
        d, it is g^T C10 g + 2 g^T c10 + var(d).

        Parameters
        ----------
        covariance : numpy.ndarray, shape (P, P)
        unknown : numpy.ndarray, shape (c,)
            Variance of the deviation of each ceramide, were it not seen.
        """
        n_lines = len(self.line_factor)
        known = self.known >= 0
        first_deviation = SHARED + 2 * n_lines
        deviations = slice(first_deviation, None)

        index = self._of_each_line()
        information = covariance[index[:, :, None], index[:, None, :]]
        information *= self.line_factor[:, :, None] * self.line_factor[:, None, :]
        variance = information.reshape(n_lines, -1) @ self._ceramide_products.T

        with_deviation = covariance[deviations, :first_deviation][self.known] * known[:, None]
        shared = with_deviation[:, :SHARED] * self.ceramide_factor[:, :SHARED]
        own = with_deviation[:, SHARED:].reshape(-1, 2, n_lines)
        own = own * self.ceramide_factor[:, SHARED:, None]
        variance += 2 * (self.line_factor[:, :SHARED] @ shared.T + own.sum(axis=1).T)

        deviation_variance = covariance.diagonal()[deviations][self.known]
        variance += np.where(known, deviation_variance, unknown)
        return np.asarray(variance)

    def _of_each_line(self) -> IntArray:
        """Indices among all parameters of the ten of each line, shape (L, 10)."""
        n_lines = len(self.line_factor)
        index = np.empty((n_lines, OF_ONE), dtype=np.int64)
        index[:, :SHARED] = np.arange(SHARED)
        index[:, _LINE] = np.arange(SHARED, SHARED + n_lines)
        index[:, _TILT] = np.arange(SHARED + n_lines, SHARED + 2 * n_lines)
        return index


def _inverse_of_blocks(known: FloatArray, precision: FloatArray) -> FloatArray:
    """A^-1: covariance of each line with its tilt, were all others known, shape (2, 2, L).

        [ line  both ]^-1    [  tilt  -both ]
        [ both  tilt ]    =  [ -both   line ] / (line * tilt - both^2)

    Parameters
    ----------
    known : numpy.ndarray, shape (L, 2, 2)
        Precision from the features.
    precision : numpy.ndarray, shape (2, L)
        Precision of lines and of tilts without features.
    """
    line = known[:, 0, 0] + precision[0]
    tilt = known[:, 1, 1] + precision[1]
    both = known[:, 0, 1]
    adjugate = np.array([[tilt, -both], [-both, line]])
    return np.asarray(adjugate / (line * tilt - both**2))


def _joined(inverse_a: FloatArray, ratio: FloatArray, others: FloatArray) -> FloatArray:
    """Covariance of all parameters in their usual order, shape (P, P).

    [  S_ss       -(R S)_s^T         S_sd     ]    shared (8)
    [ -(R S)_s     A^-1 + R S R^T   -(R S)_d  ]    lines and tilts (2 L)
    [  S_ds       -(R S)_d^T         S_dd     ]    deviations (K)

    Parameters
    ----------
    inverse_a : numpy.ndarray, shape (2, 2, L)
        A^-1.
    ratio : numpy.ndarray, shape (2 L, 8 + K)
        R.
    others : numpy.ndarray, shape (8 + K, 8 + K)
        S: of the shared parameters, then of the deviations.
    """
    n_lines = inverse_a.shape[2]
    between = -ratio @ others
    own_covariance = -between @ ratio.T
    own_covariance = (own_covariance + own_covariance.T) / 2  # but for rounding it is symmetric
    by_line = own_covariance.reshape(2, n_lines, 2, n_lines)
    line = np.arange(n_lines)
    by_line[:, line, :, line] += inverse_a.transpose(2, 0, 1)

    size = 2 * n_lines + len(others)
    shared = slice(0, SHARED)
    own = slice(SHARED, SHARED + 2 * n_lines)
    deviations = slice(SHARED + 2 * n_lines, None)
    covariance = np.empty((size, size))
    covariance[own, own] = own_covariance
    for here, part in ((shared, slice(0, SHARED)), (deviations, slice(SHARED, None))):
        covariance[own, here] = between[:, part]
        covariance[here, own] = between[:, part].T
        covariance[here, shared] = others[part, :SHARED]
        covariance[here, deviations] = others[part, SHARED:]
    return covariance
