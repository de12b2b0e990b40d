"""Pairs of rows that elute together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.settings import Settings
from ganglioside.support.arrays import FloatArray, IntArray, ranges

#: RT difference, min, within which the model looks for parents; observed pairs: 0.05 at most.
USUAL_TOLERANCE: Final = Settings().rt_tolerance


def coelution_tolerance(rt_tolerance: float, usual: float) -> float:
    """Largest RT difference of pairs under a setting, min.

    Parameters
    ----------
    rt_tolerance : float
        The setting, min.
    usual : float
        The same in the table at hand under the usual setting, min: more where its RT scatter.

    Examples
    --------
    >>> coelution_tolerance(0.05, usual=0.1), coelution_tolerance(0.05, usual=0.2)
    (0.05, 0.1)
    """
    return rt_tolerance * (usual / USUAL_TOLERANCE)


@dataclass(frozen=True, eq=False)
class Coelution:
    """m pairs of rows that may be a parent and its fragment or adduct.

    Attributes
    ----------
    parent, child : numpy.ndarray of int, shape (m,)
        Positions in the observations.
    delta : numpy.ndarray, shape (m,)
        RT of the child less RT of the parent, min.
    process : numpy.ndarray of int, shape (m,)
        Index into `artefacts()`; -1 for in-source fragmentation.
    """

    parent: IntArray
    child: IntArray
    delta: FloatArray
    process: IntArray

    def __len__(self) -> int:
        return len(self.parent)


def neighbours(key: IntArray, rt: FloatArray, tolerance: float) -> tuple[IntArray, IntArray]:
    """All pairs of positions with equal key and an RT difference of `tolerance` at most.

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
        Each pair once, the earlier row first.
    """
    order = np.lexsort((rt, key))
    key, rt = key[order], rt[order]
    # All keys on one axis, so far apart that rows of different keys are never neighbours.
    apart = float(np.ptp(rt)) + 1 + 2 * tolerance if len(rt) else 0.0
    coordinate = key * apart + rt
    # Search with a margin, since coordinates are rounded; then compare exactly.
    stop = np.searchsorted(coordinate, coordinate + (tolerance + 1e-6), side="right")
    position = np.arange(len(rt))
    n_after = stop - position - 1
    first = np.repeat(position, n_after)
    second = ranges(position + 1, n_after)
    close = np.flatnonzero(rt[second] - rt[first] <= tolerance)
    return order[first[close]], order[second[close]]


def join(a: Coelution, b: Coelution) -> Coelution:
    """The pairs of `a`, then those of `b`."""
    return Coelution(
        np.concatenate([a.parent, b.parent]),
        np.concatenate([a.child, b.child]),
        np.concatenate([a.delta, b.delta]),
        np.concatenate([a.process, b.process]),
    )
