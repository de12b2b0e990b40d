"""The rows of a feature table that can be judged, as arrays for the model and the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from math import sqrt
from typing import Annotated, Final, TypeAlias, TypeVar, get_type_hints

import numpy as np
from pandas.api.extensions import ExtensionArray

from ganglioside.lipids.adducts import adducts
from ganglioside.lipids.artefacts import EITHER
from ganglioside.lipids.chain_traits import has_moved_hydroxyl, has_unusual_base, moved_bonds
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.isotopes import ISOTOPE_STEP
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.observations.drift import Drift, estimate_drift
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.groups import UNIT_SIGN, Groups
from ganglioside.observations.ion_forms import charges, ions_of, one_polarity, stated_isotopes
from ganglioside.observations.mass_evidence import Measurements, mass_evidence
from ganglioside.observations.mass_shifts import MassShift
from ganglioside.observations.run import Run
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    decimal_step,
    join,
    quantile,
)
from ganglioside.support.priors import Priors

_SMALLEST: Final = 0.02  # quantile of the areas of a table
_DIGITS: Final = (1, 2)  # of RT by which rows are blurred
_OFF_STEP: Final = 1e-6  # steps by which an RT that is given in them may be off

Values = TypeVar("Values")
Table = TypeVar("Table", "Observations", "_Rows")
_ROWS: Final = "rows"

#: Type of a field with one value per row: `take` takes those of the rows.
OfRows: TypeAlias = Annotated[Values, _ROWS]


@dataclass(frozen=True, eq=False)
class Observations:
    """The n rows that can be judged, in an order that does not depend on that of the input.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (n,)
        Position in the feature table.
    sample : numpy.ndarray of int, shape (n,)
        Index into the samples of `drift`.
    group : numpy.ndarray of int, shape (n,)
        Index into `groups`.
    species : numpy.ndarray of int, shape (n,)
        Index into the distinct species of the table.
    chains : numpy.ndarray of int, shape (n,)
        Equal for names with the same chains, 0 where a name gives none.
    isomer_label : numpy.ndarray of int, shape (n,)
        Equal for names with the same label of an isomer, 0 where no label tells names apart that
        are otherwise equal.
    moved_bonds : numpy.ndarray of int, shape (n,)
        Double bonds of the base beyond what is usual for the sum, 0 where a name gives no chains.
    moved_hydroxyl : numpy.ndarray of bool, shape (n,)
        Whether a name gives a base with a third hydroxyl though the sum has a double bond.
    unusual_base : numpy.ndarray of bool, shape (n,)
        Whether a name gives a base of unusual carbons.
    slot : numpy.ndarray of int, shape (n,)
        Equal for rows of one sample, group, ceramide, chains and label: at most one of them per
        isomer is genuine.
    sample_ceramide : numpy.ndarray of int, shape (n,)
        Equal for rows of one sample and ceramide: only they can be parent and fragment.
    ceramide : numpy.ndarray of int, shape (n,)
        Index into `ceramides`.
    ceramides : numpy.ndarray, shape (K, 3)
        Carbons, double bonds and hydroxyls of the distinct ceramides.
    mass : numpy.ndarray, shape (n,)
        Da.
    mass_error : numpy.ndarray, shape (n,)
        Measured less theoretical m/z, ppm, less the systematic error of the table; NaN where the
        m/z is missing or takes no part.
    mass_offset : numpy.ndarray, shape (n,)
        Systematic error of the m/z, ppm: the calibration of the instrument.
    mz : numpy.ndarray, shape (n,)
        As measured, NaN where missing.
    ion : numpy.ndarray of int, shape (n,)
        Index into `adducts()`, -1 where unknown.
    ion_stated : numpy.ndarray of bool, shape (n,)
        Whether the table names the ion; other ions are the nearest to the m/z.
    ion_misstated : numpy.ndarray of bool, shape (n,)
        Whether the table names another ion, which the m/z contradicts.
    isotope : numpy.ndarray of int, shape (n,)
        Number of the isotope peak that the table states, 0 where it states none.
    rt : numpy.ndarray, shape (n,)
        min, in the study's time: corrected for the drift of the sample.
    log_volume : numpy.ndarray, shape (n,)
        log10 of the peak area, NaN where missing or not positive.
    anchor : numpy.ndarray of bool, shape (n,)
    groups : Groups
    drift : Drift
    together : float
        Scale of the RT difference of two rows of one peak, min.
    mass_shifts : tuple of MassShift
        What the m/z of many rows are instead of those of name and ion; they take no part.
    other_ions : tuple of MassShift
        What the m/z of some rows are instead: those of another ion of the name.
    rt_step : float
        Step in which RT are given, min: 0.1, 0.01, or 0 where it is finer.
    polarity : str
        `negative` or `positive`, in which other ions of a species are looked for, or `both` where
        m/z fit other ions.
    gradient : Gradient
        By which RT is straightened; even until it is learned.
    """

    row: OfRows[IntArray]
    sample: OfRows[IntArray]
    group: OfRows[IntArray]
    species: OfRows[IntArray]
    chains: OfRows[IntArray]
    isomer_label: OfRows[IntArray]
    moved_bonds: OfRows[IntArray]
    moved_hydroxyl: OfRows[BoolArray]
    unusual_base: OfRows[BoolArray]
    slot: OfRows[IntArray]
    sample_ceramide: OfRows[IntArray]
    ceramide: OfRows[IntArray]
    ceramides: FloatArray
    mass: OfRows[FloatArray]
    mass_error: OfRows[FloatArray]
    mass_offset: OfRows[FloatArray]
    mz: OfRows[FloatArray]
    ion: OfRows[IntArray]
    ion_stated: OfRows[BoolArray]
    ion_misstated: OfRows[BoolArray]
    isotope: OfRows[IntArray]
    rt: OfRows[FloatArray]
    log_volume: OfRows[FloatArray]
    anchor: OfRows[BoolArray]
    groups: Groups
    drift: Drift
    together: float
    mass_shifts: tuple[MassShift, ...] = ()
    other_ions: tuple[MassShift, ...] = ()
    rt_step: float = 0.0
    polarity: str = "negative"
    gradient: Gradient = field(default_factory=Gradient.even)

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: IntArray) -> Observations:
        """Some of the rows; the numbers of slots, groups and ceramides stay."""
        return _take(self, rows)

    def other_ion(self, position: int) -> str:
        """Ion of a row whose m/z is that of this one, not of the stated one; empty elsewhere."""
        return adducts()[self.ion[position]].name if self.ion_misstated[position] else ""

    @cached_property
    def first_of_slot(self) -> IntArray:
        """The first row of each slot, ascending by slot."""
        return np.asarray(np.unique(self.slot, return_index=True)[1])

    @cached_property
    def is_first_of_slot(self) -> BoolArray:
        """Whether a row is the first of its slot, shape (n,)."""
        first = np.zeros(len(self), dtype=np.bool_)
        first[self.first_of_slot] = True
        return first

    @cached_property
    def has_chain_isomers(self) -> BoolArray:
        """Whether the ceramide of each row has several chains in the table, shape (n,)."""
        if not self.chains.any():
            return np.zeros(len(self), dtype=np.bool_)
        n_chains = int(self.chains.max()) + 1
        distinct = np.unique(self.ceramide * n_chains + self.chains) // n_chains
        return np.asarray(np.bincount(distinct)[self.ceramide] > 1)

    @cached_property
    def smallest_area(self) -> float:
        """2 % quantile of the log10 areas, NaN without areas: hardly any row is smaller."""
        return quantile(self.log_volume, _SMALLEST)

    @cached_property
    def area_class(self) -> IntArray:
        """Quarter decades of each area above the smallest, 0 where it is missing, shape (n,)."""
        if np.isnan(self.smallest_area):
            return np.zeros(len(self), dtype=np.int64)
        above = np.nan_to_num(self.log_volume, nan=-np.inf) - self.smallest_area
        return np.asarray(np.floor(4 * np.maximum(above, 0.0)), dtype=np.int64)

    @cached_property
    def straight_rt(self) -> FloatArray:
        """Straightened RT, min, shape (n,): as an even gradient would give it."""
        return self.gradient.straighten(self.rt)

    @cached_property
    def speed(self) -> FloatArray:
        """Straightened minutes that pass in a minute at each RT, shape (n,)."""
        return self.gradient.speed(self.rt)

    @cached_property
    def span(self) -> float:
        """Range of the straightened RTs, at least 1 min."""
        return max(float(np.ptp(self.straight_rt)), 1.0)

    @property
    def rounding(self) -> float:
        """Standard deviation of the error of an RT by its digits, min."""
        return self.rt_step / sqrt(12)

    @cached_property
    def run(self) -> Run:
        """The time from injection to the last row."""
        return Run.of(self.rt)

    @cached_property
    def usual_area(self) -> tuple[float, float]:
        """Mean and standard deviation of all log10 areas; (0, 1) without areas."""
        known = self.log_volume[np.isfinite(self.log_volume)]
        if len(known) == 0:
            return 0.0, 1.0
        return float(known.mean()), float(known.std())

    def in_own_time(self) -> Observations:
        """The same rows with RT as read, in the time of their own sample."""
        return replace(self, rt=self.drift.to_sample(self.rt, self.sample))


def observe(
    table: FeatureTable,
    polarity: str = "auto",
    priors: Priors | None = None,
    samples: tuple[str, ...] | None = None,
) -> Observations:
    """The rows of a table that can be judged: those with a readable name and RT.

    Parameters
    ----------
    table : FeatureTable
    polarity : str
        `negative`, `positive` or `auto`: of m/z without an ion.
    priors : Priors, optional
        The usual priors where omitted.
    samples : tuple of str, optional
        The samples whose rows are taken, empty text for rows without one; all where omitted.
    """
    priors = priors or Priors.usual()
    rows = _ordered(_read_rows(table, _usable(table, samples), polarity))
    of_study = slots(rows.group, rows.ceramide, rows.chains, rows.isomer_label)
    drift = estimate_drift(rows.samples, rows.sample, of_study, rows.rt)
    mz = _monoisotopic(rows.mz, rows.ion, rows.isotope)
    measured = Measurements(mz, rows.ion, rows.ions, rows.rt, rows.sample, rows.species)
    evidence = mass_evidence(measured, table.names, polarity, priors)
    return Observations(
        row=rows.row,
        sample=rows.sample,
        group=rows.group,
        species=rows.species,
        chains=rows.chains,
        isomer_label=rows.isomer_label,
        moved_bonds=rows.moved_bonds,
        moved_hydroxyl=rows.moved_hydroxyl,
        unusual_base=rows.unusual_base,
        slot=rows.slot,
        sample_ceramide=rows.sample_ceramide,
        ceramide=rows.ceramide,
        ceramides=rows.ceramides,
        mass=rows.mass,
        mass_error=evidence.error,
        mass_offset=evidence.offset,
        mz=rows.mz,
        ion=evidence.ion,
        ion_misstated=evidence.misstated,
        ion_stated=~rows.ions.isna(),
        isotope=rows.isotope,
        rt=drift.to_study(rows.rt, rows.sample),
        log_volume=rows.log_volume,
        anchor=rows.anchor,
        groups=rows.groups,
        drift=drift,
        together=priors.coelution_width.value,
        mass_shifts=evidence.shifts,
        other_ions=evidence.other_ions,
        rt_step=decimal_step(rows.rt, _DIGITS, _OFF_STEP),
        polarity=_polarity(evidence.ion, polarity, evidence.shifts),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows that can be judged as the table has them; names as in `Observations`.

    Attributes
    ----------
    ions : pandas.api.extensions.ExtensionArray, shape (n,)
        Ions as the table names them.
    rt : numpy.ndarray, shape (n,)
        min, as read.
    samples : tuple of str
        Names of the samples.
    """

    row: OfRows[IntArray]
    sample: OfRows[IntArray]
    species: OfRows[IntArray]
    group: OfRows[IntArray]
    ceramide: OfRows[IntArray]
    chains: OfRows[IntArray]
    isomer_label: OfRows[IntArray]
    moved_bonds: OfRows[IntArray]
    moved_hydroxyl: OfRows[BoolArray]
    unusual_base: OfRows[BoolArray]
    mass: OfRows[FloatArray]
    mz: OfRows[FloatArray]
    ions: OfRows[ExtensionArray]
    ion: OfRows[IntArray]
    isotope: OfRows[IntArray]
    rt: OfRows[FloatArray]
    log_volume: OfRows[FloatArray]
    anchor: OfRows[BoolArray]
    slot: OfRows[IntArray]
    sample_ceramide: OfRows[IntArray]
    samples: tuple[str, ...]
    groups: Groups
    ceramides: FloatArray


