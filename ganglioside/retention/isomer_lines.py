"""Rule 3, isomers: the lines on which the genuine features of each series stand.

Two dense offsets within one series that nothing else explains are two isomers. Whether an offset
is dense is a question of chance: how many ceramides would agree so well if they stood anywhere?
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution
from ganglioside.lipids.head_groups import isomers
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges, starts, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.priors import Priors

MOST_LINES: Final = 3  # isomers that are told apart within one series
_ANCHOR_WEIGHT: Final = 3.0
_WIDTH: Final = 0.08  # carbons; half-width of a dense offset
_LEAST_SUPPORT: Final = 1.5  # ceramides that a further line needs
_APART: Final = 0.2  # carbons; isomers that stand closer are one line
_FAR: Final = 0.85  # carbons; isomers stand closer to the main line (observed: 0.3 to 0.75)
_BY_CHANCE: Final = 0.1  # further lines expected by chance in a series, at most
_CLOSE: Final = 0.025  # min; a co-eluting pair this close explains its child

#: Log-odds with which a line shows the species of its group, as far as areas leave it open, and
#: what it costs to choose among them.
_LEVELS: Final = np.linspace(-6, 4, 11)
_LEVEL_COST: Final = 1.5
_LEAST: Final = 0.01  # of the chance that a species has a row
_MOST: Final = 0.97

_TAIL: Final = 6.0  # degrees of freedom of the scatter about a line
_MOST_GAIN: Final = 50.0
_MOST_PAIRS: Final = 200_000  # rows that are compared at once


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines and where they stand: group, and RT of the reference ceramide in min."""

    group: IntArray
    offset: FloatArray


@dataclass(frozen=True, slots=True)
class Scale:
    """Scatter about a line, min, and carbon slope, min per carbon."""

    sigma: float
    slope: float


@dataclass(frozen=True, eq=False)
class _Expected:
    """Where the first line of each group is expected, and how likely further ones are.

    `centre` and `spread` in min, `further` a probability, each shape (G,).
    """

    centre: FloatArray
    spread: FloatArray
    further: FloatArray


@dataclass(frozen=True, eq=False)
class _Layout:
    """The rows in the order of their groups, those of a group in the order of their slots.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (n,)
        The rows in this order, in which all else is told.
    group, slot : numpy.ndarray of int, shape (n,)
        Of each row; slots are counted in this order.
    starts_slot : numpy.ndarray of bool, shape (n,)
        Whether a row is the first of its slot.
    size, slots, first : numpy.ndarray of int, shape (G,)
        Rows and slots of each group, and its first row.
    """

    row: IntArray
    group: IntArray
    slot: IntArray
    starts_slot: BoolArray
    size: IntArray
    slots: IntArray
    first: IntArray


@kept_with_first  # the same rows are asked for in each round
def _layout(observed: Observations) -> _Layout:
    row = np.lexsort((observed.slot, observed.group))
    group, starts_slot = observed.group[row], starts(observed.slot[row])
    size = np.bincount(group, minlength=len(observed.groups))
    slots = np.bincount(group[starts_slot], minlength=len(size))
    slot, first = np.cumsum(starts_slot) - 1, np.cumsum(size) - size
    return _Layout(row, group, slot, starts_slot, size, slots, first)


@dataclass(frozen=True, eq=False)
class _Rows:
    """All rows in the order of a layout.

    Attributes
    ----------
    layout : _Layout
    reduced : numpy.ndarray, shape (n,)
        RT less the effect of the ceramide, min.
    present : numpy.ndarray, shape (slots, levels)
        Chance that the species of a slot has a row, for each of the levels.
    """

    layout: _Layout
    reduced: FloatArray
    present: FloatArray


def starting_lines(
    observed: Observations, reduced: FloatArray, coelution: Coelution, slope: float
) -> Lines:
    """Place lines before anything else is known, larger head groups first.

    A row that co-elutes with a row on the line of a larger head group counts little, and so does
    one that has the mass of another species' artefact.

    Parameters
    ----------
    observed : Observations
    reduced : numpy.ndarray, shape (n,)
        RT less the effect of the ceramide, min.
    coelution : Coelution
        Pairs of possible parents and what they made.
    slope : float
        min per carbon.
    """
    layout = _layout(observed)
    row, place = layout.row, np.argsort(layout.row)
    reduced, weight = reduced[row], _weight(observed)[row]
    genuine, explained = np.zeros(len(row)), np.zeros(len(row))
    closeness = 1 / (1 + (coelution.delta / _CLOSE) ** 4)
    parent, child = place[coelution.parent], place[coelution.child]
    artefact = coelution.process >= 0
    np.maximum.at(explained, child[artefact], 0.8 * closeness[artefact])
    pairs = np.flatnonzero(~artefact)
    pairs = pairs[np.argsort(child[pairs], kind="stable")]  # hence by group
    parent, child, closeness = parent[pairs], child[pairs], closeness[pairs]
    bounds = np.append(layout.first, len(row))
    rows, made = bounds.tolist(), np.searchsorted(child, bounds).tolist()
    offsets = np.full((len(observed.groups), MOST_LINES), np.nan)
    for group in np.argsort(-observed.groups.depth, kind="stable").tolist():
        own, pair = slice(*rows[group : group + 2]), slice(*made[group : group + 2])
        np.maximum.at(explained, child[pair], closeness[pair] * genuine[parent[pair]])
        free, slots = 1 - explained[own], np.flatnonzero(layout.starts_slot[own])
        found = _dense_offsets(reduced[own], weight[own] * free, slots, slope)
        away = np.abs(reduced[own] - np.array(found)[:, None]).min(axis=0) / (_WIDTH * slope)
        genuine[own] = np.exp(-0.5 * away * away) * free
        offsets[group, : len(found)] = found
    return _lines(offsets)


