"""Unlisted parents: a whole line may be of pieces of a series that the table does not list.

Pieces of one series lie on a line under their smaller name. Where the series is listed, its line
shows what they are; where it is not, nothing but anchors tells their line from that of the name.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from ganglioside.inference.shares import Shares
from ganglioside.inference.state import Inference
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.head_groups import HEADS
from ganglioside.observations.groups import UNIT_SIGN, could_break
from ganglioside.support.arrays import FloatArray, sum_by

#: Unlisted series that weigh as much as a listed one: those that are listed are the common ones.
_RARER: Final = 10.0

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
    beside = _RIGHT_BESIDE * doubt[shares.line] * shares.chance
    return replace(
        shares,
        own=own,
        genuine=sum_by(state.candidates.row, own, n),
        unlisted=sum_by(state.candidates.row, of_pieces, n),
        unfound=shares.unfound + beside,
        chance=shares.chance - beside,
    )


def doubt_of_lines(state: Inference, shares: Shares) -> FloatArray:
    """Probability that each line is of pieces of a series without rows, shape (L,).

    The prior probability is that of a table which lists no heavier series. It falls with each that
    is listed, and where those that are listed hardly break; anchors on the line are evidence.
    """
    usual = state.priors.unlisted_parents.value * _breakage(state, shares)
    prior = np.minimum(usual * _unlisted(state), 0.5)
    odds = prior / (1 - prior) / _anchor_evidence(state)
    return np.asarray(odds / (1 + odds))


def _unlisted(state: Inference) -> FloatArray:
    """Part of the series that could break into that of each line and are not listed, (L,)."""
    group = state.line_group
    units = state.observed.groups.units[group]
    known = could_break(_known_heads(), units).sum(axis=0)
    listed = state.observed.groups.contains[:, group].sum(axis=0)
    missing = np.maximum(known - listed, 0)
    return np.asarray(missing / np.maximum(missing + _RARER * listed, 1.0))


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

    A series whose names are right may be without anchors because nobody has its standards. A
    table without any says nothing.
    """
    if not state.observed.anchor.any():
        return np.ones(len(state.line_group))
    rates, marked, support = state.rates, state.anchor_support, state.support
    unmarked = state.priors.unmarked_series.value
    without = unmarked + (1 - unmarked) * (1 - rates.anchor_genuine) ** support
    each = np.maximum(rates.anchor_genuine / rates.anchor_other, 1.0)
    return np.asarray(np.where(marked < 0.5, without, each ** np.minimum(marked, 20.0)))


@cache
def _known_heads() -> FloatArray:
    """Units of each composition of a known head group, shape (H, units)."""
    compositions = {head.composition for head in HEADS}
    counts = [[getattr(one, unit) for unit in UNITS] for one in compositions]
    return np.asarray(np.array(counts, dtype=np.float64) * UNIT_SIGN)
