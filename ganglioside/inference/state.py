"""State of the model: the rows, the curve and rates learned so far, and the present shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.inference.candidates import NO_CANDIDATES, Candidates, candidates, first_of_group
from ganglioside.inference.coeluting_pairs import DescribedCoelution, describe_coelution
from ganglioside.inference.detection import usual_detection
from ganglioside.inference.expected_areas import (
    CandidateAreas,
    learn_areas,
    left_out,
    unknown_areas,
)
from ganglioside.inference.mass_accuracy import mass_accuracy
from ganglioside.inference.rates import AreaSpread, ArtefactCounts, FragmentCounts, Rates
from ganglioside.inference.shares import NO_MISSING_PARENTS, Shares
from ganglioside.ion_source.artefacts import processes
from ganglioside.ion_source.coelution import USUAL_TOLERANCE, Coelution
from ganglioside.ion_source.isobars import Posing, possible_posing
from ganglioside.ion_source.rival_names import Rivals, rival_names
from ganglioside.lipids.artefacts import artefacts
from ganglioside.observations.observations import Observations
from ganglioside.retention.chain_effects import chain_shift, chain_variance
from ganglioside.retention.curve import Ceramides, Curve, TabulatedCurve
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.retention.isomer_lines import LineOffsets
from ganglioside.retention.reach import Reach, usual_bend
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by
from ganglioside.support.densities import STANDARD_DEVIATION, of_area, pair_tail
from ganglioside.support.priors import Priors

LEAST_PRESENCE: Final = 0.02
MOST_PRESENCE: Final = 0.97

#: First guesses, before anything is learned: share of anchors among genuine and other features,
#: and of the species of a group that have a row on its main line and on a further line.
_FIRST_ANCHOR_GENUINE: Final = 0.3
_FIRST_ANCHOR_OTHER: Final = 0.03
_FIRST_PRESENCE_MAIN: Final = 0.7
_FIRST_PRESENCE_FURTHER: Final = 0.3

_LARGEST_LEVERAGE: Final = 0.9999
_ON_ITS_LINE: Final = 0.5  # share from which a row counts as on its line
_SURE: Final = 1e-6  # variance of parameters about which new lines change nothing


@dataclass(frozen=True, eq=False)
class Inference:
    """The state of the model: what `infer` returns once it is stable.

    Attributes
    ----------
    priors : Priors
    observed : Observations
    coelution : DescribedCoelution
        Pairs of rows that may be parent and child.
    pair_tolerance : float
        Their largest RT difference under the usual setting, min.
    posing : Posing
        Names whose mass artefacts of other species have.
    rivals : Rivals
        Rows that name one peak differently.
    tabulated : TabulatedCurve
        The curve, and its prediction for each line and ceramide of the table.
    line_group : numpy.ndarray of int, shape (L,)
        Group of each line.
    main : numpy.ndarray of bool, shape (L,)
        Whether a line is the main one of its group rather than a further isomer.
    candidates : Candidates
    weight : numpy.ndarray, shape (a,)
        Precision with which each candidate entered the curve, 1 / min^2.
    rates : Rates
    shares : Shares
    """

    priors: Priors
    observed: Observations
    coelution: DescribedCoelution
    pair_tolerance: float
    posing: Posing
    rivals: Rivals
    tabulated: TabulatedCurve
    line_group: IntArray
    main: BoolArray
    candidates: Candidates
    weight: FloatArray
    rates: Rates
    shares: Shares

    @property
    def curve(self) -> Curve:
        """The retention curve of all lines."""
        return self.tabulated.curve

    @cached_property
    def support(self) -> FloatArray:
        """Number of features on each line, shape (L,)."""
        return self._on_lines(self.shares.own)

    @cached_property
    def ceramide_support(self) -> FloatArray:
        """Number of features with each ceramide, shape (K,)."""
        return sum_by(self.candidates.ceramide, self.shares.own, len(self.observed.ceramides))

    @cached_property
    def anchor_support(self) -> FloatArray:
        """Number of anchors on each line, shape (L,)."""
        return self._on_lines(self.shares.own * self.observed.anchor[self.candidates.row])

    def _on_lines(self, weight: FloatArray) -> FloatArray:
        """Sum of a weight of the candidates by line, shape (L,)."""
        return sum_by(self.candidates.line, weight, len(self.line_group))

    def log_ratio(self, parent: int, child: int) -> float:
        """log10 of child over parent area of two rows, NaN where an area is missing."""
        return float(self.observed.log_volume[child] - self.observed.log_volume[parent])

    @property
    def usual_scatter(self) -> float:
        """Scatter about a line that is usual for a gradient of this slope, min."""
        scatter = self.priors.line_scatter.value * self.curve.slope
        return float(np.hypot(scatter, self.observed.rounding))

    @cached_property
    def pair_tail(self) -> float:
        """Degrees of freedom of the RT difference of pairs."""
        return pair_tail(self.rates.pair_sigma / self.priors.coelution_width.value)

    @cached_property
    def scatter(self) -> FloatArray:
        """Expected scatter of each candidate about its line, straightened min, shape (a,)."""
        return self.scatter_about(self.rates.sigma)

    def scatter_about(self, sigma: FloatArray) -> FloatArray:
        """Scatter of the candidates for a `sigma` of each ceramide class, straightened min, (a,).

        Ceramides that names give with unlike chains scatter more: chain isomers differ in RT, and
        most where a double bond is in another chain, or the base longer or shorter, than usual.
        So do isomers of one name that labels tell apart.
        """
        scatter = sigma[self.candidates.ceramide_class] * self.candidates.speed
        observed, slope, row = self.observed, self.curve.slope, self.candidates.row
        if not (observed.chains.any() or observed.isomer_label.any()):
            return scatter
        of_isomers = slope * np.maximum(
            self.priors.chain_scatter.value * observed.has_chain_isomers,
            self.priors.labelled_isomer_scatter.value * (observed.isomer_label > 0),
        )
        of_chains = chain_variance(
            self.curve,
            observed.moved_bonds,
            observed.moved_hydroxyl,
            observed.unusual_base,
            self.priors,
        )
        return np.asarray(np.sqrt(scatter**2 + of_isomers[row] ** 2 + of_chains[row]))

    @cached_property
    def fitted(self) -> FloatArray:
        """RT of each candidate's line at its ceramide, min, shape (a,)."""
        on_line = self.tabulated.predicted.take(self.candidates.line_ceramide)
        bonds, hydroxyl = self.observed.moved_bonds, self.observed.moved_hydroxyl
        if not (bonds.any() or hydroxyl.any()):
            return on_line
        shift = chain_shift(self.curve, bonds, hydroxyl, self.priors)
        return np.asarray(on_line + shift[self.candidates.row])

    @cached_property
    def without_itself(self) -> tuple[FloatArray, FloatArray]:
        """Distance of each candidate to its line as all others place it, and the variance of that.

        Straightened min and min^2, each shape (a,). With the precision w at which a candidate
        entered the curve and the variance v of the fitted RT, its leverage is h = w v, and

            distance = (rt - fitted) / (1 - h)
            variance = v / (1 - h)
        """
        variance = self.tabulated.variance.take(self.candidates.line_ceramide)
        rest = 1 - np.minimum(self.weight * variance, _LARGEST_LEVERAGE)
        return (self.candidates.rt - self.fitted) / rest, variance / rest

    @cached_property
    def pair_kinds(self) -> IntArray:
        """Kind of each pair, line of the parent * G + group of the child, shape (m,)."""
        pairs = self.coelution
        return self.shares.line[pairs.parent] * len(self.observed.groups) + pairs.child_group

    @cached_property
    def genuine_area_density(self) -> FloatArray:
        """Density of the area of each row among those of genuine features, shape (n,)."""
        area = self.rates.genuine_area
        return self.of_area(self.observed.log_volume, area.mean, area.sd)

    @cached_property
    def chance_area_density(self) -> FloatArray:
        """Density of the area of each row among those of features by chance, shape (n,)."""
        area = self.rates.chance_area
        return self.of_area(self.observed.log_volume, area.mean, area.sd)

    def of_area(
        self, log_area: FloatArray, mean: FloatArray | float, sd: FloatArray | float
    ) -> FloatArray:
        """Density of log10 areas or ratios of areas, in their shape; 1 where one is missing."""
        return of_area(log_area, mean, sd, self.priors.odd_area.value)

    @cached_property
    def mass_by_chance(self) -> FloatArray:
        """Density of the m/z of each row if its name has nothing to do with it, shape (n,)."""
        return self.rates.mass.by_chance(self.observed.mass_error)

    @cached_property
    def right_mass(self) -> FloatArray:
        """Density of the m/z of each row if it is what its name says, shape (n,)."""
        return self.rates.mass.right(self.observed.mass_error) * self.ion_evidence

    def mass_of(self, row: IntArray, shift: FloatArray) -> FloatArray:
        """Density of the m/z of some rows if they lie `shift`, ppm, off their names, shape (m,)."""
        error = self.observed.mass_error[row]
        return self.rates.mass.right(error, shift) * self.ion_evidence[row]

    @cached_property
    def ion_evidence(self) -> FloatArray:
        """Evidence for the name of each row in the ion that the table states, shape (n,).

        1 where the m/z is that of this ion, less where it is that of another ion of the name.
        """
        misstated = self.observed.ion_misstated
        return np.where(misstated, self.priors.misstated_ion.value, 1.0)

    @cached_property
    def teaching(self) -> FloatArray:
        """Share of each candidate that teaches curve, lines and scatter, shape (a,).

        A row whose m/z is that of another ion than the table says is judged, and teaches nothing:
        names that a library gave by mass alone stand there, and there may be many of them.
        """
        misstated = self.observed.ion_misstated
        if not misstated.any():
            return self.shares.own
        return np.where(misstated[self.candidates.row], 0.0, self.shares.own)

    @cached_property
    def on_its_line(self) -> BoolArray:
        """Whether each candidate is more likely than not the row of its species, shape (a,)."""
        return np.asarray(self.shares.own > _ON_ITS_LINE)

    @cached_property
    def reach(self) -> Reach:
        """Straightened time between which rows on their lines have shown the gradient."""
        return Reach.of(self.candidates.rt[self.on_its_line])

    def bend_variance(self, straight: FloatArray) -> FloatArray:
        """Variance of straightened times because the gradient may bend out of reach, min^2."""
        return self.reach.variance(straight, usual_bend(self.curve.slope, self.priors))

    @cached_property
    def predicted_rt(self) -> FloatArray:
        """RT that the other features predict for each candidate, min, shape (a,)."""
        return self.observed.gradient.to_rt(self.shares.predicted)

    @cached_property
    def predicted_sd(self) -> FloatArray:
        """Standard deviation of a feature about its predicted RT, min, shape (a,)."""
        speed = self.observed.gradient.speed(self.predicted_rt)
        return STANDARD_DEVIATION * self.shares.scale / speed

    @cached_property
    def candidate_areas(self) -> CandidateAreas:
        """Areas of all candidates, weighed by their shares."""
        c = self.candidates
        return CandidateAreas(c.sample, c.line, c.ceramide, c.log_area, self.shares.own)

    @property
    def expected_areas(self) -> tuple[FloatArray, FloatArray]:
        """log10 area of each candidate as the others let expect it, and its sd, each shape (a,)."""
        return left_out(self.rates.areas, self.candidate_areas)

    @cached_property
    def presence(self) -> FloatArray:
        """Probability that each candidate's species has a row on its line, shape (a,)."""
        c = self.candidates
        usual = self.rates.presence[c.line] * self.rates.detected.take(c.line_ceramide)
        return np.minimum(np.maximum(usual, LEAST_PRESENCE), MOST_PRESENCE)


