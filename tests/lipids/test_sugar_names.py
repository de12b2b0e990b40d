"""Head groups that are written as their sugars."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Composition
from ganglioside.lipids.head_groups import HEADS, parse_glycan
from ganglioside.lipids.sugar_names import head_of_sugars

CORE = "Galβ1-3GalNAcβ1-4"


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("NeuAcHex2Cer", "GM3"),
        ("NeuAc2Hex2Cer", "GD3"),
        ("Hex3HexNAcNeuAc2-Cer", "GD1"),
        ("Hex3HexNAcNeuAcCer", "GM1"),
        ("Hex4HexNAcCer", "Hex3Cer+Hex+HexNAc"),
        ("HexNAc(1)Hex(3)NeuAc(2)", "GD1"),
        ("(Hex)3(HexNAc)1(NeuAc)2", "GD1"),
        ("Hex3-HexNAc-NeuAc-Cer", "GM1"),
        ("Hex3HexNAcNeuAcFucCer", "GM1+dHex"),
        ("Hex2NeuGcCer", "GM3(NeuGc)"),
        ("Hex3HexNAc2NeuAc2Cer", "GD1+HexNAc"),
        ("CerG1", "HexCer"),
        ("CerG2GNAc1", "GA2"),
        ("CerG3GNAc1", "Hex3Cer+HexNAc"),  # GA1 or Gb4: neither is said
        ("NANA-Gal-Glc-Cer", "GM3"),
        ("NeuAcα2-3Galβ1-4Glcβ-Cer", "GM3"),
        ("Neu5Ac(α2-3)Gal(β1-4)Glc(β1-1)Cer", "GM3"),
        ("NeuAca2-3Galb1-4Glcb1-1'Cer", "GM3"),
        ("NeuAcα2-8NeuAcα2-3Galβ1-4Glcβ-Cer", "GD3"),
        ("NeuGcα2-3Galβ1-4Glcβ-Cer", "GM3(NeuGc)"),
        ("NeuAcα2-3Galβ-Cer", "GM4"),
        ("GalNAcβ1-4Galβ1-4Glcβ-Cer", "GA2"),
        (f"{CORE}Galβ1-4Glcβ-Cer", "GA1"),
        (f"{CORE}(NeuAcα2-3)Galβ1-4Glcβ-Cer", "GM1a"),
        (f"{CORE}[NeuAcα2-3]Galβ1-4Glcβ-Cer", "GM1a"),
        (f"NeuAcα2-3{CORE}Galβ1-4Glcβ-Cer", "GM1b"),
        (f"NeuAcα2-3{CORE}(NeuAcα2-3)Galβ1-4Glcβ-Cer", "GD1a"),
        (f"{CORE}(NeuAcα2-8NeuAcα2-3)Galβ1-4Glcβ-Cer", "GD1b"),
        ("NeuAcα2-3Galβ1-3(NeuAcα2-6)GalNAcβ1-4Galβ1-4Glcβ-Cer", "GD1α"),
        (f"NeuAcα2-3{CORE}(NeuAcα2-8NeuAcα2-3)Galβ1-4Glcβ-Cer", "GT1b"),
        (f"NeuAcα2-8NeuAcα2-3{CORE}(NeuAcα2-8NeuAcα2-3)Galβ1-4Glcβ-Cer", "GQ1b"),
        (f"Fucα1-2{CORE}(NeuAcα2-3)Galβ1-4Glcβ-Cer", "GM1a+dHex"),
        ("Galα1-4Galβ1-4Glcβ-Cer", "Gb3"),
        ("GalNAcβ1-3Galα1-4Galβ1-4Glcβ-Cer", "Gb4"),
        ("Galβ1-4Glcβ-Cer", "LacCer"),
        ("Glcβ-Cer", "GlcCer"),
        ("Galβ-Cer", "GalCer"),
        ("Gal-Glc-Cer", "LacCer"),
        ("Gal-GalNAc-Gal-Glc-Cer", "GA1"),
        ("Hex-Hex-Cer", "Hex2Cer"),
        ("II3NeuAc-LacCer", "GM3"),
        ("II3(NeuAc)2LacCer", "GD3"),
        ("II3-α-NeuAc-GgOse3Cer", "GM2"),
        ("II3NeuAcGgOse4Cer", "GM1a"),
        ("IV3NeuAc,II3NeuAc-Gg4Cer", "GD1a"),
        ("IV3NeuAcII3(NeuAc)2-Gg4Cer", "GT1b"),
        ("IV3NeuAc,III6NeuAc-Gg4Cer", "GD1α"),
        ("IV2Fuc,II3NeuGc-GgOse4Cer", "GM1a+dHex(NeuGc)"),
        ("GM1", None),
        ("Hex", None),
        ("HexNAc", None),
    ],
)
def test_sugars_name_their_head_group(text: str, head: str | None) -> None:
    assert head_of_sugars(text) == head


@pytest.mark.parametrize(
    "text",
    [
        "Galβ1-4GlcNAcβ1-3Galβ1-4Glcβ-Cer",  # paragloboside
        "NeuAcα2-3Galβ1-4GlcNAcβ1-3Galβ1-4Glcβ-Cer",  # of GM1's composition, not of its series
        "HexNAcNeuAcCer",
        "IV3NeuAc-LacCer",  # lactosylceramide has no fourth sugar
        "NeuAc5Hex2Cer",
    ],
)
def test_sugars_of_no_known_head_group_are_refused(text: str) -> None:
    with pytest.raises(NameFormError, match="make no head group") as caught:
        head_of_sugars(text)
    assert caught.value.code == "unknown-head"


UNITS = {"Hex": "hex", "HexNAc": "hexnac", "NeuAc": "neuac", "Fuc": "dhex"}


@given(
    st.permutations(list(UNITS)),
    st.fixed_dictionaries(
        {
            "Hex": st.integers(2, 5),
            "HexNAc": st.integers(0, 3),
            "NeuAc": st.integers(0, 3),
            "Fuc": st.integers(0, 2),
        }
    ),
    st.sampled_from(["{}{}", "{}({})", "({}){}"]),
)
def test_a_composition_keeps_its_sugars(
    order: list[str], counts: dict[str, int], form: str
) -> None:
    text = "".join(form.format(sugar, counts[sugar]) for sugar in order if counts[sugar])
    head = head_of_sugars(f"{text}-Cer")
    assert head is not None
    wanted = Composition(**{UNITS[sugar]: count for sugar, count in counts.items()})
    assert parse_glycan(head).composition == wanted


def test_the_isomer_is_the_one_of_its_sialic_acids() -> None:
    def chain(number: int) -> str:
        return "NeuAcα2-8" * (number - 1) + "NeuAcα2-3" if number else ""

    places = {(h.inner, h.terminal, h.alpha): h.isomer for h in HEADS if h.isomer and h.hexnac}
    for inner, terminal, alpha in itertools.product(range(1, 4), range(3), range(2)):
        on_galnac = "(NeuAcα2-6)" * alpha
        text = f"{chain(terminal)}Galβ1-3{on_galnac}GalNAcβ1-4({chain(inner)})Galβ1-4Glcβ-Cer"
        number = inner + terminal + alpha
        if number <= 5:
            series = "G" + "AMDTQP"[number] + "1"
            assert head_of_sugars(text) == places.get((inner, terminal, alpha), series)
