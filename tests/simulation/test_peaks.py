"""Peaks of a world: fragments, adducts, and what is reported."""

from __future__ import annotations

import pandas as pd
import pytest
from simulated_tables import CERAMIDE, with_parents

from ganglioside.simulation import LEVELS, World, facts, peaks


def test_fragments_are_pieces_of_a_parent_at_its_rt(middles: pd.DataFrame) -> None:
    pairs = with_parents(middles)
    pairs = pairs[pairs["verdict"] == "fragment"]
    units = list(facts.UNITS)
    lost = pairs[[f"{u}_parent" for u in units]].to_numpy() - pairs[units].to_numpy()
    assert len(pairs) > 300
    assert (lost >= 0).all()
    assert (lost.sum(axis=1) > 0).all()
    assert (pairs[CERAMIDE].to_numpy() == pairs[[f"{c}_parent" for c in CERAMIDE]]).all(axis=None)


def test_pieces_co_elute_as_measured(middles: pd.DataFrame) -> None:
    pairs = with_parents(middles)
    alone = pairs[~pairs["merged"] & ~pairs["merged_parent"]]
    off = (alone["RT"] - alone["RT_parent"]).abs()
    assert off.median() == pytest.approx(0.005, abs=0.0015)
    assert off.quantile(0.95) == pytest.approx(0.032, abs=0.008)


def test_adducts_have_the_mass_of_the_name_they_pose_as(middles: pd.DataFrame) -> None:
    pairs = with_parents(middles)
    adducts = pairs[pairs["verdict"] == "adduct"]
    shift = {"+Na-H": 21.98194, "-H2O": -18.01056}
    off = (
        adducts["monoisotopic_mass"]
        - adducts["monoisotopic_mass_parent"]
        - adducts["process"].map(shift)
    )
    assert set(adducts["process"]) == set(shift)
    assert off.abs().max() < 0.0026


def test_some_fragments_outweigh_the_genuine_peak_of_their_name(middles: pd.DataFrame) -> None:
    largest = middles.pivot_table(
        index=["seed", "Name"], columns="verdict", values="Volume", aggfunc="max", observed=True
    )
    heavier = largest["fragment"] > largest["valid"]
    assert (heavier.groupby("seed").sum() > 0).all()


def test_nothing_is_below_the_limit_of_detection(middles: pd.DataFrame) -> None:
    assert middles["Volume"].min() >= LEVELS["middle"].detection_limit


def test_reporting_is_a_matter_of_the_cause_not_of_the_draw() -> None:
    world = World.draw(0, LEVELS["middle"])
    found = peaks.genuine(world)
    half = found.sample(frac=0.5, random_state=1)
    again = pd.Series(peaks.reported(world, found), index=found.index)
    assert peaks.reported(world, half).tolist() == again[half.index].tolist()
