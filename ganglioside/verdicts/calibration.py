"""Calibration of confidence: of verdicts with a confidence of 0.9, nine in ten should be right."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

#: Columns of the table that `reliability` returns.
RELIABILITY: Final = ("bin", "rows", "confidence", "right", "low", "high")

_Z: Final = NormalDist().inv_cdf(0.975)


def judged(truth: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Verdict and confidence of each feature, and whether the verdict is right.

    Parameters
    ----------
    truth : pandas.DataFrame
        `FeatureTable.truth` of a simulated table.
    features : pandas.DataFrame
        `Analysis.features` of the same table.

    Returns
    -------
    pandas.DataFrame
        Columns `verdict`, `confidence`, `right`; `undetermined` is never right.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = gg.simulate(0, "easy")
    >>> result = judged(table.truth, gg.analyze(table).features)
    >>> bool(result["right"].mean() > 0.9)
    True
    """
    verdict = features["verdict"].astype("str").to_numpy(object)
    return pd.DataFrame(
        {
            "verdict": verdict,
            "confidence": features["confidence"].to_numpy(np.float64),
            "right": truth["verdict"].astype("str").to_numpy(object) == verdict,
        }
    )


def reliability(right: pd.Series[Any], confidence: pd.Series[Any], bins: int = 10) -> pd.DataFrame:
    """Share of right verdicts in bins of confidence of equal width.

    Parameters
    ----------
    right : pandas.Series of bool
    confidence : pandas.Series of float
        0 to 1; rows without one are left out.
    bins : int

    Returns
    -------
    pandas.DataFrame
        One row per bin that is not empty: `bin` (its lower end), `rows`, `confidence` (mean),
        `right` (share), `low` and `high` (95 % interval of that share, after Wilson).

    Examples
    --------
    >>> import pandas as pd
    >>> right = pd.Series([True, True, True, False])
    >>> confidence = pd.Series([0.95, 0.95, 0.95, 0.05])
    >>> reliability(right, confidence)[["bin", "rows", "confidence", "right"]]
       bin  rows  confidence  right
    0  0.0     1        0.05    0.0
    1  0.9     3        0.95    1.0
    """
    known = confidence.notna().to_numpy()
    known_confidence = confidence.to_numpy(np.float64)[known]
    number = np.minimum((known_confidence * bins).astype(int), bins - 1)
    table = pd.DataFrame(
        {
            "bin": number / bins,
            "confidence": known_confidence,
            "right": right.to_numpy(np.bool_)[known],
        }
    )
    counts = table.groupby("bin").agg(
        rows=("right", "size"), confidence=("confidence", "mean"), right=("right", "mean")
    )
    counts = counts.reset_index()
    middle, half = _wilson(counts["right"], counts["rows"])
    return counts.assign(low=middle - half, high=middle + half)[list(RELIABILITY)]


def _wilson(share: pd.Series[Any], n: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Middle and half width of the 95 % interval of a share p of n, after Wilson.

    middle = (p + z^2 / 2n) / (1 + z^2 / n)
    half   = z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n)
    """
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return middle, half


def calibration_error(table: pd.DataFrame) -> float:
    """Expected calibration error of a reliability table; NaN of an empty one.

    The mean of |confidence - share right| over its bins, weighted by rows.

    Parameters
    ----------
    table : pandas.DataFrame
        As `reliability` returns it.

    Returns
    -------
    float

    Examples
    --------
    >>> import pandas as pd
    >>> right, confidence = pd.Series([True, False]), pd.Series([0.75, 0.75])
    >>> calibration_error(reliability(right, confidence))
    0.25
    """
    if table.empty:
        return float("nan")
    gap = (table["confidence"] - table["right"]).abs()
    return float(np.average(gap, weights=table["rows"]))