def reduced_rt(observed: Observations, curve: Curve, priors: Priors) -> FloatArray:
    """RT less the effect of the ceramide, min, shape (n,)."""
    shift = chain_shift(curve, observed.moved_bonds, observed.moved_hydroxyl, priors)
    rt = observed.straight_rt - shift
    return curve.reduce(rt, Ceramides.seen(observed.ceramides), observed.ceramide)


def begin(
    observed: Observations, coelution: Coelution, curve: Curve, lines: LineOffsets, priors: Priors
) -> Inference:
    """State before anything is learned, with lines at these offsets."""
    no_values = np.zeros(0)
    middle = float(np.median(lines.offset))
    start = replace(curve, middle=middle)
    rates = _first_rates(observed, len(coelution), curve.slope, priors)
    state = Inference(
        priors=priors,
        observed=observed,
        coelution=describe_coelution(observed, coelution, priors),
        pair_tolerance=USUAL_TOLERANCE,
        posing=possible_posing(observed),
        rivals=rival_names(observed, rates.mass.accurate_sd),
        tabulated=TabulatedCurve(start, Ceramides.seen(observed.ceramides), no_values),
        line_group=lines.group,
        main=lines.group >= 0,
        candidates=NO_CANDIDATES,
        weight=no_values,
        rates=rates,
        shares=_first_shares(len(observed), len(coelution), priors),
    )
    return with_lines(state, lines)


