"""Areas of genuine features follow their series and ceramide."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.inference.expected_areas import (
    Areas,
    CandidateAreas,
    learn_areas,
    left_out,
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
