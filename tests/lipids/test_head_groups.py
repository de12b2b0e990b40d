"""Head groups: the table, its isomers, and what is refused."""

from __future__ import annotations

import itertools
import re

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Composition
from ganglioside.lipids.head_groups import HEADS, isomers, parse_glycan
from ganglioside.lipids.names import parse_name


@pytest.mark.parametrize(
    ("head", "hex_", "hexnac", "neuac"),
    [
        ("GM4", 1, 0, 1),
        ("GM3", 2, 0, 1),
        ("GD3", 2, 0, 2),
        ("GT3", 2, 0, 3),
        ("GA2", 2, 1, 0),
        ("GM2", 2, 1, 1),
        ("GD2", 2, 1, 2),
        ("GT2", 2, 1, 3),
        ("GA1", 3, 1, 0),
        ("GM1", 3, 1, 1),
        ("GD1", 3, 1, 2),
        ("GT1", 3, 1, 3),
        ("GQ1", 3, 1, 4),
        ("GP1", 3, 1, 5),
        ("GalNAc-GD1a", 3, 2, 2),
    ],
)
def test_compositions(head: str, hex_: int, hexnac: int, neuac: int) -> None:
    units = parse_name(f"{head}(36:1;O2)").composition
    assert (units.hex, units.hexnac, units.neuac) == (hex_, hexnac, neuac)


def test_the_number_of_neutral_sugars_is_five_less_the_digit() -> None:
    for head in HEADS:
        if head.category:
            assert head.hex + head.hexnac == 5 - int(head.series[2])


@pytest.mark.parametrize(
    ("name", "series", "formula"),
    [
        ("LM1(36:1;O2)", "LM1", "C73H131N3O31"),
        ("IV3NeuAc-nLc4Cer 36:1;O2", "LM1", "C73H131N3O31"),
        ("IV³-α-NeuAc-nLcOse4Cer 36:1", "LM1", "C73H131N3O31"),
        ("NeuAcα2-3Galβ1-4GlcNAcβ1-3Galβ1-4GlcβCer(d18:1/18:0)", "LM1", "C73H131N3O31"),
        ("sialylparagloboside 36:1", "LM1", "C73H131N3O31"),
        ("LM1(NeuGc) 36:1", "LM1(NeuGc)", "C73H131N3O32"),
        ("IV3NeuAc-Lc4Cer 36:1", "SLc4", "C73H131N3O31"),
        ("LD1 36:1", "LD1", "C84H148N4O39"),
        ("Hex-LM1 36:1", "HexLM1", "C87H154N4O41"),  # a lactosamine more, not a hexose
        ("Gb5(34:1)", "Gb4+Hex", "C66H120N2O28"),
        ("SM2a(34:1)", "SM2a", "C54H100N2O21S"),
        ("SM1a(d18:1/16:0)", "SM1a", "C60H110N2O26S"),
        ("SM1b 34:1", "SM1b", "C60H110N2O26S"),
        ("SB1a(34:1)", "SB1a", "C60H110N2O29S2"),
        ("SB2(34:1)", "SB2", "C54H100N2O24S2"),
    ],
)
def test_other_series_of_the_composition_of_gangliosides(
    name: str, series: str, formula: str
) -> None:
    species = parse_name(name)
    assert (species.series, species.formula, species.category) == (series, formula, None)
    assert parse_name(species.name) == species


def test_a_lipid_of_another_series_differs_from_one_of_its_mass() -> None:
    lm1, gm1 = parse_name("LM1(36:1)"), parse_name("GM1(36:1)")
    assert lm1 != gm1
    assert lm1.monoisotopic_mass == gm1.monoisotopic_mass


@pytest.mark.parametrize("name", ["SM1(34:1)", "SM2 34:1", "SM4g 34:1", "IV6NeuAc-nLc4Cer 36:1"])
def test_symbols_that_leave_the_head_group_open_are_refused(name: str) -> None:
    with pytest.raises(NameFormError) as caught:
        parse_name(name)
    assert caught.value.code == "unknown-head"


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("GD1a_OAc(36:1)", "GD1+OAc"),
        ("GD1a_2OAc(36:1;O2)", "GD1+2OAc"),
        ("GD1_OAc_36:1", "GD1+OAc"),
        ("OAc_GD3(36:1)", "GD3+OAc"),
        ("GM3_NeuGc(36:1)", "GM3(NeuGc)"),
        ("GM1_Fuc(36:1)", "GM1+dHex"),
    ],
)
def test_an_underscore_joins_a_modification(name: str, series: str) -> None:
    assert parse_name(name).series == series


def test_an_underscore_is_no_sign_of_a_loss() -> None:
    with pytest.raises(NameFormError) as caught:
        parse_name("GM1_H2O(36:1)")
    assert caught.value.code == "wrong-sign"


def test_known_isomers() -> None:
    assert [h.isomer for h in isomers("GD1")] == ["GD1a", "GD1b", "GD1c", "GD1α"]
    assert [h.inner for h in isomers("GD1")] == [1, 2, 0, 0]
    assert isomers("GM3") == ()


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["+Hex", "+HexNAc", "+dHex", "(NeuGc)", "+OAc"]))
)
def test_the_order_of_modifications_does_not_matter(order: tuple[str, ...]) -> None:
    assert parse_name(f"GD1{''.join(order)}(36:1;O2)").series == "GD1+Hex+HexNAc+dHex(NeuGc)+OAc"


def test_the_advice_about_an_unknown_head_names_every_head() -> None:
    with pytest.raises(NameFormError) as caught:
        parse_glycan("GX9")
    for head in HEADS:
        assert re.search(rf"\b{head.isomer or head.series}\b", caught.value.advice)
    assert "GM1 (GM1a, GM1b)" in caught.value.advice


def test_a_glycan_is_spelled_in_one_way() -> None:
    glycan = parse_glycan("9-O-Ac-GD1a", "+Hex")
    assert (glycan.series, glycan.isomer, glycan.category) == ("GD1+Hex+OAc", "GD1a+Hex+OAc", "GD")
    assert glycan.composition - parse_glycan("GD1").composition == Composition(hex=1, oac=1)


@pytest.mark.parametrize(("head", "most"), [("GM3", 4), ("GD3", 8)])
def test_a_head_bears_as_many_acetyls_as_its_carriers(head: str, most: int) -> None:
    assert parse_glycan(f"{head}+{most}OAc").composition.oac == most
    with pytest.raises(NameFormError, match=f"cannot bear {most + 1} OAc"):
        parse_glycan(f"{head}+{most + 1}OAc")
