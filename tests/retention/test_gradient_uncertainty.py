"""Changes of a gradient that features leave open, and what they do to predictions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.inference.prediction_errors import gradient_uncertainty
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.observations import observe
from ganglioside.retention.curve import Ceramides
from ganglioside.retention.curve_covariance import SHAPE, SHARED
from ganglioside.retention.gradient_uncertainty import GradientUncertainty

SMALL = 1e-5


@pytest.fixture(scope="module")
def state() -> Inference:
    found = infer(observe(gg.simulate(3, level="easy")))
    assert isinstance(found, Inference)
    return found


@pytest.fixture(scope="module")
def unsure(state: Inference) -> GradientUncertainty:
    return gradient_uncertainty(state)


def test_the_variance_is_that_of_small_changes(
    state: Inference, unsure: GradientUncertainty
) -> None:
    """Each change moves curve and straightened time; the squared differences add up."""
    curve, ceramides = state.curve, state.tabulated.ceramides
    rt = unsure.gradient.to_rt(curve.predict(ceramides))
    expected = np.zeros_like(rt)
    for change, follow in zip(unsure.changes.T, unsure.followed.T, strict=True):
        speed = unsure.gradient.log_speed + SMALL * change
        moved = Gradient(unsure.gradient.knots, speed).straighten(rt)
        of_time = (moved - unsure.gradient.straighten(rt)) / SMALL
        of_curve = curve.change(ceramides, follow[:, None])[:, :, 0]
        expected += (of_curve - of_time) ** 2
    found = unsure.variance(curve, ceramides)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-9)


def test_a_curve_changes_as_its_parameters_do(state: Inference) -> None:
    curve, ceramides = state.curve, state.tabulated.ceramides
    rng = np.random.default_rng(1)
    step = rng.standard_normal(len(curve.covariance))
    n = len(curve.lines)
    moved = replace(
        curve,
        shape=curve.shape + SMALL * step[:SHAPE],
        shrink=curve.shrink + SMALL * step[SHAPE],
        spared=curve.spared + SMALL * step[SHAPE + 1],
        lines=curve.lines + SMALL * step[SHARED : SHARED + n],
        tilt=curve.tilt + SMALL * step[SHARED + n : SHARED + 2 * n],
        deviation=curve.deviation + SMALL * step[SHARED + 2 * n :],
    )
    expected = (moved.predict(ceramides) - curve.predict(ceramides)) / SMALL
    found = curve.change(ceramides, step[:, None])[:, :, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_the_deviation_of_an_unseen_ceramide_stays(state: Inference) -> None:
    curve, ceramides = state.curve, state.tabulated.ceramides
    unseen = Ceramides(ceramides.basis, np.full(len(ceramides.basis), -1))
    only_deviations = np.zeros((len(curve.covariance), 1))
    only_deviations[SHARED + 2 * len(curve.lines) :] = 1.0
    assert (curve.change(ceramides, only_deviations) == 1).all()
    assert (curve.change(unseen, only_deviations) == 0).all()


def test_a_line_that_is_added_follows_as_the_others(
    state: Inference, unsure: GradientUncertainty
) -> None:
    curve, ceramides = state.curve, state.tabulated.ceramides
    before = unsure.variance(curve, ceramides)
    after = unsure.variance(curve.with_line(float(np.median(curve.lines)), 0.01), ceramides)
    np.testing.assert_allclose(after[:-1], before)
    assert after[-1].mean() < 3 * before.max()


def test_values_come_back_and_nothing_stays_nothing(
    state: Inference, unsure: GradientUncertainty
) -> None:
    again = GradientUncertainty.from_dict(unsure.to_dict())
    curve, ceramides = state.curve, state.tabulated.ceramides
    np.testing.assert_array_equal(
        again.variance(curve, ceramides), unsure.variance(curve, ceramides)
    )
    nothing = GradientUncertainty.from_dict(None)
    assert nothing.is_nothing
    assert (nothing.variance(curve, ceramides) == 0).all()
