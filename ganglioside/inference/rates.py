"""Rates that are learned from the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.inference.detection import Detection
from ganglioside.inference.expected_areas import Areas
from ganglioside.inference.mass_accuracy import MassAccuracy
from ganglioside.support.arrays import BoolArray, FloatArray
from ganglioside.support.moments import Moments

#: Names that the prior rate of an artefact is worth.
ARTEFACT_WEIGHT: Final = 10.0


@dataclass(frozen=True, eq=False)
class PathwayCounts:
    """RT differences of fragments and parents, min, summed with weights.

    Attributes
    ----------
    shifts : Moments, shape (L, G)
        Of the differences, by line of the parent and group of the fragment.
    pair : numpy.ndarray, shape (m,)
        Weight with which each pair was counted, 0 for artefacts.
    """

    shifts: Moments
    pair: FloatArray

    @classmethod
    def nothing(cls, lines: int, groups: int, pairs: int) -> PathwayCounts:
        """Sums before any fragment is seen."""
        return cls(shifts=Moments.nothing(lines, groups), pair=np.zeros(pairs))

    def kept(self, stays: BoolArray) -> PathwayCounts:
        """The same sums for the lines for which `stays`, shape (L,), is True."""
        return replace(self, shifts=self.shifts.kept(stays))


@dataclass(frozen=True, eq=False)
class FragmentCounts:
    """Fragments of the table, counted by line of the parent and group of the fragment.

    Attributes
    ----------
    parents : numpy.ndarray, shape (L, G)
        Genuine features on each line that are large enough for such a fragment to be seen.
    seen : numpy.ndarray, shape (L, G)
        Fragments that genuine features of the line made.
    measured, log_ratio : numpy.ndarray, shape (L, G)
        Number of them with areas, and the sum of their log10(fragment area / parent area).
    outweigh : numpy.ndarray, shape (L, G)
        Probability that such fragments may be larger than their parents.
    pair : numpy.ndarray, shape (m,)
        Share with which each pair was counted.
    genuine : numpy.ndarray, shape (n,)
        Share with which each row was counted as a parent.
    pathways : PathwayCounts
        Where they elute beside their parents.
    """

    parents: FloatArray
    seen: FloatArray
    measured: FloatArray
    log_ratio: FloatArray
    outweigh: FloatArray
    pair: FloatArray
    genuine: FloatArray
    pathways: PathwayCounts

    @classmethod
    def nothing(cls, lines: int, groups: int, pairs: int, rows: int) -> FragmentCounts:
        """Counts before any fragment is seen."""
        zero = np.zeros((lines, groups))
        return cls(
            parents=zero,
            seen=zero,
            measured=zero,
            log_ratio=zero,
            outweigh=zero,
            pair=np.zeros(pairs),
            genuine=np.zeros(rows),
            pathways=PathwayCounts.nothing(lines, groups, pairs),
        )

    def kept(self, stays: BoolArray) -> FragmentCounts:
        """The same counts for the lines for which `stays`, shape (L,), is True."""
        return replace(
            self,
            parents=self.parents[stays],
            seen=self.seen[stays],
            measured=self.measured[stays],
            log_ratio=self.log_ratio[stays],
            outweigh=self.outweigh[stays],
            pathways=self.pathways.kept(stays),
        )


@dataclass(frozen=True, eq=False)
class ArtefactCounts:
    """Artefacts of the table, by process; the last entry (-1) is fragmentation.

    Attributes
    ----------
    names : numpy.ndarray, shape (A + 1,)
        Names with the mass of an artefact of a genuine feature, and those that the prior is worth.
    extents : Moments, shape (A + 1,)
        Of log10(area / parent area), that of isotopes beside what the formula gives.
    split : Moments
        Of the distances of all parts from their peaks, min.
    """

    names: FloatArray
    extents: Moments
    split: Moments

    @classmethod
    def nothing(cls, n: int) -> ArtefactCounts:
        """Counts before any of n artefacts is seen."""
        return cls(
            names=np.full(n + 1, ARTEFACT_WEIGHT),
            extents=Moments.nothing(n + 1),
            split=Moments.nothing(),
        )


@dataclass(frozen=True, slots=True)
class AreaSpread:
    """Mean and standard deviation of log10 areas."""

    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates of the processes, as learned from the table.

    Attributes
    ----------
    presence : numpy.ndarray, shape (L,)
        Rows on each line per row expected there by area.
    fragments : FragmentCounts
    yield_scatter : float
        Scatter of log10 yields of one kind of fragment between ceramides.
    artefact : numpy.ndarray, shape (A,)
        Share of the names with the mass of an artefact that are that artefact.
    artefact_counts : ArtefactCounts
    chance : float
        Features by chance per name.
    sigma : numpy.ndarray, shape (2,)
        Scatter about a line, min, for each `curve.ceramide_class`.
    pair_sigma : float
        Scale of the RT difference of parent and fragment, min; that of pathways is about it.
    measured_off : float
        Part of the distance of parents to their lines by which their RT was measured off.
    pathway_spread : float
        Standard deviation of the shifts of pathways, min.
    anchor_genuine, anchor_other : float
        Share of anchors among genuine and other features.
    areas : Areas
        Of genuine features, by sample, line and ceramide.
    detection : Detection
        Probability that a species of a given area has a row.
    genuine_area, chance_area : AreaSpread
    mass : MassAccuracy
        Of the measured m/z.
    """

    presence: FloatArray
    fragments: FragmentCounts
    yield_scatter: float
    artefact: FloatArray
    artefact_counts: ArtefactCounts
    chance: float
    sigma: FloatArray
    pair_sigma: float
    measured_off: float
    pathway_spread: float
    anchor_genuine: float
    anchor_other: float
    areas: Areas
    detection: Detection
    genuine_area: AreaSpread
    chance_area: AreaSpread
    mass: MassAccuracy

    @cached_property
    def detected(self) -> FloatArray:
        """Probability that the species of each line and ceramide has a row, shape (L, K)."""
        areas = self.areas
        level = float(areas.sample.mean())
        log_area = level + areas.line[:, None] + areas.ceramide
        return self.detection.chance(log_area)
