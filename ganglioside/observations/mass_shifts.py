"""Common shifts of a table's m/z: what its column of m/z holds instead of that of name and ion.

Names are given by mass. If most m/z of a table contradict them, the column is not what it is taken
for: the ions are named wrongly, isotope peaks were picked, masses are average ones. One fault for
all rows is likelier than that each name is wrong. Such m/z take no part.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.lipids.adducts import NO_ION, adducts
from ganglioside.lipids.mass_readings import MassReading, mass_readings
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, decimal_step
from ganglioside.support.formatting import counted

#: Error up to which an m/z is that of its name, however coarse the instrument, ppm.
NEAR: Final = 300.0

#: A shift is common where this part of the rows has it, and so many species.
_SHARE: Final = 0.3
_FEWEST: Final = 3

#: Part of the rows that must fit name and ion for what fits nothing to be evidence.
_TRUSTED: Final = 0.5

_AGREE: Final = 25.0  # ppm by which m/z of one reading differ: calibration and scatter
_ALIKE: Final = 0.95  # of the rows of the commonest reading: of such readings the nearest is right
_MOST_SHIFTS: Final = 4
_MOST_ROWS: Final = 5000  # from which shifts are found
_DIGITS: Final = (0, 1, 2, 3)
_OFF_STEP: Final = 1e-5  # steps by which an m/z that is given in them may be off


@dataclass(frozen=True, eq=False)
class MeasuredMasses:
    """The n rows with a measured m/z and an ion.

    Attributes
    ----------
    mz, expected : numpy.ndarray, shape (n,)
        m/z as measured, and that of name and ion.
    mass, average : numpy.ndarray, shape (n,)
        Monoisotopic and average mass of the named molecules, neutral, Da.
    ion : numpy.ndarray of int, shape (n,)
        Index into `adducts()`.
    species : numpy.ndarray of int, shape (n,)
    """

    mz: FloatArray
    expected: FloatArray
    mass: FloatArray
    average: FloatArray
    ion: IntArray
    species: IntArray

    def __len__(self) -> int:
        return len(self.mz)

    def take(self, rows: IntArray) -> MeasuredMasses:
        """Some of the rows."""
        return MeasuredMasses(
            self.mz[rows],
            self.expected[rows],
            self.mass[rows],
            self.average[rows],
            self.ion[rows],
            self.species[rows],
        )

    @property
    def charge(self) -> FloatArray:
        """Number of charges of each ion, shape (n,)."""
        return np.array([abs(a.charge) for a in adducts()], dtype=np.float64)[self.ion]


@dataclass(frozen=True, slots=True)
class MassShift:
    """A shift that many rows share.

    Attributes
    ----------
    rows, measured : int
        Number of rows that have it, and of all rows with an m/z.
    least, most : float
        m/z less that of name and ion, Da: range of the middle four fifths of the rows; NaN of rows
        that share no shift.
    fits : str
        What the m/z fits instead, as messages say it; empty where nothing known has this shift.
    """

    rows: int
    measured: int
    least: float
    most: float
    fits: str

    @property
    def message(self) -> str:
        """The shift in a sentence.

        >>> MassShift(14, 14, -2.0146, -2.0146, "[M-H]-").message
        'm/z of 14 of 14 rows lies 2.0146 Da below that of name and ion: it fits [M-H]-.'
        """
        rows = f"m/z of {self.rows:,} of {counted(self.measured, 'row')}"
        if np.isnan(self.least):
            return f"{rows} fits neither name and ion nor anything known."
        side = "below" if self.least + self.most < 0 else "above"
        fits = f": it fits {self.fits}" if self.fits else ""
        return f"{rows} lies {self._distance} Da {side} that of name and ion{fits}."

    @property
    def _distance(self) -> str:
        """Distance from the m/z of name and ion, Da, as text."""
        near, far = sorted((abs(self.least), abs(self.most)))
        if far - near > _ONE_DISTANCE:
            return f"{near:.4f} to {far:.4f}"
        return f"{(near + far) / 2:.4f}"


_ONE_DISTANCE: Final = 0.02  # Da


def find_shifts(measured: MeasuredMasses) -> tuple[tuple[MassShift, ...], BoolArray]:
    """Common shifts, the most frequent first, and whether the m/z of each row takes no part, (n,).

    Of all known readings of m/z the one that most rows fit is taken, then that of most others, then
    any constant difference. Where only a minority of rows fits name and ion, what fits nothing
    takes no part either.
    """
    ignored = np.zeros(len(measured), dtype=np.bool_)
    left = np.flatnonzero(~_fits(measured.mz, measured.expected, reach(measured.mz)))
    if not _is_common(measured, left):
        return (), ignored
    is_trusted = len(left) <= (1 - _TRUSTED) * len(measured)
    shifts: list[MassShift] = []
    while len(shifts) < _MOST_SHIFTS and _is_common(measured, left):
        reading = _commonest(measured.take(_evenly_spread(left)))
        has_it = _fitted_by(reading, measured.take(left))
        rows = left[has_it]
        if not _is_common(measured, rows):
            break
        shifts.append(_shift(measured, rows, _words(reading, measured.ion[rows])))
        ignored[rows] = True
        left = left[~has_it]
    if not is_trusted:
        ignored[left] = True
        if _is_common(measured, left):
            shifts.append(MassShift(len(left), len(measured), np.nan, np.nan, ""))
    return tuple(shifts), ignored


def reach(mz: FloatArray) -> FloatArray:
    """Error up to which each m/z is that of its name, ppm, shape (n,): more if digits are few."""
    return np.asarray(NEAR + _rounding(mz))


def _rounding(mz: FloatArray) -> FloatArray:
    """Largest error by the digits with which m/z are given, ppm, shape (n,)."""
    return np.asarray(0.5e6 * _step(mz[:_MOST_ROWS]) / mz)


def _step(mz: FloatArray) -> float:
    """Step in which m/z are given, Da: 1, 0.1, 0.01 or 0.001; 0 where it is finer."""
    return decimal_step(mz, _DIGITS, _OFF_STEP)


def _fits(mz: FloatArray, expected: FloatArray, ppm: FloatArray) -> BoolArray:
    """Whether m/z are within some ppm of those expected, shape (n,)."""
    return np.asarray(np.abs(mz - expected) <= 1e-6 * ppm * expected)


def is_as_named(mz: FloatArray, expected: FloatArray) -> bool:
    """Whether so many m/z are those of name and ion that the others share no common shift."""
    far = len(mz) - int(_fits(mz, expected, reach(mz)).sum())
    return far < max(_SHARE * len(mz), _FEWEST)


def _is_common(measured: MeasuredMasses, rows: IntArray) -> bool:
    """Whether what some rows share is common in the table."""
    if len(rows) < max(_SHARE * len(measured), _FEWEST):
        return False
    return len(np.unique(measured.species[rows])) >= _FEWEST


def _evenly_spread(rows: IntArray) -> IntArray:
    """So many of the rows as shifts are found from."""
    return rows[:: -(-len(rows) // _MOST_ROWS)]


@dataclass(frozen=True, slots=True)
class _Known:
    """m/z as a known reading has it."""

    reading: MassReading

    def mz(self, measured: MeasuredMasses) -> FloatArray:
        """m/z of each row by this reading, shape (n,)."""
        return self.reading.mz(measured.mass, measured.average, measured.ion)


@dataclass(frozen=True, slots=True)
class _Constant:
    """m/z that lie a constant difference from those of name and ion, Da; by charge or not."""

    difference: float
    by_charge: bool

    def mz(self, measured: MeasuredMasses) -> FloatArray:
        """m/z of each row with the difference, shape (n,)."""
        charge = measured.charge if self.by_charge else 1.0
        return np.asarray(measured.expected + self.difference / charge)


def _fitted_by(reading: _Known | _Constant, measured: MeasuredMasses) -> BoolArray:
    """Whether the m/z of each row is that of a reading, shape (n,)."""
    return _fits(measured.mz, reading.mz(measured), _AGREE + _rounding(measured.mz))


def _words(reading: _Known | _Constant, ion: IntArray) -> str:
    """What the m/z of rows with these named ions fits, as messages say it; empty if unknown."""
    if isinstance(reading, _Constant):
        return ""
    if reading.reading.words:
        return reading.reading.words
    names = [*(a.name for a in adducts()), ""]
    read = [names[k] for k in reading.reading.ions(ion).tolist() if k != NO_ION]
    return " and ".join(name for name, _ in Counter(read).most_common())


def _commonest(measured: MeasuredMasses) -> _Known | _Constant:
    """The known reading that most rows fit, or a constant difference that clearly more have."""
    readings = [_Known(reading) for reading in mass_readings()]
    fitting = [_fitted_by(reading, measured) for reading in readings]
    rows = np.array([int(fits.sum()) for fits in fitting])
    alike = np.flatnonzero(rows >= _ALIKE * rows.max())
    constant = max(_constants(measured), key=lambda c: int(_fitted_by(c, measured).sum()))
    if _ALIKE * int(_fitted_by(constant, measured).sum()) > rows.max():
        return constant
    errors = [_middle_error(readings[k], measured, fitting[k]) for k in alike.tolist()]
    return readings[int(alike[int(np.argmin(errors))])]


def _middle_error(reading: _Known, measured: MeasuredMasses, fits: BoolArray) -> float:
    """Median error of the rows that fit a reading, ppm, without sign."""
    expected = reading.mz(measured)[fits]
    return abs(float(np.median(1e6 * (measured.mz[fits] - expected) / expected)))


def _constants(measured: MeasuredMasses) -> list[_Constant]:
    """The difference in m/z that most rows have, and that in mass."""
    by_mz = measured.mz - measured.expected
    width = 1e-6 * _AGREE * float(np.median(measured.mz))
    width += _step(measured.mz)
    return [
        _Constant(_mode(by_mz, width), by_charge=False),
        _Constant(_mode(by_mz * measured.charge, width), by_charge=True),
    ]


def _mode(values: FloatArray, width: float) -> float:
    """Median of the values in the window of this width that holds most of them."""
    ordered = np.sort(values)
    end = np.searchsorted(ordered, ordered + width, side="right")
    first = int(np.argmax(end - np.arange(len(ordered))))
    return float(np.median(ordered[first : end[first]]))


def _shift(measured: MeasuredMasses, rows: IntArray, fits: str) -> MassShift:
    """The shift of some rows in numbers and words."""
    return shift_of(measured.mz[rows] - measured.expected[rows], len(measured), fits)


def shift_of(difference: FloatArray, measured: int, fits: str) -> MassShift:
    """The shift of the n rows with these differences from name and ion, Da, shape (n,).

    Parameters
    ----------
    difference : numpy.ndarray, shape (n,)
    measured : int
        Number of all rows with an m/z.
    fits : str
        What the m/z fits instead.
    """
    least, most = np.quantile(difference, [0.1, 0.9]).tolist()
    return MassShift(len(difference), measured, least, most, fits)
