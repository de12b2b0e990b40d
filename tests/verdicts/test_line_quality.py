"""Quality of lines, and which of them may reject a name."""

from __future__ import annotations

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe
from ganglioside.verdicts.decisions import weigh
from ganglioside.verdicts.line_quality import line_quality


@pytest.fixture(scope="module")
def state() -> Inference:
    found = infer(observe(gg.example()))
    assert isinstance(found, Inference)
    return weigh(found, gg.Settings())


@pytest.mark.parametrize("threshold", [0.5, 0.9, 0.999])
def test_a_line_may_judge_when_it_predicts_what_it_left_out(
    state: Inference, threshold: float
) -> None:
    quality = line_quality(state, threshold)
    known = np.isfinite(quality.r2_left_out)
    np.testing.assert_array_equal(quality.may_judge[known], quality.r2_left_out[known] >= threshold)
    assert (quality.r2_left_out[known] <= quality.r2[known] + 1e-3).mean() > 0.9
    assert (quality.r2[known] <= 1).all()
    assert (quality.rmse_left_out[known] >= 0).all()


def test_the_numbers_are_those_of_the_definition(state: Inference) -> None:
    quality = line_quality(state, 0.9)
    c, shares = state.candidates, state.shares
    checked = 0
    for line in np.flatnonzero(np.isfinite(quality.r2)):
        on = c.line == line
        weight, rt = shares.own[on], c.rt[on]
        mean = np.average(rt, weights=weight)
        about_mean = (weight * (rt - mean) ** 2).sum()
        left_out = (weight * (rt - shares.predicted[on]) ** 2).sum()
        assert quality.r2_left_out[line] == pytest.approx(1 - left_out / about_mean)
        minutes = state.observed.rt[c.row[on]]
        predicted = state.observed.gradient.to_rt(shares.predicted[on])
        mean_square = np.average((minutes - predicted) ** 2, weights=weight)
        assert quality.rmse_left_out[line] == pytest.approx(np.sqrt(mean_square))
        fit = (weight * (rt - state.fitted[on]) ** 2).sum()
        assert quality.r2[line] == pytest.approx(1 - fit / about_mean)
        checked += 1
    assert checked > 10


def test_a_line_with_too_few_features_is_judged_as_all_together(state: Inference) -> None:
    for threshold, expected in ((0.0, True), (1.0, False)):
        quality = line_quality(state, threshold)
        unknown = np.isnan(quality.r2_left_out)
        assert unknown.any()
        assert (quality.may_judge[unknown] == expected).all()


def without_order(seed: int, right: int) -> pd.DataFrame:
    """Names at RT that mean nothing, beside some that are right."""
    rng = np.random.default_rng(seed)
    genuine = known_curve.draw(Method(), rng, anchors=0).sample(right, random_state=seed)
    names = [f"GM3({c}:{d};O2)" for c in range(32, 44) for d in range(4)]
    wrong = pd.DataFrame(
        {
            "Name": rng.choice(names, 150),
            "RT": rng.uniform(1, 28, 150),
            "Volume": np.exp(rng.normal(10, 1.5, 150)),
            "Anchor": "F",
        }
    )
    return pd.concat([genuine, wrong], ignore_index=True)


@pytest.mark.parametrize("seed", range(3))
def test_where_names_follow_no_order_none_is_rejected_by_it(seed: int) -> None:
    """Once nearly all were outliers at more than 0.99, from two or three names on a line."""
    analysis = gg.analyze(without_order(seed, right=3))
    assert not analysis.features["verdict"].eq("outlier").any()
    told = analysis.features["reason"].str.contains("names follow an order of retention: too few")
    assert told.mean() > 0.8
    assert not analysis.models["may_judge"].any()
    assert analysis.models["why_not"].str.contains("order of retention").all()
    assert analysis.findings["code"].tolist().count("no-order") == 1


def test_where_a_third_follows_an_order_the_others_are_rejected() -> None:
    analysis = gg.analyze(without_order(0, right=80))
    features = analysis.features
    assert not analysis.findings["code"].eq("no-order").any()
    assert features["verdict"][:80].eq("valid").mean() > 0.9
    assert features["verdict"][80:].eq("outlier").mean() > 0.8
