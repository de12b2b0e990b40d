"""Expectation: the probability of every explanation of every row, with the present rates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ganglioside.inference.artefact_counts import pair_extents, pair_rates
from ganglioside.inference.fragment_yields import FragmentYields, pair_odds
from ganglioside.inference.line_assignment import probability_on_line
from ganglioside.inference.missing_parents import missing_parents
from ganglioside.inference.parent_rt import pair_delta
from ganglioside.inference.pathways import pair_rt
from ganglioside.inference.shares import NO_MISSING_PARENTS, MissingParents, Shares
from ganglioside.inference.split_peaks import split_density
from ganglioside.inference.state import Inference
from ganglioside.retention.isomer_lines import further_line
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by
from ganglioside.support.densities import OWN_TAIL, normal, of_difference, student

#: Share of chance in a row's intensity above which missing parents are sought.
_UNEXPLAINED: Final = 0.002
_AT_MOST: Final = 0.49
_TINY: Final = 1e-12
_AFTER_PIECES: Final = 1.0  # carbons between a line of pieces and that of their name, about
_UPON: Final = 2.0  # scatters by which a line of pieces may be off that of their parents


@dataclass(frozen=True, eq=False)
class OtherProcesses:
    """Intensities of all processes except the species itself.

    Attributes
    ----------
    total : numpy.ndarray, shape (n,)
    pair : numpy.ndarray, shape (m,)
    missing_parents : MissingParents
        With intensities instead of probabilities.
    chance : numpy.ndarray, shape (n,)
    """

    total: FloatArray
    pair: FloatArray
    missing_parents: MissingParents
    chance: FloatArray

    def with_chance(self, more: FloatArray) -> OtherProcesses:
        """The same with more intensity, (n,), at which names have nothing to do with their rows."""
        return replace(self, total=self.total + more, chance=self.chance + more)


def explain(
    state: Inference,
    leniency: float = 1.0,
    *,
    missing: bool = True,
    placed: bool = True,
    unfound: bool = False,
) -> Shares:
    """Posterior probability of every explanation of every row.

    A candidate i (a row on a line) and its rivals j, the other rows of the same sample, line and
    ceramide, have the odds

        o = presence * evidence * density of RT / intensity of all other processes

    and its probability is o_i / (1 - presence + o_i + sum(o_j)) where the series has one line; of
    several lines, a row is on one (`probability_on_line`). Rows that name the same peak differently
    are rivals too: where another name is right, that of the row is by chance. What is left goes to
    the other processes in proportion to their intensities.

    Parameters
    ----------
    state : Inference
    leniency : float
        Factor by which a row's distance to its own line is divided (1: as learned). Rival rows
        keep their distance.
    missing : bool
        Whether parents without a row of their own are considered.
    placed : bool
        Whether all lines are placed. Before, the scatter is kept wide; that must not make the own
        line less likely.
    unfound : bool
        Whether rows may be on lines that were not found, once none are sought any more.
    """
    c = state.candidates
    predicted, scale = _leave_out(state)
    others = other_intensity(state, missing=missing)
    z = (c.rt - predicted) / scale
    height = scale if placed else _usual_scale(state, scale)
    prior = state.presence * _candidate_evidence(state) / others.total[c.row]
    odds = prior * student(z / leniency, height, OWN_TAIL)
    strict_odds = odds if leniency == 1 else prior * student(z, height, OWN_TAIL)
    absent = 1 - state.presence + _mispicked(state, others)[c.row]
    if len(state.rivals.row):
        odds, strict_odds = _below_plain_ions(state, odds), _below_plain_ions(state, strict_odds)
        by_row = sum_by(c.row, strict_odds, len(state.observed))
        rivals = state.rivals.odds_of_others(by_row * others.total)
        absent = absent + (rivals / others.total)[c.row]
        others = others.with_chance(rivals)
    own = probability_on_line(c.row, c.sample_line_ceramide, odds, absent, strict_odds)
    genuine = np.minimum(sum_by(c.row, own, len(state.observed)), 1.0)
    left = 1 - genuine
    elsewhere = _unfound(state, others, predicted, genuine) if unfound else np.zeros_like(left)
    rest = (left - elsewhere) / others.total
    parents = others.missing_parents
    return Shares(
        own=own,
        genuine=genuine,
        line=c.likeliest_line(own),
        pair=others.pair * rest[state.coelution.child],
        missing_parents=parents.with_probability(parents.probability * rest[parents.child]),
        unfound=elsewhere,
        unlisted=np.zeros_like(elsewhere),
        chance=others.chance * rest,
        predicted=predicted,
        scale=scale,
    )


def _unfound(
    state: Inference, others: OtherProcesses, predicted: FloatArray, genuine: FloatArray
) -> FloatArray:
    """Probability that each row is genuine, on a line that was not found, shape (n,).

    As no line shows it, it never makes a name likelier right than wrong. An anchor mark says
    nothing: it was given for a line. Names of one peak share what the genuine ones of them leave.
    """
    n = len(state.observed)
    evidence = state.right_mass * state.genuine_area_density
    intensity = _of_isomers(state, predicted) + _after_pieces(state, predicted)
    odds = intensity * evidence / others.total
    left = 1 - genuine
    if len(state.rivals.row):
        names = 1 + state.rivals.odds_of_others(np.ones(n))
        left = np.maximum(left - state.rivals.odds_of_others(genuine), 0.0) / names
    return np.minimum(left * odds / (1 + odds), np.maximum(_AT_MOST - genuine, 0.0))


def _of_isomers(state: Inference, predicted: FloatArray) -> FloatArray:
    """Intensity at each row of isomers whose line was not found, shape (n,).

    Such lines are about those that were found, as far as isomers are apart, in series that have
    isomers.
    """
    c, priors = state.candidates, state.priors
    spread = priors.isomer_about_composition.spread * state.curve.slope
    n = len(state.observed)
    density = sum_by(c.row, normal(c.rt, predicted, spread), n) / np.bincount(c.row, minlength=n)
    isomers = further_line(state.observed.groups, priors) / priors.further_line.value
    rate = priors.unfound_line.value * isomers[state.observed.group]
    return np.asarray(rate * density)


def _after_pieces(state: Inference, predicted: FloatArray) -> FloatArray:
    """Intensity at each row of species whose names have a line of pieces alone, shape (n,).

    A piece elutes with its parent, and so before the species of its name: what it lost shortens
    retention. Where the line of a name lies on that of a series that can break into it, it may be
    of pieces; the right ones then are after it.
    """
    after = _after_lines(state, predicted)
    density = 2 * normal(after, 0.0, _AFTER_PIECES * state.curve.slope)
    rate = state.priors.line_of_pieces.value * lies_on_heavier(state)
    return np.where(after > 0, rate * density, 0.0)


def lies_on_heavier(state: Inference) -> FloatArray:
    """How closely a line of each row's series lies on one that can break into it, 0 to 1, (n,).

    exp(-d^2 / (2 (2 s)^2)), with their distance d and the scatter s about lines.
    """
    groups, line_group, place = state.observed.groups, state.line_group, state.curve.lines
    breaks_into = groups.contains[line_group][:, line_group]
    apart = (place[:, None] - place) / (_UPON * state.rates.sigma[0])
    upon = np.where(breaks_into, np.exp(-0.5 * apart**2), 0.0).max(axis=0, initial=0.0)
    closest = np.zeros(len(groups))
    np.maximum.at(closest, line_group, upon)
    return closest[state.observed.group]


def is_after_lines(state: Inference) -> BoolArray:
    """Whether each row elutes after all lines of its series, shape (n,)."""
    return _after_lines(state, state.shares.predicted) > 0


def _after_lines(state: Inference, predicted: FloatArray) -> FloatArray:
    """Straightened RT of each row less that of the last line of its series, min, shape (n,)."""
    c = state.candidates
    return np.asarray(np.minimum.reduceat(c.rt - predicted, c.first_of_row))


def _mispicked(state: Inference, others: OtherProcesses) -> FloatArray:
    """Odds that the peak was picked in place of that of its name, which so has no row, (n,)."""
    density = state.genuine_area_density / state.observed.span * state.mass_by_chance
    return np.asarray(state.priors.mispicked.value * density / others.total)


def _below_plain_ions(state: Inference, odds: FloatArray) -> FloatArray:
    """Odds of the candidates, shape (a,); those of ions without water stay below plain ions'."""
    row = state.candidates.row
    by_row = sum_by(row, odds, len(state.observed))
    most = state.priors.water_lost_name.value * state.rivals.largest_plain(by_row)
    return np.asarray(odds * np.minimum(most / np.maximum(by_row, _TINY), 1.0)[row])


