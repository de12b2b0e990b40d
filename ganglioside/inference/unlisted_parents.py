"""Unlisted parents: a whole line may be of pieces of a series that the table does not list.

Pieces of one series lie on a line under their smaller name. Where the series is listed, its line
shows what they are; where it is not, nothing but anchors tells their line from that of the name.
More lines than a series has isomers, though, show that there are such pieces: GM3 has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from ganglioside.inference.shares import Shares
from ganglioside.inference.state import Inference
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.head_groups import HEADS, Head
from ganglioside.observations.groups import UNIT_SIGN, could_break
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by
from ganglioside.support.densities import log_beta

#: Unlisted series that weigh as much as a listed one: those that are listed are the common ones.
_RARER: Final = 10.0

#: Rows on a line from which on it is rather a line than a few wrong names that happen to fit.
_LINE_ROWS: Final = 3.0

#: Part of the rows of a series that nothing explains where others are unlisted, which made them.
_OFF: Final = 0.4

#: That part usually, which counts as so many rows of the table.
_USUALLY_OFF: Final = 0.1
_USUAL_ROWS: Final = 20.0

#: Part of the heavier series that may be unlisted where a series says what is usual.
_NEARLY_ALL_LISTED: Final = 0.2

#: The largest doubt: what no row of the table shows turns no verdict.
_MOST: Final = 0.45

#: Rows that the usual share of marked wrong rows is worth.
_WORTH: Final = 10.0

#: The largest logarithm of what anchors may say.
_LARGEST: Final = 50.0

_SIALIC_ACIDS: Final = [UNITS.index("neuac"), UNITS.index("neugc")]

#: Part of the rows off a line of pieces, which nothing explains, whose names are right.
_RIGHT_BESIDE: Final = 1 / 3


def with_unlisted_parents(state: Inference, shares: Shares) -> Shares:
    """Shares in which the lines of a table may be of pieces of series that it does not list.

    Parameters
    ----------
    state : Inference
    shares : Shares
        Of its rows, as if each line were of its name.
    """
    doubt = doubt_of_lines(state, shares)
    of_pieces = shares.own * doubt[state.candidates.line]
    own = shares.own - of_pieces
    n = len(shares.genuine)
    beside = _RIGHT_BESIDE * doubt[shares.line] * _by_chance(state, shares)
    return replace(
        shares,
        own=own,
        genuine=sum_by(state.candidates.row, own, n),
        unlisted=sum_by(state.candidates.row, of_pieces, n),
        unfound=shares.unfound + beside,
        chance=shares.chance - beside,
    )


def _by_chance(state: Inference, shares: Shares) -> FloatArray:
    """Probability that each row is by chance and no other name of its peak is right, shape (n,)."""
    if not len(state.rivals.row):
        return shares.chance
    others = state.rivals.odds_of_others(shares.genuine)
    return np.asarray(np.maximum(shares.chance - others, 0.0))


def doubt_of_lines(state: Inference, shares: Shares) -> FloatArray:
    """Probability that each line is of pieces of a series without rows, shape (L,).

    The prior probability is that of a table which lists no heavier series, or what the number of
    lines tells. It falls with each that is listed, unless a common one is missing, and where those
    that are listed hardly break; anchors on the line are evidence.
    """
    usual = min(state.priors.unlisted_parents.value * _breakage(state, shares), 0.5)
    part = _unlisted(state)
    odds = usual / (1 - usual) * _evidence_of_rows(state, shares, part)[state.line_group]
    unlisted = np.where(_lacks_common(state), 1.0, part)
    prior = np.maximum(odds / (1 + odds), _too_many(state, shares)) * unlisted
    prior = np.minimum(prior, 0.5)
    odds = prior / (1 - prior) / _anchor_evidence(state)
    return np.asarray(np.minimum(odds / (1 + odds), _MOST))


def _evidence_of_rows(state: Inference, shares: Shares, unlisted: FloatArray) -> FloatArray:
    """P(rows of each series on and off its lines | others are unlisted) / P(... | none is), (G,).

    `unlisted`, shape (L,), is the part of the heavier series that is. At least 1, since all pieces
    may be of one series. Of series with sialic acid: bonds of others hardly break.
    """
    observed, series = state.observed, len(state.observed.groups)
    off = sum_by(observed.group, shares.chance, series)
    on = sum_by(observed.group, shares.genuine, series)
    is_complete = np.ones(series, dtype=np.bool_)
    is_complete[state.line_group] = unlisted < _NEARLY_ALL_LISTED
    missed, fits = off[is_complete].sum(), on[is_complete].sum()
    usually = (missed + _USUALLY_OFF * _USUAL_ROWS) / (missed + fits + _USUAL_ROWS)
    if usually >= _OFF:
        return np.ones(series)
    log_evidence = off * np.log(_OFF / usually) + on * np.log((1 - _OFF) / (1 - usually))
    has_some = observed.groups.units[:, _SIALIC_ACIDS].any(axis=1)
    return np.asarray(np.where(has_some, np.exp(np.clip(log_evidence, 0, _LARGEST)), 1.0))


def _too_many(state: Inference, shares: Shares) -> FloatArray:
    """Part of the lines of its series that are more than it has isomers, at each line, (L,).

    The others count by how surely they are lines. None is too many where there is no telling how
    many isomers there are: of neutral series, and of those with a modification.
    """
    group = state.line_group
    rows = sum_by(state.candidates.line, shares.own, len(group))
    surely = rows / (rows + _LINE_ROWS)
    lines = 1 + sum_by(group, surely, len(state.observed.groups))[group] - surely
    isomers = np.array([_isomers().get(name, np.inf) for name in state.observed.groups.series])
    return np.asarray(np.maximum(1 - isomers[group] / lines, 0.0))


def _unlisted(state: Inference) -> FloatArray:
    """Part of the series that could break into that of each line and are not listed, (L,)."""
    group = state.line_group
    units = state.observed.groups.units[group]
    known = could_break(_known_heads(), units).sum(axis=0)
    listed = state.observed.groups.contains[:, group].sum(axis=0)
    missing = np.maximum(known - listed, 0)
    return np.asarray(missing / np.maximum(missing + _RARER * listed, 1.0))


def _lacks_common(state: Inference) -> BoolArray:
    """Whether a common series that could break into that of each line is not listed, shape (L,).

    Or would break into it with the same modification: who does not list GD1 lists no Fuc-GD1. What
    other series tell of it is little. Of series with sialic acid.
    """
    listed = state.observed.groups.units
    units = listed[state.line_group]
    common = _common_heads()
    is_listed = (common[:, None] == listed).all(axis=2).any(axis=1)
    sialic_acids = units[:, _SIALIC_ACIDS].sum(axis=1)
    plain = np.minimum(units, common.max(axis=0))
    plain[:, _SIALIC_ACIDS[0]] = sialic_acids
    return np.asarray(could_break(common[~is_listed], plain).any(axis=0) & (sialic_acids > 0))


def _breakage(state: Inference, shares: Shares) -> float:
    """Fragments among the rows that could be of listed series, over what is usual."""
    usual = state.priors.usual_pieces
    exposed = np.asarray(state.observed.groups.contains.any(axis=0))[state.observed.group]
    pieces = float(shares.fragment(state.coelution)[exposed].sum())
    whole = float(shares.genuine[exposed].sum())
    share = (pieces + usual.weight * usual.value) / (pieces + whole + usual.weight)
    return share / usual.value


def _anchor_evidence(state: Inference) -> FloatArray:
    """P(anchors of each line | its names are right) / P(anchors | pieces), shape (L,).

    A series whose names are right may be without anchors because nobody has its standards. Else how
    many of its rows are marked differs from series to series, and so does how many pieces are, by
    mistake. A table without any says nothing.
    """
    if not state.observed.anchor.any():
        return np.ones(len(state.line_group))
    priors, shown = state.priors, state.rates.anchor_genuine
    marked = np.minimum(state.anchor_support, state.support)
    plain = state.support - marked
    genuine = _of_marks(marked, plain, shown, priors.anchors_genuine.weight)
    pieces = _of_marks(marked, plain, priors.anchors_other.value, _WORTH)
    unmarked = priors.unmarked_series.value
    standards = np.exp(np.clip(genuine - pieces, -_LARGEST, _LARGEST))
    return np.asarray(unmarked + (1 - unmarked) * standards)


def _of_marks(marked: FloatArray, plain: FloatArray, share: float, worth: float) -> FloatArray:
    """Log probability of the marks of each line, shape (L,), given the share that is usual.

    With k marks of n, the share p, that is worth w rows, B(w p + k, w (1 - p) + n - k) / B(w p,
    w (1 - p)).
    """
    a, b = np.array([worth * share]), np.array([worth * (1 - share)])
    return log_beta(a + marked, b + plain) - log_beta(a, b)


@cache
def _known_heads() -> FloatArray:
    """Units of each composition of a known head group, shape (H, units)."""
    return _units(HEADS)


@cache
def _common_heads() -> FloatArray:
    """Units of each composition of a common head group, shape (C, units)."""
    return _units(head for head in HEADS if head.common)


def _units(heads: Iterable[Head]) -> FloatArray:
    """Units of each composition of some head groups, shape (H, units)."""
    compositions = {head.composition for head in heads}
    counts = [[getattr(one, unit) for unit in UNITS] for one in compositions]
    return np.asarray(np.array(counts, dtype=np.float64) * UNIT_SIGN)


@cache
def _isomers() -> dict[str, int]:
    """Number of isomers of each series with sialic acid, one where none is named."""
    named = Counter(head.series for head in HEADS if head.neuac and head.isomer)
    return {head.series: max(named[head.series], 1) for head in HEADS if head.neuac}
