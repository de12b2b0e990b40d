"""Adducts and water losses that pose as other species: the right mass under the wrong name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.facts import read_facts
from ganglioside.observations import Observations
from ganglioside.rules.fragments import Coelution, neighbours

#: Largest difference of mass, Da, at which one name can pass for the other; Na-H against C2H-2
#: is 2.4 mDa.
MASS_TOLERANCE: Final = 0.004


@dataclass(frozen=True, slots=True)
class Artefact:
    """One way in which a species shows up at another mass."""

    process: str
    mass_shift: float  # Da, of the neutral molecule
    rate: float  # share of genuine features that show it, before the table is seen
    log10_extent: float  # of the area against the parent's
    log10_spread: float
    label: str
    source: str


@cache
def artefacts() -> tuple[Artefact, ...]:
    """Return the known artefacts, from `data/artefacts.csv`."""
    return read_facts("artefacts.csv", Artefact)


def artefact_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pair each feature with the co-eluting features whose artefact has its mass."""
    a, b = neighbours(observed.sample, observed.rt, tolerance)
    parent, child = np.concatenate([a, b]), np.concatenate([b, a])
    shift = observed.mass[child] - observed.mass[parent]
    parents, children, processes = [], [], []
    for number, artefact in enumerate(artefacts()):
        match = np.flatnonzero(np.abs(shift - artefact.mass_shift) <= MASS_TOLERANCE)
        parents.append(parent[match])
        children.append(child[match])
        processes.append(np.full(len(match), number, dtype=np.int64))
    parent, child = np.concatenate(parents), np.concatenate(children)
    return Coelution(
        parent, child, observed.rt[child] - observed.rt[parent], np.concatenate(processes)
    )
