"""Expectation: which process explains each row, under what is known so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.densities import OWN_TAIL, PAIR_TAIL, normal, student
from ganglioside.inference.expected_areas import left_out
from ganglioside.inference.fragment_yields import pair_odds
from ganglioside.inference.missing_parents import ghosts
from ganglioside.inference.shares import NO_GHOSTS, Ghosts, Shares
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.support.arrays import FloatArray, sum_by, sum_of_others

_MISSING_PARENTS: Final = 0.02  # least share of chance in a row for which ghosts are sought
_LARGEST_LEVERAGE: Final = 0.9999
_TINY: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Others:
    """Intensities of what is not the species itself.

    Attributes
    ----------
    total : numpy.ndarray, shape (n,)
    pair : numpy.ndarray, shape (m,)
    ghosts : Ghosts
    chance : numpy.ndarray, shape (n,)
    """

    total: FloatArray
    pair: FloatArray
    ghosts: Ghosts
    chance: FloatArray


def explain(state: Inference, leniency: float = 1.0, *, missing: bool = True) -> Shares:
    """Return the posterior of every explanation of every row.

    Parameters
    ----------
    state : Inference
    leniency : float
        Distances from the own line count this many times less, but not those of rivals for it.
    missing : bool
        Whether parents without a row are thought of.
    """
    c, n = state.candidates, len(state.observed)
    predicted, scale = _leave_out(state)
    others = other_intensity(state, missing=missing)
    z = (c.rt - predicted) / scale
    # The scatter is held wide in the first rounds; that must not make the own line less likely.
    held = np.minimum(state.scatter, state.usual_scatter)
    usual = np.sqrt(scale**2 - state.scatter**2 + held**2)
    evidence = row_evidence(state)[c.row] * normal(
        c.log_area, *left_out(state.rates.areas, state.placed)
    )
    prior = state.presence * evidence / others.total[c.row]
    odds = prior * student(z / leniency, usual, OWN_TAIL)
    rivals = odds if leniency == 1 else prior * student(z, usual, OWN_TAIL)
    rivals = sum_of_others(c.place, rivals)
    own = odds / (1 - state.presence + odds + rivals)
    genuine = sum_by(c.row, own, n)
    own = own / np.maximum(genuine, 1.0)[c.row]
    genuine = np.minimum(genuine, 1.0)
    rest = (1 - genuine) / others.total
    left = others.ghosts
    return Shares(
        own=own,
        genuine=genuine,
        line=c.likeliest_line(own),
        pair=others.pair * rest[state.coelution.child],
        ghosts=left.with_probability(left.probability * rest[left.child]),
        chance=others.chance * rest,
        predicted=predicted,
        scale=scale,
    )


def _leave_out(state: Inference) -> tuple[FloatArray, FloatArray]:
    """Return what the other rows predict for each candidate: RT and scale of scatter, min."""
    c, scatter = state.candidates, state.scatter
    variance = state.fit.variance.take(c.spot)
    leverage = np.minimum(state.weight * variance, _LARGEST_LEVERAGE)
    predicted = c.rt - (c.rt - state.fitted) / (1 - leverage)
    return predicted, np.sqrt(scatter**2 + variance / (1 - leverage))


def row_evidence(state: Inference) -> FloatArray:
    """Return what anchor mark and m/z say for each row being genuine, shape (n,)."""
    rates = state.rates
    trust = np.where(
        state.observed.anchor,
        rates.anchor_genuine / rates.anchor_other,
        (1 - rates.anchor_genuine) / (1 - rates.anchor_other),
    )
    return np.asarray(trust * rates.mass.right(state.observed.mass_error))


def other_intensity(state: Inference, *, missing: bool = True) -> Others:
    """Return the intensity at each row of all that is not the species itself."""
    n = len(state.observed)
    pair, chance = _pair_intensity(state), _chance_intensity(state)
    known = chance + sum_by(state.coelution.child, pair, n)
    if not missing:
        return Others(known, pair, NO_GHOSTS, chance)
    found = ghosts(state, chance > _MISSING_PARENTS * known, known)
    total = known + sum_by(found.child, found.probability, n)
    return Others(total, pair, found, chance)


def _chance_intensity(state: Inference) -> FloatArray:
    """Return the intensity of chance, which is never 0: where nothing explains a row, it does."""
    area, rates = state.observed.log_volume, state.rates
    small = normal(area, rates.chance_area.mean, rates.chance_area.sd)
    large = normal(area, rates.genuine_area.mean, rates.genuine_area.sd)
    large_part = state.priors.chance_large.value
    mixed = (1 - large_part) * small + large_part * large
    mass = rates.mass.by_chance(state.observed.mass_error)
    return np.asarray(rates.chance / state.observed.span * mixed * mass + _TINY)


def _pair_intensity(state: Inference) -> FloatArray:
    """Return the intensity with which each pair's parent makes its child."""
    rates, pairs, observed = state.rates, state.coelution, state.observed
    odds, extents = pair_odds(state)
    posed, process = pairs.posed, pairs.process[pairs.posed]
    odds[posed] = rates.artefact[process]
    extents.mean[posed] = processes().log10_extent[process]
    extents.sd[posed] = processes().log10_spread[process]
    closeness = student(pairs.delta / rates.pair_sigma, rates.pair_sigma, PAIR_TAIL)
    area = rates.chance_area
    child_area = normal(observed.log_volume, area.mean, area.sd)[pairs.child]
    size = np.where(pairs.measured, normal(pairs.log_ratio, extents.mean, extents.sd), child_area)
    mass = rates.mass.right(observed.mass_error[pairs.child], pairs.shift)
    made = pairs.smaller * odds * closeness * size * mass
    return np.asarray(state.shares.genuine[pairs.parent] * made)
