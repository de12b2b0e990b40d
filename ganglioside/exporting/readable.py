"""The features as a person reads them: what was found first, then the numbers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ganglioside.columns import OVERRIDE_COLUMNS
from ganglioside.lipids.process_words import processes_in_words

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis

#: First columns of the features in CSV and XLSX; all others follow in their own order.
FIRST: Final = (
    "row",
    "sheet",
    "sample",
    "name",
    "verdict",
    "confidence",
    "suggested_name",
    "parent",
    "relation",
    "reason",
    *OVERRIDE_COLUMNS.values(),
    "rt",
    "predicted_rt",
    "residual",
    "standardized_residual",
    "volume",
    "consolidated_volume",
    "anchor",
    "series",
    "isomer",
)


def readable_features(analysis: Analysis) -> pd.DataFrame:
    """The features with overrides, `suggested_name` and `relation` (the process in words).

    The columns begin with `FIRST`. A column of the input that has the name of one of the two is
    kept as `suggested_name (input)`.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = readable_features(gg.analyze(gg.example()))
    >>> list(table.columns[:6])
    ['row', 'name', 'verdict', 'confidence', 'suggested_name', 'parent']
    >>> table.loc[3, "relation"]
    'loss of Hex + HexNAc + NeuAc'
    """
    features = analysis.overridden
    added = {
        "suggested_name": suggestions(analysis),
        "relation": processes_in_words(features["process"]),
    }
    own = {name: f"{name} (input)" for name in added if name in features}
    table = features.rename(columns=own).assign(**added)
    first = [column for column in FIRST if column in table]
    rest = [column for column in table if column not in FIRST]
    return table[[*first, *rest]]


def suggestions(analysis: Analysis) -> pd.Series[Any]:
    """Better name of each outlier that has one and is not decided on, in all samples of a peak.

    Examples
    --------
    >>> import ganglioside as gg
    >>> int(suggestions(gg.analyze(gg.example())).notna().sum()) > 0
    True
    """
    features, suggested = analysis.features, analysis.suggested_names
    words = processes_in_words(suggested["process"])
    names = suggested["suggested_name"] + (", " + words).fillna("")
    of_peak = dict(zip(analysis.shared_peak[suggested["feature_id"]], names, strict=True))
    better = pd.Series(analysis.shared_peak, features.index).map(of_peak)
    decided = [entry.feature_id for entry in analysis.overrides if entry.is_decided]
    is_open = (features["verdict"] == "outlier") & ~features["feature_id"].isin(decided)
    return better.where(is_open).astype("str")
