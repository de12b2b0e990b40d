"""Artefacts counted: how often names are one, and how much of its parent's area it has.

An extent is the log10 of child over parent area. That of isotopes follows from the formula of the
parent; that of other ions differs between mobile phases and sources, and the table teaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from ganglioside.inference.rates import ARTEFACT_WEIGHT, ArtefactCounts
from ganglioside.inference.shares import MissingParents
from ganglioside.inference.split_peaks import count_splits
from ganglioside.inference.state import Inference, flat_index
from ganglioside.ion_source.artefacts import nearness, processes
from ganglioside.ion_source.isobars import Posing
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import FloatArray, IntArray, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.moments import Moments
from ganglioside.support.priors import Priors

_MOST: Final = 0.95
_SPREAD_WEIGHT: Final = 8.0  # rows that the usual spread of an extent is worth
_SURE: Final = 1e-3  # decades; spread of what does not differ between tables


@dataclass(frozen=True, eq=False)
class Extents:
    """Expected log10 of child over parent area (mean), and its standard deviation."""

    mean: FloatArray
    sd: FloatArray


def artefact_rates(state: Inference, counts: ArtefactCounts) -> FloatArray:
    """Share of the names with the mass of each artefact that are that artefact, shape (A,)."""
    usual = processes().rate[:-1]
    pairs = state.coelution
    process = pairs.process[pairs.artefacts]
    seen = sum_by(process, state.shares.pair[pairs.artefacts], len(usual))
    missing = state.shares.missing_parents
    relative = ~processes().coelutes[missing.process]
    seen += sum_by(missing.process[relative], missing.probability[relative], len(usual))
    return np.minimum((seen + ARTEFACT_WEIGHT * usual) / counts.names[:-1], _MOST)


def pair_rates(state: Inference) -> FloatArray:
    """Rate of the artefact of each pair as other names show it, shape (m,); 0 for fragments.

    Otherwise a single row near another by chance would make its process likely.
    """
    pairs, rates = state.coelution, state.rates
    names = rates.artefact_counts.names[pairs.process]
    seen = np.append(rates.artefact, 0.0)[pairs.process] * names
    own_name = pairs.nearness * rates.fragments.genuine[pairs.parent]
    other_names = np.maximum(names - own_name, ARTEFACT_WEIGHT)
    least = processes().rate[pairs.process] * ARTEFACT_WEIGHT
    other_seen = np.maximum(seen - rates.fragments.pair, least)
    return np.minimum(other_seen / other_names, _MOST)


def relative_extents(state: Inference, found: MissingParents) -> Extents:
    """Extents of the artefacts of missing parents as other rows show them, shape (g,).

    Those of isotopes come on top of what the formula gives; those of fragments mean nothing.
    """
    counts, n = state.rates.artefact_counts, len(processes().splits)
    before = state.shares.missing_parents
    key, of_found = before.child * n + before.process % n, found.child * n + found.process % n
    own = _of_relatives(before).by(key, len(state.observed) * n).take(of_found)
    return _extents(counts.extents.take(found.process).without(own), found.process)


def pair_extents(state: Inference) -> Extents:
    """Extents of each pair as the other pairs of its process show them, shape (m,)."""
    pairs = state.coelution
    own = _of_pairs(state, state.rates.fragments.pair)
    others = state.rates.artefact_counts.extents.take(pairs.process).without(own)
    extents = _extents(others, pairs.process)
    return Extents(extents.mean + pairs.formula_extent, extents.sd)


def count_artefacts(state: Inference) -> ArtefactCounts:
    """Artefacts with areas, counted by the present shares."""
    pairs, n = state.coelution, len(processes().splits)
    parents = state.shares.missing_parents
    # Process -1 is the last.
    by_pairs = _of_pairs(state, state.shares.pair).by(pairs.process % n, n)
    by_relatives = _of_relatives(parents).by(parents.process % n, n)
    return ArtefactCounts(
        names=np.append(_names(state), 0.0) + ARTEFACT_WEIGHT,
        extents=by_pairs + by_relatives,
        split=count_splits(state),
    )


def _of_pairs(state: Inference, share: FloatArray) -> Moments:
    """Extents of the artefacts with areas, beside what the formula gives, shape (m,)."""
    pairs = state.coelution
    return _known(share * pairs.measured_artefact, pairs.beside_formula)


def _of_relatives(parents: MissingParents) -> Moments:
    """Extents of the children of relatives, shape (g,)."""
    return _known(parents.probability, parents.log_ratio)


def _known(share: FloatArray, extent: FloatArray) -> Moments:
    """Moments of single extents with their shares; NaN counts as nothing."""
    known = np.isfinite(extent)
    return Moments.of(np.where(known, share, 0.0), np.where(known, extent, 0.0))


def _extents(seen: Moments, process: IntArray) -> Extents:
    """Extents of processes of which those of some rows, x, are known.

    With s the scatter of rows of one table, which the usual s_0 shows as w rows would, and m and b
    the mean and spread of tables,

        s^2  = (w s_0^2 + sum (x - sum(x) / n)^2) / (w + n)
        p    = n / s^2 + 1 / b^2
        mean = (sum(x) / s^2 + m / b^2) / p
        sd   = sqrt(s^2 + 1 / p)

    Isotopes have the usual scatter: the formula says how large they are.
    """
    known = processes()
    usual = np.maximum(known.log10_spread[process], _SURE)
    between = np.maximum(known.log10_between[process], _SURE)
    number = seen.weight
    about_mean = np.maximum(seen.squares - seen.total**2 / np.maximum(number, _SURE), 0.0)
    squares = _SPREAD_WEIGHT * usual**2 + about_mean
    learned = np.sqrt(squares / (_SPREAD_WEIGHT + number))
    scatter = np.where(known.isotopes[process], usual, learned)
    precision = number / scatter**2 + 1 / between**2
    mean = (seen.total / scatter**2 + known.log10_extent[process] / between**2) / precision
    return Extents(mean, np.sqrt(scatter**2 + 1 / precision))


@dataclass(frozen=True, eq=False)
class _PosingNames:
    """Rows whose name has the mass of an artefact: one entry for each such artefact.

    Attributes
    ----------
    process : numpy.ndarray of int, shape (p,)
        Index into `artefacts()`.
    parent : numpy.ndarray of int, shape (p,)
        Sample, ceramide and group of the parent: index into a flattened array of `shape`.
    nearness : numpy.ndarray, shape (p,)
        Factor by which the name is rarer because its mass is off.
    shape : tuple of int
    """

    process: IntArray
    parent: IntArray
    nearness: FloatArray
    shape: tuple[int, int, int]


@kept_with_first  # with the rows, as `missing_parents`: each kept with the other would stay
def _posing_names(observed: Observations, posing: Posing, priors: Priors) -> _PosingNames:
    """The rows of a table whose name has the mass of an artefact; once for rows of one slot."""
    shape = int(observed.sample.max()) + 1, len(posing.ceramides), len(observed.groups)
    once = observed.is_first_of_slot[posing.row]
    entry = posing.entry[once]
    sample = observed.sample[posing.row[once]]
    return _PosingNames(
        process=posing.process[entry],
        parent=flat_index(sample, posing.ceramide[entry], posing.group[entry], shape),
        nearness=nearness(posing.shift[entry], priors),
        shape=shape,
    )


def _names(state: Inference) -> FloatArray:
    """Number of names with the mass of each artefact of a genuine feature, shape (A,).

    Names count less the more their mass is off.
    """
    c, names = state.candidates, _posing_names(state.observed, state.posing, state.priors)
    feature = flat_index(c.sample, c.ceramide, state.observed.group[c.row], names.shape)
    genuine = np.minimum(sum_by(feature, state.shares.own, prod(names.shape)), 1.0)
    counted = names.nearness * genuine[names.parent]
    found = sum_by(names.process, counted, len(processes().rate) - 1)
    of_any_name = state.shares.genuine.sum()
    return np.where(processes().splits[:-1], of_any_name, found)
