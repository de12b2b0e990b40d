"""Pairs of rows that elute together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, IntArray, ranges

#: RT difference, min, within which the model looks for parents; observed pairs: 0.05 at most.
USUAL_TOLERANCE: Final = 0.1


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


def join(a: Coelution, b: Coelution) -> Coelution:
    """Return the pairs of both."""
    return Coelution(
        np.concatenate([a.parent, b.parent]),
        np.concatenate([a.child, b.child]),
        np.concatenate([a.delta, b.delta]),
        np.concatenate([a.process, b.process]),
    )
