"""Losses: the part of its ions that a species loses by each possible pathway, learned from a table.

A pathway leads from a line (head group) to a kind of piece. It may exist or not; where it does, its
yield y (area of the piece over that of the parent) is much the same for all ceramides. Pieces of
large parents show the yield, and so do pieces that are missing although large parents would show
them. What is learned gives the part of a small species that has broken into pieces too small to be
in the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.amounts.pieces import Pieces
from ganglioside.amounts.rules import Assumptions
from ganglioside.support.arrays import FloatArray, IntArray, sum_by
from ganglioside.support.priors import Priors

#: log10 yields that are thought of.
_GRID: Final = np.linspace(-4.0, 0.4, 67)

#: Areas are counted in classes of an eighth of a decade, so that cost does not grow with rows. They
#: begin at the smallest area of the table: the unit of its areas changes nothing.
_CLASSES: Final = 8
_DIGITS: Final = 9  # of a class: areas on its border fall into the same one in any unit

#: Factors on the smallest areas of a table at which half of all peaks may be reported.
_LIMITS: Final = 10.0 ** np.arange(-1.0, 1.6, 0.25)
_SMALLEST: Final = 0.02  # quantile of the areas

#: Probabilities of pathways that are thought of for a line.
_SHARES: Final = (np.arange(40) + 0.5) / 40

_SUREST: Final = 0.99  # that a piece is one, as evidence for its pathway
_MOST: Final = 200.0  # log odds
_SWEEPS: Final = 10
_FAR: Final = 1.0  # decades squared, beyond which a residual counts no more


@dataclass(frozen=True, eq=False)
class Losses:
    """What is known of all K possible pathways.

    Attributes
    ----------
    line, kind : numpy.ndarray of int, shape (K,)
    log_odds : numpy.ndarray, shape (K,)
        Log likelihood ratio of the table with the pathway to that without it.
    yields : numpy.ndarray, shape (K, len(grid))
        Probability of each yield, if the pathway exists.
    share : numpy.ndarray, shape (L, len(_SHARES))
        Probability of each share of possible pathways that a line has.
    scatter : float
        Of the yields of one pathway, decades.
    limit : float
        Area at which a peak is reported in half of the cases.
    """

    line: IntArray
    kind: IntArray
    log_odds: FloatArray
    yields: FloatArray
    share: FloatArray
    scatter: float
    limit: float

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Draw the yield of each pathway, 0 where it does not exist, shape (K, draws)."""
        shares = _SHARES[_drawn(self.share, rng, draws)][self.line]
        odds = self.log_odds[:, None] + np.log(shares) - np.log1p(-shares)
        exists = rng.random(odds.shape) < 1 / (1 + np.exp(-np.clip(odds, -_MOST, _MOST)))
        return np.where(exists, 10 ** _GRID[_drawn(self.yields, rng, draws)], 0.0)


def _drawn(probability: FloatArray, rng: np.random.Generator, draws: int) -> IntArray:
    """Draw columns of each row by their probability, shape (rows, draws)."""
    below = np.cumsum(probability, axis=1)[:, None, :-1]
    return np.asarray((rng.random((len(probability), draws))[:, :, None] > below).sum(axis=2))


@dataclass(frozen=True, eq=False)
class _Counts:
    """Peaks by pathway and class of area, of a table.

    Attributes
    ----------
    area : numpy.ndarray, shape (C,)
        Middle of each class.
    unseen, seen : numpy.ndarray, shape (K, C)
        Peaks that show no such piece although nothing may hide it, and those that show one.
    log_ratio, weight : numpy.ndarray, shape (k,)
        log10 of piece over parent area, and probability, of the rows that are given back.
    pathway : numpy.ndarray of int, shape (k,)
    """

    area: FloatArray
    unseen: FloatArray
    seen: FloatArray
    log_ratio: FloatArray
    weight: FloatArray
    pathway: IntArray

    @cached_property
    def support(self) -> FloatArray:
        """Pieces of each pathway, by their weights, shape (K,)."""
        return sum_by(self.pathway, self.weight, len(self.seen))