def _usable(table: FeatureTable, samples: tuple[str, ...] | None) -> IntArray:
    """Positions of the rows that can be judged, of some samples or of all."""
    usable = np.flatnonzero(table.data["fault"].array.isna() & (table.names.index >= 0))
    if samples is None:
        return usable
    of_row = table.data["sample"].array.take(usable).fillna("")
    return np.asarray(usable[of_row.isin(list(samples))])


def _read_rows(table: FeatureTable, usable: IntArray, polarity: str) -> _Rows:
    """What the table says of some of its rows, in its order."""
    data, names = table.data, table.names
    species, named = names.index[usable], names.named_index[usable]
    used = np.unique(species)
    groups, group_of_species = _groups(names, used)
    ceramides, ceramide_of_species = _ceramides(names, used)
    group, ceramide = group_of_species[species], ceramide_of_species[species]
    chains, label = _chains(names)[named], _isomer_labels(names, named)
    bonds = np.array([moved_bonds(s) for s in names.named], dtype=np.int64)
    hydroxyl = np.array([has_moved_hydroxyl(s) for s in names.named], dtype=np.bool_)
    unusual = np.array([has_unusual_base(s) for s in names.named], dtype=np.bool_)
    samples, sample = _samples(data["sample"].array.take(usable))
    sample_ceramide = join(sample, ceramide)
    mz, mass = data["mz"].to_numpy()[usable], names.masses[species]
    ions = data["adduct"].array.take(usable)
    return _Rows(
        row=usable,
        sample=sample,
        species=species,
        group=group,
        ceramide=ceramide,
        chains=chains,
        isomer_label=label,
        moved_bonds=bonds[named],
        moved_hydroxyl=hydroxyl[named],
        unusual_base=unusual[named],
        mass=mass,
        mz=mz,
        ions=ions,
        ion=ions_of(mz, ions, mass, polarity),
        isotope=stated_isotopes(data["name"], table.carried)[usable],
        rt=data["rt"].to_numpy()[usable],
        log_volume=_log_areas(data["volume"].to_numpy()[usable]),
        anchor=data["anchor"].to_numpy()[usable],
        slot=slots(sample_ceramide, group, chains, label),
        sample_ceramide=sample_ceramide,
        samples=samples,
        groups=groups,
        ceramides=ceramides,
    )


