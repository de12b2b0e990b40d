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
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by
from ganglioside.support.priors import Priors

#: Draws of all that is unknown, and the random numbers that peaks share in turn.
DRAWS: Final = 400
_PATTERNS: Final = 61
_SEED: Final = 0

_BLOCK: Final = 256  # peaks that are drawn at a time, to save memory
_NO_LIMIT: Final = np.inf


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
    """Sums of the known values by key, along the first axis; NaN where none is known."""
    result = np.zeros((n, *values.shape[1:]))
    known = np.zeros(result.shape, dtype=np.bool_)
    np.add.at(result, key, np.nan_to_num(values))
    np.logical_or.at(known, key, np.isfinite(values))
    return np.where(known, result, np.nan)


def consolidate(pieces: Pieces, area: FloatArray, priors: Priors, keys: IntArray) -> Consolidated:
    """Consolidated areas of peaks, summed by a key; the same for the same input.

    Parameters
    ----------
    pieces : Pieces
    area : numpy.ndarray, shape (peaks,)
        NaN where unknown.
    priors : Priors
    keys : numpy.ndarray of int, shape (peaks,)
        Ascending numbers from 0 without a gap: of the sum to which each peak belongs.
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
        returned, seen, rows = self._returned(first, count)
        unseen = self._unseen(first, count, seen)
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
        """Draws of the rows that are given back to n peaks, which kinds they show, and how many."""
        p = self.pieces
        at = np.arange(*np.searchsorted(p.peak, [first, first + n]))
        is_piece = self.rng.random((len(at), DRAWS)) < p.weight[at][:, None]
        own = p.area[at][:, None] * self._own_part(at)
        peak = p.peak[at] - first
        returned = np.zeros((n, DRAWS))
        np.add.at(returned, peak, is_piece * own)
        seen = np.zeros((n, p.possible.shape[1], DRAWS), dtype=np.bool_)
        np.logical_or.at(seen, (peak, p.kind[at]), is_piece)
        return returned, seen, np.bincount(peak, minlength=n)

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

    def _unseen(self, first: int, n: int, seen: BoolArray) -> FloatArray:
        """Draws of the pieces of n peaks that have no row of their own, shape (n, DRAWS)."""
        p = self.pieces
        n_kinds = p.possible.shape[1]
        peak = np.arange(first, first + n)
        line = p.line[peak]
        noise = self._noise(peak[:, None], np.arange(n_kinds)[None, :])
        area = np.nan_to_num(self.area[peak])[:, None, None]
        expected = area * self.yields[line] * noise
        at = np.arange(*np.searchsorted(p.near_peak, [first, first + n]))
        hidden = np.full((n, n_kinds), -1.0)
        np.maximum.at(hidden, (p.near_peak[at] - first, p.near_kind[at]), p.near_area[at])
        limit = np.where(hidden < 0, _NO_LIMIT, hidden)[:, :, None]
        expected = np.minimum(expected, limit)
        together = np.zeros((n, n_kinds))
        at = at[p.together[at]]
        np.maximum.at(together, (p.near_peak[at] - first, p.near_kind[at]), p.near_area[at])
        as_yield = area * self.mistaken_yield[line][:, :, None] * noise
        mistaken = np.where(together[:, :, None] > 0, together[:, :, None], as_yield)
        expected = np.where(self.mistaken[line], mistaken, expected)
        return np.asarray((expected * ~seen).sum(axis=1))


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
