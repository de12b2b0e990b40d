"""Samples on different gradients or columns are found, judged apart, and said to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rows_of_peaks
from effort import some
from simulated_study import raw_of

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.charts.plot_tables import points, points_on_curves, reduced
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.observations import sample_gradients as module
from ganglioside.observations.drift import Drift, joined_drift
from ganglioside.observations.observations import observe
from ganglioside.observations.sample_gradients import sample_gradients
from ganglioside.reading.feature_table import FeatureTable


def right(analysis: Analysis, *tables: FeatureTable) -> float:
    """Part of the verdicts that are the true ones."""
    truth = np.concatenate([table.truth["verdict"].to_numpy() for table in tables])
    return float((analysis.features["verdict"].astype("str").to_numpy() == truth).mean())


def differing(analysis: Analysis) -> list[str]:
    findings = analysis.findings
    return findings.loc[findings["code"] == "gradients-differ", "message"].tolist()


def bent(table: pd.DataFrame, rows: pd.Series, by: float) -> pd.DataFrame:
    """The table with some rows on a gradient that is slower at first and faster at last."""
    rt = table["RT"]
    part = (rt - rt.min()) / (rt.max() - rt.min())
    return table.assign(RT=rt.where(~rows, rt + by * part * (part - 1)).round(3))


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return gg.simulate(3, n_samples=3, sample_bend=0.5)


@pytest.fixture(scope="module")
def analysis(table: FeatureTable) -> Analysis:
    return gg.analyze(table)


def test_each_gradient_is_judged_by_itself_and_the_reason_is_said(
    table: FeatureTable, analysis: Analysis
) -> None:
    assert right(analysis, table) > 0.97
    anchor = analysis.features["anchor"]
    assert (analysis.features["verdict"][anchor] == "valid").mean() > 0.9
    assert sorted(analysis.model.drift.gradient) == [0, 1, 2]
    first, second = differing(analysis)
    assert first.startswith("The gradients of samples S00")
    assert "beside a shift and a stretch, RT of the same names are up to " in first
    assert "They were judged apart (S00" in second
    codes = analysis.findings.set_index("code")["severity"]
    assert set(codes[["gradients-differ"]]) == {"warning"}
    assert "sample-not-aligned" not in codes.index


def test_verdicts_are_those_of_the_sample_alone(table: FeatureTable, analysis: Analysis) -> None:
    raw = raw_of(table)
    for sample in ("S001", "S003"):
        rows = (raw["Sample"] == sample).to_numpy()
        alone = gg.analyze(raw[rows].reset_index(drop=True)).features
        together = analysis.features[rows].reset_index(drop=True)
        same = ["name", "verdict", "confidence", "predicted_rt", "parent", "process", "isomer"]
        pd.testing.assert_frame_equal(alone[same], together[same])
        first = int(np.flatnonzero(rows)[0])
        assert together["parent_id"].dropna().isin(np.flatnonzero(rows)).all()
        assert (together["parent_id"] - first).dropna().tolist() == (
            alone["parent_id"].dropna().tolist()
        )


def test_questions_are_answered_by_the_gradient_of_the_row(analysis: Analysis) -> None:
    valid = analysis.features[analysis.features["verdict"] == "valid"]
    for _, feature in valid.groupby("sample").head(2).iterrows():
        explanation = analysis.explain(int(feature["feature_id"]))
        own = explanation.table.iloc[0]
        assert own["kind"] == "own series"
        assert own["probability"] == pytest.approx(feature["confidence"], abs=1e-6)
        assert own["expected_rt"] == pytest.approx(feature["predicted_rt"], abs=1e-4)
        suggested = analysis.suggest(int(feature["feature_id"]))
        assert abs(suggested["difference"].iloc[0]) < 0.3


def test_other_thresholds_and_stored_models(analysis: Analysis, table: FeatureTable) -> None:
    strict = analysis.redecide(gg.Settings(outlier_threshold=1.5))
    assert strict.summary.valid < analysis.summary.valid
    assert strict.features["sample"][strict.features["verdict"] == "valid"].nunique() == 3
    again = FittedModel.from_dict(analysis.model.to_dict())
    assert again.drift.gradient == analysis.model.drift.gradient
    assert again.predict(["GM3(36:1;O2)"]).equals(analysis.predict(["GM3(36:1;O2)"]))


def test_consensus_compares_samples_of_one_gradient_only() -> None:
    raw = raw_of(gg.simulate(4, n_samples=6))
    other = raw["Sample"] > "S003"
    analysis = gg.analyze(bent(raw, other, 2.0))
    assert sorted(analysis.model.drift.gradient) == [0, 0, 0, 1, 1, 1]
    consensus = analysis.consensus
    assert set(consensus["samples"]) == {3}
    valid = consensus[consensus["verdict"] == "valid"]
    assert (valid["seen"] == 3).mean() > 0.6
    assert consensus["elsewhere"].isna().mean() > 0.8
    shown = points_on_curves(analysis)
    assert 0 < len(shown) < len(points(analysis))
    assert len(reduced(analysis)) <= len(shown)
    assert set(analysis.features["sample"][analysis.is_on_model]) in (
        {"S001", "S002", "S003"},
        {"S004", "S005", "S006"},
    )


def test_one_sample_that_differs_among_many() -> None:
    table = gg.simulate(5, n_samples=8)
    raw = raw_of(table)
    one = raw["Sample"] == "S004"
    for changed in (bent(raw, one, 1.5), raw.assign(RT=raw["RT"].where(~one, raw["RT"] * 1.5))):
        analysis = gg.analyze(changed)
        assert analysis.model.drift.gradient == (0, 0, 0, 1, 0, 0, 0, 0)
        assert right(analysis, table) > 0.97
        [message] = differing(analysis)
        assert "judged apart (S001, S002, S003, S005, S006 and 2 more; S004)" in message


def test_files_of_other_methods_in_one_table() -> None:
    tables = [gg.simulate(seed) for seed in (11, 12, 13)]
    parts = [raw_of(t).assign(Sample=name) for t, name in zip(tables, "ABC", strict=True)]
    analysis = gg.analyze(pd.concat(parts, ignore_index=True))
    assert right(analysis, *tables) > 0.95
    assert len(differing(analysis)) == 2


def test_another_column_moves_head_groups() -> None:
    one = rows_of_peaks.plain().assign(Sample="A")
    head = one["Name"].str.extract(r"^(\w+)\(")[0].map({"GM1": 0.4, "GM3": 0.0, "GD3": -0.3})
    other = one.assign(Sample="B", RT=one["RT"] + head)
    analysis = gg.analyze(pd.concat([one, other], ignore_index=True))
    assert set(analysis.features["verdict"]) == {"valid"}
    assert "head groups move against each other by up to 0.6" in differing(analysis)[0]


@pytest.mark.parametrize("level", ["easy", "middle", "hard", "extreme"])
def test_samples_of_one_method_stay_one_study(level: str) -> None:
    for seed in some(range(20, 24)):
        found = sample_gradients(observe(gg.simulate(seed, level=level, n_samples=4)))
        assert len(found) == 1, found.reasons


@pytest.mark.parametrize(
    "knobs",
    [
        {"drift_shift": 0.3, "drift_stretch": 0.01},
        {"row_noise": 0.05},
        {"rt_decimals": 1},
        {"run_drift": 0.05},
        {"row_missing": 0.3},
    ],
)
def test_drift_noise_and_missing_rows_are_no_other_gradient(knobs: dict[str, float]) -> None:
    table = gg.simulate(30, n_samples=4, **knobs)
    assert len(sample_gradients(observe(table))) == 1


def test_samples_that_share_too_few_names_are_one_study() -> None:
    rows = rows_of_peaks.plain()
    parts = [rows[:9].assign(Sample="A"), rows[12:].assign(Sample="B", RT=rows["RT"] * 2)]
    analysis = gg.analyze(pd.concat(parts, ignore_index=True))
    assert differing(analysis) == []


def test_drift_of_gradients_is_that_of_each() -> None:
    rt = np.linspace(2, 14, 7)
    a = Drift(("A", "C"), 8.0, np.array([0.1, 0.0]), np.array([0.01, 0.0]), np.zeros(2, int), 0.01)
    b = Drift(("B",), 5.0, np.array([0.2]), np.array([0.02]), np.zeros(1, int), 0.01)
    both = joined_drift([a, b])
    assert both.samples == ("A", "B", "C")
    assert both.gradient == (0, 1, 0)
    one = np.full(7, 1)
    assert np.allclose(both.to_sample(rt, one), b.to_sample(rt, 0 * one))
    assert np.allclose(both.to_sample(rt, 2 * one), a.to_sample(rt, one))
    assert Drift.from_dict(both.to_dict()).gradient == (0, 1, 0)
    assert "gradient" not in a.to_dict()
    assert both.is_alone.tolist() == [False, True, False]


def test_only_samples_that_look_unlike_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the work of a study with one odd sample would grow with its other samples."""
    raw = raw_of(gg.simulate(3, n_samples=6))
    odd = bent(raw, raw["Sample"] == "S004", by=3.0)
    compared = []
    difference = module._difference

    def counted(one: module._Run, other: module._Run) -> str | None:
        compared.append(1)
        return difference(one, other)

    monkeypatch.setattr(module, "_difference", counted)
    found = sample_gradients(observe(gg.read_features(odd)))
    assert [found.of(k) for k in range(len(found))][1] == ("S004",)
    assert len(compared) <= 3