def _ordered(rows: _Rows) -> _Rows:
    """The rows in an order that does not depend on that of the input."""
    ties = (rows.ion, rows.mz) if (rows.ion >= 0).any() else ()
    keys = (*ties, rows.log_volume, ~rows.anchor, rows.species, rows.rt, rows.slot)
    return _take(rows, np.lexsort(keys))


def _take(table: Table, rows: IntArray) -> Table:
    """Some of the rows of a dataclass with fields `OfRows`; other fields stay."""
    kind: type = type(table)
    return replace(table, **{name: getattr(table, name)[rows] for name in _of_rows(kind)})


@cache
def _of_rows(table: type) -> tuple[str, ...]:
    """Names of the fields `OfRows` of a dataclass."""
    hints = get_type_hints(table, include_extras=True)
    return tuple(name for name, hint in hints.items() if _ROWS in getattr(hint, "__metadata__", ()))


def _polarity(ion: IntArray, polarity: str, shifts: tuple[MassShift, ...]) -> str:
    """Polarity as it is set, or else of the ions; either where their m/z fit other ions."""
    unknown = polarity == "auto" and any(shift.fits for shift in shifts)
    return EITHER if unknown else one_polarity(ion, polarity)


def _monoisotopic(mz: FloatArray, ion: IntArray, isotope: IntArray) -> FloatArray:
    """m/z of the monoisotopic peak where the row is stated to be another one, shape (n,)."""
    if not isotope.any():
        return mz
    charge = charges(ion)
    return np.where(charge > 0, mz - isotope * ISOTOPE_STEP / np.maximum(charge, 1), mz)


