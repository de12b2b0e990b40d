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
