"""Adducts and water losses that pose as other species: the right mass under the wrong name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.lipids.composition import Ceramide
from ganglioside.observations import BoolArray, FloatArray, IntArray, Observations, ranges
from ganglioside.rules.fragments import Coelution, neighbours
from ganglioside.support.fact_tables import read_facts

#: Largest difference of mass, Da, at which one name can pass for the other; Na-H against C2H-2
#: is 2.4 mDa.
MASS_TOLERANCE: Final = 0.004


@dataclass(frozen=True, slots=True)
class Artefact:
    """One way in which a species shows up at another mass: a row of `data/artefacts.csv`."""

    process: str
    mass_shift: float
    rate: float
    log10_extent: float
    log10_spread: float
    rt_shift: float
    rt_spread: float
    verdict: str
    label: str

    @property
    def coelutes(self) -> bool:
        """Whether it is made in the ion source, at its parent's RT."""
        return self.rt_spread == 0


@cache
def artefacts() -> tuple[Artefact, ...]:
    """Return the known artefacts, from `data/artefacts.csv`."""
    return read_facts("artefacts.csv", Artefact)


@dataclass(frozen=True, eq=False)
class Processes:
    """Numbers of each process, by its place in `artefacts()`; the last is fragmentation, -1.

    Attributes
    ----------
    mass_shift : numpy.ndarray, shape (A + 1,)
        Da.
    log10_extent, log10_spread : numpy.ndarray, shape (A + 1,)
        Of child over parent area; of fragmentation the table tells.
    rt_shift, rt_spread : numpy.ndarray, shape (A + 1,)
        Carbons.
    coelutes : numpy.ndarray of bool, shape (A + 1,)
    """

    mass_shift: FloatArray
    log10_extent: FloatArray
    log10_spread: FloatArray
    rt_shift: FloatArray
    rt_spread: FloatArray
    coelutes: BoolArray


@cache
def processes() -> Processes:
    """Return the numbers of all processes as arrays."""
    known = artefacts()
    return Processes(
        mass_shift=np.array([*(a.mass_shift for a in known), 0.0]),
        log10_extent=np.array([*(a.log10_extent for a in known), 0.0]),
        log10_spread=np.array([*(a.log10_spread for a in known), 0.0]),
        rt_shift=np.array([*(a.rt_shift for a in known), 0.0]),
        rt_spread=np.array([*(a.rt_spread for a in known), 0.0]),
        coelutes=np.array([*(a.coelutes for a in known), True]),
    )


def artefact_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pair each feature with the co-eluting features whose artefact has its mass."""
    a, b = neighbours(observed.sample, observed.rt, tolerance)
    parent, child = np.concatenate([a, b]), np.concatenate([b, a])
    shift = observed.mass[child] - observed.mass[parent]
    made = np.flatnonzero([a.coelutes for a in artefacts()])
    off = shift - processes().mass_shift[made, None]
    process, match = np.nonzero(np.abs(off) <= MASS_TOLERANCE)
    parent, child = parent[match], child[match]
    return Coelution(parent, child, observed.rt[child] - observed.rt[parent], made[process])


@dataclass(frozen=True, eq=False)
class Posing:
    """Which names a species without a row of its own would pass for, by its artefacts.

    Attributes
    ----------
    species : numpy.ndarray of int, shape (k,)
        The name that is read; ascending.
    process : numpy.ndarray of int, shape (k,)
        Place in `artefacts()`.
    group : numpy.ndarray of int, shape (k,)
        Group of the species behind it.
    ceramide : numpy.ndarray of int, shape (k,)
        Its ceramide.
    shift : numpy.ndarray, shape (k,)
        Mass of the artefact less that of the name, Da.
    row, entry : numpy.ndarray of int, shape (p,)
        Every row of the table with each of the k entries of its name.
    """

    species: IntArray
    process: IntArray
    group: IntArray
    ceramide: IntArray
    shift: FloatArray
    row: IntArray
    entry: IntArray


def possible_posing(observed: Observations) -> Posing:
    """Return every species whose artefact has a name's mass, of the table's groups and ceramides.

    A species of a ceramide that no row names is not expected to be there.
    """
    names, first, name = np.unique(observed.species, return_index=True, return_inverse=True)
    masses = _head_masses(observed)[:, None] + _ceramide_mass(observed.ceramides)
    order = np.argsort(masses, axis=None)
    ordered = masses.ravel()[order]
    known = len(artefacts())
    wanted = (observed.mass[first][:, None] - processes().mass_shift[:known]).ravel()
    low = np.searchsorted(ordered, wanted - MASS_TOLERANCE)
    count = np.searchsorted(ordered, wanted + MASS_TOLERANCE) - low
    at, read = ranges(low, count), np.repeat(np.arange(len(wanted)), count)
    group, ceramide = np.divmod(order[at], len(observed.ceramides))
    entries = count.reshape(-1, known).sum(axis=1)
    return Posing(
        species=names[read // known],
        process=read % known,
        group=group,
        ceramide=ceramide,
        shift=ordered[at] - wanted[read],
        row=np.repeat(np.arange(len(observed)), entries[name]),
        entry=ranges((np.cumsum(entries) - entries)[name], entries[name]),
    )


_REFERENCE: Final = Ceramide(36, 1, 2).elements.mass

#: What a carbon, a double bond and a hydroxyl add to it, Da.
_STEPS: Final = np.array(
    [
        ceramide.elements.mass - _REFERENCE
        for ceramide in (Ceramide(37, 1, 2), Ceramide(36, 2, 2), Ceramide(36, 1, 3))
    ]
)


def _ceramide_mass(ceramides: FloatArray) -> FloatArray:
    """Return the mass of ceramides, Da: linear in carbons, double bonds and hydroxyls."""
    return np.asarray(_REFERENCE + (ceramides - np.array([36.0, 1.0, 2.0])) @ _STEPS)


def _head_masses(observed: Observations) -> FloatArray:
    """Return what each group's species weigh beyond their ceramide, Da."""
    heads = np.full(len(observed.groups), np.nan)
    heads[observed.group] = observed.mass - _ceramide_mass(observed.ceramides)[observed.ceramide]
    return heads
