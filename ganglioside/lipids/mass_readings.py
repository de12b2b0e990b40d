"""What a column of m/z may hold instead of the m/z of name and ion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.lipids.adducts import NO_ION, Adduct, adducts, mz_as
from ganglioside.lipids.elements import ELEMENT_MASSES, Elements
from ganglioside.lipids.isotopes import ISOTOPE_STEP
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.fact_tables import read_facts

_PROTON: Final = ELEMENT_MASSES["H"] - ELEMENT_MASSES["e"]


@dataclass(frozen=True, slots=True)
class MassReading:
    """A row of `data/mass_readings.csv`, or the reading as one ion of `data/adducts.csv`.

    Attributes
    ----------
    name : str
    ion : str
        `named`, `opposite`, `single`, `none`, or the name of an adduct.
    neutrons : int
        Number of the isotope peak.
    average : int
        1 for the average mass.
    gained, lost : str
        Formulas of what the molecule is read with and without.
    words : str
        As messages say it; empty where the ions say it.
    """

    name: str
    ion: str
    neutrons: int
    average: int
    gained: str
    lost: str
    words: str

    def ions(self, ion: IntArray) -> IntArray:
        """Ion that is read in the place of each, indices into `adducts()` or `NO_ION`, (n,)."""
        return _replacements(self.ion)[ion]

    def mz(self, mass: FloatArray, average: FloatArray, ion: IntArray) -> FloatArray:
        """m/z of molecules as this reading has it, shape (n,).

        Parameters
        ----------
        mass, average : numpy.ndarray, shape (n,)
            Monoisotopic and average mass of the named molecules, neutral, Da.
        ion : numpy.ndarray of int, shape (n,)
            Their named ions, indices into `adducts()`.

        Examples
        --------
        >>> opposite = mass_readings()[0]
        >>> named = [a.name for a in adducts()].index("[M+H]+")
        >>> opposite.mz(np.array([1180.7445]), np.array([1181.49]), np.array([named])).round(4)
        array([1179.7372])
        """
        neutral = average if self.average else mass
        changed = _mass_of(self.gained) - _mass_of(self.lost) + self.neutrons * ISOTOPE_STEP
        return mz_as(neutral + changed, self.ions(ion))


def _mass_of(formula: str) -> float:
    """Monoisotopic mass of a formula, Da."""
    return Elements.from_formula(formula).mass


@cache
def mass_readings() -> tuple[MassReading, ...]:
    """Known readings, the likeliest first: those of the table, then every ion of its own."""
    as_ion = [MassReading(a.name, a.name, 0, 0, "", "", "") for a in adducts()]
    return (*read_facts("mass_readings.csv", MassReading), *as_ion)


@cache
def _replacements(to: str) -> IntArray:
    """Ion that stands for each of `adducts()` under a word of `MassReading.ion`."""
    known = adducts()
    index = {a.name: k for k, a in enumerate(known)}
    if to == "named":
        return np.arange(len(known))
    if to == "none":
        return np.full(len(known), NO_ION)
    if to in index:
        return np.full(len(known), index[to])
    by_charge = {a.charge: index[a.name] for a in reversed(known) if _is_by_protons(a)}
    wanted = [-a.charge if to == "opposite" else int(np.sign(a.charge)) for a in known]
    return np.array([by_charge.get(charge, NO_ION) for charge in wanted])


def _is_by_protons(ion: Adduct) -> bool:
    """Whether an ion has its charge by protons alone."""
    return abs(ion.shift - ion.charge * _PROTON) < 1e-6


def average_masses(formulas: Mapping[int, str], species: IntArray) -> FloatArray:
    """Average mass of the molecule of each species, Da, shape (n,).

    Parameters
    ----------
    formulas : mapping of int to str
        Formula of each species.
    species : numpy.ndarray of int, shape (n,)
    """
    distinct, index = np.unique(species, return_inverse=True)
    masses = [Elements.from_formula(formulas[k]).average_mass for k in distinct.tolist()]
    return np.array(masses, dtype=np.float64)[index]
