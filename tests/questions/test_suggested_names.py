"""Names that fit outliers better than their own: clearly so, or none."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from planted_features import ceramide_rt, genuine, last, planted, row_of
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.errors import NameFormError
from ganglioside.lipids.names import parse_name
from ganglioside.questions import suggested_names as module
from ganglioside.questions.suggested_names import SUGGESTED, by_area
from ganglioside.questions.suggestions import CLEARLY, Suggester
from ganglioside.simulation import simulate


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


def suggested(analysis: gg.Analysis, feature_id: int) -> str | None:
    names = analysis.suggested_names.set_index("feature_id")["suggested_name"]
    return names.get(feature_id)


def species(name: str) -> tuple[str, str]:
    parsed = parse_name(name)
    return parsed.series, str(parsed.ceramide)


def test_they_have_their_columns_and_are_of_outliers_alone(example: gg.Analysis) -> None:
    found, features = example.suggested_names, example.features
    assert found.dtypes.astype(str).to_dict() == SUGGESTED
    assert set(features["verdict"][found["feature_id"]]) == {"outlier"}
    assert features["volume"][found["feature_id"]].is_monotonic_decreasing
    assert found["feature_id"].is_unique
    assert example.suggested_names is found


def test_a_suggested_name_is_another_that_suggest_has_too(example: gg.Analysis) -> None:
    for feature_id, name in zip(
        example.suggested_names["feature_id"],
        example.suggested_names["suggested_name"],
        strict=True,
    ):
        assert species(name) != species(example.features["name"][feature_id])
        assert name in set(example.suggest(feature_id, n=99)["name"])


def test_a_neugc_form_is_suggested_for_a_wrong_acetyl() -> None:
    rt = ceramide_rt("GT1", 38, 1, 2) - 0.07
    analysis = planted(
        ("GT1+OAc(38:1;O2)", ceramide_rt("GT1", 38, 1, 2) + 0.05, 1e6),
        ("GT1+OAc(36:0;O2)", rt, 1e5),
    )
    assert suggested(analysis, last(analysis)) == "GT1(NeuGc)(38:1;O2)"


def test_none_is_suggested_where_nothing_elutes() -> None:
    analysis = planted(("GT1+OAc(36:0;O2)", 25.0, 1e5))
    assert analysis.features["verdict"].iloc[-1] == "outlier"
    assert suggested(analysis, last(analysis)) is None


def test_none_is_suggested_whose_ceramide_no_feature_has() -> None:
    # 43:2 fits by mass and RT, and no feature has it
    rt = ceramide_rt("GM1", 43, 2, 2)
    analysis = planted(("GM1+OAc(40:1;O2)", rt, 1e5))
    assert analysis.features["verdict"].iloc[-1] == "outlier"
    assert "GM1(43:2;O2)" in set(analysis.suggest(last(analysis))["name"])
    assert suggested(analysis, last(analysis)) is None


def test_an_ion_that_the_verdict_has_refused_is_no_name() -> None:
    # at the RT of a species, with the mass of its adduct, far larger than an adduct
    base = genuine()
    _, rt, area = row_of(base, "GT1(38:1;O2)")
    analysis = planted(("GT1(40:4;O2)", rt, 30 * area), base=base)
    best = analysis.suggest(last(analysis)).iloc[0]
    assert (best["name"], best["process"]) == ("GT1(38:1;O2)", "+Na-H")
    assert suggested(analysis, last(analysis)) is None


def test_no_name_is_better_than_one_that_fits_well(example: gg.Analysis) -> None:
    features = example.features
    sure = features[
        (features["verdict"] == "valid") & (features["standardized_residual"].abs() < 1)
    ]
    state = example._state_of(0)
    assert state is not None
    suggester = Suggester(features, state, example.settings.outlier_threshold, example.polarity)
    rows = [features.iloc[int(i)] for i in sure["feature_id"]]
    assert len(rows) > 50
    better = [suggester.better_name(row) for row in rows]
    assert sum(one is not None for one in better) <= 0.05 * len(rows)


def test_the_largest_are_asked(example: gg.Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ASKED", 5)
    few = gg.analyze(gg.example()).suggested_names
    outliers = example.features[example.features["verdict"] == "outlier"]
    largest = set(outliers.nlargest(5, "volume")["feature_id"])
    assert 0 < len(few) <= 5
    assert set(few["feature_id"]) <= largest


def test_by_area_takes_one_of_each_peak() -> None:
    rows = pd.DataFrame({"feature_id": [0, 1, 2, 3, 4], "volume": [1.0, 5.0, None, 3.0, 4.0]})
    assert by_area(rows, pd.Series(range(5)).to_numpy()) == [1, 4, 3, 0, 2]
    assert by_area(rows, pd.Series([7, 7, 8, 9, 9]).to_numpy()) == [1, 4, 2]
    assert by_area(rows.iloc[:0], pd.Series(range(5)).to_numpy()) == []


def test_the_samples_of_a_study_are_asked_once() -> None:
    analysis = study_analysis()
    named = analysis.features.loc[analysis.suggested_names["feature_id"]]
    rounded = named["name"] + named["rt"].round(0).astype(str)
    assert len(named) > 3
    assert rounded.nunique() > 0.8 * len(named)


def test_no_name_is_suggested_without_a_model() -> None:
    raw = pd.DataFrame({"Name": ["GM1(36:1;O2)", "GM3(36:1;O2)"], "RT": [9.0, 10.0]})
    assert gg.analyze(raw).suggested_names.empty


def test_an_unknown_ion_leaves_the_other_features_their_names() -> None:
    rt = ceramide_rt("GT1", 38, 1, 2) - 0.07
    analysis = planted(("GT1+OAc(36:0;O2)", rt, 1e5), ("GT1+OAc(36:0;O2)", rt + 4.0, 1e6))
    adducts = pd.Series(pd.NA, index=analysis.features.index, dtype="str")
    adducts.iloc[-1] = "[M+Xx]-"
    unknown = replace(analysis, features=analysis.features.assign(adduct=adducts))
    with pytest.raises(NameFormError):
        unknown.suggest(last(unknown))
    assert suggested(unknown, last(unknown) - 1) == "GT1(NeuGc)(38:1;O2)"


def test_most_suggested_names_of_simulated_tables_are_right() -> None:
    right = wrong = 0
    for seed in (100, 101, 102):
        table = simulate(seed, "hard")
        assert table.truth is not None
        true = table.truth["true_name"]
        found = gg.analyze(table).suggested_names
        for feature_id, name in zip(found["feature_id"], found["suggested_name"], strict=True):
            is_right = pd.notna(true[feature_id]) and species(true[feature_id]) == species(name)
            right, wrong = right + is_right, wrong + (not is_right)
    assert right > 30
    assert right > 2 * wrong
    assert CLEARLY == 10
