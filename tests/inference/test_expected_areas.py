"""Areas of genuine features follow their series and ceramide."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.inference.expected_areas import (
    Areas,
    CandidateAreas,
    learn_areas,
    left_out,
    smallest_lines,
    unknown_areas,
)
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()

LINES, CERAMIDES = 6, 9
LEVEL = 6.0


def world(seed: int = 0, scatter: float = 0.2) -> tuple[CandidateAreas, np.ndarray, np.ndarray]:
    """Return features of every line and ceramide, and the effects that made them."""
    rng = np.random.default_rng(seed)
    of_line, of_ceramide = rng.normal(0, 0.6, LINES), rng.normal(0, 0.6, CERAMIDES)
    line, ceramide = (a.ravel() for a in np.divmod(np.arange(LINES * CERAMIDES), CERAMIDES))
    area = LEVEL + of_line[line] + of_ceramide[ceramide] + rng.normal(0, scatter, len(line))
    sample = np.zeros(len(line), dtype=np.int64)
    return CandidateAreas(sample, line, ceramide, area, np.ones(len(line))), of_line, of_ceramide


def learned(placed: CandidateAreas, rounds: int = 15) -> Areas:
    areas = unknown_areas(placed.log_area, placed.sample, LINES, CERAMIDES, PRIORS)
    for _ in range(rounds):
        areas = learn_areas(areas, placed)
    return areas


def test_effects_and_scatter_are_found() -> None:
    placed, of_line, of_ceramide = world()
    areas = learned(placed)
    assert np.corrcoef(areas.line, of_line)[0, 1] > 0.95
    assert np.corrcoef(areas.ceramide, of_ceramide)[0, 1] > 0.95
    assert 0.15 < areas.within < 0.3


def test_the_expectation_leaves_the_feature_out() -> None:
    placed, *_ = world()
    areas = learned(placed)
    at = 13
    weight = placed.weight.copy()
    weight[at] = 0.0
    without = CandidateAreas(placed.sample, placed.line, placed.ceramide, placed.log_area, weight)
    expected = left_out(learned(without), without)[0][at]
    assert left_out(areas, placed)[0][at] == pytest.approx(expected, abs=0.05)


def test_one_feature_alone_on_its_line_is_expected_vaguely() -> None:
    placed, *_ = world()
    weight = np.where(placed.line == 2, 0.0, 1.0)
    weight[2 * CERAMIDES] = 1.0
    alone = CandidateAreas(placed.sample, placed.line, placed.ceramide, placed.log_area, weight)
    areas = learned(alone)
    _, sd = left_out(areas, alone)
    assert sd[2 * CERAMIDES] > 2 * sd[0]


def test_missing_areas_teach_nothing() -> None:
    placed, *_ = world()
    area = placed.log_area.copy()
    area[::3] = np.nan
    some = CandidateAreas(placed.sample, placed.line, placed.ceramide, area, placed.weight)
    kept = np.isfinite(area)
    rest = CandidateAreas(*(getattr(some, f)[kept] for f in some.__dataclass_fields__))
    a, b = learned(some), learned(rest)
    assert a.line == pytest.approx(b.line)
    assert a.within == pytest.approx(b.within)


def test_no_area_at_all_is_possible() -> None:
    nothing = np.full(4, np.nan)
    zeros = np.zeros(4, dtype=np.int64)
    areas = unknown_areas(nothing, zeros, 1, 1, PRIORS)
    areas = learn_areas(areas, CandidateAreas(zeros, zeros, zeros, nothing, np.ones(4)))
    assert np.isfinite(areas.within)
    assert np.isfinite(areas.expected(zeros, zeros, zeros)[0]).all()


def test_what_is_rare_is_expected_small() -> None:
    placed, _, of_ceramide = world()
    areas = learned(placed)
    zeros = np.zeros(2, dtype=np.int64)
    rare_and_common = np.array([of_ceramide.argmin(), of_ceramide.argmax()])
    mean, sd = areas.expected(zeros, zeros, rare_and_common)
    assert mean[0] < mean[1] - 0.5
    assert (sd > areas.within).all()


def test_a_line_of_few_names_may_be_small() -> None:
    """All of its names as large as the limit: else more of its species had rows."""
    placed, *_ = world()
    areas = learned(placed)
    names = np.array([CERAMIDES, 3, 1, 1, 1, 1])
    limit = LEVEL + float(areas.ceramide.min())
    smallest = smallest_lines(areas, limit, names)
    largest_first = np.sort(areas.ceramide)[::-1]
    assert smallest[0] == pytest.approx(min(limit - areas.sample[0] - largest_first[-1], 0.0))
    assert smallest[1] == pytest.approx(limit - areas.sample[0] - largest_first[2])
    assert smallest[2] < smallest[1] < smallest[0] <= 0


def test_a_small_line_is_believed_where_it_may_be_small() -> None:
    placed, *_ = world()
    few = (placed.line == 2) & (placed.ceramide < 2)
    weight = np.where((placed.line != 2) | few, 1.0, 0.0)
    area = np.where(few, placed.log_area - 2.0, placed.log_area)
    small = CandidateAreas(placed.sample, placed.line, placed.ceramide, area, weight)
    usual = unknown_areas(area, placed.sample, LINES, CERAMIDES, PRIORS)
    as_all, as_small = usual, usual
    smallest = np.where(np.arange(LINES) == 2, -2.0, 0.0)
    for _ in range(15):
        as_all, as_small = learn_areas(as_all, small), learn_areas(as_small, small, smallest)
    at = np.flatnonzero(few)
    off_all = np.abs(left_out(as_all, small)[0] - area)[at]
    off_small = np.abs(left_out(as_small, small)[0] - area)[at]
    assert (off_small < off_all - 0.1).all()
    assert as_small.line[2] < as_all.line[2]
    assert np.delete(as_small.line, 2) == pytest.approx(np.delete(as_all.line, 2), abs=0.15)
