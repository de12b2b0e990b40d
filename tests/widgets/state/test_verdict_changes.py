"""Changed verdicts are counted by kind."""

from __future__ import annotations

import dataclasses

import pandas as pd

import ganglioside as gg
from ganglioside_widgets.state.verdict_changes import changed_rows, describe


def test_changes_are_counted_by_kind(analysis: gg.Analysis) -> None:
    other = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    rows = changed_rows(analysis, other)
    assert len(rows) > 0
    assert describe(analysis, other).startswith(f"{len(rows)} feature")
    before = analysis.features["verdict"].astype("str")[rows.index]
    assert (rows["before"] == before).all()
    assert describe(analysis, analysis) == "No verdict changed."


def with_verdicts(analysis: gg.Analysis, changes: dict[int, str]) -> gg.Analysis:
    """Return an analysis with other verdicts of some features."""
    features = analysis.features.copy()
    verdicts = features["verdict"].astype("str")
    for feature_id, verdict in changes.items():
        verdicts.iloc[feature_id] = verdict
    features["verdict"] = pd.Categorical(verdicts, features["verdict"].cat.categories)
    return dataclasses.replace(analysis, features=features)


def test_rare_kinds_of_change_are_counted_together(analysis: gg.Analysis) -> None:
    before = with_verdicts(analysis, dict.fromkeys(range(12), "valid"))
    kinds = ["outlier"] * 5 + ["fragment"] * 3 + ["adduct"] * 2 + ["undetermined"] * 2
    after = with_verdicts(analysis, dict(enumerate(kinds)))
    assert describe(before, after) == (
        "12 features changed: 5 valid → outlier, 3 valid → fragment, 2 valid → adduct, 2 other."
    )


def test_one_change_is_one_feature(analysis: gg.Analysis) -> None:
    before = with_verdicts(analysis, {0: "valid"})
    after = with_verdicts(analysis, {0: "outlier"})
    assert describe(before, after) == "1 feature changed: 1 valid → outlier."
