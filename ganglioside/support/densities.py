"""Probability densities of the model, and how heavy their tails are."""

from __future__ import annotations

from math import exp, lgamma, pi, sqrt
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray

#: Degrees of freedom of Student's t: of the scatter about a line, and of the RT difference of a
#: parent and its fragment (median 0.005 min but 95th percentile 0.032; README, Method).
OWN_TAIL: Final = 6.0
PAIR_TAIL: Final = 2.0

#: Degrees of freedom of that difference by its width: up to so many usual ones, and beyond all of
#: them `OWN_TAIL`. What makes it wider is error of the measured RT, of which few are far off.
_PAIR_TAILS: Final = ((1.5, PAIR_TAIL), (2.5, 4.0))

#: Standard deviation, and half-width of the 95 % interval, of the scatter about a line, in units
#: of its scale.
STANDARD_DEVIATION: Final = sqrt(OWN_TAIL / (OWN_TAIL - 2))
INTERVAL: Final = 2.447


#: Decades over which areas that say nothing of their species are spread.
_DECADES: Final = 12.0


def of_area(
    log_area: FloatArray, mean: FloatArray | float, sd: FloatArray | float, odd: float
) -> FloatArray:
    """Density of log10 areas, in their shape; 1 where one is missing, as it is no evidence.

    Normal but for the part that is `odd`: areas that were filled in, of saturated peaks or of other
    ones, which may have any size. They speak neither for nor against an explanation.

    Examples
    --------
    >>> of_area(np.array([6.0, 1.0, np.nan]), 6.0, 0.4, odd=0.012).round(3).tolist()
    [0.986, 0.001, 1.0]
    """
    density = (1 - odd) * normal(log_area, mean, sd) + odd / _DECADES
    return np.where(np.isfinite(log_area), density, 1.0)


def student(z: FloatArray | float, scale: FloatArray | float, tail: float) -> FloatArray:
    """Density of Student's t at `z` scales from its centre, in the shape of z.

    C (1 + z^2 / v)^(-(v + 1) / 2) / scale, with v = `tail` (2, 4 or 6 degrees of freedom) and
    C = Gamma((v + 1) / 2) / (Gamma(v / 2) sqrt(v pi)).
    """
    gamma_ratio = exp(lgamma((tail + 1) / 2) - lgamma(tail / 2))
    constant = gamma_ratio / sqrt(tail * pi)
    base = 1 + np.square(z) / tail
    power = np.sqrt(base) * scale
    for _ in range(int(tail) // 2):  # (tail + 1) / 2 in all; `**` takes several times as long
        power = power * base
    return np.asarray(constant / power)


def pair_tail(width: float) -> float:
    """Degrees of freedom of the RT difference of pairs of a width, in usual ones.

    Examples
    --------
    >>> pair_tail(1.0), pair_tail(2.0), pair_tail(6.0)
    (2.0, 4.0, 6.0)
    """
    return next((tail for widest, tail in _PAIR_TAILS if width <= widest), OWN_TAIL)


def beyond_own_tail(z: FloatArray) -> FloatArray:
    """Probability of more than `z` >= 0 scales from the centre, to either side, in the shape of z.

    Of Student's t with `OWN_TAIL` = 6 degrees of freedom, with x = atan(z / sqrt(6)) (Abramowitz
    and Stegun, 26.7.4):

        1 - sin(x) (1 + cos(x)^2 / 2 + 3 cos(x)^4 / 8)

    Examples
    --------
    >>> beyond_own_tail(np.array([0.0, 1.943, INTERVAL])).round(3).tolist()
    [1.0, 0.1, 0.05]
    """
    square = 6 / (6 + np.square(z))  # cos(x)^2
    return np.asarray(1 - np.sqrt(1 - square) * (1 + square / 2 + 3 * square**2 / 8))


def of_difference(
    difference: FloatArray, scale: FloatArray | float, step: float, tail: float
) -> FloatArray:
    """Density of differences of two numbers that are given to a step, in their shape.

    The true difference has Student's t of this scale with v = `tail` (2, 4 or 6) degrees of
    freedom, each number an error of rounding that is even over the step s. The former density is
    the second derivative of

        G(x) = (r - q / (2 r) - q^2 / (8 r^3)) / 2, q = v scale^2, r = sqrt(q + x^2)

    with its first v / 2 terms, so that the density is

        (G(d + s) - 2 G(d) + G(d - s)) / s^2

    Parameters
    ----------
    difference : numpy.ndarray
    scale : float or numpy.ndarray, in the shape of the differences
    step : float
        0 where numbers are exact.
    tail : float

    Examples
    --------
    >>> steps = np.array([0.0, 0.1, 0.2])
    >>> of_difference(steps, 0.007, 0.1, PAIR_TAIL).round(2).tolist()
    [9.06, 0.46, 0.01]
    """
    if step == 0:
        return student(difference / scale, scale, tail)
    square = tail * np.square(scale)

    def bend(x: FloatArray) -> FloatArray:
        root = np.sqrt(square + np.square(x))
        terms = [root, -square / (2 * root), -(square**2) / (8 * root**3)]
        return np.asarray(sum(terms[: int(tail) // 2]))

    second = bend(difference + step) - 2 * bend(difference) + bend(difference - step)
    return np.asarray(second / (2 * step**2))


def student_weight(z: FloatArray, tail: float) -> FloatArray:
    """Weight (v + 1) / (v + z^2) of a residual of `z` scales in a fit with v = `tail`."""
    return np.asarray((tail + 1) / (tail + z**2))


def closeness(distance: FloatArray) -> FloatArray:
    """Weight of a distance: 1 at 0, a half at 1, 0 far beyond; flatter within than a density."""
    return np.asarray(1 / (1 + distance**4))


def normal(x: FloatArray, mean: FloatArray | float, sd: FloatArray | float) -> FloatArray:
    """Normal density at x; 1 where x is missing, as a missing value is no evidence."""
    z = (x - mean) / sd
    density = np.exp(-0.5 * z**2) / (sd * sqrt(2 * pi))
    return np.where(np.isfinite(x), density, 1.0)


def log_beta(a: FloatArray, b: FloatArray) -> FloatArray:
    """Logarithm of the beta function, shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> np.exp(log_beta(np.array([1.0, 2.0]), np.array([2.0, 2.0]))).round(4).tolist()
    [0.5, 0.1667]
    """
    values = [
        lgamma(x) + lgamma(y) - lgamma(x + y) for x, y in zip(a.tolist(), b.tolist(), strict=True)
    ]
    return np.array(values)
