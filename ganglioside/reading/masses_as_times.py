"""Columns of retention times that hold the m/z of the names instead."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.lipids.adducts import adducts, mz
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.header_faults import refusal
from ganglioside.reading.problems import ProblemLog
from ganglioside.reading.raw_table import RawTable
from ganglioside.support.arrays import BoolArray, FloatArray

#: Most that a value may lie from the m/z of a name to be it, Da: some programs write one decimal.
_NEAR: Final = 0.06
#: Least rows that show it.
_ROWS: Final = 3
#: Least share of the rows with a name and a value. A time in seconds lies so near the m/z of its
#: own name in a few rows of a hundred.
_SHARE: Final = 0.5
#: What the mass of the molecule itself is called among its ions.
_NEUTRAL: Final = "M"


def refuse_masses(raw: RawTable, rt: FloatArray, names: ParsedNames, judged: BoolArray) -> None:
    """Refuse a table whose RT column holds m/z: no time in seconds follows from them.

    Exports shift columns, and converters fill `retention_time` from the wrong one.

    Parameters
    ----------
    raw
        The table as written.
    rt : numpy.ndarray, shape (n,)
        Its retention times as written, before a unit is settled.
    names
        The n names.
    judged : numpy.ndarray of bool, shape (n,)
        Rows that have no fault so far.

    Raises
    ------
    ValidationError
        With a value, and the name and ion whose m/z it is.
    """
    rows = np.flatnonzero(judged & (names.index >= 0) & np.isfinite(rt))
    if len(rows) < _ROWS:
        return
    mass = names.masses[names.index[rows]]
    ions = [_NEUTRAL, *(ion.name for ion in adducts())]
    expected = np.array([mass, *(mz(mass, ion) for ion in ions[1:])])
    distance = np.abs(expected - rt[rows])
    near = distance.min(axis=0) <= _NEAR
    if near.sum() < max(_ROWS, _SHARE * len(rows)):
        return
    first = int(near.argmax())
    log = ProblemLog(raw.lines, raw.header_line)
    row, ion = rows[first], ions[int(distance[:, first].argmin())]
    name = names.species[names.index[row]].name
    log.table("rt-holds-mz", raw.header.label("rt"), f"{rt[row]:.9g}", name=name, ion=ion)
    raise refusal(log, raw.header.texts)
