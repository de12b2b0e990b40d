"""Consolidated areas: accepted peaks with what their ions lost in the source given back.

The consolidated area of a peak is

    area + pieces that are given back, by their probability + pieces that are too small to be seen

and its interval comes from draws of all that is not known for certain: whether a row is a piece of
this peak, whether several parents share it, which pathways a line has, and their yields. Draws of
one pathway are the same for all species of its line, so that sums and shares have intervals too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.amounts.losses import Losses, learn_losses
from ganglioside.amounts.pieces import Pieces
from ganglioside.amounts.rules import Assumptions, assumptions
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, starts, sum_by
from ganglioside.support.priors import Priors

#: Draws of all that is unknown, and the random numbers that peaks share in turn.
DRAWS: Final = 400
_PATTERNS: Final = 61
_SEED: Final = 0

_BLOCK: Final = 256  # peaks that are drawn at a time, to save memory


@dataclass(frozen=True, eq=False)
class Consolidated:
    """Areas of n accepted peaks, or of sums of them.

    Areas of sums are sums of areas; only their intervals are not.

    Attributes
    ----------
    area : numpy.ndarray, shape (n,)
        As measured; NaN where the table has none.
    returned : numpy.ndarray, shape (n,)
        Area of the rows that are given back, by their probability: the mean of its draws.
    rows : numpy.ndarray of int, shape (n,)
        Rows that are given back.
    unseen : numpy.ndarray, shape (n,)
        Area of pieces that have no row of their own, as the yields of the table let expect: the
        median of its draws, since some of them are far too large.
    draws : numpy.ndarray, shape (n, DRAWS)
        Of the consolidated areas.
    """

    area: FloatArray
    returned: FloatArray
    rows: IntArray
    unseen: FloatArray
    draws: FloatArray

    @cached_property
    def total(self) -> FloatArray:
        """Consolidated area, shape (n,)."""
        return np.asarray(self.area + self.returned + self.unseen)

    @cached_property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """95 % interval of the consolidated area, each shape (n,)."""
        low, high = interval(self.draws)
        return np.minimum(low, self.total), np.maximum(high, self.total)

    def take(self, order: IntArray) -> Consolidated:
        """Those at some positions, in that order."""
        return Consolidated(
            area=self.area[order],
            returned=self.returned[order],
            rows=self.rows[order],
            unseen=self.unseen[order],
            draws=self.draws[order],
        )

    def sums(self, key: IntArray, n: int) -> Consolidated:
        """Sums of some of them, by a key from 0 to n - 1; those of key -1 are left out."""
        kept = np.flatnonzero(key >= 0)
        key = key[kept]
        return Consolidated(
            area=_summed(self.area[kept], key, n),
            returned=_summed(self.returned[kept], key, n),
            rows=np.bincount(key, self.rows[kept], n).astype(np.int64),
            unseen=_summed(self.unseen[kept], key, n),
            draws=_summed(self.draws[kept], key, n),
        )


def interval(draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bounds between which 95 % of each row of draws are, each shape (n,)."""
    low, high = np.quantile(draws, [0.025, 0.975], axis=1)
    return low, high


def _summed(values: FloatArray, key: IntArray, n: int) -> FloatArray:
    """Sums of the known values by key, along the first axis; NaN where none is known.

    The draws of one peak are known all together, or not at all.
    """
    known = np.isfinite(values if values.ndim == 1 else values[:, 0])
    key, values = key[known], values[known]
    total = sum_by(key, values, n) if values.ndim == 1 else _rows_by(key, values, n)
    total[np.bincount(key, minlength=n) == 0] = np.nan
    return total


def _rows_by(key: IntArray, rows: FloatArray, n: int) -> FloatArray:
    """Sum of the rows of each key from 0 to n - 1, 0 where it has none, shape (n, DRAWS)."""
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(starts(key[order]))
    total = np.zeros((n, rows.shape[1]))
    total[key[order[first]]] = np.add.reduceat(rows[order], first, axis=0)
    return total


