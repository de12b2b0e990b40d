"""Parents that are not in the table: expected species without a row whose pieces are there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import Final

import numpy as np

from ganglioside.curve import Ceramides, ceramide_basis, ceramide_class
from ganglioside.inference.candidates import lines_of
from ganglioside.inference.densities import OWN_TAIL, normal, student
from ganglioside.inference.extents import emission_rates, expected_extents
from ganglioside.inference.state import Ghosts, Inference, flat_place
from ganglioside.observations import BoolArray, FloatArray, IntArray, Observations, sum_by
from ganglioside.rules.artefacts import Posing, processes

_MISSING: Final = 0.4  # chance that a species which is not reported is there
_UNSEEN_CERAMIDE: Final = 0.2  # the same where no row names the ceramide
_LEAST_PRESENCE: Final = 0.02
_SUREST: Final = 0.95
_FAR: Final = 4.0  # scales from where the parent is expected


def ghosts(state: Inference, sought: BoolArray, others: FloatArray) -> Ghosts:
    """Return the intensity with which missing parents make the rows that are sought.

    A parent is expected where its line and its ceramide are common in the table; siblings, other
    rows at the RT where it should be, make it likelier.

    Parameters
    ----------
    state : Inference
    sought : numpy.ndarray of bool, shape (n,)
        The rows that missing parents may have made.
    others : numpy.ndarray, shape (n,)
        Intensity at each row of all other processes.
    """
    possible = _possible(state.observed, state.posing, state.line_group.tobytes())
    predicted, variance = _expected_rt(state, possible)
    away = possible.rt - predicted
    near = np.flatnonzero((away**2 < _FAR**2 * variance) & sought[possible.child])
    known = _with_rates(state, possible, near)
    scale = np.sqrt(variance[near])
    density = student(away[near] / scale, scale, OWN_TAIL)
    area = _expected_area(state, known)
    density = density * normal(state.observed.log_volume[known.child], *area)
    mass = state.rates.mass.right(state.observed.mass_error[known.child], possible.shift[near])
    piece = known.probability * density * mass
    exists = _existence(state, known, np.log1p(piece / others[known.child]))
    return replace(known, probability=piece * exists)


@dataclass(frozen=True, eq=False)
class _Makers:
    """Every row with every species that could have made it, whether that has a row or not.

    Attributes
    ----------
    child : numpy.ndarray of int, shape (m,)
    group, ceramide : numpy.ndarray of int, shape (m,)
        Of the species: its group, and a place in `Posing.ceramides`.
    process : numpy.ndarray of int, shape (m,)
        Place in `artefacts()`, -1 for in-source fragmentation.
    shift : numpy.ndarray, shape (m,)
        Mass of the piece or artefact less that of the child's name, ppm.
    """

    child: IntArray
    group: IntArray
    ceramide: IntArray
    process: IntArray
    shift: FloatArray


@lru_cache(maxsize=1)  # the rows stay the same while they are explained
def _makers(observed: Observations, posing: Posing) -> _Makers:
    group, child = np.nonzero(observed.groups.contains[:, observed.group])
    row, entry = posing.row, posing.entry
    return _Makers(
        child=np.concatenate([child, row]),
        group=np.concatenate([group, posing.group[entry]]),
        ceramide=np.concatenate([observed.ceramide[child], posing.ceramide[entry]]),
        process=np.concatenate([np.full(len(child), -1), posing.process[entry]]),
        shift=np.concatenate(
            [np.zeros(len(child)), 1e6 * posing.shift[entry] / observed.mass[row]]
        ),
    )


@dataclass(frozen=True, eq=False)
class _Possible:
    """The makers, one entry for each line on which they would stand.

    Attributes
    ----------
    child, line, ceramide, process : numpy.ndarray of int, shape (g,)
        As in `Ghosts`.
    rt : numpy.ndarray, shape (g,)
        Of the child, min.
    shift : numpy.ndarray, shape (g,)
        As in `_Makers`.
    rt_shift, rt_variance : numpy.ndarray, shape (g,)
        RT of the child less that of the parent, carbons, and its variance.
    spot : numpy.ndarray of int, shape (g,)
        Place in a flattened array by line and ceramide.
    ceramides : Ceramides
        All of `Posing.ceramides`.
    kind : numpy.ndarray of int, shape (c,)
        `curve.ceramide_class` of each of them.
    """

    child: IntArray
    line: IntArray
    ceramide: IntArray
    process: IntArray
    rt: FloatArray
    shift: FloatArray
    rt_shift: FloatArray
    rt_variance: FloatArray
    spot: IntArray
    ceramides: Ceramides
    kind: IntArray


@lru_cache(maxsize=1)  # the lines stay the same for many rounds
def _possible(observed: Observations, posing: Posing, lines: bytes) -> _Possible:
    line_group = np.frombuffer(lines, dtype=np.int64)
    makers = _makers(observed, posing)
    item, line = lines_of(makers.group, line_group, len(observed.groups))
    child, ceramide, process = makers.child[item], makers.ceramide[item], makers.process[item]
    place = np.arange(len(posing.ceramides))
    known = np.where(place < len(observed.ceramides), place, -1)
    basis = ceramide_basis(posing.ceramides)
    return _Possible(
        child=child,
        line=line,
        ceramide=ceramide,
        process=process,
        rt=observed.rt[child],
        shift=makers.shift[item],
        rt_shift=processes().rt_shift[process],
        rt_variance=processes().rt_spread[process] ** 2,
        spot=line * len(place) + ceramide,
        ceramides=Ceramides(basis, known),
        kind=ceramide_class(basis),
    )


def _with_rates(state: Inference, possible: _Possible, near: IntArray) -> Ghosts:
    """Return some of the possible parents with how often each makes such a child."""
    child, line, process = possible.child[near], possible.line[near], possible.process[near]
    rate = np.where(
        process < 0,
        emission_rates(state)[line, state.observed.group[child]],
        np.append(state.rates.artefact, 0.0)[process],
    )
    return Ghosts(child, line, possible.ceramide[near], process, rate)


def _expected_rt(state: Inference, possible: _Possible) -> tuple[FloatArray, FloatArray]:
    """Return the RT at which each child is expected, min, and the variance of its scatter."""
    curve, ceramides, spot = state.curve, possible.ceramides, possible.spot
    variance = state.rates.sigma[possible.kind] ** 2 + curve.variance(ceramides)
    predicted = curve.predict(ceramides).take(spot) + curve.slope * possible.rt_shift
    return predicted, variance.take(spot) + curve.slope**2 * possible.rt_variance


def _expected_area(state: Inference, ghosts: Ghosts) -> tuple[FloatArray, FloatArray]:
    """Return log10 area that each ghost's child should have, and its standard deviation."""
    observed, process = state.observed, ghosts.process
    ceramide = np.where(ghosts.ceramide < len(observed.ceramides), ghosts.ceramide, -1)
    mean, sd = state.rates.areas.expected(observed.sample[ghosts.child], ghosts.line, ceramide)
    extents = expected_extents(state)
    kind = ghosts.line * len(observed.groups) + observed.group[ghosts.child]
    extent = np.where(process < 0, extents.mean.take(kind), processes().log10_extent[process])
    spread = np.where(process < 0, extents.sd.take(kind), processes().log10_spread[process])
    return mean + extent, np.hypot(sd, spread)


