"""Family of a feature: what it comes from, and all that comes from there, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.inference.posterior import odds_and_yields
from ganglioside.inference.state import Inference
from ganglioside.support.arrays import FloatArray

#: Columns of the table that `family` returns.
FAMILY: Final[dict[str, str]] = {
    "feature_id": "Int64",
    "name": "str",
    "rt": "float64",  # min
    "volume": "float64",
    "verdict": "str",
    "confidence": "float64",
    "process": "str",
    "parent_id": "Int64",
    "depth": "int64",  # 0 the parent of all, 1 what comes from it, 2 what comes from that
    "area_ratio": "float64",  # peak area over that of its parent
    "usual_ratio": "float64",  # the usual one of such a process in this table
}


def family(
    features: pd.DataFrame, feature_id: int, tolerance: float, state: Inference | None
) -> pd.DataFrame:
    """Members of the family of a feature in the order of a tree, each below its parent.

    Where the parent of all has no row of its own, the members are the features with the same
    parent within the tolerance.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    feature_id : int
    tolerance : float
        min.
    state : Inference or None
        Evidence of the table, for the usual ratios; unknown where None.

    Returns
    -------
    pandas.DataFrame
        Columns `FAMILY`.
    """
    parent_of = _parents(features)
    top = _top(parent_of, feature_id)
    below = _below(parent_of, _tops(features, top, tolerance))
    depth = {i: d + _starts_below(features, top) for i, d in below}
    rows = features.set_index("feature_id", drop=False).loc[list(depth)]
    parents = rows["parent_id"].map(features.set_index("feature_id")["volume"]).astype("float64")
    table = rows.assign(
        verdict=rows["verdict"].astype("str"),
        depth=list(depth.values()),
        area_ratio=(rows["volume"] / parents.where(parents > 0)).astype("float64"),
        usual_ratio=_usual_ratios(rows, state),
    )
    return table[list(FAMILY)].astype(FAMILY).reset_index(drop=True)


def _parents(features: pd.DataFrame) -> dict[int, int]:
    """The parent of each feature that has one with a row."""
    known = features.loc[features["parent_id"].notna(), ["feature_id", "parent_id"]]
    return dict(zip(known["feature_id"].astype(int), known["parent_id"].astype(int), strict=True))


def _top(parent_of: dict[int, int], feature_id: int) -> int:
    """The feature from which a feature comes in the end; never round in a circle."""
    seen = {feature_id}
    while (above := parent_of.get(feature_id)) is not None and above not in seen:
        seen.add(above)
        feature_id = above
    return feature_id


def _below(parent_of: dict[int, int], tops: list[int]) -> Iterator[tuple[int, int]]:
    """Each feature from these on down with its depth, below its parent."""
    children: dict[int, list[int]] = {}
    for child, parent in parent_of.items():
        children.setdefault(parent, []).append(child)
    waiting = [(top, 0) for top in reversed(tops)]
    seen: set[int] = set()
    while waiting:
        one, depth = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one, depth
        waiting += [(child, depth + 1) for child in sorted(children.get(one, []), reverse=True)]


def _starts_below(features: pd.DataFrame, top: int) -> int:
    """1 where the parent of all has no row, else 0."""
    return int(_missing_parent(features.iloc[top]) is not None)


def _missing_parent(feature: pd.Series[Any]) -> str | None:
    """Name of the parent of a feature where it has no row; None where it has one, or none."""
    is_missing = pd.isna(feature["parent_id"]) and pd.notna(feature["parent"])
    return str(feature["parent"]) if is_missing else None


def _tops(features: pd.DataFrame, top: int, tolerance: float) -> list[int]:
    """The feature, and others of its sample with the same missing parent within the tolerance."""
    feature = features.iloc[top]
    parent = _missing_parent(feature)
    if parent is None:
        return [top]
    near = (features["rt"] - feature["rt"]).abs() <= tolerance
    same = (features["parent"] == parent) & features["parent_id"].isna() & near
    if "sample" in features:
        samples = features["sample"].fillna("")
        same &= samples == samples.iloc[top]
    same |= features["feature_id"] == top
    found = features.loc[same.fillna(False).to_numpy(np.bool_)].sort_values(["rt", "feature_id"])
    return [int(i) for i in found["feature_id"]]


def _usual_ratios(rows: pd.DataFrame, state: Inference | None) -> FloatArray:
    """Usual ratio of each row to its parent, NaN where unknown, shape (k,)."""
    usual = np.full(len(rows), np.nan)
    if state is None:
        return usual
    position = {int(row): at for at, row in enumerate(state.observed.row)}
    pairs, (_, yields) = state.coelution, odds_and_yields(state)
    ends = zip(rows["feature_id"], rows["parent_id"], strict=True)
    for at, (child, parent) in enumerate(ends):
        if pd.isna(parent) or int(child) not in position or int(parent) not in position:
            continue
        same = (pairs.child == position[int(child)]) & (pairs.parent == position[int(parent)])
        found = np.flatnonzero(same)
        if len(found):
            best = found[np.argmax(state.shares.pair[found])]
            usual[at] = 10 ** float(yields.mean[best])
    return usual
