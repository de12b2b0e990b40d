"""Names that fit outliers clearly better than their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.errors import NameFormError
from ganglioside.inference.state import Inference
from ganglioside.questions.suggestions import Suggester
from ganglioside.support.arrays import IntArray

#: Columns of the table that `suggested_names` returns.
SUGGESTED: Final[dict[str, str]] = {
    "feature_id": "int64",
    "suggested_name": "str",
    "process": "str",  # by which the feature comes from it, NA where it is the species itself
    "predicted_rt": "float64",  # min
    "difference": "float64",  # min, measured less predicted
    "sigma": "float64",
    "note": "str",
}

#: Columns of the features from which a name is suggested; a table may lack the last three.
_ASKED: Final = ["feature_id", "name", "rt", "mz", "adduct", "sample"]

#: Most outliers for which a better name is looked for, those with the largest areas.
MOST_ASKED: Final = 200


def suggested_names(
    features: pd.DataFrame,
    peak: IntArray,
    state_of: Callable[[int], Inference | None],
    threshold: float,
    polarity: str,
) -> pd.DataFrame:
    """Names that fit outliers clearly better than their own, as `Suggester.better_name` judges.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    peak : numpy.ndarray of int, shape (n,)
        Peak of each feature: the same in the samples that share it. Its largest feature is asked.
    state_of : callable
        The inference as the sample of a feature shows it; None where there is no model.
    threshold : float
        Largest distance from the expected RT, sigma.
    polarity : str
        Polarity of an m/z without an ion.

    Returns
    -------
    pandas.DataFrame
        Columns `SUGGESTED`, by falling area; features whose ion is unknown have none.
    """
    rows: list[dict[str, Any]] = []
    suggester: Suggester | None = None
    asked = features[features.columns.intersection(_ASKED, sort=False)]
    for feature_id in by_area(features[features["verdict"] == "outlier"], peak)[:MOST_ASKED]:
        state = state_of(feature_id)
        if state is None:
            continue
        if suggester is None or suggester.state is not state:
            suggester = Suggester(features, state, threshold, polarity)
        try:
            better = suggester.better_name(asked.iloc[feature_id])
        except NameFormError:
            continue  # its ion is unknown, and so is its mass
        if better is not None:
            named = {"feature_id": feature_id, "suggested_name": better.name}
            rows.append(asdict(better) | named)
    return pd.DataFrame(rows, columns=list(SUGGESTED)).astype(SUGGESTED)


def by_area(rows: pd.DataFrame, peak: IntArray) -> list[int]:
    """The largest feature of each peak in some rows, by falling area, those without one last.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of `Analysis.features`.
    peak : numpy.ndarray of int, shape (n,)
        Peak of each feature of the analysis.
    """
    areas = rows[["feature_id", "volume"]]
    ordered = areas.sort_values("volume", ascending=False, kind="stable", na_position="last")
    ids = ordered["feature_id"].to_numpy(np.int64)
    first = np.unique(peak[ids], return_index=True)[1]
    return [int(i) for i in ids[np.sort(first)]]
