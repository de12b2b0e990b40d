"""Densities integrate to one, and missing values are no evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganglioside.support.densities import (
    INTERVAL,
    OWN_TAIL,
    PAIR_TAIL,
    STANDARD_DEVIATION,
    beyond_own_tail,
    closeness,
    normal,
    of_area,
    of_difference,
    pair_tail,
    student,
    student_weight,
)

Z = np.linspace(-8, 8, 41)


@pytest.fixture(scope="module")
def stats() -> Any:
    """The distributions of SciPy, which take half a second to load."""
    from scipy import stats

    return stats


@pytest.mark.parametrize("tail", [2.0, 6.0])
def test_student_is_that_of_the_tables(stats: Any, tail: float) -> None:
    np.testing.assert_allclose(student(Z, 0.3, tail), stats.t.pdf(Z, tail) / 0.3)


def test_the_tail_beyond_a_distance_is_that_of_the_tables(stats: Any) -> None:
    size = np.abs(Z)
    np.testing.assert_allclose(beyond_own_tail(size), 2 * stats.t.sf(size, OWN_TAIL), atol=1e-12)


def test_the_interval_and_the_spread_are_those_of_the_tail(stats: Any) -> None:
    assert pytest.approx(stats.t.ppf(0.975, OWN_TAIL), abs=1e-3) == INTERVAL
    assert stats.t.std(OWN_TAIL) == pytest.approx(STANDARD_DEVIATION)


def test_weights_are_those_of_the_fit_with_tails() -> None:
    weight = student_weight(Z, 6.0)
    assert (np.diff(weight[Z >= 0]) < 0).all()
    step = 1e-6
    slope = (np.log(student(Z + step, 1.0, 6.0)) - np.log(student(Z - step, 1.0, 6.0))) / (2 * step)
    np.testing.assert_allclose(-weight * Z, slope, atol=1e-6)


def test_closeness_falls_from_one_over_a_half_at_a_distance_of_one() -> None:
    assert closeness(np.array([0.0, 1.0, -1.0, 10.0])).tolist() == [1, 0.5, 0.5, 1 / 10_001]
    assert (np.diff(closeness(Z[Z >= 0])) < 0).all()


def test_normal_is_that_of_the_tables_and_one_where_nothing_is_known(stats: Any) -> None:
    x = np.array([5.0, np.nan, 6.5, np.inf])
    density = normal(x, 6.0, 0.5)
    np.testing.assert_allclose(density[[0, 2]], stats.norm.pdf(x[[0, 2]], 6.0, 0.5))
    assert density[[1, 3]].tolist() == [1, 1]


@pytest.mark.parametrize("tail", [2, 4, 6])
@pytest.mark.parametrize(("scale", "step"), [(0.007, 0.01), (0.007, 0.1), (0.05, 0.1)])
def test_differences_of_rounded_numbers_are_as_frequent_as_they_come(
    scale: float, step: float, tail: int
) -> None:
    rng = np.random.default_rng(0)
    first = rng.uniform(0, 20, 400_000)
    second = first + scale * rng.standard_t(tail, len(first))
    steps = np.rint(second / step) - np.rint(first / step)
    for k in (0, 1, 2):
        seen = float((steps == k).mean()) / step
        expected = float(of_difference(np.array([k * step]), scale, step, tail)[0])
        assert expected == pytest.approx(seen, rel=0.06, abs=0.02)


@pytest.mark.parametrize("tail", [2.0, 4.0, 6.0])
def test_exact_numbers_have_the_density_of_their_difference(tail: float) -> None:
    away = np.linspace(-0.1, 0.1, 11)
    exact = of_difference(away, 0.01, 0.0, tail)
    assert np.allclose(exact, student(away / 0.01, 0.01, tail))
    assert np.allclose(of_difference(away, 0.01, 1e-3, tail), exact, rtol=0.02)


def test_wider_differences_have_lighter_tails() -> None:
    tails = [pair_tail(width) for width in (0.5, 1.4, 2.0, 3.0, 50.0)]
    assert tails == [PAIR_TAIL, PAIR_TAIL, 4.0, OWN_TAIL, OWN_TAIL]


def test_an_odd_area_says_nothing() -> None:
    """Far from what is expected all areas are as likely, whatever explains the row."""
    far = np.array([-3.0, 0.0, 12.0])
    one, other = of_area(far, 6.0, 0.3, 0.01), of_area(far, 5.0, 0.4, 0.01)
    np.testing.assert_allclose(one, other)
    usual = of_area(np.array([5.5, 6.0, 6.5]), 6.0, 0.3, 0.01)
    np.testing.assert_allclose(usual, normal(np.array([5.5, 6.0, 6.5]), 6.0, 0.3), rtol=0.02)


def test_a_missing_area_is_no_evidence() -> None:
    assert of_area(np.array([np.nan]), 6.0, 0.3, 0.01)[0] == 1.0
