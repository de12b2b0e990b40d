"""Rule 3, isomers: the lines on which the genuine features of each series stand.

Two dense offsets within one series that nothing else explains are two isomers. Whether an offset
is dense is a question of chance: how many ceramides would agree so well if they stood anywhere?
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import exp
from typing import Final

import numpy as np

from ganglioside.glycans import UNITS
from ganglioside.names import isomers
from ganglioside.observations import (
    BoolArray,
    FloatArray,
    Groups,
    IntArray,
    Observations,
    ranges,
    starts,
    sum_by,
)
from ganglioside.rules.fragments import Coelution

MOST_LINES: Final = 3  # isomers that are told apart within one series
_ANCHOR_WEIGHT: Final = 3.0
_WIDTH: Final = 0.08  # carbons; half-width of a dense offset
_APART: Final = 0.2  # carbons; isomers that stand closer are one line
_FAR: Final = 0.85  # carbons; isomers stand closer to the main line (observed: 0.3 to 0.75)
_BY_CHANCE: Final = 0.1  # further lines expected by chance in a series, at most
_CLOSE: Final = 0.025  # min; a co-eluting pair this close explains its child
_FURTHER: Final = 0.3  # prior probability of one more line, where isomers are known
_UNHEARD_OF: Final = 1e-5  # the same where only one structure is possible

#: Log-odds with which a line shows the species of its group, as far as areas leave it open, and
#: what it costs to choose among them.
_LEVELS: Final = np.linspace(-6, 4, 11)
_LEVEL_COST: Final = 1.5
_PRESENCE: Final = 0.01, 0.97

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
class _Rows:
    """All rows, and their order by group and slot.

    `usual` is the log-odds that the species has a row, up to what is the line's own.
    """

    group: IntArray
    slot: IntArray
    reduced: FloatArray
    usual: FloatArray

    @cached_property
    def order(self) -> IntArray:
        """Rows by group, then slot."""
        return np.lexsort((self.slot, self.group))

    @cached_property
    def sizes(self) -> IntArray:
        """Rows of each group."""
        return np.bincount(self.group)

    @cached_property
    def first(self) -> IntArray:
        """Place of each group in `order`."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def starts_slot(self) -> BoolArray:
        """Whether another slot starts at a place in `order`."""
        return starts(self.slot[self.order])

    @cached_property
    def present(self) -> FloatArray:
        """Chance that the species has a row, for each of the levels, shape (levels, n)."""
        chance = 1 / (1 + np.exp(-self.usual - _LEVELS[:, None]))
        return np.minimum(np.maximum(chance, _PRESENCE[0]), _PRESENCE[1])

    @cached_property
    def slots(self) -> IntArray:
        """Slots of each group."""
        return np.bincount(self.group[self.order][self.starts_slot])


@dataclass(frozen=True, eq=False)
class _Members:
    """The rows of one group by slot: reduced RT, slot and weight."""

    reduced: FloatArray
    slot: IntArray
    weight: FloatArray

    @cached_property
    def starts(self) -> IntArray:
        """The first row of each slot."""
        return np.flatnonzero(starts(self.slot))


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
    genuine = np.zeros(len(observed))
    closeness = 1 / (1 + (coelution.delta / _CLOSE) ** 4)
    artefact = coelution.process >= 0
    explained = np.zeros(len(observed))
    np.maximum.at(explained, coelution.child[artefact], 0.8 * closeness[artefact])
    weight = _weight(observed)
    pair_group = np.where(artefact, -1, observed.group[coelution.child])
    members = _members(observed)
    found: list[list[float]] = [[] for _ in members]
    for group in np.argsort(-observed.groups.depth, kind="stable"):
        rows = members[group]
        pairs = pair_group == group
        strength = closeness[pairs] * genuine[coelution.parent[pairs]]
        np.maximum.at(explained, coelution.child[pairs], strength)
        free = weight[rows] * (1 - explained[rows])
        offsets = _dense_offsets(_Members(reduced[rows], observed.slot[rows], free), slope)
        for offset in offsets:
            near = np.exp(-0.5 * ((reduced[rows] - offset) / (_WIDTH * slope)) ** 2)
            genuine[rows] = np.maximum(genuine[rows], near * (1 - explained[rows]))
        found[group] = offsets
    return _lines(found)


