"""Rule 3, isomers: the lines of the genuine features of each series.

Two dense offsets within one series that nothing else explains are two isomers. Whether an offset
is dense is a question of chance: how many ceramides would agree so well at random RT?
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution
from ganglioside.lipids.head_groups import isomers
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges, starts, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import closeness
from ganglioside.support.priors import Priors

MOST_LINES: Final = 3  # isomers of one series that are distinguished
_ANCHOR_WEIGHT: Final = 3.0
_WIDTH: Final = 0.08  # carbons; half-width of a dense offset
_LEAST_SUPPORT: Final = 1.5  # ceramides that a further line needs
_APART: Final = 0.2  # carbons; only species with a row on each tell isomers apart that are closer
_FAR: Final = 0.85  # carbons; isomers are usually closer to the main line (observed: 0.3 to 0.75)
_FARTHER: Final = 0.08  # carbons beyond, at which they are rarer by a factor of e
_FARTHEST: Final = 2.0  # carbons; never farther
_BY_CHANCE: Final = 0.1  # further lines expected by chance in a series, at most
_CLOSE: Final = 0.025  # min; a co-eluting pair this close explains its child by half
_ARTEFACT_SHARE: Final = 0.8  # of a row, at most, that an artefact explains

#: Levels of a line tried: log-odds that its species have rows, beyond those from their areas;
#: and the cost of choosing among them.
_LEVELS: Final = np.linspace(-6, 4, 11)
_LEVEL_COST: Final = 1.5
_LEAST: Final = 0.01  # probability that a species has a row
_MOST: Final = 0.97

_TAIL: Final = 6.0  # degrees of freedom of the scatter about a line
_MOST_GAIN: Final = 50.0
_MOST_PAIRS: Final = 200_000  # rows that are compared at once
_TINY: Final = 1e-9
_MOST_DISTANCE_COST: Final = 16.0  # squared spreads of an expected RT, at most


@dataclass(frozen=True, eq=False)
class LineOffsets:
    """Lines: group of each, and RT of the reference ceramide, min, each shape (L,)."""

    group: IntArray
    offset: FloatArray


@dataclass(frozen=True, slots=True)
class Scale:
    """How far apart rows and lines are.

    Attributes
    ----------
    sigma, apart : float
        Scatter about a line, and distance of lines of one group at least, min.
    slope : float
        min per carbon.
    """

    sigma: float
    apart: float
    slope: float


@dataclass(frozen=True, eq=False)
class ExpectedLines:
    """Places at which lines of each group are expected, one as likely as the other.

    Attributes
    ----------
    centre, spread : numpy.ndarray, shape (G, C)
        RT of the reference ceramide, min, and its standard deviation, min. The first by the
        compositions of other series; of acetylated series also beside each line of their base.
        NaN where a group has fewer.
    """

    centre: FloatArray
    spread: FloatArray

    @property
    def first(self) -> FloatArray:
        """Place of the first line of each group by its composition, min, shape (G,)."""
        return self.centre[:, 0]

    def cost(self, group: IntArray, offset: FloatArray, unit: float) -> FloatArray:
        """-log of the density of lines of some groups at these offsets, each shape (k,).

        For each place, the squared distance in spreads is bounded: no place is impossible.

        Parameters
        ----------
        group : numpy.ndarray of int, shape (k,)
        offset : numpy.ndarray, shape (k,)
            min.
        unit : float
            What the density is per, min.
        """
        spread = self.spread[group]
        away = (offset[:, None] - self.centre[group]) / spread
        density = np.exp(-0.5 * np.minimum(away**2, _MOST_DISTANCE_COST)) * unit / spread
        return np.asarray(-np.log(np.nanmean(density, axis=1)))


@dataclass(frozen=True, eq=False)
class _Layout:
    """The rows in the order of their groups, those of a group in the order of their slots.

    A slot is a sample, a group and a ceramide, as in `Observations`.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (n,)
        The rows in this order, which is that of all other arrays.
    group, slot : numpy.ndarray of int, shape (n,)
        Group and slot of each row; slots are numbered in this order.
    starts_slot : numpy.ndarray of bool, shape (n,)
        Whether a row is the first of its slot.
    size, slots, first : numpy.ndarray of int, shape (G,)
        Number of rows and slots of each group, and index of its first row.
    """

    row: IntArray
    group: IntArray
    slot: IntArray
    starts_slot: BoolArray
    size: IntArray
    slots: IntArray
    first: IntArray


@kept_with_first  # the rows are the same in each round
def _layout(observed: Observations) -> _Layout:
    """Layout of the rows of a table."""
    row = np.lexsort((observed.slot, observed.group))
    group = observed.group[row]
    starts_slot = starts(observed.slot[row])
    size = np.bincount(group, minlength=len(observed.groups))
    return _Layout(
        row=row,
        group=group,
        slot=np.cumsum(starts_slot) - 1,
        starts_slot=starts_slot,
        size=size,
        slots=np.bincount(group[starts_slot], minlength=len(size)),
        first=np.cumsum(size) - size,
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """All rows in the order of a layout.

    Attributes
    ----------
    layout : _Layout
    reduced : numpy.ndarray, shape (n,)
        RT less the effect of the ceramide, min.
    present : numpy.ndarray, shape (slots, levels)
        Probability that the species of a slot has a row, for each of `_LEVELS`.
    """

    layout: _Layout
    reduced: FloatArray
    present: FloatArray


def starting_lines(
    observed: Observations, reduced: FloatArray, coelution: Coelution, slope: float
) -> LineOffsets:
    """First lines, before anything else is known; larger head groups come first.

    A row that co-elutes with a row on the line of a larger head group counts little, and so does
    one that has the mass of another species' artefact.

    Parameters
    ----------
    observed : Observations
    reduced : numpy.ndarray, shape (n,)
        RT less the effect of the ceramide, min.
    coelution : Coelution
        Pairs of possible parents and their fragments or artefacts.
    slope : float
        min per carbon.
    """
    layout = _layout(observed)
    row = layout.row
    reduced = reduced[row]
    weight = _weight(observed)[row]
    explained = _explained_by_artefacts(layout, coelution)
    parent, child, close = _fragment_pairs_by_child(layout, coelution)
    row_bounds = np.append(layout.first, len(row))
    pair_bounds = np.searchsorted(child, row_bounds)
    first_row, first_pair = row_bounds.tolist(), pair_bounds.tolist()
    genuine = np.zeros(len(row))
    offsets = np.full((len(observed.groups), MOST_LINES), np.nan)
    for group in np.argsort(-observed.groups.depth, kind="stable").tolist():
        own = slice(first_row[group], first_row[group + 1])
        pair = slice(first_pair[group], first_pair[group + 1])
        by_parents = close[pair] * genuine[parent[pair]]
        np.maximum.at(explained, child[pair], by_parents)
        free = 1 - explained[own]
        slots = np.flatnonzero(layout.starts_slot[own])
        found = _dense_offsets(reduced[own], weight[own] * free, slots, slope)
        distance = np.abs(reduced[own] - np.array(found)[:, None]).min(axis=0)
        away = distance / (_WIDTH * slope)
        genuine[own] = np.exp(-0.5 * away * away) * free
        offsets[group, : len(found)] = found
    return _as_lines(offsets)


def _explained_by_artefacts(layout: _Layout, coelution: Coelution) -> FloatArray:
    """Part of each row that a co-eluting artefact explains, 0 to 1, shape (n,), as laid out."""
    position = np.argsort(layout.row)
    artefact = coelution.process >= 0
    explained = np.zeros(len(layout.row))
    by_artefact = _ARTEFACT_SHARE * closeness(coelution.delta[artefact] / _CLOSE)
    np.maximum.at(explained, position[coelution.child[artefact]], by_artefact)
    return explained


def _fragment_pairs_by_child(
    layout: _Layout, coelution: Coelution
) -> tuple[IntArray, IntArray, FloatArray]:
    """Parent, child and closeness of the fragment pairs, in the order of the child's group.

    Parent and child are indices into the rows as laid out.
    """
    position = np.argsort(layout.row)
    fragments = np.flatnonzero(coelution.process < 0)
    child = position[coelution.child[fragments]]
    order = np.argsort(child, kind="stable")
    parent = position[coelution.parent[fragments]]
    close = closeness(coelution.delta[fragments] / _CLOSE)
    return parent[order], child[order], close[order]


def find_lines(
    observed: Observations,
    reduced: FloatArray,
    evidence: FloatArray,
    expected: ExpectedLines,
    usual: FloatArray,
    scale: Scale,
    priors: Priors,
) -> LineOffsets:
    """Lines that explain rows better than all other processes do.

    A line is worth the evidence of its rows, less the cost of its RT and of the choice which of
    the group's species are on it and which are not.

    Parameters
    ----------
    observed : Observations
    reduced : numpy.ndarray, shape (n,)
        RT less the effect of the ceramide, min.
    evidence : numpy.ndarray, shape (n,)
        Log density of each row in the middle of a line over its intensity without that line.
    expected : ExpectedLines
    usual : numpy.ndarray, shape (n,)
        Log-odds that species of the row's ceramide have a row, but for the level of the line.
    scale : Scale
    priors : Priors
    """
    layout = _layout(observed)
    slot_usual = usual[layout.row[layout.starts_slot]]
    chance = 1 / (1 + np.exp(-slot_usual[:, None] - _LEVELS))
    present = np.minimum(np.maximum(chance, _LEAST), _MOST)
    rows = _Rows(layout, reduced[layout.row], present)
    further = further_line(observed.groups, priors)
    return _as_lines(_worthy_offsets(rows, evidence[layout.row], expected, further, scale))


def apart_on_a_line(slope: float) -> float:
    """RT by which isomers of one series are usually apart at least, min."""
    return _APART * slope


def further_line_spread(slope: float) -> float:
    """Standard deviation of a further line about the main one of its series, min.

    That of an even distribution as far as isomers are from the main line, to both sides.
    """
    return _FAR * slope / sqrt(3)


@kept_with_first
def further_line(groups: Groups, priors: Priors) -> FloatArray:
    """Probability of one more line in each group, shape (G,).

    It is larger for series with known isomers, or with acetyls in several possible positions.
    """
    several = []
    for series, isomer in zip(groups.series, groups.isomer, strict=True):
        known_isomers = bool(isomers(series.split("+")[0]))
        several.append(isomer is None and (known_isomers or "OAc" in series))
    return np.where(several, priors.further_line.value, priors.unknown_line.value)


def _worthy_offsets(
    rows: _Rows,
    evidence: FloatArray,
    expected: ExpectedLines,
    further: FloatArray,
    scale: Scale,
) -> FloatArray:
    """Offsets of each group that are worth a line, min, shape (G, MOST_LINES).

    NaN where there is no further line, of which `further`, shape (G,), is the probability; the
    first is where it is expected if none is worth a line.
    """
    group = rows.layout.group
    offsets = np.full((len(further), MOST_LINES), np.nan)
    possible = evidence > 0
    for number in range(MOST_LINES):
        at = np.flatnonzero(possible)
        if len(at) == 0:
            break
        cost = _place_cost(rows, at, expected, scale)
        if number:
            near = _near_cost(rows, at, offsets[:, 0], scale)
            several = np.isfinite(expected.centre[group[at]]).sum(axis=1) > 1
            near = np.where(several, np.minimum(cost, near), near)
            cost = near - np.log(further[group[at]])
        worth = _worth(rows, at, evidence, scale.sigma) - cost
        best = at[_best_of_group(group[at], worth)]
        offsets[:, number] = _centres(rows, evidence, best, scale.sigma)
        away = np.abs(rows.reduced - offsets[group, number])
        on_line = away <= scale.apart
        seen = _species_seen(rows, on_line)
        taken = on_line | ((away <= apart_on_a_line(scale.slope)) & ~seen)
        possible &= ~taken
        if number == 0:
            possible &= seen & (away <= _FARTHEST * scale.slope)
        evidence = np.where(taken, -np.inf, evidence)
    offsets[:, 0] = np.where(np.isnan(offsets[:, 0]), expected.first, offsets[:, 0])
    return offsets


def _species_seen(rows: _Rows, on_line: BoolArray) -> BoolArray:
    """Whether a row of the species of each row is on a line, shape (n,).

    Only species with a row on each tell two lines apart: others may as well scatter about one
    line, or show that it bends.
    """
    slot = rows.layout.slot
    return np.asarray((np.bincount(slot, on_line) > 0)[slot])


def _best_of_group(group: IntArray, worth: FloatArray) -> IntArray:
    """Index of the row of each group that is worth most, if it is worth anything.

    Shape (g,) at most for the g groups of the rows, which are sorted by group.
    """
    order = np.lexsort((-worth, group))
    best = order[starts(group)]
    return best[worth[best] >= 0]


def _centres(rows: _Rows, evidence: FloatArray, best: IntArray, sigma: float) -> FloatArray:
    """Weighted mean of the rows near the best row of each group, min, shape (G,).

    NaN for a group without a best row.
    """
    group = rows.layout.group
    n_groups = len(rows.layout.size)
    middle = np.full(n_groups, np.nan)
    middle[group[best]] = rows.reduced[best]
    away = (rows.reduced - middle[group]) / sigma
    weight = np.exp(-0.5 * away**2) * (np.maximum(evidence, 0.0) + _TINY)
    total = sum_by(group, weight, n_groups)
    return sum_by(group, weight * rows.reduced, n_groups) / total


def _worth(rows: _Rows, centres: IntArray, evidence: FloatArray, sigma: float) -> FloatArray:
    """Log odds that there is a line through each of some rows, shape (len(centres),).

    Each slot of the group is on the line, with the evidence e of its best row, or is not. With p
    the probability that the species of a slot has a row, for the best of `_LEVELS`,

        sum over slots of log(1 + p (exp(e) - 1))
    """
    step = max(1, _MOST_PAIRS // int(rows.layout.size.max()))
    parts = [centres[k : k + step] for k in range(0, len(centres), step)]
    worth = [_worth_of_part(rows, part, evidence, sigma) for part in parts]
    return np.concatenate([np.zeros(0), *worth])


def _worth_of_part(
    rows: _Rows, centres: IntArray, evidence: FloatArray, sigma: float
) -> FloatArray:
    """`_worth` for as many centres as fit into memory at once."""
    layout = rows.layout
    group = layout.group[centres]
    size, slots = layout.size[group], layout.slots[group]
    row = ranges(layout.first[group], size)  # all rows of each centre's group
    distance = rows.reduced[row] - np.repeat(rows.reduced[centres], size)
    z = distance / (sigma * _TAIL**0.5)
    gain = evidence[row] - (_TAIL + 1) / 2 * np.log1p(z * z)
    first_of_slot = np.flatnonzero(layout.starts_slot[row])
    best = np.minimum(np.maximum.reduceat(gain, first_of_slot), _MOST_GAIN)
    odds = rows.present.take(layout.slot[row[first_of_slot]], axis=0)
    odds *= np.expm1(best)[:, None]
    slot_worth = np.log1p(odds, out=odds)
    total = np.add.reduceat(slot_worth, np.cumsum(slots) - slots, axis=0)
    return np.asarray(total.max(axis=1)) - _LEVEL_COST


def _place_cost(rows: _Rows, at: IntArray, expected: ExpectedLines, scale: Scale) -> FloatArray:
    """-log of the prior probability of a first line through some rows, shape (len(at),).

    It is expected where its composition predicts it, that of an acetylated series also beside each
    line of its base.
    """
    return expected.cost(rows.layout.group[at], rows.reduced[at], scale.sigma)


def _near_cost(rows: _Rows, at: IntArray, main: FloatArray, scale: Scale) -> FloatArray:
    """-log of the density of a further line through some rows, shape (len(at),).

    It is anywhere near the `main` one of its group, shape (G,), and seldom farther.
    """
    away = np.abs(rows.reduced[at] - main[rows.layout.group[at]]) / scale.slope
    near = np.log(2 * (_FAR + _FARTHER) * scale.slope / scale.sigma)
    return np.asarray(near + np.maximum(away - _FAR, 0.0) / _FARTHER)


def _as_lines(offsets: FloatArray) -> LineOffsets:
    """Lines at the offsets of each group, shape (G, MOST_LINES), NaN where there is no line."""
    ordered = np.sort(offsets, axis=1)
    group, number = np.nonzero(np.isfinite(ordered))
    return LineOffsets(group, ordered[group, number])


def _weight(observed: Observations) -> FloatArray:
    """Weight of each row, shape (n,): `_ANCHOR_WEIGHT` for anchors, 0.8 to 1 for others.

    The larger features of a slot count more than its smaller ones.
    """
    volume = np.where(np.isfinite(observed.log_volume), observed.log_volume, 0.0)
    largest = np.full(int(observed.slot.max(initial=0)) + 1, -np.inf)
    np.maximum.at(largest, observed.slot, volume)
    relative = 10 ** (volume - largest[observed.slot])
    return np.where(observed.anchor, _ANCHOR_WEIGHT, 0.8 + 0.2 * relative)


def _dense_offsets(
    reduced: FloatArray, weight: FloatArray, slots: IntArray, slope: float
) -> list[float]:
    """Offsets on which more ceramides agree than by chance, min, densest first; one at least.

    Parameters
    ----------
    reduced, weight : numpy.ndarray, shape (k,)
        RT less the effect of the ceramide, min, and weight of the rows of one group.
    slots : numpy.ndarray of int
        Index of the first row of each slot.
    slope : float
        min per carbon.
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
        weight = weight * (np.abs(reduced - centre) >= apart_on_a_line(slope))
    return found


def _is_dense(reduced: FloatArray, weight: FloatArray, support: float, width: float) -> bool:
    """Whether rows at random RT would agree so well less than `_BY_CHANCE` times a series."""
    rows = float(weight.sum())
    if min(support, rows) < _LEAST_SUPPORT:
        return False
    span = max(float(np.ptp(reduced)), 20 * width)
    expected = max(rows - 1, 0.0) * 4 * width / span
    return rows * _poisson_tail(support - 1, expected) < _BY_CHANCE


def _poisson_tail(count: float, mean: float) -> float:
    """Probability of `count` (rounded) or more events where `mean` are expected.

    Counts are small: `scipy.special.pdtrc` takes as long, and 0.2 s to be imported, which is a
    good part of an analysis that needs nothing else of it.
    """
    term = exp(-mean)
    below = 0.0
    for k in range(round(count)):
        below += term
        term *= mean / (k + 1)
    return max(1.0 - below, 0.0)