def _usual_scale(state: Inference, scale: FloatArray) -> FloatArray:
    """`scale` with a scatter no wider than usual, min, shape (a,)."""
    scatter = state.scatter_about(np.minimum(state.rates.sigma, state.usual_scatter))
    return np.asarray(np.sqrt(scale**2 - state.scatter**2 + scatter**2))


def _candidate_evidence(state: Inference) -> FloatArray:
    """Evidence of anchor mark, m/z and area that each candidate is genuine, shape (a,)."""
    c = state.candidates
    mean, sd = state.expected_areas
    return row_evidence(state)[c.row] * state.of_area(c.log_area, mean, sd)


def _leave_out(state: Inference) -> tuple[FloatArray, FloatArray]:
    """RT of each candidate as the other rows predict it, and its scale, min, each shape (a,).

    With the variance v of its line without it, and the variance b because the gradient may bend
    where few rows are,

        scale = sqrt(scatter^2 + v + b)
    """
    distance, variance = state.without_itself
    predicted = state.candidates.rt - distance
    return predicted, np.sqrt(state.scatter**2 + variance + state.bend_variance(predicted))


def row_evidence(state: Inference) -> FloatArray:
    """Evidence of anchor mark and m/z that each row is genuine, shape (n,); m/z by its density."""
    return np.asarray(anchor_evidence(state) * state.right_mass)


