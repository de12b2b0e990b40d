"""Changes of verdicts between two analyses of one table."""

from __future__ import annotations

import pandas as pd

from ganglioside.analysis import Analysis

#: Most kinds of change listed; others are counted together.
_MOST = 3


def changed_rows(before: Analysis, after: Analysis) -> pd.DataFrame:
    """Features whose verdict differs: feature_id, name, before, after."""
    old = before.features["verdict"].astype("str")
    new = after.features["verdict"].astype("str")
    rows = after.features.loc[(old != new).to_numpy(), ["feature_id", "name"]]
    return rows.assign(before=old[rows.index], after=new[rows.index])


def describe(before: Analysis, after: Analysis) -> str:
    """Sentence with the number of changed verdicts, and the most frequent kinds of change.

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> describe(analysis, analysis.redecide(gg.Settings(outlier_threshold=1.0)))
    '15 features changed: 10 valid → undetermined, 5 valid → outlier.'
    """
    rows = changed_rows(before, after)
    if rows.empty:
        return "No verdict changed."
    changes = rows["before"] + " → " + rows["after"]
    counts = changes.groupby(changes).size().sort_values(ascending=False, kind="stable")
    listed = [f"{n:,} {change}" for change, n in counts.head(_MOST).items()]
    others = int(counts.iloc[_MOST:].sum())
    if others:
        listed.append(f"{others:,} other")
    noun = "feature" if len(rows) == 1 else "features"
    return f"{len(rows):,} {noun} changed: {', '.join(listed)}."
