"""Decisions on the features of each sample of a study, from those on shared peaks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rows_of_peaks
from simulated_study import raw_of, study, study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.verdicts.per_sample import _in_sample


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return study()


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return study_analysis()


def test_times_are_those_of_each_sample(analysis: Analysis) -> None:
    features = analysis.features[analysis.features["predicted_rt"].notna()]
    assert np.allclose(features["rt"] - features["predicted_rt"], features["residual"])
    assert features["predicted_rt"].between(features["rt_lower"], features["rt_upper"]).all()
    valid = features[features["verdict"] == "valid"]
    assert valid.groupby("sample")["residual"].median().abs().max() < 0.01
    assert valid.groupby(["name", "isomer"], dropna=False)["predicted_rt"].std().median() > 0.01


def test_parents_are_in_the_sample_of_their_fragments(analysis: Analysis) -> None:
    made = analysis.features[analysis.features["parent_id"].notna()]
    parent = analysis.features.loc[made["parent_id"].astype(int)]
    assert len(made) > 1000
    assert (made["sample"].to_numpy() == parent["sample"].to_numpy()).all()
    assert (made["parent"].to_numpy() == parent["name"].to_numpy()).all()


def test_a_parent_without_a_row_in_one_sample_is_still_named(table: FeatureTable) -> None:
    whole = gg.analyze(table).features
    parents = whole.groupby("parent_id")["name"].size()
    lost = int(parents.index[parents.to_numpy().argmax()])
    orphans = whole.index[whole["parent_id"] == lost]
    left = gg.analyze(raw_of(table).drop(index=lost)).features
    left.index = whole.index.drop(lost)
    assert len(orphans) > 1
    assert (left.loc[orphans, "verdict"].astype(str) == "fragment").all()
    assert left.loc[orphans, "parent_id"].isna().all()
    assert left.loc[orphans, "parent"].notna().all()


def split_in_samples(away: float) -> pd.DataFrame:
    """Features of a peak of four samples that is split, but only its part is in the last one.

    Rows scatter by 0.05 min; the part stands 0.1 min behind a peak `away` min from its line.
    """
    table = rows_of_peaks.plain(5)
    table["RT"] += np.random.default_rng(5).normal(0, 0.05, len(table))
    (peak,) = table.index[table["Name"] == "GM3(38:1;O2)"]
    table.loc[peak, "RT"] = rows_of_peaks.rt_of("GM3", 38, 1) + away
    part = table.loc[[peak]].assign(RT=table["RT"][peak] + 0.1, Volume=0.3 * table["Volume"][peak])
    whole = pd.concat([table, part], ignore_index=True)
    samples = []
    for sample in range(4):
        rng = np.random.default_rng(sample)
        area = whole["Volume"] * 10 ** rng.normal(0, 0.1, len(whole))
        rt = whole["RT"] + rng.normal(0, 0.004, len(whole))
        shown = whole.assign(Sample=f"S{sample}", RT=rt, Volume=area)
        samples.append(shown.drop(index=peak) if sample == 3 else shown)
    features = gg.analyze(gg.read_features(pd.concat(samples, ignore_index=True))).features
    return features[features["name"] == "GM3(38:1;O2)"]


@pytest.mark.parametrize(("away", "alone"), [(-0.05, "valid"), (0.05, "adduct")])
def test_a_part_alone_in_its_sample_is_the_peak_where_it_is_near_its_line(
    away: float, alone: str
) -> None:
    """Once it was a part of a peak that had no row in its sample, wherever it stood."""
    rows = split_in_samples(away)
    assert rows["verdict"].tolist() == [*["valid", "adduct"] * 3, alone]


def test_the_nearest_feature_of_the_wanted_peak_in_the_same_sample_is_found() -> None:
    #                  sample 0 ........  sample 1
    sample = np.array([0, 0, 0, 0, 1, 1])
    peak = np.array([0, 1, 1, 2, 0, 2])
    distance = np.array([0.01, 0.03, 0.02, 0.0, 0.0, 0.0])
    wanted = np.array([-1, 0, 0, 1, -1, 1])  # peak 1 is not in sample 1
    found, spare = _in_sample(sample, peak, distance, wanted)
    assert found.tolist() == [-1, 0, 0, 2, -1, -1]
    assert spare.tolist() == [False, True, False, False, False, False]


def test_of_two_features_in_one_valid_peak_the_nearer_is_valid(
    table: FeatureTable, analysis: Analysis
) -> None:
    features = analysis.features
    central = features["residual"].abs() < 0.002
    sure = features[(features["verdict"] == "valid") & (features["confidence"] > 0.99) & central]
    position = int(sure["feature_id"].iloc[10])
    raw = raw_of(table)
    twin = raw.iloc[[position]].assign(RT=raw["RT"][position] + 0.035)
    twice = gg.analyze(pd.concat([raw, twin], ignore_index=True)).features
    assert twice["verdict"][position] == "valid"
    spare = twice.iloc[len(raw)]
    assert (spare["verdict"], spare["confidence"]) == ("undetermined", 0.0)
    assert "beside another row of this name" in spare["reason"]


def test_a_second_pick_of_a_peak_has_its_verdict(table: FeatureTable, analysis: Analysis) -> None:
    features = analysis.features
    valid = features[(features["verdict"] == "valid") & (features["confidence"] > 0.99)]
    position = int(valid["feature_id"].iloc[10])
    raw = raw_of(table)
    twin = raw.iloc[[position]].assign(RT=raw["RT"][position] + 0.004)
    twice = gg.analyze(pd.concat([raw, twin], ignore_index=True)).features
    spare = twice.iloc[len(raw)]
    assert twice["verdict"][position] == spare["verdict"] == "valid"
    assert {spare["peak_id"], twice["peak_id"][position]} <= {position, len(raw)}
    assert spare["peak_id"] == twice["peak_id"][position]


def test_a_part_of_a_peak_that_has_no_row_in_its_sample_says_so() -> None:
    """Once its reason named a row of another sample as its parent, with the distance to that."""
    rng = np.random.default_rng(0)
    plain = rows_of_peaks.plain().drop(columns=["m/z", "Adduct"]).assign(Anchor="F")
    parts = plain[::6].assign(RT=lambda rows: rows["RT"] + 0.12, Volume=lambda r: r["Volume"] / 10)
    without = plain.drop(index=plain.index[::6])
    samples = [
        pd.concat([plain if number < 5 else without, parts]).assign(Sample=f"s{number}")
        for number in range(6)
    ]
    table = pd.concat(samples, ignore_index=True)
    table["RT"] += rng.normal(0, 0.003, len(table))
    features = gg.analyze(table).features
    split = features[features["process"] == "split peak"]
    alone = split["parent_id"].isna()
    assert alone.any()
    assert not alone.all()
    in_words = split["reason"].str.contains("no row of its own in this sample")
    assert (in_words == alone).all()
    assert (split.loc[alone, "sample"] == "s5").all()
