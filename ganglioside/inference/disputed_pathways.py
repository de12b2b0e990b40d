"""Disputed pathways: fragments of one kind may be a line of their own, and the reverse.

Where the line of an isomer lies upon that of a larger series, all of its rows could be fragments.
The rates and yields of a pathway are learned row by row, each from the others, so that a pathway
never pays for being there at all, as a line does. Here both pay: all rows of a pathway together
are compared with the same rows as a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.inference.artefact_counts import pair_extents
from ganglioside.inference.learning import firm_lines
from ganglioside.inference.line_placement import expected_lines, lines_apart
from ganglioside.inference.parent_rt import pair_delta
from ganglioside.inference.pathways import with_digits
from ganglioside.inference.posterior import anchor_evidence
from ganglioside.inference.rates import ARTEFACT_WEIGHT
from ganglioside.inference.split_peaks import SplitDistance, split_distance
from ganglioside.inference.state import Inference, reduced_rt
from ganglioside.ion_source.artefacts import processes
from ganglioside.ion_source.fragments import usual_emission
from ganglioside.retention.isomer_lines import (
    MOST_LINES,
    LineOffsets,
    further_line,
    further_line_spread,
)
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, replaced, starts, sum_by
from ganglioside.support.densities import OWN_TAIL, log_beta, normal, student, student_weight
from ganglioside.support.moments import Moments

_CLAIMED: Final = 0.2  # share of a pathway from which a row is one of its fragments
_FEWEST: Final = 2  # rows that make a line
_LEAST_ODDS: Final = -2.5  # log odds of a line from which both are tried; the rounds decide
_STEPS: Final = 4  # of the centre of a sample with heavy tails
_GENUINE: Final = 0.5  # share from which a row counts as genuine
_LEAST_COVERED: Final = 0.1  # part of a line's rows that have a possible parent
_ELSEWHERE: Final = 0.7  # log odds for a line of each row without one
_FRAGMENTS: Final = -1.5  # log odds of a line below which its rows are tried as fragments
_NEAR: Final = 4.0  # widths of co-elution within which a row may be a fragment
_NEAR_AT_LEAST: Final = 0.04  # min
_TINY: Final = 1e-12
_LEAST_FURTHER: Final = 0.05  # probability of a further line below which none is sought


@dataclass(frozen=True, eq=False)
class _Claims:
    """The rows that pathways claim, and the pathways, which are numbered from 0.

    Attributes
    ----------
    pair : numpy.ndarray of int, shape (k,)
        Index into the pairs.
    pathway : numpy.ndarray of int, shape (k,)
    reduced : numpy.ndarray, shape (k,)
        RT of the rows less the effect of the ceramide, min.
    line, group : numpy.ndarray of int, shape (q,)
        Line of the parent and group of the fragment of each pathway.
    """

    pair: IntArray
    pathway: IntArray
    reduced: FloatArray
    line: IntArray
    group: IntArray

    @cached_property
    def rows(self) -> FloatArray:
        """Number of rows of each pathway, shape (q,)."""
        return self.sum(np.ones(len(self.pair)))

    @cached_property
    def offset(self) -> FloatArray:
        """Mean of `reduced` over the rows of each pathway, min, shape (q,)."""
        return self.sum(self.reduced) / self.rows

    def sum(self, values: FloatArray) -> FloatArray:
        """Sum over the rows of each pathway, shape (q,)."""
        return sum_by(self.pathway, values, len(self.line))

    def kept(self, stays: BoolArray) -> _Claims:
        """The claims of the pathways for which `stays`, shape (q,), is True."""
        of_row = stays[self.pathway]
        number = np.cumsum(stays) - 1
        return _Claims(
            self.pair[of_row],
            number[self.pathway[of_row]],
            self.reduced[of_row],
            self.line[stays],
            self.group[stays],
        )


def disputed_lines(state: Inference) -> LineOffsets:
    """Lines, one of a group at most, whose rows pathways claim although they may be lines.

    Parameters
    ----------
    state : Inference
        After all rounds.
    """
    pairs, apart = state.coelution, lines_apart(state)
    fragments = _disputed(state, pairs.fragments, apart, _as_pathway)
    parts = _disputed(state, pairs.splits, apart, _as_parts)
    group, offset, odds = (np.concatenate(both) for both in zip(fragments, parts, strict=True))
    best_first = np.argsort(-odds)
    group, first = np.unique(group[best_first], return_index=True)
    return LineOffsets(group, offset[best_first[first]])


def _disputed(
    state: Inference,
    pair: IntArray,
    apart: float,
    otherwise: Callable[[Inference, _Claims], FloatArray],
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Group, offset (min) and log odds of lines whose rows some pairs claim, each shape (d,).

    Parameters
    ----------
    state : Inference
    pair : numpy.ndarray of int
        Pairs that may claim rows.
    apart : float
        RT by which lines of one group are apart at least, min.
    otherwise : callable
        Log probability of the rows of each pathway as what the pairs make, shape (q,).
    """
    claims = _claims(state, pair)
    if len(claims.line):
        claims = claims.kept(_may_be_lines(state, claims, apart))
    if len(claims.line) == 0:
        return claims.group, np.zeros(0), np.zeros(0)
    as_made = otherwise(state, claims)
    claims, place = _together(claims, apart)
    has_line = np.isin(claims.group, state.line_group[firm_lines(state)])
    odds = _as_line(state, claims, has_line) - sum_by(place, as_made, len(claims.line))
    disputed = odds > _LEAST_ODDS
    return claims.group[disputed], claims.offset[disputed], odds[disputed]


