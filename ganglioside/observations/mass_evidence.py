"""What the measured m/z of a table say about its names, as errors in ppm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from pandas.api.extensions import ExtensionArray

from ganglioside.lipids.adducts import adducts, mz_as
from ganglioside.lipids.mass_errors import mass_errors
from ganglioside.lipids.mass_readings import average_masses
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.observations.ion_forms import (
    fitting_ions,
    ion_errors,
    nearest_ions,
    one_polarity,
)
from ganglioside.observations.mass_calibration import calibration
from ganglioside.observations.mass_shifts import (
    MassShift,
    MeasuredMasses,
    find_shifts,
    is_as_named,
    reach,
    shift_of,
)
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, replaced
from ganglioside.support.priors import Priors

_NO_SHIFTS: Final[tuple[MassShift, ...]] = ()


@dataclass(frozen=True, eq=False)
class Measurements:
    """The n rows as they were measured.

    Attributes
    ----------
    mz : numpy.ndarray, shape (n,)
        Of the monoisotopic peak, NaN where missing.
    ion : numpy.ndarray of int, shape (n,)
        Index into `adducts()`, -1 where unknown.
    stated : pandas array of str, length n
        Ions as the table names them, NA where it names none.
    rt : numpy.ndarray, shape (n,)
        min.
    sample, species : numpy.ndarray of int, shape (n,)
    """

    mz: FloatArray
    ion: IntArray
    stated: ExtensionArray
    rt: FloatArray
    sample: IntArray
    species: IntArray


@dataclass(frozen=True, eq=False)
class MassEvidence:
    """Errors of the n measured m/z.

    Attributes
    ----------
    error : numpy.ndarray, shape (n,)
        Measured less theoretical m/z less `offset`, ppm; NaN where the m/z is missing or takes no
        part.
    offset : numpy.ndarray, shape (n,)
        Systematic error, ppm.
    shifts : tuple of MassShift
        What many m/z are instead of those of name and ion.
    ion : numpy.ndarray of int, shape (n,)
        Index into `adducts()`, -1 where unknown: the stated ion, or that which the m/z fits.
    misstated : numpy.ndarray of bool, shape (n,)
        Whether the m/z contradicts the stated ion and fits another one of the name: errors are
        those of that.
    other_ions : tuple of MassShift
        How far the m/z of these rows are from those of the stated ions, by the ion that they fit.
    """

    error: FloatArray
    offset: FloatArray
    shifts: tuple[MassShift, ...]
    ion: IntArray
    misstated: BoolArray
    other_ions: tuple[MassShift, ...]


def mass_evidence(
    rows: Measurements, names: ParsedNames, polarity: str, priors: Priors
) -> MassEvidence:
    """Errors of the m/z of a table, its common shifts and its calibration taken off.

    Parameters
    ----------
    rows : Measurements
    names : ParsedNames
        Of the table.
    polarity : str
        `negative`, `positive` or `auto`: of m/z without an ion.
    priors : Priors
    """
    n = len(rows.mz)
    misstated = np.zeros(n, dtype=np.bool_)
    if not np.isfinite(rows.mz).any():
        return MassEvidence(
            np.full(n, np.nan), np.zeros(n), _NO_SHIFTS, rows.ion, misstated, _NO_SHIFTS
        )
    mass = names.masses[rows.species]
    shifts, ignored = _shifts(rows, names, polarity)
    error = np.where(ignored, np.nan, mass_errors(rows.mz, rows.stated, mass, polarity))
    with np.errstate(invalid="ignore"):
        far = np.flatnonzero(np.abs(error) > reach(rows.mz))
    fitting = fitting_ions(rows.mz[far], mass[far], rows.ion[far])
    fits, unexplained = far[fitting >= 0], far[fitting < 0]
    fitting = fitting[fitting >= 0]
    error[fits] = ion_errors(rows.mz[fits], mass[fits], fitting)
    known = replaced(error, unexplained, np.nan)
    offset = calibration(known, rows.mz, rows.rt, rows.sample, priors)
    return MassEvidence(
        error=error - offset,
        offset=offset,
        shifts=shifts,
        ion=replaced(rows.ion, fits, fitting),
        misstated=replaced(misstated, fits, True),
        other_ions=_other_ions(rows, mass, fits, fitting),
    )


def _other_ions(
    rows: Measurements, mass: FloatArray, fits: IntArray, fitting: IntArray
) -> tuple[MassShift, ...]:
    """Shifts of the m/z of some rows from those of the stated ions, by the ion that they fit."""
    measured = int(np.isfinite(rows.mz).sum())
    difference = rows.mz[fits] - mz_as(mass[fits], rows.ion[fits])
    shifts = [
        shift_of(difference[fitting == ion], measured, adducts()[ion].name)
        for ion in np.unique(fitting).tolist()
    ]
    return tuple(sorted(shifts, key=lambda shift: -shift.rows))


def _shifts(
    rows: Measurements, names: ParsedNames, polarity: str
) -> tuple[tuple[MassShift, ...], BoolArray]:
    """Common shifts of the m/z, and whether that of each row takes no part, shape (n,).

    A row without an ion counts as the nearest usual one of the table's polarity, however far.
    """
    ignored = np.zeros(len(rows.mz), dtype=np.bool_)
    measured = np.flatnonzero((rows.mz > 0) & ((rows.ion >= 0) | rows.stated.isna()))
    mz, ion, species = rows.mz[measured], rows.ion[measured], rows.species[measured]
    mass = names.masses[species]
    if (ion < 0).any():
        ion = np.where(ion < 0, nearest_ions(mz, mass, one_polarity(ion, polarity)), ion)
    expected = mz_as(mass, ion)
    if is_as_named(mz, expected):
        return _NO_SHIFTS, ignored
    formulas = {k: names.species[k].formula for k in np.unique(species).tolist()}
    average = average_masses(formulas, species)
    masses = MeasuredMasses(mz, expected, mass, average, ion, species)
    shifts, ignored[measured] = find_shifts(masses)
    return shifts, ignored
