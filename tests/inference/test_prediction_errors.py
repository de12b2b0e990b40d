"""What a table leaves open of its gradient, and how far off its left-out rows are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference import prediction_errors
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.prediction_errors import error_scale, gradient_uncertainty
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe
from ganglioside.support.priors import Priors

CARBONS = range(30, 45)


def table(bend: float = 0.0, scatter: float = 0.01, every: int = 1) -> pd.DataFrame:
    """Three series on a gradient that slows down by `bend`, with one in `every` ceramides."""
    rng = np.random.default_rng(7)
    rows = [
        (f"{series} {n}:1;O2", 8 + distance + 0.5 * (n - 36) - bend * (n - 36) ** 2)
        for series, distance in {"GM3": 1.0, "GM1": 0.4, "GD1": 0.0}.items()
        for n in CARBONS[::every]
    ]
    names, rt = zip(*rows, strict=True)
    rt = np.array(rt) + scatter * rng.standard_normal(len(rt))
    return pd.DataFrame({"Name": names, "RT": rt.round(4), "Anchor": "T"})


def state_of(given: pd.DataFrame, priors: Priors | None = None) -> Inference:
    state = infer(observe(gg.read_features(given)), priors=priors)
    assert isinstance(state, Inference)
    return state


def width(state: Inference) -> float:
    """Mean variance that the gradient adds to the predictions of a state."""
    variance = gradient_uncertainty(state).variance(state.curve, state.tabulated.ceramides)
    assert variance.shape == state.tabulated.variance.shape
    assert (variance >= 0).all()
    return float(variance.mean())


def test_many_features_leave_less_open_of_a_gradient() -> None:
    assert 0 < width(state_of(table())) < 0.7 * width(state_of(table(every=3)))


def test_where_features_stand_the_curve_follows_and_beyond_them_it_cannot() -> None:
    state = state_of(table())
    unsure = gradient_uncertainty(state)
    among = replace(state.tabulated.ceramides)
    within = unsure.variance(state.curve, among)
    basis = among.basis.copy()
    basis[:, 0] += 12.0  # carbons
    beyond = unsure.variance(state.curve, replace(among, basis=basis))
    assert beyond.mean() > 10 * within.mean()


def test_an_even_gradient_may_be_bent_with_the_probability_of_the_prior() -> None:
    given = table()
    half, fifth = (Priors.usual().varied(hidden_bend={"value": p}) for p in (0.5, 0.2))
    assert width(state_of(given, half)) == pytest.approx(2.5 * width(state_of(given, fifth)))


def test_a_large_table_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_of(table())
    monkeypatch.setattr(prediction_errors, "_KNOWN_FROM", len(state.candidates.row) - 1)
    assert width(state) == 0.0


def test_left_out_rows_that_are_farther_off_than_expected_widen_predictions() -> None:
    state = state_of(table())
    unsure = gradient_uncertainty(state)
    usual = error_scale(state, unsure)
    assert 0.8 < usual < 1.3
    far = state.candidates.rt + 4 * (state.candidates.rt - state.fitted)
    farther = replace(state, candidates=replace(state.candidates, rt=far))
    assert error_scale(farther, unsure) > 1.5 * usual


def test_a_few_rows_far_off_widen_predictions_though_most_are_where_they_should_be() -> None:
    state = state_of(table())
    unsure = gradient_uncertainty(state)
    c, rt = state.candidates, state.candidates.rt.copy()
    few = np.argsort(state.shares.own)[-len(rt) // 12 :]
    rt[few] = state.fitted[few] + 6 * state.scatter[few]
    moved = replace(state, candidates=replace(c, rt=rt))
    assert len(few) / len(rt) > 0.05
    assert error_scale(moved, unsure) > 1.5 * error_scale(state, unsure)


def test_intervals_hold_what_was_left_out_on_a_bent_gradient() -> None:
    given = table(bend=0.012)
    inside = []
    for row in range(1, len(given), 4):
        model = FittedModel.fitted_to(gg.read_features(given.drop(index=row)))
        told = model.predict([given.loc[row, "Name"]]).iloc[0]
        inside.append(told["lower"] <= given.loc[row, "RT"] <= told["upper"])
    assert np.mean(inside) >= 0.9


def test_a_stored_model_predicts_the_same_intervals() -> None:
    model = FittedModel.fitted_to(gg.read_features(table(bend=0.012)))
    names = ["GM3(37:1;O2)", "GD1(50:1;O2)", "GQ1(36:1;O2)"]
    again = FittedModel.from_dict(model.to_dict())
    pd.testing.assert_frame_equal(again.predict(names), model.predict(names))


def test_a_model_that_was_stored_before_is_read() -> None:
    values = FittedModel.fitted_to(gg.read_features(table(bend=0.012))).to_dict()
    before = {key: values[key] for key in values if key not in ("unsure", "error_scale")}
    names = ["GM3(37:1;O2)", "GQ1(36:1;O2)"]
    narrow = FittedModel.from_dict(before).predict(names)
    wide = FittedModel.from_dict(values | {"error_scale": 1.0}).predict(names)
    assert (wide["upper"] > narrow["upper"]).all()
