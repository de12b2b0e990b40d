"""How far to trust confidence: nine in ten should be right where it says 0.9."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

#: Columns of what `reliability` returns.
RELIABILITY: Final = ("bin", "rows", "confidence", "right", "low", "high")

_Z: Final = NormalDist().inv_cdf(0.975)


def judged(truth: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Return the confidence of every verdict, and whether it was right.

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
    """Compare confidence with how often it was right, by bins of confidence of equal width.

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
    """
    known = confidence.notna().to_numpy()
    said = confidence.to_numpy(np.float64)[known]
    table = pd.DataFrame(
        {
            "bin": np.minimum((said * bins).astype(int), bins - 1) / bins,
            "confidence": said,
            "right": right.to_numpy(np.bool_)[known],
        }
    )
    grouped = table.groupby("bin")
    counts = grouped.agg(
        rows=("right", "size"), confidence=("confidence", "mean"), right=("right", "mean")
    ).reset_index()
    n, share = counts["rows"], counts["right"]
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return counts.assign(low=middle - half, high=middle + half)[list(RELIABILITY)]


def calibration_error(table: pd.DataFrame) -> float:
    """Return the expected calibration error of a reliability table; NaN of an empty one.

    The mean of |confidence - share right| over its bins, weighted by rows.
    """
    if table.empty:
        return float("nan")
    gap = (table["confidence"] - table["right"]).abs()
    return float(np.average(gap, weights=table["rows"]))
