"""Every way in which a row may stand on a line of its own series."""

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
    """Every row with each line of its group; what stays as it is while the lines do.

    Attributes
    ----------
    row, line : numpy.ndarray of int, shape (a,)
        Rows ascend, and each has a candidate.
    place : numpy.ndarray of int, shape (a,)
        Same sample, line and ceramide: one genuine feature at most.
    spot : numpy.ndarray of int, shape (a,)
        Place in a flattened array by line and ceramide.
    sample, ceramide, kind : numpy.ndarray of int, shape (a,)
        Of the row; `kind` is its `curve.ceramide_class`.
    rt, log_area : numpy.ndarray, shape (a,)
        Of the row, min and log10.
    """

    row: IntArray
    line: IntArray
    place: IntArray
    spot: IntArray
    sample: IntArray
    ceramide: IntArray
    kind: IntArray
    rt: FloatArray
    log_area: FloatArray

    @cached_property
    def first_of_place(self) -> IntArray:
        """One candidate of each place."""
        return np.asarray(np.unique(self.place, return_index=True)[1])

    @cached_property
    def spot_of_place(self) -> IntArray:
        """Where each place stands in a flattened array by line and ceramide."""
        return self.spot[self.first_of_place]

    @cached_property
    def line_of_place(self) -> IntArray:
        """The line of each place."""
        return self.line[self.first_of_place]

    @cached_property
    def first_of_row(self) -> IntArray:
        """The first candidate of each row, shape (n,)."""
        return np.flatnonzero(starts(self.row))

    def likeliest_line(self, own: FloatArray) -> IntArray:
        """Return the line on which each row has the largest share, shape (n,)."""
        best = np.flatnonzero(own == self.largest(own).take(self.row))[::-1]
        line = np.zeros(len(self.first_of_row), dtype=np.int64)
        line[self.row[best]] = self.line[best]  # the first of equals, which is written last
        return line

    def largest(self, own: FloatArray) -> FloatArray:
        """Return the largest share of each row, shape (n,)."""
        return np.asarray(np.maximum.reduceat(own, self.first_of_row))


def candidates(observed: Observations, line_group: IntArray) -> Candidates:
    """Pair each row with the lines of its group."""
    row, line = lines_of(observed.group, line_group, len(observed.groups))
    n_lines = len(line_group)
    _, place = np.unique(observed.slot[row] * n_lines + line, return_inverse=True)
    ceramide = observed.ceramide[row]
    return Candidates(
        row=row,
        line=line,
        place=place.astype(np.int64),
        spot=line * len(observed.ceramides) + ceramide,
        sample=observed.sample[row],
        ceramide=ceramide,
        kind=ceramide_class(ceramide_basis(observed.ceramides))[ceramide],
        rt=observed.rt[row],
        log_area=observed.log_volume[row],
    )


_NOTHING: Final = np.zeros(0, dtype=np.int64)
NO_CANDIDATES: Final = Candidates(
    row=_NOTHING,
    line=_NOTHING,
    place=_NOTHING,
    spot=_NOTHING,
    sample=_NOTHING,
    ceramide=_NOTHING,
    kind=_NOTHING,
    rt=np.zeros(0),
    log_area=np.zeros(0),
)


def lines_of(group: IntArray, line_group: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """Return each position of `group` with each line of that group."""
    order = np.argsort(line_group, kind="stable")
    count = np.bincount(line_group, minlength=n_groups)
    first = np.cumsum(count) - count
    item = np.repeat(np.arange(len(group)), count[group])
    return item, order[ranges(first[group], count[group])]


def first_of_group(line_group: IntArray, support: FloatArray) -> BoolArray:
    """Mark the best supported line of each group."""
    order = np.lexsort((-support, line_group))
    first = starts(line_group[order])
    main = np.zeros(len(line_group), dtype=np.bool_)
    main[order[first]] = True
    return main
