"""The one model that decides: every feature is explained in exactly one way.

Features of one name and sample arise from five processes, each with an intensity over RT: the
species itself on a line of its series (at most one feature a line), a piece of a co-eluting
parent, an artefact of a co-eluting species, a piece of a parent whose own row is missing, or
chance. A feature's posterior is its process' share of the intensity at its RT. Lines, widths and
rates are re-estimated from these shares until stable (expectation and maximisation). A feature
never judges itself: its prediction leaves out its own share in the curve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, lgamma, sqrt
from typing import Final

import numpy as np

from ganglioside.curve import Curve, LinePrior, Spots, ceramide_basis, ceramide_class, refit
from ganglioside.observations import BoolArray, FloatArray, IntArray, Observations
from ganglioside.progress import Progress
from ganglioside.rules.acetylation import acetyl_prior
from ganglioside.rules.artefacts import Posing, artefact_pairs, artefacts, possible_posing
from ganglioside.rules.fragments import USUAL_TOLERANCE, Coelution, fragment_pairs
from ganglioside.rules.isomers import Lines, Scale, find_lines, starting_lines
from ganglioside.rules.regression import NoCurve, starting_curve
from ganglioside.rules.sugars import expected_lines, line_spread, unit_effects

OWN_TAIL: Final = 6.0  # degrees of freedom of the scatter about a line
STANDARD_DEVIATION: Final = sqrt(OWN_TAIL / (OWN_TAIL - 2))  # of that scatter, over its scale
INTERVAL: Final = 2.447  # half-width of its 95 % interval, over its scale
PAIR_TAIL: Final = 2.0  # of co-elution: median 0.005 min but 95th percentile 0.032 (README)

_ROUNDS: Final = 18
_FIND_AT: Final = (4, 9)
_PRUNE_AT: Final = (12, 15)
_TINY: Final = 1e-12
_USUAL_SCATTER: Final = 0.04  # carbons; of a genuine feature about its line


@dataclass(frozen=True, eq=False)
class Candidates:
    """Every way in which a row may stand on a line of its own group.

    Attributes
    ----------
    row, line : numpy.ndarray of int, shape (a,)
        Each row with each line of its group.
    place : numpy.ndarray of int, shape (a,)
        Same sample, line and ceramide: one genuine feature at most.
    spot : numpy.ndarray of int, shape (a,)
        Place in `spots`.
    spots : Spots
        The distinct lines and ceramides.
    """

    row: IntArray
    line: IntArray
    place: IntArray
    spot: IntArray
    spots: Spots


@dataclass(frozen=True, eq=False)
class Rates:
    """What the table teaches about its own processes.

    Attributes
    ----------
    presence : numpy.ndarray, shape (L,)
        Chance that a named species of this line's group is seen on this line.
    parents : numpy.ndarray, shape (L, G)
        Genuine features on each line that are large enough for a fragment of group g to be seen.
    seen : numpy.ndarray, shape (L, G)
        Fragments of group g that genuine features of line l made.
    extent_weight, extent_sum : numpy.ndarray, shape (L, G)
        Of log10(fragment area / parent area): how many were measured, and their sum.
    extent_within : float
        Scatter of log10 extents of one kind of fragment between ceramides.
    artefact : numpy.ndarray, shape (A,)
        Artefacts seen per genuine feature.
    chance : float
        Features by chance per name.
    sigma : numpy.ndarray, shape (2,)
        Scatter about a line, min, for each `curve.ceramide_class`.
    pair_sigma : float
        Scale of the RT difference of parent and fragment, min.
    anchor_genuine, anchor_other : float
        Share of anchors among genuine and other features.
    """

    presence: FloatArray
    parents: FloatArray
    seen: FloatArray
    extent_weight: FloatArray
    extent_sum: FloatArray
    extent_within: float
    artefact: FloatArray
    chance: float
    sigma: FloatArray
    pair_sigma: float
    anchor_genuine: float
    anchor_other: float
    volume_genuine: tuple[float, float]
    volume_chance: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Ghosts:
    """Possible parents whose own row is missing, one entry per row and parent.

    Attributes
    ----------
    child : numpy.ndarray of int, shape (g,)
    line : numpy.ndarray of int, shape (g,)
        Line on which the parent would stand.
    ceramides : numpy.ndarray, shape (g, 3)
        Ceramide of the parent.
    process : numpy.ndarray of int, shape (g,)
        Place in `artefacts()`, -1 for in-source fragmentation.
    probability : numpy.ndarray, shape (g,)
    """

    child: IntArray
    line: IntArray
    ceramides: FloatArray
    process: IntArray
    probability: FloatArray

    def by_row(self, n: int, posed: bool) -> FloatArray:
        """Return the summed probability of artefacts, or of fragments, of each of n rows."""
        wanted = (self.process >= 0) == posed
        return np.bincount(self.child[wanted], self.probability[wanted], minlength=n)


@dataclass(frozen=True, eq=False)
class Shares:
    """Posterior probabilities.

    Attributes
    ----------
    own : numpy.ndarray, shape (a,)
        Of each candidate (row on line).
    genuine : numpy.ndarray, shape (n,)
        Their sum by row.
    pair : numpy.ndarray, shape (m,)
        Of each co-eluting pair.
    ghosts : Ghosts
    chance : numpy.ndarray, shape (n,)
    predicted, scale : numpy.ndarray, shape (a,)
        RT that the other features predict for the candidate, and the scale of its scatter, min.
    """

    own: FloatArray
    genuine: FloatArray
    pair: FloatArray
    ghosts: Ghosts
    chance: FloatArray
    predicted: FloatArray
    scale: FloatArray


@dataclass(frozen=True, eq=False)
class Inference:
    """The state of the model: what `infer` returns once it is stable."""

    observed: Observations
    coelution: Coelution
    posing: Posing
    curve: Curve
    line_group: IntArray
    main: BoolArray
    candidates: Candidates
    rates: Rates
    shares: Shares

    @property
    def support(self) -> FloatArray:
        """Features that stand on each line, shape (L,)."""
        c = self.candidates
        return np.bincount(c.line, self.shares.own, minlength=len(self.line_group))

    @property
    def anchor_support(self) -> FloatArray:
        """Anchors that stand on each line, shape (L,)."""
        c = self.candidates
        weight = self.shares.own * self.observed.anchor[c.row]
        return np.bincount(c.line, weight, minlength=len(self.line_group))


def infer(observed: Observations, report: Progress | None = None) -> Inference | NoCurve:
    """Explain every row of `observed` jointly, or say why no retention curve can be had.

    Parameters
    ----------
    observed : Observations
    report : Progress, optional
        Told of each rule that was applied; may stop the work.
    """
    report = report or Progress()
    start = starting_curve(observed)
    if isinstance(start, NoCurve):
        report.log("rule1", start.reason)
        return start
    report.done("rule1", f"A first curve: {start.slope:.3f} min per carbon")
    coelution = _pairs(observed, USUAL_TOLERANCE)
    report.done("rule2", f"{len(observed.groups)} head groups, {len(coelution):,} pairs co-elute")
    lines = starting_lines(observed, _reduced(observed, start), coelution, start.slope)
    report.done("rule3", f"{len(lines.group)} lines in {len(observed.groups)} series")
    state = _begin(observed, coelution, start, lines)
    for round_ in range(_ROUNDS):
        if round_ in _FIND_AT:
            state = _find_lines(state)
        if round_ in _PRUNE_AT:
            state = _prune(state)
        state = _round(state, _width(round_, start.slope))
        if round_ == _FIND_AT[-1]:
            report.done("rule4", f"{len(state.line_group)} lines, acetylated ones with their base")
    state = replace(state, shares=_expect(state))
    pieces = state.shares.pair.sum() + state.shares.ghosts.probability.sum()
    report.done("rule5", f"{pieces:.0f} features come from others in the ion source")
    return state


def reweigh(state: Inference, tolerance: float, leniency: float) -> Inference:
    """Return the shares under other thresholds; lines, widths and rates stay as they are.

    Parameters
    ----------
    state : Inference
        What `infer` returned.
    tolerance : float
        Largest RT difference of a parent and its fragment or artefact, min.
    leniency : float
        Distances from the own line count this many times less.
    """
    if tolerance != USUAL_TOLERANCE:
        state = _with_pairs(state, _pairs(state.observed, tolerance))
    if tolerance == USUAL_TOLERANCE and leniency == 1:
        return state
    for _ in range(3):  # a parent's share depends on its children's and the reverse
        state = replace(state, shares=_expect(state, leniency))
    return state


def _pairs(observed: Observations, tolerance: float) -> Coelution:
    return _join(fragment_pairs(observed, tolerance), artefact_pairs(observed, tolerance))


def _with_pairs(state: Inference, pairs: Coelution) -> Inference:
    """Return the state with other pairs; what is known of a pair stays with it."""
    n = len(state.observed)

    def key(c: Coelution) -> IntArray:
        return ((c.process + 1) * n + c.parent) * n + c.child

    old, new = key(state.coelution), key(pairs)
    order = np.argsort(old)
    place = np.clip(np.searchsorted(old, new, sorter=order), 0, max(len(old) - 1, 0))
    share = np.zeros(len(new))
    if len(old):
        known = old[order[place]] == new
        share = np.where(known, state.shares.pair[order[place]], 0.0)
    return replace(state, coelution=pairs, shares=replace(state.shares, pair=share))


def _reduced(observed: Observations, curve: Curve) -> FloatArray:
    basis = ceramide_basis(observed.ceramides)[observed.ceramide]
    return curve.reduce(observed.rt, basis, observed.ceramide)


def _width(round_: int, slope: float) -> float:
    """Return the least scatter allowed in a round: wide at first, so that lines can move."""
    return float(slope * max(0.01, 0.12 * 0.7**round_))


def _join(a: Coelution, b: Coelution) -> Coelution:
    return Coelution(
        np.concatenate([a.parent, b.parent]),
        np.concatenate([a.child, b.child]),
        np.concatenate([a.delta, b.delta]),
        np.concatenate([a.process, b.process]),
    )


def _begin(observed: Observations, coelution: Coelution, curve: Curve, lines: Lines) -> Inference:
    """Return the state before anything is learned."""
    n = len(observed)
    volume = observed.log_volume[np.isfinite(observed.log_volume)]
    spread = (float(volume.mean()), float(max(volume.std(), 0.3))) if len(volume) else (0.0, 1.0)
    empty, nowhere = np.zeros(0), np.zeros(0, np.int64)
    rates = Rates(
        presence=empty,
        parents=empty,
        seen=empty,
        extent_weight=empty,
        extent_sum=empty,
        extent_within=_EXTENT_WITHIN,
        artefact=np.array([a.rate for a in artefacts()]),
        chance=0.2,
        sigma=np.full(2, 0.12 * curve.slope),
        pair_sigma=0.01,
        anchor_genuine=0.3,
        anchor_other=0.03,
        volume_genuine=spread,
        volume_chance=spread,
    )
    shares = Shares(
        own=empty,
        genuine=np.ones(n),
        pair=np.zeros(len(coelution)),
        ghosts=Ghosts(nowhere, nowhere, np.zeros((0, 3)), nowhere, empty),
        chance=np.full(n, 0.2),
        predicted=empty,
        scale=empty,
    )
    curve = replace(curve, middle=float(np.median(lines.offset)))
    nothing = Candidates(nowhere, nowhere, nowhere, nowhere, Spots(nowhere, nowhere, empty))
    posing = possible_posing(observed)
    state = Inference(
        observed, coelution, posing, curve, nowhere, nowhere > 0, nothing, rates, shares
    )
    return _with_lines(state, lines)


def _with_lines(state: Inference, lines: Lines) -> Inference:
    """Return the state with other lines, about which nothing is learned yet."""
    n_lines, n_groups = len(lines.group), len(state.observed.groups)
    main = _first_of_group(lines.group, np.zeros(n_lines))
    curve = state.curve
    variance = np.concatenate(
        [
            np.full(6, 1e-6),
            np.full(n_lines, (0.05 * curve.slope) ** 2),
            np.full(len(curve.ceramides), 1e-6),
        ]
    )
    state = replace(
        state,
        line_group=lines.group,
        main=main,
        candidates=_candidates(state.observed, lines.group),
        curve=replace(curve, lines=lines.offset, covariance=np.diag(variance)),
        rates=replace(
            state.rates,
            presence=np.where(main, 0.7, 0.3),
            parents=np.zeros((n_lines, n_groups)),
            seen=np.zeros((n_lines, n_groups)),
            extent_weight=np.zeros((n_lines, n_groups)),
            extent_sum=np.zeros((n_lines, n_groups)),
        ),
    )
    closeness = _closeness(state)
    genuine = np.zeros(len(state.observed))
    np.maximum.at(genuine, state.candidates.row, closeness)
    return replace(state, shares=replace(state.shares, own=closeness, genuine=genuine))


def _find_lines(state: Inference) -> Inference:
    """Place the lines anew, where they explain rows better than all other processes do."""
    observed, curve, rates = state.observed, state.curve, state.rates
    sigma = min(float(rates.sigma[0]), _usual(state))
    peak = _student(np.zeros(1), sigma, OWN_TAIL)[0]
    density = peak * _normal(observed.log_volume, *rates.volume_genuine) * _trust(state)
    others, _ = _other_intensity(_as_fragments(state))
    expected = expected_lines(_unit_effects(state), observed.groups.units)
    lines = find_lines(
        observed,
        _reduced(observed, curve),
        np.log(density / others),
        expected,
        Scale(max(sigma, _usual(state)), curve.slope),
    )
    return _with_lines(state, lines)


def _as_fragments(state: Inference) -> Inference:
    """Return the state in which whatever may be a fragment is taken for one.

    A line must explain rows better than the fragments that they would be without it, with the
    rates and extents that those would show.
    """
    pairs, rates = state.coelution, state.rates
    near = 1 / (1 + (pairs.delta / (3 * rates.pair_sigma)) ** 4)
    weight = near * state.shares.genuine[pairs.parent]
    total = np.bincount(pairs.child, weight, minlength=len(state.observed))
    share = weight / np.maximum(total, 1.0)[pairs.child]
    state = replace(state, shares=replace(state.shares, pair=share))
    seen, extent_weight, extent_sum = _count_fragments(state)
    rates = replace(
        rates,
        parents=_count_parents(state, extent_weight, extent_sum),
        seen=seen,
        extent_weight=extent_weight,
        extent_sum=extent_sum,
    )
    return replace(state, rates=rates)


_EMISSION: Final = 0.15  # fragments of one kind per parent, before the table is seen
_EMISSION_WEIGHT: Final = 5.0  # parents that this prior is worth
_EXTENT: Final = -1.7  # log10 of fragment over parent area: 2 %, observed 0.2 to 38 %
_EXTENT_SPREAD: Final = 0.7
_EXTENT_WITHIN: Final = 0.2  # the same fragment of different ceramides
_LARGEST_EXTENT: Final = -0.1  # a fragment may outweigh its namesake, hardly its parent


def _candidates(observed: Observations, line_group: IntArray) -> Candidates:
    """Pair each row with the lines of its group."""
    row, line = _lines_of(observed.group, line_group, len(observed.groups))
    n_lines = len(line_group)
    _, place = np.unique(observed.slot[row] * n_lines + line, return_inverse=True)
    at, spot = np.unique(observed.ceramide[row] * n_lines + line, return_inverse=True)
    ceramide = at // n_lines
    spots = Spots(at % n_lines, ceramide, ceramide_basis(observed.ceramides)[ceramide])
    return Candidates(row, line, place.astype(np.int64), spot.astype(np.int64), spots)


def _lines_of(group: IntArray, line_group: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """Return each position of `group` with each line of that group."""
    order = np.argsort(line_group, kind="stable")
    count = np.bincount(line_group, minlength=n_groups)
    first = np.cumsum(count) - count
    repeats = count[group]
    item = np.repeat(np.arange(len(group)), repeats)
    within = np.arange(len(item)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return item, order[first[group[item]] + within]


def _first_of_group(line_group: IntArray, support: FloatArray) -> BoolArray:
    """Mark the best supported line of each group."""
    order = np.lexsort((-support, line_group))
    first = np.diff(line_group[order], prepend=-1) != 0
    main = np.zeros(len(line_group), dtype=np.bool_)
    main[order[first]] = True
    return main


def _closeness(state: Inference) -> FloatArray:
    c = state.candidates
    residual = state.observed.rt[c.row] - state.curve.predict(c.spots)[c.spot]
    return np.asarray(np.exp(-0.5 * (residual / (0.12 * state.curve.slope)) ** 2))


def _round(state: Inference, least_sigma: float) -> Inference:
    shares = _expect(state)
    state = replace(state, shares=shares)
    state = replace(state, rates=_learn_rates(state, least_sigma))
    return replace(state, curve=_learn_curve(state))


# --- expectation ---------------------------------------------------------------------------


def _student(z: FloatArray, scale: FloatArray | float, tail: float) -> FloatArray:
    """Return the density of Student's t with `tail` degrees of freedom."""
    constant = exp(lgamma((tail + 1) / 2) - lgamma(tail / 2)) / np.sqrt(tail * np.pi)
    return np.asarray(constant * (1 + z**2 / tail) ** (-(tail + 1) / 2) / scale)


