"""Sessions of a batch side by side: verdicts, drift, and species by sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.history import History
from ganglioside.observations.drift import (
    FOR_SHIFT,
    FOR_STRETCH,
    Drift,
    estimate_drift,
    no_drift,
)
from ganglioside.support.arrays import FloatArray
from ganglioside.verdicts.result_tables import wrong_anchors

#: Columns of a session's features that are compared.
_COMPARED: Final = (
    "series", "isomer", "category", "carbons", "double_bonds", "hydroxyls", "rt", "residual",
    "verdict", "anchor", "consolidated_volume", "feature_id", "parent_id", "peak_id",
)  # fmt: skip

#: Columns of `Study.species`.
_SPECIES: Final = ("species", "category", "seen", "rt", "rt_spread", "area", "area_cv")


@dataclass(frozen=True, eq=False)
class Study:
    """Sessions of a batch side by side.

    Attributes
    ----------
    sessions : pandas.DataFrame
        One row per session in the order given: `name`, the number of features, of each verdict,
        of anchors and of wrong anchors, `species` (number of valid ones), `residual` (min,
        root mean square of its valid features), and the drift from the other sessions: `shift`
        (min), `stretch` (min per min), `shared` (number of features that other sessions share).
        Shift and stretch are NaN where too few are shared, or no feature could be judged.
    species : pandas.DataFrame
        One row per species that is valid in any session, the most frequent first: its name,
        category, number of sessions in which it is valid (`seen`), median RT without drift (`rt`,
        min) and its standard deviation, median area and its coefficient of variation.
    cells : pandas.DataFrame
        One row per species and session in which it is valid: `species`, `session` (name), `rt`,
        `area`, and `fold`, log2 of its area over the species' median.
    """

    sessions: pd.DataFrame
    species: pd.DataFrame
    cells: pd.DataFrame

    @classmethod
    def of(cls, history: History, names: Sequence[str], sids: Sequence[str]) -> Study:
        """Comparison of stored sessions; names and ids have the same length."""
        features = history.features_of(sids, _COMPARED)
        number = pd.Index(sids).get_indexer(pd.Index(features["session"]))
        features = features.assign(number=number, species=_species(features))
        drift = _drift(features, names)
        cells = _cells(features, drift)
        sessions = _sessions(features, drift, cells, names)
        table = _species_table(cells)
        named = cells.assign(session=np.array(names, dtype=object)[cells["number"]])
        return cls(sessions, table, named[["species", "session", "rt", "area", "fold"]])

    def areas(self) -> pd.DataFrame:
        """Areas, one row per species and one column per session; NaN if not valid there."""
        wide = self.cells.pivot(index="species", columns="session", values="area")
        wide = wide.reindex(index=self.species["species"], columns=self.sessions["name"])
        # A table may be called "species" too: its column stands behind.
        return wide.rename_axis(columns=None).reset_index(allow_duplicates=True)


def _species(features: pd.DataFrame) -> pd.Series[Any]:
    """Name of each feature by its composition, independent of spelling; NA if unreadable."""
    head = features["isomer"].fillna(features["series"])
    numbers = features[["carbons", "double_bonds", "hydroxyls"]].astype("Int64").astype("string")
    tail = numbers["carbons"] + ":" + numbers["double_bonds"] + ";O" + numbers["hydroxyls"]
    return head.astype("string") + "(" + tail + ")"


def _drift(features: pd.DataFrame, names: Sequence[str]) -> Drift:
    """Drift of the sessions, estimated from the species that they share.

    A session of which nothing could be judged (of a HILIC column, say) has no part in it: names
    that it shares with others elute elsewhere for other reasons.
    """
    judged = features["number"].isin(features.loc[features["verdict"] != "undetermined", "number"])
    usable = features[judged & features["species"].notna() & features["rt"].notna()]
    if len(names) < 2 or usable.empty:
        return no_drift(tuple(names))
    # By series: what isomers are called may differ between sessions.
    key = usable[["series", "carbons", "double_bonds", "hydroxyls"]]
    species = key.groupby(list(key.columns), sort=True).ngroup().to_numpy(np.int64)
    sample = usable["number"].to_numpy(np.int64)
    rt = usable["rt"].to_numpy(np.float64)
    return estimate_drift(tuple(names), np.asarray(sample), np.asarray(species), rt)


def _cells(features: pd.DataFrame, drift: Drift) -> pd.DataFrame:
    """One row per species and session in which it is valid: RT (min), area and log2 fold."""
    valid = features[(features["verdict"] == "valid") & features["species"].notna()]
    rt = drift.to_study(valid["rt"].to_numpy(np.float64), valid["number"].to_numpy(np.int64))
    by = ["species", "category", "number"]
    grouped = valid.assign(rt=rt).groupby(by, dropna=False, as_index=False, sort=True)
    cells = grouped.agg(rt=("rt", "median"))
    cells["area"] = grouped["consolidated_volume"].sum(min_count=1)["consolidated_volume"]
    median = cells.groupby("species")["area"].transform("median")
    usable = (cells["area"] > 0) & (median > 0)
    ratio = cells["area"].where(usable) / median.where(usable)
    fold = np.log2(ratio)
    return cells.assign(fold=fold.astype("float64"))


def _species_table(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per species, the most frequent first, with the columns `_SPECIES`."""
    grouped = cells.groupby("species", as_index=False, sort=True)
    table = grouped.agg(
        category=("category", "first"),
        seen=("number", "nunique"),
        rt=("rt", "median"),
        rt_spread=("rt", "std"),
        area=("area", "median"),
        mean=("area", "mean"),
        deviation=("area", "std"),
    )
    table["area_cv"] = table["deviation"] / table["mean"]
    order = table.sort_values(["seen", "area", "species"], ascending=[False, False, True])
    return order[list(_SPECIES)].reset_index(drop=True)


def _sessions(
    features: pd.DataFrame, drift: Drift, cells: pd.DataFrame, names: Sequence[str]
) -> pd.DataFrame:
    """One row per session, as `Study.sessions` has it."""
    count, number = len(names), features["number"]
    verdicts: dict[str, Any] = {
        verdict: np.bincount(number[features["verdict"] == verdict], minlength=count)
        for verdict in VERDICTS
    }
    valid = features["verdict"] == "valid"
    anchors = features["anchor"].to_numpy(np.bool_)
    squares = features.loc[valid, "residual"].pow(2).groupby(number[valid]).mean()
    return pd.DataFrame(
        {
            "name": list(names),
            "features": np.bincount(number, minlength=count),
            **verdicts,
            "anchors": np.bincount(number[anchors], minlength=count),
            "wrong_anchors": np.bincount(number[wrong_anchors(features)], minlength=count),
            "species": np.bincount(cells["number"], minlength=count),
            "residual": np.sqrt(squares.reindex(range(count))).to_numpy(),
            "shift": _known(drift.shift, drift, FOR_SHIFT),
            "stretch": _known(drift.stretch, drift, FOR_STRETCH),
            "shared": drift.shared,
        }
    )


def _known(values: FloatArray, drift: Drift, fewest: int) -> FloatArray:
    """Shift or stretch of each session; NaN where it shares too few features to have one.

    A single session is what it is compared with: it has none, exactly.
    """
    if len(drift) < 2:
        return values
    return np.where(drift.shared >= fewest, values, np.nan)