def anchor_evidence(state: Inference) -> FloatArray:
    """Evidence of the anchor mark, P(mark | genuine) / P(mark | other), for each row, (n,)."""
    rates = state.rates
    return np.where(
        state.observed.anchor,
        rates.anchor_genuine / rates.anchor_other,
        (1 - rates.anchor_genuine) / (1 - rates.anchor_other),
    )


def other_intensity(state: Inference, *, missing: bool = True) -> OtherProcesses:
    """Intensity at each row of every process except the species itself."""
    n = len(state.observed)
    pair = _pair_intensity(state)
    chance = _chance_intensity(state)
    known = chance + sum_by(state.coelution.child, pair, n)
    if not missing:
        return OtherProcesses(known, pair, NO_MISSING_PARENTS, chance)
    found = missing_parents(state, chance > _UNEXPLAINED * known, known)
    total = known + sum_by(found.child, found.probability, n)
    return OtherProcesses(total, pair, found, chance)


def _chance_intensity(state: Inference) -> FloatArray:
    """Intensity of chance, shape (n,); never 0, as it explains a row that nothing else does."""
    large_part = state.priors.chance_large.value
    small = state.chance_area_density
    area_density = (1 - large_part) * small + large_part * state.genuine_area_density
    return np.asarray(
        state.rates.chance / state.observed.span * area_density * state.mass_by_chance + _TINY
    )


def _pair_intensity(state: Inference) -> FloatArray:
    """Intensity at which the parent of each pair makes its child, shape (m,).

    P(parent is genuine) * odds * density of the RT difference * density of area * density of m/z
    """
    pairs, observed = state.coelution, state.observed
    odds, yields = odds_and_yields(state)
    expected = pair_rt(state)
    # In straightened time, as lines are.
    speed = observed.speed[pairs.child]
    away = pair_delta(state) - expected.mean
    closeness = of_difference(away, expected.scale, observed.rt_step, state.pair_tail) / speed
    if len(pairs.splits):
        closeness[pairs.splits] = split_density(state) / speed[pairs.splits]
    ratio = state.of_area(pairs.log_ratio, yields.mean, yields.sd)
    area = np.where(pairs.measured, ratio, state.chance_area_density[pairs.child])
    mass = state.mass_of(pairs.child, pairs.shift)
    made = _plausible_ratio(state) * odds * closeness * area * mass
    return np.asarray(state.shares.genuine[pairs.parent] * made)


def _plausible_ratio(state: Inference) -> FloatArray:
    """Plausibility of the area ratio of each pair, 0 to 1, shape (m,)."""
    pairs, outweigh = state.coelution, state.rates.fragments.outweigh
    if not outweigh.any():
        return pairs.smaller
    larger = outweigh.take(state.pair_kinds) * pairs.fragment
    return np.asarray(larger + (1 - larger) * pairs.smaller)


def odds_and_yields(state: Inference) -> tuple[FloatArray, FragmentYields]:
    """Odds and yield of each pair, shape (m,).

    The odds of an artefact are its rate, without the pair, less where the mass of the name is off.
    """
    pairs = state.coelution
    odds, yields = pair_odds(state)
    extents = pair_extents(state)
    fragment = pairs.fragment
    return (
        np.where(fragment, odds, pair_rates(state) * pairs.nearness),
        FragmentYields(
            mean=np.where(fragment, yields.mean, extents.mean),
            sd=np.where(fragment, yields.sd, extents.sd),
        ),
    )
