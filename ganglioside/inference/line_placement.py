"""Line placement: lines where nothing else explains the rows, fewer once they are empty."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.candidates import first_of_group
from ganglioside.inference.fragment_yields import count_fragments
from ganglioside.inference.learning import FIRM, composition_model, firm_lines
from ganglioside.inference.parent_rt import pair_delta
from ganglioside.inference.pathways import RtDifference, pair_rt, without_shift
from ganglioside.inference.posterior import other_intensity, row_evidence
from ganglioside.inference.state import Inference, keep_lines, reduced_rt, with_lines
from ganglioside.ion_source.artefacts import processes
from ganglioside.retention.acetylation import acetylated_places
from ganglioside.retention.isomer_lines import (
    ExpectedLines,
    LineOffsets,
    Scale,
    apart_on_a_line,
    find_lines,
)
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import OWN_TAIL, closeness, student
from ganglioside.support.moments import Moments

_LEAST_ODDS: Final = 1e-12
_LEAST_SUPPORT: Final = 1.5  # features that a further line of a series needs
_APART: Final = 3.0  # scatters; lines of one series that are closer are one
_WIDEST: Final = 3.0  # scatters within which rows are on a line at first, once lines are known
_TOLD_APART: Final = 4.0  # scatters by which lines of one series are told apart
_CLOSE: Final = 4.0  # scales of the RT difference at which a pair counts half


def place_lines(state: Inference) -> Inference:
    """State with new lines, where these explain rows better than all other processes do."""
    observed = state.observed
    areas = state.rates.areas
    sigma = min(float(state.rates.sigma[0]), state.usual_scatter)
    area_mean, area_sd = areas.anywhere(observed.sample, observed.ceramide)
    on_line = student(0.0, sigma, OWN_TAIL) * row_evidence(state)
    on_line = on_line * state.of_area(observed.log_volume, area_mean, area_sd)
    others = other_intensity(_with_usual_artefacts(_as_fragments(state))).total
    evidence = np.log(np.maximum(on_line / others, _LEAST_ODDS))
    lines = find_lines(
        observed,
        reduced_rt(observed, state.curve, state.priors),
        evidence,
        expected_lines(state),
        state.rates.detection.steepness * areas.ceramide[observed.ceramide],
        Scale(state.usual_scatter, lines_apart(state), state.curve.slope),
        state.priors,
    )
    return _with_fragments(with_lines(state, lines))


def lines_apart(state: Inference) -> float:
    """RT by which lines of one group are apart at least, min; less where rows scatter little."""
    told = _TOLD_APART * float(state.rates.sigma[0])
    return min(apart_on_a_line(state.curve.slope), told)


def change_lines(state: Inference, more: LineOffsets, gone: BoolArray) -> Inference:
    """State with further lines, and without those that are `gone`, shape (L,).

    Lines without features in the groups of the further ones are dropped too. A group that so loses
    all has a line where it is expected.
    """
    empty = np.isin(state.line_group, more.group) & (state.support < FIRM)
    stays = ~(empty | gone)
    group = np.concatenate([state.line_group[stays], more.group])
    offset = np.concatenate([state.curve.lines[stays], more.offset])
    without = np.setdiff1d(np.arange(len(state.observed.groups)), group)
    group = np.concatenate([group, without])
    offset = np.concatenate([offset, expected_lines(state).first[without]])
    order = np.lexsort((offset, group))
    scatter = _WIDEST * min(float(state.rates.sigma[0]), state.usual_scatter)
    changed = with_lines(state, LineOffsets(group[order], offset[order]), scatter)
    return _with_fragments(_with_usual_splits(changed))


@kept_with_first  # asked twice for the state after all rounds
def expected_lines(state: Inference) -> ExpectedLines:
    """Places of the lines of each group, as all other groups and those without acetyls show."""
    groups, firm = state.observed.groups, firm_lines(state)
    model = composition_model(state, firm)
    mean, variance = model.predict_without_own(groups.units, state.line_group[firm])
    more = acetylated_places(
        state.curve, groups, state.line_group, state.support, state.priors.unit_oac
    )
    column = 1 + np.arange(len(more.group)) - np.searchsorted(more.group, more.group)
    shape = len(mean), 1 + int(column.max(initial=0))
    centre, spread = np.full(shape, np.nan), np.full(shape, np.nan)
    centre[:, 0], spread[:, 0] = mean, np.sqrt(variance)
    centre[more.group, column] = more.mean
    spread[more.group, column] = np.sqrt(more.variance)
    return ExpectedLines(centre, spread)


def _with_usual_artefacts(state: Inference) -> Inference:
    """State in which no artefact is more frequent than usual.

    Rows of a line that was not found pass for artefacts, and so raise the rate of these.
    """
    usual = np.minimum(state.rates.artefact, processes().rate[:-1])
    return replace(state, rates=replace(state.rates, artefact=usual))


def _with_usual_splits(state: Inference) -> Inference:
    """State in which peaks are split as usual: rows of a further line have passed for parts."""
    rates, splits = state.rates, processes().splits[:-1]
    usual = np.minimum(rates.artefact, processes().rate[:-1])
    counts = replace(rates.artefact_counts, split=Moments.nothing())
    artefact = np.where(splits, usual, rates.artefact)
    return replace(state, rates=replace(rates, artefact=artefact, artefact_counts=counts))


def _as_fragments(state: Inference) -> Inference:
    """State in which every row that may be a fragment is one.

    A line must explain rows better than fragmentation would without that line, with the rates and
    yields that these fragments would show.
    """
    return _with_pair_shares(state, _fragment_share(state, pair_rt(state)))


def _fragment_share(state: Inference, expected: RtDifference) -> FloatArray:
    """Share of each pair if the child can only be a fragment or an artefact, shape (m,)."""
    pairs = state.coelution
    distance = (pair_delta(state) - expected.mean) / (_CLOSE * expected.scale)
    weight = closeness(distance) * state.shares.genuine[pairs.parent]
    total = sum_by(pairs.child, weight, len(state.observed))
    return np.asarray(weight / np.maximum(total, 1.0)[pairs.child])


def _with_fragments(state: Inference) -> Inference:
    """State in which rows on no line are fragments where they can be.

    Only those as close to their parents as a pathway without a shift lets them be: a shift that
    begins with rows of another parent, which may have no row, would confirm itself.
    """
    on_no_line = 1 - state.shares.genuine[state.coelution.child]
    share = _fragment_share(state, without_shift(state))
    return _with_pair_shares(state, share * on_no_line)


def _with_pair_shares(state: Inference, share: FloatArray) -> Inference:
    """State with these shares of pairs, shape (m,), and fragments counted by them."""
    state = replace(state, shares=replace(state.shares, pair=share))
    return replace(state, rates=replace(state.rates, fragments=count_fragments(state)))


def prune_lines(state: Inference) -> Inference:
    """Drop further lines that lost their features or fell onto a stronger line of the series."""
    support, group, offset = state.support, state.line_group, state.curve.lines
    main = first_of_group(group, support)
    stays = main | (support >= _LEAST_SUPPORT)
    rank = np.argsort(np.lexsort((-support, ~main)))  # of equals, one is the stronger
    stronger = rank[None, :] < rank[:, None]
    same_group = group[:, None] == group[None, :]
    distance = np.abs(offset[:, None] - offset)
    close = same_group & (distance < _APART * state.rates.sigma[0])
    displaced = (close & stronger & stays[None, :]).any(axis=1)
    stays = stays & ~displaced
    if stays.all():
        return state if np.array_equal(main, state.main) else replace(state, main=main)
    return keep_lines(state, stays, main)
