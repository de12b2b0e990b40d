"""Adducts and water losses: names of the right mass for the wrong molecule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.ion_source.artefacts import artefact_pairs
from ganglioside.lipids.artefacts import artefacts
from ganglioside.observations.observations import Observations, observe


@pytest.fixture(scope="module")
def example() -> Observations:
    return observe(gg.example())


def observed(names: list[str], rts: list[float], **columns: object) -> Observations:
    return observe(gg.read_features(pd.DataFrame({"Name": names, "RT": rts, **columns})))


def test_pairs_are_those_of_brute_force(example: Observations) -> None:
    pairs = artefact_pairs(example, 0.1)
    sialic_acids = example.groups.sialic_acids[example.group]
    expected = {
        (p, c, k)
        for k, artefact in enumerate(artefacts())
        if artefact.coelutes and artefact.is_seen_in("negative")
        for p in np.flatnonzero(sialic_acids >= artefact.sialic_acids).tolist()
        for c in np.flatnonzero(
            (np.abs(example.mass - example.mass[p] - artefact.mass_shift) <= 25e-6 * example.mass)
            & (np.abs(example.rt - example.rt[p]) <= 0.1)
            & (example.sample == example.sample[p])
        ).tolist()
    }
    found = set(zip(*(x.tolist() for x in (pairs.parent, pairs.child, pairs.process)), strict=True))
    assert found == expected
    assert len(pairs) == len(expected) > 0


@pytest.mark.parametrize(
    ("parent", "child", "process"),
    [
        ("GD1(38:0;O2)", "GD1(40:3;O2)", "+Na-H"),
        ("GT1(36:0;O3)", "GT1+OAc(36:2;O2)", "+Na-H"),
        ("GM1(36:0;O3)", "GM1(36:1;O2)", "-H2O"),
    ],
)
def test_a_name_that_poses_is_paired_with_what_it_is(parent: str, child: str, process: str) -> None:
    seen = observed([parent, child], [9.0, 9.001])
    pairs = artefact_pairs(seen, 0.1)
    names = [[parent, child][k] for k in seen.row]
    assert [(names[p], names[c]) for p, c in zip(pairs.parent, pairs.child, strict=True)] == [
        (parent, child)
    ]
    assert artefacts()[pairs.process[0]].process == process
    assert len(artefact_pairs(observed([parent, child], [9.0, 9.2]), 0.1)) == 0
    apart = observed([parent, child], [9.0, 9.0], Sample=["a", "b"])
    assert len(artefact_pairs(apart, 0.1)) == 0


def test_only_species_with_a_sialic_acid_lose_carbon_dioxide() -> None:
    number = [a.process for a in artefacts()].index("-CO2")
    lost = artefacts()[number].mass_shift
    for series, has in (("GM3", True), ("SHexCer", False)):
        seen = observed([f"{series}(36:1;O2)", f"{series}(33:1;O2)"], [9.0, 9.001])
        seen = replace(seen, mass=np.array([1000.0, 1000.0 + lost]))
        pairs = artefact_pairs(seen, 0.1)
        assert (number in pairs.process.tolist()) == has


def test_a_mass_beyond_the_tolerance_is_no_artefact() -> None:
    # C3H6 against OAc: 36 mDa apart
    assert len(artefact_pairs(observed(["GD1(39:1;O2)", "GD1+OAc(36:1;O2)"], [9.0, 9.0]), 0.1)) == 0


@pytest.mark.parametrize(
    ("knob", "process"),
    [
        ("formate_share", "+HCOOH"),
        ("acetate_share", "+CH3COOH"),
        ("chloride_share", "+HCl"),
        ("sodium_formate_share", "+HCOONa"),
        ("two_sodium_share", "+2Na-2H"),
        ("three_sodium_share", "+3Na-3H"),
        ("carbon_dioxide_share", "-CO2"),
    ],
)
def test_other_ions_under_other_names_are_adducts(knob: str, process: str) -> None:
    table = gg.simulate(5, level="middle", search_window=20.0, **{knob: (0.03, 0.3)})
    posing = (table.truth["process"] == process).to_numpy()
    assert posing.sum() >= 20
    features = gg.analyze(table).features
    assert (features["verdict"][posing] == "adduct").mean() > 0.7
    assert (features["process"][posing] == process).mean() > 0.65


def test_other_ions_are_found_where_the_ions_of_the_table_are_wrong() -> None:
    table = gg.simulate(
        5,
        level="middle",
        search_window=20.0,
        formate_share=(0.03, 0.3),
        mz=True,
        mz_fault="wrong polarity",
    )
    posing = (table.truth["process"] == "+HCOOH").to_numpy()
    assert (gg.analyze(table).features["process"][posing] == "+HCOOH").mean() > 0.9


def test_other_ions_of_missing_parents_are_found_without_areas() -> None:
    table = gg.simulate(
        5,
        level="middle",
        search_window=20.0,
        carbon_dioxide_share=(0.03, 0.3),
        areas=False,
        parent_missing=0.25,
        row_missing=0.25,
    )
    missing = (table.truth["process"] == "-CO2") & table.truth["parent_id"].isna()
    assert missing.sum() >= 20
    features = gg.analyze(table).features
    assert (features["process"][missing.to_numpy()] == "-CO2").mean() > 0.7


def test_second_isotopes_read_as_two_hydrogens_more_are_adducts() -> None:
    table = gg.simulate(5, level="middle", isotope_share=0.8)
    posing = (table.truth["process"] == "M+2").to_numpy()
    assert posing.sum() >= 40
    features = gg.analyze(table).features
    assert (features["process"][posing] == "M+2").mean() > 0.9
