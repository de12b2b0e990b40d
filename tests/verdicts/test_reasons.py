"""Each reason holds the numbers of its row, and says what an analyst can act on."""

from __future__ import annotations

import re
from dataclasses import replace
from math import nan
from string import Formatter

import numpy as np
import pandas as pd
import planted_features
import pytest
from explained import explained

import ganglioside as gg
from ganglioside.inference.state import Inference
from ganglioside.lipids.process_words import process_words
from ganglioside.support.arrays import replaced
from ganglioside.verdicts import reasons as written
from ganglioside.verdicts.decisions import OUTLIER, VALID, decide, weigh

HALF = 0.000_501  # of the last decimal


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return gg.analyze(gg.example()).features


def rows(features: pd.DataFrame, verdict: str) -> pd.DataFrame:
    found = features[features["verdict"] == verdict]
    assert len(found) > 0
    return found


def number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found[1])


def side(away: float, same: str) -> str:
    """The word for a difference of RT: `same` where it is shown as 0.000 min."""
    shown = round(away, 3)
    return same if shown == 0 else "later" if shown > 0 else "earlier"


def test_a_valid_row_says_how_far_it_is_from_what_was_expected(features: pd.DataFrame) -> None:
    for row in rows(features, "valid").itertuples():
        expected = number(r"the ([\d.]+) min expected", row.reason)
        away = number(r"Elutes ([\d.]+) min", row.reason)
        # Both to three decimals, of four in the table: halves go either way.
        assert expected == pytest.approx(row.predicted_rt, abs=HALF)
        assert away == pytest.approx(abs(row.residual), abs=HALF)
        assert f" min {side(row.residual, 'from')} " in row.reason
        sigma = number(r"\(([\d.]+) sigma\)", row.reason)
        assert sigma == pytest.approx(abs(row.standardized_residual), abs=0.051)
        assert f"expected for {row.series if pd.isna(row.isomer) else row.isomer} " in row.reason


def test_a_fragment_names_its_parent_and_what_was_lost(features: pd.DataFrame) -> None:
    fragments = rows(features, "fragment")
    for row in fragments.itertuples():
        assert row.parent in row.reason
        assert process_words(row.process) in row.reason
        assert ("no row of its own" in row.reason) == pd.isna(row.parent_id)
    for row in fragments[fragments["parent_id"].notna()].itertuples():
        parent = features.loc[int(row.parent_id)]
        assert f"(feature {row.parent_id}," in row.reason
        apart = number(r"feature \d+, ([\d.]+) min", row.reason)
        assert apart == pytest.approx(abs(row.rt - parent["rt"]), abs=0.00051)
        assert f" min {side(row.rt - parent['rt'], 'apart')}" in row.reason
        share = number(r"with ([\d.e+]+) % of its area", row.reason)
        assert share == pytest.approx(100 * row.volume / parent["volume"], rel=0.01)


def test_an_adduct_says_whose_mass_it_has(features: pd.DataFrame) -> None:
    labels = {"+Na-H": "sodium adduct", "-H2O": "loss of water", "+K-H": "potassium adduct"}
    for row in rows(features, "adduct").itertuples():
        assert f"the {labels[row.process]} of {row.parent}" in row.reason
        assert number(r"is expected at ([\d.]+) min", row.reason) == round(row.predicted_rt, 3)


def test_an_outlier_says_where_it_should_be(features: pd.DataFrame) -> None:
    for row in rows(features, "outlier").itertuples():
        assert f"{row.predicted_rt:.3f} min expected" in row.reason


@pytest.mark.parametrize(
    ("outdone", "area_off", "told"),
    [
        (True, 2.0, ", where another feature of this name fits better."),
        (False, -2.0, ", but has 1 % of the area that is expected there."),
        (False, 3.0, ", but has 1,000 times the area that is expected there."),
        (False, 0.2, ", which is too little to tell the name from a wrong one."),
        (False, nan, ", which is too little to tell the name from a wrong one."),
    ],
)
def test_an_outlier_on_its_line_says_what_speaks_against_it(
    outdone: bool, area_off: float, told: str
) -> None:
    """Once each was told that another feature of its name fits better, though there was none."""
    state = explained(gg.example())
    decisions = decide(weigh(state, gg.Settings()), gg.Settings())
    row = np.flatnonzero((decisions.verdict == VALID) & ~decisions.outdone)[:1]
    changed = replace(
        decisions,
        verdict=replaced(decisions.verdict, row, OUTLIER),
        process=replaced(decisions.process, row, None),
        outdone=replaced(decisions.outdone, row, outdone),
        area_off=replaced(decisions.area_off, row, area_off),
    )
    (reason,) = written.reasons(state, changed, labels(state), row).to_pylist()
    assert reason.startswith("Stands ")
    assert reason.endswith(told)