def _normal(x: FloatArray, mean: FloatArray | float, sd: FloatArray | float) -> FloatArray:
    """Return the normal density, 1 where x is missing: a missing value is no evidence."""
    density = np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    return np.where(np.isfinite(x), density, 1.0)


def _scatter(state: Inference) -> FloatArray:
    """Return the scatter that is expected of each candidate about its line, min."""
    c = state.candidates
    return state.rates.sigma[ceramide_class(c.spots.basis)[c.spot]]


def _leave_out(state: Inference) -> tuple[FloatArray, FloatArray]:
    """Return what the other rows predict for each candidate: RT and scale of scatter, min."""
    c, sigma = state.candidates, _scatter(state)
    fitted = state.curve.predict(c.spots)[c.spot]
    variance = state.curve.variance(c.spots)[c.spot]
    leverage = np.clip(state.shares.own * variance / sigma**2, 0.0, 0.98)
    rt = state.observed.rt[c.row]
    predicted = rt - (rt - fitted) / (1 - leverage)
    return predicted, np.sqrt(sigma**2 + variance / (1 - leverage))


def _expect(state: Inference, leniency: float = 1.0) -> Shares:
    observed, rates, c = state.observed, state.rates, state.candidates
    n = len(observed)
    predicted, scale = _leave_out(state)
    others, parts = _other_intensity(state)
    z = (observed.rt[c.row] - predicted) / (scale * leniency)
    # The scatter is held wide in the first rounds; that must not make the own line less likely.
    sigma = _scatter(state)
    usual = np.sqrt(scale**2 - sigma**2 + np.minimum(sigma, _usual(state)) ** 2)
    density = (
        _student(z, usual, OWN_TAIL) * _normal(observed.log_volume, *rates.volume_genuine)[c.row]
    )
    odds = rates.presence[c.line] * density * _trust(state)[c.row] / others[c.row]
    total = np.bincount(c.place, odds)[c.place]
    own = odds / (1 - rates.presence[c.line] + total)
    genuine = np.bincount(c.row, own, minlength=n)
    own /= np.maximum(genuine, 1.0)[c.row]
    genuine = np.minimum(genuine, 1.0)
    rest = (1 - genuine) / others
    return Shares(
        own=own,
        genuine=genuine,
        pair=parts.pair * rest[state.coelution.child],
        ghosts=replace(
            parts.ghosts, probability=parts.ghosts.probability * rest[parts.ghosts.child]
        ),
        chance=parts.chance * rest,
        predicted=predicted,
        scale=scale,
    )


