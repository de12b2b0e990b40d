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
