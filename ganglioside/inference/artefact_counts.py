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
from ganglioside.inference.split_peaks import count_splits
from ganglioside.inference.state import Inference, flat_index
from ganglioside.ion_source.artefacts import nearness, processes
from ganglioside.ion_source.isobars import Posing
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import FloatArray, IntArray, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.priors import Priors

_MOST: Final = 0.95
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


def expected_extents(state: Inference) -> Extents:
    """Extents of each artefact, shape (A + 1,); the last entry is fragmentation and means nothing.

    Those of isotopes come on top of what the formula gives.
    """
    counts = state.rates.artefact_counts
    process = np.arange(len(counts.measured))
    return _extents(counts.measured, counts.log_ratio, process)


def pair_extents(state: Inference) -> Extents:
    """Extents of each pair as the other pairs of its process show them, shape (m,)."""
    counts, pairs = state.rates.artefact_counts, state.coelution
    own = state.rates.fragments.pair * pairs.measured_artefact
    measured = np.maximum(counts.measured[pairs.process] - own, 0.0)
    log_ratio = counts.log_ratio[pairs.process] - own * pairs.beside_formula
    extents = _extents(measured, log_ratio, pairs.process)
    return Extents(extents.mean + pairs.formula_extent, extents.sd)


def count_artefacts(state: Inference) -> ArtefactCounts:
    """Artefacts with areas, counted by the present shares."""
    pairs, n = state.coelution, len(processes().splits)
    share = np.where(pairs.measured_artefact, state.shares.pair, 0.0)
    return ArtefactCounts(
        names=np.append(_names(state), 0.0) + ARTEFACT_WEIGHT,
        measured=sum_by(pairs.process % n, share, n),  # process -1 is the last
        log_ratio=sum_by(pairs.process % n, share * pairs.beside_formula, n),
        split=count_splits(state),
    )


def _extents(measured: FloatArray, log_ratio: FloatArray, process: IntArray) -> Extents:
    """Extents of processes with `measured` rows whose log10 ratios sum to `log_ratio`.

    With s the scatter of rows of one table, and m and b the mean and spread of tables,

        p    = n / s^2 + 1 / b^2
        mean = (sum / s^2 + m / b^2) / p
        sd   = sqrt(s^2 + 1 / p)
    """
    known = processes()
    scatter = np.maximum(known.log10_spread[process], _SURE)
    between = np.maximum(known.log10_between[process], _SURE)
    precision = measured / scatter**2 + 1 / between**2
    mean = (log_ratio / scatter**2 + known.log10_extent[process] / between**2) / precision
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
