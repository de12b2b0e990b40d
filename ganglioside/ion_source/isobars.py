"""Artefacts that pose as another name of nearly the same mass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.ion_source.artefacts import MASS_TOLERANCE, artefacts, processes
from ganglioside.lipids.composition import Ceramide
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import FloatArray, IntArray, ranges


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
