"""Rows that do not fit their columns, repaired where only one way is possible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.problems import ProblemLog, Rows
from ganglioside.reading.raw_table import RawTable


def misfits(raw: RawTable) -> Rows:
    """Positions of rows whose cells may stand in the wrong columns."""
    return np.union1d(np.array(list(raw.ragged), dtype=np.int64), raw.broken)


def repair_rows(raw: RawTable, log: ProblemLog) -> pd.DataFrame:
    """Put names back together that hold the separator; report rows that stay misfits.

    Of a misfit only the name is kept, since its other cells may stand in wrong columns.
    """
    repaired = _rejoin_names(raw, log)
    cells = raw.cells
    if repaired:
        cells = cells.copy()
        rows = pd.DataFrame(list(repaired.values()), index=list(repaired), columns=cells.columns)
        cells.loc[rows.index] = rows.astype(cells.dtypes)
    _report_misfits(raw, {r: f for r, f in raw.ragged.items() if r not in repaired}, log)
    lost = np.setdiff1d(misfits(raw), np.array(list(repaired), dtype=np.int64))
    others = [p for c, p in raw.header.places.items() if c != "name"]
    if len(lost):
        cells = cells.copy()
        cells.loc[lost, others] = ""
    return cells


def _report_misfits(raw: RawTable, ragged: dict[int, tuple[str, ...]], log: ProblemLog) -> None:
    expected = len(raw.header.texts)
    counts = np.array([len(f) for f in ragged.values()], dtype=np.int64)
    rows = np.array(list(ragged), dtype=np.int64)
    lines = np.array([raw.separator.join(f) for f in ragged.values()], dtype=object)
    for code, which in (
        ("too-few-fields", counts < raw.header.width),
        ("too-many-fields", counts > expected),
    ):
        found = [str(n) for n in counts[which]]
        log.rows(code, rows[which], "", lines[which], found=found, expected=str(expected))
    broken: Iterable[str] = (
        raw.cells.loc[raw.broken].agg(raw.separator.join, axis=1) if len(raw.broken) else []
    )
    log.rows("broken-quotes", raw.broken, "", list(broken))


def _rejoin_names(raw: RawTable, log: ProblemLog) -> dict[int, list[str]]:
    """Return the rows whose surplus fields are a name that was split at the separator.

    A row is repaired only where the pieces together are a name and what follows them fits the
    header with a number as RT: no name goes on with a number after a separator.
    """
    width, place, rt = (
        len(raw.header.texts),
        raw.header.places["name"],
        raw.header.places["rt"],
    )
    joined: dict[int, list[str]] = {}
    for row, fields in raw.ragged.items():
        surplus = len(fields) - width
        if surplus > 0:
            name = raw.separator.join(fields[place : place + surplus + 1])
            joined[row] = [*fields[:place], name, *fields[place + surplus + 1 :]]
    whole = parse_names([cells[place] for cells in joined.values()])
    repaired = {
        row: cells
        for (row, cells), good in zip(joined.items(), whole.index >= 0, strict=True)
        if good and _NUMBER.fullmatch(cells[rt].strip())
    }
    rows = np.array(list(repaired), dtype=np.int64)
    values = [cells[place] for cells in repaired.values()]
    log.rows("name-rejoined", rows, raw.header.label("name"), values)
    return repaired


_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")
