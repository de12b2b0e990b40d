"""Medians and quantiles are those of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.support.arrays import median, quantile

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30).map(np.array)


@given(NUMBERS)
def test_the_median_is_that_of_numpy(values: np.ndarray) -> None:
    assert median(values) == pytest.approx(np.median(values), rel=1e-12, abs=1e-9)


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values: np.ndarray, share: float) -> None:
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), abs=1e-6)


def test_what_is_missing_counts_nothing() -> None:
    assert quantile(np.array([np.nan, 1.0, np.inf, 3.0]), 0.5) == 2.0
    assert np.isnan(quantile(np.array([np.nan]), 0.5))
    assert np.isnan(median(np.zeros(0)))
