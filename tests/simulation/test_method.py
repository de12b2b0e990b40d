"""Chromatographic methods: their curves and the distances of lines."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.simulation import LEVELS, facts
from ganglioside.simulation.method import CURVES, Method
from ganglioside.simulation.scenario import SHAPES


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.0])
def test_every_curve_has_the_slopes_it_is_asked_for(curve: str, ratio: float) -> None:
    z = np.array([-1e-4, 0.0, 1e-4, 6 - 1e-4, 6 + 1e-4])
    y = CURVES[curve](z, ratio)
    assert y[1] == pytest.approx(0, abs=1e-12)
    assert (y[2] - y[0]) / 2e-4 == pytest.approx(1, abs=1e-4)
    assert (y[4] - y[3]) / 2e-4 == pytest.approx(ratio, abs=1e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_longer_ceramides_elute_later_and_unsaturated_ones_earlier(level: str) -> None:
    for seed in range(10):
        method = Method.draw(LEVELS[level], np.random.default_rng(seed))
        rt = method.rt(3, np.arange(32, 45)[:, None], np.arange(4), 2)
        assert (np.diff(rt, axis=0) > 0).all()
        assert (np.diff(rt, axis=1) < 0).all()


def test_isomers_and_acetyls_stand_where_they_may() -> None:
    lines = facts.lines()["line"].tolist()
    place = {line: lines.index(line) for line in ("GD1a", "GD1b", "GT1b", "GT1b+OAc")}
    scenario = LEVELS["middle"].replace(slope=(0.77, 0.77))
    offsets = np.array([Method.draw(scenario, np.random.default_rng(s)).offsets for s in range(60)])
    isomers = offsets[:, place["GD1b"]] - offsets[:, place["GD1a"]]
    acetyls = offsets[:, place["GT1b+OAc"]] - offsets[:, place["GT1b"]]
    assert np.abs(isomers).min() >= 0.28
    assert np.abs(isomers).max() <= 0.56
    assert 15 < (isomers > 0).sum() < 45  # either may be first
    assert acetyls.min() >= 0.02
    assert acetyls.max() <= 0.10


@pytest.mark.parametrize("shape", SHAPES)
def test_lines_shift_along_the_bend_of_one_scale(shape: str) -> None:
    scenario = LEVELS["middle"].replace(gradient=shape, one_scale=True)
    for seed in range(5):
        method = Method.draw(scenario, np.random.default_rng(seed))
        z = np.linspace(-4, 8, 49)
        lines = np.arange(len(method.offsets))
        rt = method.rt(lines[:, None], z + 36, 1, 2)
        scale = z + method.offsets[:, None] / method.slope
        order = np.argsort(scale, axis=None)
        assert (np.diff(rt.ravel()[order]) > -1e-9).all()  # RT is a function of the scale alone
        assert rt.min() > 1
