"""Rivals of the retention model: quadratic least squares, without any borrowing of knowledge.

RT ~ 1 + carbons + carbons^2 + double bonds + hydroxyls. A class that is too small for all terms
gets those that predict its own rows best when each is left out in turn (PRESS), so that a class is
never worse off for the terms that it cannot support. A class of one row has a constant.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

#: Columns of the design that may stand together: 1, carbons, double bonds, hydroxyls, carbons^2.
TERMS: Final = (
    (0, 1, 2, 3, 4),
    (0, 1, 2, 4),
    (0, 1, 2, 3),
    (0, 1, 4),
    (0, 1, 2),
    (0, 1),
    (0,),
)


def design(species: pd.DataFrame) -> FloatArray:
    """Return all terms of each species, shape (n, 5)."""
    carbons = species["carbons"].to_numpy(np.float64) - 38
    bonds = species["double_bonds"].to_numpy(np.float64) - 1
    hydroxyls = species["hydroxyls"].to_numpy(np.float64) - 2
    return np.column_stack([np.ones(len(species)), carbons, bonds, hydroxyls, carbons**2 / 10])


def per_class(species: pd.DataFrame, rt: FloatArray, left: int, *, robust: bool) -> float:
    """Predict row `left` from the other rows of its class; NaN where there are none."""
    same = (species["series"] == species["series"].iloc[left]).to_numpy(copy=True)
    same[left] = False
    if not same.any():
        return float("nan")
    x, y, asked = design(species)[same], rt[same], design(species)[left]
    terms = min(TERMS, key=lambda t: _press(x[:, t], y))
    weight = np.ones(len(y))
    for _ in range(20 if robust else 1):
        fit = _solve(x[:, terms] * weight[:, None], y * weight)
        weight = np.sqrt(_bisquare(y - x[:, terms] @ fit))
    return float(asked[list(terms)] @ fit)


def pooled(species: pd.DataFrame, rt: FloatArray, left: int) -> float:
    """Predict row `left` from all others: one quadratic for all classes, a constant for each.

    Not per class, so it borrows too: a plain version of what the model does.
    """
    classes = pd.get_dummies(species["series"]).to_numpy(np.float64)
    x = np.column_stack([classes, design(species)[:, 1:]])
    rest = np.arange(len(rt)) != left
    if classes[rest].sum(axis=0)[classes[left] > 0] == 0:
        return float("nan")
    return float(x[left] @ _solve(x[rest], rt[rest]))


def _solve(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)


def _press(x: FloatArray, y: FloatArray) -> float:
    """Return the mean squared error of rows predicted from the others; infinite if undefined."""
    n, p = x.shape
    if n == 1 and p == 1:
        return 0.0
    if n <= p or np.linalg.matrix_rank(x) < p:
        return float("inf")
    leverage = np.einsum("ij,ji->i", x, np.linalg.pinv(x))
    if leverage.max() > 1 - 1e-9:
        return float("inf")
    residual = y - x @ _solve(x, y)
    return float(((residual / (1 - leverage)) ** 2).mean())


def _bisquare(residual: FloatArray) -> FloatArray:
    """Return Tukey's weights for the residuals of a fit."""
    scale = max(1.4826 * float(np.median(np.abs(residual))), 1e-6)
    return np.asarray(np.clip(1 - (residual / (4.685 * scale)) ** 2, 0, None) ** 2)
