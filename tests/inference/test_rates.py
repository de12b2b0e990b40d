"""Rates: counts follow the lines, and areas let expect which species have rows."""

from __future__ import annotations

import numpy as np

from ganglioside.inference.rates import FragmentCounts, PathwayCounts
from ganglioside.inference.state import Inference
from ganglioside.support.moments import Moments


def test_before_any_fragment_is_seen_all_counts_are_zero() -> None:
    counts = FragmentCounts.nothing(lines=2, groups=3, pairs=5, rows=7)
    for table in (counts.parents, counts.seen, counts.measured, counts.log_ratio, counts.outweigh):
        np.testing.assert_array_equal(table, np.zeros((2, 3)))
    assert counts.pathways.shifts.weight.shape == (2, 3)
    assert not counts.pathways.shifts.weight.any()
    np.testing.assert_array_equal(counts.pathways.pair, np.zeros(5))
    np.testing.assert_array_equal(counts.pair, np.zeros(5))
    np.testing.assert_array_equal(counts.genuine, np.zeros(7))


def test_counts_of_some_lines_are_their_rows() -> None:
    numbers = [np.arange(6.0).reshape(3, 2) + 10 * k for k in range(8)]
    pathways = PathwayCounts(Moments(*numbers[5:]), pair=np.ones(4))
    counts = FragmentCounts(*numbers[:5], pair=np.ones(4), genuine=np.ones(5), pathways=pathways)
    kept = counts.kept(np.array([True, False, True]))
    own = kept.parents, kept.seen, kept.measured, kept.log_ratio, kept.outweigh
    shifts = kept.pathways.shifts
    tables = (*own, shifts.weight, shifts.total, shifts.squares)
    for table, whole in zip(tables, numbers, strict=True):
        np.testing.assert_array_equal(table, whole[[0, 2]])
    assert kept.pair is counts.pair
    assert kept.pathways.pair is pathways.pair
    assert kept.genuine is counts.genuine


def test_species_have_rows_as_their_areas_let_expect(example: Inference) -> None:
    rates = example.rates
    assert rates.detected.shape == (len(rates.areas.line), len(rates.areas.ceramide))
    line, ceramide = 2, 3
    log_area = rates.areas.sample.mean() + rates.areas.line[line] + rates.areas.ceramide[ceramide]
    assert rates.detected[line, ceramide] == rates.detection.chance(np.array([log_area]))[0]
    ordered = rates.detected[:, np.argsort(rates.areas.ceramide)]
    assert (np.diff(ordered, axis=1) >= 0).all()
