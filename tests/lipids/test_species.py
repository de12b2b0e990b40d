"""Species: their keys, and what a name says of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import parse_glycan
from ganglioside.lipids.names import parse_name, species
from ganglioside.lipids.species import combine, without_chains


@pytest.mark.parametrize(
    ("text", "series", "isomer", "category", "sugars", "sialic"),
    [
        ("GD1a+OAc(36:1;O2)", "GD1+OAc", "GD1a+OAc", "GD", 6, 2),
        ("GM1(36:1;O2)", "GM1", None, "GM", 5, 1),
        ("GalNAc-GD1a(36:1;O2)", "GD1+HexNAc", "GD1a+HexNAc", "GD", 7, 2),
        ("GP1+2OAc(36:1;O2)", "GP1+2OAc", None, "GP", 9, 5),
        ("GA1(36:1;O2)", "GA1", None, "GA", 4, 0),
        ("GD3(NeuGc)(36:1;O2)", "GD3(NeuGc)", None, "GD", 4, 2),
        ("GM1-lactone(36:1;O2)", "GM1-H2O", None, "GM", 5, 1),
        ("LacCer(36:1;O2)", "Hex2Cer", "LacCer", None, 2, 0),
        ("SM(36:1;O2)", "SM", None, None, 0, 0),
    ],
)
def test_what_a_name_tells(
    text: str, series: str, isomer: str | None, category: str | None, sugars: int, sialic: int
) -> None:
    read = parse_name(text)
    assert (read.series, read.isomer, read.category) == (series, isomer, category)
    assert (read.sugar_count, read.composition.sialic_acids) == (sugars, sialic)


ceramides = st.builds(
    Ceramide,
    carbons=st.integers(24, 60),
    double_bonds=st.integers(0, 6),
    hydroxyls=st.integers(1, 6),
)


@given(ceramides, ceramides)
def test_equal_species_are_one_key(a: Ceramide, b: Ceramide) -> None:
    one, other = species("GD1", a, "GD1a"), parse_name(f"gd1a {b}")
    assert (one == other) == (a == b)
    assert len({one, other}) == (1 if a == b else 2)
    assert one != species("GD1", a)


def test_a_species_is_its_head_group_on_its_ceramide() -> None:
    made = combine(parse_glycan("GD1a+OAc"), Ceramide(36, 1))
    assert (made.head, made.name, str(made)) == ("GD1a+OAc", *["GD1a+OAc(36:1;O2)"] * 2)
    assert made == parse_name("GD1a+OAc(36:1;O2)")
    assert made.monoisotopic_mass == pytest.approx(made.composition.mass + 565.5434, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "shorthand", "level"),
    [
        ("GM3 d34:1", "GM3 34:1;O2", "species"),
        ("GM3(d18:1/16:0)", "GM3 18:1;O2/16:0", "chains"),
        ("GD1a+OAc(t18:0/h24:0)", "GD1a+OAc 18:0;O3/24:0;O", "chains"),
        ("Cer(m18:0/16:0)", "Cer 18:0;O/16:0", "chains"),
    ],
)
def test_the_shorthand_has_the_level_of_the_name(text: str, shorthand: str, level: str) -> None:
    read = parse_name(text)
    assert (read.shorthand, read.level) == (shorthand, level)
    again = parse_name(shorthand)
    assert (again, again.chains) == (read, read.chains)


def test_chains_are_no_part_of_what_a_species_is() -> None:
    chains, summed = parse_name("GM3(d18:1/16:0)"), parse_name("GM3(34:1;O2)")
    assert chains == summed
    assert len({chains, summed}) == 1
    assert without_chains(chains).chains == ()
    assert without_chains(summed) is summed


@pytest.mark.parametrize(
    ("text", "lipid_maps"),
    [
        ("GM3 34:1", "SP0601"),
        ("GD1a+OAc 36:1", "SP0601"),
        ("GP1c 36:1", "SP0601"),
        ("GA2 36:1", "SP0503"),
        ("Gb3 34:1", "SP0502"),
        ("SM 34:1", "SP0301"),
        ("SHexCer 34:1", "SP0602"),
        ("Cer 34:1", "SP02"),
    ],
)
def test_a_species_knows_its_class_as_far_as_that_is_verified(text: str, lipid_maps: str) -> None:
    read = parse_name(text)
    assert (read.lipid_maps, read.swisslipids) == (lipid_maps, None)


def test_a_species_that_cannot_exist_is_refused() -> None:
    with pytest.raises(NameFormError, match="Sugars"):
        combine(parse_glycan("GM1+9Hex+9HexNAc"), Ceramide(36, 1))
    with pytest.raises(NameFormError, match="mass"):
        combine(parse_glycan("Cer"), Ceramide(12, 0))
