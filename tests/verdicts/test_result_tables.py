"""Tables of a result: one row per input row, whatever could be judged."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.columns import FEATURES, MODELS
from ganglioside.verdicts import result_tables
from ganglioside.verdicts.result_tables import (
    features_table,
    given_columns,
    undetermined_rows,
    wrong_anchors,
)


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.mark.parametrize("block", [1, 7, 100])
def test_reasons_that_are_written_in_blocks_are_the_same(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = pd.read_csv(io.BytesIO(gg.example().source.content), dtype="str")
    raw.loc[[0, 5, 6], "Name"] = ["", "nonsense", "GM3"]
    table = gg.read_features(raw)
    whole = gg.analyze(table).features
    monkeypatch.setattr(result_tables, "_BLOCK", block)
    pd.testing.assert_frame_equal(gg.analyze(table).features, whole)


def test_without_a_model_every_row_is_undetermined_for_the_reason_given() -> None:
    raw = pd.DataFrame({"Name": ["GD1a(36:1;O2)", "nonsense", "GM3(36:1;O2)"], "RT": [9, 9, 10]})
    table = gg.read_features(raw)
    rows = undetermined_rows(table, "There is no curve.")
    features = features_table(table, given_columns(table), rows)
    assert list(features.columns) == [*FEATURES, "row"]
    assert (features["verdict"] == "undetermined").all()
    assert features["rule"].tolist() == ["no model", "reading", "no model"]
    assert features["reason"].tolist()[::2] == ["There is no curve."] * 2
    assert features["reason"][1] == table.data["fault"][1]
    assert features["isomer"].tolist()[0] == "GD1a"
    empty = ["predicted_rt", "residual", "parent_id", "parent", "process", "consolidated_volume"]
    assert features[empty].isna().all(axis=None)


def test_who_writes_into_one_table_changes_no_other() -> None:
    table = gg.read_features(gg.example().source.content)
    first = gg.analyze(table)
    read, before = table.data.copy(), first.redecide().features.copy()
    for changed in (first.features, first.redecide(outlier_threshold=1.0).features):
        for column in changed:
            changed.loc[0, column] = changed[column].iloc[-1]  # in place: of the same type
        assert not changed.iloc[0].equals(before.iloc[0])
    pd.testing.assert_frame_equal(first.redecide().features, before)
    pd.testing.assert_frame_equal(table.data, read)


def test_consolidated_areas_are_those_of_the_family(example: gg.Analysis) -> None:
    features = example.features
    valid = features[features["verdict"] == "valid"]
    children = features.dropna(subset=["parent_id", "volume"]).groupby("parent_id")["volume"].sum()
    expected = valid["volume"] + children.reindex(valid["feature_id"]).fillna(0).to_numpy()
    np.testing.assert_allclose(valid["consolidated_volume"], expected)
    assert features.loc[features["verdict"] != "valid", "consolidated_volume"].isna().all()
    assert (valid["consolidated_volume"] > valid["volume"]).sum() > 20


def test_a_parent_is_named_as_its_row_is(example: gg.Analysis) -> None:
    features = example.features
    with_row = features[features["parent_id"].notna()]
    names = features.loc[with_row["parent_id"].astype(int), "name"].tolist()
    assert with_row["parent"].tolist() == names
    missing = features[features["parent"].notna() & features["parent_id"].isna()]
    assert len(missing) > 0
    for row in missing[missing["verdict"] == "fragment"].itertuples():
        assert gg.parse_name(row.parent).ceramide == gg.parse_name(row.name).ceramide


def test_the_isomer_of_a_line_is_given_to_valid_rows_without_one(example: gg.Analysis) -> None:
    several = example.models[example.models["isomer"].notna()]
    rows = example.features[example.features["series"].isin(several["series"])]
    valid = rows["verdict"] == "valid"
    assert valid.any()
    assert rows.loc[valid, "isomer"].isin(several["isomer"]).all()


def test_models_have_their_columns_and_say_why_they_may_not_judge(example: gg.Analysis) -> None:
    strict = example.redecide(gg.Settings(r2_threshold=0.999)).models
    assert list(strict.columns) == list(MODELS)
    assert (strict["why_not"].isna() == strict["may_judge"]).all()
    assert set(strict["may_judge"]) == {True, False}


def test_the_rows_tell_the_wrong_anchors_of_the_findings(example: gg.Analysis) -> None:
    features, findings = example.features, example.findings
    found = findings.loc[findings["code"] == "wrong-anchor", "feature_id"]
    assert features.loc[wrong_anchors(features), "feature_id"].tolist() == sorted(found)
    assert example.summary.anchors_not_valid == len(found) == 2


def test_the_isotope_peak_of_an_anchor_is_no_wrong_one() -> None:
    rows = {
        "feature_id": [0, 1, 2, 3],
        "verdict": ["valid", "adduct", "adduct", "undetermined"],
        "anchor": [True, True, True, True],
        "parent_id": [pd.NA, 0, 0, pd.NA],
        "peak_id": [0, 0, pd.NA, 3],  # an older analysis has no peaks
    }
    assert wrong_anchors(pd.DataFrame(rows)).tolist() == [False, False, True, False]
