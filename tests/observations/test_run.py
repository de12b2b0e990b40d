"""No prediction is before the injection, or wider than the run, whatever the table holds."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import rows_of_peaks
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.charts.plot_tables import curves, points
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.observations.run import Run

HEADS = ("GM3", "GM1", "GD1a", "GQ1", "GM3+OAc", "GP1")
ELSEWHERE = (
    "GM3(36:1;O2)",
    "GP1(30:4;O3)",
    "GT3+2OAc(52:0;O2)",
    "Fuc-GM1(28:3;O2)",
    "LacCer(60:0;O2)",
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Tables that are right, wrong, short, or at random, with m/z that fit, or not, or none."""
    seed = draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    n = draw(st.integers(3, 25))
    carbons = rng.integers(30, 48, n)
    bonds = rng.integers(0, 3, n)
    heads = rng.choice(HEADS[: draw(st.integers(1, len(HEADS)))], n)
    names = [f"{h}({c}:{d};O2)" for h, c, d in zip(heads, carbons, bonds, strict=True)]
    first = draw(st.sampled_from([0.05, 0.6, 5.0]))
    slope = draw(st.sampled_from([0.12, 0.4, 1.2]))
    on_curve = first + slope * (carbons - 30) - slope * bonds + rng.normal(0, 0.02, n)
    at_random = rng.uniform(0.05, 20.0, n)
    wrong = rng.random(n) < draw(st.sampled_from([0.0, 0.2, 1.0]))
    rt = np.maximum(np.where(wrong, at_random, on_curve), 0.01)
    table = pd.DataFrame({"Name": names, "RT": rt.round(3)})
    if draw(st.booleans()):
        table["Volume"] = 10 ** rng.uniform(4, 7, n)
    if draw(st.booleans()):
        table["Anchor"] = np.where(rng.random(n) < 0.3, "T", "F")
    if draw(st.booleans()):
        table["m/z"], table["Adduct"] = rng.uniform(500, 2000, n), "[M-H]-"
    if draw(st.booleans()):
        table["Sample"] = np.where(np.arange(n) % 2, "A", "B")
    return table


def keeps_to_the_run(rt: pd.Series, lower: pd.Series, upper: pd.Series, end: float) -> None:
    known = rt.notna()
    assert (rt[known] >= 0).all()
    assert (lower[known] >= 0).all()
    assert (lower[known] <= rt[known] + 1e-6).all()
    assert (rt[known] <= upper[known] + 1e-6).all()
    assert (upper[known] - lower[known] <= end + 1e-6).all()


def numbers_after(words: str, text: str) -> list[float]:
    return [float(found) for found in re.findall(words + r"(-?\d+\.\d+)", text)]


@given(tables())
@examples(120)
def test_every_output_keeps_to_the_run(table: pd.DataFrame) -> None:
    analysis = gg.analyze(table)
    end = float(table["RT"].max())
    features = analysis.features
    keeps_to_the_run(features["predicted_rt"], features["rt_lower"], features["rt_upper"], end)
    for reason in features["reason"]:
        assert min(numbers_after(r"(?:expected at |than the |from the )", reason), default=0) >= 0
        assert max(numbers_after("±", reason), default=0) <= end
    if not analysis.model.is_fitted:
        return
    assert (analysis.models["offset"] >= 0).all()
    assert (analysis.models["offset_se"] <= end).all()
    again = FittedModel.from_dict(analysis.model.to_dict())
    for model in (analysis.model, again):
        found = model.predict([*ELSEWHERE, *table["Name"]])
        keeps_to_the_run(found["predicted_rt"], found["lower"], found["upper"], end)
        assert (model.predict_one(ELSEWHERE) >= 0).all()
    library = analysis.expected_library(ceramides=["30:2;O2", "50:0;O2"])
    keeps_to_the_run(library["rt"], library["rt_start"], library["rt_end"], end)
    line_rt = analysis.model.line_rt(analysis.model.line_series[0], None, [20, 60], [5, 0], [2, 2])
    assert np.nanmin(line_rt, initial=0) >= 0
    drawn = curves(analysis, points(analysis))
    assert "curve_rt" not in drawn or not (drawn["curve_rt"] < 0).any()
    for feature_id in (0, len(table) - 1):
        expected = analysis.explain(feature_id).table["expected_rt"]
        assert (expected.dropna() >= 0).all()
        assert (analysis.suggest(feature_id)["predicted_rt"] >= 0).all()


def test_what_is_known_is_predicted_as_before() -> None:
    features = gg.analyze(rows_of_peaks.plain()).features
    width = features["rt_upper"] - features["rt_lower"]
    assert (width < 0.3).all()
    middle = (features["rt_upper"] + features["rt_lower"]) / 2
    assert np.allclose(middle, features["predicted_rt"], atol=2e-6)


def test_a_name_of_which_nothing_shows_when_it_elutes_says_so() -> None:
    rng = np.random.default_rng(0)
    wrong = rows_of_peaks.plain()[:14].assign(RT=rng.uniform(1, 12, 14).round(3))
    reasons = gg.analyze(wrong.drop(columns=["m/z", "Adduct"])).features["reason"]
    vague = reasons[reasons.str.contains("Nothing in the table shows|predicted only to")]
    assert not vague.str.contains("expected at -").any()


def test_a_run_keeps_intervals_within_it() -> None:
    run = Run.of(np.array([3.0, 12.0]))
    assert run.end == 12.0
    lower, upper = run.interval(np.array([6.0, -5.0]), np.array([100.0, 0.2]))
    assert upper[0] - lower[0] == pytest.approx(12.0)
    assert lower[1] == 0.0
    assert upper[1] > 0.0


def test_models_stored_before_have_a_run_without_an_end() -> None:
    assert Run.from_dict({}) == Run()
    assert Run.from_dict(Run(9.0).to_dict()) == Run(9.0)
    assert Run().to_dict() == {}
    assert Run().interval(np.array([5.0]), np.array([100.0]))[1][0] > 100