def _first_rates(observed: Observations, n_pairs: int, slope: float, priors: Priors) -> Rates:
    """Rates before anything is learned, for no line; `slope` in min per carbon."""
    n = len(observed)
    log_area = observed.log_volume
    area = area_spread(observed, np.ones(n), priors)
    return Rates(
        presence=np.zeros(0),
        fragments=FragmentCounts.nothing(0, 0, n_pairs, n),
        yield_scatter=priors.fragment_yield_scatter.value,
        artefact=processes().rate[:-1],
        artefact_counts=ArtefactCounts.nothing(len(artefacts())),
        chance=priors.chance_features.value,
        sigma=np.full(2, priors.first_line_scatter.value * slope),
        pair_sigma=priors.first_coelution_width.value,
        measured_off=priors.measured_off.value,
        pathway_spread=priors.pathway_shift.spread,
        anchor_genuine=_FIRST_ANCHOR_GENUINE,
        anchor_other=_FIRST_ANCHOR_OTHER,
        areas=unknown_areas(log_area, observed.sample, 0, len(observed.ceramides), priors),
        detection=usual_detection(log_area, priors),
        genuine_area=area,
        chance_area=area,
        mass=mass_accuracy(observed.mass_error, priors),
    )


def _first_shares(n: int, n_pairs: int, priors: Priors) -> Shares:
    """Shares of n rows before anything is learned: every row is genuine, on no line yet."""
    no_values = np.zeros(0)
    return Shares(
        own=no_values,
        genuine=np.ones(n),
        line=np.zeros(n, np.int64),
        pair=np.zeros(n_pairs),
        missing_parents=NO_MISSING_PARENTS,
        unfound=np.zeros(n),
        unlisted=np.zeros(n),
        chance=np.full(n, priors.chance_features.value),
        predicted=no_values,
        scale=no_values,
    )


