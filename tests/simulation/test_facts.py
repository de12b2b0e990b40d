"""The facts behind a simulation fit together."""

from __future__ import annotations

import pytest

from ganglioside.lipids.elements import Elements
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.simulation import facts


def test_every_line_has_a_name_of_its_own_and_a_base_that_exists() -> None:
    lines = facts.lines()
    assert lines["line"].is_unique
    assert set(lines["base"]) - {""} <= set(lines["line"])
    assert (lines["abundance"] > 0).all()
    assert lines["presence"].between(0, 1, inclusive="right").all()
    gt1b = lines.set_index("line").loc["GT1b"]
    assert gt1b[list(facts.UNITS)].tolist() == [3, 1, 3, 0, 0]


def test_every_unit_has_an_offset_and_a_log_p() -> None:
    units = facts.units()
    assert list(units.index) == list(facts.UNITS)
    assert units[["offset", "log_p"]].notna().all(axis=None)


def test_ceramides_are_written_in_the_range_of_names() -> None:
    carbons = facts.ceramides()["carbons"]
    assert carbons.between(facts.FEWEST_CARBONS, facts.MOST_CARBONS).all()
    assert not facts.ceramides().duplicated(facts.CERAMIDE).any()


@pytest.mark.parametrize(
    "row", list(facts.pathways().itertuples()), ids=lambda r: f"{r.line}{r.process}"
)
def test_a_pathway_leads_from_a_line_to_a_smaller_series(row: object) -> None:
    lines = facts.lines().set_index("line")
    assert row.line in lines.index or row.line in set(lines["series"])
    assert row.fragment in set(lines["series"])
    parent = parse_name(f"{row.line}(36:1)").composition
    fragment = parse_name(f"{row.fragment}(36:1)").composition
    assert parent.contains(fragment)
    assert 0 < row.extent <= 1


def test_a_process_names_what_was_lost() -> None:
    found = facts.pathways().set_index(["line", "fragment"])["process"]
    assert found["GD1a", "GM1"] == "-NeuAc"
    assert (found == "-Hex-HexNAc").any() or (found == "-Hex").any()


def test_acetylated_series_have_one_acetyl_more() -> None:
    pairs = facts.acetylated()
    assert pairs["GD1"] == "GD1+OAc"
    for plain, more in pairs.items():
        gained = parse_name(f"{more}(36:1)").composition - parse_name(f"{plain}(36:1)").composition
        assert gained == type(gained)(oac=1)


def test_masses_and_elements_are_those_of_the_names() -> None:
    species = facts.lines()[["series"]].merge(facts.ceramides()[facts.CERAMIDE], how="cross")
    species = species.drop_duplicates(ignore_index=True)
    parts = species[facts.CERAMIDE].astype(str)
    ceramide = parts["carbons"] + ":" + parts["double_bonds"] + ";O" + parts["hydroxyls"]
    parsed = parse_names(species["series"] + "(" + ceramide + ")")
    assert facts.masses(species).to_numpy() == pytest.approx(parsed.masses[parsed.index])
    atoms = facts.elements(species)
    formula = Elements({element: int(n[7]) for element, n in atoms.items()}).formula
    assert formula == parsed.species[parsed.index[7]].formula


def test_other_ions_weigh_what_they_gain_and_lose() -> None:
    shifts = {ion.process: ion.mass_shift for ion in facts.other_ions()}
    assert shifts["+HCOONa"] == pytest.approx(67.9874, abs=1e-4)
    assert shifts["-CO2"] == pytest.approx(-43.9898, abs=1e-4)
    assert shifts["+2Na-2H"] == pytest.approx(43.9639, abs=1e-4)
