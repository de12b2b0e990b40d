"""What a column of m/z may hold instead of the m/z of name and ion."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.lipids.adducts import adducts, mz
from ganglioside.lipids.isotopes import ISOTOPE_STEP
from ganglioside.lipids.mass_readings import average_masses, mass_readings
from ganglioside.lipids.names import parse_name

GD1 = parse_name("GD1(36:1;O2)")
MASS = GD1.monoisotopic_mass
NAMES = [a.name for a in adducts()]


def read(reading: str, ion: str) -> float:
    """m/z of GD1(36:1;O2) with a named ion, as one reading has it."""
    of_name = {r.name: r for r in mass_readings()}
    average = average_masses({0: GD1.formula}, np.array([0]))
    named = np.array([NAMES.index(ion)])
    return float(of_name[reading].mz(np.array([MASS]), average, named)[0])


@pytest.mark.parametrize(
    ("reading", "named", "fits"),
    [
        ("opposite", "[M+H]+", "[M-H]-"),
        ("opposite", "[M+2H]2+", "[M-2H]2-"),
        ("opposite", "[M+NH4]+", "[M-H]-"),
        ("single", "[M-2H]2-", "[M-H]-"),
        ("single", "[M+2Na]2+", "[M+H]+"),
        ("[M+HCOO]-", "[M-H]-", "[M+HCOO]-"),
    ],
)
def test_the_ion_that_is_read_in_the_place_of_the_named_one(
    reading: str, named: str, fits: str
) -> None:
    assert read(reading, named) == pytest.approx(mz(MASS, fits), abs=1e-9)


def test_isotope_peaks_are_nearer_at_a_higher_charge() -> None:
    plain = mz(MASS, "[M-2H]2-")
    assert read("M+1", "[M-2H]2-") - plain == pytest.approx(ISOTOPE_STEP / 2, abs=1e-9)
    assert read("M+2", "[M-2H]2-") - plain == pytest.approx(ISOTOPE_STEP, abs=1e-9)


def test_neutral_and_average_masses() -> None:
    assert read("neutral", "[M-2H]2-") == pytest.approx(MASS)
    assert GD1.formula == "C84H148N4O39"
    average = 84 * 12.011 + 148 * 1.008 + 4 * 14.007 + 39 * 15.999  # atomic weights, IUPAC
    assert read("average neutral", "[M-H]-") == pytest.approx(average, abs=1e-9)
    proton = MASS - mz(MASS, "[M-H]-")
    assert read("average", "[M-H]-") == pytest.approx(average - proton, abs=1e-9)


def test_what_a_name_has_too_little_is_divided_by_the_charge() -> None:
    oxygen = 15.9949146
    plain = mz(MASS, "[M-2H]2-")
    assert read("oxygen more", "[M-2H]2-") - plain == pytest.approx(oxygen / 2, abs=1e-6)
    assert read("oxygen less", "[M-2H]2-") - plain == pytest.approx(-oxygen / 2, abs=1e-6)
