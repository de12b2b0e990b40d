"""Calibration of the measured m/z: their systematic error, which says nothing about names.

    error = offset + of_mz * (m/z - middle) / range + of_rt * (RT - middle) / range + of the sample

all in ppm. Names are right about where most errors are alike; a row that differs counts little.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, IntArray, robust_sd, sum_by
from ganglioside.support.densities import student_weight
from ganglioside.support.priors import Priors

_ROUNDS: Final = 6
_TAIL: Final = 4.0  # degrees of freedom of errors about the calibration
_MOST_ROWS: Final = 20_000  # from which it is learned


def calibration(
    error: FloatArray, mz: FloatArray, rt: FloatArray, sample: IntArray, priors: Priors
) -> FloatArray:
    """Systematic error of each m/z, ppm, shape (n,); 0 where no error is known.

    Parameters
    ----------
    error : numpy.ndarray, shape (n,)
        Measured less theoretical m/z, ppm; NaN where it says nothing about the calibration.
    mz : numpy.ndarray, shape (n,)
    rt : numpy.ndarray, shape (n,)
        min.
    sample : numpy.ndarray of int, shape (n,)
    priors : Priors

    Examples
    --------
    >>> error = np.full(40, 8.0)
    >>> mz, rt = np.linspace(1100, 1700, 40), np.linspace(5, 15, 40)
    >>> one = np.zeros(40, dtype=np.int64)
    >>> calibration(error, mz, rt, one, Priors.usual()).round(1)[[0, -1]]
    array([8., 8.])
    """
    known = np.flatnonzero(np.isfinite(error))
    systematic = np.zeros(len(error))
    if len(known) == 0:
        return systematic
    design = _design(mz[known], rt[known])
    of_table = design @ _coefficients(error[known], design, priors)
    of_sample = _of_samples(error[known] - of_table, sample[known], priors)
    systematic[known] = of_table + of_sample
    return systematic


def _design(mz: FloatArray, rt: FloatArray) -> FloatArray:
    """1, and m/z and RT within their range from -1/2 to 1/2, shape (n, 3)."""
    return np.column_stack([np.ones(len(mz)), _within_range(mz), _within_range(rt)])


def _within_range(values: FloatArray) -> FloatArray:
    """Values as parts of their range, 0 in its middle; 0 without a range."""
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.zeros(len(values))
    return np.asarray((values - (low + high) / 2) / (high - low))


def _coefficients(error: FloatArray, design: FloatArray, priors: Priors) -> FloatArray:
    """Offset and drifts, ppm, shape (3,): the posterior mean, rows weighted by Student's t.

    With the weights W, the scatter s and the standard deviations p of the prior,

        (X^T W X + diag(s^2 / p^2)) b = X^T W error
    """
    step = -(-len(error) // _MOST_ROWS)
    y, x = error[::step], design[::step]
    drift = priors.mass_drift.spread
    spread = np.array([priors.mass_offset.spread, drift, drift])
    coefficients = np.array([float(np.median(y)), 0.0, 0.0])
    for _ in range(_ROUNDS):
        residual = y - x @ coefficients
        scatter = _scatter(residual, priors)
        weight = student_weight(residual / scatter, _TAIL)
        normal = (x * weight[:, None]).T @ x + np.diag((scatter / spread) ** 2)
        coefficients = np.linalg.solve(normal, x.T @ (weight * y))
    return coefficients


def _scatter(residual: FloatArray, priors: Priors) -> float:
    """Robust standard deviation of residuals, ppm: the usual one counts as some rows."""
    usual = priors.mass_error
    free = max(len(residual) - 1, 0)
    seen = robust_sd(residual)
    return float(np.sqrt((free * seen**2 + usual.weight * usual.value**2) / (free + usual.weight)))


def _of_samples(residual: FloatArray, sample: IntArray, priors: Priors) -> FloatArray:
    """Systematic error of each row's sample beside that of the table, ppm, shape (n,)."""
    if not sample.any():
        return np.zeros(len(residual))
    n = int(sample.max()) + 1
    of_sample = np.zeros(n)
    for _ in range(_ROUNDS):
        left = residual - of_sample[sample]
        scatter = _scatter(left, priors)
        weight = student_weight(left / scatter, _TAIL)
        held = (scatter / priors.mass_offset_of_sample.spread) ** 2
        of_sample = sum_by(sample, weight * residual, n) / (sum_by(sample, weight, n) + held)
    return np.asarray(of_sample[sample])
