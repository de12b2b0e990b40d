"""Rule 5, in-source fragmentation: who could be a piece of whom.

A fragment has the ceramide and the RT of its parent, and a composition contained in it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution, neighbours
from ganglioside.lipids.composition import UNITS
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import FloatArray
from ganglioside.support.caches import kept_with_first
from ganglioside.support.priors import Priors

_MODIFICATIONS: Final = ("dhex", "oac")


def fragment_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pair each feature with the co-eluting features that could break into it."""
    a, b = neighbours(observed.sample_ceramide, observed.rt, tolerance)
    contains = observed.groups.contains
    a_breaks = contains[observed.group[a], observed.group[b]]
    b_breaks = contains[observed.group[b], observed.group[a]]
    parent = np.concatenate([a[a_breaks], b[b_breaks]])
    child = np.concatenate([b[a_breaks], a[b_breaks]])
    return Coelution(
        parent,
        child,
        observed.rt[child] - observed.rt[parent],
        np.full(len(parent), -1, dtype=np.int64),
    )


@kept_with_first
def usual_emission(groups: Groups, priors: Priors) -> FloatArray:
    """Fragments of group c per parent of group p before the table is seen, shape (G, G), [p, c]."""
    lost = groups.units[:, None, :] - groups.units[None, :, :]
    index = [UNITS.index(unit) for unit in _MODIFICATIONS]
    modifications = np.maximum(lost[:, :, index], 0).sum(axis=2)
    keeps = priors.fragment_rate_lost_modification.value**modifications
    return np.asarray(priors.fragment_rate.value * keeps)
