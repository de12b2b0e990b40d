"""Misfit rows, which have too few or too many fields; repaired if only one way is possible."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.limits import number
from ganglioside.reading.problems import ProblemLog, Rows
from ganglioside.reading.raw_table import RawTable


def misfits(raw: RawTable) -> Rows:
    """Positions of the rows whose cells may be in wrong columns."""
    return np.union1d(np.array(list(raw.ragged), dtype=np.int64), raw.broken)


def repair_rows(raw: RawTable, log: ProblemLog) -> pd.DataFrame:
    """Cells with names put back together that contain the separator; misfits are reported.

    Rows that stay misfits keep their name only: their other cells may be in wrong columns.

    Returns
    -------
    pandas.DataFrame
        Of the shape of `raw.cells`, which are not changed.
    """
    repaired = _rejoin_names(raw, log)
    cells = raw.cells
    if repaired:
        cells = cells.copy()
        rows = pd.DataFrame(list(repaired.values()), index=list(repaired), columns=cells.columns)
        cells.loc[rows.index] = rows.astype(cells.dtypes)
    left = {row: fields for row, fields in raw.ragged.items() if row not in repaired}
    _report_misfits(raw, left, log)
    lost = np.setdiff1d(misfits(raw), np.array(list(repaired), dtype=np.int64))
    others = {position for column, position in raw.header.positions.items() if column != "name"}
    others |= {position for sample in raw.samples for position in sample.positions.values()}
    if len(lost):
        cells = cells.copy()
        cells.loc[lost, sorted(others)] = ""
    return cells


def _report_misfits(raw: RawTable, ragged: dict[int, tuple[str, ...]], log: ProblemLog) -> None:
    """Report rows with too few or too many fields, and rows whose quotes do not match."""
    expected = len(raw.header.texts)
    counts = np.array([len(f) for f in ragged.values()], dtype=np.int64)
    rows = np.array(list(ragged), dtype=np.int64)
    lines = np.array([raw.separator.join(f) for f in ragged.values()], dtype=object)
    faulty = {
        "too-few-fields": counts < raw.header.width,
        "too-many-fields": counts > expected,
    }
    for code, mask in faulty.items():
        found = [str(n) for n in counts[mask]]
        log.rows(code, rows[mask], "", lines[mask], found=found, expected=str(expected))
    if len(raw.broken):
        broken = raw.cells.loc[raw.broken].agg(raw.separator.join, axis=1)
        log.rows("broken-quotes", raw.broken, "", list(broken))


def _rejoin_names(raw: RawTable, log: ProblemLog) -> dict[int, list[str]]:
    """Cells of each row with too many fields because its name was split at the separator.

    A row is repaired only if the pieces together are a name and the fields after them fit the
    header with a number as RT: no name continues with a number after a separator.
    """
    width = len(raw.header.texts)
    name_at, rt_at = raw.header.positions["name"], _rt_at(raw)
    joined: dict[int, list[str]] = {}
    for row, fields in raw.ragged.items():
        surplus = len(fields) - width
        if surplus > 0:
            end = name_at + surplus + 1  # position behind the last piece of the name
            name = raw.separator.join(fields[name_at:end])
            joined[row] = [*fields[:name_at], name, *fields[end:]]
    readable = parse_names([cells[name_at] for cells in joined.values()]).index >= 0
    repaired = {}
    for (row, cells), is_name in zip(joined.items(), readable, strict=True):
        if is_name and number(_NUMBER, cells[rt_at].strip()):
            repaired[row] = cells
    rows = np.array(list(repaired), dtype=np.int64)
    values = [cells[name_at] for cells in repaired.values()]
    log.rows("name-rejoined", rows, raw.header.label("name"), values)
    return repaired


def _rt_at(raw: RawTable) -> int:
    """Position of RT; that of the first sample with an RT of its own where none is shared."""
    shared = raw.header.positions.get("rt")
    if shared is not None:
        return shared
    return next(s.positions["rt"] for s in raw.samples if "rt" in s.positions)


_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")