def learn_losses(pieces: Pieces, area: FloatArray, priors: Priors, assumed: Assumptions) -> Losses:
    """Losses as the table shows them.

    With A the area of a parent, F that of its piece, d(F) the probability that a peak of this area
    is reported (see `_reported`), s the scatter of yields of a pathway, and w the probability that
    a row is such a piece, the likelihood of a yield y is

        prod over pieces (N(log F/A; log y, s) d(F) w / (1 - w)) * prod over others (1 - d(A y))

    and the prior of log y that of `fragment_yield` in `data/priors.csv`. The area at which half of
    all peaks are reported is the one that makes the table likeliest.

    Parameters
    ----------
    pieces : Pieces
    area : numpy.ndarray, shape (n,)
        Of the accepted peaks; NaN or 0 where unknown.
    priors : Priors
    assumed : Assumptions
    """
    line, kind = np.nonzero(pieces.possible)
    counts = _count(pieces, area, line, kind)
    scatter = _scatter(counts, priors)
    prior = _log_prior(priors)
    smallest = _smallest(np.concatenate([area[area > 0], pieces.area]))
    best: tuple[float, float, FloatArray, FloatArray, float] | None = None
    for limit in smallest * _LIMITS:
        likelihood = _likelihood(counts, limit, scatter, priors) + prior
        most = likelihood.max(axis=1)
        log_odds = most + np.log(np.exp(likelihood - most[:, None]).sum(axis=1))
        rate = _rate(log_odds, assumed)
        evidence = float(np.logaddexp(np.log(rate) + log_odds, np.log1p(-rate)).sum())
        if best is None or evidence > best[0]:
            best = (evidence, float(limit), likelihood, log_odds, rate)
    assert best is not None  # there is a limit
    _, limit, likelihood, log_odds, rate = best
    yields = np.exp(likelihood - likelihood.max(axis=1)[:, None])
    return Losses(
        line=line,
        kind=kind,
        log_odds=np.clip(log_odds, -_MOST, _MOST),
        yields=yields / yields.sum(axis=1)[:, None],
        share=_shares(line, log_odds, rate, len(pieces.lines), assumed),
        scatter=scatter,
        limit=limit,
    )


def _smallest(area: FloatArray) -> float:
    """One of the smallest areas of a table; 1 where it has none."""
    return float(np.quantile(area, _SMALLEST, method="lower")) if len(area) else 1.0


