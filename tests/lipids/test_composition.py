"""Compositions: formulas, masses, and differences between head groups."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paths import SHARED_DATA

from ganglioside.lipids.adducts import mz
from ganglioside.lipids.composition import UNITS, Ceramide, Composition, difference, loss_label
from ganglioside.lipids.names import parse_name

MASSES = SHARED_DATA / "ganglioside_masses.csv"

#: Mass of each unit in Da, from tables of residue masses.
LOSSES = {
    "neuac": 291.0954,
    "neugc": 307.0903,
    "hex": 162.0528,
    "hexnac": 203.0794,
    "dhex": 146.0579,
    "oac": 42.0106,
}
compositions = st.builds(Composition, **{unit: st.integers(0, 4) for unit in UNITS[:-1]})


def composition(head: str) -> Composition:
    return parse_name(f"{head}(36:1;O2)").composition


@pytest.mark.skipif(not MASSES.exists(), reason="the reference masses are not beside the project")
def test_reference_formulas_and_masses() -> None:
    with MASSES.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 31
    for row in rows:
        species = parse_name(row["name"])
        assert species.formula == row["formula"], row["name"]
        assert species.monoisotopic_mass == pytest.approx(
            float(row["monoisotopic_mass"]), abs=0.001
        )
        for form in ("[M-H]-", "[M-2H]2-", "[M-3H]3-"):
            expected = float(row[f"mz_{form}"])
            assert mz(species.monoisotopic_mass, form) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize(("unit", "mass"), LOSSES.items())
def test_unit_masses(unit: str, mass: float) -> None:
    assert Composition(**{unit: 1}).mass == pytest.approx(mass, abs=5e-5)


def test_a_lactone_is_lighter_by_water() -> None:
    assert Composition(water_losses=1).mass == pytest.approx(-18.0106, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "formula", "mass"),
    [
        ("Cer(34:1;O2)", "C34H67NO3", 537.5121),
        ("HexCer(34:1;O2)", "C40H77NO8", 699.5649),
        ("LacCer(34:1;O2)", "C46H87NO13", 861.6178),
        ("Hex3Cer(34:1;O2)", "C52H97NO18", 1023.6706),
        ("SM(34:1;O2)", "C39H79N2O6P", 702.5676),
        ("SHexCer(42:2;O2)", "C48H91NO11S", 889.6313),
        ("SHex2Cer(34:1;O2)", "C46H87NO16S", 941.5746),
    ],
)
def test_neutral_relatives(name: str, formula: str, mass: float) -> None:
    species = parse_name(name)
    assert (species.formula, species.category) == (formula, None)
    assert species.monoisotopic_mass == pytest.approx(mass, abs=0.001)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GT1+OAc(36:1;O2)", "GT1(NeuGc)(38:2;O2)"),
        ("GT1+OAc(36:1;O2)", "GT1(38:2;O3)"),
        ("GD3+OAc(37:1;O2)", "GM1-H2O(36:1;O2)"),
        ("GM3-H2O(36:0;O3)", "GM3(36:1;O2)"),
        ("GT3(36:1;O2)", "GM1+HexNAc+OAc(34:1;O2)"),
        ("GM1(NeuGc)+dHex(36:1;O2)", "GM1+Hex(36:1;O2)"),
    ],
)
def test_names_of_one_formula(one: str, other: str) -> None:
    a, b = parse_name(one), parse_name(other)
    assert a != b
    assert a.formula == b.formula
    assert a.monoisotopic_mass == pytest.approx(b.monoisotopic_mass)


@pytest.mark.parametrize(
    ("parent", "fragment", "label"),
    [
        ("GD1a", "GM1", "-NeuAc"),
        ("GD1", "GM3", "-Hex-HexNAc-NeuAc"),
        ("GM1", "GM3", "-Hex-HexNAc"),
        ("GT1b", "GM1", "-2NeuAc"),
        ("GD1+OAc", "GD2+OAc", "-Hex"),
        ("GD1+OAc", "GD1", "-OAc"),
        ("GM1", "GM1-H2O", "-H2O"),
        ("GM1(NeuGc)", "GA1", "-NeuGc"),
        ("GD1-lactone", "GM1", "-NeuAc+H2O"),
        ("Fuc-GD1", "Fuc-GM1", "-NeuAc"),
        ("SHexCer", "HexCer", "-SO3"),
        ("GM1", "GM1", ""),
    ],
)
def test_losses(parent: str, fragment: str, label: str) -> None:
    loss = difference(composition(parent), composition(fragment))
    assert loss_label(loss) == label
    expected = (
        parse_name(f"{parent}(36:1)").monoisotopic_mass
        - parse_name(f"{fragment}(36:1)").monoisotopic_mass
    )
    assert loss.mass == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("parent", "fragment"),
    [
        ("GM3", "GM1"),
        ("GD3", "GM1"),
        ("GM1", "GD3"),
        ("GD1", "GM1+OAc"),
        ("GM1(NeuGc)", "GM1"),
        ("GD1-lactone", "GD1"),
    ],
)
def test_not_contained(parent: str, fragment: str) -> None:
    assert not composition(parent).contains(composition(fragment))
    with pytest.raises(ValueError, match="not contained"):
        difference(composition(parent), composition(fragment))


@given(compositions, compositions)
def test_composition_arithmetic(a: Composition, b: Composition) -> None:
    total = a + b
    assert total - b == a
    assert total.contains(a)
    assert total.mass == pytest.approx(a.mass + b.mass)
    assert total.sugar_count == a.sugar_count + b.sugar_count
    assert a.contains(b) == all(x >= y for x, y in zip(a, b, strict=True))


def test_an_acetyl_is_no_sugar() -> None:
    assert Composition(hex=2, neuac=1, neugc=1, dhex=1, hexnac=1, oac=2).sugar_count == 6


def test_ceramide_text() -> None:
    assert str(Ceramide(36, 1)) == "36:1;O2"
    assert str(Ceramide(36, 1, 1)) == "36:1;O"
    assert Ceramide(18, 1, 2) + Ceramide(24, 1, 0) == Ceramide(42, 2, 2)
