"""Hypotheses on features, against faults that are planted in tables of known truth."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from planted_features import ceramide_rt, genuine, last, planted, row_of
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.questions.explanation import HYPOTHESES, Explanation


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def explained(example: gg.Analysis) -> list[Explanation]:
    return [example.explain(i) for i in range(len(example.features))]


def test_probabilities_sum_to_one_and_are_sorted(explained: list[Explanation]) -> None:
    judged = [e for e in explained if e.hypotheses]
    assert len(judged) > 300
    for e in judged:
        p = [h.probability for h in e.hypotheses]
        assert sum(p) == pytest.approx(1)
        assert p == sorted(p, reverse=True)
        assert min(p) >= 0


def test_explanations_agree_with_the_verdicts(
    example: gg.Analysis, explained: list[Explanation]
) -> None:
    features = example.features
    agree = 0
    for e in explained:
        row = features.iloc[e.feature_id]
        assert (e.verdict, e.name) == (row["verdict"], row["name"])
        if not e.hypotheses:
            continue
        likeliest, p = next(iter(e.probabilities.items()))
        if likeliest == e.verdict:
            agree += 1
            assert p == pytest.approx(e.confidence, abs=1e-6)
        own = [h for h in e.hypotheses if h.kind == "own series" and h.line]
        nearest = min(own, key=lambda h: abs(h.difference - row["residual"]))
        assert nearest.expected_rt == pytest.approx(row["predicted_rt"], abs=2e-6)
        assert nearest.difference == pytest.approx(row["residual"], abs=2e-6)
        assert nearest.sigma == pytest.approx(row["standardized_residual"], abs=1e-3)
    assert agree > 0.95 * len(features)


def test_a_sample_of_a_study_has_the_sigma_of_its_row_and_reason() -> None:
    analysis = study_analysis()
    features = analysis.features[analysis.features["verdict"] == "valid"].iloc[::60]
    assert len(features) > 20
    for _, row in features.iterrows():
        own = [h for h in analysis.explain(int(row["feature_id"])).hypotheses if h.line]
        nearest = min(own, key=lambda h: abs(h.difference - row["residual"]))
        assert nearest.sigma == pytest.approx(row["standardized_residual"], abs=1e-3)
        assert f"({abs(nearest.sigma):.1f} sigma)" in row["reason"]


def test_every_line_and_parent_is_weighed(
    example: gg.Analysis, explained: list[Explanation]
) -> None:
    features = example.features
    for i in range(0, len(features), 7):
        table = explained[i].table
        row = features.iloc[i]
        assert list(table.columns) == list(HYPOTHESES)
        assert {c: str(t) for c, t in table.dtypes.items()} == HYPOTHESES
        assert (table["kind"] == "chance").sum() == 1
        lines = example.models[example.models["series"] == row["series"]]
        own = table[table["kind"] == "own series"]
        assert own["line"].notna().sum() == len(lines)
        assert own["line"].isna().sum() == 1  # a line that was not found
        if pd.notna(row["parent_id"]):
            made = table[table["verdict"] == row["verdict"]]
            assert made["parent_id"].notna().any()
        assert table.loc[table["kind"] == "chance", "expected_rt"].isna().all()


def test_a_planted_fragment_is_explained_by_its_parent() -> None:
    base = genuine()
    parent, rt, area = row_of(base, "GT1(38:1;O2)")
    analysis = planted(("GM3(38:1;O2)", rt + 0.003, 0.05 * area), base=base)
    best = analysis.explain(last(analysis)).hypotheses[0]
    assert (best.kind, best.verdict, best.parent_id) == ("fragment", "fragment", parent)
    assert best.parent == "GT1(38:1;O2)"
    assert best.process == "-Hex-HexNAc-2NeuAc"
    assert best.expected_rt == pytest.approx(rt, abs=0.0011)
    assert best.difference == pytest.approx(0.003, abs=0.0011)
    assert best.area_ratio == pytest.approx(0.05, rel=1e-6)
    assert 0 < best.usual_ratio < 1
    elsewhere = planted(("GM3(38:1;O2)", rt + 0.22, 0.05 * area), base=base)
    assert elsewhere.explain(last(elsewhere)).hypotheses[0].kind == "chance"


def test_a_planted_sodium_adduct_is_explained() -> None:
    base = genuine()
    parent, rt, area = row_of(base, "GD1(38:1;O2)")
    analysis = planted(("GD1(40:4;O2)", rt, 0.3 * area), base=base)
    best = analysis.explain(last(analysis)).hypotheses[0]
    assert (best.kind, best.parent_id, best.process) == ("adduct", parent, "+Na-H")
    assert best.area_ratio == pytest.approx(0.3)


def test_the_pieces_of_a_missing_parent_name_each_other() -> None:
    base = genuine()
    at, rt, area = row_of(base, "GT1(38:1;O2)")
    rest = base.drop(index=at).reset_index(drop=True)
    analysis = planted(
        ("GM3(38:1;O2)", rt, 0.05 * area), ("GD3(38:1;O2)", rt + 0.002, 0.02 * area), base=rest
    )
    best = analysis.explain(last(analysis)).hypotheses[0]
    assert (best.kind, best.parent, best.parent_id) == ("fragment", "GT1(38:1;O2)", None)
    assert best.expected_rt == pytest.approx(ceramide_rt("GT1", 38, 1, 2), abs=0.06)
    assert math.isnan(best.area_ratio)
    assert "GM3(38:1;O2)" in best.basis


def test_a_planted_neugc_form_is_another_form() -> None:
    base = genuine()
    _, rt, _ = row_of(base, "GD1(38:1;O2)")
    acetyls = [("GD1+OAc(36:1;O2)", ceramide_rt("GD1", 36, 1, 2) + 0.05, 1e6)]
    analysis = planted(*acetyls, ("GD1+OAc(36:0;O2)", rt - 0.07, 1e5), base=base)
    forms = [h for h in analysis.explain(last(analysis)).hypotheses if h.kind == "other form"]
    assert [h.parent for h in forms] == ["GD1(38:1;O2)"]
    assert forms[0].process == "NeuGc"
    assert forms[0].probability > 0.5
    assert abs(forms[0].sigma) < 2


def test_a_chance_feature_is_explained_by_chance_and_its_own_line_is_far() -> None:
    analysis = planted(("GM1(36:1;O2)", ceramide_rt("GM1", 36, 1, 2) + 2.2, 1e4))
    e = analysis.explain(last(analysis))
    assert e.hypotheses[0].kind == "chance"
    own = next(h for h in e.hypotheses if h.kind == "own series" and h.line)
    assert own.difference == pytest.approx(2.2, abs=0.05)
    assert own.sigma > 20


def test_the_thresholds_of_the_settings_count() -> None:
    base = genuine()
    _, rt, area = row_of(base, "GT1(38:1;O2)")
    analysis = planted(("GM3(38:1;O2)", rt + 0.03, 0.05 * area), base=base)
    narrow = analysis.redecide(gg.Settings(rt_tolerance=0.02))
    parents = [h.parent_id for h in narrow.explain(last(narrow)).hypotheses]
    assert parents.count(None) == len(parents)
    wide = analysis.explain(last(analysis))
    assert any(h.parent_id is not None for h in wide.hypotheses)


def test_a_sample_is_explained_in_its_own_time() -> None:
    late = 0.2
    runs = [genuine(1).assign(Sample=f"S{k}") for k in range(5)]
    runs[4] = runs[4].assign(RT=runs[4]["RT"] + late)
    analysis = gg.analyze(pd.concat(runs, ignore_index=True))
    n = len(runs[0])
    first, drifted = analysis.explain(3), analysis.explain(4 * n + 3)
    assert drifted.hypotheses[0].kind == "own series"
    moved = drifted.hypotheses[0].expected_rt - first.hypotheses[0].expected_rt
    assert moved == pytest.approx(late, abs=0.02)
    suggested = analysis.suggest(4 * n + 3)
    assert "the present name" in suggested["note"][0]
    assert abs(suggested["difference"][0]) < 0.1
