"""Gradients of every shape bend where and as they say, and never turn back."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.simulation.gradients import GRADIENTS, Bend

X = np.linspace(-9, 12, 2101)


def slopes(shape: str, bend: Bend) -> np.ndarray:
    return np.asarray(np.gradient(GRADIENTS[shape](X, bend), X))


@pytest.mark.parametrize("shape", GRADIENTS)
@pytest.mark.parametrize("strength", [0.0, 0.4, 0.6, 1.0])
@pytest.mark.parametrize("at", [-1.0, 4.0])
def test_retention_always_grows_and_counts_from_the_reference(
    shape: str, strength: float, at: float
) -> None:
    bend = Bend(at, strength)
    assert GRADIENTS[shape](np.array([0.0]), bend)[0] == pytest.approx(0, abs=1e-9)
    assert slopes(shape, bend).min() > 0.2


def test_an_s_is_steepest_in_the_middle() -> None:
    slope = slopes("s-shaped", Bend(2.0, 0.5))
    assert X[slope.argmax()] == pytest.approx(2.0, abs=0.1)
    assert slope.max() == pytest.approx(1, abs=0.01)
    assert max(slope[0], slope[-1]) < 0.5


def test_two_steps_have_the_slopes_of_a_public_table() -> None:
    slope = slopes("two-step", Bend(1.0, 0.5))
    assert slope[X < -1] == pytest.approx(2.3 / 0.6, abs=1e-4)
    assert slope[X > 3] == pytest.approx(1, abs=1e-4)


def test_a_convex_gradient_is_ever_steeper() -> None:
    assert (np.diff(slopes("convex", Bend(1.0, 0.5))) > 0).all()


@pytest.mark.parametrize(("strength", "behind"), [(0.1, 0.54), (0.9, 1.72)])
def test_a_kink_bends_either_way(strength: float, behind: float) -> None:
    slope = slopes("kink", Bend(1.0, strength))
    assert slope[X < 0] == pytest.approx(1, abs=1e-3)
    assert slope[X > 3] == pytest.approx(behind, abs=1e-3)


def test_bends_are_drawn_where_species_elute() -> None:
    bends = [Bend.draw(np.random.default_rng(seed)) for seed in range(200)]
    assert -1 <= min(b.at for b in bends) < 0 < 3 < max(b.at for b in bends) <= 4
    assert min(b.strength for b in bends) < 0.1 < 0.9 < max(b.strength for b in bends)