@dataclass(frozen=True, eq=False)
class _Others:
    """Intensities of what is not the species itself: by pair, by ghost and by row."""

    pair: FloatArray
    ghosts: Ghosts
    chance: FloatArray


def _other_intensity(state: Inference) -> tuple[FloatArray, _Others]:
    """Return the intensity at each row of all that is not the species itself, and its parts."""
    n = len(state.observed)
    pair, chance = _pair_intensity(state), _chance_intensity(state)
    known = chance + np.bincount(state.coelution.child, pair, minlength=n) + _TINY
    ghosts = _ghosts(state, known)
    total = known + np.bincount(ghosts.child, ghosts.probability, minlength=n)
    return total, _Others(pair, ghosts, chance)


def _trust(state: Inference) -> FloatArray:
    """Return how much likelier each row is genuine for being an anchor, or for being none."""
    rates = state.rates
    return np.where(
        state.observed.anchor,
        rates.anchor_genuine / rates.anchor_other,
        (1 - rates.anchor_genuine) / (1 - rates.anchor_other),
    )


def _usual(state: Inference) -> float:
    """Return the scatter about a line that is usual for such a gradient, min."""
    return _USUAL_SCATTER * state.curve.slope


def _chance_intensity(state: Inference) -> FloatArray:
    observed, rates = state.observed, state.rates
    span = max(float(np.ptp(observed.rt)), 1.0)
    small = _normal(observed.log_volume, *rates.volume_chance)
    any_size = _normal(observed.log_volume, *rates.volume_genuine)
    return rates.chance / span * (0.9 * small + 0.1 * any_size)


