"""Consensus of the samples of a study, and their differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_study import raw_of, right, study, study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.columns import VERDICTS
from ganglioside.observations.drift import no_drift
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.verdicts.consensus import (
    CONSENSUS,
    DIFFERENCES,
    DRIFT,
    JudgedPeaks,
    consensus_table,
    differences_table,
    drift_table,
)


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return study()


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return study_analysis()


def test_the_consensus_has_a_row_for_each_isomer_of_a_species(analysis: Analysis) -> None:
    consensus = analysis.consensus
    assert list(consensus.columns) == list(CONSENSUS)
    valid = consensus[consensus["verdict"] == "valid"]
    keys = ["series", "isomer", "carbons", "double_bonds", "hydroxyls"]
    assert not valid.duplicated(keys).any()
    assert len(valid) > 150
    features = analysis.features[analysis.features["verdict"] == "valid"]
    assert valid["seen"].sum() == len(features)
    assert np.isclose(valid["total_volume"].sum(), features["volume"].sum())
    assert (valid["seen"] <= valid["samples"]).all()
    assert (consensus["samples"] == 20).all()


def test_the_spread_is_that_without_drift(analysis: Analysis) -> None:
    often = analysis.consensus[analysis.consensus["seen"] >= 15]
    assert often.loc[often["verdict"] == "valid", "rt_spread"].median() < 0.009
    assert analysis.features.groupby("name")["rt"].std().median() > 0.02


def test_the_consensus_is_right_where_single_samples_are_wrong(
    table: FeatureTable, analysis: Analysis
) -> None:
    raw = raw_of(table)
    alone = [
        gg.analyze(rows.drop(columns="Sample")).features.set_axis(rows.index)["verdict"].astype(str)
        for _, rows in raw.groupby("Sample")
    ]
    assert table.truth is not None
    wrong = (pd.concat(alone).sort_index() != table.truth["verdict"]).to_numpy()
    assert wrong.sum() > 50
    assert right(analysis, table)[wrong].mean() > 0.4


def test_what_a_sample_lacks_is_found(table: FeatureTable, analysis: Analysis) -> None:
    usual = analysis.consensus[
        (analysis.consensus["verdict"] == "valid") & (analysis.consensus["seen"] == 20)
    ]
    name = str(usual["name"].iloc[0])
    raw = raw_of(table)
    less = gg.analyze(raw[(raw["Name"] != name) | (raw["Sample"] != "S007")])
    found = less.differences
    assert list(found.columns) == list(DIFFERENCES)
    missing = found[(found["code"] == "missing") & (found["name"] == name)]
    assert set(missing["sample"]) == {"S007"}
    assert name in missing["message"].iloc[0]
    row = less.consensus[(less.consensus["name"] == name) & (less.consensus["seen"] == 19)]
    assert "S007" in row["missing"].iloc[0]


def test_a_sample_that_drifts_is_found(table: FeatureTable) -> None:
    raw = raw_of(table)
    raw["RT"] += 0.4 * (raw["Sample"] == "S005")
    analysis = gg.analyze(raw)
    drift = analysis.drift.set_index("sample")
    assert list(analysis.drift.columns) == list(DRIFT)
    before = gg.analyze(table).drift.set_index("sample")
    assert drift.loc["S005", "shift"] - before.loc["S005", "shift"] == pytest.approx(0.4, abs=0.01)
    found = analysis.differences
    assert found.loc[found["code"] == "drift", "sample"].tolist() == ["S005"]
    assert "than the study" in found.loc[found["code"] == "drift", "message"].item()


def test_one_sample_has_an_empty_but_well_formed_consensus(analysis: Analysis) -> None:
    single = gg.analyze(gg.simulate(0))
    for table in ("consensus", "differences", "drift"):
        empty, full = getattr(single, table), getattr(analysis, table)
        assert len(empty) == 0
        assert len(full)
        assert empty.dtypes.equals(full.dtypes)


def test_a_study_without_a_curve_has_no_consensus() -> None:
    none = gg.analyze(pd.DataFrame({"Name": ["GM1(36:1;O2)"] * 2, "RT": [9, 9.1], "Sample": "ab"}))
    assert len(none.consensus) == len(none.drift) == 0
    assert (none.features["verdict"] == "undetermined").all()


def judged(*rows: tuple[str, str, float, str, float]) -> JudgedPeaks:
    """Judged peaks of (name, sample, RT, verdict, confidence) in samples A to D without drift."""
    table = pd.DataFrame(rows, columns=["name", "sample", "rt", "verdict", "confidence"])
    numbers = {"volume": 100.0 * (1 + np.arange(len(table))), "residual": 0.0, "predicted_rt": 1.0}
    features = table.assign(
        feature_id=np.arange(len(table)),
        verdict=pd.Categorical(table["verdict"], categories=list(VERDICTS)),
        consolidated_volume=numbers["volume"],
        **numbers,
        **dict.fromkeys(["series", "isomer", "parent", "process"], None),
        **dict.fromkeys(["carbons", "double_bonds", "hydroxyls"], 1),
    )
    return JudgedPeaks.of(features, no_drift(("A", "B", "C", "D")))


GM1, GM3 = "GM1(36:1;O2)", "GM3(36:1;O2)"
USUAL = [(GM1, sample, 9.0, "valid", 0.9) for sample in "ABC"]


def test_a_mixture_of_standards_lacks_nothing_and_makes_nothing_rare() -> None:
    """Each species that nobody had put into a standard was told as missing in it."""
    peaks = judged(*USUAL, (GM3, "A", 11.0, "valid", 0.9), (GM3, "D", 11.0, "valid", 0.9))
    types = peaks.features["sample"].map(lambda sample: "standard" if sample == "D" else "sample")
    standards = JudgedPeaks.of(peaks.features.assign(sample_type=types), peaks.drift)
    with_it, without = consensus_table(peaks), consensus_table(standards)
    assert with_it[["seen", "samples"]].to_numpy().tolist() == [[3, 4], [2, 4]]
    assert without[["seen", "samples"]].to_numpy().tolist() == [[3, 3], [1, 3]]
    assert without["missing"].fillna("").tolist() == ["", "B, C"]
    assert "D" not in differences_table(standards)["sample"].tolist()


def test_a_peak_without_a_vote_is_undetermined() -> None:
    peaks = judged(*[(GM1, sample, 9.0, "undetermined", 0.0) for sample in "ABC"])
    row = consensus_table(peaks).iloc[0]
    assert (row["verdict"], row["confidence"]) == ("undetermined", 0.0)


def test_votes_are_summed_confidences() -> None:
    peaks = judged(
        (GM1, "A", 9.0, "valid", 0.9),
        (GM1, "B", 9.0, "outlier", 0.4),
        (GM1, "C", 9.0, "outlier", 0.4),
    )
    assert peaks.peak.tolist() == [0, 0, 0]
    assert VERDICTS[peaks.chosen[0]] == "valid"
    assert peaks.disagrees.tolist() == [False, True, True]
    row = consensus_table(peaks).iloc[0]
    assert row["confidence"] == pytest.approx(0.9 / 3)
    assert row["volume"] == 100  # only of the feature that agrees
    assert row["disagree"] == "B, C"
    outvoted = judged(
        (GM1, "A", 9.0, "valid", 0.9),
        (GM1, "B", 9.0, "outlier", 0.5),
        (GM1, "C", 9.0, "outlier", 0.5),
    )
    assert VERDICTS[outvoted.chosen[0]] == "outlier"


def test_a_name_at_another_rt_is_elsewhere_and_not_missing() -> None:
    table = consensus_table(judged(*USUAL, (GM1, "D", 12.0, "outlier", 0.9)))
    assert table["rt"].tolist() == [9.0, 12.0]
    assert table["elsewhere"].tolist() == ["D", "A, B, C"]
    assert table["missing"].isna().all()


def test_labelled_isomers_are_peaks_of_their_own() -> None:
    a, b = (f"SM 41:1 ({label})" for label in "ab")
    table = consensus_table(
        judged(*((name, sample, 9.0, "valid", 0.9) for name in (a, b) for sample in "ABCD"))
    )
    assert table["name"].tolist() == ["SM(41:1;O2) (a)", "SM(41:1;O2) (b)"]
    assert table["missing"].isna().all()


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ((GM3, "D", 9.0, "outlier", 0.9), "missing"),
        ((GM1, "D", 12.0, "outlier", 0.9), "elsewhere"),
        ((GM1, "D", 9.0, "outlier", 0.9), "verdict"),
    ],
)
def test_each_kind_of_difference_is_told_apart(
    last: tuple[str, str, float, str, float], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.verdicts.consensus._USUAL", 0.75)
    found = differences_table(judged(*USUAL, last))
    assert found[["code", "sample", "name"]].to_numpy().tolist() == [[code, "D", GM1]]


def test_of_two_at_other_rts_the_larger_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganglioside.verdicts.consensus._USUAL", 0.75)
    small, large = (GM1, "D", 12.0, "outlier", 0.9), (GM1, "D", 14.0, "outlier", 0.9)
    found = differences_table(judged(*USUAL, small, large))  # areas grow from row to row
    assert found["feature_id"].tolist() == [4]


def test_a_species_of_one_sample_in_ten_is_rare() -> None:
    samples = tuple("ABCDEFGHIJ")
    peaks = judged((GM3, "A", 9.0, "valid", 0.9))
    alone = JudgedPeaks(peaks.features, no_drift(samples), peaks.names)
    found = differences_table(alone)
    assert found["code"].tolist() == ["rare"]
    assert found["message"][0].startswith("GM3(36:1;O2) at ")
    assert " min is in only 1 of 10 samples, " in found["message"][0]


def test_the_drift_counts_and_scatters_valid_features_only() -> None:
    peaks = judged(*USUAL, (GM1, "A", 12.0, "outlier", 0.9))
    peaks.features["residual"] = [0.01, 0.02, -0.03, 5.0]
    drift = drift_table(peaks).set_index("sample")
    assert drift["features"].tolist() == [2, 1, 1, 0]
    assert drift["residual"].tolist()[:3] == pytest.approx([0.01, 0.02, 0.03])
    assert pd.isna(drift.loc["D", "residual"])
