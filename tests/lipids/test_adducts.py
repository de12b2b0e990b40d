"""Ions: their m/z, their spellings and those that are unknown."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.adducts import (
    NO_ION,
    adduct,
    adducts,
    known_adduct,
    mz,
    mz_as,
    neutral_mass,
)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("[M-H]-", 1179.7372),
        ("[M+HCOO]-", 1225.7427),
        ("[M+CH3COO]-", 1239.7584),
        ("[M+Cl]-", 1215.7139),
        ("[M+Na-2H]-", 1201.7191),
        ("[M+H]+", 1181.7518),
        ("[M+Na]+", 1203.7337),
        ("[M+NH4]+", 1198.7783),
        ("[M+K]+", 1219.7077),
        ("[M+2H]2+", 591.3795),
    ],
)
def test_mz_of_gm3(form: str, expected: float) -> None:
    assert mz(1180.74451, form) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("[M-2H]--", "[M-2H]2-"),
        ("[M−2H]²⁻", "[M-2H]2-"),
        ("[M - 2H]-2", "[M-2H]2-"),
        ("M-H", "[M-H]-"),
        ("[M-H]1-", "[M-H]-"),
        ("[m+fa-h]-", "[M+HCOO]-"),
        ("[M+Hac-H]-", "[M+CH3COO]-"),
        ("[M+H]", "[M+H]+"),
        ("[M-2H+Na]-", "[M+Na-2H]-"),
        ("[M–2H]2–", "[M-2H]2-"),
        ("[M‑H]‑", "[M-H]-"),
        ("[M-2H]^2-", "[M-2H]2-"),
        ("[M-2H]^{2-}", "[M-2H]2-"),
        ("[M-2H](2-)", "[M-2H]2-"),
        ("M-2H(2-)", "[M-2H]2-"),
        ("M+H (+)", "[M+H]+"),
        ("[M-1H]1-", "[M-H]-"),
    ],
)
def test_adduct_spellings(spelling: str, name: str) -> None:
    assert adduct(spelling).name == name


@pytest.mark.parametrize(
    "text",
    ["", "[M-H]2-", "[M-H]+", "[M-H](2-)", "M-H(+)", "[M+Xx]+", "=1+1", "[[M-H]-", "[M" * 99],
)
def test_unknown_adducts(text: str) -> None:
    with pytest.raises(NameFormError) as caught:
        adduct(text)
    assert caught.value.code == "unknown-adduct"
    assert "[M-2H]2-" in caught.value.advice


def test_mz_of_arrays_and_back() -> None:
    masses = np.array([1180.7445, 1836.9721])
    for form in adducts():
        np.testing.assert_allclose(neutral_mass(mz(masses, form.name), form.name), masses)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("-H", "[M-H]-"),
        ("-2H", "[M-2H]2-"),
        ("+HCOO", "[M+HCOO]-"),
        ("+H-H2O", "[M+H-H2O]+"),
        ("-H2O-H", "[M-H2O-H]-"),
        ("ION=[M-H]-", "[M-H]-"),
        ("ION=[M-2H]2-", "[M-2H]2-"),
        ("[M-H]1-", "[M-H]-"),
        ("[M-H]", "[M-H]-"),
        ("(M-H)-", "[M-H]-"),
        ("[(M-2H)]2-", "[M-2H]2-"),
        ("M-H-", "[M-H]-"),
        ("M+NH4+", "[M+NH4]+"),
    ],
)
def test_ions_are_known_as_tools_spell_them(text: str, name: str) -> None:
    found = known_adduct(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ["", "-", "+", "H", "ION=", "()", "[M-2H]-", "-H]2-"])
def test_what_is_no_known_ion_stays_unknown(text: str) -> None:
    assert known_adduct(text) is None


@pytest.mark.parametrize(
    ("spelling", "ion"),
    [
        ("H-Loss", "[M-H]-"),
        ("2H-Loss", "[M-2H]2-"),
        ("HCO2-Gain", "[M+HCOO]-"),
        ("CH3CO2-Gain", "[M+CH3COO]-"),
        ("NH4-Gain", "[M+NH4]+"),
    ],
)
def test_ions_as_gains_and_losses(spelling: str, ion: str) -> None:
    found = known_adduct(spelling)
    assert found is not None
    assert found.name == ion


def test_each_row_has_the_mz_of_its_own_ion() -> None:
    mass = np.array([1180.7445, 1180.7445, 1471.84])
    ion = np.array([0, NO_ION, 1])
    names = [adducts()[0].name, "", adducts()[1].name]
    expected = [mz(m, name) if name else m for m, name in zip(mass, names, strict=True)]
    assert mz_as(mass, ion).tolist() == expected
    assert mass[0] == 1180.7445  # those given are kept
