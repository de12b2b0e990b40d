"""Verdicts on gradients of any shape: right names stay right, wrong ones are found."""

from __future__ import annotations

import numpy as np
import pytest
from bent_tables import Bend, even, s_shaped, table, two_steps

import ganglioside as gg
from ganglioside.inference.gradient_learning import learn_gradient
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe

BENDS = [even, s_shaped, two_steps]


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("seed", range(2))
def test_right_names_are_valid_on_any_gradient(bend: Bend, seed: int) -> None:
    features = gg.analyze(table(bend, seed)).features
    assert (features["verdict"] == "valid").mean() >= 0.98
    assert not ((features["verdict"] == "outlier") & (features["confidence"] > 0.9)).any()


@pytest.mark.parametrize("bend", BENDS)
def test_wrong_names_are_outliers_on_any_gradient(bend: Bend) -> None:
    wrong = table(bend)
    rows = [6, 19, 38]
    steepness = np.abs(np.gradient(bend(np.arange(-6.0, 9.0)))).max()
    wrong.loc[rows, "RT"] += np.array([0.6, -0.6, 0.6]) * max(steepness, 1.0)
    features = gg.analyze(wrong).features
    assert features.loc[rows, "verdict"].eq("outlier").all()
    assert features["verdict"].eq("valid").sum() >= len(wrong) - 4


def test_predictions_are_in_minutes_of_the_run() -> None:
    known = table(s_shaped).drop(index=[9])
    model = gg.analyze(known).model
    missing = table(s_shaped, noise=0.0).loc[9]
    prediction = model.predict([missing["Name"]]).iloc[0]
    assert prediction["predicted_rt"] == pytest.approx(missing["RT"], abs=0.1)
    assert prediction["lower"] < missing["RT"] < prediction["upper"]


def test_a_model_of_an_uneven_gradient_is_stored_whole() -> None:
    analysis = gg.analyze(table(two_steps))
    again = type(analysis.model).from_dict(analysis.model.to_dict())
    names = ["GM3(35:1;O2)", "GM1(41:2;O2)"]
    assert again.predict(names).equals(analysis.model.predict(names))


def test_reasons_and_explanations_give_minutes_of_the_run() -> None:
    analysis = gg.analyze(table(s_shaped))
    feature = analysis.features.iloc[20]
    own = analysis.explain(20).hypotheses[0]
    assert own.kind == "own series"
    assert own.expected_rt == pytest.approx(feature["predicted_rt"], abs=1e-5)
    assert abs(feature["residual"]) < 0.1


def test_an_even_gradient_is_not_learned() -> None:
    state = infer(observe(gg.read_features(table(even))))
    assert isinstance(state, Inference)
    assert learn_gradient(state) is state
