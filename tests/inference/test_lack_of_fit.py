"""Rows that elute early or late together show that the curve does not follow."""

from __future__ import annotations

from dataclasses import replace

import bent_tables
import numpy as np
import pytest
from bent_tables import Bend, even, s_shaped, two_steps

import ganglioside as gg
from ganglioside.inference.lack_of_fit import CLEAR_MISFIT, lack_of_fit, misfit_of, unexplained_part
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe


def misfit(seed: int, wave: float, n: int = 120) -> float:
    """Misfit of rows with a scatter of 1 about a wave of this height."""
    draw = np.random.default_rng(seed)
    rt = draw.uniform(0.0, 20.0, n)
    found = lack_of_fit(rt, draw.normal(size=n) + wave * np.sin(rt / 3), np.ones(n))
    assert found is not None
    return found.misfit


@pytest.mark.parametrize("seed", range(20))
def test_scatter_alone_is_no_misfit(seed: int) -> None:
    assert misfit(seed, 0.0) < CLEAR_MISFIT


@pytest.mark.parametrize("seed", range(5))
def test_a_wave_is(seed: int) -> None:
    assert misfit(seed, 1.5) > CLEAR_MISFIT


def test_the_worst_part_is_named() -> None:
    rt = np.linspace(0.0, 20.0, 200)
    residual = np.random.default_rng(0).normal(size=200) - 2.0 * ((rt > 10) & (rt < 12))
    found = lack_of_fit(rt, residual, np.ones(200))
    assert found is not None
    assert found.is_clear
    assert found.first < 12
    assert found.last > 10
    assert found.away < -1
    assert found.errors < -4


def test_one_wild_row_is_no_misfit() -> None:
    residual = np.random.default_rng(1).normal(size=100)
    residual[50] = 1e6
    found = lack_of_fit(np.arange(100.0), residual, np.ones(100))
    assert found is not None
    assert not found.is_clear


@pytest.mark.filterwarnings("error")
def test_rows_that_are_all_as_far_away_say_nothing() -> None:
    assert lack_of_fit(np.arange(40.0), np.full(40, 3.0), np.ones(40)) is None


@pytest.mark.parametrize("n", [0, 1, 19])
def test_few_rows_say_nothing(n: int) -> None:
    assert lack_of_fit(np.arange(float(n)), np.zeros(n), np.ones(n)) is None


@pytest.mark.parametrize("bend", [even, s_shaped, two_steps])
def test_the_curve_of_a_table_fits(bend: Bend) -> None:
    state = infer(observe(gg.read_features(bent_tables.table(bend))))
    assert isinstance(state, Inference)
    assert misfit_of(state) < CLEAR_MISFIT


def test_rows_that_nothing_explains_are_counted_by_parts() -> None:
    state = infer(observe(gg.example()))
    assert isinstance(state, Inference)
    assert unexplained_part(state) < 0.5
    rt = state.observed.rt
    chance = np.where(rt < np.quantile(rt, 0.1), 1.0, 0.1)
    clumped = replace(state, shares=replace(state.shares, chance=chance))
    assert unexplained_part(clumped) > 0.9
    few = replace(clumped, observed=clumped.observed.take(np.arange(10)))
    assert unexplained_part(few) == 0


def test_rows_that_repeat_one_another_are_no_further_evidence() -> None:
    rng = np.random.default_rng(1)
    rt, away = np.sort(rng.uniform(5, 15, 80)), rng.normal(size=80) + 0.4
    away[20:32] += 0.9
    once = lack_of_fit(rt, away, np.ones(80))
    rows = np.repeat(np.arange(80), 4)
    often = lack_of_fit(rt[rows], away[rows], np.ones(320))
    told = lack_of_fit(rt[rows], away[rows], np.ones(320), rows)
    assert once is not None
    assert often is not None
    assert told is not None
    assert abs(often.errors) > 1.5 * abs(once.errors)
    assert abs(told.errors) < 0.8 * abs(often.errors)
