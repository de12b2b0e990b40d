"""Sums over equal keys, and medians and quantiles as those of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT

from ganglioside.support.arrays import (
    combinations,
    decimal_step,
    join,
    median,
    quantile,
    ranges,
    read_only,
    replaced,
    robust_sd,
    starts,
    sum_by,
    sum_of_others,
)

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30).map(np.array)


@given(NUMBERS)
def test_the_median_is_that_of_numpy(values: np.ndarray) -> None:
    assert median(values) == pytest.approx(np.median(values), rel=1e-12, abs=1e-9)


def test_the_robust_scatter_is_that_of_most_errors() -> None:
    rng = np.random.default_rng(1)
    errors = rng.normal(0, 3.0, 4001)
    assert robust_sd(errors) == pytest.approx(3.0, rel=0.05)
    errors[:400] = 1e6
    assert robust_sd(errors) == pytest.approx(3.0, rel=0.25)


def test_its_constant_has_one_home() -> None:
    sources = (ROOT / "ganglioside").rglob("*.py")
    homes = [path.name for path in sources if "1.4826" in path.read_text(encoding="utf-8")]
    assert homes == ["arrays.py"]


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values: np.ndarray, share: float) -> None:
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), abs=1e-6)


def test_what_is_missing_counts_nothing() -> None:
    assert quantile(np.array([np.nan, 1.0, np.inf, 3.0]), 0.5) == 2.0
    assert np.isnan(quantile(np.array([np.nan]), 0.5))
    assert np.isnan(median(np.zeros(0)))


ENTRIES = st.lists(st.tuples(st.integers(0, 5), st.floats(-1e3, 1e3)), max_size=30)


@given(ENTRIES, st.integers(0, 4))
def test_sums_by_key_have_the_shape_that_is_asked_for(
    entries: list[tuple[int, float]], more: int
) -> None:
    key = np.array([k for k, _ in entries], dtype=np.int64)
    values = np.array([v for _, v in entries], dtype=np.float64)
    n = int(key.max(initial=-1)) + 1 + more
    total = sum_by(key, values, n)
    assert total.shape == (n,)
    assert total.dtype == np.float64
    assert total.tolist() == pytest.approx([values[key == k].sum() for k in range(n)], abs=1e-9)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_key_beyond_the_shape_is_a_fault(n: int) -> None:
    with pytest.raises(ValueError, match="up to 2"):
        sum_by(np.array([0, 2]), np.array([1.0, 1.0]), n)


@given(ENTRIES)
def test_the_others_of_a_key_are_summed_without_the_entry(
    entries: list[tuple[int, float]],
) -> None:
    key = np.array([k for k, _ in entries], dtype=np.int64)
    values = np.array([v for _, v in entries], dtype=np.float64)
    expected = [
        sum(v for j, (k, v) in enumerate(entries) if k == own and j != i)
        for i, (own, _) in enumerate(entries)
    ]
    assert sum_of_others(key, values).tolist() == pytest.approx(expected, abs=1e-9)


def test_ranges_follow_one_another() -> None:
    assert ranges(np.array([3, 7, 0]), np.array([2, 0, 3])).tolist() == [3, 4, 0, 1, 2]
    assert ranges(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).tolist() == []


def test_another_key_starts_a_group() -> None:
    assert starts(np.array([4, 4, 2, 2, 4])).tolist() == [True, False, True, False, True]
    assert starts(np.zeros(0, dtype=np.int64)).tolist() == []


def test_equal_pairs_are_numbered_alike_and_in_order() -> None:
    assert join(np.array([1, 0, 1, 0]), np.array([0, 7, 0, 2])).tolist() == [2, 1, 2, 0]


def test_an_array_that_is_read_only_cannot_be_written_to() -> None:
    values = read_only(np.zeros(2))
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1.0


def test_a_replaced_copy_leaves_the_values_as_they_are() -> None:
    values = np.array([1.0, 2.0, 3.0])
    assert replaced(values, np.array([0, 2]), np.array([7.0, 8.0])).tolist() == [7.0, 2.0, 8.0]
    assert values.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("values", "step"),
    [([7.0, 12.0], 0.1), ([7.1, 12.0], 0.1), ([7.1, 7.25], 0.01), ([7.1, 7.253], 0.0), ([], 0.1)],
)
def test_the_step_is_the_coarsest_that_all_values_keep_to(values: list[float], step: float) -> None:
    assert decimal_step(np.array(values), (1, 2), 1e-6) == step


def test_combinations_are_all_of_them_the_last_axis_first() -> None:
    axes = [np.array([34.0, 36.0]), np.array([0.0, 1.0, 2.0]), np.array([2.0])]
    expected = [[a, b, c] for a in axes[0] for b in axes[1] for c in axes[2]]
    assert combinations(*axes).tolist() == expected
    assert combinations(axes[0], np.array([])).shape == (0, 2)
