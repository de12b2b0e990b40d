"""What Log P says beside the model: values that contradict their name, and the plain lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import FloatArray, IntArray, median
from ganglioside.support.text_columns import indices, texts_of

#: Log P values farther than this from what their composition predicts are contradictions.
_TOLERANCE: Final = 0.25

_FEWEST: Final = 10  # distinct values from which something can be predicted
_ROUNDS: Final = 30
_SETTLED: Final = 1e-5
_ONE: Final = 1e-12  # variance below which all values are one


@dataclass(frozen=True, slots=True)
class LogPLine:
    """The plain line of a series, RT against Log P over its anchors, for comparison."""

    slope: float
    intercept: float
    r2: float

    @property
    def equation(self) -> str | None:
        """The line as text, None where there is none."""
        if np.isnan(self.slope):
            return None
        sign = "+" if self.intercept >= 0 else "-"
        return f"RT = {self.slope:.3f} * Log P {sign} {abs(self.intercept):.3f}"


NO_LINE: Final = LogPLine(np.nan, np.nan, np.nan)


@dataclass(frozen=True, eq=False)
class LogP:
    """What the Log P values of a table say; no threshold changes it.

    Attributes
    ----------
    slips : numpy.ndarray of int, shape (k,)
        Rows whose value contradicts the others; the first of each name and value.
    expected : numpy.ndarray, shape (k,)
        What their composition predicts.
    lines : mapping of str to LogPLine
        By series, where it has an anchor with Log P.
    """

    slips: IntArray
    expected: FloatArray
    lines: Mapping[str, LogPLine]

    @classmethod
    def of(cls, table: FeatureTable) -> LogP:
        """Return what the values of `table` say."""
        places: dict[str, int] = {}
        codes = [places.setdefault(s.series, len(places)) for s in table.names.species]
        head = np.array([*codes, -1])[table.names.index]  # -1 where the name cannot be read
        rows, expected = _slips(table, head)
        return cls(rows, expected, _lines(table, head, list(places)))


def _slips(table: FeatureTable, head: IntArray) -> tuple[IntArray, FloatArray]:
    log_p = table.data["log_p"].to_numpy()
    rows = np.flatnonzero(np.isfinite(log_p) & (head >= 0))
    values, value = np.unique(log_p[rows], return_inverse=True)
    if len(values) < _FEWEST:
        return rows[:0], np.zeros(0)
    name = indices(texts_of(table.data["name"]))[rows]
    first = np.sort(np.unique(name * len(values) + value, return_index=True)[1])
    rows = rows[first]
    ceramide = table.names.ceramides[table.names.index[rows]].astype(np.float64)
    group = np.unique(head[rows], return_inverse=True)[1]
    expected, reach = _expected(log_p[rows], group, ceramide)
    off = np.abs(log_p[rows] - expected) > reach
    return rows[off], expected[off]


def _expected(y: FloatArray, head: IntArray, ceramide: FloatArray) -> tuple[FloatArray, float]:
    """Return the Log P that composition predicts, and the tolerance, by robust regression.

    Log P from fragment sums is additive: each head group shifts one plane over ceramides. The
    shift is the median over the group's rows, so that a minority of slips cannot move it.
    """
    x = np.column_stack([ceramide, ceramide[:, 1] == 0]) - [36.0, 1.0, 2.0, 0.0]
    within = x - _means(x, head)[head]  # a step of the plane takes the shifts along
    plane, fitted, scale = np.zeros(x.shape[1]), y, 1.0
    for _ in range(_ROUNDS):
        ceramides = x @ plane
        fitted = _medians(y - ceramides, head)[head] + ceramides
        residual = y - fitted
        away = np.abs(residual)
        scale = max(1.4826 * median(away), 0.02)
        weight = np.minimum(scale / np.maximum(away, 1e-9), 1.0)  # Huber
        normal = (within * weight[:, None]).T @ within + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(normal, within.T @ (weight * residual))
        plane = plane + step
        if np.abs(step).max() < _SETTLED:
            break
    return fitted, max(6 * scale, _TOLERANCE)


def _means(values: FloatArray, group: IntArray) -> FloatArray:
    """Return the mean of each group and column, groups numbered from 0."""
    total = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(total, group, values)
    return np.asarray(total / np.bincount(group)[:, None])


def _medians(values: FloatArray, group: IntArray) -> FloatArray:
    """Return the median of each group, numbered from 0."""
    ordered = values[np.lexsort((values, group))]
    count = np.bincount(group)
    first = np.cumsum(count) - count
    return np.asarray((ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2)


def _lines(table: FeatureTable, head: IntArray, series: list[str]) -> dict[str, LogPLine]:
    """Return the least-squares line of each series that has an anchor with Log P.

    There is none where all its Log P values are one.
    """
    log_p, rt, anchor = (table.data[c].to_numpy() for c in ("log_p", "rt", "anchor"))
    used = np.flatnonzero(anchor & np.isfinite(log_p) & np.isfinite(rt) & (head >= 0))
    group = head[used]
    count = np.bincount(group, minlength=len(series))

    def mean(values: FloatArray) -> FloatArray:
        return np.bincount(group, values, len(series)) / np.maximum(count, 1)

    x, y = mean(log_p[used]), mean(rt[used])
    dx, dy = log_p[used] - x[group], rt[used] - y[group]
    xx, xy, yy = mean(dx * dx), mean(dx * dy), mean(dy * dy)
    slope = xy / np.where(xx > _ONE, xx, np.nan)
    r2 = slope * xy / np.where(yy > _ONE, yy, np.nan)
    lines = zip(slope.tolist(), (y - slope * x).tolist(), r2.tolist(), strict=True)
    return {
        name: NO_LINE if np.isnan(line[0]) else LogPLine(*line)
        for name, n, line in zip(series, count.tolist(), lines, strict=True)
        if n
    }
