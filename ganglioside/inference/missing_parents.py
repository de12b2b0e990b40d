"""Missing parents: species without a row of their own whose fragments or artefacts have rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Final

import numpy as np

from ganglioside.inference.artefact_counts import relative_extents
from ganglioside.inference.candidates import lines_of
from ganglioside.inference.fragment_yields import emission_rates, expected_yields
from ganglioside.inference.pathways import RtDifference, pathway_rt
from ganglioside.inference.shares import MissingParents
from ganglioside.inference.state import Inference, flat_index
from ganglioside.ion_source.artefacts import formula_extents, nearness, processes
from ganglioside.ion_source.isobars import Posing
from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import Ceramides, Curve, ceramide_basis, ceramide_class
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by, sum_of_others
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import OWN_TAIL, student
from ganglioside.support.priors import Priors

_LEAST_PRESENCE: Final = 0.02
_FULL_LINE: Final = 4.0  # features of a line in each sample, from which all its species are likely
_FULL_CERAMIDE: Final = 2.0  # the same of a ceramide
_SUREST: Final = 0.95
_MOST_GAIN: Final = 30.0  # log odds that siblings add
_FAR: Final = 8.0  # scales from where the parent is expected
_A_ROW: Final = 0.01  # share of genuine rows from which a relative has an area of its own
_AS_PAIRS: Final = 0.15  # part of the density with the heavy tails of co-elution


def missing_parents(state: Inference, sought: BoolArray, others: FloatArray) -> MissingParents:
    """Missing parents of some rows, with the intensity at which each makes its row.

    A parent is expected where its line and its ceramide are common in the table. Siblings, other
    rows at the RT where the parent should be, make it likelier. The intensity of an entry is

        rate * density of RT * density of area * density of m/z * P(the parent exists)

    Parameters
    ----------
    state : Inference
    sought : numpy.ndarray of bool, shape (n,)
        The rows that missing parents may have made.
    others : numpy.ndarray, shape (n,)
        Intensity at each row of all other processes.
    """
    lines = state.line_group.tobytes()
    possible = _on_lines(state.observed, state.posing, lines, state.curve.slope, state.priors)
    away, variance = _distance(state, possible)
    near = away**2 < _FAR**2 * variance
    entries = np.flatnonzero(near & sought.take(possible.child))
    found = possible.missing_parents(entries)
    kind = found.line * len(state.observed.groups) + state.observed.group[found.child]
    apart = _apart(state, found, kind)
    scale = np.sqrt(variance.take(entries) + apart.scale**2)
    density = _density((away.take(entries) - apart.mean) / scale, scale, state.pair_tail)
    parent = possible.parent.take(entries)
    areas = _parent_areas(state, found, kind, possible.parents.formula_extent.take(parent))
    density = density * areas.density
    mass = state.mass_of(found.child, possible.parents.shift.take(parent))
    mass *= possible.parents.nearness.take(parent)
    made = _rates(state, found, kind) * density * mass
    gain = np.log1p(made / others.take(found.child))
    probability = made * _existence(state, found, gain, areas.detected)
    return replace(found, log_ratio=areas.log_ratio, probability=probability)


def _density(z: FloatArray, scale: FloatArray, tail: float) -> FloatArray:
    """Density of an RT z scales from where a missing parent's child is expected, shape (g,).

    Two scatters add: that about the line, and that of children beside their parents, of which a
    few are far away.
    """
    about_line = student(z, scale, OWN_TAIL)
    beside_parent = student(z, scale, tail)
    return np.asarray((1 - _AS_PAIRS) * about_line + _AS_PAIRS * beside_parent)


@dataclass(frozen=True, eq=False)
class _PossibleParents:
    """Every row with every species that could have made it, with or without a row of its own.

    Attributes
    ----------
    child : numpy.ndarray of int, shape (m,)
    group, ceramide : numpy.ndarray of int, shape (m,)
        Those of the parent species, the latter an index into `Posing.ceramides`.
    process : numpy.ndarray of int, shape (m,)
        Index into `artefacts()`, -1 for in-source fragmentation.
    shift : numpy.ndarray, shape (m,)
        Mass of the fragment or artefact less that of the child's name, ppm.
    nearness : numpy.ndarray, shape (m,)
        Factor by which the child's name is rarer because of that shift.
    formula_extent : numpy.ndarray, shape (m,)
        log10 of child over parent area by the parent's formula; 0 but for isotopes.
    """

    child: IntArray
    group: IntArray
    ceramide: IntArray
    process: IntArray
    shift: FloatArray
    nearness: FloatArray
    formula_extent: FloatArray


@kept_with_first  # the rows stay the same while they are explained
def _possible_parents(observed: Observations, posing: Posing, priors: Priors) -> _PossibleParents:
    """Parents of every row: first by fragmentation, then by artefacts."""
    breaking, fragment = np.nonzero(observed.groups.contains[:, observed.group])
    artefact, entry = posing.row, posing.entry
    by_fragmentation = np.full(len(fragment), -1)
    group = np.concatenate([breaking, posing.group[entry]])
    ceramide = np.concatenate([observed.ceramide[fragment], posing.ceramide[entry]])
    process = np.concatenate([by_fragmentation, posing.process[entry]])
    shift = np.concatenate([np.zeros(len(fragment)), posing.shift[entry]])
    return _PossibleParents(
        child=np.concatenate([fragment, artefact]),
        group=group,
        ceramide=ceramide,
        process=process,
        shift=shift,
        nearness=nearness(shift, priors),
        formula_extent=formula_extents(observed, process, group, ceramide),
    )


@dataclass(frozen=True, eq=False)
class _ParentsOnLines:
    """The possible parents, one entry for each line of their group.

    Attributes
    ----------
    parents : _PossibleParents
    parent : numpy.ndarray of int, shape (g,)
        Index into `parents`.
    child, line : numpy.ndarray of int, shape (g,)
        As in `MissingParents`.
    rt, variance : numpy.ndarray, shape (g,)
        RT of the parent as the child shows it, min, and its variance, min^2.
    line_ceramide : numpy.ndarray of int, shape (g,)
        line * K' + ceramide: index into a flattened (L, K') array.
    without_row : Ceramides
        Those of the K' ceramides that no row has: the last ones.
    ceramide_class : numpy.ndarray of int, shape (K',)
        `curve.ceramide_class` of each ceramide.
    """

    parents: _PossibleParents
    parent: IntArray
    child: IntArray
    line: IntArray
    rt: FloatArray
    variance: FloatArray
    line_ceramide: IntArray
    without_row: Ceramides
    ceramide_class: IntArray

    def missing_parents(self, entries: IntArray) -> MissingParents:
        """Some of the entries, with probability 0 until it is known."""
        parent = self.parent.take(entries)
        return MissingParents(
            child=self.child.take(entries),
            line=self.line.take(entries),
            ceramide=self.parents.ceramide.take(parent),
            process=self.parents.process.take(parent),
            log_ratio=np.full(len(entries), np.nan),
            probability=np.zeros(len(entries)),
        )


@kept_with_first  # the lines stay the same for many rounds
def _on_lines(
    observed: Observations, posing: Posing, lines: bytes, slope: float, priors: Priors
) -> _ParentsOnLines:
    """Possible parents on each line of their group; `lines` is the group of each line."""
    line_group = np.frombuffer(lines, dtype=np.int64)
    parents = _possible_parents(observed, posing, priors)
    parent, line = lines_of(parents.group, line_group, len(observed.groups))
    shift = slope * processes().rt_shift[parents.process]
    spread = slope * processes().rt_spread[parents.process]
    parent_rt = observed.straight_rt[parents.child] - shift
    return _ParentsOnLines(
        parents=parents,
        parent=parent,
        child=parents.child.take(parent),
        line=line,
        rt=parent_rt.take(parent),
        variance=(spread**2).take(parent),
        line_ceramide=line * len(posing.ceramides) + parents.ceramide.take(parent),
        without_row=Ceramides.unseen(posing.ceramides[len(observed.ceramides) :]),
        ceramide_class=ceramide_class(ceramide_basis(posing.ceramides)),
    )


def _distance(state: Inference, possible: _ParentsOnLines) -> tuple[FloatArray, FloatArray]:
    """Straightened RT that a child shows less that of the line, and its variance, each (g,)."""
    gradient, seen = state.observed.gradient, state.tabulated
    further, further_variance = _at_unseen(state.curve, possible.without_row)
    predicted = np.hstack([seen.predicted, further])
    of_curve = np.hstack([seen.variance, further_variance])
    scatter = state.rates.sigma[possible.ceramide_class] * gradient.speed(gradient.to_rt(predicted))
    line_variance = scatter**2 + of_curve
    away = possible.rt - predicted.take(possible.line_ceramide)
    return away, line_variance.take(possible.line_ceramide) + possible.variance


@kept_with_first  # decisions under other thresholds have the same curve
def _at_unseen(curve: Curve, ceramides: Ceramides) -> tuple[FloatArray, FloatArray]:
    """RT of each line at ceramides that no row has, and its variance, each (L, c)."""
    return curve.predict(ceramides), curve.variance(ceramides)


def _apart(state: Inference, found: MissingParents, kind: IntArray) -> RtDifference:
    """Straightened time of the fragments less that of their parents, shape (g,).

    0 for artefacts, whose shift and spread the RT of the parent has in it.
    """
    pathways = pathway_rt(state)
    in_minutes = np.where(found.process < 0, state.observed.speed[found.child], 0.0)
    return RtDifference(
        mean=pathways.mean.take(kind) * in_minutes, scale=pathways.scale.take(kind) * in_minutes
    )


def _rates(state: Inference, found: MissingParents, kind: IntArray) -> FloatArray:
    """Children of this kind per parent, shape (g,); `kind` is line * G + group of the child."""
    return np.where(
        found.process < 0,
        emission_rates(state).take(kind),
        state.rates.artefact[found.process],
    )


@dataclass(frozen=True, eq=False)
class _ParentAreas:
    """What the area of each child shows of its parent, each shape (g,).

    Attributes
    ----------
    density : numpy.ndarray
        Of the child's log10 area if the parent made it.
    detected : numpy.ndarray
        Probability that a parent as large as line, ceramide and child show has a row.
    log_ratio : numpy.ndarray
        As in `MissingParents`.
    """

    density: FloatArray
    detected: FloatArray
    log_ratio: FloatArray


def _parent_areas(
    state: Inference, found: MissingParents, kind: IntArray, formula_extent: FloatArray
) -> _ParentAreas:
    """Areas of the parents.

    With the area N(a, s^2) that line and ceramide let expect, and a child of log10 area c whose
    yield is N(y, u^2), the parent's is

        (a / s^2 + (c - y) / u^2) / (1 / s^2 + 1 / u^2)

    That of a relative, which has a row, is measured.
    """
    observed, process = state.observed, found.process
    sample = observed.sample[found.child]
    areas = state.rates.areas.with_ceramides(len(state.posing.ceramides))
    parent_area, parent_sd = areas.expected(sample, found.line, found.ceramide)
    yields = expected_yields(state)
    fragment = process < 0
    extents = relative_extents(state, found)
    extent = extents.mean + formula_extent
    log_yield = np.where(fragment, yields.mean.take(kind), extent)
    yield_sd = np.where(fragment, yields.sd.take(kind), extents.sd)
    log_ratio = observed.log_volume[found.child] - _measured_areas(state, found)
    measured = np.isfinite(log_ratio)
    parent_area = np.where(measured, observed.log_volume[found.child] - log_ratio, parent_area)
    parent_sd = np.where(measured, 0.0, parent_sd)
    sd = np.sqrt(parent_sd**2 + yield_sd**2)
    off = observed.log_volume[found.child] - parent_area - log_yield
    shown = parent_area + np.nan_to_num(off) * (parent_sd / sd) ** 2
    return _ParentAreas(
        density=state.of_area(off, 0.0, sd),
        detected=state.rates.detection.chance(shown),
        log_ratio=log_ratio,
    )


@dataclass(frozen=True, eq=False)
class _Species:
    """Species of each parent, (g,), and candidate, (a,), in their samples, as numbers from 0."""

    parent: IntArray
    candidate: IntArray
    number: int


def _species(state: Inference, found: MissingParents) -> _Species:
    """Species of the parents and candidates, by sample, ceramide and line."""
    c = state.candidates
    shape = len(state.rates.areas.sample), len(state.posing.ceramides), len(state.line_group)
    sample = state.observed.sample[found.child]
    return _Species(
        parent=flat_index(sample, found.ceramide, found.line, shape),
        candidate=flat_index(c.sample, c.ceramide, c.line, shape),
        number=prod(shape),
    )


def _measured_areas(state: Inference, found: MissingParents) -> FloatArray:
    """log10 area of the rows that relatives of the children have, (g,); NaN of other parents."""
    log_area = state.candidates.log_area
    relative = ~processes().coelutes[found.process]
    species = _species(state, found)
    parent = species.parent[relative]
    known = np.isfinite(log_area)
    candidate, share = species.candidate[known], state.shares.own[known]
    rows = sum_by(candidate, share, species.number)[parent]
    total = sum_by(candidate, share * log_area[known], species.number)[parent]
    areas = np.full(len(found.child), np.nan)
    areas[relative] = np.where(rows > _A_ROW, total / np.maximum(rows, _A_ROW), np.nan)
    return areas


def _existence(
    state: Inference, found: MissingParents, gain: FloatArray, detected: FloatArray
) -> FloatArray:
    """Probability that each parent exists, from its siblings but not the child itself, (g,).

    With `gain` the log odds that each child adds, `detected` the probability that its parent has a
    row, and the sum over the siblings of a child,

        odds = prior / (1 - prior) * exp(sum(gain))
    """
    observed, n_samples = state.observed, len(state.rates.areas.sample)
    species = _species(state, found)
    genuine = sum_by(species.candidate, state.shares.own, species.number)
    has_row = np.minimum(genuine.take(species.parent), 1.0)
    on_line = _common(state.support / (_FULL_LINE * n_samples))
    ceramide_support = np.zeros(len(state.posing.ceramides))
    ceramide_support[: len(observed.ceramides)] = state.ceramide_support
    on_ceramide = _common(ceramide_support / (_FULL_CERAMIDE * n_samples))
    # A fragment has the ceramide of its parent, so that its own name shows that there is such one.
    of_ceramide = np.where(found.process < 0, 1.0, on_ceramide[found.ceramide])
    present = (1 - detected) * on_line[found.line] * of_ceramide
    unseen = state.priors.missing_parent.value * present * (1 - has_row)
    # What does not co-elute is a species of its own: it needs its relative, not the lack of it.
    coelutes = processes().coelutes[found.process]
    prior = np.minimum(np.where(coelutes, unseen, has_row), _SUREST)
    siblings = sum_of_others(species.parent, gain)
    odds = prior / (1 - prior) * np.exp(np.minimum(siblings, _MOST_GAIN))
    return np.asarray(odds / (1 + odds))


def _common(part: FloatArray) -> FloatArray:
    """Probability that a species is there, by how far its line or its ceramide is full."""
    return np.minimum(np.maximum(part, _LEAST_PRESENCE), 1.0)
