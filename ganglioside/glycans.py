"""Compositions and masses of glycosphingolipids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from ganglioside.errors import NameFormError
from ganglioside.support.fact_tables import read_facts

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Element:
    symbol: str
    mass: float


#: Monoisotopic masses in Da by symbol; `e` is the electron.
ELEMENT_MASSES: Final[dict[str, float]] = {
    e.symbol: e.mass for e in read_facts("elements.csv", _Element)
}

_ATOM: Final = re.compile(r"([A-Z][a-z]?)([0-9]*)")


class Elements(dict[str, int]):
    """Numbers of atoms by element symbol; an absent element counts 0."""

    @classmethod
    def from_formula(cls, formula: str) -> Elements:
        """Read a plain formula such as `C2H2O`.

        Raises
        ------
        ValueError
            If the text is not a formula of known elements.
        """
        atoms = _ATOM.findall(formula)
        if "".join(symbol + count for symbol, count in atoms) != formula:
            raise ValueError(f"{formula!r} is not a formula.")
        elements = cls()
        for symbol, count in atoms:
            if symbol not in ELEMENT_MASSES:
                raise ValueError(f"{formula!r}: the element {symbol} is unknown.")
            elements[symbol] = elements.get(symbol, 0) + int(count or 1)
        return elements

    def plus(self, other: Elements, times: int = 1) -> Elements:
        """Return the sum of these atoms and `times` the others."""
        total = Elements(self)
        for symbol, count in other.items():
            total[symbol] = total.get(symbol, 0) + times * count
        return total

    @property
    def mass(self) -> float:
        """Monoisotopic mass in Da."""
        return sum(count * ELEMENT_MASSES[symbol] for symbol, count in self.items())

    @property
    def formula(self) -> str:
        """Hill order: C, H, then the others by symbol."""
        order = sorted(self, key=lambda s: (s != "C", s != "H", s))
        return "".join(f"{s}{n if n != 1 else ''}" for s in order if (n := self[s]))


@dataclass(frozen=True, slots=True)
class _Unit:
    unit: str
    label: str
    kind: str
    gained: str
    lost: str

    @property
    def elements(self) -> Elements:
        gained = Elements.from_formula(self.gained)
        return gained.plus(Elements.from_formula(self.lost), -1)


@dataclass(frozen=True, slots=True)
class Ceramide:
    """A ceramide sum composition, `36:1;O2`.

    Attributes
    ----------
    carbons, double_bonds, hydroxyls : int
        Of the sphingoid base and the acyl chain together. The amide's oxygen is no hydroxyl.
    """

    carbons: int
    double_bonds: int
    hydroxyls: int = 2

    def __str__(self) -> str:
        oxygens = "O" if self.hydroxyls == 1 else f"O{self.hydroxyls}"
        return f"{self.carbons}:{self.double_bonds};{oxygens}"

    def __add__(self, other: Ceramide) -> Ceramide:
        return Ceramide(
            self.carbons + other.carbons,
            self.double_bonds + other.double_bonds,
            self.hydroxyls + other.hydroxyls,
        )

    @property
    def elements(self) -> Elements:
        """Atoms of the free ceramide."""
        return Elements(
            C=self.carbons,
            H=2 * self.carbons + 1 - 2 * self.double_bonds,
            N=1,
            O=self.hydroxyls + 1,
        )


@dataclass(frozen=True, slots=True)
class Composition:
    """Units of a head group.

    `water_losses` counts lactones and other -H2O forms, so it takes mass away. Sums and
    differences go unit by unit; a difference may hold negative numbers.
    """

    hex: int = 0
    hexnac: int = 0
    neuac: int = 0
    neugc: int = 0
    dhex: int = 0
    oac: int = 0
    sulfate: int = 0
    phosphocholine: int = 0
    water_losses: int = 0

    def __iter__(self) -> Iterator[int]:
        return iter(_unit_counts(self))

    def __add__(self, other: Composition) -> Composition:
        return Composition(*(a + b for a, b in zip(self, other, strict=True)))

    def __sub__(self, other: Composition) -> Composition:
        return Composition(*(a - b for a, b in zip(self, other, strict=True)))

    @property
    def sialic_acids(self) -> int:
        """Number of NeuAc and NeuGc."""
        return self.neuac + self.neugc

    @property
    def sugar_count(self) -> int:
        """Number of monosaccharides, sialic acids included; an acetyl is none."""
        return self.hex + self.hexnac + self.neuac + self.neugc + self.dhex

    @property
    def elements(self) -> Elements:
        """Atoms that these units add to a ceramide."""
        total = Elements()
        for count, unit in zip(self, _UNIT_ELEMENTS, strict=True):
            if count:
                total = total.plus(unit, count)
        return total

    @property
    def formula(self) -> str:
        """Formula that these units add to a ceramide, Hill order."""
        return self.elements.formula

    @property
    def mass(self) -> float:
        """Monoisotopic mass in Da that these units add to a ceramide."""
        return self.elements.mass

    def contains(self, other: Composition) -> bool:
        """Tell whether `other` can remain when units (or none) are lost from this one.

        A lactone opens only with the sialic acid that bore it.
        """
        lost = self - other
        return min(tuple(lost)[:-1]) >= 0 and lost.water_losses <= lost.sialic_acids


#: Units of a `Composition`, in its order.
UNITS: Final[tuple[str, ...]] = tuple(f.name for f in fields(Composition))
_unit_counts: Final[Callable[[Composition], tuple[int, ...]]] = attrgetter(*UNITS)
_UNIT_FACTS: Final = {u.unit: u for u in read_facts("units.csv", _Unit)}
_UNIT_ELEMENTS: Final = tuple(_UNIT_FACTS[unit].elements for unit in UNITS)


def difference(parent: Composition, fragment: Composition) -> Composition:
    """Return what `parent` lost to become `fragment`, so that masses subtract.

    A lost water stands as `water_losses=-1`: its mass counts as lost like that of any unit.

    Raises
    ------
    ValueError
        If the fragment is not contained in the parent.
    """
    if not parent.contains(fragment):
        raise ValueError(f"{fragment} is not contained in {parent}.")
    return parent - fragment


def loss_label(loss: Composition) -> str:
    """Return a difference as text: `-NeuAc`, `-Hex-HexNAc`, `-2NeuAc`, `-H2O`; empty for none."""
    label = ""
    for unit, count in zip(UNITS, loss, strict=True):
        lost = -count if unit == "water_losses" else count
        if lost:
            number = abs(lost) if abs(lost) > 1 else ""
            label += f"{'-' if lost > 0 else '+'}{number}{_UNIT_FACTS[unit].label}"
    return label


@dataclass(frozen=True, slots=True)
class Adduct:
    """An ion form of a neutral molecule M.

    Attributes
    ----------
    name : str
        `[M-2H]2-`.
    charge : int
        In elementary charges, with sign.
    gained, lost : str
        Formulas of the neutral atoms that M gains and loses.
    aliases : tuple of str
        Other spellings.
    """

    name: str
    charge: int
    gained: str
    lost: str
    aliases: tuple[str, ...]

    @property
    def shift(self) -> float:
        """Mass of the ion less that of M, in Da."""
        atoms = Elements.from_formula(self.gained).plus(Elements.from_formula(self.lost), -1)
        return atoms.mass - self.charge * ELEMENT_MASSES["e"]


@cache
def adducts() -> tuple[Adduct, ...]:
    """Return the known adducts, negative mode first."""
    return read_facts("adducts.csv", Adduct)


@cache
def _adducts_by_atoms() -> dict[str, Adduct]:
    return {_adduct_parts(s)[0]: a for a in adducts() for s in (a.name, *a.aliases)}


_ADDUCT: Final = re.compile(r"\[?(?P<atoms>m[^\[\]]*?)(?:\](?P<charge>[0-9]?[+-]{0,6}[0-9]?))?")


def _adduct_parts(name: str) -> tuple[str, int | None]:
    """Return the atoms of an adduct's name in lower case, and its charge where written."""
    plain = unicodedata.normalize("NFKC", "".join(name.split())[:80]).replace("\u2212", "-").lower()
    match = _ADDUCT.fullmatch(plain)
    if match is None:
        return plain, None
    charge = match["charge"] or ""
    digits, signs = charge.strip("+-"), charge.strip("0123456789")
    number = int(digits or len(signs))
    return match["atoms"], (-number if "-" in signs else number) if charge else None