def _together(claims: _Claims, apart: float) -> tuple[_Claims, IntArray]:
    """Claims upon rows of one group that lie within `apart`, min, as one; and the number of each.

    The rows of a line that lies beside two others go to the pathways of both.
    """
    order = np.lexsort((claims.offset, claims.group))
    group, offset = claims.group[order], claims.offset[order]
    first = starts(group)
    first[1:] |= np.diff(offset) >= apart
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    together = replace(
        claims,
        pathway=place[claims.pathway],
        line=claims.line[order[first]],
        group=group[first],
    )
    return together, place


def lines_of_fragments(state: Inference) -> BoolArray:
    """Whether the rows of each line are fragments of a larger series, shape (L,).

    Fragments whose parents have no row are on such a line too: each makes it as much likelier as
    a parent with a row is likelier than one without.

    Parameters
    ----------
    state : Inference
        After all rounds.
    """
    n_lines = len(state.line_group)
    gone = np.zeros(n_lines, dtype=np.bool_)
    claims, line = _possible_claims(state)
    if len(line) == 0:
        return gone
    fragments = replace(state.shares, pair=replaced(state.shares.pair, claims.pair, 1.0))
    as_pathway = _as_pathway(replace(state, shares=fragments), claims)
    odds = _as_line(state, claims, ~state.main[line]) - as_pathway
    rows = np.bincount(state.shares.line[state.shares.genuine > _GENUINE], minlength=n_lines)[line]
    odds += _ELSEWHERE * (rows - claims.rows)
    gone[line[(odds < _FRAGMENTS) & (claims.rows >= _LEAST_COVERED * rows)]] = True
    return gone


def _possible_claims(state: Inference) -> tuple[_Claims, IntArray]:
    """Rows on a line that could be fragments of rows on another line, and the first of the lines.

    Returns
    -------
    claims : _Claims
    line : numpy.ndarray of int, shape (q,)
        Line that the rows of each pathway are on.
    """
    pairs, shares = state.coelution, state.shares
    pair = pairs.fragments
    within = max(_NEAR * state.rates.pair_sigma, _NEAR_AT_LEAST) + state.observed.rt_step
    near = np.abs(pair_delta(state)[pair]) < within
    genuine = shares.genuine > _GENUINE
    pair = pair[near & genuine[pairs.child[pair]] & genuine[pairs.parent[pair]]]
    claims = _numbered(state, pair, shares.line[pairs.child], len(state.line_group))
    return replace(claims, group=state.line_group[claims.group]), claims.group


def _claims(state: Inference, pair: IntArray) -> _Claims:
    """Rows of which pathways of some pairs claim at least a few; each by its likeliest pair."""
    share, child = state.shares.pair, state.coelution.child
    pair = pair[share[pair] > _CLAIMED]
    likeliest_first = pair[np.lexsort((-share[pair], child[pair]))]
    pair = np.sort(likeliest_first[starts(child[likeliest_first])])
    return _numbered(state, pair, state.coelution.child_group, len(state.observed.groups))


def _numbered(state: Inference, pair: IntArray, onto: IntArray, n: int) -> _Claims:
    """Claims of some pairs, by the parent's line and what the child is `onto`, at least a few.

    `onto`, shape (m,), from 0 to n - 1, takes the place of the group.
    """
    pairs = state.coelution
    key = state.shares.line[pairs.parent[pair]] * n + onto[pair]
    kind, pathway, number = np.unique(key, return_inverse=True, return_counts=True)
    reduced = reduced_rt(state.observed, state.curve, state.priors)[pairs.child[pair]]
    return _Claims(pair, pathway, reduced, *np.divmod(kind, n)).kept(number >= _FEWEST)


