"""Explanations and suggestions, against faults that are planted in tables of known truth."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method, name_of

import ganglioside as gg
from ganglioside import charts
from ganglioside.charts.files import svg
from ganglioside.errors import FeatureError, GangliosideError, NameFormError
from ganglioside.lipids.adducts import mz
from ganglioside.questions import suggestions
from ganglioside.questions.explanation import HYPOTHESES
from ganglioside.questions.suggestions import SUGGESTIONS

METHOD = Method()


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


def genuine(seed: int = 0) -> pd.DataFrame:
    return known_curve.draw(METHOD, np.random.default_rng(seed))


def planted(*rows: tuple[str, float, float], base: pd.DataFrame | None = None) -> gg.Analysis:
    """Return the analysis of genuine rows followed by (name, RT, area)."""
    more = pd.DataFrame(rows, columns=["Name", "RT", "Volume"]).assign(Anchor="F")
    table = genuine() if base is None else base
    return gg.analyze(pd.concat([table, more], ignore_index=True))


def last(analysis: gg.Analysis) -> int:
    return len(analysis.features) - 1


def row_of(table: pd.DataFrame, name: str) -> tuple[int, float, float]:
    """Return number, RT and area of a row."""
    at = int(np.flatnonzero(table["Name"] == name)[0])
    return at, float(table["RT"][at]), float(table["Volume"][at])


def ceramide_rt(series: str, *ceramide: int) -> float:
    return METHOD.rt(series, *ceramide)


# --- explain -----------------------------------------------------------------------------


def test_probabilities_sum_to_one_and_are_sorted(example: gg.Analysis) -> None:
    explained = [example.explain(i) for i in range(len(example.features))]
    judged = [e for e in explained if e.hypotheses]
    assert len(judged) > 300
    for e in judged:
        p = [h.probability for h in e.hypotheses]
        assert sum(p) == pytest.approx(1)
        assert p == sorted(p, reverse=True)
        assert min(p) >= 0


def test_explanations_agree_with_the_verdicts(example: gg.Analysis) -> None:
    features = example.features
    agree = 0
    for e in map(example.explain, range(len(features))):
        row = features.iloc[e.feature_id]
        assert (e.verdict, e.name) == (row["verdict"], row["name"])
        if not e.hypotheses:
            continue
        likeliest, p = next(iter(e.probabilities.items()))
        if likeliest == e.verdict:
            agree += 1
            assert p == pytest.approx(e.confidence, abs=1e-6)
        own = [h for h in e.hypotheses if h.kind == "own series"]
        nearest = min(own, key=lambda h: abs(h.difference - row["residual"]))
        assert nearest.expected_rt == pytest.approx(row["predicted_rt"], abs=2e-6)
        assert nearest.difference == pytest.approx(row["residual"], abs=2e-6)
        assert nearest.sigma == pytest.approx(row["standardized_residual"], abs=1e-3)
    assert agree > 0.95 * len(features)


def test_every_line_and_parent_is_weighed(example: gg.Analysis) -> None:
    features = example.features
    for i in range(0, len(features), 7):
        table = example.explain(i).table
        row = features.iloc[i]
        assert list(table.columns) == list(HYPOTHESES)
        assert {c: str(t) for c, t in table.dtypes.items()} == HYPOTHESES
        assert (table["kind"] == "chance").sum() == 1
        lines = example.models[example.models["series"] == row["series"]]
        assert (table["kind"] == "own series").sum() == len(lines)
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
    own = next(h for h in e.hypotheses if h.kind == "own series")
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


def test_the_text_reads_for_itself(example: gg.Analysis) -> None:
    for i in range(0, len(example.features), 11):
        e = example.explain(i)
        text = str(e)
        assert text == e.text
        assert text.startswith(f"Feature {i}, {e.name} at {e.rt:.3f} min: {e.verdict}")
        assert e.reason in text
        assert e.hypotheses[0].statement in text
        assert not any(word in text for word in ("nan", "None", "<NA>", "inf "))


def test_a_verdict_against_the_likeliest_is_accounted_for(example: gg.Analysis) -> None:
    e = example.explain(0)
    own = next(h for h in e.hypotheses if h.kind == "own series")
    turned = dataclasses.replace(
        e, verdict="outlier", hypotheses=(dataclasses.replace(own, probability=1.0),)
    )
    assert "beyond 2.5 sigma a name is not accepted" in turned.text
    assert (
        "The likeliest verdict would be valid."
        in dataclasses.replace(turned, verdict="undetermined").text
    )


def unreadable() -> gg.Analysis:
    return planted(("not a lipid", 9.0, 1e5))


def without_model() -> gg.Analysis:
    return gg.analyze(genuine().iloc[[0]])


@pytest.mark.parametrize("make", [unreadable, without_model])
def test_what_was_not_judged_is_said_to_be(make: object) -> None:
    analysis = make()  # type: ignore[operator]
    e = analysis.explain(last(analysis))
    assert e.verdict == "undetermined"
    assert e.hypotheses == ()
    assert e.table.empty
    assert list(e.table.columns) == list(HYPOTHESES)
    assert e.reason in e.text
    assert "No other explanation was weighed." in e.text
    assert e.reason.split()[0] in svg(charts.hypotheses(e))
    assert analysis.suggest(last(analysis)).empty


@pytest.mark.parametrize("wrong", [-1, 10_000, "3", None, True, 1.0])
def test_an_unknown_feature_is_refused_by_number(example: gg.Analysis, wrong: object) -> None:
    for ask in (example.explain, example.suggest):
        with pytest.raises(FeatureError, match="feature") as refused:
            ask(wrong)  # type: ignore[operator]
        assert isinstance(refused.value, GangliosideError)
        assert isinstance(refused.value, LookupError)
    with pytest.raises(FeatureError, match=f"0 to {len(example.features) - 1}"):
        example.explain(len(example.features))


def test_a_numpy_number_is_a_number(example: gg.Analysis) -> None:
    assert example.explain(np.int64(3)) == example.explain(3)


def test_after_loading_the_evidence_is_gathered_anew(tmp_path: Path, example: gg.Analysis) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    loaded = history.load(history.save(example))
    for i in (0, 7, 142):
        assert loaded.explain(i).text == example.explain(i).text
        pd.testing.assert_frame_equal(loaded.suggest(i), example.suggest(i))


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


# --- suggest -----------------------------------------------------------------------------


def test_suggestions_have_their_columns(example: gg.Analysis) -> None:
    suggested = example.suggest(274, n=3)
    assert {c: str(t) for c, t in suggested.dtypes.items()} == SUGGESTIONS
    assert 1 <= len(suggested) <= 3


def test_a_genuine_feature_keeps_its_name(example: gg.Analysis) -> None:
    features = example.features
    sure = features[
        (features["verdict"] == "valid") & (features["standardized_residual"].abs() < 2)
    ]
    kept = [
        bool(example.suggest(int(i))["note"].str.contains("the present name").any())
        for i in sure["feature_id"][::5]
    ]
    assert len(kept) > 20
    assert all(kept)


def first(analysis: gg.Analysis, i: int | None = None) -> pd.Series:
    return analysis.suggest(last(analysis) if i is None else i).iloc[0]


def test_a_sodium_adduct_is_suggested_its_species() -> None:
    base = genuine()
    parent, rt, area = row_of(base, "GT1(38:1;O2)")
    best = first(planted(("GT1(40:4;O2)", rt, 0.3 * area), base=base))
    assert (best["name"], best["process"]) == ("GT1(38:1;O2)", "+Na-H")
    assert best["mass_difference_mda"] == pytest.approx(-2.4, abs=0.05)
    assert f"feature {parent} of this name (valid) is 0.000 min away" in best["note"]
    assert pd.isna(best["ppm"])


def test_a_water_loss_is_suggested_its_species() -> None:
    # GD3+OAc(n+1:d) has the formula of GM1(n:d) less water
    best = first(planted(("GD3+OAc(39:1;O2)", ceramide_rt("GM1", 38, 1, 2), 1e5)))
    assert (best["name"], best["process"]) == ("GM1(38:1;O2)", "-H2O")
    assert best["mass_difference_mda"] == pytest.approx(0, abs=1e-3)


def test_a_neugc_form_is_suggested_for_a_wrong_acetyl() -> None:
    rt = ceramide_rt("GT1", 38, 1, 2) - 0.07
    analysis = planted(
        ("GT1+OAc(38:1;O2)", ceramide_rt("GT1", 38, 1, 2) + 0.05, 1e6),
        ("GT1+OAc(36:0;O2)", rt, 1e5),
    )
    best = first(analysis)
    assert best["name"] == "GT1(NeuGc)(38:1;O2)"
    assert best["note"] == "same formula"
    # a little before the form with NeuAc, not beside it
    assert best["predicted_rt"] == pytest.approx(rt, abs=0.03)


def test_an_acetyl_is_suggested_where_only_the_other_has_its_mass() -> None:
    # C3H6 and an acetyl differ by 36.4 mDa: GD1(39:1) at the RT of GD1+OAc(36:1)
    best = first(planted(("GD1(39:1;O2)", ceramide_rt("GD1", 36, 1, 2) + 0.05, 1e5)))
    assert best["name"] == "GD1+OAc(36:1;O2)"
    assert best["mass_difference_mda"] == pytest.approx(-36.4, abs=0.05)


def test_a_second_isotope_is_suggested_its_species() -> None:
    base = genuine()
    _, rt, area = row_of(base, "GM3(36:1;O2)")
    best = first(planted(("GM3(36:0;O2)", rt, 0.4 * area), base=base))
    assert (best["name"], best["process"]) == ("GM3(36:1;O2)", "M+2")


def test_the_other_isomer_is_suggested() -> None:
    rng = np.random.default_rng(4)
    early = known_curve.draw(METHOD, rng, series=("GD1",)).assign(
        Name=lambda t: t["Name"].str.replace("GD1", "GD1a")
    )
    late = early.assign(
        Name=early["Name"].str.replace("GD1a", "GD1b"),
        RT=early["RT"] + 0.4 + rng.normal(0, 0.02, len(early)),
    )
    rest = genuine()
    rest = rest[~rest["Name"].str.startswith("GD1(")]
    base = pd.concat([rest, early, late[late["Name"] != "GD1b(38:1;O2)"]], ignore_index=True)
    swapped = ceramide_rt("GD1", 38, 1, 2) + 0.4
    analysis = planted(("GD1a(38:1;O2)", swapped, 1e6), base=base)
    best = first(analysis)
    assert (best["name"], best["isomer"]) == ("GD1b(38:1;O2)", "GD1b")
    assert "the present name" not in best["note"] or best["isomer"] == "GD1b"


def test_nothing_is_suggested_where_nothing_fits() -> None:
    analysis = planted(("GM1(36:1;O2)", 60.0, 1e4))
    assert analysis.suggest(last(analysis)).empty


def with_mz(name: str, measured_as: str, rt: float, **columns: object) -> gg.Analysis:
    """Return the analysis with a last row whose m/z is that of another species' [M-2H]2-."""
    base = genuine()
    masses = gg.parse_names(base["Name"]).frame()["monoisotopic_mass"].to_numpy()
    base = base.assign(**{"m/z": mz(masses, "[M-2H]2-"), "Adduct": "[M-2H]2-"})
    true = mz(gg.parse_name(measured_as).monoisotopic_mass, "[M-2H]2-") * (1 + 2e-6)
    row = {"Name": name, "RT": rt, "Volume": 1e5, "Anchor": "F", "m/z": true, "Adduct": "[M-2H]2-"}
    return gg.analyze(pd.concat([base, pd.DataFrame([row | columns])], ignore_index=True))


