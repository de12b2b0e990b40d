"""Artefacts with the mass of another name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.ion_source.isobars import possible_posing
from ganglioside.lipids.artefacts import artefacts
from ganglioside.observations.observations import Observations, observe


@pytest.fixture(scope="module")
def example() -> Observations:
    return observe(gg.example())


def observed(names: list[str], rts: list[float], **columns: object) -> Observations:
    return observe(gg.read_features(pd.DataFrame({"Name": names, "RT": rts, **columns})))


def test_whoever_may_pose_has_the_mass_of_the_name(example: Observations) -> None:
    posing = possible_posing(example)
    assert (np.diff(posing.species) >= 0).all()
    mass = dict(zip(example.species.tolist(), example.mass.tolist(), strict=True))
    series = example.groups.series
    rng = np.random.default_rng(0)
    for k in rng.choice(len(posing.species), 60):
        n, d, o = posing.ceramides[posing.ceramide[k]].astype(int)
        behind = gg.parse_name(f"{series[posing.group[k]]}({n}:{d};O{o})")
        shift = artefacts()[posing.process[k]].mass_shift
        named = mass[int(posing.species[k])]
        off = behind.monoisotopic_mass + shift - named
        assert abs(off) <= 25e-6 * named + 1e-6
        assert posing.shift[k] == pytest.approx(1e6 * off / named, abs=0.01)


@pytest.mark.parametrize(
    ("process", "of", "named"),
    [("NeuGc", "36:1;O2", "36:1;O3"), ("lactone", "36:0;O3", "36:1;O2")],
)
@pytest.mark.parametrize(("series", "has"), [("GM3", True), ("Cer", False), ("SM", False)])
def test_only_species_with_a_sialic_acid_have_forms_of_one(
    process: str, of: str, named: str, series: str, has: bool
) -> None:
    """Once a hydroxylated ceramide was the NeuGc form of a ceramide, at up to 1.0."""
    others = [f"{series}({n}:1;O2)" for n in (34, 38, 40)]
    seen = observed([f"{series}({of})", f"{series}({named})", *others], [9.0, 8.0, 8.2, 9.8, 10.6])
    posing = possible_posing(seen)
    number = [a.process for a in artefacts()].index(process)
    child = int(seen.species[seen.row == 1][0])
    assert ((posing.process == number) & (posing.species == child)).any() == has


def test_the_parent_of_a_sodium_adduct_need_not_be_in_the_table() -> None:
    names = ["GD1(40:3;O2)", "GD1(36:1;O2)", "GM3(36:1;O2)", "GM3(38:0;O2)"]
    seen = observed(names, [11.7, 9.1, 10.6, 12.7])
    posing = possible_posing(seen)
    at = int(seen.species[seen.row == 0][0])
    entry = np.flatnonzero(posing.species == at)
    behind = {
        (seen.groups.series[posing.group[k]], *posing.ceramides[posing.ceramide[k]].astype(int))
        for k in entry
        if artefacts()[posing.process[k]].process == "+Na-H"
    }
    assert ("GD1", 38, 0, 2) in behind


def test_no_row_needs_the_ceramide_of_whose_sodium_adduct_has_the_name() -> None:
    names = ["GD1(40:3;O2)", "GD1(36:1;O2)", "GM3(36:1;O2)", "GM3(39:1;O3)", "GM3(37:1;O2)"]
    seen = observed(names, [11.7, 9.1, 10.6, 12.7, 11.2])
    posing = possible_posing(seen)
    np.testing.assert_array_equal(posing.ceramides[: len(seen.ceramides)], seen.ceramides)
    without_row = np.flatnonzero(posing.ceramide >= len(seen.ceramides))
    behind = {
        (
            names[int(seen.row[seen.species == posing.species[k]][0])],
            artefacts()[posing.process[k]].process,
            seen.groups.series[posing.group[k]],
            *posing.ceramides[posing.ceramide[k]].astype(int),
        )
        for k in without_row
    }
    assert behind == {("GD1(40:3;O2)", "+Na-H", "GD1", 38, 0, 2)}
    assert len(posing.ceramides) == len(seen.ceramides) + 1


def test_entries_of_names_are_found_by_search(example: Observations) -> None:
    posing = possible_posing(example)
    expected = [
        (i, k)
        for i, name in enumerate(example.species.tolist())
        for k in np.flatnonzero(posing.species == name).tolist()
    ]
    assert list(zip(posing.row.tolist(), posing.entry.tolist(), strict=True)) == expected
