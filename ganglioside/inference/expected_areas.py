"""Expected area of a genuine feature, from its sample, its line and its ceramide.

log10(area) = sample + line + ceramide: a tissue makes each head group on much the same ceramides.
Residuals of genuine features scatter by about 0.3 (a factor of two), all areas by 0.8. A fragment
or a wrong name need not follow, so the area distinguishes them.
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
    """log10 areas of genuine features, as learned from the table.

    Attributes
    ----------
    sample : numpy.ndarray, shape (S,)
        Mean log10 area of each sample.
    line, ceramide : numpy.ndarray, shape (L,) and (K,)
        Effect of each line and ceramide, added to the sample's.
    line_weight, ceramide_weight : numpy.ndarray, shape (L,) and (K,)
        Number of features from which each effect was learned.
    weight : numpy.ndarray, shape (a,)
        Weight with which each candidate was counted.
    within : float
        Scatter of single features.
    between : float
        Prior spread between lines and between ceramides.
    usual_within, within_weight : float
        Prior scatter of single features, and the number of features that it is worth.
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
        """(within / between)^2: number of features that the prior of one effect is worth."""
        return (self.within / self.between) ** 2

    def expected(
        self, sample: IntArray, line: IntArray, ceramide: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Expected log10 area of further features, and its standard deviation, each shape (k,).

        sd = within sqrt(1 + 1 / (n_line + shrinkage) + 1 / (n_ceramide + shrinkage)), with n the
        features from which an effect was learned.
        """
        line_variance = 1 / (self.line_weight + self.shrinkage)
        ceramide_variance = 1 / (self.ceramide_weight + self.shrinkage)
        mean = self.sample.take(sample) + self.line.take(line) + self.ceramide.take(ceramide)
        variance = 1 + line_variance.take(line) + ceramide_variance.take(ceramide)
        return mean, self.within * np.sqrt(variance)

    def anywhere(self, sample: IntArray, ceramide: IntArray) -> tuple[FloatArray, FloatArray]:
        """Expected log10 area and its standard deviation where the line is not known, (k,)."""
        of_lines = np.hypot(self.between, float(np.std(self.line)))
        spread = np.hypot(self.within, of_lines)
        mean = self.sample[sample] + self.ceramide[ceramide]
        return mean, np.full(len(sample), spread)

    def on_lines(self, n: int) -> Areas:
        """The same areas with n lines, of which nothing has been learned."""
        return replace(self, line=np.zeros(n), line_weight=np.zeros(n))

    def with_ceramides(self, n: int) -> Areas:
        """The same areas for n ceramides: of the further ones nothing has been learned."""
        none = np.zeros(n - len(self.ceramide))
        return replace(
            self,
            ceramide=np.concatenate([self.ceramide, none]),
            ceramide_weight=np.concatenate([self.ceramide_weight, none]),
        )

    def kept(self, stays: BoolArray, candidates: BoolArray) -> Areas:
        """The same areas for some of the lines, shape (L,), and of the candidates, shape (a,)."""
        return replace(
            self,
            line=self.line[stays],
            line_weight=self.line_weight[stays],
            weight=self.weight[candidates],
        )


def unknown_areas(
    log_area: FloatArray, sample: IntArray, n_lines: int, n_ceramides: int, priors: Priors
) -> Areas:
    """Prior: mean log10 area of each sample, no effect of line or ceramide."""
    known = np.isfinite(log_area)
    level = float(log_area[known].mean()) if known.any() else 0.0
    n_samples = int(sample.max()) + 1
    total = sum_by(sample[known], log_area[known] - level, n_samples)
    count = sum_by(sample[known], np.ones(int(known.sum())), n_samples)
    return Areas(
        sample=level + total / (count + 1),
        line=np.zeros(n_lines),
        ceramide=np.zeros(n_ceramides),
        line_weight=np.zeros(n_lines),
        ceramide_weight=np.zeros(n_ceramides),
        weight=np.zeros(0),
        within=priors.area_scatter.value,
        between=priors.area_between.spread,
        usual_within=priors.area_scatter.value,
        within_weight=priors.area_scatter.weight,
    )


@dataclass(frozen=True, eq=False)
class CandidateAreas:
    """Candidates (rows on lines) with log10 area and weight, each array of shape (a,)."""

    sample: IntArray
    line: IntArray
    ceramide: IntArray
    log_area: FloatArray
    weight: FloatArray

    def kept(self, some: BoolArray) -> CandidateAreas:
        """Those candidates for which `some`, shape (a,), is True."""
        return CandidateAreas(
            self.sample[some],
            self.line[some],
            self.ceramide[some],
            self.log_area[some],
            self.weight[some],
        )

    def residual(self, areas: Areas) -> FloatArray:
        """Measured less expected log10 area, shape (a,)."""
        mean = areas.sample[self.sample] + areas.line[self.line] + areas.ceramide[self.ceramide]
        return np.asarray(self.log_area - mean)


def learn_areas(areas: Areas, candidates: CandidateAreas) -> Areas:
    """Areas after a few sweeps over samples, lines and ceramides.

    Each effect in turn takes up the weighted mean of its features' residuals r (bounded, so that
    none pulls too far); those of lines and ceramides are shrunk towards 0:

        sample += sum(w r) / (sum(w) + 1)
        effect += (sum(w r) - shrinkage * effect) / (sum(w) + shrinkage)
    """
    known = np.isfinite(candidates.log_area)
    counted = np.where(known, candidates.weight, 0.0)
    if not known.all():
        candidates = candidates.kept(known)
    shrinkage = areas.shrinkage
    weight = candidates.weight
    sample, line, ceramide = areas.sample, areas.line, areas.ceramide
    sample_weight = sum_by(candidates.sample, weight, len(sample))
    line_weight = sum_by(candidates.line, weight, len(line))
    ceramide_weight = sum_by(candidates.ceramide, weight, len(ceramide))
    residual = candidates.residual(areas)

    def pull(key: IntArray, n: int) -> FloatArray:
        """Sum of weighted, bounded residuals by key, shape (n,)."""
        bounded = np.minimum(np.maximum(residual, -_LARGEST_RESIDUAL), _LARGEST_RESIDUAL)
        return sum_by(key, weight * bounded, n)

    for _ in range(_SWEEPS):
        step = pull(candidates.sample, len(sample)) / (sample_weight + 1)
        sample = sample + step
        residual = residual - step.take(candidates.sample)

        total = pull(candidates.line, len(line)) - shrinkage * line
        step = total / (line_weight + shrinkage)
        line = line + step
        residual = residual - step.take(candidates.line)

        total = pull(candidates.ceramide, len(ceramide)) - shrinkage * ceramide
        step = total / (ceramide_weight + shrinkage)
        ceramide = ceramide + step
        residual = residual - step.take(candidates.ceramide)
    learned = replace(
        areas,
        sample=sample,
        line=line,
        ceramide=ceramide,
        line_weight=line_weight,
        ceramide_weight=ceramide_weight,
        weight=counted,
    )
    return replace(learned, within=_within(learned, candidates, residual))


def _within(areas: Areas, candidates: CandidateAreas, residual: FloatArray) -> float:
    """Scatter of single features about the expectation from the other features, log10."""
    leverage = np.minimum(candidates.weight * _variance(areas, candidates), _LARGEST_LEVERAGE)
    left_out_squares = (residual / (1 - leverage)) ** 2
    squares = candidates.weight @ np.minimum(left_out_squares, _LARGEST_RESIDUAL**2)
    count = candidates.weight.sum()
    prior = areas.within_weight * areas.usual_within**2
    return float(np.sqrt((squares + prior) / (count + areas.within_weight)))


def left_out(areas: Areas, candidates: CandidateAreas) -> tuple[FloatArray, FloatArray]:
    """Expected log10 area from the other features, and its standard deviation, each (a,).

    With r the residual of a candidate and h = weight * variance its leverage, the expectation
    without it is log_area - r / (1 - h).
    """
    variance = _variance(areas, candidates)
    rest = 1 - np.minimum(areas.weight * variance, _LARGEST_LEVERAGE)
    mean = candidates.log_area - candidates.residual(areas) / rest
    return mean, areas.within * np.sqrt(1 + variance / rest)


def _variance(areas: Areas, candidates: CandidateAreas) -> FloatArray:
    """Variance of each expected log10 area, in units of `within` squared, shape (a,)."""
    line_variance = 1 / (areas.line_weight + areas.shrinkage)
    ceramide_variance = 1 / (areas.ceramide_weight + areas.shrinkage)
    return np.asarray(line_variance[candidates.line] + ceramide_variance[candidates.ceramide])
