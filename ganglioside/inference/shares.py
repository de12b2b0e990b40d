"""Shares: posterior probabilities of the explanations of each row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution
from ganglioside.lipids.artefacts import artefacts
from ganglioside.support.arrays import FloatArray, IntArray, sum_by


@dataclass(frozen=True, eq=False)
class MissingParents:
    """Possible parents without a row of their own, one entry for each child row and parent.

    Attributes
    ----------
    child : numpy.ndarray of int, shape (g,)
    line : numpy.ndarray of int, shape (g,)
        Line of the parent.
    ceramide : numpy.ndarray of int, shape (g,)
        Ceramide of the parent, an index into `Posing.ceramides`.
    process : numpy.ndarray of int, shape (g,)
        Index into `artefacts()`, -1 for in-source fragmentation.
    log_ratio : numpy.ndarray, shape (g,)
        log10 of the child's area over that of its parent's row; NaN where there is none, or no
        area.
    probability : numpy.ndarray, shape (g,)
    """

    child: IntArray
    line: IntArray
    ceramide: IntArray
    process: IntArray
    log_ratio: FloatArray
    probability: FloatArray

    def with_probability(self, probability: FloatArray) -> MissingParents:
        """The same parents with other probabilities, shape (g,)."""
        return replace(self, probability=probability)

    def by_row(self, n: int, verdict: str) -> FloatArray:
        """Summed probability of the entries of one verdict for each child row, shape (n,)."""
        wanted = self.verdicts == verdict
        return sum_by(self.child[wanted], self.probability[wanted], n)

    @property
    def verdicts(self) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        """Verdict on the child of each entry: `fragment`, `adduct` or `outlier`, shape (g,)."""
        by_process = [artefact.verdict for artefact in artefacts()]
        return np.array([*by_process, "fragment"])[self.process]  # process -1 is the last


_NO_INDICES: Final[IntArray] = np.zeros(0, np.int64)
NO_MISSING_PARENTS: Final = MissingParents(
    child=_NO_INDICES,
    line=_NO_INDICES,
    ceramide=_NO_INDICES,
    process=_NO_INDICES,
    log_ratio=np.zeros(0),
    probability=np.zeros(0),
)


@dataclass(frozen=True, eq=False)
class Shares:
    """Posterior probabilities; those of one row's explanations sum to 1.

    Attributes
    ----------
    own : numpy.ndarray, shape (a,)
        Of each candidate: the row is genuine and on this line.
    genuine : numpy.ndarray, shape (n,)
        Sum of `own` by row.
    line : numpy.ndarray of int, shape (n,)
        Likeliest line of each row.
    pair : numpy.ndarray, shape (m,)
        Of each co-eluting pair: the parent made the child.
    missing_parents : MissingParents
    unfound : numpy.ndarray, shape (n,)
        The row is genuine, on a line that was not found.
    unlisted : numpy.ndarray, shape (n,)
        The line on which the row is, is of pieces of a series that the table does not list.
    chance : numpy.ndarray, shape (n,)
    predicted, scale : numpy.ndarray, shape (a,)
        Straightened RT that the other features predict for the candidate, and the scale of its
        scatter, min.
    """

    own: FloatArray
    genuine: FloatArray
    line: IntArray
    pair: FloatArray
    missing_parents: MissingParents
    unfound: FloatArray
    unlisted: FloatArray
    chance: FloatArray
    predicted: FloatArray
    scale: FloatArray

    def fragment(self, pairs: Coelution) -> FloatArray:
        """Probability that each row is a fragment, of a parent with or without a row, (n,).

        Parameters
        ----------
        pairs : Coelution
            The co-eluting pairs that `pair` is of.
        """
        n, broken = len(self.genuine), pairs.process < 0
        of_rows = sum_by(pairs.child[broken], self.pair[broken], n)
        return of_rows + self.missing_parents.by_row(n, "fragment")
