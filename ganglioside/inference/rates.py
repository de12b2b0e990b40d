"""Rates that are learned from the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ganglioside.inference.detection import Reporting
from ganglioside.inference.expected_areas import Areas
from ganglioside.inference.mass_accuracy import MassAccuracy
from ganglioside.support.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class FragmentCounts:
    """What the fragments of the table show, by line l of the parent and group g of the fragment.

    Attributes
    ----------
    parents : numpy.ndarray, shape (L, G)
        Genuine features on each line that are large enough for a fragment to be seen.
    seen : numpy.ndarray, shape (L, G)
        Fragments that genuine features of the line made.
    measured, log_ratio : numpy.ndarray, shape (L, G)
        How many of them have areas, and the sum of log10(fragment area / parent area).
    pair : numpy.ndarray, shape (m,)
        Share with which each pair was counted.
    genuine : numpy.ndarray, shape (n,)
        Share with which each row was counted as a parent.
    """

    parents: FloatArray
    seen: FloatArray
    measured: FloatArray
    log_ratio: FloatArray
    pair: FloatArray
    genuine: FloatArray

    @classmethod
    def nothing(cls, lines: int, groups: int, pairs: int, rows: int) -> FragmentCounts:
        """Return what is known before any fragment is seen."""
        none = np.zeros((lines, groups))
        return cls(none, none, none, none, np.zeros(pairs), np.zeros(rows))

    def kept(self, stays: BoolArray) -> FragmentCounts:
        """Return the same with some of the lines."""
        return replace(
            self,
            parents=self.parents[stays],
            seen=self.seen[stays],
            measured=self.measured[stays],
            log_ratio=self.log_ratio[stays],
        )


@dataclass(frozen=True, slots=True)
class AreaSpread:
    """Mean and standard deviation of log10 areas."""

    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class Rates:
    """What the table teaches about its own processes.

    Attributes
    ----------
    presence : numpy.ndarray, shape (L,)
        How much more often named species of this line's group are seen on this line than their
        areas let expect.
    fragments : FragmentCounts
    extent_within : float
        Scatter of log10 extents of one kind of fragment between ceramides.
    artefact : numpy.ndarray, shape (A,)
        Share of the names with the mass of an artefact that are that artefact.
    chance : float
        Features by chance per name.
    sigma : numpy.ndarray, shape (2,)
        Scatter about a line, min, for each `curve.ceramide_class`.
    pair_sigma : float
        Scale of the RT difference of parent and fragment, min.
    anchor_genuine, anchor_other : float
        Share of anchors among genuine and other features.
    areas : Areas
        Of genuine features, by sample, line and ceramide.
    reporting : Reporting
        How likely a species of a given area has a row.
    genuine_area, chance_area : AreaSpread
    mass : MassAccuracy
        Of the measured m/z.
    """

    presence: FloatArray
    fragments: FragmentCounts
    extent_within: float
    artefact: FloatArray
    chance: float
    sigma: FloatArray
    pair_sigma: float
    anchor_genuine: float
    anchor_other: float
    areas: Areas
    reporting: Reporting
    genuine_area: AreaSpread
    chance_area: AreaSpread
    mass: MassAccuracy

    @cached_property
    def reported(self) -> FloatArray:
        """Chance that the species of each line and observed ceramide has a row, shape (L, K)."""
        areas = self.areas
        level = float(areas.sample.mean())
        return self.reporting.chance(level + areas.line[:, None] + areas.ceramide)
