"""Candidates: every row paired with every line of its own series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import ceramide_basis, ceramide_class
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges, starts


@dataclass(frozen=True, eq=False)
class Candidates:
    """Every row with each line of its group, a pairs in all; fixed while the lines are.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (a,)
        Ascending; every row has at least one candidate.
    line : numpy.ndarray of int, shape (a,)
    sample_line_ceramide : numpy.ndarray of int, shape (a,)
        Number of the combination, from 0: at most one of its candidates is genuine.
    line_ceramide : numpy.ndarray of int, shape (a,)
        line * K + ceramide: index into a flattened (L, K) array.
    sample, ceramide : numpy.ndarray of int, shape (a,)
        Those of the row.
    ceramide_class : numpy.ndarray of int, shape (a,)
        `curve.ceramide_class` of the row's ceramide.
    rt, speed, log_area : numpy.ndarray, shape (a,)
        Straightened RT, min, speed of the gradient and log10 area of the row.
    """

    row: IntArray
    line: IntArray
    sample_line_ceramide: IntArray
    line_ceramide: IntArray
    sample: IntArray
    ceramide: IntArray
    ceramide_class: IntArray
    rt: FloatArray
    speed: FloatArray
    log_area: FloatArray

    @cached_property
    def distinct(self) -> IntArray:
        """First candidate of each `sample_line_ceramide`, shape (d,)."""
        return np.asarray(np.unique(self.sample_line_ceramide, return_index=True)[1])

    @cached_property
    def distinct_line_ceramide(self) -> IntArray:
        """`line_ceramide` of each `sample_line_ceramide`, shape (d,)."""
        return self.line_ceramide[self.distinct]

    @cached_property
    def distinct_line(self) -> IntArray:
        """Line of each `sample_line_ceramide`, shape (d,)."""
        return self.line[self.distinct]

    @cached_property
    def first_of_row(self) -> IntArray:
        """First candidate of each row, shape (n,)."""
        return np.flatnonzero(starts(self.row))

    def likeliest_line(self, own: FloatArray) -> IntArray:
        """Line on which each row has its largest share, shape (n,); the first of equals."""
        is_largest = own == self.largest(own).take(self.row)
        last_to_first = np.flatnonzero(is_largest)[::-1]
        line = np.zeros(len(self.first_of_row), dtype=np.int64)
        line[self.row[last_to_first]] = self.line[last_to_first]  # what is written last stays
        return line

    def largest(self, own: FloatArray) -> FloatArray:
        """Largest share of each row, shape (n,)."""
        return np.asarray(np.maximum.reduceat(own, self.first_of_row))


def candidates(observed: Observations, line_group: IntArray) -> Candidates:
    """Pair each row with the lines of its group."""
    row, line = lines_of(observed.group, line_group, len(observed.groups))
    key = observed.slot[row] * len(line_group) + line
    _, sample_line_ceramide = np.unique(key, return_inverse=True)
    ceramide = observed.ceramide[row]
    classes = ceramide_class(ceramide_basis(observed.ceramides))
    return Candidates(
        row=row,
        line=line,
        sample_line_ceramide=sample_line_ceramide.astype(np.int64),
        line_ceramide=line * len(observed.ceramides) + ceramide,
        sample=observed.sample[row],
        ceramide=ceramide,
        ceramide_class=classes[ceramide],
        rt=observed.straight_rt[row],
        speed=observed.speed[row],
        log_area=observed.log_volume[row],
    )


_NO_INDICES: Final = np.zeros(0, dtype=np.int64)
NO_CANDIDATES: Final = Candidates(
    row=_NO_INDICES,
    line=_NO_INDICES,
    sample_line_ceramide=_NO_INDICES,
    line_ceramide=_NO_INDICES,
    sample=_NO_INDICES,
    ceramide=_NO_INDICES,
    ceramide_class=_NO_INDICES,
    rt=np.zeros(0),
    speed=np.zeros(0),
    log_area=np.zeros(0),
)


def lines_of(group: IntArray, line_group: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """Every pair of an entry of `group` and a line of that group: (entry, line), each shape (a,).

    Parameters
    ----------
    group : numpy.ndarray of int, shape (n,)
    line_group : numpy.ndarray of int, shape (L,)
        Group of each line.
    n_groups : int
    """
    lines_by_group = np.argsort(line_group, kind="stable")
    count = np.bincount(line_group, minlength=n_groups)
    first = np.cumsum(count) - count
    entry = np.repeat(np.arange(len(group)), count[group])
    line = lines_by_group[ranges(first[group], count[group])]
    return entry, line


def first_of_group(line_group: IntArray, support: FloatArray) -> BoolArray:
    """True for the line of each group with most support, shape (L,)."""
    order = np.lexsort((-support, line_group))
    first = starts(line_group[order])
    main = np.zeros(len(line_group), dtype=np.bool_)
    main[order[first]] = True
    return main