def test_measured_mz_decides_between_masses() -> None:
    rt = ceramide_rt("GD1", 36, 1, 2) + 0.05
    acetyl = first(with_mz("GD1(39:1;O2)", "GD1+OAc(36:1;O2)", rt))
    assert acetyl["name"] == "GD1+OAc(36:1;O2)"
    assert acetyl["ppm"] == pytest.approx(2.0, abs=0.01)
    # with the m/z of its own name, the acetyl is 18 ppm off and no candidate
    own = with_mz("GD1(39:1;O2)", "GD1(39:1;O2)", rt)
    assert "GD1+OAc(36:1;O2)" not in own.suggest(last(own))["name"].tolist()


def test_of_two_at_one_rt_the_nearer_mass_fits_better() -> None:
    feature = suggestions._Feature(0, 9.0, -1, None, 900.0, None)
    nowhere = np.zeros(3, np.int64)
    options = suggestions._Options(
        nowhere, nowhere, nowhere, np.ones(3), np.array([8.0, 0.0, -4.0])
    )
    fit = suggestions._fit(feature, np.zeros(3), np.full(3, 0.03), options)
    assert np.argsort(-fit).tolist() == [1, 2, 0]
    vague = suggestions._fit(feature, np.zeros(3), np.array([0.03, 0.3, 3.0]), options)
    assert np.argsort(-vague).tolist() != [1, 2, 0]


