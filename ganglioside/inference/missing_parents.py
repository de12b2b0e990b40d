"""Parents that are not in the table: expected species without a row whose pieces are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.candidates import lines_of
from ganglioside.inference.densities import OWN_TAIL, normal, student
from ganglioside.inference.fragment_yields import emission_rates, expected_extents
from ganglioside.inference.shares import Ghosts
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.ion_source.isobars import Posing
from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import ceramide_basis, ceramide_class
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, sum_by, sum_of_others
from ganglioside.support.caches import kept_with_first

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
    lines = state.line_group.tobytes()
    possible = _possible(state.observed, state.posing, lines, state.curve.slope)
    away, variance = _away(state, possible)
    near = np.flatnonzero((away**2 < _FAR**2 * variance) & sought.take(possible.child))
    known, scale = possible.ghosts(near), np.sqrt(variance.take(near))
    density = student(away.take(near) / scale, scale, OWN_TAIL)
    kind = known.line * len(state.observed.groups) + state.observed.group[known.child]
    density = density * _expected_size(state, known, kind)
    mass = state.rates.mass.right(state.observed.mass_error[known.child], possible.shift(near))
    piece = _rates(state, known, kind) * density * mass
    gain = np.log1p(piece / others.take(known.child))
    return known.with_probability(piece * _existence(state, known, gain))


@dataclass(frozen=True, eq=False)
class _Makers:
    """Every row with every species that could have made it, whether that has a row or not.

    Attributes
    ----------
    child : numpy.ndarray of int, shape (m,)
    group, ceramide : numpy.ndarray of int, shape (m,)
        Of the species.
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


@kept_with_first  # the rows stay the same while they are explained
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
    makers : _Makers
    maker : numpy.ndarray of int, shape (g,)
        Place in `makers`.
    child, line : numpy.ndarray of int, shape (g,)
        As in `Ghosts`.
    rt, variance : numpy.ndarray, shape (g,)
        Where the child lets expect the species, min, and how surely, min^2.
    spot : numpy.ndarray of int, shape (g,)
        Place in a flattened array by line and ceramide.
    kind : numpy.ndarray of int, shape (K,)
        `curve.ceramide_class` of each ceramide.
    """

    makers: _Makers
    maker: IntArray
    child: IntArray
    line: IntArray
    rt: FloatArray
    variance: FloatArray
    spot: IntArray
    kind: IntArray

    def ghosts(self, some: IntArray) -> Ghosts:
        """Return some of the entries, of no probability yet."""
        maker = self.maker.take(some)
        ceramide, process = self.makers.ceramide.take(maker), self.makers.process.take(maker)
        line, nothing = self.line.take(some), np.zeros(len(some))
        return Ghosts(self.child.take(some), line, ceramide, process, nothing)

    def shift(self, some: IntArray) -> FloatArray:
        """Return the mass of what some of the entries make less that of the child's name, ppm."""
        return self.makers.shift.take(self.maker.take(some))


@kept_with_first  # the lines stay the same for many rounds
def _possible(observed: Observations, posing: Posing, lines: bytes, slope: float) -> _Possible:
    line_group = np.frombuffer(lines, dtype=np.int64)
    makers = _makers(observed, posing)
    maker, line = lines_of(makers.group, line_group, len(observed.groups))
    shift, spread = processes().rt_shift[makers.process], processes().rt_spread[makers.process]
    return _Possible(
        makers=makers,
        maker=maker,
        child=makers.child.take(maker),
        line=line,
        rt=(observed.rt[makers.child] - slope * shift).take(maker),
        variance=((slope * spread) ** 2).take(maker),
        spot=line * len(observed.ceramides) + makers.ceramide.take(maker),
        kind=ceramide_class(ceramide_basis(observed.ceramides)),
    )


def _away(state: Inference, possible: _Possible) -> tuple[FloatArray, FloatArray]:
    """Return how far children are from where they are expected, min, and its variance."""
    variance = state.rates.sigma[possible.kind] ** 2 + state.fit.variance
    away = possible.rt - state.fit.predicted.take(possible.spot)
    return away, variance.take(possible.spot) + possible.variance


def _rates(state: Inference, ghosts: Ghosts, kind: IntArray) -> FloatArray:
    """Return how often each parent makes such a child.

    `kind` is the line of the parent and the group of the child, flat.
    """
    return np.where(
        ghosts.process < 0,
        emission_rates(state).take(kind),
        state.rates.artefact[ghosts.process],
    )


def _expected_size(state: Inference, ghosts: Ghosts, kind: IntArray) -> FloatArray:
    """Return the density of each child's log10 area, if the parent made it."""
    observed, known = state.observed, processes()
    sample = observed.sample[ghosts.child]
    usual, within = state.rates.areas.expected(sample, ghosts.line, ghosts.ceramide)
    extents = expected_extents(state)
    piece, by = ghosts.process < 0, ghosts.process
    extent = np.where(piece, extents.mean.take(kind), known.log10_extent[by])
    spread = np.where(piece, extents.sd.take(kind), known.log10_spread[by])
    sd = np.sqrt(within**2 + spread**2)
    return normal(observed.log_volume[ghosts.child], usual + extent, sd)


def _existence(state: Inference, ghosts: Ghosts, gain: FloatArray) -> FloatArray:
    """Return how likely each parent exists, given its siblings but not the child itself."""
    observed, c = state.observed, state.candidates
    n_samples, n_spots = len(state.rates.areas.sample), state.fit.variance.size
    spot = ghosts.line * len(observed.ceramides) + ghosts.ceramide
    key = observed.sample[ghosts.child] * n_spots + spot
    there = sum_by(c.sample * n_spots + c.spot, state.shares.own, n_samples * n_spots)
    there = np.minimum(there.take(key), 1.0)
    by_line = np.minimum(np.maximum(state.support / (4 * n_samples), _LEAST_PRESENCE), 1.0)
    present = (1 - state.rates.reported.take(spot)) * by_line[ghosts.line]
    coelutes = processes().coelutes[ghosts.process]
    missing = state.priors.missing_parent.value
    # What does not co-elute is a species of its own: it needs its relative, not the lack of it.
    prior = np.where(coelutes, missing * present * (1 - there), there)
    prior = np.minimum(prior, _SUREST)
    siblings = sum_of_others(key, gain)
    odds = prior / (1 - prior) * np.exp(np.minimum(siblings, 30))
    return np.asarray(odds / (1 + odds))
