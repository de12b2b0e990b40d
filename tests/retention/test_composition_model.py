"""Rule 2: what is known of some lines tells of others by their composition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.lipids.composition import UNITS
from ganglioside.retention.composition_model import CompositionModel, HeadGroups
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()
UNIT_PRIORS = [getattr(PRIORS, f"unit_{unit}") for unit in UNITS]
EFFECT = np.array([prior.value for prior in UNIT_PRIORS])
SPREAD = np.array([prior.spread for prior in UNIT_PRIORS])

HEADS = ("GM3", "GM2", "GM1", "GD3", "GD2", "GD1", "GT1", "GQ1")
SLOPE = 0.7


def units(heads: tuple[str, ...] = HEADS) -> np.ndarray:
    parsed = gg.parse_names([f"{h}(36:1;O2)" for h in heads])
    return parsed.compositions[parsed.index].astype(np.float64)


def known_lines(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the units of HEADS and RTs that follow other effects than those expected."""
    rng = np.random.default_rng(seed)
    effect = EFFECT + rng.normal(0, 0.5, len(UNITS)) * np.array([*SPREAD])
    return units(), 10 + units() @ effect * SLOPE


def learn(x: np.ndarray, rt: np.ndarray, variance: float = 1e-4) -> CompositionModel:
    n = len(rt)
    heads = HeadGroups.of(SLOPE, x, PRIORS)
    return CompositionModel.learn(heads, rt, np.full(n, variance), np.full(n, True))


def test_every_unit_has_an_effect_and_a_spread() -> None:
    assert (SPREAD > 0).all()
    assert PRIORS.unit_neuac.value < 0 < PRIORS.unit_oac.value


@pytest.mark.parametrize("seed", range(4))
def test_lines_left_out_are_predicted_by_the_others(seed: int) -> None:
    x, rt = known_lines(seed)
    for k in range(len(rt)):
        others = np.arange(len(rt)) != k
        mean, variance = learn(x[others], rt[others]).predict(x[[k]])
        assert abs(mean[0] - rt[k]) < 2.5 * np.sqrt(variance[0])
        assert abs(mean[0] - rt[k]) < 0.4 * SLOPE


def test_left_out_is_what_learning_without_the_line_predicts() -> None:
    x, rt = known_lines()
    rt = rt + np.random.default_rng(1).normal(0, 0.1, len(rt))
    model = learn(x, rt)
    mean, variance = model.left_out()
    for k in range(len(rt)):
        others = np.arange(len(rt)) != k
        # the level is the median of all lines: hold it, as leaving out does
        alone = learn(x[others], rt[others])
        found, spread = alone.predict(x[[k]])
        assert mean[k] == pytest.approx(found[0], abs=0.01)
        assert variance[k] == pytest.approx(spread[0] + 1e-4, rel=1e-3)


def test_without_own_is_what_the_lines_of_other_head_groups_predict() -> None:
    x, rt = known_lines()
    own = np.array([*range(len(rt)), 0, 0, 3])  # GM3 has three lines, GD3 two
    x = x[own]
    rt = rt[own] + np.random.default_rng(2).normal(0, 0.1, len(own))
    model = learn(x, rt)
    mean, variance = model.predict_without_own(units((*HEADS, "GP1")), own)
    for k in range(len(HEADS)):
        # the level is the median of all lines: hold it, as leaving out does
        alone = learn(x[own != k], rt[own != k])
        alone = replace(alone, level=model.level, residual=model.residual[own != k])
        found, spread = alone.predict(x[[k]])
        assert mean[k] == pytest.approx(found[0], abs=1e-6)
        assert variance[k] == pytest.approx(spread[0], rel=1e-5)
    never_seen, spread = model.predict(units(("GP1",)))
    assert mean[-1] == pytest.approx(never_seen[0])
    assert variance[-1] == pytest.approx(spread[0])


def test_what_is_seen_is_known_better() -> None:
    x, rt = known_lines()
    model = learn(x, rt)
    mean, variance = model.predict(x)
    np.testing.assert_allclose(mean, rt, atol=0.1)
    _, far = model.predict(units(("GP1",)))
    assert far[0] > variance.max()


def test_without_lines_nothing_is_known() -> None:
    model = learn(np.zeros((0, len(UNITS))), np.zeros(0))
    mean, variance = model.predict(units())
    assert np.isfinite(mean).all()
    assert (np.sqrt(variance) > 5 * SLOPE).all()


def test_a_shift_of_all_lines_shifts_all_predictions() -> None:
    x, rt = known_lines()
    low, _ = learn(x, rt).predict(units(("GT3",)))
    high, _ = learn(x, rt + 7).predict(units(("GT3",)))
    assert high[0] - low[0] == pytest.approx(7, abs=1e-6)


def test_a_ceramide_without_head_group_elutes_later_than_sugars_let_expect() -> None:
    sugars = units(("HexCer", "Hex2Cer", "GM3"))
    bare = units(("Cer",))
    rt = np.array([9.5, 9.2, 8.6])
    of_sugars = learn(sugars, rt)
    expected, variance = of_sugars.predict(bare)
    line = EFFECT[list(UNITS).index("hex")] * SLOPE
    assert expected[0] == pytest.approx(9.5 - line + PRIORS.bare_ceramide.value * SLOPE, abs=0.3)
    assert variance[0] > (PRIORS.bare_ceramide.spread * SLOPE) ** 2
    with_bare = learn(np.vstack([sugars, bare]), np.array([*rt, 12.0]))
    more = units(("GM1",))
    assert with_bare.predict(more)[0] == pytest.approx(of_sugars.predict(more)[0], abs=0.1)
