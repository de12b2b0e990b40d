"""The queue of features to look at first: short, each once, each with its reason."""

from __future__ import annotations

from dataclasses import replace

import bent_tables
import numpy as np
import pandas as pd
import pytest
from bent_tables import even
from paths import PORCINE
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.questions.review_queue import (
    DOUBTFUL,
    GROUPS,
    MOST_DOUBTFUL,
    MOST_FOUND,
    MOST_OUTLIERS,
    MOST_PIECES,
    MOST_UNFIT,
    QUEUE,
    review_queue,
)
from ganglioside.verdicts.result_tables import UNREADABLE


@pytest.fixture(scope="module")
def example() -> Analysis:
    return gg.analyze(gg.example())


def queue_of(analysis: Analysis, features: pd.DataFrame) -> pd.DataFrame:
    """Queue of other features, each a peak of its own, with the names suggested for these."""
    peak = np.arange(len(features))
    return review_queue(features, analysis.findings, analysis.suggested_names, peak)


def in_group(queue: pd.DataFrame, group: str) -> list[int]:
    return queue.loc[queue["group"] == group, "feature_id"].tolist()


def test_each_feature_is_once_in_the_first_of_its_groups(example: Analysis) -> None:
    queue = example.review_queue
    assert queue.dtypes.astype(str).to_dict() == QUEUE
    assert queue["feature_id"].is_unique
    order = [group.name for group in GROUPS]
    places = queue["group"].map(order.index)
    assert places.is_monotonic_increasing
    assert set(order[:4]) <= set(queue["group"])
    assert queue["why"].str.len().min() > 0
    features = example.features.loc[queue["feature_id"]]
    for column in ("verdict", "confidence", "volume"):
        assert (queue[column].array == features[column].array).all()


def test_wrong_anchors_come_first(example: Analysis) -> None:
    wrong = example.findings.query("code == 'wrong-anchor'")["feature_id"].tolist()
    assert in_group(example.review_queue, "wrong anchor") == wrong
    first = example.review_queue.iloc[0]
    assert first["why"] == f"anchor, but fragment of {example.features['parent'][wrong[0]]}"


def test_outliers_are_those_of_most_of_their_area_split_by_whether_a_name_fits(
    example: Analysis,
) -> None:
    features, queue = example.features, example.review_queue
    outliers = features[features["verdict"] == "outlier"].nlargest(MOST_OUTLIERS, "volume")
    named = set(example.suggested_names["feature_id"])
    candidates = set(example.findings.query("code == 'neugc-candidate'")["feature_id"])
    other, large = in_group(queue, "another name"), in_group(queue, "large outlier")
    assert set(other) <= named | candidates
    assert not set(large) & named
    assert {*outliers["feature_id"][:5]} <= {*other, *large}
    assert features["volume"][large].is_monotonic_decreasing
    row = queue[queue["feature_id"] == other[1]].iloc[0]
    assert row["suggested_name"] in row["why"]


def test_an_outlier_of_no_weight_is_not_looked_at(example: Analysis) -> None:
    outliers = example.features.index[example.features["verdict"] == "outlier"]
    volume = example.features["volume"].copy()
    volume[outliers] = 1.0
    volume[outliers[:2]] = [900.0, 500.0]
    sure = example.features.assign(volume=volume, confidence=1.0)
    found = queue_of(example, sure)
    looked_at = [*in_group(found, "another name"), *in_group(found, "large outlier")]
    candidates = set(example.findings.query("code == 'neugc-candidate'")["feature_id"])
    assert set(looked_at) - candidates == set(outliers[:2]) - candidates


def test_outliers_without_areas_are_counted_out(example: Analysis) -> None:
    found = queue_of(example, example.features.assign(volume=np.nan))
    large = found[found["group"] == "large outlier"]
    assert 0 < len(large) <= MOST_OUTLIERS
    assert set(large["why"]) == {"no other name clearly fits"}


def test_large_sure_pieces_of_others_are_not_to_be_missed(example: Analysis) -> None:
    features = example.features
    queue = example.review_queue
    pieces = in_group(queue, "piece")
    assert 0 < len(pieces) <= MOST_PIECES
    listed = features.loc[pieces]
    assert listed["verdict"].isin(["fragment", "adduct"]).all()
    assert (listed["confidence"] >= DOUBTFUL).all()
    assert listed["volume"].is_monotonic_decreasing
    earlier = in_group(queue, "wrong anchor")
    others = features[features["verdict"].isin(["fragment", "adduct"])].drop([*pieces, *earlier])
    sure = others[others["confidence"] >= DOUBTFUL]
    assert sure["volume"].max() <= listed["volume"].min()
    why = queue.set_index("feature_id")["why"]
    assert all(f"of {features['parent'][i]}; area " in why[i] for i in pieces)


