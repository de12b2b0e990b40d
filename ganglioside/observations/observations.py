"""The usable rows of a feature table as plain arrays, for the model and the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from pandas.api.extensions import ExtensionArray

from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.mass_errors import mass_errors
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.observations.drift import Drift, estimate_drift
from ganglioside.observations.groups import UNIT_SIGN, Groups
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, join, quantile

_SMALLEST: Final = 0.02  # quantile of the areas of a table


@dataclass(frozen=True, eq=False)
class Observations:
    """n usable rows in canonical order (so that row order in the input cannot matter).

    Attributes
    ----------
    row : numpy.ndarray of int, shape (n,)
        Position in the feature table.
    sample, group, species, slot : numpy.ndarray of int, shape (n,)
        `group` points into `groups`, `species` into the distinct species of the table. Rows of
        one `slot` have the same sample, group and ceramide: one genuine feature per isomer at
        most.
    cell : numpy.ndarray of int, shape (n,)
        Rows of one cell have the same sample and ceramide: only they can be parent and fragment.
    ceramide : numpy.ndarray of int, shape (n,)
        Place in `ceramides`.
    ceramides : numpy.ndarray, shape (K, 3)
        The distinct ceramides: carbons, double bonds, hydroxyls.
    mass : numpy.ndarray, shape (n,)
        Da.
    mass_error : numpy.ndarray, shape (n,)
        Measured less theoretical m/z, ppm; NaN without a measured one.
    rt : numpy.ndarray, shape (n,)
        min, in the study's time: less the drift of the sample.
    log_volume : numpy.ndarray, shape (n,)
        log10 of the peak area, NaN where missing or not positive.
    anchor : numpy.ndarray of bool, shape (n,)
    groups : Groups
    drift : Drift
        Of each sample; `sample` points into it.
    """

    row: IntArray
    sample: IntArray
    group: IntArray
    species: IntArray
    slot: IntArray
    cell: IntArray
    ceramide: IntArray
    ceramides: FloatArray
    mass: FloatArray
    mass_error: FloatArray
    rt: FloatArray
    log_volume: FloatArray
    anchor: BoolArray
    groups: Groups
    drift: Drift

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def first_of_slot(self) -> IntArray:
        """One row of each slot."""
        return np.asarray(np.unique(self.slot, return_index=True)[1])

    @cached_property
    def is_first_of_slot(self) -> BoolArray:
        """Whether a row is one of `first_of_slot`, shape (n,)."""
        first = np.zeros(len(self), dtype=np.bool_)
        first[self.first_of_slot] = True
        return first

    @cached_property
    def smallest_area(self) -> float:
        """log10 of the area below which hardly any row is reported, NaN without areas."""
        return quantile(self.log_volume, _SMALLEST)

    @cached_property
    def area_class(self) -> IntArray:
        """Quarter decades by which each area exceeds the smallest, 0 where it is missing, (n,)."""
        if np.isnan(self.smallest_area):
            return np.zeros(len(self), dtype=np.int64)
        above = np.nan_to_num(self.log_volume, nan=-np.inf) - self.smallest_area
        return np.asarray(np.floor(4 * np.maximum(above, 0.0)), dtype=np.int64)

    @cached_property
    def span(self) -> float:
        """Range of the RTs, min; 1 at least."""
        return max(float(np.ptp(self.rt)), 1.0)

    @cached_property
    def usual_area(self) -> tuple[float, float]:
        """Mean and standard deviation of all log10 areas; 0 and 1 where there are none."""
        known = self.log_volume[np.isfinite(self.log_volume)]
        return (float(known.mean()), float(known.std())) if len(known) else (0.0, 1.0)

    def in_own_time(self) -> Observations:
        """Return the rows with RT as it was read."""
        return replace(self, rt=self.drift.to_sample(self.rt, self.sample))


def observe(table: FeatureTable, polarity: str = "auto") -> Observations:
    """Collect the rows of `table` that can be judged.

    `polarity` (`negative`, `positive` or `auto`) is that of m/z without an ion.
    """
    data, names = table.data, table.names
    usable = np.flatnonzero(data["fault"].array.isna() & (names.index >= 0))
    kind = names.index[usable]
    used = np.unique(kind)
    groups, group_of_species = _groups(names, used)
    samples, sample = _samples(data["sample"].array.take(usable))
    ceramides, ceramide_of_species = _ceramides(names, used)
    rt, volume = data["rt"].to_numpy()[usable], data["volume"].to_numpy()[usable]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_volume = np.where(volume > 0, np.log10(volume), np.nan)
    anchor = data["anchor"].to_numpy()[usable]
    mz, ions = data["mz"].to_numpy()[usable], data["adduct"].array.take(usable)
    mass_error = mass_errors(mz, ions, names.masses[kind], polarity)
    cell = join(sample, ceramide_of_species[kind])
    slot = join(cell, group_of_species[kind])
    order = np.lexsort((log_volume, ~anchor, kind, rt, slot))
    kind, sample, rt = kind[order], sample[order], rt[order]
    group, ceramide = group_of_species[kind], ceramide_of_species[kind]
    drift = estimate_drift(samples, sample, join(group, ceramide), rt)
    return Observations(
        row=usable[order],
        sample=sample,
        group=group,
        species=kind,
        slot=slot[order],
        cell=cell[order],
        ceramide=ceramide,
        ceramides=ceramides,
        mass=names.masses[kind],
        mass_error=mass_error[order],
        rt=drift.to_study(rt, sample),
        log_volume=log_volume[order],
        anchor=anchor[order],
        groups=groups,
        drift=drift,
    )


def _groups(names: ParsedNames, used: IntArray) -> tuple[Groups, IntArray]:
    """Return the groups of the species in use, in alphabetical order, and the group of each.

    A species that no usable row names belongs to no group: -1.
    """
    heads = [names.species[k].head for k in used.tolist()]
    member = dict(zip(heads, used.tolist(), strict=True))  # one of each head
    number = {head: k for k, head in enumerate(sorted(member))}
    chosen = [member[head] for head in number]
    members = [names.species[k] for k in chosen]
    group = np.full(len(names.species), -1, dtype=np.int64)
    group[used] = [number[head] for head in heads]
    counts = names.compositions[chosen].astype(np.float64).reshape(len(members), len(UNITS))
    groups = Groups(
        tuple(s.series for s in members), tuple(s.isomer for s in members), counts * UNIT_SIGN
    )
    return groups, group


def _ceramides(names: ParsedNames, used: IntArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct ceramides of the species in use, in order, and that of each species."""
    carbons, double_bonds, hydroxyls = names.ceramides[used].T
    place = join(join(carbons, double_bonds), hydroxyls)
    ceramide = np.full(len(names.species), -1, dtype=np.int64)
    ceramide[used] = place
    distinct = np.zeros((int(place.max(initial=-1)) + 1, 3))
    distinct[place] = names.ceramides[used]
    return distinct, ceramide


def _samples(sample: ExtensionArray) -> tuple[tuple[str, ...], IntArray]:
    """Return the samples in alphabetical order, and the number of each row's.

    Rows without a sample share one.
    """
    if sample.isna().all():
        return ("",), np.zeros(len(sample), dtype=np.int64)
    codes, names = sample.fillna("").factorize()
    order = np.argsort(names.to_numpy(dtype=object), kind="stable")
    rank = np.argsort(order)
    return tuple(str(names[k]) for k in order), np.asarray(rank[codes], dtype=np.int64)
