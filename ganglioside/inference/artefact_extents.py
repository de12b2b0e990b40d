"""Extents of artefacts: how much of its parent's area an adduct, isotope or other ion has.

An extent is the log10 of child over parent area. That of isotopes follows from the formula of the
parent; that of other ions differs between mobile phases and sources, and the table teaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.rates import ArtefactCounts
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.support.arrays import FloatArray, IntArray, sum_by

_SURE: Final = 1e-3  # decades; spread of what does not differ between tables


@dataclass(frozen=True, eq=False)
class Extents:
    """Expected log10 of child over parent area (mean), and its standard deviation."""

    mean: FloatArray
    sd: FloatArray


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
    own = state.rates.fragments.pair * (pairs.measured & ~pairs.fragment)
    measured = np.maximum(counts.measured[pairs.process] - own, 0.0)
    log_ratio = counts.log_ratio[pairs.process] - own * _beside_formula(state)
    extents = _extents(measured, log_ratio, pairs.process)
    return Extents(extents.mean + pairs.formula_extent, extents.sd)


def count_artefacts(state: Inference) -> ArtefactCounts:
    """Artefacts with areas, counted by the present shares."""
    pairs, n = state.coelution, len(processes().splits)
    share = np.where(pairs.measured & ~pairs.fragment, state.shares.pair, 0.0)
    return ArtefactCounts(
        measured=sum_by(pairs.process % n, share, n),  # process -1 is the last
        log_ratio=sum_by(pairs.process % n, share * _beside_formula(state), n),
    )


def _beside_formula(state: Inference) -> FloatArray:
    """log10 area ratio of each pair less what the formula gives, shape (m,)."""
    return np.asarray(state.coelution.log_ratio - state.coelution.formula_extent)


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
