"""Shares of each row among its hypotheses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.ion_source.artefacts import artefacts
from ganglioside.support.arrays import FloatArray, IntArray, sum_by


@dataclass(frozen=True, eq=False)
class Ghosts:
    """Possible parents whose own row is missing, one entry per row and parent.

    Attributes
    ----------
    child : numpy.ndarray of int, shape (g,)
    line : numpy.ndarray of int, shape (g,)
        Line on which the parent would stand.
    ceramide : numpy.ndarray of int, shape (g,)
        Its ceramide, a place in `Observations.ceramides`.
    process : numpy.ndarray of int, shape (g,)
        Place in `artefacts()`, -1 for in-source fragmentation.
    probability : numpy.ndarray, shape (g,)
    """

    child: IntArray
    line: IntArray
    ceramide: IntArray
    process: IntArray
    probability: FloatArray

    def with_probability(self, probability: FloatArray) -> Ghosts:
        """Return the same parents with other probabilities."""
        return Ghosts(self.child, self.line, self.ceramide, self.process, probability)

    def by_row(self, n: int, verdict: str) -> FloatArray:
        """Return the summed probability of what would have a verdict, for each of n rows."""
        wanted = self.verdicts == verdict
        return sum_by(self.child[wanted], self.probability[wanted], n)

    @property
    def verdicts(self) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        """What the child of each entry would be: `fragment`, `adduct` or `outlier`."""
        return np.array([*(a.verdict for a in artefacts()), "fragment"])[self.process]


_NOWHERE: Final[IntArray] = np.zeros(0, np.int64)
NO_GHOSTS: Final = Ghosts(_NOWHERE, _NOWHERE, _NOWHERE, _NOWHERE, np.zeros(0))


@dataclass(frozen=True, eq=False)
class Shares:
    """Posterior probabilities.

    Attributes
    ----------
    own : numpy.ndarray, shape (a,)
        Of each candidate (row on line).
    genuine : numpy.ndarray, shape (n,)
        Their sum by row.
    line : numpy.ndarray of int, shape (n,)
        The likeliest line of each row.
    pair : numpy.ndarray, shape (m,)
        Of each co-eluting pair.
    ghosts : Ghosts
    chance : numpy.ndarray, shape (n,)
    predicted, scale : numpy.ndarray, shape (a,)
        RT that the other features predict for the candidate, and the scale of its scatter, min.
    """

    own: FloatArray
    genuine: FloatArray
    line: IntArray
    pair: FloatArray
    ghosts: Ghosts
    chance: FloatArray
    predicted: FloatArray
    scale: FloatArray
