"""Artefacts with nearly the mass of another name, under which they are reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.ion_source.artefacts import SEARCH_WINDOW, posing_processes, processes
from ganglioside.lipids.artefacts import artefacts
from ganglioside.lipids.composition import Ceramide
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, combinations, ranges

#: Artefacts of species whose ceramide no row has: rate from which they count, and how far from the
#: mass of the name, ppm.
_FREQUENT: Final = 0.2
_CLOSE: Final = 5.0

_REFERENCE: Final = Ceramide(36, 1, 2).elements.mass

#: Mass that a carbon, a double bond and a hydroxyl add to a ceramide, Da.
_STEPS: Final = np.array(
    [
        ceramide.elements.mass - _REFERENCE
        for ceramide in (Ceramide(37, 1, 2), Ceramide(36, 2, 2), Ceramide(36, 1, 3))
    ]
)


@dataclass(frozen=True, eq=False)
class Posing:
    """The k ways in which an artefact of some species has the mass of a name in the table.

    The species itself needs no row, and its ceramide may have none.

    Attributes
    ----------
    ceramides : numpy.ndarray, shape (K', 3)
        `Observations.ceramides`, and after them those that only such species have.
    species : numpy.ndarray of int, shape (k,)
        The name under which the artefact is reported, as in `Observations.species`; ascending.
    process : numpy.ndarray of int, shape (k,)
        Index into `artefacts()`.
    group : numpy.ndarray of int, shape (k,)
        Group of the species that makes the artefact.
    ceramide : numpy.ndarray of int, shape (k,)
        Ceramide of that species, an index into `ceramides`.
    shift : numpy.ndarray, shape (k,)
        Mass of the artefact less mass of the name, ppm.
    row, entry : numpy.ndarray of int, shape (p,)
        Position of a row in the observations, and an entry (0 to k - 1) of its name: all p pairs,
        by row.
    """

    ceramides: FloatArray
    species: IntArray
    process: IntArray
    group: IntArray
    ceramide: IntArray
    shift: FloatArray
    row: IntArray
    entry: IntArray


@dataclass(frozen=True, eq=False)
class _Matches:
    """Artefacts of species that have the mass of a name, each array of shape (k,), by name.

    Attributes
    ----------
    name, process, group, ceramide : numpy.ndarray of int
    off : numpy.ndarray
        Mass of the artefact less mass of the name, ppm.
    """

    name: IntArray
    process: IntArray
    group: IntArray
    ceramide: IntArray
    off: FloatArray

    def some(self, chosen: BoolArray) -> _Matches:
        """Those that are chosen, shape (k,)."""
        return _Matches(
            self.name[chosen],
            self.process[chosen],
            self.group[chosen],
            self.ceramide[chosen],
            self.off[chosen],
        )


def possible_posing(observed: Observations) -> Posing:
    """All artefacts of the table's groups and ceramides that have the mass of one of its names.

    A species whose ceramide no row has is rare: only what is frequent, under names of its own head
    group, is sought of it.
    """
    names, first, name = np.unique(observed.species, return_index=True, return_inverse=True)
    ceramides = np.concatenate([observed.ceramides, _ceramides_without_row(observed)])
    matches = _of_same_mass(observed, first, ceramides)
    has_row = matches.ceramide < len(observed.ceramides)
    of_own_head = matches.group == observed.group[first[matches.name]]
    is_frequent = processes().rate[matches.process] >= _FREQUENT
    is_close = np.abs(matches.off) <= _CLOSE
    matches = matches.some(has_row | (of_own_head & is_frequent & is_close))
    seen = np.arange(len(observed.ceramides))
    used, number = np.unique(np.concatenate([seen, matches.ceramide]), return_inverse=True)
    # The entries of a name are consecutive.
    n_entries = np.bincount(matches.name, minlength=len(names))
    first_entry = np.cumsum(n_entries) - n_entries
    return Posing(
        ceramides=ceramides[used],
        species=names[matches.name],
        process=matches.process,
        group=matches.group,
        ceramide=number[len(seen) :],
        shift=matches.off,
        row=np.repeat(np.arange(len(observed)), n_entries[name]),
        entry=ranges(first_entry[name], n_entries[name]),
    )


def _of_same_mass(observed: Observations, first: IntArray, ceramides: FloatArray) -> _Matches:
    """Artefacts of the table's groups with some ceramides, (K', 3), that have the mass of a name.

    `first` is the first row of each name.
    """
    masses = _head_masses(observed)[:, None] + _ceramide_mass(ceramides)
    order = np.argsort(masses, axis=None)
    ordered = masses.ravel()[order]
    # Mass that a species must have for its artefact to have the mass of a name: (names, A), flat.
    n_artefacts = len(artefacts())
    name_mass = observed.mass[first]
    shift = np.full(n_artefacts, np.nan)  # NaN has the mass of no species
    possible = posing_processes(observed.polarity)
    shift[possible] = processes().mass_shift[possible]
    wanted = (name_mass[:, None] - shift).ravel()
    window = np.repeat(1e-6 * SEARCH_WINDOW * name_mass, n_artefacts)
    low = np.searchsorted(ordered, wanted - window)
    count = np.searchsorted(ordered, wanted + window) - low
    match = ranges(low, count)
    name_artefact = np.repeat(np.arange(len(wanted)), count)
    name, process = np.divmod(name_artefact, n_artefacts)
    group, ceramide = np.divmod(order[match], len(ceramides))
    off = 1e6 * (ordered[match] - wanted[name_artefact]) / name_mass[name]
    matches = _Matches(name, process, group, ceramide, off)
    return matches.some(observed.groups.sialic_acids[group] >= processes().sialic_acids[process])


def _ceramides_without_row(observed: Observations) -> FloatArray:
    """Ceramides that no row has, within the carbons, double bonds and hydroxyls of others, (k, 3).

    Saturated ones too.
    """
    carbons, double_bonds, hydroxyls = observed.ceramides.T
    possible = combinations(
        np.arange(carbons.min(), carbons.max() + 1),
        np.arange(double_bonds.max() + 1),
        np.unique(hydroxyls),
    )
    has_row = (possible[:, None, :] == observed.ceramides).all(axis=2).any(axis=1)
    return np.asarray(possible[~has_row])


def _ceramide_mass(ceramides: FloatArray) -> FloatArray:
    """Mass of each ceramide, Da, shape (K,): linear in carbons, double bonds and hydroxyls."""
    return np.asarray(_REFERENCE + (ceramides - np.array([36.0, 1.0, 2.0])) @ _STEPS)


def _head_masses(observed: Observations) -> FloatArray:
    """Mass of the species of each group less their ceramide, Da, shape (G,); NaN without a row."""
    ceramide_mass = _ceramide_mass(observed.ceramides)
    heads = np.full(len(observed.groups), np.nan)
    heads[observed.group] = observed.mass - ceramide_mass[observed.ceramide]
    return heads
