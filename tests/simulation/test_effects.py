"""Effects of other tables: each does what it says alone, and wild tables mix them as stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from effort import some

import ganglioside as gg
from ganglioside.simulation import LEVELS, World
from ganglioside.simulation.effects import EFFECTS, Effect, draw_effects
from ganglioside.simulation.table import FILE, TRUTH, draw_table


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    return draw_table(World.draw(6, LEVELS["middle"]))[0]


@pytest.mark.parametrize("effect", some(EFFECTS), ids=lambda e: e.name)
def test_an_effect_is_usable_alone_and_its_truth_hangs_together(
    effect: Effect, plain: pd.DataFrame
) -> None:
    assert effect.why
    raw, truth = draw_table(World.draw(6, LEVELS["middle"].replace(**effect.knobs)))
    assert not raw.equals(plain)
    assert set(raw.columns) <= set(FILE)
    assert {c: str(t) for c, t in truth.dtypes.items()} == TRUTH
    assert gg.read_features(raw).data["fault"].isna().all()
    assert truth["feature_id"].tolist() == list(range(len(raw)))
    assert truth["verdict"].isin(["valid", "fragment", "adduct", "outlier"]).all()
    pieces = truth["verdict"].isin(["fragment", "adduct"])
    assert truth.loc[pieces, ["parent", "process"]].notna().all(axis=None)
    held = truth[truth["parent_id"].notna()]
    parents = held["parent_id"].astype(int)
    assert raw["Name"][parents].tolist() == held["parent"].tolist()
    if "Sample" in raw:
        assert raw["Sample"][parents].tolist() == raw["Sample"][held.index].tolist()


def test_names_and_shares_make_sense() -> None:
    assert len({effect.name for effect in EFFECTS}) == len(EFFECTS)
    shares = pd.Series([e.share for e in EFFECTS], index=[e.kind for e in EFFECTS])
    assert (shares > 0).all()
    assert (shares.groupby(level=0).sum() <= 1).all()


def test_wild_tables_have_each_effect_as_often_as_stated() -> None:
    drawn = [draw_effects(LEVELS["wild"], np.random.default_rng(seed)) for seed in range(600)]
    for effect in EFFECTS:
        knob, value = list(effect.knobs.items())[0 if effect.kind != "gradient" else -1]
        if sum(e.knobs.get(knob) == value for e in EFFECTS) == 1:
            share = np.mean([getattr(scenario, knob) == value for scenario in drawn])
            sd = np.sqrt(effect.share * (1 - effect.share) / len(drawn))
            assert share == pytest.approx(effect.share, abs=4 * sd), effect.name


def test_effects_of_one_kind_exclude_each_other() -> None:
    drawn = [draw_effects(LEVELS["wild"], np.random.default_rng(seed)) for seed in range(300)]
    assert not any(s.anchors == 0 and s.anchor_side != "anywhere" for s in drawn)
    assert not any(s.mz_fault and s.mz_offset for s in drawn)
    assert not any(s.wild for s in drawn)


def test_a_wild_world_knows_what_it_has() -> None:
    world = World.draw(3, LEVELS["wild"])
    assert not world.scenario.wild
    assert world.scenario == World.draw(3, LEVELS["wild"]).scenario
    assert world.scenario != World.draw(4, LEVELS["wild"]).scenario