def with_lines(state: Inference, lines: LineOffsets, scatter: float | None = None) -> Inference:
    """State with other lines, about which nothing is learned yet.

    Parameters
    ----------
    state : Inference
    lines : LineOffsets
    scatter : float, optional
        Of their rows, min; that of first lines where omitted.
    """
    n_lines, n_groups = len(lines.group), len(state.observed.groups)
    main = first_of_group(lines.group, np.zeros(n_lines))
    paired = candidates(state.observed, lines.group)
    no_fragments = FragmentCounts.nothing(
        n_lines, n_groups, len(state.coelution), len(state.observed)
    )
    state = replace(
        state,
        line_group=lines.group,
        main=main,
        candidates=paired,
        tabulated=_on_new_lines(state, lines.offset),
        weight=np.zeros(len(paired.row)),
        rates=replace(
            state.rates,
            presence=np.where(main, _FIRST_PRESENCE_MAIN, _FIRST_PRESENCE_FURTHER),
            areas=state.rates.areas.on_lines(n_lines),
            fragments=no_fragments,
        ),
    )
    usual = state.priors.first_line_scatter.value * state.curve.slope
    away = (paired.rt - state.fitted) / (usual if scatter is None else scatter)
    state = with_own(state, np.exp(-0.5 * away**2))
    areas = learn_areas(state.rates.areas, state.candidate_areas)
    return replace(state, rates=replace(state.rates, areas=areas))


