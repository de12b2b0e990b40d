"""Adducts, isotopes and water losses that pose as other species: the right mass, the wrong name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ganglioside.ion_source.coelution import Coelution, neighbours
from ganglioside.lipids.artefacts import artefacts
from ganglioside.lipids.composition import Ceramide, Composition
from ganglioside.lipids.isotopes import isotope_extents
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.caches import kept_with_first
from ganglioside.support.priors import Priors

#: Largest error of mass, ppm, at which any search gives a name.
SEARCH_WINDOW: Final = 25.0

_SPLIT_REACH: Final = 0.5  # min; farther rows of a name are never parts of one peak


@dataclass(frozen=True, eq=False)
class Processes:
    """The artefacts as arrays, indexed as `artefacts()`; the last entry (-1) is fragmentation.

    Attributes
    ----------
    sialic_acids : numpy.ndarray of int, shape (A + 1,)
        Least number of them that the parent has.
    rate : numpy.ndarray, shape (A + 1,)
        Usual share of the names with the mass of each artefact that are that artefact.
    mass_shift : numpy.ndarray, shape (A + 1,)
        Da.
    log10_extent, log10_between, log10_spread : numpy.ndarray, shape (A + 1,)
        log10 of child over parent area, the spread of its mean between tables and of rows about it;
        0 for fragmentation, which is learned from the table. That of isotopes is 0 too, beside
        what the formula gives.
    rt_shift, rt_between, rt_spread : numpy.ndarray, shape (A + 1,)
        Carbons.
    coelutes, splits, isotopes : numpy.ndarray of bool, shape (A + 1,)
        Whether the child elutes with its parent; whether it is a part of the parent's peak;
        whether the parent's formula tells its extent.
    """

    sialic_acids: IntArray
    rate: FloatArray
    mass_shift: FloatArray
    log10_extent: FloatArray
    log10_between: FloatArray
    log10_spread: FloatArray
    rt_shift: FloatArray
    rt_between: FloatArray
    rt_spread: FloatArray
    coelutes: BoolArray
    splits: BoolArray
    isotopes: BoolArray


@cache
def processes() -> Processes:
    """The artefacts and fragmentation as arrays."""
    known = artefacts()
    return Processes(
        sialic_acids=np.array([*(a.sialic_acids for a in known), 0]),
        rate=np.array([*(a.rate for a in known), 0.0]),
        mass_shift=np.array([*(a.mass_shift for a in known), 0.0]),
        log10_extent=np.array([*(0.0 if a.is_isotope else a.log10_extent for a in known), 0.0]),
        log10_between=np.array([*(a.log10_between for a in known), 0.0]),
        log10_spread=np.array([*(a.log10_spread for a in known), 0.0]),
        rt_shift=np.array([*(a.rt_shift for a in known), 0.0]),
        rt_between=np.array([*(a.rt_between for a in known), 0.0]),
        rt_spread=np.array([*(a.rt_spread for a in known), 0.0]),
        coelutes=np.array([*(a.coelutes for a in known), True]),
        splits=np.array([*(a.is_split for a in known), False]),
        isotopes=np.array([*(a.is_isotope for a in known), False]),
    )


def posing_processes(polarity: str) -> IntArray:
    """Indices of the artefacts that ions of a polarity show under other names, ascending.

    A split peak has the name of its parent: it poses as no other.

    Parameters
    ----------
    polarity : str
        `negative`, `positive` or, unknown, `both`.
    """
    posing = [a.is_seen_in(polarity) and not a.is_split for a in artefacts()]
    return np.flatnonzero(posing)


def nearness(ppm: FloatArray, priors: Priors) -> FloatArray:
    """Factor by which a name is rarer because its mass is some ppm off, exp(-(ppm / sd)^2 / 2).

    A search gives the nearest name, and few allow for more than 10 ppm.
    """
    return np.asarray(np.exp(-0.5 * np.square(ppm / priors.mass_error_wrong_name.value)))


def artefact_pairs(observed: Observations, tolerance: float) -> Coelution:
    """Pairs of co-eluting rows in which the child has the mass of an artefact of the parent.

    Parameters
    ----------
    observed : Observations
    tolerance : float
        Largest RT difference, min.
    """
    a, b = neighbours(observed.sample, observed.rt, tolerance)
    parent, child = np.concatenate([a, b]), np.concatenate([b, a])
    mass_shift = observed.mass[child] - observed.mass[parent]
    possible = posing_processes(observed.polarity)
    coeluting = possible[processes().coelutes[possible]]
    mass_error = mass_shift - processes().mass_shift[coeluting, None]  # (processes, pairs)
    window = 1e-6 * SEARCH_WINDOW * observed.mass[child]
    has_acids = _sialic_acids(observed)[parent] >= processes().sialic_acids[coeluting, None]
    process, pair = np.nonzero((np.abs(mass_error) <= window) & has_acids)
    parent, child = parent[pair], child[pair]
    delta = observed.rt[child] - observed.rt[parent]
    return Coelution(parent, child, delta, coeluting[process])


def _sialic_acids(observed: Observations) -> IntArray:
    """Number of sialic acids of each row, shape (n,)."""
    return observed.groups.sialic_acids[observed.group]


def split_pairs(observed: Observations) -> Coelution:
    """Pairs of rows of one name and sample of which one may be a part of the other's peak.

    Parameters
    ----------
    observed : Observations
    """
    a, b = neighbours(observed.slot, observed.rt, _SPLIT_REACH)
    parent, child = np.concatenate([a, b]), np.concatenate([b, a])
    process = np.full(len(parent), np.flatnonzero(processes().splits)[0], dtype=np.int64)
    return Coelution(parent, child, observed.rt[child] - observed.rt[parent], process)


def formula_extents(
    observed: Observations, process: IntArray, group: IntArray, ceramide: IntArray
) -> FloatArray:
    """log10 extent that the formula of each parent gives, 0 but for isotopes, shape (m,).

    Parameters
    ----------
    observed : Observations
    process : numpy.ndarray of int, shape (m,)
        Index into `artefacts()`, -1 for in-source fragmentation.
    group, ceramide : numpy.ndarray of int, shape (m,)
        Those of the parent.
    """
    extent = np.zeros(len(process))
    isotope = np.flatnonzero(processes().isotopes[process])
    if len(isotope):
        extent[isotope] = _log10_isotopes(observed)[group[isotope], ceramide[isotope]]
    return extent


@kept_with_first
def _log10_isotopes(observed: Observations) -> FloatArray:
    """log10 of the area of M+2 over that of M for each group and ceramide, shape (G, K)."""
    counts = (observed.groups.units * UNIT_SIGN).astype(np.int64).tolist()
    heads = [Composition(*units).elements for units in counts]
    ceramides = [Ceramide(*c).elements for c in observed.ceramides.astype(np.int64).tolist()]
    symbols = {symbol for atoms in (*heads, *ceramides) for symbol in atoms}

    def numbers(symbol: str) -> FloatArray:
        of_head = np.array([atoms.get(symbol, 0) for atoms in heads], dtype=np.float64)
        of_ceramide = np.array([atoms.get(symbol, 0) for atoms in ceramides], dtype=np.float64)
        return np.asarray(of_head[:, None] + of_ceramide)

    _, plus_two = isotope_extents({symbol: numbers(symbol) for symbol in symbols})
    return np.log10(plus_two)