def test_doubtful_verdicts_are_those_below_the_limit_and_no_faults(example: Analysis) -> None:
    features = example.features.copy()
    features["verdict"] = features["verdict"].where(features["verdict"] != "outlier", "valid")
    features["confidence"] = 1.0
    features.loc[[4, 5, 6, 7], "confidence"] = [DOUBTFUL, DOUBTFUL - 0.001, 0.0, 0.0]
    features.loc[[6, 7], "verdict"] = "undetermined"
    features.loc[7, "rule"] = UNREADABLE
    found = queue_of(example, features)
    assert set(in_group(found, "doubtful")) == {5, 6}
    assert found.set_index("feature_id")["why"][[5, 6]].tolist() == [
        f"{features['verdict'][5]} with 89.9 % only",
        "undetermined",
    ]
    features["confidence"] = 0.5
    assert 30 < len(in_group(queue_of(example, features), "doubtful")) <= MOST_DOUBTFUL


def test_a_lack_of_fit_shows_the_features_that_are_farthest_there() -> None:
    samples = [bent_tables.table(even, s, 0.005).assign(Sample=f"S{s}") for s in range(3)]
    table = pd.concat(samples, ignore_index=True)
    table["RT"] += 0.1 * np.exp(-(((table["RT"] - 11) / 0.25) ** 2))
    analysis = gg.analyze(table)
    assert "lack-of-fit" in set(analysis.findings["code"])
    unfit = analysis.review_queue.query("group == 'lack of fit'")
    assert 0 < len(unfit) <= MOST_UNFIT
    there = analysis.features.loc[unfit["feature_id"]]
    assert there["rt"].between(10.3, 11.7).all()
    assert (there["residual"] > 0).all()
    assert unfit["why"].str.contains("later than its curve").all()
    features = analysis.features.copy()
    on_line = features.query("verdict == 'valid'").index.difference(unfit["feature_id"])
    features.loc[on_line[0], ["residual", "standardized_residual"]] = 0.0  # as digits may have it
    tables = analysis.findings, analysis.suggested_names, analysis.shared_peak
    assert in_group(review_queue(features, *tables), "lack of fit") == [*unfit["feature_id"]]
    without = analysis.findings[analysis.findings["code"] != "lack-of-fit"]
    assert replace(analysis, findings=without).review_queue.query("group == 'lack of fit'").empty


def test_other_findings_come_last_and_are_few(example: Analysis) -> None:
    found = example.findings.iloc[[0] * 50].assign(
        code="log-p-slip", feature_id=pd.array(range(50), dtype="Int64")
    )
    peak = np.arange(len(example.features))
    queue = review_queue(example.features, found, example.suggested_names, peak)
    assert queue["group"].iloc[-1] == "finding"
    assert 0 < len(in_group(queue, "finding")) <= MOST_FOUND


def test_a_peak_of_several_samples_is_looked_at_once() -> None:
    analysis = study_analysis()
    queue = analysis.review_queue
    peaks = analysis.shared_peak[queue["feature_id"]]
    assert len(set(peaks)) == len(queue)
    wrong = analysis.findings.query("code == 'wrong-anchor'")["feature_id"]
    assert len(in_group(queue, "wrong anchor")) < len(wrong) / 5
    assert len(queue) < 150


def test_a_table_without_a_model_has_no_queue() -> None:
    raw = pd.DataFrame({"Name": ["GM1(36:1;O2)", "nonsense"], "RT": [9.0, 10.0]})
    assert gg.analyze(raw).review_queue.empty


@pytest.mark.skipif(not PORCINE.exists(), reason="needs the porcine table")
def test_the_queue_of_the_porcine_table_is_short_and_begins_with_its_wrong_anchors() -> None:
    analysis = gg.analyze(PORCINE)
    assert in_group(analysis.review_queue, "wrong anchor") == [69, 184]
    assert len(analysis.review_queue) < 80
    first = analysis.review_queue.query("group == 'another name'").iloc[0]
    assert first["suggested_name"] == "GT1(NeuGc)(38:1;O2)"
