"""Larger species are likelier to have a row."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.inference.detection import Detection, learn_detection, usual_detection
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()


def test_the_chance_grows_with_the_area_and_is_never_certain() -> None:
    chance = Detection(5.0, 0.0, 3.0).chance(np.linspace(0, 12, 50))
    assert (np.diff(chance) >= 0).all()
    assert 0 < chance[0] < chance[-1] < 1
    assert Detection(5.0, 0.0, 3.0).chance(np.array([5.0]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("half", [4.0, 5.0, 6.0])
def test_where_half_are_reported_is_learned(half: float) -> None:
    rng = np.random.default_rng(3)
    area = rng.normal(5, 1, 3000)
    seen = (rng.random(3000) < 1 / (1 + np.exp(-3 * (area - half)))).astype(float)
    reporting = usual_detection(area, PRIORS)
    for _ in range(8):
        reporting = learn_detection(reporting, area, seen, 1.0, PRIORS)
    assert reporting.limit - reporting.level / reporting.steepness == pytest.approx(half, abs=0.15)


def test_an_empty_table_teaches_nothing() -> None:
    empty = np.zeros(0)
    reporting = usual_detection(empty, PRIORS)
    assert learn_detection(reporting, empty, empty, 1.0, PRIORS) == reporting
