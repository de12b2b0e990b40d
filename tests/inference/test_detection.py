"""Larger species are likelier to have a row."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.inference.detection import Detection, learn_detection, usual_detection
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()


def test_the_chance_grows_with_the_area_and_is_never_certain() -> None:
    chance = Detection(5.0, 0.0, 3.0, 1.0).chance(np.linspace(0, 12, 50))
    assert (np.diff(chance) >= 0).all()
    assert 0 < chance[0] < chance[-1] < 1
    assert Detection(5.0, 0.0, 3.0, 1.0).chance(np.array([5.0]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("half", [4.0, 5.0, 6.0])
def test_where_half_are_reported_is_learned(half: float) -> None:
    rng = np.random.default_rng(3)
    area = rng.normal(5, 1, 3000)
    seen = (rng.random(3000) < 1 / (1 + np.exp(-3 * (area - half)))).astype(float)
    reporting = usual_detection(area, PRIORS)
    for _ in range(8):
        reporting = learn_detection(reporting, area, seen, 1.0, PRIORS)
    assert reporting.limit - reporting.level / reporting.steepness == pytest.approx(half, abs=0.15)


@pytest.mark.parametrize("kept", [0.97, 0.75, 0.5])
def test_the_part_of_large_species_that_has_a_row_is_learned(kept: float) -> None:
    rng = np.random.default_rng(4)
    area = rng.normal(5.5, 1, 3000)
    reported = rng.random(3000) < 1 / (1 + np.exp(-3 * (area - 5.0)))
    seen = (reported & (rng.random(3000) < kept)).astype(float)
    reporting = usual_detection(area, PRIORS)
    for _ in range(12):
        reporting = learn_detection(reporting, area, seen, 1.0, PRIORS)
    assert reporting.most == pytest.approx(kept, abs=0.05)
    assert reporting.chance(np.array([8.0]))[0] == pytest.approx(min(kept, 0.97), abs=0.05)


def test_few_species_keep_what_is_usual() -> None:
    area, seen = np.array([6.0, 6.5]), np.zeros(2)
    few = learn_detection(usual_detection(area, PRIORS), area, seen, 1.0, PRIORS)
    assert few.most > 0.8


def test_an_empty_table_teaches_nothing() -> None:
    empty = np.zeros(0)
    reporting = usual_detection(empty, PRIORS)
    assert learn_detection(reporting, empty, empty, 1.0, PRIORS) == reporting
