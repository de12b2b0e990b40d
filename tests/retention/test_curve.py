"""The retention curve: derivatives, uncertainty and inverse are those of its prediction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.retention import curve as curve_module
from ganglioside.retention.curve import (
    Ceramides,
    Curve,
    LinePrior,
    TabulatedCurve,
    ceramide_basis,
    ceramide_class,
    ceramide_effect,
    ceramide_effect_jacobian,
    refit,
    shape_prior,
    starting_prior,
    usual_carbons,
)
from ganglioside.retention.curve_covariance import SHAPE, SHARED
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()

CERAMIDES = np.array(
    [[n, d, 2] for n in range(32, 46, 2) for d in (0, 1, 2, 3)] + [[36, 1, 3], [38, 0, 3]],
    dtype=np.float64,
)
BASIS = ceramide_basis(CERAMIDES)
N_LINES = 4


def make_curve(seed: int = 0) -> Curve:
    """Return a curve with every parameter away from zero."""
    rng = np.random.default_rng(seed)
    size = SHARED + 2 * N_LINES + len(CERAMIDES)
    root = rng.normal(0, 0.02, (size, size))
    return Curve(
        shape=np.array([0.7, -0.06, 0.75, -1.4, -1.5, -0.3]),
        shrink=0.18,
        spared=0.13,
        slope=0.68,
        middle=9.0,
        lines=np.array([8.2, 9.1, 9.6, 10.3]),
        tilt=np.array([0.04, -0.03, 0.01, -0.02]),
        tilt_sd=0.02,
        ceramides=CERAMIDES,
        deviation=rng.normal(0, 0.02, len(CERAMIDES)),
        deviation_sd=0.03,
        hydroxyl_deviation=PRIORS.hydroxyl_deviation.value,
        covariance=root @ root.T,
        usual_carbons=usual_carbons(PRIORS),
    )


def all_ceramides(*, known: bool = True) -> Ceramides:
    places = np.arange(len(CERAMIDES))
    return Ceramides(BASIS, places if known else np.full_like(places, -1))


def jacobian_of(curve: Curve, ceramides: Ceramides) -> np.ndarray:
    """Return dRT/d(parameters) of each line at each ceramide, shape (L * c, 8 + 2 L + K)."""
    slopes, c = curve._slopes(ceramides), len(ceramides.known)
    result = np.zeros((N_LINES, c, len(curve.parameters())))
    for line in range(N_LINES):
        own = [*range(SHARED), SHARED + line, SHARED + N_LINES + line]
        result[line][:, own] = slopes.line_factor[line] * slopes.ceramide_factor
        seen = np.flatnonzero(ceramides.known >= 0)
        result[line, seen, SHARED + 2 * N_LINES + ceramides.known[seen]] = 1
    return result.reshape(N_LINES * c, -1)


def with_parameters(curve: Curve, theta: np.ndarray) -> Curve:
    return replace(
        curve,
        shape=theta[:SHAPE],
        shrink=float(theta[SHAPE]),
        spared=float(theta[SHAPE + 1]),
        lines=theta[SHARED : SHARED + N_LINES],
        tilt=theta[SHARED + N_LINES : SHARED + 2 * N_LINES],
        deviation=theta[SHARED + 2 * N_LINES :],
    )


def test_the_reference_ceramide_has_no_effect_and_stands_on_the_line() -> None:
    curve = replace(make_curve(), deviation=np.zeros(len(CERAMIDES)))
    basis = ceramide_basis(np.array([curve_module.REFERENCE]))
    np.testing.assert_array_equal(basis, 0)
    reference = Ceramides(basis, np.array([-1]))
    np.testing.assert_allclose(curve.predict(reference)[:, 0], curve.lines)


def test_the_basis_counts_what_the_ceramide_holds() -> None:
    basis = ceramide_basis(
        np.array([[38, 0, 2], [34, 1, 3], [42, 3, 2], [40, 0, 3]], dtype=np.float64)
    )
    np.testing.assert_array_equal(
        basis, [[2, 1, 0, 0, 0], [-2, 0, 0, 1, 0], [6, 0, 2, 0, 0], [4, 1, 0, 1, 1]]
    )


def test_open_sum_compositions_are_a_class_of_their_own() -> None:
    basis = ceramide_basis(
        np.array([[36, 1, 2], [36, 0, 2], [36, 2, 2], [36, 1, 3], [36, 1, 1]], dtype=np.float64)
    )
    assert ceramide_class(basis).tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("slope", [0.3, 0.77, 1.2])
def test_expected_shapes_are_those_of_reversed_phase(slope: float) -> None:
    shape, sd = shape_prior(slope, PRIORS)
    effect = dict(
        zip(map(tuple, CERAMIDES.astype(int)), ceramide_effect(shape, BASIS), strict=True)
    )
    assert (sd > 0).all()
    chain = [effect[n, 1, 2] for n in range(32, 46, 2)]
    steps = np.diff(chain)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()  # concave
    assert effect[36, 0, 2] > effect[36, 1, 2] > effect[36, 2, 2] > effect[36, 3, 2]
    assert effect[36, 1, 3] < effect[36, 1, 2]
    assert effect[38, 1, 2] == pytest.approx(2 * slope, rel=0.1)


def test_a_first_curve_holds_what_few_rows_show() -> None:
    (mean, sd), (started, held) = shape_prior(0.7, PRIORS), starting_prior(0.7, PRIORS)
    np.testing.assert_array_equal(started, mean)
    np.testing.assert_array_equal(held[:-1], sd[:-1])
    assert held[-1] < 0.1 * sd[-1]


def test_the_jacobian_of_f_is_its_derivative() -> None:
    shape, step = make_curve().shape, 1e-6
    expected = np.column_stack(
        [
            (ceramide_effect(shape + d, BASIS) - ceramide_effect(shape - d, BASIS)) / (2 * step)
            for d in np.eye(SHAPE) * step
        ]
    )
    np.testing.assert_allclose(ceramide_effect_jacobian(shape, BASIS), expected, atol=1e-7)


@pytest.mark.parametrize("known", [True, False])
def test_the_jacobian_is_the_derivative_of_the_prediction(known: bool) -> None:
    curve, ceramides, step = make_curve(), all_ceramides(known=known), 1e-6
    theta = curve.parameters()
    up_down = [
        (with_parameters(curve, theta + d), with_parameters(curve, theta - d))
        for d in np.eye(len(theta)) * step
    ]
    expected = np.column_stack(
        [(u.predict(ceramides) - d.predict(ceramides)).ravel() / (2 * step) for u, d in up_down]
    )
    np.testing.assert_allclose(jacobian_of(curve, ceramides), expected, atol=1e-7)


def test_the_variance_is_that_of_the_parameters() -> None:
    curve, ceramides = make_curve(3), all_ceramides()
    jacobian = jacobian_of(curve, ceramides)
    expected = np.einsum("ij,jk,ik->i", jacobian, curve.covariance, jacobian)
    np.testing.assert_allclose(curve.variance(ceramides).ravel(), expected, rtol=1e-9)


def test_an_unseen_ceramide_adds_the_spread_of_ceramides() -> None:
    curve, ceramides = make_curve(3), all_ceramides(known=False)
    jacobian = jacobian_of(curve, ceramides)
    expected = np.einsum("ij,jk,ik->i", jacobian, curve.covariance, jacobian)
    found = curve.variance(ceramides).ravel()
    spread = curve.deviation_sd * np.where(CERAMIDES[:, 2] > 2, curve.hydroxyl_deviation, 1)
    np.testing.assert_allclose(found, expected + np.tile(spread**2, N_LINES), rtol=1e-9)


@pytest.mark.parametrize("known", [True, False])
def test_reducing_takes_back_what_predicting_added(known: bool) -> None:
    curve, ceramides = replace(make_curve(), tilt=np.zeros(N_LINES)), all_ceramides(known=known)
    place = np.arange(len(CERAMIDES))
    for line, rt in zip(curve.lines, curve.predict(ceramides), strict=True):
        np.testing.assert_allclose(curve.reduce(rt, ceramides, place), line, rtol=1e-12)


@examples(50)
@given(
    rt=st.floats(1, 30),
    carbons=st.integers(30, 46),
    bonds=st.integers(0, 3),
    shift=st.floats(0.01, 5),
)
def test_reduced_rt_rises_with_rt(rt: float, carbons: int, bonds: int, shift: float) -> None:
    basis = ceramide_basis(np.array([[carbons, bonds, 2]], np.float64))
    asked, place = Ceramides(basis, np.array([-1])), np.array([0, 0])
    low, high = make_curve().reduce(np.array([rt, rt + shift]), asked, place)
    assert low < high


def test_lines_draw_together_along_the_gradient() -> None:
    curve = replace(make_curve(), deviation=np.zeros(len(CERAMIDES)), tilt=np.zeros(N_LINES))
    rt = curve.predict(all_ceramides())
    at = {tuple(c): k for k, c in enumerate(CERAMIDES.astype(int))}
    distance = rt[-1] - rt[0]
    assert distance[at[44, 1, 2]] < distance[at[36, 1, 2]] < distance[at[32, 1, 2]]
    assert distance[at[36, 1, 2]] == pytest.approx(curve.lines[-1] - curve.lines[0])


def test_lines_need_not_draw_together_where_double_bonds_hold_back() -> None:
    shape = np.array([0.68, 0.0, *curve_module.usual_carbons(PRIORS)])
    flat = {"deviation": np.zeros(len(CERAMIDES)), "tilt": np.zeros(N_LINES)}
    curve = replace(make_curve(), shape=shape, shrink=0.2, spared=0.2, **flat)
    at = {tuple(c): k for k, c in enumerate(CERAMIDES.astype(int))}

    def distance(curve: Curve, *ceramide: int) -> float:
        rt = curve.predict(all_ceramides())[:, at[ceramide]]
        return float(rt[-1] - rt[0])

    assert distance(curve, 36, 3, 2) == pytest.approx(distance(curve, 36, 1, 2))
    assert distance(curve, 42, 1, 2) < distance(curve, 36, 1, 2)
    wholly = replace(curve, spared=0.0)
    assert distance(wholly, 36, 3, 2) > distance(wholly, 36, 1, 2)


def test_a_tilted_line_is_steeper_by_its_fraction() -> None:
    flat = replace(make_curve(), tilt=np.zeros(N_LINES), shrink=0.0, spared=0.0)
    tilted = replace(flat, tilt=np.array([0.0, 0.05, 0.0, 0.0]))
    more = tilted.predict(all_ceramides()) - flat.predict(all_ceramides())
    np.testing.assert_allclose(more[1], 0.05 * flat.f(BASIS))
    np.testing.assert_array_equal(more[[0, 2, 3]], 0)


def test_a_further_line_is_independent_of_all_else() -> None:
    curve = make_curve()
    more = curve.with_line(11.0, 0.04)
    np.testing.assert_array_equal(more.lines, [*curve.lines, 11.0])
    np.testing.assert_array_equal(more.tilt, [*curve.tilt, 0.0])
    new = [SHARED + N_LINES, SHARED + 2 * N_LINES + 1]
    tilt = curve.tilt_sd**2
    np.testing.assert_array_equal(more.covariance[np.ix_(new, new)], np.diag([0.04, tilt]))
    others = np.delete(np.arange(len(more.covariance)), new)
    np.testing.assert_array_equal(more.covariance[np.ix_(others, others)], curve.covariance)
    np.testing.assert_array_equal(more.covariance[np.ix_(new, others)], 0)
    before, after = curve.variance(all_ceramides()), more.variance(all_ceramides())
    np.testing.assert_allclose(after[:N_LINES], before)
    reference = Ceramides(np.zeros((1, 5)), np.array([-1]))
    # the shared parameters say nothing at the reference ceramide
    assert more.variance(reference)[-1, 0] == pytest.approx(0.04 + curve.deviation_sd**2)


def test_the_variance_of_the_lines_is_their_part_of_the_covariance() -> None:
    curve = make_curve()
    expected = np.diagonal(curve.covariance)[SHARED : SHARED + N_LINES]
    np.testing.assert_array_equal(curve.line_var, expected)


def fitted(truth: Curve, rt: np.ndarray, sigma: float, rounds: int = 30) -> Curve:
    """Fit a curve, from what is expected of any table, to an RT of each line and ceramide."""
    ceramides = all_ceramides()
    curve = replace(
        truth,
        shape=shape_prior(truth.slope, PRIORS)[0],
        shrink=0.0,
        spared=0.0,
        lines=np.full(N_LINES, truth.middle),
        tilt=np.zeros(N_LINES),
        deviation=np.zeros(len(CERAMIDES)),
    )
    wide = LinePrior(np.full(N_LINES, truth.middle), np.full(N_LINES, 25.0))
    weight = np.full(rt.shape, sigma**-2)
    for _ in range(rounds):
        residual = rt - curve.predict(ceramides)
        curve = refit(
            TabulatedCurve.tabulate(curve, ceramides), weight, weight * residual, wide, PRIORS
        ).curve
    return curve


def test_fitting_exact_data_gives_back_the_curve() -> None:
    truth = replace(make_curve(), deviation=np.zeros(len(CERAMIDES)), tilt=np.zeros(N_LINES))
    rt = truth.predict(all_ceramides())
    found = fitted(truth, rt, sigma=1e-3)
    np.testing.assert_allclose(found.predict(all_ceramides()), rt, atol=2e-4)
    np.testing.assert_allclose(found.lines, truth.lines, atol=0.01)
    np.testing.assert_allclose(found.shape, truth.shape, atol=0.02)
    assert found.shrink == pytest.approx(truth.shrink, abs=0.01)


@pytest.mark.parametrize("spared", [0.0, 0.2])
def test_fitting_finds_what_is_spared_of_the_shrink(spared: float) -> None:
    flat = {"deviation": np.zeros(len(CERAMIDES)), "tilt": np.zeros(N_LINES)}
    truth = replace(make_curve(), shrink=0.2, spared=spared, **flat)
    found = fitted(truth, truth.predict(all_ceramides()), sigma=1e-3)
    assert found.spared == pytest.approx(spared, abs=0.02)


def test_fitting_finds_how_steep_each_line_is() -> None:
    truth = replace(make_curve(), deviation=np.zeros(len(CERAMIDES)), shrink=0.2)
    found = fitted(truth, truth.predict(all_ceramides()), sigma=1e-3)
    np.testing.assert_allclose(
        found.predict(all_ceramides()), truth.predict(all_ceramides()), atol=1e-3
    )
    assert np.ptp(found.tilt) == pytest.approx(np.ptp(truth.tilt), abs=0.03)


@examples(50)
@given(
    seed=st.integers(0, 10_000),
    move=st.floats(0.1, 3.0),
    trust=st.floats(1, 100),
)
def test_no_feature_bears_more_than_all_of_its_prediction(
    seed: int, move: float, trust: float
) -> None:
    """Leverages stay below 1 however far one step moves the curve, so rows can be left out."""
    rng = np.random.default_rng(seed)
    start, shape = make_curve(seed), (N_LINES, len(CERAMIDES))
    weight = np.where(rng.random(shape) < 0.05, trust / 0.03**2, 0.0)
    residual = weight * rng.normal(0, move, shape)
    prior = LinePrior(start.lines, np.full(N_LINES, 0.3))
    found = refit(TabulatedCurve.tabulate(start, all_ceramides()), weight, residual, prior, PRIORS)
    assert (weight * found.variance).max(initial=0) < 1 + 1e-6


def test_fitting_finds_what_single_ceramides_deviate() -> None:
    truth = make_curve()
    truth = replace(truth, deviation=truth.deviation * 2)
    rt = truth.predict(all_ceramides())
    found = fitted(truth, rt, sigma=1e-3)
    np.testing.assert_allclose(found.predict(all_ceramides()), rt, atol=1e-3)
    agreement = np.corrcoef(found.deviation, truth.deviation)[0, 1]
    assert agreement > 0.9


def test_the_uncertainty_of_a_fit_is_that_of_its_errors() -> None:
    """Errors of predictions over their stated sd, over draws of truth and noise."""
    truth, ceramides, sigma = make_curve(), all_ceramides(), 0.03
    rng = np.random.default_rng(5)
    z = []
    for _ in range(20):
        drawn = replace(
            truth,
            deviation=rng.normal(0, truth.deviation_sd, len(CERAMIDES)),
            tilt=rng.normal(0, truth.tilt_sd, N_LINES),
        )
        exact = drawn.predict(ceramides)
        found = fitted(drawn, exact + rng.normal(0, sigma, exact.shape), sigma, rounds=4)
        z.append((found.predict(ceramides) - exact) / np.sqrt(found.variance(ceramides)))
    assert np.std(z) == pytest.approx(1.0, abs=0.15)


def test_without_features_a_fit_is_what_was_expected() -> None:
    truth = make_curve()
    prior = LinePrior(np.array([8.0, 9.0, 10.0, 11.0]), np.full(N_LINES, 0.09))
    nothing = np.zeros((N_LINES, len(CERAMIDES)))
    found = refit(
        TabulatedCurve.tabulate(truth, all_ceramides()), nothing, nothing, prior, PRIORS
    ).curve
    np.testing.assert_allclose(found.lines, prior.mean)
    np.testing.assert_allclose(found.shape, shape_prior(truth.slope, PRIORS)[0])
    np.testing.assert_allclose(found.deviation, 0, atol=1e-12)
    np.testing.assert_allclose(found.tilt, 0, atol=1e-12)
    np.testing.assert_allclose(found.line_var, prior.variance)


def test_a_fit_knows_its_variance_where_it_was_linearised() -> None:
    curve, ceramides = make_curve(2), all_ceramides()
    weight = np.random.default_rng(2).uniform(0, 1, (N_LINES, len(CERAMIDES))) / 0.03**2
    fit = refit(
        TabulatedCurve.tabulate(curve, ceramides),
        weight,
        weight,
        LinePrior(curve.lines, curve.line_var),
        PRIORS,
    )
    jacobian = jacobian_of(curve, ceramides)
    expected = np.einsum("ij,jk,ik->i", jacobian, fit.curve.covariance, jacobian)
    np.testing.assert_allclose(fit.variance.ravel(), expected, rtol=1e-9)


def test_ceramides_with_a_third_hydroxyl_deviate_more() -> None:
    basis = curve_module.ceramide_basis(np.array([[36.0, 1, 2], [36.0, 1, 3], [36.0, 0, 4]]))
    spread = make_curve().deviation_sds(basis) / make_curve().deviation_sd
    assert spread.tolist() == [1.0, *[PRIORS.hydroxyl_deviation.value] * 2]
