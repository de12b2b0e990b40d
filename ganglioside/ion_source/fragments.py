"""Rule 5, in-source fragmentation: which rows could be fragments of which.

A fragment has the ceramide and the RT of its parent, and a head group contained in the parent's;
where both names give chains, they are the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution, neighbours
from ganglioside.lipids.composition import UNITS
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.caches import kept_with_first
from ganglioside.support.priors import Priors

_MODIFICATIONS: Final = ("dhex", "oac")
_SIALIC_ACIDS: Final = ("neuac", "neugc")
_USUAL_SIALIC_ACIDS: Final = 2  # that a fragment has lost at most, as a rule


def fragment_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pairs of co-eluting rows in which the parent could break into the child.

    Parameters
    ----------
    observed : Observations
    tolerance : float
        Largest RT difference, min.
    """
    a, b = neighbours(observed.sample_ceramide, observed.rt, tolerance)
    contains = observed.groups.contains
    a_breaks = contains[observed.group[a], observed.group[b]]
    b_breaks = contains[observed.group[b], observed.group[a]]
    parent = np.concatenate([a[a_breaks], b[b_breaks]])
    child = np.concatenate([b[a_breaks], a[b_breaks]])
    like = _may_have_same_chains(observed, parent, child)
    parent, child = parent[like], child[like]
    delta = observed.rt[child] - observed.rt[parent]
    fragmentation = np.full(len(parent), -1, dtype=np.int64)
    return Coelution(parent, child, delta, fragmentation)


def _may_have_same_chains(observed: Observations, a: IntArray, b: IntArray) -> BoolArray:
    """Whether rows have the same chains, or one of them names only their sum, shape (m,)."""
    of_a, of_b = observed.chains[a], observed.chains[b]
    return np.asarray((of_a == of_b) | (of_a == 0) | (of_b == 0))


@kept_with_first
def usual_emission(groups: Groups, priors: Priors) -> FloatArray:
    """Prior probability that a parent of group p shows a fragment of group c, (G, G), [p, c].

    rate * factor^k * further^s, where k is the number of modifications (dHex, OAc) that the parent
    loses, and s that of its sialic acids beyond two.
    """
    lost = groups.units[:, None, :] - groups.units[None, :, :]

    def number(units: tuple[str, ...]) -> FloatArray:
        """Units of these kinds that are lost, shape (G, G)."""
        return np.asarray(np.maximum(lost[:, :, [UNITS.index(unit) for unit in units]], 0).sum(2))

    beyond = np.maximum(number(_SIALIC_ACIDS) - _USUAL_SIALIC_ACIDS, 0)
    factor = priors.fragment_rate_lost_modification.value ** number(_MODIFICATIONS)
    further = priors.fragment_rate_further_sialic_acid.value**beyond
    return np.asarray(priors.fragment_rate.value * factor * further)
