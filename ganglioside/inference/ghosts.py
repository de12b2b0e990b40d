"""Parents that are not in the table: expected species without a row whose pieces are there."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.curve import Spots, ceramide_basis, ceramide_class
from ganglioside.inference.densities import OWN_TAIL, normal, student
from ganglioside.inference.extents import emission_rates, expected_extents
from ganglioside.inference.state import Ghosts, Inference, flat_place, lines_of
from ganglioside.observations import FloatArray, IntArray, sum_by
from ganglioside.rules.artefacts import artefacts

_MISSING: Final = 0.4  # chance that a species which is not reported is there
_UNSEEN_CERAMIDE: Final = 0.2  # the same where no row names the ceramide
_LEAST_PRESENCE: Final = 0.02
_SUREST: Final = 0.95
_FAR: Final = 4.0  # scales from where the parent is expected


def ghosts(state: Inference, rows: IntArray, others: FloatArray) -> Ghosts:
    """Return the intensity with which missing parents make the given rows.

    A parent is expected where its line and its ceramide are common in the table; siblings, other
    rows at the RT where it should be, make it likelier.

    Parameters
    ----------
    state : Inference
    rows : numpy.ndarray of int
    others : numpy.ndarray, shape (n,)
        Intensity at each row of all other processes.
    """
    known = _join(_fragment_parents(state, rows), _posers(state, rows))
    predicted, scale = _expected_rt(state, known)
    z = (state.observed.rt[known.child] - predicted) / scale
    near = np.flatnonzero(np.abs(z) < _FAR)
    known = Ghosts(
        known.child[near],
        known.line[near],
        known.ceramide[near],
        known.process[near],
        known.probability[near],
    )
    density = student(z[near], scale[near], OWN_TAIL)
    density = density * normal(
        state.observed.log_volume[known.child], *_expected_area(state, known)
    )
    piece = known.probability * density
    exists = _existence(state, known, np.log1p(piece / others[known.child]))
    return Ghosts(known.child, known.line, known.ceramide, known.process, piece * exists)


def _join(a: Ghosts, b: Ghosts) -> Ghosts:
    return Ghosts(
        np.concatenate([a.child, b.child]),
        np.concatenate([a.line, b.line]),
        np.concatenate([a.ceramide, b.ceramide]),
        np.concatenate([a.process, b.process]),
        np.concatenate([a.probability, b.probability]),
    )


def _fragment_parents(state: Inference, rows: IntArray) -> Ghosts:
    """Return the lines whose species could break into each row, with the rates of that."""
    observed = state.observed
    breaks = observed.groups.contains[state.line_group][:, observed.group[rows]]
    line, place = np.nonzero(breaks)
    child = rows[place]
    rate = emission_rates(state)[line, observed.group[child]]
    return Ghosts(child, line, observed.ceramide[child], np.full(len(child), -1), rate)


def _posers(state: Inference, rows: IntArray) -> Ghosts:
    """Return the species whose artefact each row could be, with the rates of that."""
    posing = state.posing
    row, entry = posing.of(state.observed.species[rows])
    item, line = lines_of(posing.group[entry], state.line_group, len(state.observed.groups))
    entry = entry[item]
    process = posing.process[entry]
    return Ghosts(
        rows[row[item]], line, posing.ceramide[entry], process, state.rates.artefact[process]
    )


def _expected_rt(state: Inference, ghosts: Ghosts) -> tuple[FloatArray, FloatArray]:
    """Return the RT at which each ghost's child is expected, and the scale of its scatter, min."""
    n_lines, n_ceramides = len(state.line_group), len(state.ceramides)
    line, ceramide = np.divmod(np.arange(n_lines * n_ceramides), n_ceramides)
    basis = ceramide_basis(state.ceramides)
    known = np.where(ceramide < len(state.observed.ceramides), ceramide, -1)
    spots = Spots(line, known, basis[ceramide])
    scatter = state.rates.sigma[ceramide_class(basis)][ceramide]
    variance = scatter**2 + state.curve.variance(spots)
    at = ghosts.line * n_ceramides + ghosts.ceramide
    slope = state.curve.slope
    shift = np.array([*(a.rt_shift for a in artefacts()), 0.0])[ghosts.process] * slope
    spread = np.array([*(a.rt_spread for a in artefacts()), 0.0])[ghosts.process] * slope
    return state.curve.predict(spots)[at] + shift, np.sqrt(variance[at] + spread**2)


def _expected_area(state: Inference, ghosts: Ghosts) -> tuple[FloatArray, FloatArray]:
    """Return log10 area that each ghost's child should have, and its standard deviation."""
    observed, known = state.observed, artefacts()
    ceramide = np.where(ghosts.ceramide < len(observed.ceramides), ghosts.ceramide, -1)
    mean, sd = state.rates.areas.expected(observed.sample[ghosts.child], ghosts.line, ceramide)
    extents = expected_extents(state)
    group = observed.group[ghosts.child]
    fragment = ghosts.process < 0
    extent = np.where(
        fragment,
        extents.mean[ghosts.line, group],
        np.array([*(a.log10_extent for a in known), 0.0])[ghosts.process],
    )
    spread = np.where(
        fragment,
        extents.sd[ghosts.line, group],
        np.array([*(a.log10_spread for a in known), 0.0])[ghosts.process],
    )
    return mean + extent, np.hypot(sd, spread)


def _existence(state: Inference, ghosts: Ghosts, gain: FloatArray) -> FloatArray:
    """Return how likely each parent exists, given its siblings but not the child itself."""
    observed = state.observed
    n_samples = int(observed.sample.max(initial=0)) + 1
    shape = n_samples, len(state.ceramides), len(state.line_group)
    c = state.candidates
    at = flat_place(observed.sample[c.row], observed.ceramide[c.row], c.line, shape)
    occupied = sum_by(at, state.shares.own, int(np.prod(shape))).reshape(shape)
    unseen = np.full((shape[2], shape[1] - len(observed.ceramides)), _UNSEEN_CERAMIDE)
    absent = np.concatenate([1 - state.reported, unseen], axis=1)
    by_line = np.minimum(occupied.sum(axis=(0, 1)) / (4 * n_samples), 1.0)
    sample = observed.sample[ghosts.child]
    present = absent[ghosts.line, ghosts.ceramide]
    present = present * np.maximum(by_line[ghosts.line], _LEAST_PRESENCE)
    there = np.clip(occupied[sample, ghosts.ceramide, ghosts.line], 0, 1)
    coelutes = np.array([*(a.coelutes for a in artefacts()), True])[ghosts.process]
    # What does not co-elute is a species of its own: it needs its relative, not the lack of it.
    prior = np.where(coelutes, _MISSING * present * (1 - there), there)
    prior = np.minimum(prior, _SUREST)
    key = flat_place(sample, ghosts.ceramide, ghosts.line, shape)
    siblings = sum_by(key, gain, 1)[key] - gain
    odds = prior / (1 - prior) * np.exp(np.minimum(siblings, 30))
    return np.asarray(odds / (1 + odds))