def find_lines(
    observed: Observations,
    reduced: FloatArray,
    evidence: FloatArray,
    expected: FloatArray,
    variance: FloatArray,
    usual: FloatArray,
    scale: Scale,
    priors: Priors,
) -> Lines:
    """Place lines again, where they explain rows better than all else does.

    A line is worth the evidence of the rows on it, less what it costs to say where it stands and
    which of the group's species are on it and which are not.

    Parameters
    ----------
    observed : Observations
    reduced : numpy.ndarray, shape (n,)
        RT less the effect of the ceramide, min.
    evidence : numpy.ndarray, shape (n,)
        Log density of each row in the middle of a line over its intensity without that line.
    expected, variance : numpy.ndarray, shape (G,)
        Where compositions predict the first line of each group, min and min^2.
    usual : numpy.ndarray, shape (n,)
        Log-odds that species of the row's ceramide have a row, up to what is the line's own.
    scale : Scale
    priors : Priors
    """
    layout = _layout(observed)
    usual = usual[layout.row[layout.starts_slot]]
    chance = 1 / (1 + np.exp(-usual[:, None] - _LEVELS))
    rows = _Rows(layout, reduced[layout.row], np.minimum(np.maximum(chance, _LEAST), _MOST))
    expectation = _Expected(expected, np.sqrt(variance), _further(observed.groups, priors))
    return _lines(_worthy_offsets(rows, evidence[layout.row], expectation, scale))


@kept_with_first
def _further(groups: Groups, priors: Priors) -> FloatArray:
    """Return how likely one more line is: known isomers, or acetyls that may stand elsewhere."""
    possible = [
        isomer is None and (bool(isomers(series.split("+")[0])) or "OAc" in series)
        for series, isomer in zip(groups.series, groups.isomer, strict=True)
    ]
    return np.where(possible, priors.further_line.value, priors.unknown_line.value)


def _worthy_offsets(
    rows: _Rows, evidence: FloatArray, expected: _Expected, scale: Scale
) -> FloatArray:
    """Return the offsets of each group that are worth a line; the expected place if none is.

    Shape (G, MOST_LINES), NaN where there is no further line.
    """
    group = rows.layout.group
    offsets = np.full((len(expected.centre), MOST_LINES), np.nan)
    possible = evidence > 0
    for number in range(MOST_LINES):
        at = np.flatnonzero(possible)
        if len(at) == 0:
            break
        worth = _worth(rows, at, evidence, scale.sigma)
        worth -= _place_cost(rows, at, expected, scale, further=number > 0)
        best = at[_best_of_group(group[at], worth)]
        offsets[:, number] = _centres(rows, evidence, best, scale.sigma)
        away = np.abs(rows.reduced - offsets[group, number]) / scale.slope
        possible &= (away > _APART) & (away <= _FAR if number == 0 else True)
        evidence = np.where(away <= _APART, -np.inf, evidence)
    offsets[:, 0] = np.where(np.isnan(offsets[:, 0]), expected.centre, offsets[:, 0])
    return offsets


def _best_of_group(group: IntArray, worth: FloatArray) -> IntArray:
    """Return the row of each group that is worth most, if it is worth anything.

    Shape (g,) at most for the g groups of the rows, which are sorted by group.
    """
    order = np.lexsort((-worth, group))
    best = order[starts(group)]
    return best[worth[best] >= 0]


def _centres(rows: _Rows, evidence: FloatArray, best: IntArray, sigma: float) -> FloatArray:
    """Return the mean of the rows about the best row of each group, min, NaN without one."""
    group = rows.layout.group
    middle = np.full(len(rows.layout.size), np.nan)
    middle[group[best]] = rows.reduced[best]
    away = (rows.reduced - middle[group]) / sigma
    weight = np.exp(-0.5 * away**2) * (np.maximum(evidence, 0.0) + 1e-9)
    total = sum_by(group, weight, len(middle))
    return sum_by(group, weight * rows.reduced, len(middle)) / total


