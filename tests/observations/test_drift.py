"""Drift between runs: found where there is some, none where nothing shows it."""

from __future__ import annotations

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.observations.drift import (
    FOR_SHIFT,
    FOR_STRETCH,
    Drift,
    estimate_drift,
    nearest_peak,
    no_drift,
)
from ganglioside.observations.observations import observe
from ganglioside.simulation import LEVELS, World


def runs(shift: list[float], stretch: list[float], names: int = 60, noise: float = 0.005):
    """Return sample, species and RT of names that every run shows once, and their study RT."""
    rng = np.random.default_rng(0)
    study = np.sort(rng.uniform(4, 16, names))
    sample = np.repeat(np.arange(len(shift)), names)
    rt = np.tile(study, len(shift))
    moved = rt + np.array(shift)[sample] + np.array(stretch)[sample] * (rt - np.median(study))
    return (
        sample,
        np.tile(np.arange(names), len(shift)),
        moved + noise * rng.standard_normal(len(rt)),
    )


def estimated(sample, species, rt) -> Drift:
    names = tuple(f"S{k}" for k in range(int(sample.max()) + 1))
    return estimate_drift(names, sample, species, rt)


def test_one_sample_has_no_drift_and_keeps_its_times_exactly() -> None:
    sample, species, rt = runs([0.3], [0.01])
    drift = estimated(sample, species, rt)
    assert drift.is_none
    assert drift.to_study(rt, sample) is rt
    assert drift.to_sample(rt, sample) is rt


@pytest.mark.parametrize("size", [0.03, 0.3, 1.0])
def test_a_run_that_stands_apart_is_brought_back(size: float) -> None:
    sample, species, rt = runs([0.0, 0.0, size, 0.0], [0.0, 0.0, 0.01, 0.0])
    drift = estimated(sample, species, rt)
    assert drift.shift[2] == pytest.approx(size, abs=0.003)
    assert drift.stretch[2] == pytest.approx(0.01, abs=0.001)
    assert np.abs(drift.shift[[0, 1, 3]]).max() < 0.003
    study = drift.to_study(rt, sample).reshape(4, -1)
    assert np.abs(study - study.mean(axis=0)).std() < 0.006


@pytest.mark.parametrize(("late", "early"), [(3.5, -2.7), (13.0, -11.0)])
def test_runs_far_apart_are_aligned_in_both_directions(late: float, early: float) -> None:
    """Of three runs with the same names two were left where they were, and half was misjudged."""
    sample, species, rt = runs([-0.8, late, early], [0.0] * 3)
    rng = np.random.default_rng(2)
    wrong = rng.random(len(rt)) < 0.3
    rt = np.where(wrong, rng.uniform(1, 20, len(rt)), rt)
    drift = estimated(sample, species, rt)
    assert drift.shift - drift.shift[0] == pytest.approx([0.0, late + 0.8, early + 0.8], abs=0.01)


def test_a_few_names_far_apart_move_no_run() -> None:
    sample, species, rt = runs([0.0, 5.0], [0.0] * 2, names=5)
    assert estimated(sample, species, rt).is_none


def test_two_runs_meet_in_the_middle() -> None:
    drift = estimated(*runs([0.0, 0.1], [0.0, 0.0]))
    assert drift.shift == pytest.approx([-0.05, 0.05], abs=0.003)


def test_there_and_back_is_the_same() -> None:
    sample, species, rt = runs([0.1, -0.2, 0.05], [0.01, 0.0, -0.004])
    drift = estimated(sample, species, rt)
    assert not drift.is_none
    assert drift.to_sample(drift.to_study(rt, sample), sample) == pytest.approx(rt, abs=1e-12)


def test_wrong_names_do_not_move_a_run() -> None:
    sample, species, rt = runs([0.0, 0.1, 0.0], [0.0] * 3, names=100)
    rng = np.random.default_rng(1)
    wrong = rng.random(len(rt)) < 0.3
    rt = np.where(wrong, rng.uniform(4, 16, len(rt)), rt)
    assert estimated(sample, species, rt).shift[1] == pytest.approx(0.1, abs=0.004)


@pytest.mark.parametrize(
    ("shared", "shifts", "stretches"),
    [(FOR_SHIFT - 1, False, False), (FOR_STRETCH - 2, True, False), (40, True, True)],
)
def test_a_run_is_moved_as_far_as_what_it_shares_allows(
    shared: int, shifts: bool, stretches: bool
) -> None:
    sample, species, rt = runs([0.0, 0.0, 0.2], [0.0, 0.0, 0.003], noise=0.001)
    kept = (sample < 2) | (species % (60 // shared) == 0) & (species // (60 // shared) < shared)
    drift = estimated(sample[kept], species[kept], rt[kept])
    assert drift.shared[2] == (shared if shifts else 0)
    assert bool(drift.shift[2]) is shifts
    assert bool(drift.stretch[2]) is stretches


def test_runs_that_share_no_name_are_left_alone() -> None:
    sample, species, rt = runs([0.0, 0.2], [0.0, 0.0])
    drift = estimated(sample, species + 100 * sample, rt)
    assert drift.is_none
    assert drift.shared.tolist() == [0, 0]


def test_it_survives_json() -> None:
    drift = estimated(*runs([0.0, 0.1, 0.3], [0.0, 0.01, 0.0]))
    again = Drift.from_dict(drift.to_dict())
    assert again.to_dict() == drift.to_dict()
    assert no_drift(("a", "b")).is_none


def test_features_of_one_name_that_elute_together_share_a_peak() -> None:
    species = np.array([0, 0, 0, 0, 1, 1, 2])
    rt = np.array([5.0, 5.01, 5.3, 5.305, 5.0, 8.0, 5.3])
    peak = nearest_peak(species, rt, 0.005)
    assert peak.tolist() == [0, 0, 1, 1, 2, 3, 4]


@pytest.mark.parametrize("level", ["middle", "hard"])
@pytest.mark.parametrize("size", [1.0, 10.0])
def test_simulated_drift_is_recovered_below_the_noise(level: str, size: float) -> None:
    usual = LEVELS[level]
    scenario = usual.replace(
        n_samples=20,
        drift_shift=usual.drift_shift * size,
        drift_stretch=usual.drift_stretch * size,
    )
    world = World.draw(5, scenario)
    observed = observe(gg.simulate(5, scenario))
    at = np.quantile(observed.rt, np.linspace(0.05, 0.95, 40))
    every = [np.full(len(at), k) for k in range(20)]
    true = np.array([world.in_sample(at, k) - at for k in every])
    found = np.array([observed.drift.to_sample(at, k) - at for k in every])
    error = (true - true.mean(axis=0)) - (found - found.mean(axis=0))
    assert np.sqrt((error**2).mean()) < scenario.rt_noise / 2
    assert true.std() > 2 * scenario.rt_noise