def _best_line(state: Inference) -> IntArray:
    """Return for each row its likeliest line."""
    c = state.candidates
    order = np.lexsort((-state.shares.own, c.row))
    first = np.diff(c.row[order], prepend=-1) != 0
    return np.asarray(c.line[order[first]])


def _pair_intensity(state: Inference) -> FloatArray:
    """Return the intensity with which each pair's parent makes its child."""
    observed, rates, pairs = state.observed, state.rates, state.coelution
    ratio = observed.log_volume[pairs.child] - observed.log_volume[pairs.parent]
    rate, extent, spread = _fragment_odds(state, ratio)
    posed = pairs.process >= 0
    process, known = pairs.process[posed], artefacts()
    rate[posed] = rates.artefact[process]
    extent[posed] = np.array([a.log10_extent for a in known])[process]
    spread[posed] = np.array([a.log10_spread for a in known])[process]
    closeness = _student(pairs.delta / rates.pair_sigma, rates.pair_sigma, PAIR_TAIL)
    background = np.where(
        np.isfinite(ratio), 1.0, _normal(observed.log_volume[pairs.child], *rates.volume_chance)
    )
    smaller = 1 / (1 + 100 ** (np.nan_to_num(ratio, nan=-1.0) - _LARGEST_EXTENT))
    genuine = state.shares.genuine[pairs.parent] * smaller
    return np.asarray(genuine * rate * closeness * _normal(ratio, extent, spread) * background)


