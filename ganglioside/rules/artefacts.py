"""Adducts and water losses that pose as other species: the right mass under the wrong name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.facts import read_facts
from ganglioside.glycans import Ceramide
from ganglioside.observations import BoolArray, FloatArray, IntArray, Observations, ranges
from ganglioside.rules.fragments import Coelution, neighbours

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
    parents, children, processes = [], [], []
    for number, artefact in enumerate(artefacts()):
        if not artefact.coelutes:
            continue
        match = np.flatnonzero(np.abs(shift - artefact.mass_shift) <= MASS_TOLERANCE)
        parents.append(parent[match])
        children.append(child[match])
        processes.append(np.full(len(match), number, dtype=np.int64))
    parent, child = np.concatenate(parents), np.concatenate(children)
    return Coelution(
        parent, child, observed.rt[child] - observed.rt[parent], np.concatenate(processes)
    )


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
        Its ceramide, a place in `ceramides`.
    shift : numpy.ndarray, shape (k,)
        Mass of the artefact less that of the name, Da.
    ceramides : numpy.ndarray, shape (c, 3)
        The ceramides of the table, then the others.
    row, entry : numpy.ndarray of int, shape (p,)
        Every row of the table with each of the k entries of its name.
    """

    species: IntArray
    process: IntArray
    group: IntArray
    ceramide: IntArray
    shift: FloatArray
    ceramides: FloatArray
    row: IntArray
    entry: IntArray


def possible_posing(observed: Observations) -> Posing:
    """Return every species of the table's head groups whose artefact has a name's mass."""
    names, first = np.unique(observed.species, return_index=True)
    ceramides = _ceramides_around(observed)
    masses = _head_masses(observed)[:, None] + _ceramide_mass(ceramides)[None, :]
    order = np.argsort(masses, axis=None)
    ordered = masses.ravel()[order]
    species, process, place, shift = [], [], [], []
    for number, artefact in enumerate(artefacts()):
        wanted = observed.mass[first] - artefact.mass_shift
        low = np.searchsorted(ordered, wanted - MASS_TOLERANCE)
        count = np.searchsorted(ordered, wanted + MASS_TOLERANCE) - low
        species.append(np.repeat(names, count))
        process.append(np.full(count.sum(), number, dtype=np.int64))
        place.append(order[ranges(low, count)])
        shift.append(ordered[ranges(low, count)] - np.repeat(wanted, count))
    group, ceramide = np.divmod(np.concatenate(place), len(ceramides))
    used = np.unique(np.concatenate([np.arange(len(observed.ceramides)), ceramide]))
    by_name = np.argsort(np.concatenate(species), kind="stable")
    name = np.concatenate(species)[by_name]
    first_entry = np.searchsorted(name, observed.species, side="left")
    entries = np.searchsorted(name, observed.species, side="right") - first_entry
    return Posing(
        species=name,
        process=np.concatenate(process)[by_name],
        group=group[by_name],
        ceramide=np.searchsorted(used, ceramide)[by_name],
        shift=np.concatenate(shift)[by_name],
        ceramides=ceramides[used],
        row=np.repeat(np.arange(len(observed)), entries),
        entry=ranges(first_entry, entries),
    )


def _ceramides_around(observed: Observations) -> FloatArray:
    """Return the ceramides of the table, then all others within their range."""
    low, high = observed.ceramides.min(axis=0), observed.ceramides.max(axis=0)
    axes = [np.arange(a, b + 1) for a, b in zip(low, high, strict=True)]
    axes[1] = np.arange(0, high[1] + 1)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    scale = np.array([1.0, 1e3, 1e6])  # one number for each ceramide
    seen = np.isin(grid @ scale, observed.ceramides @ scale)
    return np.concatenate([observed.ceramides, grid[~seen]])


def _ceramide_mass(ceramides: FloatArray) -> FloatArray:
    """Return the mass of ceramides, Da: linear in carbons, double bonds and hydroxyls."""
    origin = Ceramide(36, 1, 2).elements.mass
    steps = [
        c.elements.mass - origin
        for c in (Ceramide(37, 1, 2), Ceramide(36, 2, 2), Ceramide(36, 1, 3))
    ]
    return np.asarray(origin + (ceramides - np.array([36.0, 1.0, 2.0])) @ np.array(steps))


def _head_masses(observed: Observations) -> FloatArray:
    """Return what each group's species weigh beyond their ceramide, Da."""
    groups, first = np.unique(observed.group, return_index=True)
    heads = np.full(len(observed.groups), np.nan)
    own = _ceramide_mass(observed.ceramides[observed.ceramide[first]])
    heads[groups] = observed.mass[first] - own
    return heads