def test_mz_alone_is_enough() -> None:
    rt = ceramide_rt("GT1", 40, 2, 2)
    named = with_mz("not a lipid", "GT1(40:2;O2)", rt)
    best = first(named)
    assert best["name"] == "GT1(40:2;O2)"
    assert pd.isna(best["mass_difference_mda"])
    unspecified = with_mz("not a lipid", "GT1(40:2;O2)", rt, Adduct=None)
    assert first(unspecified)["name"] == "GT1(40:2;O2)"


def test_an_unknown_adduct_is_named() -> None:
    analysis = with_mz("GT1(40:2;O2)", "GT1(40:2;O2)", 12.0, Adduct="[M+Xx]-")
    with pytest.raises(NameFormError, match="M\\+Xx"):
        analysis.suggest(last(analysis))


def test_the_order_of_rows_changes_no_suggestion() -> None:
    base = genuine()
    rows = base.sample(frac=1, random_state=1).reset_index(drop=True)
    name = name_of("GT1", (38, 1, 2))
    left, right = gg.analyze(base), gg.analyze(rows)
    one = left.suggest(row_of(base, name)[0]).drop(columns="note")
    other = right.suggest(row_of(rows, name)[0]).drop(columns="note")
    pd.testing.assert_frame_equal(one, other)