def _fragment_odds(
    state: Inference, ratio: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return for each pair what the other pairs of its kind teach.

    Returns
    -------
    rate, extent, spread : numpy.ndarray, shape (m,)
        Fragments per parent; log10 of fragment over parent area and its standard deviation.
    """
    rates, pairs = state.rates, state.coelution
    kind = _best_line(state)[pairs.parent], state.observed.group[pairs.child]
    own = np.where(pairs.process < 0, state.shares.pair, 0.0)
    parents = np.maximum(rates.parents[kind] - state.shares.genuine[pairs.parent], 0.0)
    rate = (np.maximum(rates.seen[kind] - own, 0.0) + _EMISSION_WEIGHT * _EMISSION) / (
        parents + _EMISSION_WEIGHT
    )
    measured = own * np.isfinite(ratio)
    within = rates.extent_within**2
    count = np.maximum(rates.extent_weight[kind] - measured, 0.0)
    total = rates.extent_sum[kind] - measured * np.nan_to_num(ratio)
    precision = count / within + 1 / _EXTENT_SPREAD**2
    extent = (total / within + _EXTENT / _EXTENT_SPREAD**2) / precision
    spread = np.sqrt(within + 1 / precision)
    return np.minimum(rate, 0.95), np.minimum(extent, _LARGEST_EXTENT), spread


_MISSING: Final = 0.15  # chance that a species which should be there has no row
_UNSEEN_CERAMIDE: Final = 0.15  # chance that a ceramide which no row names is there
_GHOST_ROWS: Final = 0.02  # rows of which chance explains this share of what pairs leave open


def _ghosts(state: Inference, others: FloatArray) -> Ghosts:
    """Return the intensity of fragments and artefacts whose parent has no row.

    A parent is expected where its line and its ceramide are common in the table; siblings, other
    rows at the RT where it should be, make it likelier.
    """
    rows = np.flatnonzero(_chance_intensity(state) > _GHOST_ROWS * others)
    pieces, posers = _missing_fragment_parents(state, rows), _missing_posers(state, rows)
    child = np.concatenate([pieces.child, posers.child])
    line = np.concatenate([pieces.line, posers.line])
    ceramides = np.concatenate([pieces.ceramides, posers.ceramides])
    process = np.concatenate([pieces.process, posers.process])
    rate = np.concatenate([pieces.probability, posers.probability])
    predicted, scale = _predict_at(state, line, ceramides)
    z = (state.observed.rt[child] - predicted) / scale
    near = np.flatnonzero(np.abs(z) < 4)
    child, line, ceramides, process = child[near], line[near], ceramides[near], process[near]
    volume = _normal(state.observed.log_volume, *state.rates.volume_genuine)[child]
    piece = rate[near] * _student(z[near], scale[near], OWN_TAIL) * volume
    prior, key = _missing_prior(state, state.observed.sample[child], line, ceramides)
    gain = np.log1p(piece / others[child])
    siblings = np.bincount(key, gain)[key] - gain if len(key) else gain
    odds = prior / (1 - prior) * np.exp(np.minimum(siblings, 30))
    return Ghosts(child, line, ceramides, process, piece * odds / (1 + odds))


def _missing_fragment_parents(state: Inference, rows: IntArray) -> Ghosts:
    """Return the lines whose species could break into each row, with the rates of that."""
    observed, rates = state.observed, state.rates
    breaks = observed.groups.contains[state.line_group][:, observed.group[rows]]
    line, place = np.nonzero(breaks)
    child = rows[place]
    emission = np.minimum(
        (rates.seen + _EMISSION_WEIGHT * _EMISSION) / (rates.parents + _EMISSION_WEIGHT), 0.95
    )
    ceramides = observed.ceramides[observed.ceramide[child]]
    process = np.full(len(child), -1, dtype=np.int64)
    return Ghosts(child, line, ceramides, process, emission[line, observed.group[child]])


def _missing_posers(state: Inference, rows: IntArray) -> Ghosts:
    """Return the species whose artefact each row could be, with the rates of that."""
    posing = state.posing
    row, entry = _match(state.observed.species[rows], posing.species)
    item, line = _lines_of(posing.group[entry], state.line_group, len(state.observed.groups))
    entry = entry[item]
    process = posing.process[entry]
    rate = state.rates.artefact[process]
    return Ghosts(rows[row[item]], line, posing.ceramides[entry], process, rate)


def _match(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Return the positions of all pairs of equal keys."""
    order = np.argsort(right, kind="stable")
    low = np.searchsorted(right[order], left, side="left")
    count = np.searchsorted(right[order], left, side="right") - low
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(left)), count), order[np.repeat(low, count) + within]


