"""The state of the model: what it is about, what it has learned and what it believes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.inference.candidates import NO_CANDIDATES, Candidates, candidates, first_of_group
from ganglioside.inference.coeluting_pairs import Pairs, describe
from ganglioside.inference.detection import usual_reporting
from ganglioside.inference.expected_areas import Placed, learn_areas, unknown_areas
from ganglioside.inference.mass_accuracy import mass_accuracy
from ganglioside.inference.rates import AreaSpread, FragmentCounts, Rates
from ganglioside.inference.shares import NO_GHOSTS, Shares
from ganglioside.ion_source.artefacts import artefacts
from ganglioside.ion_source.coelution import Coelution
from ganglioside.ion_source.isobars import Posing, possible_posing
from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import Ceramides, Curve, Fit
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.retention.isomer_lines import Lines
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by
from ganglioside.support.priors import Priors

LEAST_PRESENCE: Final = 0.02
MOST_PRESENCE: Final = 0.97


@dataclass(frozen=True, eq=False)
class Inference:
    """The state of the model: what `infer` returns once it is stable.

    Attributes
    ----------
    priors : Priors
    observed : Observations
    coelution : Pairs
        Pairs of rows that may be parent and child.
    posing : Posing
        Names that artefacts of other species would pass for.
    fit : Fit
        The curve, and what it predicts for each line and ceramide of the table.
    line_group : numpy.ndarray of int, shape (L,)
    main : numpy.ndarray of bool, shape (L,)
        Main line of its group, against further isomers.
    candidates : Candidates
    weight : numpy.ndarray, shape (a,)
        Precision with which each candidate entered the curve, 1 / min^2.
    rates : Rates
    shares : Shares
    """

    priors: Priors
    observed: Observations
    coelution: Pairs
    posing: Posing
    fit: Fit
    line_group: IntArray
    main: BoolArray
    candidates: Candidates
    weight: FloatArray
    rates: Rates
    shares: Shares

    @property
    def curve(self) -> Curve:
        """The retention curve of all lines."""
        return self.fit.curve

    @cached_property
    def support(self) -> FloatArray:
        """Features that stand on each line, shape (L,)."""
        return self._on_lines(self.shares.own)

    @cached_property
    def anchor_support(self) -> FloatArray:
        """Anchors that stand on each line, shape (L,)."""
        return self._on_lines(self.shares.own * self.observed.anchor[self.candidates.row])

    def _on_lines(self, weight: FloatArray) -> FloatArray:
        return sum_by(self.candidates.line, weight, len(self.line_group))

    def log_ratio(self, parent: int, child: int) -> float:
        """Return log10 of child over parent area, NaN where one is missing."""
        return float(self.observed.log_volume[child] - self.observed.log_volume[parent])

    @property
    def usual_scatter(self) -> float:
        """Scatter about a line that is usual for such a gradient, min."""
        return self.priors.line_scatter.value * self.curve.slope

    @cached_property
    def scatter(self) -> FloatArray:
        """Scatter that is expected of each candidate about its line, min, shape (a,)."""
        return self.rates.sigma[self.candidates.kind]

    @cached_property
    def fitted(self) -> FloatArray:
        """RT of each candidate's line at its ceramide, min, shape (a,)."""
        return self.fit.predicted.take(self.candidates.spot)

    @cached_property
    def placed(self) -> Placed:
        """The areas of all candidates, weighed by their shares."""
        c = self.candidates
        return Placed(c.sample, c.line, c.ceramide, c.log_area, self.shares.own)

    @cached_property
    def presence(self) -> FloatArray:
        """Chance that each candidate's species is seen on its line, shape (a,)."""
        c = self.candidates
        usual = self.rates.presence[c.line] * self.rates.reported.take(c.spot)
        return np.minimum(np.maximum(usual, LEAST_PRESENCE), MOST_PRESENCE)


def reduced_rt(observed: Observations, curve: Curve) -> FloatArray:
    """Return RT less the effect of the ceramide, min, shape (n,)."""
    return curve.reduce(observed.rt, Ceramides.seen(observed.ceramides), observed.ceramide)


