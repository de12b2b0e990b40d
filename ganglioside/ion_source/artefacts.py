"""Adducts and water losses that pose as other species: the right mass under the wrong name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution, neighbours
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray
from ganglioside.support.fact_tables import read_facts

_SPLIT_REACH: Final = 0.5  # min; farther rows of a name are never parts of one peak


#: Process by which one peak is picked as two, one beside the other.
SPLIT_PEAK: Final = "split peak"


@dataclass(frozen=True, slots=True)
class Artefact:
    """One way in which a species is found at another mass: a row of `data/artefacts.csv`.

    Attributes
    ----------
    process : str
        Name, such as `+Na-H`.
    mass_shift : float
        Da.
    window : float
        Da, by which the mass of a name may differ from that of the artefact.
    rate : float
        Prior share of the names with such a mass that are this artefact.
    log10_extent, log10_spread : float
        Mean and standard deviation of log10 of the child's area over the parent's.
    rt_shift, rt_spread : float
        Mean and standard deviation of the child's RT less the parent's, carbons.
    verdict : str
        Verdict on the child.
    label : str
        As texts name it.
    """

    process: str
    mass_shift: float
    window: float
    rate: float
    log10_extent: float
    log10_spread: float
    rt_shift: float
    rt_spread: float
    verdict: str
    label: str

    @property
    def coelutes(self) -> bool:
        """Whether it is made in the ion source, so that it elutes with its parent."""
        return self.rt_spread == 0

    @property
    def is_split(self) -> bool:
        """Whether it is a part of its parent's own peak, beside it and of the same name."""
        return self.process == SPLIT_PEAK


@cache
def artefacts() -> tuple[Artefact, ...]:
    """The A known artefacts, from `data/artefacts.csv`."""
    return read_facts("artefacts.csv", Artefact)


@dataclass(frozen=True, eq=False)
class Processes:
    """The artefacts as arrays, indexed as `artefacts()`; the last entry (-1) is fragmentation.

    Attributes
    ----------
    mass_shift, window : numpy.ndarray, shape (A + 1,)
        Da.
    log10_extent, log10_spread : numpy.ndarray, shape (A + 1,)
        log10 of child over parent area; 0 for fragmentation, which is learned from the table.
    rt_shift, rt_spread : numpy.ndarray, shape (A + 1,)
        Carbons.
    coelutes, splits : numpy.ndarray of bool, shape (A + 1,)
        Whether the child elutes with its parent; whether it is a part of the parent's peak.
    """

    mass_shift: FloatArray
    window: FloatArray
    log10_extent: FloatArray
    log10_spread: FloatArray
    rt_shift: FloatArray
    rt_spread: FloatArray
    coelutes: BoolArray
    splits: BoolArray


@cache
def processes() -> Processes:
    """The artefacts and fragmentation as arrays."""
    known = artefacts()
    return Processes(
        mass_shift=np.array([*(a.mass_shift for a in known), 0.0]),
        window=np.array([*(a.window for a in known), 0.0]),
        log10_extent=np.array([*(a.log10_extent for a in known), 0.0]),
        log10_spread=np.array([*(a.log10_spread for a in known), 0.0]),
        rt_shift=np.array([*(a.rt_shift for a in known), 0.0]),
        rt_spread=np.array([*(a.rt_spread for a in known), 0.0]),
        coelutes=np.array([*(a.coelutes for a in known), True]),
        splits=np.array([*(a.is_split for a in known), False]),
    )


def artefact_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pairs of co-eluting rows in which the child has the mass of an artefact of the parent.

    Parameters
    ----------
    observed : Observations
    tolerance : float
        Largest RT difference, min.
    """
    a, b = neighbours(observed.sample, observed.rt, tolerance)
    parent, child = np.concatenate([a, b]), np.concatenate([b, a])
    mass_shift = observed.mass[child] - observed.mass[parent]
    coeluting = np.flatnonzero([artefact.coelutes for artefact in artefacts()])
    mass_error = mass_shift - processes().mass_shift[coeluting, None]  # (processes, pairs)
    process, pair = np.nonzero(np.abs(mass_error) <= processes().window[coeluting, None])
    parent, child = parent[pair], child[pair]
    delta = observed.rt[child] - observed.rt[parent]
    return Coelution(parent, child, delta, coeluting[process])


def split_pairs(observed: Observations) -> Coelution:
    """Pairs of rows of one name and sample of which one may be a part of the other's peak.

    Parameters
    ----------
    observed : Observations
    """
    a, b = neighbours(observed.slot, observed.rt, _SPLIT_REACH)
    parent, child = np.concatenate([a, b]), np.concatenate([b, a])
    process = np.full(len(parent), np.flatnonzero(processes().splits)[0], dtype=np.int64)
    return Coelution(parent, child, observed.rt[child] - observed.rt[parent], process)
