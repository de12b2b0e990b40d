"""Ion forms of a molecule, and m/z."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import numpy as np

from ganglioside.errors import NameFormError
from ganglioside.lipids.elements import ELEMENT_MASSES, Elements
from ganglioside.lipids.name_texts import plain_signs
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.fact_tables import read_facts

#: Index that stands for no ion: the mass of the neutral molecule.
NO_ION: Final = -1

Mass = TypeVar("Mass", float, FloatArray)


@dataclass(frozen=True, slots=True)
class Adduct:
    """An ion form of a neutral molecule M.

    Attributes
    ----------
    name : str
        Normalised name, such as `[M-2H]2-`.
    charge : int
        In elementary charges, with sign.
    polarity : str
        `negative` or `positive`.
    usual : int
        1 where an m/z without an ion may be this one.
    least_sialic_acids, most_sialic_acids : int or None
        Species of which it is looked for; None where only when asked.
    gained, lost : str
        Formulas of the neutral atoms that M gains and loses.
    aliases : tuple of str
        Other spellings.

    Examples
    --------
    >>> adduct("M-H").charge
    -1
    >>> round(adduct("[M-H]-").shift, 4)
    -1.0073
    """

    name: str
    charge: int
    polarity: str
    usual: int
    least_sialic_acids: int | None
    most_sialic_acids: int | None
    gained: str
    lost: str
    aliases: tuple[str, ...]

    @property
    def shift(self) -> float:
        """Mass of the ion less that of M, in Da."""
        atoms = Elements.from_formula(self.gained).plus(Elements.from_formula(self.lost), -1)
        return atoms.mass - self.charge * ELEMENT_MASSES["e"]

    def mz(self, mass: Mass) -> Mass:
        """m/z of molecules of these masses as this ion: (mass + shift) / |charge|."""
        return (mass + self.shift) / abs(self.charge)

    def neutral_mass(self, mz: Mass) -> Mass:
        """Masses of the molecules that have these m/z as this ion, Da: the inverse of `mz`."""
        return mz * abs(self.charge) - self.shift


@cache
def adducts() -> tuple[Adduct, ...]:
    """Known adducts, negative mode first."""
    return read_facts("adducts.csv", Adduct)


def usual_adducts(polarity: str = "auto") -> tuple[Adduct, ...]:
    """Adducts that an m/z without an ion may be, of one polarity or (`auto`) of both."""
    return tuple(a for a in adducts() if a.usual and polarity in ("auto", a.polarity))


def expected_adducts(sialic_acids: int, polarity: str = "negative") -> tuple[Adduct, ...]:
    """Adducts of one polarity to look for, by the number of sialic acids.

    >>> [ion.name for ion in expected_adducts(1)], [ion.name for ion in expected_adducts(3)]
    (['[M-H]-'], ['[M-2H]2-', '[M-3H]3-'])
    >>> [ion.name for ion in expected_adducts(1, "positive")]
    ['[M+H]+', '[M+Na]+', '[M+NH4]+']
    """
    return tuple(a for a in adducts() if a.polarity == polarity and _is_expected(a, sialic_acids))


def _is_expected(ion: Adduct, sialic_acids: int) -> bool:
    least, most = ion.least_sialic_acids, ion.most_sialic_acids
    return least is not None and most is not None and least <= sialic_acids <= most


def table_polarity(ions: Iterable[str], polarity: str = "auto") -> str:
    """Polarity as it is set; else (`auto`) of most of the known ions of a table, or negative.

    >>> table_polarity(["[M+H]+", "[M+Na]+", "[M-H]-"]), table_polarity([])
    ('positive', 'negative')
    """
    if polarity != "auto":
        return polarity
    seen = Counter(ion.polarity for text in ions if (ion := known_adduct(text)) is not None)
    return "positive" if seen["positive"] > seen["negative"] else "negative"


@cache
def _adducts_by_atoms() -> dict[str, Adduct]:
    """Known adducts by the atoms in each of their spellings (see `_adduct_parts`)."""
    found = {}
    for ion in adducts():
        for spelling in (ion.name, *ion.aliases):
            atoms, _ = _adduct_parts(spelling)
            found[atoms] = ion
    return found


_ADDUCT: Final = re.compile(r"\[?(?P<atoms>m[^\[\]]*?)(?:\](?P<charge>[0-9]?[+-]{0,6}[0-9]?))?")


#: Marks of a raised charge, a number of one atom, and a charge in brackets behind the ion.
_RAISED: Final = re.compile(r"[\^{}]")
_SINGLE: Final = re.compile(r"(?<=[+-])1(?=[a-z])")
_CHARGE_BEHIND: Final = re.compile(r"(?P<atoms>[^()]+)\((?P<charge>[0-9]?[+-]{1,6}[0-9]?)\)")

#: No ion, but an area or RT, of which tables have most.
_NUMBER: Final = re.compile(r"[0-9.,eE+ -]*")


def _as_usual(ion: str) -> str:
    """An ion that a tool spells in its own way, in the usual way; in lower case.

    >>> [_as_usual(ion) for ion in ("ion=[m-h]-", "-h", "(m-h)-", "[(m-h)]-", "m-h-")]
    ['[m-h]-', 'm-h', '[m-h]-', '[m-h]-', 'm-h']
    >>> [_as_usual(ion) for ion in ("[m-2h]^{2-}", "m-2h(2-)", "[m-2h](2-)", "[m-1h]1-")]
    ['[m-2h]2-', '[m-2h]2-', '[m-2h]2-', '[m-h]1-']
    """
    ion = _SINGLE.sub("", _RAISED.sub("", ion.removeprefix("ion=")))  # MetaboScape
    charged = _CHARGE_BEHIND.fullmatch(ion)
    if charged:
        ion = f"[{charged['atoms'].strip('[]')}]{charged['charge']}"
    ion = ion.replace("[(", "[").replace(")]", "]").replace("(", "[").replace(")", "]")
    if ion.startswith(("+", "-")):  # LipidSearch and LDA write only what M gains and loses
        ion = f"m{ion}"
    return ion if "]" in ion else ion.rstrip("+-")


def _adduct_parts(name: str) -> tuple[str, int | None]:
    """Atoms in an adduct's name, lower case, and its charge (None if the name has none).

    `[M-2H]2-` and `[M-2H]--` give `("m-2h", -2)`, `M-2H` gives `("m-2h", None)`.
    """
    short = "".join(name.split())[:80]
    plain = _as_usual(plain_signs(short).lower())
    match = _ADDUCT.fullmatch(plain)
    if match is None:
        return plain, None
    atoms, charge = match["atoms"], match["charge"]
    if not charge:
        return atoms, None
    digits, signs = charge.strip("+-"), charge.strip("0123456789")
    number = int(digits or len(signs))
    return atoms, -number if "-" in signs else number


def known_adduct(name: str) -> Adduct | None:
    """Adduct of a name in any of its usual spellings, None if it is unknown.

    Examples
    --------
    >>> known_adduct("[M-2H]--").name, known_adduct("-H").name, known_adduct("ION=[M-H]-").name
    ('[M-2H]2-', '[M-H]-', '[M-H]-')
    >>> known_adduct("[M-2H]-") is None
    True
    """
    if _NUMBER.fullmatch(name):
        return None
    atoms, charge = _adduct_parts(name)
    found = _adducts_by_atoms().get(atoms)
    if found is None or charge not in (None, found.charge):
        return None
    return found


def adduct(name: str) -> Adduct:
    """Adduct of a name in any of its usual spellings.

    Parameters
    ----------
    name
        Such as `[M-2H]2-`, `[M-2H]--` or `M-2H`.

    Returns
    -------
    Adduct

    Raises
    ------
    NameFormError
        If the adduct is unknown (code `unknown-adduct`).

    Examples
    --------
    >>> adduct("[M+FA-H]-").name
    '[M+HCOO]-'
    """
    found = known_adduct(name)
    if found is None:
        known = ", ".join(a.name for a in adducts())
        raise NameFormError(
            f"The adduct {name[:40]!r} is unknown.", "unknown-adduct", f"Use one of {known}."
        )
    return found


def mz(mass: Mass, adduct_name: str) -> Mass:
    """Theoretical m/z of molecules as ions of one adduct.

    Parameters
    ----------
    mass
        Monoisotopic mass of the neutral molecule in Da; a number or an array.
    adduct_name
        Any spelling that `adduct` reads.

    Returns
    -------
    float or numpy.ndarray
        (mass + shift) / |charge|, of the shape of `mass`.

    Raises
    ------
    NameFormError
        If the adduct is unknown.

    Examples
    --------
    >>> round(mz(1180.7445, "[M-H]-"), 4)
    1179.7372
    """
    return adduct(adduct_name).mz(mass)


def neutral_mass(mz: Mass, adduct_name: str) -> Mass:
    """Mass of the neutral molecule in Da: the inverse of `mz`.

    Parameters
    ----------
    mz
        Measured or theoretical; a number or an array.
    adduct_name
        Any spelling that `adduct` reads.

    Returns
    -------
    float or numpy.ndarray
        mz |charge| - shift, of the shape of `mz`.

    Raises
    ------
    NameFormError
        If the adduct is unknown.

    Examples
    --------
    >>> round(neutral_mass(1179.7372, "[M-H]-"), 4)
    1180.7445
    """
    return adduct(adduct_name).neutral_mass(mz)


def mz_as(mass: FloatArray, ion: IntArray) -> FloatArray:
    """m/z of molecules, each as an ion of its own, shape (n,).

    Parameters
    ----------
    mass : numpy.ndarray, shape (n,)
        Neutral, Da.
    ion : numpy.ndarray of int, shape (n,)
        Indices into `adducts()`; `NO_ION` for the mass itself.
    """
    expected = np.array(mass, dtype=np.float64)
    for k in np.unique(ion[ion != NO_ION]).tolist():
        rows = ion == k
        expected[rows] = adducts()[k].mz(expected[rows])
    return expected
