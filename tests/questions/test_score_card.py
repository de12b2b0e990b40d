"""Four scores of a feature: each of its own evidence, with numbers, or with what is missing."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest
import rows_of_peaks
from planted_features import ceramide_rt, genuine, last, planted, row_of
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.errors import FeatureError
from ganglioside.questions.score_card import EVIDENCE, Score, within_scatter
from ganglioside.simulation import simulate
from ganglioside.support.densities import STANDARD_DEVIATION

_BESIDE_PARENT = "usual for such fragments"


@pytest.fixture(scope="module")
def example() -> Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def with_mz() -> Analysis:
    return gg.analyze(simulate(4, "middle", mz=True))


def card(analysis: Analysis, feature_id: int) -> dict[str, Score]:
    scores = analysis.score_card(feature_id)
    assert tuple(score.kind for score in scores) == EVIDENCE
    return {score.kind: score for score in scores}


#: A row of scores for each feature.
Cards: TypeAlias = pd.DataFrame


def valid_of(analysis: Analysis) -> pd.DataFrame:
    return analysis.features.query("verdict == 'valid'")


def cards_of(features: pd.DataFrame, analysis: Analysis) -> Cards:
    """Scores of features by their ids, a column for each kind, with their verdicts."""
    cards = [card(analysis, int(i)) for i in features["feature_id"]]
    return pd.DataFrame(cards, index=features["feature_id"]).assign(verdict=features["verdict"])


@pytest.fixture(scope="module")
def cards(example: Analysis) -> Cards:
    return cards_of(example.features, example)


def agreements(cards: Cards, verdict: str, kind: str, words: str = "") -> np.ndarray:
    """Known agreements of the features with a verdict, whose sentences have these words."""
    found = cards.loc[cards["verdict"] == verdict, kind]
    return np.array([s.agreement for s in found if s.agreement is not None and words in s.text])


def test_every_feature_has_four_scores_with_a_sentence(cards: Cards) -> None:
    for kind in EVIDENCE:
        for score in cards[kind]:
            assert score.agreement is None or 0 <= score.agreement <= 1
            assert score.text[0].isupper() or score.text[0] in "+-0123456789"
            assert score.text.endswith(".")
            assert "nan" not in score.text


def test_the_scatter_has_the_tails_of_its_distribution() -> None:
    # quantiles of Student's t with 6 degrees of freedom
    for quantile, tail in ((0.718, 0.5), (1.943, 0.1), (2.447, 0.05), (5.959, 0.001)):
        assert within_scatter(quantile / STANDARD_DEVIATION) == pytest.approx(tail, rel=2e-3)
        assert within_scatter(-quantile / STANDARD_DEVIATION) == pytest.approx(tail, rel=2e-3)
    assert within_scatter(0.0) == 1.0
    assert 0 <= within_scatter(1e6) < 1e-12


def test_retention_agrees_evenly_with_right_names_and_not_with_wrong_ones(cards: Cards) -> None:
    valid = np.sort(agreements(cards, "valid", "retention"))
    even = (np.arange(len(valid)) + 0.5) / len(valid)
    assert np.abs(valid - even).max() < 0.15
    assert np.median(agreements(cards, "fragment", "retention")) < 0.01


def test_the_residual_is_told_in_minutes_and_in_its_scatter() -> None:
    rt = ceramide_rt("GM1", 38, 1, 2)
    for away, side in ((0.5, "late"), (-0.5, "early")):
        analysis = planted(("GM1(38:1;O2)", rt + away, 1e5))
        score = card(analysis, last(analysis))["retention"]
        number, told, line, sigma, of = re.fullmatch(
            r"([\d.]+) min (late|early) for (\S+) \(([\d.]+) sigma of ([\d.]+) min\)\.", score.text
        ).groups()  # type: ignore[union-attr]
        assert (told, line) == (side, "GM1")
        assert float(number) == pytest.approx(0.5, abs=0.1)
        assert float(number) / float(of) == pytest.approx(float(sigma), rel=0.05)
        assert score.agreement is not None
        assert score.agreement < 0.001


def test_the_card_has_the_residual_of_the_table_where_a_series_has_several_lines() -> None:
    """The card spoke of the nearest line in sigma, table and reason of the likeliest."""
    analysis = gg.analyze(gg.simulate(122, rt_scatter=0.05))
    near_both = analysis.features.query("isomer.notna() and standardized_residual.abs() > 1.5")
    assert len(near_both) > 5
    for row in near_both.itertuples():
        told = card(analysis, row.feature_id)["retention"].text
        assert float(told.split()[0]) == pytest.approx(abs(row.residual), abs=0.0011)
        assert f" {row.isomer} (" in told


def test_a_residual_that_no_digit_shows_is_neither_late_nor_early(
    example: Analysis, cards: Cards
) -> None:
    residual = valid_of(example).set_index("feature_id")["residual"]
    hidden = residual.index[residual.abs() < 0.0005]
    assert len(hidden) > 0
    for feature_id in hidden:
        assert cards.loc[feature_id, "retention"].text.startswith("0.000 min from ")


def test_a_fragment_is_told_its_parent_and_its_usual_share() -> None:
    base = genuine()
    parent, rt, area = row_of(base, "GD1(38:1;O2)")
    analysis = planted(("GM1(38:1;O2)", rt, 0.01 * area), base=base)
    scores = card(analysis, last(analysis))
    assert analysis.features["parent_id"].iloc[-1] == parent
    assert scores["co-elution"].agreement is not None
    assert scores["co-elution"].agreement < 0.1
    assert scores["co-elution"].text.startswith("Co-elutes with GD1(38:1;O2), 0.000 min apart: ")
    assert scores["area"].text.startswith(
        "1 % of the area of GD1(38:1;O2); usual for such fragments"
    )


def test_the_distance_from_the_parent_is_that_of_the_reason(
    example: Analysis, cards: Cards
) -> None:
    """The reason had the distance of the peaks, the card that from where such pieces elute."""
    features = example.features
    with_parent = features[features["parent_id"].notna()].head(60)
    compared = 0
    for row in with_parent.itertuples():
        told = re.search(r"([\d.]+ min) (?:later|earlier)\)? ?(?:and|,|;|\))", str(row.reason))
        apart = re.search(r"([\d.]+ min) apart", cards["co-elution"][row.feature_id].text)
        if told and apart:
            compared += 1
            assert apart[1] == told[1]
    assert compared > 20


def test_an_area_beyond_what_a_piece_has_speaks_for_the_name() -> None:
    base = genuine()
    _, rt, area = row_of(base, "GD1(38:1;O2)")
    small, large = (
        card(analysis, last(analysis))["area"]
        for share in (0.01, 50.0)
        for analysis in [planted(("GM1(38:1;O2)", rt, share * area), base=base)]
    )
    assert small.agreement is not None
    assert large.agreement is not None
    assert small.agreement < 0.5 < large.agreement
    assert large.text.startswith("50 times the area of GD1(38:1;O2)")


def test_without_a_parent_the_area_is_compared_with_its_own_line() -> None:
    """The reason said "1,610 % of the area that is expected", the card "no evidence"."""
    base = genuine()
    row, rt, area = row_of(base, "GM1(38:1;O2)")
    base = base[base["Name"].str.endswith("(38:1;O2)") == (base.index == row)]
    for factor, words in ((1.0, " % of"), (300.0, " times")):
        analysis = planted(("GM1(38:1;O2)", rt, factor * area), base=base.drop(index=row))
        score = card(analysis, last(analysis))["area"]
        assert f"{words} the area expected for GM1 here; usual: " in score.text
        assert (score.level == "poor") == (factor > 1)


def test_areas_of_species_and_of_pieces_differ(cards: Cards) -> None:
    assert np.median(agreements(cards, "valid", "area", _BESIDE_PARENT)) > 0.8
    assert np.median(agreements(cards, "fragment", "area", _BESIDE_PARENT)) < 0.4


def test_areas_without_a_parent_agree_evenly_with_right_names(cards: Cards) -> None:
    valid = np.sort(agreements(cards, "valid", "area", "expected for"))
    even = (np.arange(len(valid)) + 0.5) / len(valid)
    assert len(valid) > 30
    assert np.abs(valid - even).max() < 0.2  # the oddest areas have another verdict


def test_without_areas_or_parents_the_area_says_nothing(example: Analysis) -> None:
    alone = planted(("GM1(38:1;O2)", 25.0, 1e5))
    score = card(alone, last(alone))["area"]
    assert (score.agreement, score.text[:15]) == (None, "Nothing elutes ")
    table = genuine().drop(columns="Volume")
    score = card(gg.analyze(table), 3)["area"]
    assert (score.agreement, score.text) == (None, "The table gives no area for it.")


def test_masses_are_compared_after_the_calibration_of_the_table(with_mz: Analysis) -> None:
    mass = agreements(cards_of(valid_of(with_mz), with_mz), "valid", "mass")
    assert len(mass) > 50
    assert 0.35 < np.median(mass) < 0.65
    shifted = with_mz.read_input(with_mz.settings).data
    raw = pd.DataFrame(
        {"Name": shifted["name"], "RT": shifted["rt"], "m/z": shifted["mz"] * (1 + 4e-6)}
    )
    after = gg.analyze(raw)
    assert np.median(
        agreements(cards_of(valid_of(after), after), "valid", "mass")
    ) == pytest.approx(np.median(mass), abs=0.1)
    text = card(after, int(after.features.index[after.features["verdict"] == "valid"][0]))[
        "mass"
    ].text
    assert re.fullmatch(r"[+-][\d.]+ ppm from the name; usual here \+[\d.]+ ± [\d.]+ ppm\.", text)


def test_no_mz_is_missing_and_no_half(example: Analysis) -> None:
    score = card(example, 12)["mass"]
    assert score.agreement is None
    assert "no m/z" in score.text


def test_a_row_that_was_not_judged_says_why() -> None:
    raw = pd.concat(
        [genuine(), pd.DataFrame({"Name": ["nonsense"], "RT": [9.0]})], ignore_index=True
    )
    analysis = gg.analyze(raw)
    scores = card(analysis, last(analysis))
    assert {score.agreement for score in scores.values()} == {None}
    assert {score.text for score in scores.values()} == {analysis.features["reason"].iloc[-1]}


def test_an_isotope_peak_has_no_card_of_its_own() -> None:
    plain = rows_of_peaks.plain()
    isotopes = rows_of_peaks.as_ion(plain[::3], "[M-H]-", 1)
    analysis = gg.analyze(pd.concat([plain, isotopes], ignore_index=True))
    assert analysis.features["process"].iloc[len(plain) :].tolist() == ["M+1"] * len(isotopes)
    for feature_id in range(len(plain), len(analysis)):
        scores = card(analysis, feature_id)
        assert {score.agreement for score in scores.values()} == {None}
        assert {score.text for score in scores.values()} == {
            "An isotope peak is not judged apart from its species."
        }


def test_a_table_without_a_model_says_why() -> None:
    raw = pd.DataFrame({"Name": ["GM1(36:1;O2)", "GM3(36:1;O2)"], "RT": [9.0, 10.0]})
    analysis = gg.analyze(raw)
    assert {s.text for s in analysis.score_card(0)} == {analysis.features["reason"].iloc[0]}


def test_a_sample_of_a_study_is_told_in_its_own_time() -> None:
    analysis = study_analysis()
    features = analysis.features
    row = features[(features["verdict"] == "valid") & (features["residual"].abs() > 0.02)].iloc[5]
    text = card(analysis, int(row["feature_id"]))["retention"].text
    assert float(text.split()[0]) == pytest.approx(abs(row["residual"]), abs=0.02)


def test_every_feature_of_a_study_of_one_decimal_has_a_card() -> None:
    """22 cards crashed, since parts of peaks had become their peaks and stood for both."""
    analysis = gg.analyze(gg.simulate(121, n_samples=4, rt_decimals=1))
    for feature_id in (65, 80, 231):
        assert all(score.text for score in card(analysis, feature_id).values())


def test_an_unknown_feature_is_refused(example: Analysis) -> None:
    with pytest.raises(FeatureError):
        example.score_card(len(example.features))


def test_the_parent_of_the_verdict_is_the_one_that_is_compared(
    example: Analysis, cards: Cards
) -> None:
    pieces = example.features.query("verdict in ['fragment', 'adduct'] and parent_id.notna()")
    for feature_id, parent in zip(pieces["feature_id"], pieces["parent"], strict=True):
        scores = cards.loc[feature_id]
        assert f" {parent}" in scores["co-elution"].text
        if scores["area"].agreement is not None:
            assert f" of {parent};" in scores["area"].text


@pytest.mark.parametrize(
    ("sigma", "level"),
    [(0.0, "good"), (0.99, "good"), (1.01, "fair"), (1.95, "fair"), (2.0, "poor"), (4.0, "poor")],
)
def test_levels_are_those_of_one_and_two_standard_deviations(sigma: float, level: str) -> None:
    agreement = math.erfc(sigma / math.sqrt(2))
    assert Score("retention", agreement, "").level == level


def test_what_has_no_evidence_has_no_level() -> None:
    assert Score("mass", None, "No m/z.").level is None