def begin(
    observed: Observations, coelution: Coelution, curve: Curve, lines: Lines, priors: Priors
) -> Inference:
    """Return the state before anything is learned."""
    n, n_ceramides = len(observed), len(observed.ceramides)
    area = area_spread(observed, np.ones(n), priors)
    empty = np.zeros(0)
    rates = Rates(
        presence=empty,
        fragments=FragmentCounts.nothing(0, 0, len(coelution), n),
        extent_within=priors.fragment_yield_scatter.value,
        artefact=np.array([a.rate for a in artefacts()]),
        chance=priors.chance_features.value,
        sigma=np.full(2, priors.first_line_scatter.value * curve.slope),
        pair_sigma=priors.first_coelution_width.value,
        anchor_genuine=0.3,
        anchor_other=0.03,
        areas=unknown_areas(observed.log_volume, observed.sample, 0, n_ceramides, priors),
        reporting=usual_reporting(observed.log_volume, priors),
        genuine_area=area,
        chance_area=area,
        mass=mass_accuracy(observed.mass_error, priors),
    )
    shares = Shares(
        own=empty,
        genuine=np.ones(n),
        line=np.zeros(n, np.int64),
        pair=np.zeros(len(coelution)),
        ghosts=NO_GHOSTS,
        chance=np.full(n, priors.chance_features.value),
        predicted=empty,
        scale=empty,
    )
    start = replace(curve, middle=float(np.median(lines.offset)))
    state = Inference(
        priors,
        observed,
        describe(observed, coelution, priors),
        possible_posing(observed),
        Fit(start, Ceramides.seen(observed.ceramides), empty),
        lines.group,
        lines.group >= 0,
        NO_CANDIDATES,
        empty,
        rates,
        shares,
    )
    return with_lines(state, lines)


def with_lines(state: Inference, lines: Lines) -> Inference:
    """Return the state with other lines, about which nothing is learned yet."""
    shape = len(lines.group), len(state.observed.groups)
    main = first_of_group(lines.group, np.zeros(shape[0]))
    line_variance = (state.priors.first_line_place.spread * state.curve.slope) ** 2
    variance = np.full(SHARED + 2 * shape[0] + len(state.curve.ceramides), 1e-6)
    variance[SHARED : SHARED + shape[0]] = line_variance
    curve = replace(
        state.curve, lines=lines.offset, tilt=np.zeros(shape[0]), covariance=np.diag(variance)
    )
    standing = candidates(state.observed, lines.group)
    state = replace(
        state,
        line_group=lines.group,
        main=main,
        candidates=standing,
        fit=Fit(
            curve, state.fit.ceramides, np.full((shape[0], len(curve.ceramides)), line_variance)
        ),
        weight=np.zeros(len(standing.row)),
        rates=replace(
            state.rates,
            presence=np.where(main, 0.7, 0.3),
            areas=state.rates.areas.on_lines(shape[0]),
            fragments=FragmentCounts.nothing(*shape, len(state.coelution), len(state.observed)),
        ),
    )
    away = (standing.rt - state.fitted) / curve.slope
    scatter = state.priors.first_line_scatter.value
    state = with_own(state, np.exp(-0.5 * (away / scatter) ** 2))
    areas = learn_areas(state.rates.areas, state.placed)
    return replace(state, rates=replace(state.rates, areas=areas))


def with_own(state: Inference, own: FloatArray) -> Inference:
    """Return the state with other shares of the candidates, 1 by row at most."""
    genuine = state.candidates.largest(own)
    line = state.candidates.likeliest_line(own)
    return replace(state, shares=replace(state.shares, own=own, genuine=genuine, line=line))


def keep_lines(state: Inference, stays: BoolArray, main: BoolArray) -> Inference:
    """Return the state with some of its lines, in their order."""
    rates, curve, c = state.rates, state.curve, state.candidates
    parameters = np.concatenate(
        [np.full(SHARED, True), stays, stays, np.full(len(curve.ceramides), True)]
    )
    curve = replace(
        curve,
        lines=curve.lines[stays],
        tilt=curve.tilt[stays],
        covariance=curve.covariance[np.ix_(parameters, parameters)],
    )
    standing = candidates(state.observed, state.line_group[stays])
    state = replace(
        state,
        line_group=state.line_group[stays],
        main=main[stays],
        candidates=standing,
        fit=Fit.of(curve, state.fit.ceramides),
        weight=state.weight[stays[c.line]],
        rates=replace(
            rates,
            presence=rates.presence[stays],
            areas=rates.areas.kept(stays, stays[c.line]),
            fragments=rates.fragments.kept(stays),
        ),
    )
    return with_own(state, state.shares.own[stays[c.line]])


def flat_place(
    sample: IntArray, ceramide: IntArray, last: IntArray, shape: tuple[int, int, int]
) -> IntArray:
    """Return places in a flattened array by sample, ceramide and line (or group)."""
    return (sample * shape[1] + ceramide) * shape[2] + last


def area_spread(observed: Observations, weight: FloatArray, priors: Priors) -> AreaSpread:
    """Return mean and spread of log10 areas, leaning on all rows where few count."""
    mean_all, sd_all = observed.usual_area
    x = np.where(np.isfinite(observed.log_volume), observed.log_volume, mean_all)
    w = np.where(np.isfinite(observed.log_volume), weight, 0.0)
    usual = priors.area_overall
    total = float(w.sum()) + usual.weight
    mean = (float(w @ x) + usual.weight * mean_all) / total
    squares = float(w @ (x - mean) ** 2) + usual.weight * max(sd_all, usual.value) ** 2
    return AreaSpread(mean, float(np.sqrt(squares / total)))
