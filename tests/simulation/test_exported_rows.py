"""Rows as tools export them: one peak in several rows, chains, m/z and digits."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ganglioside.lipids.adducts import mz as ion_mz
from ganglioside.lipids.elements import Elements
from ganglioside.lipids.isotopes import isotope_extents
from ganglioside.lipids.names import parse_name
from ganglioside.simulation import LEVELS, World
from ganglioside.simulation.exported_rows import (
    SAME_SPECIES,
    calibration,
    chain_isomers,
    has_chain_isomers,
)
from ganglioside.simulation.table import draw_rows


@cache
def rows_of(seed: int = 2, **knobs: Any) -> pd.DataFrame:
    """Return the rows of a middle table with some knobs."""
    return draw_rows(World.draw(seed, LEVELS["middle"].replace(**knobs)))


def with_first(rows: pd.DataFrame, process: str) -> pd.DataFrame:
    """Return the rows of a process beside those that they show again, `*_first`."""
    again = rows[rows["process"] == process]
    assert len(again) > 10
    return again.merge(rows, left_on="same_as", right_index=True, suffixes=("", "_first"))


@pytest.mark.parametrize(
    "knobs",
    [
        {"mz": True, "second_ion_share": 0.5},
        {"mz": True, "isotope_row_share": 0.5},
        {"duplicate_share": 0.5},
        {"split_share": 0.5},
        {"mz": True, "second_name_share": 0.5},
    ],
)
def test_further_rows_leave_the_first_ones_as_they_were(knobs: dict[str, object]) -> None:
    plain, rows = rows_of(), rows_of(**knobs)
    first = rows[rows["same_as"] < 0].reset_index(drop=True)
    columns = ["Name", "RT", "Volume", "Log P", "Anchor", "verdict", "process", "true_name"]
    pd.testing.assert_frame_equal(first[columns], plain[columns])
    again = rows[rows["same_as"] >= 0]
    assert len(again) > 20
    assert (again["true_name"].fillna("") == rows["true_name"].fillna("")[again["same_as"]].array
            ).all()  # fmt: skip


def test_a_second_ion_stands_beside_the_first_with_its_own_mz() -> None:
    pairs = with_first(rows_of(mz=True, second_ion_share=0.6), "second ion")
    assert (pairs["Name"] == pairs["Name_first"]).all()
    assert (pairs["Adduct"] != pairs["Adduct_first"]).all()
    assert (pairs["verdict"] == "valid").all()
    assert (pairs["RT"] - pairs["RT_first"]).abs().max() < 0.01
    expected = [
        ion_mz(parse_name(name).monoisotopic_mass, ion)
        for name, ion in zip(pairs["Name"], pairs["Adduct"], strict=True)
    ]
    ppm = 1e6 * (pairs["m/z"] / expected - 1)
    assert ppm.abs().max() < 10
    assert ppm.std() == pytest.approx(2, abs=0.6)


def test_isotope_rows_have_the_area_and_the_mz_of_their_isotope() -> None:
    rows = rows_of(mz=True, isotope_row_share=0.6)
    for neutrons in (1, 2):
        pairs = with_first(rows, f"M+{neutrons}")
        charge = pairs["Adduct"].map({"[M-H]-": 1, "[M-2H]2-": 2})
        step = (pairs["m/z"] - pairs["m/z_first"]) * charge
        assert (pairs["Name"] == pairs["Name_first"]).all()
        assert (pairs["verdict"] == "adduct").all()
        assert step.mean() == pytest.approx(neutrons * 1.00335, abs=0.002)
    extent = (pairs["Volume"] / pairs["Volume_first"]).to_numpy()
    expected = [
        float(isotope_extents(Elements.from_formula(parse_name(name).formula))[1])
        for name in pairs["Name"]
    ]
    assert extent == pytest.approx(expected, rel=0.001)


def test_a_split_peak_is_a_small_one_beside_a_large_one() -> None:
    pairs = with_first(rows_of(split_share=0.5), "split peak")
    off = (pairs["RT"] - pairs["RT_first"]).abs()
    assert off.between(0.059, 0.161).all()
    assert (pairs["Volume"] / pairs["Volume_first"]).between(0.049, 0.401).all()
    assert (pairs["verdict_first"] == "valid").all()
    assert (pairs["RT"] < pairs["RT_first"]).any()
    assert (pairs["RT"] > pairs["RT_first"]).any()


def test_copies_of_a_wrong_name_are_wrong_too() -> None:
    rows = rows_of(duplicate_share=1.0)
    again = rows[rows["same_as"] >= 0]
    first = rows.loc[again["same_as"]]
    assert again["verdict"].tolist() == first["verdict"].tolist()
    assert set(again["verdict"]) == {"valid", "fragment", "adduct", "outlier"}
    pieces = again["verdict"] != "valid"
    same = again[pieces]["parent_id"].fillna(-1).tolist()
    assert same == first[pieces.to_numpy()]["parent_id"].fillna(-1).tolist()


def test_a_second_name_has_the_mz_of_the_first() -> None:
    pairs = with_first(rows_of(mz=True, mz_noise=0.0, second_name_share=1.0), "second name")
    assert (pairs["m/z"] - pairs["m/z_first"]).abs().max() < 0.0003
    assert (pairs["Name"] != pairs["Name_first"]).all()
    assert pairs["RT"].tolist() == pairs["RT_first"].tolist()
    assert (pairs["verdict"] == "outlier").all()
    lost = pairs["Adduct"] == "[M-H2O-H]-"
    assert lost.any()
    assert pairs.loc[lost, "Name"].str.contains(";O3").all()
    assert pairs.loc[~lost, "Name"].str.contains("NeuGc").all()
    assert (~lost).any()


def test_chain_isomers_share_an_even_sum_a_little_apart() -> None:
    world = World.draw(2, LEVELS["middle"].replace(chain_names=True))
    distance, fraction = chain_isomers(world)
    rows = draw_rows(world)
    species = [parse_name(name) for name in rows["Name"]]
    assert all(s.chains for s in species)
    valid = rows[rows["verdict"] == "valid"].assign(
        sum=[str(s.name) for s, v in zip(species, rows["verdict"], strict=True) if v == "valid"]
    )
    pairs = valid[valid["chain"] == 1].merge(
        valid[valid["chain"] == 0], on=["true_name", "sum"], suffixes=("", "_d18")
    )
    assert len(pairs) > 30
    off = pairs["RT"] - pairs["RT_d18"]
    assert off.mean() == pytest.approx(distance, abs=0.001)
    assert off.abs().max() < 0.05
    share = pairs["Volume"] / (pairs["Volume"] + pairs["Volume_d18"])
    assert share.mean() == pytest.approx(fraction, abs=0.01)
    assert pairs["Name"].str.contains("d20:1/").all()
    assert pairs["Name_d18"].str.contains("d18:1/").all()


def test_only_even_sums_from_38_carbons_have_chain_isomers() -> None:
    ceramides = pd.DataFrame(
        [(38, 1, 2), (36, 1, 2), (39, 1, 2), (38, 0, 2), (38, 1, 3), (42, 2, 2)],
        columns=["carbons", "double_bonds", "hydroxyls"],
    )
    assert has_chain_isomers(ceramides).tolist() == [True, False, False, False, False, True]


def test_pieces_of_a_chain_isomer_have_its_parent() -> None:
    rows = rows_of(chain_names=True)
    pieces = rows[(rows["chain"] == 1) & rows["parent_id"].notna()]
    assert len(pieces) > 10
    assert (rows["chain"][pieces["parent_id"].astype(int)] == 1).all()
    assert (pieces["RT"] - rows["RT"][pieces["parent_id"].astype(int)].array).abs().max() < 0.1


def test_m_z_are_those_of_what_the_rows_truly_are() -> None:
    rows = rows_of(mz=True, mz_noise=0.0, isotope_share=1.0, formate_share=(0.2, 0.3))
    named = [
        ion_mz(parse_name(name).monoisotopic_mass, ion)
        for name, ion in zip(rows["Name"], rows["Adduct"], strict=True)
    ]
    charge = rows["Adduct"].map({"[M-H]-": 1, "[M-2H]2-": 2})
    off = (rows["m/z"] - named) * charge  # Da
    assert off[rows["verdict"].isin(["valid", "fragment"])].abs().max() < 3e-4
    isotope = rows["process"] == "M+2"
    assert off[isotope].to_numpy() == pytest.approx(2 * 1.0033548 - 2 * 1.00782503, abs=3e-4)
    assert off[rows["process"] == "+Na-H"].to_numpy() == pytest.approx(-0.0024, abs=4e-4)
    ppm = 1e6 * off / (rows["m/z"] * charge)
    chance = ppm[rows["process"] == "chance"]
    assert 5 < chance.abs().max() < 10.5
    assert ppm[rows["process"] == "+HCOOH"].abs().max() < 10.5


def test_errors_of_calibration_are_the_worlds() -> None:
    knobs = {"mz": True, "mz_noise": 0.0, "mz_offset": 8.0, "mz_drift": 6.0}
    world = World.draw(2, LEVELS["middle"].replace(**knobs))
    rows, right = draw_rows(world), rows_of(mz=True, mz_noise=0.0)
    ppm = 1e6 * (rows["m/z"] / right["m/z"] - 1)
    expected = calibration(world, right["m/z"].to_numpy(), rows["RT"].to_numpy())
    assert ppm.to_numpy() == pytest.approx(expected, abs=0.2)
    assert np.ptp(expected) > 3


@pytest.mark.parametrize(
    ("fault", "off"), [("M+1", 1.0033548), ("wrong polarity", -2 * 1.00727646)]
)
def test_faults_of_all_mz_are_common_shifts(fault: str, off: float) -> None:
    rows = rows_of(mz=True, mz_noise=0.0, mz_fault=fault)
    right = rows[rows["verdict"] == "valid"]
    named = [
        ion_mz(parse_name(name).monoisotopic_mass, ion)
        for name, ion in zip(right["Name"], right["Adduct"], strict=True)
    ]
    two = right["Adduct"].str.contains("2H")
    single = (right["m/z"] - named)[~two]
    assert single.to_numpy() == pytest.approx(off, abs=3e-4)
    assert right["Adduct"].str.endswith("+").all() == (fault == "wrong polarity")


def test_missing_rows_leave_orphans() -> None:
    rows = rows_of(row_missing=0.5, mz=True, second_ion_share=0.5)
    whole = rows_of(mz=True, second_ion_share=0.5)
    assert len(rows) / len(whole) == pytest.approx(0.5, abs=0.07)
    pieces = rows[rows["verdict"] == "fragment"]
    assert 0.3 < pieces["parent_id"].isna().mean() < 0.7
    assert pieces["parent"].notna().all()


def test_each_row_has_noise_of_its_own() -> None:
    plain, rows = rows_of(), rows_of(row_noise=0.05)
    off = rows["RT"] - plain["RT"]
    assert off.std() == pytest.approx(0.05, abs=0.006)
    fragments = rows[(rows["verdict"] == "fragment") & rows["parent_id"].notna()]
    apart = fragments["RT"] - rows["RT"][fragments["parent_id"].astype(int)].array
    assert apart.std() > 0.05


def test_split_second_ions_and_isotopes_are_large_enough_to_be_seen() -> None:
    rows = rows_of(mz=True, second_ion_share=0.5, isotope_row_share=0.5, split_share=0.5)
    again = rows[rows["process"].isin(SAME_SPECIES) & (rows["process"] != "duplicate")]
    assert again["Volume"].min() >= LEVELS["middle"].detection_limit


def test_misstated_ions_are_those_with_formate_and_commoner_by_chance() -> None:
    right, rows = rows_of(mz=True), rows_of(mz=True, misstated_ion_share=0.1)
    assert rows["Adduct"].equals(right["Adduct"])
    shift = (rows["m/z"] - right["m/z"]) * np.where(rows["Adduct"] == "[M-2H]2-", 2, 1)
    misstated = shift.abs() > 1
    assert np.allclose(shift[misstated], 46.00548, atol=0.1)
    share = misstated.groupby(rows["verdict"] == "valid").mean()
    chance = misstated[rows["process"] == "chance"].mean()
    assert 0.02 < share[True] < 0.2
    assert chance > 0.5
    assert not misstated[rows["verdict"] == "fragment"].any()