def _predict_at(
    state: Inference, line: IntArray, ceramides: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the RT of ceramides, shape (g, 3), on lines, and the scale of its scatter, min."""
    known = _ceramide_places(state, ceramides)
    keyed = np.column_stack([line, ceramides])
    distinct, place = np.unique(keyed, axis=0, return_inverse=True)
    place = place.ravel()
    index = np.full(len(distinct), -1, dtype=np.int64)
    index[place] = known
    basis = ceramide_basis(distinct[:, 1:])
    spots = Spots(distinct[:, 0].astype(np.int64), index, basis)
    scatter = state.rates.sigma[ceramide_class(basis)]
    scale = np.sqrt(scatter**2 + state.curve.variance(spots))
    return state.curve.predict(spots)[place], scale[place]


def _ceramide_places(state: Inference, ceramides: FloatArray) -> IntArray:
    """Return the places of ceramides among those of the table, -1 for others."""
    code = np.array([10_000.0, 100.0, 1.0])
    table = state.observed.ceramides @ code  # sorted: np.unique ordered the rows
    wanted = ceramides @ code
    place = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return np.where(table[place] == wanted, place, -1)


def _missing_prior(
    state: Inference, sample: IntArray, line: IntArray, ceramides: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return how likely each species exists without a row, and a number for it in its sample."""
    observed, n_lines = state.observed, len(state.line_group)
    n_ceramides = len(observed.ceramides)
    known = _ceramide_places(state, ceramides)
    place = sample * n_ceramides + np.maximum(known, 0)
    cells, first = np.unique(observed.sample * n_ceramides + observed.ceramide, return_index=True)
    at = np.minimum(np.searchsorted(cells, place), len(cells) - 1)
    has_cell = (cells[at] == place) & (known >= 0)
    cell = observed.cell[first[at]]
    occupied = _occupancy(state)
    present = _expected_presence(state, occupied)
    by_line = np.minimum(occupied.sum(axis=0) / (4 * (observed.sample.max() + 1)), 1.0)[line]
    expected = np.where(has_cell, present[cell, line], _UNSEEN_CERAMIDE * by_line)
    free = np.where(has_cell, np.clip(1 - occupied[cell, line], 0, 1), 1.0)
    _, key = np.unique(
        np.column_stack([sample * n_lines + line, ceramides]), axis=0, return_inverse=True
    )
    return _MISSING * expected * free, key.ravel()


def _occupancy(state: Inference) -> FloatArray:
    """Return how surely each line has its feature in each cell, shape (cells, L)."""
    c = state.candidates
    n_lines = len(state.line_group)
    n_cells = int(state.observed.cell.max()) + 1
    key = state.observed.cell[c.row] * n_lines + c.line
    return np.bincount(key, state.shares.own, minlength=n_cells * n_lines).reshape(n_cells, n_lines)


def _expected_presence(state: Inference, occupied: FloatArray) -> FloatArray:
    """Return how likely each line has a species in each cell, from its row and column."""
    by_cell = np.minimum(occupied.sum(axis=1) / max(len(state.line_group) / 2, 1), 1.0)
    by_line = np.minimum(occupied.sum(axis=0) / 4, 1.0)
    return np.asarray(np.outer(np.maximum(by_cell, 0.02), np.maximum(by_line, 0.02)))


# --- maximisation --------------------------------------------------------------------------


def _learn_curve(state: Inference) -> Curve:
    c = state.candidates
    residual = state.observed.rt[c.row] - state.curve.predict(c.spots)[c.spot]
    z = residual / _scatter(state)
    weight = state.shares.own * (OWN_TAIL + 1) / (OWN_TAIL + z**2)
    n_spots = len(c.spots.line)
    return refit(
        state.curve,
        c.spots,
        np.bincount(c.spot, weight, minlength=n_spots),
        np.bincount(c.spot, weight * residual, minlength=n_spots),
        state.rates.sigma[ceramide_class(c.spots.basis)],
        _line_prior(state),
    )


def _unit_effects(state: Inference) -> FloatArray:
    return unit_effects(
        state.curve, state.observed.groups, state.line_group, state.main, state.support
    )


def _line_prior(state: Inference) -> LinePrior:
    """Return what is expected of each line before its own features are seen."""
    groups, curve = state.observed.groups, state.curve
    expected = expected_lines(_unit_effects(state), groups.units[state.line_group])
    prior = LinePrior(expected, line_spread(curve, state.main) ** 2)
    return acetyl_prior(curve, groups, state.line_group, state.support, prior)


def _learn_rates(state: Inference, least_sigma: float) -> Rates:
    observed, shares = state.observed, state.shares
    n_slots = np.bincount(
        observed.group[np.unique(observed.slot, return_index=True)[1]],
        minlength=len(observed.groups),
    )
    support = state.support
    prior = np.where(state.main, 0.7, 0.1)
    anchors = observed.anchor
    wrong = float((1 - shares.genuine[anchors]).sum())
    other = float((1 - shares.genuine).sum())
    seen, extent_weight, extent_sum = _count_fragments(state)
    return Rates(
        presence=np.clip((support + 3 * prior) / (n_slots[state.line_group] + 3), 0.02, 0.97),
        parents=_count_parents(state, extent_weight, extent_sum),
        seen=seen,
        extent_weight=extent_weight,
        extent_sum=extent_sum,
        extent_within=_learn_extent_within(state),
        artefact=_learn_artefacts(state),
        chance=float((shares.chance.sum() + 2) / (n_slots.sum() + 10)),
        sigma=np.maximum(_learn_sigma(state), least_sigma),
        pair_sigma=_learn_pair_sigma(state),
        anchor_genuine=float((shares.genuine[anchors].sum() + 1) / (shares.genuine.sum() + 3)),
        anchor_other=(wrong + 0.04 * anchors.sum() + 0.03) / (other + 0.04 * anchors.sum() + 1),
        volume_genuine=_volume_spread(observed.log_volume, shares.genuine),
        volume_chance=_volume_spread(observed.log_volume, shares.chance),
    )


def _learn_sigma(state: Inference) -> FloatArray:
    """Return the scatter about lines by ceramide class, from residuals without the feature."""
    c = state.candidates
    residual = state.observed.rt[c.row] - state.shares.predicted
    z = residual / state.shares.scale
    weight = state.shares.own * (OWN_TAIL + 1) / (OWN_TAIL + z**2)
    excess = (_scatter(state) / state.shares.scale) ** 2
    kind = ceramide_class(c.spots.basis)[c.spot]
    squares = np.bincount(kind, weight * excess * residual**2, minlength=2)
    count = np.bincount(kind, state.shares.own, minlength=2)
    usual = np.array([1.0, 1.5]) * _usual(state)
    return np.sqrt((squares + 4 * usual**2) / (count + 4))


def _learn_pair_sigma(state: Inference) -> float:
    pairs, rates = state.coelution, state.rates
    z = pairs.delta / rates.pair_sigma
    weight = state.shares.pair * (PAIR_TAIL + 1) / (PAIR_TAIL + z**2)
    return float(
        np.sqrt(((weight * pairs.delta**2).sum() + 10 * 0.007**2) / (state.shares.pair.sum() + 10))
    )


def _count_fragments(state: Inference) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return fragments seen, areas compared and the sum of their log ratios, each (L, G)."""
    observed, pairs = state.observed, state.coelution
    shape = (len(state.line_group), len(observed.groups))
    fragment = pairs.process < 0
    line = _best_line(state)[pairs.parent[fragment]]
    key = line * shape[1] + observed.group[pairs.child[fragment]]
    weight = state.shares.pair[fragment]
    ratio = (observed.log_volume[pairs.child] - observed.log_volume[pairs.parent])[fragment]
    measured = weight * np.isfinite(ratio)

    def by_kind(values: FloatArray) -> FloatArray:
        return np.bincount(key, values, minlength=shape[0] * shape[1]).reshape(shape)

    return by_kind(weight), by_kind(measured), by_kind(measured * np.nan_to_num(ratio))


def _count_parents(
    state: Inference, extent_weight: FloatArray, extent_sum: FloatArray
) -> FloatArray:
    """Return the genuine features of each line whose fragments of each group would be seen.

    A fragment is seen where parent area times extent reaches the smallest areas of the table.
    Areas are counted in classes of a quarter decade, so that cost does not grow with rows.
    """
    volume, genuine = state.observed.log_volume, state.shares.genuine
    shape = extent_weight.shape
    known = np.isfinite(volume)
    if not known.any():
        return np.repeat(state.support[:, None], shape[1], axis=1)
    limit = float(np.quantile(volume[known], 0.02))
    classes = np.floor((np.where(known, volume, limit) - limit) * 4).astype(np.int64)
    classes = np.maximum(classes, 0)
    n_classes = int(classes.max()) + 1
    key = _best_line(state) * n_classes + classes
    count = np.bincount(key, genuine, minlength=shape[0] * n_classes).reshape(-1, n_classes)
    within = state.rates.extent_within**2
    precision = extent_weight / within + 1 / _EXTENT_SPREAD**2
    extent = (extent_sum / within + _EXTENT / _EXTENT_SPREAD**2) / precision
    spread = np.sqrt(within + 1 / precision)
    above = (np.arange(n_classes) + 0.5) / 4
    margin = (above[None, None, :] + extent[:, :, None]) / spread[:, :, None]
    return np.asarray((count[:, None, :] / (1 + np.exp(-1.7 * margin))).sum(axis=2))


def _learn_extent_within(state: Inference) -> float:
    """Return how much extents of one kind scatter, each against the others of its kind."""
    pairs, volume = state.coelution, state.observed.log_volume
    ratio = volume[pairs.child] - volume[pairs.parent]
    _, extent, spread = _fragment_odds(state, ratio)
    weight = np.where((pairs.process < 0) & np.isfinite(ratio), state.shares.pair, 0.0)
    known = (state.rates.extent_within / spread) ** 2  # small where there is little to compare
    squares = weight * known * np.minimum((np.nan_to_num(ratio) - extent) ** 2, 1.0)
    prior = 5 * _EXTENT_WITHIN**2
    return float(np.sqrt((squares.sum() + prior) / ((weight * known).sum() + 5)))


def _learn_artefacts(state: Inference) -> FloatArray:
    known = artefacts()
    process = state.coelution.process
    posed = process >= 0
    seen = np.bincount(process[posed], state.shares.pair[posed], minlength=len(known))
    prior = np.array([a.rate for a in known])
    return np.asarray((seen + 20 * prior) / (state.shares.genuine.sum() + 20))


def _volume_spread(log_volume: FloatArray, weight: FloatArray) -> tuple[float, float]:
    """Return mean and standard deviation of log10 area, leaning on all rows where few count."""
    known = np.isfinite(log_volume)
    if not known.any():
        return 0.0, 1.0
    x, w = log_volume[known], weight[known]
    mean_all, sd_all = float(x.mean()), float(max(x.std(), 0.3))
    mean = (w @ x + 5 * mean_all) / (w.sum() + 5)
    variance = (w @ (x - mean) ** 2 + 5 * sd_all**2) / (w.sum() + 5)
    return float(mean), float(np.sqrt(variance))


def _prune(state: Inference) -> Inference:
    """Drop further isomer lines that lost their features or fell onto another line."""
    support = state.support
    main = _first_of_group(state.line_group, support)
    keep = main | (support >= 2.0)
    order = np.argsort(-support, kind="stable")
    least = 3 * state.rates.sigma[0]
    for position, line in enumerate(order):
        stronger = order[:position]
        same = stronger[(state.line_group[stronger] == state.line_group[line]) & keep[stronger]]
        if len(same) and np.abs(state.curve.lines[same] - state.curve.lines[line]).min() < least:
            keep[line] = False
    return _keep(state, np.flatnonzero(keep), main)


def _keep(state: Inference, kept: IntArray, main: BoolArray) -> Inference:
    """Return the state with some of its lines, in their order."""
    rates, curve, c = state.rates, state.curve, state.candidates
    stays = np.isin(np.arange(len(main)), kept)
    parameters = np.concatenate([np.full(6, True), stays, np.full(len(curve.ceramides), True)])
    return replace(
        state,
        line_group=state.line_group[kept],
        main=main[kept],
        candidates=_candidates(state.observed, state.line_group[kept]),
        curve=replace(
            curve,
            lines=curve.lines[kept],
            covariance=curve.covariance[np.ix_(parameters, parameters)],
        ),
        rates=replace(
            rates,
            presence=rates.presence[kept],
            parents=rates.parents[kept],
            seen=rates.seen[kept],
            extent_weight=rates.extent_weight[kept],
            extent_sum=rates.extent_sum[kept],
        ),
        shares=replace(state.shares, own=state.shares.own[stays[c.line]]),
    )
