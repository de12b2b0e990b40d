"""Rule 5, in-source fragmentation: who could be a piece of whom.

A fragment has the ceramide and the RT of its parent, and a composition contained in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.observations import FloatArray, Groups, IntArray, Observations, ranges

#: RT difference, min, within which the model looks for parents; observed pairs: 0.05 at most.
USUAL_TOLERANCE: Final = 0.1


#: Fragments of one kind per parent before the table is seen, and the factor for each kind of
#: modification that is lost: most observed fragments keep theirs (README, Method).
_EMISSION: Final = 0.15
_LOST_MODIFICATION: Final = 0.3
_MODIFICATIONS: Final = ("dhex", "oac")


@dataclass(frozen=True, eq=False)
class Coelution:
    """Pairs of rows that may be a parent and what it made.

    Attributes
    ----------
    parent, child : numpy.ndarray of int, shape (m,)
        Positions in the observations.
    delta : numpy.ndarray, shape (m,)
        RT of the child less RT of the parent, min.
    process : numpy.ndarray of int, shape (m,)
        Row of the table of artefacts; -1 for in-source fragmentation.
    """

    parent: IntArray
    child: IntArray
    delta: FloatArray
    process: IntArray

    def __len__(self) -> int:
        return len(self.parent)


def neighbours(key: IntArray, rt: FloatArray, tolerance: float) -> tuple[IntArray, IntArray]:
    """Return all pairs of positions with equal key whose RTs differ by `tolerance` at most.

    Parameters
    ----------
    key : numpy.ndarray of int, shape (n,)
    rt : numpy.ndarray, shape (n,)
        min.
    tolerance : float
        min.

    Returns
    -------
    first, second : numpy.ndarray of int
        Each pair once, the earlier feature first.
    """
    order = np.lexsort((rt, key))
    key, rt = key[order], rt[order]
    apart = float(np.ptp(rt)) + 1 + 2 * tolerance if len(rt) else 0.0  # no two keys meet
    place = key * apart + rt
    # A little more than the tolerance, as the places are rounded; then exactly.
    stop = np.searchsorted(place, place + (tolerance + 1e-6), side="right")
    here = np.arange(len(rt))
    later = stop - here - 1
    first, second = np.repeat(here, later), ranges(here + 1, later)
    close = np.flatnonzero(rt[second] - rt[first] <= tolerance)
    return order[first[close]], order[second[close]]


def fragment_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pair each feature with the co-eluting features that could break into it."""
    a, b = neighbours(observed.cell, observed.rt, tolerance)
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


@lru_cache(maxsize=4)
def usual_emission(groups: Groups) -> FloatArray:
    """Return fragments of group c per parent of group p before the table is seen, [p, c]."""
    lost = groups.units[:, None, :] - groups.units[None, :, :]
    place = [UNITS.index(unit) for unit in _MODIFICATIONS]
    return np.asarray(
        _EMISSION * _LOST_MODIFICATION ** np.maximum(lost[:, :, place], 0).sum(axis=2)
    )


def join(a: Coelution, b: Coelution) -> Coelution:
    """Return the pairs of both."""
    return Coelution(
        np.concatenate([a.parent, b.parent]),
        np.concatenate([a.child, b.child]),
        np.concatenate([a.delta, b.delta]),
        np.concatenate([a.process, b.process]),
    )