def find_lines(
    observed: Observations,
    reduced: FloatArray,
    evidence: FloatArray,
    expected: FloatArray,
    variance: FloatArray,
    usual: FloatArray,
    scale: Scale,
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
    """
    rows = _Rows(observed.group, observed.slot, reduced, usual)
    expectation = _Expected(
        expected,
        np.sqrt(variance),
        np.where(_have_isomers(observed.groups), _FURTHER, _UNHEARD_OF),
    )
    return _lines(_worthy_offsets(rows, evidence, expectation, scale))


@lru_cache(maxsize=4)
def _have_isomers(groups: Groups) -> tuple[bool, ...]:
    """Return which groups have isomers: known ones, or acetyls that may stand elsewhere."""
    return tuple(
        isomer is None and (bool(isomers(series.split("+")[0])) or "OAc" in series)
        for series, isomer in zip(groups.series, groups.isomer, strict=True)
    )


def _worthy_offsets(
    rows: _Rows, evidence: FloatArray, expected: _Expected, scale: Scale
) -> list[list[float]]:
    """Return the offsets of each group that are worth a line; the expected place if none is."""
    n_groups = len(expected.centre)
    first = expected.centre.copy()
    found: list[list[float]] = [[] for _ in range(n_groups)]
    active = np.full(n_groups, True)
    for number in range(MOST_LINES):
        possible = active[rows.group] & (evidence > 0)
        if number:
            possible &= np.abs(rows.reduced - first[rows.group]) <= _FAR * scale.slope
        worth = np.full(len(rows.reduced), -np.inf)
        at = np.flatnonzero(possible)
        worth[at] = _worth(rows, at, evidence, scale.sigma)
        worth[at] -= _place_cost(rows, at, expected, scale, further=number > 0)
        best = _best_of_group(rows.group, worth, n_groups)
        active &= worth[best] >= 0
        centre = _centres(rows, evidence, best, scale.sigma)
        for group in np.flatnonzero(active):
            found[group].append(float(centre[group]))
        first = np.where(active, centre, first) if number == 0 else first
        taken = np.abs(rows.reduced - centre[rows.group]) <= _APART * scale.slope
        evidence = np.where(taken & active[rows.group], -np.inf, evidence)
    return [f or [float(c)] for f, c in zip(found, expected.centre, strict=True)]


def _best_of_group(group: IntArray, worth: FloatArray, n_groups: int) -> IntArray:
    """Return the row of each group that is worth most, shape (G,)."""
    order = np.lexsort((-worth, group))
    best = np.zeros(n_groups, dtype=np.int64)
    first = order[starts(group[order])]
    best[group[first]] = first
    return best


def _centres(rows: _Rows, evidence: FloatArray, best: IntArray, sigma: float) -> FloatArray:
    """Return the mean of the rows about the best row of each group, min, shape (G,)."""
    away = (rows.reduced - rows.reduced[best][rows.group]) / sigma
    near = np.exp(-0.5 * away**2)
    weight = near * np.maximum(evidence, 0.0) + 1e-9 * near
    total = sum_by(rows.group, weight, len(best))
    return sum_by(rows.group, weight * rows.reduced, len(best)) / np.maximum(total, 1e-300)


def _worth(rows: _Rows, centres: IntArray, evidence: FloatArray, sigma: float) -> FloatArray:
    """Return for a line through each of some rows the log odds that it exists.

    Each slot of the group is on the line, with the evidence of its best row, or is not; what is
    usual for its ceramide says how likely.
    """
    step = max(1, _MOST_PAIRS // int(rows.sizes.max()))
    parts = [centres[k : k + step] for k in range(0, len(centres), step)]
    worth = [_worth_of_part(rows, part, evidence, sigma) for part in parts]
    return np.concatenate([np.zeros(0), *worth])


def _worth_of_part(
    rows: _Rows, centres: IntArray, evidence: FloatArray, sigma: float
) -> FloatArray:
    group = rows.group[centres]
    place = ranges(rows.first[group], rows.sizes[group])  # in rows.order: each centre's group
    size = rows.sizes[group]
    row = rows.order[place]
    z = (rows.reduced[row] - np.repeat(rows.reduced[centres], size)) / sigma
    gain = evidence[row] - (_TAIL + 1) / 2 * np.log1p(z**2 / _TAIL)
    first = np.flatnonzero(rows.starts_slot[place])
    best = np.minimum(np.maximum.reduceat(gain, first), _MOST_GAIN)
    worth = np.log1p(rows.present[:, row[first]] * np.expm1(best))
    slots = rows.slots[group]
    total = np.add.reduceat(worth, np.cumsum(slots) - slots, axis=1)
    return np.asarray(total.max(axis=0)) - _LEVEL_COST


def _place_cost(
    rows: _Rows, at: IntArray, expected: _Expected, scale: Scale, *, further: bool
) -> FloatArray:
    """Return the cost of placing a line through rows: -log of its prior probability.

    A first line stands where its composition predicts it, a further one near the first.
    """
    group = rows.group[at]
    if further:
        room = 2 * _FAR * scale.slope / scale.sigma
        return np.asarray(np.log(room) - np.log(expected.further[group]))
    spread = expected.spread[group]
    away = (rows.reduced[at] - expected.centre[group]) / spread
    return np.asarray(0.5 * np.minimum(away**2, 16.0) + np.log(spread / scale.sigma))


def _lines(found: list[list[float]]) -> Lines:
    group = [g for g, offsets in enumerate(found) for _ in offsets]
    return Lines(np.array(group, dtype=np.int64), np.array([o for f in found for o in sorted(f)]))


def _weight(observed: Observations) -> FloatArray:
    """Weigh anchors more, and the larger features of a name more than its smaller ones."""
    volume = np.where(np.isfinite(observed.log_volume), observed.log_volume, 0.0)
    largest = np.full(int(observed.slot.max(initial=0)) + 1, -np.inf)
    np.maximum.at(largest, observed.slot, volume)
    relative = 10 ** (volume - largest[observed.slot])
    return np.where(observed.anchor, _ANCHOR_WEIGHT, 0.8 + 0.2 * relative)


def _members(observed: Observations) -> list[IntArray]:
    """Return the rows of each group, by slot."""
    order = np.lexsort((observed.slot, observed.group))
    sizes = np.bincount(observed.group, minlength=len(observed.groups))
    return np.split(order, np.cumsum(sizes)[:-1])


def _dense_offsets(members: _Members, slope: float) -> list[float]:
    """Return the offsets that more ceramides share than chance lets expect, densest first."""
    width = _WIDTH * slope
    weight = members.weight.copy()
    distance = (members.reduced[:, None] - members.reduced[None, :]) / width
    close = np.exp(-0.5 * distance**2)
    found: list[float] = []
    while len(found) < MOST_LINES:
        score = _support(members, weight * close)
        if found:
            score = np.where(np.abs(members.reduced - found[0]) < _FAR * slope, score, 0.0)
        best = int(np.argmax(score))
        if found and not _is_dense(members.reduced, weight, float(score[best]), width):
            break
        near = close[best] * weight
        centre = float(members.reduced[best])
        if near.sum() > 0:
            centre = float(near @ members.reduced / near.sum())
        found.append(centre)
        weight = np.where(np.abs(members.reduced - centre) < _APART * slope, 0.0, weight)
    return found


def _support(members: _Members, near: FloatArray) -> FloatArray:
    """Return for each row how many ceramides stand near it, the best row of each counting."""
    if len(members.starts) < len(members.slot):
        near = np.maximum.reduceat(near, members.starts, axis=1)
    return np.asarray(near.sum(axis=1))


def _is_dense(reduced: FloatArray, weight: FloatArray, support: float, width: float) -> bool:
    """Return whether rows placed anywhere would agree so well less often than allowed."""
    rows = float(weight.sum())
    if support < 1.5 or rows <= 0:
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


#: Fragments of one kind that a fingerprint needs.
_FINGERPRINT: Final = 1.0

_POSITIONS: Final = {1: ("",), 2: ("early", "late"), 3: ("early", "middle", "late")}


def line_names(
    groups: Groups, line_group: IntArray, offset: FloatArray, seen: FloatArray
) -> tuple[str | None, ...]:
    """Name the lines: `GD1a` where fragments tell, else `GD1 early`, None for a single line.

    The end of the sugar chain is lost first, so the fragments of the inner core show how many
    sialic acids stand on the inner galactose: GM3 and GM2 mark GD1a (one), GD3 and GD2 mark
    GD1b (two). The order of elution names nothing: it is a property of the method.

    Parameters
    ----------
    groups : Groups
    line_group : numpy.ndarray of int, shape (L,)
    offset : numpy.ndarray, shape (L,)
        RT of the reference ceramide, min.
    seen : numpy.ndarray, shape (L, G)
        Fragments of each group that genuine features of each line made.
    """
    names: list[str | None] = [groups.isomer[g] for g in line_group]
    inner = _inner_sialic_acids(groups, seen)
    for group in np.flatnonzero(np.bincount(line_group) > 1):
        lines = np.flatnonzero(line_group == group)
        lines = lines[np.argsort(offset[lines])]
        letters = _letters(groups.series[group], [inner[k] for k in lines])
        for line, place, letter in zip(lines, _POSITIONS[len(lines)], letters, strict=True):
            names[line] = letter or f"{groups.isomer[group] or groups.series[group]} {place}"
    return tuple(names)


def _inner_sialic_acids(groups: Groups, seen: FloatArray) -> list[int | None]:
    """Return how many inner sialic acids the core fragments of each line show."""
    units = groups.units
    place = {unit: UNITS.index(unit) for unit in ("hex", "hexnac", "neuac", "neugc")}
    sialic = units[:, place["neuac"]] + units[:, place["neugc"]]
    others = np.delete(units, list(place.values()), axis=1)
    core = (units[:, place["hex"]] == 2) & (units[:, place["hexnac"]] <= 1)
    core &= (others == 0).all(axis=1)
    counts = [[float(row[core & (sialic == number)].sum()) for number in range(4)] for row in seen]
    shown = [[k for k, count in enumerate(row) if count >= _FINGERPRINT] for row in counts]
    return [max(ks) if ks else None for ks in shown]


def _letters(series: str, inner: list[int | None]) -> list[str | None]:
    """Return the isomer of each line where exactly one fits and no other line claims it."""
    base, plus, modifications = series.partition("+")
    fits = [[h.isomer for h in isomers(base) if h.inner == k and not h.alpha] for k in inner]
    single = [f[0] if len(f) == 1 else None for f in fits]
    return [
        f"{name}{plus}{modifications}" if name and single.count(name) == 1 else None
        for name in single
    ]
