"""Line assignment: as if all assignments of rows to lines had been weighed one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.inference.line_assignment import probability_on_line
from ganglioside.support.arrays import FloatArray


def by_enumeration(odds: FloatArray, absent: FloatArray) -> FloatArray:
    """Probability of each row on each line, shape (rows, lines), from all assignments."""
    rows, lines = odds.shape
    total, on_line = 0.0, np.zeros((rows, lines))
    for assigned in product(range(-1, rows), repeat=lines):
        taken = [row for row in assigned if row >= 0]
        if len(set(taken)) < len(taken):
            continue
        weight = 1.0
        for line, row in enumerate(assigned):
            weight *= absent[line] if row < 0 else odds[row, line]
        total += weight
        for line, row in enumerate(assigned):
            if row >= 0:
                on_line[row, line] += weight
    return on_line / total


def by_propagation(odds: FloatArray, absent: FloatArray) -> FloatArray:
    """The same, as the package finds it."""
    row, line = np.indices(odds.shape).reshape(2, -1)
    return probability_on_line(row, line, odds.ravel(), absent[line]).reshape(odds.shape)


def drawn(rng: np.random.Generator, rows: int, lines: int) -> tuple[FloatArray, FloatArray]:
    """Odds from hopeless to certain, and places that are empty seldom or nearly always."""
    return np.exp(rng.normal(0, 6, (rows, lines))), rng.uniform(0.03, 0.98, lines)


@pytest.mark.parametrize(("rows", "lines"), [(1, 1), (1, 3), (4, 1)])
def test_one_row_or_one_line_is_exact(rows: int, lines: int) -> None:
    rng = np.random.default_rng(rows + lines)
    for _ in range(20):
        odds, absent = drawn(rng, rows, lines)
        np.testing.assert_allclose(
            by_propagation(odds, absent), by_enumeration(odds, absent), rtol=1e-9
        )


def test_several_rows_and_lines_are_close_to_exact() -> None:
    rng = np.random.default_rng(0)
    worst = []
    for _ in range(300):
        odds, absent = drawn(rng, int(rng.integers(2, 5)), int(rng.integers(2, 4)))
        worst.append(np.abs(by_propagation(odds, absent) - by_enumeration(odds, absent)).max())
    assert np.mean(worst) < 0.01
    assert np.quantile(worst, 0.9) < 0.03


def test_a_row_that_suits_two_lines_is_on_the_one_that_no_other_row_suits() -> None:
    odds = np.array([[1e6, 1e6], [1e6, 1e-3]])
    found = by_propagation(odds, np.array([0.1, 0.1]))
    np.testing.assert_allclose(found, [[0, 1], [1, 0]], atol=0.01)


def test_a_row_far_nearer_to_one_line_is_on_that_one_however_sure_both_would_be() -> None:
    """Each line taken alone would hold the row nearly for certain."""
    found = by_propagation(np.array([[1e9, 1e6]]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(found, [[0.999, 0.001]], atol=1e-4)


@examples(200)
@given(
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.1, 3.0, 12.0]),
)
def test_neither_a_row_nor_a_line_is_shared_out_twice(
    rows: int, lines: int, seed: int, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    odds = np.exp(rng.normal(0, spread, (rows, lines)))
    found = by_propagation(odds, rng.uniform(0.03, 0.98, lines))
    assert (found >= 0).all()
    assert found.sum(axis=0).max() <= 1 + 1e-6
    assert found.sum(axis=1).max() <= 1 + 1e-9
