"""Rows that elute together."""

from __future__ import annotations

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.ion_source.artefacts import artefact_pairs
from ganglioside.ion_source.coelution import join, neighbours
from ganglioside.ion_source.fragments import fragment_pairs
from ganglioside.observations.observations import Observations, observe


@pytest.fixture(scope="module")
def example() -> Observations:
    return observe(gg.example())


@examples(200)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60)), max_size=40),
    tolerance=st.integers(0, 25),
)
def test_neighbours_are_those_of_brute_force(rows: list[tuple[int, int]], tolerance: int) -> None:
    key = np.array([k for k, _ in rows], dtype=np.int64)
    rt = np.array([t for _, t in rows], dtype=np.float64)  # whole numbers: no rounding
    first, second = neighbours(key, rt, float(tolerance))
    found = sorted(
        tuple(sorted(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)
    )
    expected = [
        (i, j)
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if key[i] == key[j] and abs(rt[i] - rt[j]) <= tolerance
    ]
    assert found == expected
    assert (rt[first] <= rt[second]).all()


def test_joining_keeps_every_pair(example: Observations) -> None:
    a, b = fragment_pairs(example, 0.1), artefact_pairs(example, 0.1)
    both = join(a, b)
    assert len(both) == len(a) + len(b)
    np.testing.assert_array_equal(both.parent, np.concatenate([a.parent, b.parent]))
    np.testing.assert_array_equal(both.process, np.concatenate([a.process, b.process]))
