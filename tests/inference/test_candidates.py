"""Candidates: every row with every line of its own group, and what is known of both."""

from __future__ import annotations

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.inference.candidates import Candidates, candidates, first_of_group
from ganglioside.observations.observations import Observations, observe


@pytest.fixture(scope="module")
def observed() -> Observations:
    return observe(gg.example())


@pytest.fixture(scope="module")
def line_group(observed: Observations) -> np.ndarray:
    """Return one line for each group, three for the second."""
    return np.array([1, 1, 1, *(g for g in range(len(observed.groups)) if g != 1)])


@pytest.fixture(scope="module")
def found(observed: Observations, line_group: np.ndarray) -> Candidates:
    return candidates(observed, line_group)


def test_every_row_meets_every_line_of_its_group(
    observed: Observations, line_group: np.ndarray, found: Candidates
) -> None:
    expected = {
        (row, int(line))
        for row, group in enumerate(observed.group.tolist())
        for line in np.flatnonzero(line_group == group)
    }
    pairs = list(zip(found.row.tolist(), found.line.tolist(), strict=True))
    assert len(pairs) == len(expected)
    assert set(pairs) == expected
    assert (np.diff(found.row) >= 0).all()


def test_rivals_share_slot_and_line(observed: Observations, found: Candidates) -> None:
    slot_and_line = set(zip(observed.slot[found.row].tolist(), found.line.tolist(), strict=True))
    assert (
        len(set(found.sample_line_ceramide.tolist())) == len(slot_and_line) == len(found.distinct)
    )


def test_line_ceramide_points_into_a_flattened_array(
    observed: Observations, found: Candidates
) -> None:
    line, ceramide = np.divmod(found.line_ceramide, len(observed.ceramides))
    np.testing.assert_array_equal(line, found.line)
    np.testing.assert_array_equal(ceramide, observed.ceramide[found.row])


def test_the_likeliest_line_has_the_largest_share(found: Candidates) -> None:
    own = np.random.default_rng(0).random(len(found.row))
    line, largest = found.likeliest_line(own), found.largest(own)
    for row in range(0, len(line), 7):
        of_row = np.flatnonzero(found.row == row)
        assert largest[row] == own[of_row].max()
        assert line[row] == found.line[of_row[own[of_row].argmax()]]


def test_the_best_supported_line_of_a_group_is_its_main_one() -> None:
    main = first_of_group(np.array([2, 0, 0, 2]), np.array([1.0, 2.0, 3.0, 0.5]))
    assert main.tolist() == [True, False, True, False]
