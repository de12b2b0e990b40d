"""Artefacts: ways in which a species shows up at another mass, under which it may get a name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isnan
from typing import Final

from ganglioside.lipids.elements import Elements
from ganglioside.lipids.isotopes import ISOTOPE_STEP
from ganglioside.support.fact_tables import read_facts

#: Process by which one peak is picked as two, one beside the other.
SPLIT_PEAK: Final = "split peak"

#: Polarity of what ions of either show, and of ions whose polarity is not known.
EITHER: Final = "both"


@dataclass(frozen=True, slots=True)
class Artefact:
    """One way in which a species is found at another mass: a row of `data/artefacts.csv`.

    Attributes
    ----------
    process : str
        Name, such as `+Na-H`.
    gained, lost : str
        Formulas of the neutral atoms.
    neutrons : int
        More than the lightest isotope has.
    polarity : str
        `negative`, `positive` or `both`.
    sialic_acids : int
        Least number of them that a species has which is found so.
    rate : float
        Prior share of the names with such a mass that are this artefact.
    log10_extent : float
        Mean log10 of the child's area over the parent's; NaN where the formula tells it.
    log10_between, log10_spread : float
        Standard deviation of that mean between tables, and of single rows about it.
    rt_shift, rt_between, rt_spread : float
        Mean of the child's RT less the parent's, carbons; standard deviation of that mean between
        tables, and of single rows about it.
    verdict : str
        Verdict on the child.
    label : str
        As texts name it.
    """

    process: str
    gained: str
    lost: str
    neutrons: int
    polarity: str
    sialic_acids: int
    rate: float
    log10_extent: float
    log10_between: float
    log10_spread: float
    rt_shift: float
    rt_between: float
    rt_spread: float
    verdict: str
    label: str

    @property
    def mass_shift(self) -> float:
        """Mass less that of the species, Da."""
        gained, lost = Elements.from_formula(self.gained), Elements.from_formula(self.lost)
        return gained.plus(lost, -1).mass + self.neutrons * ISOTOPE_STEP

    @property
    def labels(self) -> str:
        """`label` of several: `losses of water`."""
        what, of, whose = self.label.partition(" of ")
        return what + ("es" if what.endswith("s") else "s") + of + whose

    @property
    def coelutes(self) -> bool:
        """Whether it is made in the ion source, so that it elutes with its parent."""
        return self.rt_spread == 0

    @property
    def is_split(self) -> bool:
        """Whether it is a part of its parent's own peak, beside it and of the same name."""
        return self.process == SPLIT_PEAK

    @property
    def is_isotope(self) -> bool:
        """Whether the formula of the parent tells its extent."""
        return isnan(self.log10_extent)

    def is_seen_in(self, polarity: str) -> bool:
        """Whether ions of a polarity show it: `negative`, `positive` or, unknown, `both`."""
        return EITHER in (self.polarity, polarity) or self.polarity == polarity


@cache
def artefacts() -> tuple[Artefact, ...]:
    """The A known artefacts, from `data/artefacts.csv`.

    Examples
    --------
    >>> sodium = artefacts()[0]
    >>> sodium.label, round(sodium.mass_shift, 4)
    ('sodium adduct', 21.9819)
    """
    return read_facts("artefacts.csv", Artefact)


@cache
def artefact(process: str) -> Artefact:
    """The artefact of this name.

    Parameters
    ----------
    process : str

    Raises
    ------
    KeyError
        If there is no such artefact.

    Examples
    --------
    >>> artefact("+HCOOH").label, artefact("-H2O").labels
    ('formate adduct', 'losses of water')
    """
    return {a.process: a for a in artefacts()}[process]