def _chains(names: ParsedNames) -> IntArray:
    """Number of the chains of each of `names.named`, in their order; 0 where it gives none."""
    distinct = sorted({(), *(s.chains for s in names.named)})
    number = {chains: k for k, chains in enumerate(distinct)}
    return np.array([number[s.chains] for s in names.named], dtype=np.int64)


def _isomer_labels(names: ParsedNames, named: IntArray) -> IntArray:
    """Number of the isomer label of each row, by its index into `names.named`, shape (n,).

    0 where all rows of its species and chains have the same label or none: it tells nothing apart.
    """
    distinct = sorted({"", *names.isomer_labels})
    if len(distinct) == 1:
        return np.zeros(len(named), dtype=np.int64)
    used = np.unique(named).tolist()
    alike = Counter((names.named[k], names.named[k].chains) for k in used)
    number = np.zeros(len(names.named), dtype=np.int64)
    for k in used:
        if alike[names.named[k], names.named[k].chains] > 1:
            number[k] = distinct.index(names.isomer_labels[k])
    return np.asarray(number[named])


def slots(a: IntArray, b: IntArray, chains: IntArray, label: IntArray) -> IntArray:
    """Rank of each combination; chains and labels only tell apart what is otherwise equal."""
    rank = join(a, b)
    for told_apart in (chains, label):
        if told_apart.any():
            rank = join(rank, told_apart)
    return rank