def consolidate(pieces: Pieces, area: FloatArray, priors: Priors, keys: IntArray) -> Consolidated:
    """Consolidated areas of peaks, summed by a key; the same for the same input.

    Parameters
    ----------
    pieces : Pieces
    area : numpy.ndarray, shape (peaks,)
        NaN where unknown.
    priors : Priors
    keys : numpy.ndarray of int, shape (peaks,)
        Ascending numbers from 0 without a gap: of the sum to which each peak belongs. What is drawn
        of a peak depends on its place among them.
    """
    assumed = assumptions()
    losses = learn_losses(pieces, area, priors, assumed)
    work = _Work.of(pieces, area, losses, assumed)
    parts = [work.draw(peaks, keys[peaks] - keys[peaks.start]) for peaks in _blocks(keys)]
    if not parts:
        nothing = np.zeros(0)
        return Consolidated(nothing, nothing, np.zeros(0, np.int64), nothing, np.zeros((0, DRAWS)))
    return Consolidated(
        area=np.concatenate([part.area for part in parts]),
        returned=np.concatenate([part.returned for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        unseen=np.concatenate([part.unseen for part in parts]),
        draws=np.concatenate([part.draws for part in parts]),
    )


def _blocks(keys: IntArray) -> Iterator[slice]:
    """Parts of the peaks, none of which ends within a key."""
    start = 0
    while start < len(keys):
        end = min(start + _BLOCK, len(keys))
        end = int(np.searchsorted(keys, keys[end - 1], side="right"))
        yield slice(start, end)
        start = end


@dataclass(frozen=True, eq=False)
class _Work:
    """All that drawing needs; arrays of pieces are those of `Pieces`.

    Attributes
    ----------
    yields : numpy.ndarray, shape (L, G, DRAWS)
        Of each pathway, 0 where it does not exist.
    mistaken : numpy.ndarray of bool, shape (L, G, DRAWS)
        Whether genuine rows that elute together with the parents are its pieces all the same.
    mistaken_yield : numpy.ndarray, shape (L, G)
        Their yield.
    noise, reading : numpy.ndarray, shape (_PATTERNS, DRAWS)
        Factors by which yields and areas scatter.
    """

    pieces: Pieces
    area: FloatArray
    assumed: Assumptions
    yields: FloatArray
    mistaken: BoolArray
    mistaken_yield: FloatArray
    noise: FloatArray
    reading: FloatArray
    rng: np.random.Generator

    @cached_property
    def is_confused(self) -> BoolArray:
        """Whether any draw of a pathway takes genuine rows for its pieces, shape (L, G)."""
        return np.asarray(self.mistaken.any(axis=2))

    @cached_property
    def is_pathway(self) -> BoolArray:
        """Whether any draw of a line has pieces of a kind, shape (L, G)."""
        return np.asarray((self.yields > 0).any(axis=2) | self.is_confused)

    @classmethod
    def of(cls, pieces: Pieces, area: FloatArray, losses: Losses, assumed: Assumptions) -> _Work:
        """Draw what all peaks have in common."""
        rng = np.random.default_rng(_SEED)
        shape = (*pieces.possible.shape, DRAWS)
        yields = np.zeros(shape)
        yields[losses.line, losses.kind] = losses.draw(rng, DRAWS)
        chance, usual = _mistaken(pieces, area, assumed)
        return cls(
            pieces=pieces,
            area=area,
            assumed=assumed,
            yields=yields,
            mistaken=rng.random(shape) < chance[:, :, None],
            mistaken_yield=usual,
            noise=10 ** (losses.scatter * rng.standard_normal((_PATTERNS, DRAWS))),
            reading=np.exp(assumed.reading * rng.standard_normal((_PATTERNS, DRAWS))),
            rng=rng,
        )

    def _noise(self, peak: IntArray, kind: IntArray) -> FloatArray:
        """Factors of the yields of some peaks, the same whenever they are asked for."""
        return np.asarray(self.noise[(peak * 7 + kind) % _PATTERNS])

    def _expected(self, peak: IntArray, kind: IntArray) -> FloatArray:
        """Draws of the pieces of some peaks, by their yields, shape (k, DRAWS)."""
        yields = self.yields[self.pieces.line[peak], kind] * self._noise(peak, kind)
        return np.asarray(self.area[peak][:, None] * yields)

    def draw(self, peaks: slice, key: IntArray) -> Consolidated:
        """Consolidated areas of some peaks, summed by a key that begins with 0."""
        first, count, n = peaks.start, peaks.stop - peaks.start, int(key[-1]) + 1
        area = self.area[peaks]
        nothing = np.isnan(area)
        returned, is_piece, rows = self._returned(first, count)
        unseen = self._unseen(first, count, is_piece)
        returned[nothing] = unseen[nothing] = np.nan
        reading = self.reading[np.arange(first, peaks.stop) % _PATTERNS]
        return Consolidated(
            area=_summed(area, key, n),
            returned=_summed(returned, key, n).mean(axis=1),
            rows=np.bincount(key, rows, n).astype(np.int64),
            unseen=np.median(_summed(unseen, key, n), axis=1),
            draws=_summed((area[:, None] + returned + unseen) * reading, key, n),
        )

    def _returned(self, first: int, n: int) -> tuple[FloatArray, BoolArray, IntArray]:
        """Draws of what is given back to n peaks, which of their rows are pieces, and how many."""
        p = self.pieces
        at = _within(p.peak, first, n)
        is_piece = self.rng.random((len(at), DRAWS)) < p.weight[at][:, None]
        own = p.area[at][:, None] * self._own_part(at)
        peak = p.peak[at] - first
        return _rows_by(peak, is_piece * own, n), is_piece, np.bincount(peak, minlength=n)

    def _own_part(self, at: IntArray) -> FloatArray:
        """Draws of the part of rows that is the parent's own, 1 where it has no rival, (k, DRAWS).

        A row at which other possible parents elute may be all its parent's, or shared between them
        as their areas and yields let expect.
        """
        p = self.pieces
        part = np.ones((len(at), DRAWS))
        order = np.argsort(p.near_row, kind="stable")
        low = np.searchsorted(p.near_row[order], p.row[at])
        high = np.searchsorted(p.near_row[order], p.row[at], side="right")
        has_rival = np.flatnonzero(high > low)
        for k in has_rival:
            rivals = order[low[k] : high[k]]
            others = self._expected(p.near_peak[rivals], p.near_kind[rivals]).sum(axis=0)
            mine = self._expected(p.peak[at[k : k + 1]], p.kind[at[k : k + 1]])[0]
            shared = self.rng.random(DRAWS) < self.assumed.shared
            both = mine + others
            share = np.divide(mine, both, out=np.ones(DRAWS), where=both > 0)
            part[k] = np.where(shared, share, 1.0)
        return part

    def _unseen(self, first: int, n: int, is_piece: BoolArray) -> FloatArray:
        """Draws of the pieces of n peaks that have no row of their own, shape (n, DRAWS).

        A case is a peak and a kind of pieces that its line has in some draws.
        """
        p = self.pieces
        peak, kind = np.nonzero(self.is_pathway[p.line[first : first + n]])
        case = np.full((n, p.possible.shape[1]), -1)
        case[peak, kind] = np.arange(len(peak))
        line = p.line[first + peak]
        area = np.nan_to_num(self.area[first + peak])[:, None]
        expected = area * self.yields[line, kind] * self._noise(first + peak, kind)

        near = _within(p.near_peak, first, n)
        limit = self._largest_near(near, case, first)[peak, kind]
        limited = np.flatnonzero(limit >= 0)
        expected[limited] = np.minimum(expected[limited], limit[limited, None])

        unsure = np.flatnonzero(self.is_confused[line, kind])
        together = self._largest_near(near[p.together[near]], case, first)[peak, kind][unsure, None]
        of = line[unsure], kind[unsure]
        noise = self._noise(first + peak[unsure], kind[unsure])
        as_yield = area[unsure] * self.mistaken_yield[of][:, None] * noise
        mistaken = np.where(together > 0, together, as_yield)
        expected[unsure] = np.where(self.mistaken[of], mistaken, expected[unsure])

        at = _within(p.peak, first, n)
        row, draw = np.nonzero(is_piece)
        seen = case[p.peak[at] - first, p.kind[at]][row]
        expected[seen[seen >= 0], draw[seen >= 0]] = 0.0
        return _rows_by(peak, expected, n)

    def _largest_near(self, near: IntArray, case: IntArray, first: int) -> FloatArray:
        """Largest area of genuine rows near each peak by kind, -1 where none is, as `case`."""
        p = self.pieces
        largest = np.full(case.shape, -1.0)
        np.maximum.at(largest, (p.near_peak[near] - first, p.near_kind[near]), p.near_area[near])
        return largest


def _within(peak: IntArray, first: int, n: int) -> IntArray:
    """Positions of the rows of n peaks from one on, in ascending numbers of peaks."""
    return np.arange(*np.searchsorted(peak, [first, first + n]))


def _mistaken(
    pieces: Pieces, area: FloatArray, assumed: Assumptions
) -> tuple[FloatArray, FloatArray]:
    """Probability that genuine rows together with parents are pieces, and their yield, (L, G).

    Where lines lie upon each other, RT cannot tell a genuine row from a fragment; a ratio of areas
    that is the same for several ceramides speaks for fragments.
    """
    shape = pieces.possible.shape
    at = np.flatnonzero(pieces.together & (area[pieces.near_peak] > 0))
    key = pieces.line[pieces.near_peak[at]] * shape[1] + pieces.near_kind[at]
    ratio = np.log10(pieces.near_area[at] / area[pieces.near_peak[at]])
    size = shape[0] * shape[1]
    count = np.bincount(key, minlength=size)
    mean = sum_by(key, ratio, size) / np.maximum(count, 1)
    squares = sum_by(key, (ratio - mean[key]) ** 2, size)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    several = np.where(spread <= assumed.alike, assumed.mistaken_alike, assumed.mistaken_unlike)
    chance = np.where(count == 0, 0.0, np.where(count == 1, assumed.mistaken, several))
    return chance.reshape(shape), np.where(count == 0, 0.0, 10**mean).reshape(shape)
