"""Isotope peaks have the areas that the formula gives."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside import parse_name
from ganglioside.lipids.elements import Elements
from ganglioside.lipids.isotopes import ISOTOPE_STEP, isotope_extents


def test_extents_are_those_of_a_convolution_of_all_atoms() -> None:
    atoms = Elements.from_formula("C58H106N2O21")
    ratios = {
        "C": [1, 0.0107 / 0.9893],
        "H": [1, 0.000115 / 0.999885],
        "N": [1, 0.00364 / 0.99636],
        "O": [1, 0.00038 / 0.99757, 0.00205 / 0.99757],
    }
    pattern = np.ones(1)
    for symbol, n in atoms.items():
        for _ in range(n):
            pattern = np.convolve(pattern, ratios[symbol])[:3]
    one, two = isotope_extents(atoms)
    assert (float(one), float(two)) == pytest.approx((pattern[1], pattern[2]), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("GM3(36:1;O2)", 0.2, 0.35), ("GT1(42:1;O2)", 0.6, 0.9)]
)
def test_the_second_isotope_of_large_gangliosides_is_large(
    name: str, least: float, most: float
) -> None:
    _, two = isotope_extents(Elements.from_formula(parse_name(name).formula))
    assert least < float(two) < most


def test_many_molecules_are_computed_at_once() -> None:
    one, two = isotope_extents({"C": np.array([1, 100]), "O": np.array([0, 0])})
    assert one.tolist() == pytest.approx([0.010816, 1.0816])
    assert two.tolist() == pytest.approx([0.0, 100 * 99 / 2 * 0.010816**2])


def test_a_neutron_is_that_of_carbon() -> None:
    assert pytest.approx(13.0033548378 - 12, abs=1e-6) == ISOTOPE_STEP
