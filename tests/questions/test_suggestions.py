"""Suggested names, against faults that are planted in tables of known truth."""

from __future__ import annotations

from dataclasses import replace

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import name_of
from planted_features import METHOD, ceramide_rt, genuine, last, planted, row_of
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.errors import NameFormError
from ganglioside.lipids.adducts import adduct, mz
from ganglioside.questions import suggestions
from ganglioside.questions.suggestions import SUGGESTIONS, suggest


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


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
    feature = suggestions._Feature(0, 9.0, -1, None, 900.0, None, "negative")
    nowhere = np.zeros(3, np.int64)
    options = suggestions._Options(
        nowhere, nowhere, nowhere, np.ones(3), np.array([8.0, 0.0, -4.0])
    )
    fit = suggestions._fit(feature, np.zeros(3), np.full(3, 0.03), options)
    assert np.argsort(-fit).tolist() == [1, 2, 0]
    vague = suggestions._fit(feature, np.zeros(3), np.array([0.03, 0.3, 3.0]), options)
    assert np.argsort(-vague).tolist() != [1, 2, 0]


def test_a_form_that_the_table_does_not_have_is_not_suggested_with_an_artefact() -> None:
    own = suggestions._Head("GM1", None, gg.parse_name("GM1(36:1;O2)").composition, 0, "")
    form = suggestions._Head(
        "GM1+OAc", None, gg.parse_name("GM1+OAc(36:1;O2)").composition, 0, "", 0.1, 0.1
    )
    ion, sodium = adduct("[M-H]-"), 21.98194
    for head, expected in ((own, True), (form, False)):
        mass = gg.parse_name(f"{head.series}(36:1;O2)").monoisotopic_mass + sodium
        feature = suggestions._Feature(0, 9.0, -1, None, mass + ion.shift, ion, "negative")
        ceramides, processes = np.array([[36.0, 1.0, 2.0]]), suggestions._processes("negative")
        masses = suggestions._masses([head], ceramides, processes)
        options = suggestions._options(feature, [head], masses)
        assert (len(options.head) > 0) == expected


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


def test_in_a_study_the_scatter_of_one_row_about_its_peak_is_part_of_sigma() -> None:
    analysis = study_analysis()
    feature = analysis.features.query("verdict == 'outlier'").iloc[0]
    state = analysis._state_of(int(feature["feature_id"]))
    assert state is not None
    drift = replace(state.observed.drift, noise=0.5)
    noisy = replace(state, observed=replace(state.observed, drift=drift))
    found = suggest(feature, analysis.features, noisy, 5, 2.5)
    assert len(found) > 0
    assert (found["difference"] / found["sigma"]).abs().min() > 0.49