def _existence(state: Inference, ghosts: Ghosts, gain: FloatArray) -> FloatArray:
    """Return how likely each parent exists, given its siblings but not the child itself."""
    observed, c = state.observed, state.candidates
    n_samples = int(observed.sample.max(initial=0)) + 1
    shape = n_samples, len(state.ceramides), len(state.line_group)
    at = flat_place(c.sample, c.ceramide, c.line, shape)
    key = flat_place(observed.sample[ghosts.child], ghosts.ceramide, ghosts.line, shape)
    there = np.minimum(sum_by(at, state.shares.own, prod(shape))[key], 1.0)
    seen = ghosts.ceramide < len(observed.ceramides)
    spot = ghosts.line * len(observed.ceramides) + np.where(seen, ghosts.ceramide, 0)
    reported = state.reported.take(spot)
    by_line = np.minimum(np.maximum(state.support / (4 * n_samples), _LEAST_PRESENCE), 1.0)
    present = np.where(seen, 1 - reported, _UNSEEN_CERAMIDE) * by_line[ghosts.line]
    coelutes = processes().coelutes[ghosts.process]
    # What does not co-elute is a species of its own: it needs its relative, not the lack of it.
    prior = np.where(coelutes, _MISSING * present * (1 - there), there)
    prior = np.minimum(prior, _SUREST)
    siblings = sum_by(key, gain, 1)[key] - gain
    odds = prior / (1 - prior) * np.exp(np.minimum(siblings, 30))
    return np.asarray(odds / (1 + odds))