def _may_be_lines(state: Inference, claims: _Claims, apart: float) -> BoolArray:
    """Whether the group of each pathway may have one more line where its rows are, shape (q,).

    Lines of one group are `apart` at least, min.
    """
    n_groups = len(state.observed.groups)
    firm = firm_lines(state)
    number = np.bincount(state.line_group[firm], minlength=n_groups)[claims.group]
    further = further_line(state.observed.groups, state.priors)[claims.group]
    possible = (number == 0) | ((number < MOST_LINES) & (further >= _LEAST_FURTHER))
    same_group = claims.group[:, None] == state.line_group[firm]
    away = np.abs(claims.offset[:, None] - state.curve.lines[firm])
    close = same_group & (away < apart)
    return np.asarray(possible & ~close.any(axis=1))


def _as_pathway(state: Inference, claims: _Claims) -> FloatArray:
    """Log probability of the rows of each pathway as its fragments, shape (q,).

    With n fragments of N parents whose fragments would be seen, and the prior Beta(a, b) of the
    rate, beside a pathway of which none is there,

        log B(a + n, b + N - n) - log B(a, b + N)

    times the density of their yields and of their RT beside the parents'.
    """
    priors, rates, pairs = state.priors, state.rates, state.coelution
    seen = claims.sum(state.shares.pair[claims.pair])
    parents = np.maximum(rates.fragments.parents[claims.line, claims.group], seen)
    usual = usual_emission(state.observed.groups, priors)[
        state.line_group[claims.line], claims.group
    ]
    a = priors.fragment_rate.weight * usual
    b = priors.fragment_rate.weight - a
    rate = log_beta(a + seen, b + parents - seen) - log_beta(a, b + parents)
    usual_yield = priors.fragment_yield
    yields = _log_density(
        claims,
        pairs.log_ratio[claims.pair],
        (rates.yield_scatter, OWN_TAIL),
        (np.full(len(seen), usual_yield.value), np.full(len(seen), usual_yield.spread)),
    )
    differences = _log_density(
        claims,
        pair_delta(state)[claims.pair],
        (with_digits(state, rates.pair_sigma), state.pair_tail),
        (np.zeros(len(seen)), np.full(len(seen), rates.pathway_spread)),
    )
    return rate + yields + differences


def _as_parts(state: Inference, claims: _Claims) -> FloatArray:
    """Log probability of the rows of each pathway as parts of its peaks, shape (q,).

    As for fragments, but rate, distance and area of parts are those of all other lines: a peak
    finder splits peaks of every series alike.
    """
    pairs, share = state.coelution, state.shares.pair
    splits = pairs.splits
    distance = np.abs(pairs.delta[claims.pair])
    own = Moments.of(share[claims.pair], distance).by(claims.pathway, len(claims.line))
    seen = own.weight
    elsewhere = float(share[splits].sum()) - seen
    peaks = np.maximum(state.support[claims.line], seen)
    other_peaks = np.maximum(float(state.shares.genuine.sum()) - peaks, elsewhere)
    usual = processes().rate[pairs.process[claims.pair[:1]]]
    a = ARTEFACT_WEIGHT * usual + elsewhere
    b = ARTEFACT_WEIGHT * (1 - usual) + other_peaks - elsewhere
    rate = log_beta(a + seen, b + peaks - seen) - log_beta(a, b + peaks)
    expected = split_distance(state, own)
    of_row = SplitDistance(expected.mean[claims.pathway], expected.sd[claims.pathway])
    return rate + claims.sum(np.log(of_row.density(distance)) + _log_extents(state, claims))


def _log_extents(state: Inference, claims: _Claims) -> FloatArray:
    """Log density of the area of each row as a part of its peak, 0 where none is known, (k,)."""
    pairs, extents = state.coelution, pair_extents(state)
    density = normal(pairs.log_ratio, extents.mean, extents.sd)[claims.pair]
    return np.log(np.where(pairs.measured[claims.pair], np.maximum(density, _TINY), 1.0))


