"""How large a genuine feature should be: its series, its ceramide and its sample say so.

log10(area) = sample + line + ceramide: a tissue makes each head group on much the same ceramides.
Residuals of genuine features scatter by about 0.3 (a factor of two), all areas by 0.8. A piece of
a parent, or a wrong name, need not follow, so the area tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by
from ganglioside.support.priors import Priors

_LARGEST_LEVERAGE: Final = 0.95
_SWEEPS: Final = 2  # in a round: the shares by which features are weighed move more slowly
_LARGEST_RESIDUAL: Final = 1.0  # decades; beyond it a residual pulls no further


@dataclass(frozen=True, eq=False)
class Areas:
    """What the table teaches about log10 areas of genuine features.

    Attributes
    ----------
    sample : numpy.ndarray, shape (S,)
        Usual log10 area of each sample.
    line, ceramide : numpy.ndarray, shape (L,) and (K,)
        What each adds.
    line_weight, ceramide_weight : numpy.ndarray, shape (L,) and (K,)
        Features from which that is known.
    weight : numpy.ndarray, shape (a,)
        With which each candidate entered.
    within : float
        Scatter of single features.
    between : float
        Spread between lines and between ceramides, before the table is seen.
    usual_within, within_weight : float
        Scatter of single features before the table is seen, and the features that it is worth.
    """

    sample: FloatArray
    line: FloatArray
    ceramide: FloatArray
    line_weight: FloatArray
    ceramide_weight: FloatArray
    weight: FloatArray
    within: float
    between: float
    usual_within: float
    within_weight: float

    @property
    def shrinkage(self) -> float:
        """Features that the prior of one line or ceramide is worth."""
        return (self.within / self.between) ** 2

    def expected(
        self, sample: IntArray, line: IntArray, ceramide: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log10 area and its standard deviation."""
        by_ceramide = (1 / (self.ceramide_weight + self.shrinkage)).take(ceramide)
        by_line = (1 / (self.line_weight + self.shrinkage)).take(line)
        mean = self.sample.take(sample) + self.line.take(line) + self.ceramide.take(ceramide)
        return mean, self.within * np.sqrt(1 + by_line + by_ceramide)

    def anywhere(self, sample: IntArray, ceramide: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the same for features of a line that is not known."""
        spread = np.hypot(self.within, np.hypot(self.between, float(np.std(self.line))))
        mean = self.sample[sample] + self.ceramide[ceramide]
        return mean, np.full(len(sample), spread)

    def on_lines(self, n: int) -> Areas:
        """Return the same with n lines about which nothing is known."""
        return replace(self, line=np.zeros(n), line_weight=np.zeros(n))

    def kept(self, stays: BoolArray, candidates: BoolArray) -> Areas:
        """Return the same with some of the lines and of the candidates."""
        return replace(
            self,
            line=self.line[stays],
            line_weight=self.line_weight[stays],
            weight=self.weight[candidates],
        )


def unknown_areas(
    log_area: FloatArray, sample: IntArray, n_lines: int, n_ceramides: int, priors: Priors
) -> Areas:
    """Return what is known before any feature is explained: the level of each sample."""
    known = np.isfinite(log_area)
    level = float(log_area[known].mean()) if known.any() else 0.0
    total = sum_by(sample[known], log_area[known] - level, int(sample.max()) + 1)
    count = sum_by(sample[known], np.ones(int(known.sum())), len(total))
    return Areas(
        level + total / (count + 1),
        np.zeros(n_lines),
        np.zeros(n_ceramides),
        np.zeros(n_lines),
        np.zeros(n_ceramides),
        np.zeros(0),
        priors.area_scatter.value,
        priors.area_between.spread,
        priors.area_scatter.value,
        priors.area_scatter.weight,
    )


@dataclass(frozen=True, eq=False)
class Placed:
    """Features as they may stand on lines, each array of shape (a,)."""

    sample: IntArray
    line: IntArray
    ceramide: IntArray
    log_area: FloatArray
    weight: FloatArray

    def kept(self, some: BoolArray) -> Placed:
        """Return some of the features."""
        return Placed(
            self.sample[some],
            self.line[some],
            self.ceramide[some],
            self.log_area[some],
            self.weight[some],
        )

    def residual(self, areas: Areas) -> FloatArray:
        """Return measured less expected log10 area."""
        mean = areas.sample[self.sample] + areas.line[self.line] + areas.ceramide[self.ceramide]
        return np.asarray(self.log_area - mean)


def learn_areas(areas: Areas, placed: Placed) -> Areas:
    """Return the areas after a few sweeps over samples, lines and ceramides."""
    known = np.isfinite(placed.log_area)
    entered = np.where(known, placed.weight, 0.0)
    placed = placed if known.all() else placed.kept(known)
    lean, weight = areas.shrinkage, placed.weight
    sample, line, ceramide = areas.sample, areas.line, areas.ceramide
    by_sample = sum_by(placed.sample, weight, len(sample))
    by_line = sum_by(placed.line, weight, len(line))
    by_ceramide = sum_by(placed.ceramide, weight, len(ceramide))
    residual = placed.residual(areas)

    def pull(key: IntArray, n: int) -> FloatArray:
        """Return the sum of residuals by key; none may pull too far."""
        bounded = np.minimum(np.maximum(residual, -_LARGEST_RESIDUAL), _LARGEST_RESIDUAL)
        return sum_by(key, weight * bounded, n)

    for _ in range(_SWEEPS):
        step = pull(placed.sample, len(sample)) / (by_sample + 1)
        sample, residual = sample + step, residual - step.take(placed.sample)
        step = (pull(placed.line, len(line)) - lean * line) / (by_line + lean)
        line, residual = line + step, residual - step.take(placed.line)
        step = (pull(placed.ceramide, len(ceramide)) - lean * ceramide) / (by_ceramide + lean)
        ceramide, residual = ceramide + step, residual - step.take(placed.ceramide)
    learned = replace(
        areas,
        sample=sample,
        line=line,
        ceramide=ceramide,
        line_weight=by_line,
        ceramide_weight=by_ceramide,
        weight=entered,
    )
    return replace(learned, within=_within(learned, placed, residual))


def _within(areas: Areas, placed: Placed, residual: FloatArray) -> float:
    others = 1 - np.minimum(placed.weight * _unsure(areas, placed), _LARGEST_LEVERAGE)
    squares = placed.weight @ np.minimum((residual / others) ** 2, _LARGEST_RESIDUAL**2)
    count = placed.weight.sum()
    prior = areas.within_weight * areas.usual_within**2
    return float(np.sqrt((squares + prior) / (count + areas.within_weight)))


def left_out(areas: Areas, placed: Placed) -> tuple[FloatArray, FloatArray]:
    """Return what the other features expect of each: log10 area and its standard deviation."""
    unsure = _unsure(areas, placed)
    others = 1 - np.minimum(areas.weight * unsure, _LARGEST_LEVERAGE)
    mean = placed.log_area - placed.residual(areas) / others
    return mean, areas.within * np.sqrt(1 + unsure / others)


def _unsure(areas: Areas, placed: Placed) -> FloatArray:
    """Return the variance of each expectation in units of `within` squared, shape (a,)."""
    by_line = 1 / (areas.line_weight + areas.shrinkage)
    by_ceramide = 1 / (areas.ceramide_weight + areas.shrinkage)
    return np.asarray(by_line[placed.line] + by_ceramide[placed.ceramide])