def _count(pieces: Pieces, area: FloatArray, line: IntArray, kind: IntArray) -> _Counts:
    """Peaks of each pathway, and pieces of them."""
    known = np.flatnonzero(area > 0)
    smallest = float(np.min(area[known])) if len(known) else 1.0
    level = np.zeros(len(area), dtype=np.int64)
    decades = np.log10(area[known]) - np.log10(smallest)
    level[known] = np.floor(np.round(decades * _CLASSES, _DIGITS))
    n_classes = int(level.max(initial=0)) + 1
    n_lines, n_kinds = pieces.possible.shape
    pathway = np.full((n_lines, n_kinds), -1, dtype=np.int64)
    pathway[line, kind] = np.arange(len(line))

    def by_class(peak: IntArray, of: IntArray, weight: FloatArray) -> FloatArray:
        """Sum of weights by pathway and class, shape (K, C)."""
        key = pathway[pieces.line[peak], of] * n_classes + level[peak]
        return sum_by(key, weight, len(line) * n_classes).reshape(-1, n_classes)

    per_line = sum_by(
        pieces.line[known] * n_classes + level[known], np.ones(len(known)), n_lines * n_classes
    )
    all_peaks = per_line.reshape(-1, n_classes)[line]
    pair, first = np.unique(pieces.peak * n_kinds + pieces.kind, return_inverse=True)
    surest = np.zeros(len(pair))
    np.maximum.at(surest, first, pieces.weight)
    seen = by_class(pair // n_kinds, pair % n_kinds, surest)
    hidden = np.setdiff1d(pieces.near_peak * n_kinds + pieces.near_kind, pair)
    hidden = hidden[area[hidden // n_kinds] > 0]
    hides = by_class(hidden // n_kinds, hidden % n_kinds, np.ones(len(hidden)))
    return _Counts(
        area=smallest * 10 ** ((np.arange(n_classes) + 0.5) / _CLASSES),
        unseen=np.maximum(all_peaks - seen - hides, 0.0),
        seen=seen,
        log_ratio=np.log10(pieces.area / area[pieces.peak]),
        weight=pieces.weight,
        pathway=pathway[pieces.line[pieces.peak], pieces.kind],
    )


def _scatter(counts: _Counts, priors: Priors) -> float:
    """Scatter of the yields of one pathway, decades, from pathways with several pieces."""
    usual = priors.fragment_yield_scatter
    support = counts.support
    total = sum_by(counts.pathway, counts.weight * counts.log_ratio, len(support))
    mean = total / np.maximum(support, 1e-9)
    several = support[counts.pathway] > 1.5
    own = support[counts.pathway[several]]
    squares = (counts.log_ratio - mean[counts.pathway])[several] ** 2 * own / (own - 1)
    weight = counts.weight[several]
    total_squares = float(weight @ np.minimum(squares, _FAR)) + usual.weight * usual.value**2
    return float(np.sqrt(total_squares / (float(weight.sum()) + usual.weight)))


def _log_prior(priors: Priors) -> FloatArray:
    """Log prior probability of each yield of the grid."""
    usual = priors.fragment_yield
    log_density = -(((_GRID - usual.value) / usual.spread) ** 2) / 2
    return np.asarray(log_density - np.log(np.exp(log_density).sum()))


def _reported(area: FloatArray, limit: float, priors: Priors) -> FloatArray:
    """Probability that a peak is reported, m / (1 + exp(-steepness log10(area / limit)))."""
    odds = priors.detection_steepness.value * np.log10(area / limit)
    return np.asarray(priors.detection_most.value / (1 + np.exp(-odds)))


def _likelihood(counts: _Counts, limit: float, scatter: float, priors: Priors) -> FloatArray:
    """Log likelihood of each yield of each pathway, against no such pathway, shape (K, grid)."""
    chance = _reported(counts.area[:, None] * 10**_GRID, limit, priors)
    result = counts.unseen @ np.log1p(-chance) + counts.seen @ np.log(chance)
    away = (counts.log_ratio[:, None] - _GRID) / scatter
    sure = np.clip(counts.weight, 1 - _SUREST, _SUREST)
    constant = np.log(sure / (1 - sure)) - np.log(scatter * np.sqrt(2 * np.pi))
    pieces = counts.weight[:, None] * (constant[:, None] - away**2 / 2)
    np.add.at(result, counts.pathway, pieces)
    return np.asarray(result)


def _rate(log_odds: FloatArray, assumed: Assumptions) -> float:
    """Share of the possible pathways that exist."""
    rate, weight = assumed.pathway, assumed.pathway_weight
    bounded = np.clip(log_odds, -_MOST, _MOST)
    for _ in range(_SWEEPS):
        exists = 1 / (1 + np.exp(-bounded) * (1 - rate) / rate)
        rate = (float(exists.sum()) + weight * assumed.pathway) / (len(exists) + weight)
    return rate


def _shares(
    line: IntArray, log_odds: FloatArray, rate: float, n_lines: int, assumed: Assumptions
) -> FloatArray:
    """Probability of each share of pathways that a line has, shape (L, len(_SHARES)).

    The prior is a beta distribution with the mean `rate`, worth `pathway_alike` pathways.
    """
    a, b = rate * assumed.pathway_alike, (1 - rate) * assumed.pathway_alike
    log_share, log_rest = np.log(_SHARES), np.log1p(-_SHARES)
    log_density = np.tile((a - 1) * log_share + (b - 1) * log_rest, (n_lines, 1))
    bounded = np.clip(log_odds, -_MOST, _MOST)
    np.add.at(log_density, line, np.logaddexp(log_share + bounded[:, None], log_rest))
    density = np.exp(log_density - log_density.max(axis=1)[:, None])
    return np.asarray(density / density.sum(axis=1)[:, None])
