"""The features in the order in which they are read."""

from __future__ import annotations

import pandas as pd

import ganglioside as gg
from ganglioside.exporting.readable import readable_features
from ganglioside.verdicts.review import reject


def test_what_was_found_comes_before_the_numbers_and_nothing_is_left_out() -> None:
    analysis = gg.analyze(gg.example())
    table = readable_features(analysis)
    assert list(table.columns[:8]) == [
        "row", "name", "verdict", "confidence", "suggested_name", "parent", "relation", "reason",
    ]  # fmt: skip
    assert set(table.columns) == {*analysis.overridden.columns, "suggested_name", "relation"}
    assert len(table) == len(analysis)
    suggested = analysis.suggested_names.iloc[0]
    shown = table.loc[int(suggested["feature_id"]), "suggested_name"]
    assert shown.startswith(suggested["suggested_name"])


def test_relations_begin_with_no_sign() -> None:
    analysis = gg.analyze(gg.example())
    relation = readable_features(analysis)["relation"].dropna()
    assert len(relation) == analysis.features["process"].notna().sum() > 0
    assert relation.str[0].str.isalpha().all()


def test_columns_of_the_user_keep_their_names() -> None:
    table = gg.example().data.head(60)[["name", "rt", "volume", "anchor"]]
    own = table.assign(Batch="b7", relation="my own", **{"My note": "n"})
    analysis = gg.analyze(own.rename(columns={"name": "Name", "rt": "RT"}))
    shown = readable_features(analysis)
    assert set(shown["Batch"]) == {"b7"}
    assert set(shown["My note"]) == {"n"}
    assert set(shown["relation (input)"]) == {"my own"}


def test_a_decided_feature_has_no_suggestion() -> None:
    analysis = gg.analyze(gg.example())
    feature = int(analysis.suggested_names["feature_id"].iloc[0])
    decided = analysis.with_overrides(
        gg.Overrides().put(reject(analysis.features.loc[feature], author="kh"))
    )
    assert pd.notna(readable_features(analysis).loc[feature, "suggested_name"])
    assert pd.isna(readable_features(decided).loc[feature, "suggested_name"])
