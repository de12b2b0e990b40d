"""Peaks of a world: fragments, adducts, and what is reported."""

from __future__ import annotations

import pandas as pd
import pytest
from simulated_tables import CERAMIDE, draw, with_parents

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


def test_the_second_isotope_poses_with_the_area_of_the_formula() -> None:
    table = with_parents(draw(1, isotope_share=1.0, merge_width=0.0).assign(seed=1))
    found = table[table["process"] == "M+2"]
    extent = found["Volume"] / found["Volume_parent"]
    assert len(found) > 60
    assert (found["series"] == found["series_parent"]).all()
    assert (found["double_bonds"] == found["double_bonds_parent"] - 1).all()
    assert (found["verdict"] == "adduct").all()
    assert extent.between(0.2, 1.2).all()
    assert extent.corr(found["monoisotopic_mass"]) > 0.95
    assert (found["RT"] - found["RT_parent"]).abs().max() < 0.12


@pytest.mark.parametrize("ion", facts.other_ions(), ids=lambda i: i.process)
def test_other_ions_pose_as_names_within_the_window(ion: facts.OtherIon) -> None:
    knobs = {ion.share: (0.2, 0.3), "search_window": 20.0, "merge_width": 0.0}
    table = with_parents(draw(1, **knobs).assign(seed=1))
    found = table[table["process"] == ion.process]
    mass = found["monoisotopic_mass_parent"] + ion.mass_shift
    assert len(found) > 20
    assert (1e6 * (found["monoisotopic_mass"] / mass - 1)).abs().max() < 20.01
    assert (found["Volume"] / found["Volume_parent"]).between(0.199, 0.301).all()
    assert (found["RT"] - found["RT_parent"]).abs().max() < 0.12
    assert (found["verdict"] == "adduct").all()


def test_pieces_of_a_pathway_are_shifted_alike() -> None:
    knobs = {"pathway_shift": 0.05, "coelution_core": 0.002, "coelution_tail_share": 0.0}
    table = pd.concat([draw(seed, **knobs).assign(seed=seed) for seed in (1, 2)])
    pairs = with_parents(table.reset_index(drop=True))
    alone = pairs[(pairs["verdict"] == "fragment") & ~pairs["merged"] & ~pairs["merged_parent"]]
    off = alone["RT"] - alone["RT_parent"]
    line = alone["true_name"].str.split("(").str[0]
    within = off.groupby([alone["seed"], line, alone["series"]]).std().dropna()
    assert off.std() > 0.03
    assert within.median() < 0.004


def test_pathways_differ_in_width() -> None:
    same = World.draw(0, LEVELS["middle"])
    wide = World.draw(0, LEVELS["middle"].replace(pathway_width_spread=0.5))
    assert (same.pathways["rt_width"] == 1).all()
    assert wide.pathways["rt_width"].max() / wide.pathways["rt_width"].min() > 3