def _log_areas(volume: FloatArray) -> FloatArray:
    """log10 of the areas, NaN where one is missing or not positive, shape (n,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(volume > 0, np.log10(volume), np.nan)


def _groups(names: ParsedNames, used: IntArray) -> tuple[Groups, IntArray]:
    """The groups of the species in use, alphabetical, and the group of each species.

    A species that no usable row names has no group: -1.
    """
    heads = [names.species[k].head for k in used.tolist()]
    species_of_head = dict(zip(heads, used.tolist(), strict=True))  # any one
    group_of_head = {head: number for number, head in enumerate(sorted(species_of_head))}
    chosen = [species_of_head[head] for head in group_of_head]
    members = [names.species[k] for k in chosen]
    group = np.full(len(names.species), -1, dtype=np.int64)
    group[used] = [group_of_head[head] for head in heads]
    counts = names.compositions[chosen].astype(np.float64).reshape(len(members), len(UNITS))
    groups = Groups(
        series=tuple(s.series for s in members),
        isomer=tuple(s.isomer for s in members),
        units=counts * UNIT_SIGN,
    )
    return groups, group


def _ceramides(names: ParsedNames, used: IntArray) -> tuple[FloatArray, IntArray]:
    """The distinct ceramides of the species in use, sorted, and the ceramide of each species.

    A species that no usable row names has no ceramide: -1.
    """
    carbons, double_bonds, hydroxyls = names.ceramides[used].T
    number = join(join(carbons, double_bonds), hydroxyls)
    ceramide = np.full(len(names.species), -1, dtype=np.int64)
    ceramide[used] = number
    distinct = np.zeros((int(number.max(initial=-1)) + 1, 3))
    distinct[number] = names.ceramides[used]
    return distinct, ceramide


def _samples(sample: ExtensionArray) -> tuple[tuple[str, ...], IntArray]:
    """The samples in alphabetical order, and the sample of each row, shape (n,).

    Rows without a sample share one, named by empty text.
    """
    if sample.isna().all():
        return ("",), np.zeros(len(sample), dtype=np.int64)
    codes, names = sample.fillna("").factorize()
    order = np.argsort(names.to_numpy(dtype=object), kind="stable")
    rank = np.argsort(order)
    return tuple(str(names[k]) for k in order), np.asarray(rank[codes], dtype=np.int64)
