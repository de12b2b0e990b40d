"""Compositions and masses of glycosphingolipids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from ganglioside.lipids.elements import Elements
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Unit:
    """A row of `data/units.csv`: what a unit adds to and takes from a ceramide."""

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
        Totals of the sphingoid base and the acyl chain. The amide's oxygen is no hydroxyl.

    Examples
    --------
    >>> str(Ceramide(18, 1, 2) + Ceramide(18, 0, 0))
    '36:1;O2'
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
    """Numbers of the units in a head group.

    `water_losses` counts lactones and other -H2O forms, so it takes mass away. Sums and
    differences are taken unit by unit; a difference may hold negative numbers.

    Examples
    --------
    >>> gm1 = Composition(hex=3, hexnac=1, neuac=1)
    >>> (gm1.sugar_count, gm1.formula, round(gm1.mass, 4))
    (5, 'C37H60N2O28', 980.3333)
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
        """Number of monosaccharides, sialic acids included, acetyls not."""
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
        """Whether losing units from this composition (or nothing) can leave `other`.

        A lactone opens only with the sialic acid that bore it.

        Parameters
        ----------
        other : Composition
            Head group of the possible fragment.

        Examples
        --------
        >>> gm1 = Composition(hex=3, hexnac=1, neuac=1)
        >>> gm1.contains(Composition(hex=2, neuac=1))
        True
        >>> gm1.contains(Composition(hex=2, neuac=2))
        False
        """
        lost = self - other
        return min(tuple(lost)[:-1]) >= 0 and lost.water_losses <= lost.sialic_acids


#: Units of a `Composition`, in its order.
UNITS: Final[tuple[str, ...]] = tuple(f.name for f in fields(Composition))
_unit_counts: Final[Callable[[Composition], tuple[int, ...]]] = attrgetter(*UNITS)
_UNIT_FACTS: Final = {u.unit: u for u in read_facts("units.csv", _Unit)}
#: Labels of the units, in the order of `UNITS`.
UNIT_LABELS: Final = tuple(_UNIT_FACTS[unit].label for unit in UNITS)
_UNIT_ELEMENTS: Final = tuple(_UNIT_FACTS[unit].elements for unit in UNITS)


def difference(parent: Composition, fragment: Composition) -> Composition:
    """Units that `parent` lost to become `fragment`; the mass of the loss is their `mass`.

    A lost water is `water_losses=-1`: its mass counts as lost like that of any unit.

    Parameters
    ----------
    parent, fragment
        Head groups.

    Returns
    -------
    Composition

    Raises
    ------
    ValueError
        If the fragment is not contained in the parent.

    Examples
    --------
    >>> gd1, gm1 = Composition(hex=3, hexnac=1, neuac=2), Composition(hex=3, hexnac=1, neuac=1)
    >>> loss_label(difference(gd1, gm1))
    '-NeuAc'
    """
    if not parent.contains(fragment):
        raise ValueError(f"{fragment} is not contained in {parent}.")
    return parent - fragment


def loss_label(loss: Composition) -> str:
    """Text of a difference: `-NeuAc`, `-Hex-HexNAc`, `-2NeuAc`, `-H2O`; empty for no loss.

    Examples
    --------
    >>> loss_label(Composition(hex=1, hexnac=1)), loss_label(Composition(water_losses=-1))
    ('-Hex-HexNAc', '-H2O')
    """
    label = ""
    for unit, count in zip(UNITS, loss, strict=True):
        lost = -count if unit == "water_losses" else count
        if lost:
            number = abs(lost) if abs(lost) > 1 else ""
            label += f"{'-' if lost > 0 else '+'}{number}{_UNIT_FACTS[unit].label}"
    return label
