"""Species: their keys, and what a name says of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import HEADS, parse_glycan
from ganglioside.lipids.names import parse_name, species
from ganglioside.lipids.species import CHAINS_LEVEL, SUM_LEVEL, combine, without_chains

#: What Goslin 2.2.5 reads in our shorthand; `tests/benchmarks/goslin_names.py` makes it.
GOSLIN = Path(__file__).with_name("goslin_names.csv")
LEVELS = {"SPECIES": SUM_LEVEL, "SN_POSITION": CHAINS_LEVEL}


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
        ("GM3(d18:1/16:0)", "GM3 18:1;O2/16:0", "molecular species"),
        ("GD1a+OAc(t18:0/h24:0)", "GD1a+OAc 18:0;O3/24:0;O", "molecular species"),
        ("Cer(m18:0/16:0)", "Cer 18:0;O/16:0", "molecular species"),
        ("Hex3HexNAcNeuAc2-Cer d36:1", "GD1 36:1;O2", "species"),
    ],
)
def test_the_shorthand_has_the_level_of_the_name(text: str, shorthand: str, level: str) -> None:
    read = parse_name(text)
    assert (read.shorthand, read.level) == (shorthand, level)
    again = parse_name(shorthand)
    assert (again, again.chains) == (read, read.chains)


def test_goslin_reads_the_same_in_our_shorthand() -> None:
    rows = list(csv.DictReader(GOSLIN.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 500
    assert {row["level"] for row in rows} == set(LEVELS)
    for row in rows:
        read = parse_name(row["name"])
        found = (read.shorthand, read.level, read.formula)
        assert found == (row["shorthand"], LEVELS[row["level"]], row["formula"]), row["name"]


def test_chains_are_no_part_of_what_a_species_is() -> None:
    chains, summed = parse_name("GM3(d18:1/16:0)"), parse_name("GM3(34:1;O2)")
    assert chains == summed
    assert len({chains, summed}) == 1
    assert without_chains(chains).chains == ()
    assert without_chains(summed) is summed


@pytest.mark.parametrize(
    ("text", "lipid_maps", "entry", "swisslipids"),
    [
        ("GM3 34:1", "Gangliosides [SP0601]", "LMSP0601AJ00", "SLM:000489918"),
        ("GD1a 36:1", "Gangliosides [SP0601]", "LMSP0601AS00", "SLM:000489918"),
        ("GD1b(d18:1/18:0)", "Gangliosides [SP0601]", "LMSP0601AQ00", "SLM:000489918"),
        ("GP1b 36:1", "Gangliosides [SP0601]", None, "SLM:000489918"),
        ("GA2 36:1", "GalNAcb1-4Galb1-4Glc- (Ganglio series) [SP0503]", "LMSP0503AA00",
         "SLM:000399813"),
        ("Gb3 34:1", "GalNAcb1-3Gala1-4Galb1-4Glc- (Globo series) [SP0502]", "LMSP0502AA00",
         "SLM:000399813"),
        ("LacCer 34:1", "Simple Glc series [SP0501]", "LMSP0501AB00", "SLM:000399813"),
        ("Hex2Cer 34:1", "Neutral glycosphingolipids [SP05]", None, "SLM:000399813"),
        ("SM 34:1", "Ceramide phosphocholines (sphingomyelins) [SP0301]", "LMSP03010000",
         "SLM:000001000"),
        ("SHexCer 34:1", "Sulfoglycosphingolipids (sulfatides) [SP0602]", None, "SLM:000399817"),
        ("Cer 34:1", "Ceramides [SP02]", None, "SLM:000000834"),
    ],
)  # fmt: skip
def test_a_species_knows_what_databases_have_of_its_head_group(
    text: str, lipid_maps: str, entry: str | None, swisslipids: str
) -> None:
    read = parse_name(text)
    found = (read.lipid_maps_class, read.lipid_maps_entry, read.swisslipids)
    assert found == (lipid_maps, entry, swisslipids)
    assert lipid_maps.endswith(f"[{read.lipid_maps}]")


@pytest.mark.parametrize("text", ["GM1 36:1", "GD1 36:1", "GT1 36:1", "GQ1 36:1", "GP1 36:1"])
def test_a_name_that_leaves_the_isomer_open_has_no_entry(text: str) -> None:
    assert parse_name(text).lipid_maps_entry is None
    assert parse_name(text).lipid_maps == "SP0601"


@pytest.mark.parametrize("text", ["GM3+OAc 34:1", "GM3(NeuGc) 34:1", "Fuc-GD1a 36:1"])
def test_a_modified_head_group_has_the_class_but_no_entry(text: str) -> None:
    assert parse_name(text).lipid_maps_entry is None
    assert parse_name(text).lipid_maps_class == "Gangliosides [SP0601]"


def test_each_entry_is_of_one_head_group_and_of_its_class() -> None:
    entries = [head.lipid_maps_entry for head in HEADS if head.lipid_maps_entry]
    assert len(set(entries)) == len(entries)
    for head in HEADS:
        assert head.lipid_maps_entry.removeprefix("LM").startswith(
            head.lipid_maps if head.lipid_maps_entry else ""
        )
        assert head.lipid_maps
        assert head.swisslipids.startswith("SLM:")
        assert (head.lipid_maps == "SP0601") == (head.neuac > 0)


def test_a_species_that_cannot_exist_is_refused() -> None:
    with pytest.raises(NameFormError, match="Sugars"):
        combine(parse_glycan("GM1+9Hex+9HexNAc"), Ceramide(36, 1))
    with pytest.raises(NameFormError, match="mass"):
        combine(parse_glycan("Cer"), Ceramide(12, 0))