def labels(state: Inference) -> written.Labels:
    n = len(state.observed)
    names = pd.array(["a name"] * n, dtype="string")
    return written.Labels(
        number=np.arange(n),
        line=tuple(state.observed.groups.series[group] for group in state.line_group),
        parent=names,
        name=names,
        place=lambda rows: np.array([f"row {row}" for row in rows], dtype=object),
        others={},
    )


def test_a_row_is_outdone_by_one_of_its_name_that_is_likelier() -> None:
    base = planted_features.genuine(0)
    _, rt, area = planted_features.row_of(base, "GM1(38:1;O2)")
    table = pd.concat([base, base.iloc[:1].assign(Name="GM1(38:1;O2)", RT=rt + 0.4, Volume=area)])
    state = explained(gg.read_features(table.reset_index(drop=True)))
    decisions = decide(weigh(state, gg.Settings()), gg.Settings())
    last = int(np.flatnonzero(state.observed.row == len(table) - 1)[0])
    assert np.flatnonzero(decisions.outdone).tolist() == [last]
    assert decisions.area_off == pytest.approx(0.0, abs=3.0)


def test_no_areas_leave_no_gap_in_the_sentence() -> None:
    table = gg.example().data.rename(columns={"name": "Name", "rt": "RT"})[["Name", "RT"]]
    reasons = gg.analyze(table).features["reason"]
    assert not reasons.str.contains("% of its area").any()
    assert not reasons.str.contains(r"  | ,|\(\)|, ;|nan").any()


def test_one_other_feature_is_not_plural() -> None:
    pair = {"GM1(36:1;O2)": 8.0, "GM1(38:1;O2)": 9.4}
    more = {"GM3(34:1;O2)": 7.4, "GM3(36:1;O2)": 8.8, "GM3(38:1;O2)": 10.2, "GM3(40:1;O2)": 11.6}
    table = pd.DataFrame({"Name": [*pair, *more], "RT": [*pair.values(), *more.values()]})
    reasons = gg.analyze(table.assign(Anchor="T")).features["reason"]
    assert reasons[:2].str.endswith(", from 1 other feature of the series.").all()
    assert reasons[2:].str.endswith(", from 3 other features of the series.").all()


def test_reason_and_explanation_count_the_same_features_of_a_line() -> None:
    """Of a row that is valid at 0.64 its whole self was taken from the line in the reason."""
    analysis = gg.analyze(gg.simulate(14))
    valid = analysis.features[analysis.features["verdict"] == "valid"]
    unsure = valid[valid["reason"].str.contains(r"from \d+ other") & (valid["confidence"] < 0.9)]
    assert len(unsure) >= 1
    for feature_id, reason in unsure["reason"].items():
        own = next(h for h in analysis.explain(int(feature_id)).hypotheses if h.line is not None)
        assert number(r"^(\d+) other", own.basis) == number(r"from (\d+) other", reason)


def test_every_field_of_a_sentence_has_a_value() -> None:
    sentences = [v for v in vars(written).values() if isinstance(v, str) and "{" in v]
    assert len(sentences) >= 10
    fields = {field for s in sentences for _, field, _, _ in Formatter().parse(s) if field}
    assert not [field for field in fields if not hasattr(written._Fields, field)]


def fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}


SENTENCES = {n: s for n, s in vars(written).items() if isinstance(s, str) and "{expected" in s}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_what_is_expected_before_the_injection_has_no_rt(sentence: str) -> None:
    told = written._before_injection(sentence)
    assert "{line} is expected before the injection" in told
    assert fields(told) <= fields(sentence) - {"expected", "sigma", "off", "away", "side"}
