"""Moments: sums by key are those of single values, and what is one's own is taken out again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganglioside.support.moments import Moments

N = 12
VALUES = arrays(np.float64, N, elements=st.floats(-5, 5))
WEIGHTS = arrays(np.float64, N, elements=st.floats(0, 1))
KEYS = arrays(np.int64, N, elements=st.integers(0, 5))


def by_hand(weight: np.ndarray, values: np.ndarray) -> list[float]:
    return [weight.sum(), (weight * values).sum(), (weight * values**2).sum()]


def listed(moments: Moments) -> list[float]:
    return [float(moments.weight), float(moments.total), float(moments.squares)]


@given(WEIGHTS, VALUES, KEYS)
def test_sums_by_key_are_those_of_single_values(
    weight: np.ndarray, values: np.ndarray, key: np.ndarray
) -> None:
    by_key = Moments.of(weight, values).by(key, 2, 3)
    assert by_key.weight.shape == (2, 3)
    for k in range(6):
        expected = by_hand(weight[key == k], values[key == k])
        np.testing.assert_allclose(listed(by_key.take(np.array(k))), expected, atol=1e-12)
    np.testing.assert_allclose(listed(by_key.of_all()), by_hand(weight, values), atol=1e-9)


@given(WEIGHTS, VALUES, KEYS)
def test_what_is_ones_own_is_taken_out(
    weight: np.ndarray, values: np.ndarray, key: np.ndarray
) -> None:
    single = Moments.of(weight, values)
    others = single.by(key, 6).take(key).without(single)
    for k in range(N):
        rest = (key == key[k]) & (np.arange(N) != k)
        expected = by_hand(weight[rest], values[rest])
        np.testing.assert_allclose(listed(others.take(np.array(k))), expected, atol=1e-9)
    assert (others.weight >= 0).all()
    assert (others.squares >= 0).all()


def test_those_of_some_rows_are_added_to_others() -> None:
    table = Moments.of(np.ones((3, 2)), np.arange(6.0).reshape(3, 2))
    kept = table.kept(np.array([True, False, True]))
    assert kept.total.tolist() == [[0, 1], [4, 5]]
    assert (kept + kept).squares.tolist() == [[0, 2], [32, 50]]
    assert not Moments.nothing(3, 2).weight.any()