def _on_new_lines(state: Inference, offset: FloatArray) -> TabulatedCurve:
    """The curve with lines at these offsets, min, shape (L,), each uncertain by the same."""
    n_lines, n_ceramides = len(offset), len(state.curve.ceramides)
    line_variance = (state.priors.first_line_place.spread * state.curve.slope) ** 2
    variance = np.full(SHARED + 2 * n_lines + n_ceramides, _SURE)
    variance[SHARED : SHARED + n_lines] = line_variance
    curve = replace(state.curve, lines=offset, tilt=np.zeros(n_lines), covariance=np.diag(variance))
    return TabulatedCurve(
        curve, state.tabulated.ceramides, np.full((n_lines, n_ceramides), line_variance)
    )


def with_own(state: Inference, own: FloatArray) -> Inference:
    """State with other shares of the candidates, shape (a,), of which a row's largest counts."""
    genuine = state.candidates.largest(own)
    line = state.candidates.likeliest_line(own)
    return replace(state, shares=replace(state.shares, own=own, genuine=genuine, line=line))


def keep_lines(state: Inference, stays: BoolArray, main: BoolArray) -> Inference:
    """State with the lines for which `stays`, shape (L,), is True, in their order."""
    rates = state.rates
    candidate_stays = stays[state.candidates.line]
    curve = _curve_of(state.curve, stays)
    state = replace(
        state,
        line_group=state.line_group[stays],
        main=main[stays],
        candidates=candidates(state.observed, state.line_group[stays]),
        tabulated=TabulatedCurve.tabulate(curve, state.tabulated.ceramides),
        weight=state.weight[candidate_stays],
        rates=replace(
            rates,
            presence=rates.presence[stays],
            areas=rates.areas.kept(stays, candidate_stays),
            fragments=rates.fragments.kept(stays),
        ),
    )
    return with_own(state, state.shares.own[candidate_stays])


def _curve_of(curve: Curve, stays: BoolArray) -> Curve:
    """The curve with some of its lines."""
    shared = np.full(SHARED, True)
    deviations = np.full(len(curve.ceramides), True)
    parameters = np.concatenate([shared, stays, stays, deviations])  # lines, then tilts
    return replace(
        curve,
        lines=curve.lines[stays],
        tilt=curve.tilt[stays],
        covariance=curve.covariance[np.ix_(parameters, parameters)],
    )


def flat_index(
    sample: IntArray, ceramide: IntArray, last: IntArray, shape: tuple[int, int, int]
) -> IntArray:
    """Indices into a flattened array of this shape: by sample, ceramide, and line or group."""
    return (sample * shape[1] + ceramide) * shape[2] + last


def area_spread(observed: Observations, weight: FloatArray, priors: Priors) -> AreaSpread:
    """Weighted mean and spread of log10 areas; the prior is the mean of all rows.

    A missing area counts as that mean, with weight 0.
    """
    mean_all, sd_all = observed.usual_area
    known = np.isfinite(observed.log_volume)
    x = np.where(known, observed.log_volume, mean_all)
    w = np.where(known, weight, 0.0)
    usual = priors.area_overall
    total = float(w.sum()) + usual.weight
    mean = (float(w @ x) + usual.weight * mean_all) / total
    prior_variance = max(sd_all, usual.value) ** 2
    squares = float(w @ (x - mean) ** 2)
    squares += usual.weight * prior_variance
    return AreaSpread(mean, float(np.sqrt(squares / total)))
