"""What other thresholds changed, in one sentence."""

from __future__ import annotations

import pandas as pd

from ganglioside.analysis import Analysis

#: Kinds of change that are told apart; the rest is counted.
_MOST = 3


def changed_rows(before: Analysis, after: Analysis) -> pd.DataFrame:
    """Return the features whose verdict differs: feature_id, name, before, after."""
    old, new = (a.features["verdict"].astype("str") for a in (before, after))
    rows = after.features.loc[(old != new).to_numpy(), ["feature_id", "name"]]
    return rows.assign(before=old[rows.index], after=new[rows.index])


def describe(before: Analysis, after: Analysis) -> str:
    """Say how many verdicts changed, and from what to what."""
    rows = changed_rows(before, after)
    if rows.empty:
        return "No verdict changed."
    moved = rows["before"] + " → " + rows["after"]
    kinds = moved.groupby(moved).size().sort_values(ascending=False, kind="stable")
    told = [f"{n:,} {kind}" for kind, n in kinds.head(_MOST).items()]
    rest = int(kinds.iloc[_MOST:].sum())
    told += [f"{rest:,} other"] if rest else []
    plural = "feature" if len(rows) == 1 else "features"
    return f"{len(rows):,} {plural} changed: {', '.join(told)}."