def _worth(rows: _Rows, centres: IntArray, evidence: FloatArray, sigma: float) -> FloatArray:
    """Return for a line through each of some rows the log odds that it exists.

    Each slot of the group is on the line, with the evidence of its best row, or is not; what is
    usual for its ceramide says how likely.
    """
    step = max(1, _MOST_PAIRS // int(rows.layout.size.max()))
    parts = [centres[k : k + step] for k in range(0, len(centres), step)]
    worth = [_worth_of_part(rows, part, evidence, sigma) for part in parts]
    return np.concatenate([np.zeros(0), *worth])


def _worth_of_part(
    rows: _Rows, centres: IntArray, evidence: FloatArray, sigma: float
) -> FloatArray:
    layout = rows.layout
    group = layout.group[centres]
    size, slots = layout.size[group], layout.slots[group]
    row = ranges(layout.first[group], size)  # all rows of each centre's group
    z = (rows.reduced[row] - np.repeat(rows.reduced[centres], size)) / (sigma * _TAIL**0.5)
    gain = evidence[row] - (_TAIL + 1) / 2 * np.log1p(z * z)
    first = np.flatnonzero(layout.starts_slot[row])
    best = np.minimum(np.maximum.reduceat(gain, first), _MOST_GAIN)
    odds = rows.present.take(layout.slot[row[first]], axis=0)
    odds *= np.expm1(best)[:, None]
    worth = np.log1p(odds, out=odds)
    total = np.add.reduceat(worth, np.cumsum(slots) - slots, axis=0)
    return np.asarray(total.max(axis=1)) - _LEVEL_COST


def _place_cost(
    rows: _Rows, at: IntArray, expected: _Expected, scale: Scale, *, further: bool
) -> FloatArray:
    """Return the cost of placing a line through rows: -log of its prior probability.

    A first line stands where its composition predicts it, a further one near the first.
    """
    group = rows.layout.group[at]
    if further:
        room = 2 * _FAR * scale.slope / scale.sigma
        return np.asarray(np.log(room) - np.log(expected.further[group]))
    spread = expected.spread[group]
    away = (rows.reduced[at] - expected.centre[group]) / spread
    return np.asarray(0.5 * np.minimum(away**2, 16.0) + np.log(spread / scale.sigma))


def _lines(offsets: FloatArray) -> Lines:
    """Return the lines at offsets of each group, shape (G, MOST_LINES), NaN where there is none."""
    ordered = np.sort(offsets, axis=1)
    group, number = np.nonzero(np.isfinite(ordered))
    return Lines(group, ordered[group, number])


def _weight(observed: Observations) -> FloatArray:
    """Weigh anchors more, and the larger features of a name more than its smaller ones."""
    volume = np.where(np.isfinite(observed.log_volume), observed.log_volume, 0.0)
    largest = np.full(int(observed.slot.max(initial=0)) + 1, -np.inf)
    np.maximum.at(largest, observed.slot, volume)
    relative = 10 ** (volume - largest[observed.slot])
    return np.where(observed.anchor, _ANCHOR_WEIGHT, 0.8 + 0.2 * relative)


def _dense_offsets(
    reduced: FloatArray, weight: FloatArray, slots: IntArray, slope: float
) -> list[float]:
    """Return the offsets that more ceramides share than chance lets expect, densest first.

    Of the rows of one group; `slots` is the first row of each slot.
    """
    width = _WIDTH * slope
    distance = (reduced[:, None] - reduced) / width
    close = np.exp(-0.5 * distance * distance)
    found: list[float] = []
    while not found or (len(found) < MOST_LINES and weight.sum() >= _LEAST_SUPPORT):
        near = weight * close
        if len(slots) < len(reduced):
            near = np.maximum.reduceat(near, slots, axis=1)  # the best row of each slot counts
        support = near.sum(axis=1)
        if found:
            support *= np.abs(reduced - found[0]) < _FAR * slope
        best = int(support.argmax())
        if found and not _is_dense(reduced, weight, float(support[best]), width):
            break
        share = close[best] * weight
        total = float(share.sum())
        centre = float(share @ reduced) / total if total > 0 else float(reduced[best])
        found.append(centre)
        weight = weight * (np.abs(reduced - centre) >= _APART * slope)
    return found


def _is_dense(reduced: FloatArray, weight: FloatArray, support: float, width: float) -> bool:
    """Return whether rows placed anywhere would agree so well less often than allowed."""
    rows = float(weight.sum())
    if min(support, rows) < _LEAST_SUPPORT:
        return False
    span = max(float(np.ptp(reduced)), 20 * width)
    expected = max(rows - 1, 0.0) * 4 * width / span
    return rows * _poisson_tail(support - 1, expected) < _BY_CHANCE


def _poisson_tail(count: float, mean: float) -> float:
    """Return the probability of `count` (rounded) or more events where `mean` are expected."""
    term, below = exp(-mean), 0.0
    for k in range(round(count)):
        below += term
        term *= mean / (k + 1)
    return max(1.0 - below, 0.0)