def known_adduct(name: str) -> Adduct | None:
    """Return the adduct of a name in any of its usual spellings, None if it is unknown."""
    atoms, charge = _adduct_parts(name)
    found = _adducts_by_atoms().get(atoms)
    return found if found is not None and charge in (None, found.charge) else None


def adduct(name: str) -> Adduct:
    """Return the adduct of a name in any of its usual spellings.

    Raises
    ------
    NameFormError
        If the adduct is unknown (code `unknown-adduct`).
    """
    found = known_adduct(name)
    if found is None:
        known = ", ".join(a.name for a in adducts())
        raise NameFormError(
            f"The adduct {name[:40]!r} is unknown.", "unknown-adduct", f"Use one of {known}."
        )
    return found


@overload
def mz(mass: float, adduct_name: str) -> float: ...
@overload
def mz(mass: FloatArray, adduct_name: str) -> FloatArray: ...
def mz(mass: float | FloatArray, adduct_name: str) -> float | FloatArray:
    """Return the m/z of molecules.

    Parameters
    ----------
    mass
        Monoisotopic mass of the neutral molecule in Da; a number or an array.
    adduct_name
        See `adducts`.

    Raises
    ------
    NameFormError
        If the adduct is unknown.
    """
    ion = adduct(adduct_name)
    return (mass + ion.shift) / abs(ion.charge)


@overload
def neutral_mass(mz: float, adduct_name: str) -> float: ...
@overload
def neutral_mass(mz: FloatArray, adduct_name: str) -> FloatArray: ...
def neutral_mass(mz: float | FloatArray, adduct_name: str) -> float | FloatArray:
    """Return the mass of the neutral molecule in Da: the inverse of `mz`.

    Raises
    ------
    NameFormError
        If the adduct is unknown.
    """
    ion = adduct(adduct_name)
    return mz * abs(ion.charge) - ion.shift