def _as_line(state: Inference, claims: _Claims, further: BoolArray) -> FloatArray:
    """Log probability of the rows of each pathway as a line of their group, shape (q,).

    With m of M species that would have a row by their areas, log B(1 + m, 1 + M - m), times the
    density of their RT and areas and the evidence of anchors, less the cost of the line. The m/z of
    fragments are as right as those of a line.
    `further`, shape (q,), tells whether it is one more line of its group.
    """
    observed, areas = state.observed, state.rates.areas
    child = state.coelution.child[claims.pair]
    mean, spread, cost = _place(state, claims, further)
    on_line = _log_density(
        claims,
        claims.reduced,
        (float(state.rates.sigma[0]), OWN_TAIL),
        (mean, spread),
    )
    log_area = observed.log_volume[child]
    residual = log_area - areas.sample[observed.sample[child]]
    residual = residual - areas.ceramide[observed.ceramide[child]]
    nothing = np.zeros(len(claims.line))
    as_area = _log_density(
        claims, residual, (areas.within, OWN_TAIL), (nothing, nothing + areas.between)
    )
    known = np.isfinite(residual)
    level = claims.sum(np.where(known, residual, 0.0)) / np.maximum(claims.sum(known * 1.0), 1.0)
    expected = _expected_rows(state, level)
    present = log_beta(1 + claims.rows, 1 + np.maximum(expected - claims.rows, 0.0))
    evidence = claims.sum(np.log(anchor_evidence(state)[child]))
    return on_line + as_area + present + evidence - cost


def _expected_rows(state: Inference, level: FloatArray) -> FloatArray:
    """Number of rows by area on lines whose areas are at these levels, shape (q,)."""
    areas = state.rates.areas
    log_area = float(areas.sample.mean()) + level[:, None] + areas.ceramide
    return np.asarray(len(areas.sample) * state.rates.detection.chance(log_area).sum(axis=1))


def _place(
    state: Inference, claims: _Claims, further: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where a line of each pathway's rows is expected, and what it costs, each shape (q,).

    Returns
    -------
    mean, spread : numpy.ndarray
        The nearest of the places of its group, min; a further line also anywhere near the main
        one.
    cost : numpy.ndarray
        -log of the probability of that place, and of one more line.
    """
    expected, group = expected_lines(state), claims.group
    centre, spread = expected.centre[group], expected.spread[group]
    slope = state.curve.slope
    firm = np.flatnonzero(firm_lines(state) & state.main)
    main = np.zeros(len(state.observed.groups))
    main[state.line_group[firm]] = state.curve.lines[firm]
    centre[further, 0] = main[group[further]]
    spread[further, 0] = further_line_spread(slope)
    density = np.exp(-(((claims.offset[:, None] - centre) / spread) ** 2) / 2) / spread
    nearest = np.nanargmax(density, axis=1)[:, None]
    places = np.isfinite(centre).sum(axis=1)
    one_more = further_line(state.observed.groups, state.priors)[group]
    cost = np.log(places) - np.where(further, np.log(one_more), 0.0)
    mean = np.take_along_axis(centre, nearest, axis=1)[:, 0]
    return mean, np.take_along_axis(spread, nearest, axis=1)[:, 0], cost


def _log_density(
    claims: _Claims,
    values: FloatArray,
    scatter: tuple[float, float],
    expected: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Log density of the values of each pathway's rows about a centre that they share, shape (q,).

    The values x have Student's t of scale s about the centre c, which has the prior N(m, u^2).
    With the likeliest c and its variance v = 1 / (n / s^2 + 1 / u^2) (Laplace),

        sum(log t((x - c) / s)) - (c - m)^2 / (2 u^2) + log(v / u^2) / 2

    Missing values count nothing.

    Parameters
    ----------
    claims : _Claims
    values : numpy.ndarray, shape (k,)
    scatter : tuple of float
        Scale s and degrees of freedom.
    expected : tuple of numpy.ndarray, each shape (q,)
        Mean m and standard deviation u of the centre.
    """
    scale, tail = scatter
    mean, spread = expected
    known = np.isfinite(values)
    values = np.where(known, values, 0.0)
    number = claims.sum(known * 1.0)
    weight = known * 1.0
    centre = mean
    for _ in range(_STEPS):
        precision = claims.sum(weight) / scale**2 + 1 / spread**2
        centre = (claims.sum(weight * values) / scale**2 + mean / spread**2) / precision
        away = (values - centre[claims.pathway]) / scale
        weight = known * student_weight(away, tail)
    density = np.where(known, np.log(student(away, scale, tail)), 0.0)
    prior = -(((centre - mean) / spread) ** 2) / 2
    occam = -np.log1p(number * (spread / scale) ** 2) / 2
    return claims.sum(density) + prior + occam
