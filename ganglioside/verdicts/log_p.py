"""Log P beside the model: values that contradict their name, and plain lines for comparison.

No verdict depends on Log P.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import FloatArray, IntArray, robust_sd
from ganglioside.support.text_columns import indices, texts_of

#: Least distance from the prediction of the composition at which a Log P is a contradiction.
_TOLERANCE: Final = 0.25

_FEWEST: Final = 10  # distinct values needed for a prediction
_ROUNDS: Final = 30  # of reweighting
_SETTLED: Final = 1e-5  # change of every coefficient at which the rounds end
_EQUAL: Final = 1e-12  # variance below which values count as equal


@dataclass(frozen=True, slots=True)
class LogPLine:
    """Least-squares line of a series over its anchors: RT (min) = slope * Log P + intercept."""

    slope: float
    intercept: float
    r2: float

    @property
    def equation(self) -> str | None:
        """The line as text, None without a line."""
        if np.isnan(self.slope):
            return None
        sign = "+" if self.intercept >= 0 else "-"
        return f"RT = {self.slope:.3f} * Log P {sign} {abs(self.intercept):.3f}"


NO_LINE: Final = LogPLine(np.nan, np.nan, np.nan)


@dataclass(frozen=True, eq=False)
class LogP:
    """Contradictions and lines of the Log P values of a table; independent of the settings.

    Attributes
    ----------
    slips : numpy.ndarray of int, shape (k,)
        Positions of rows whose value contradicts the others; the first of each name and value.
    expected : numpy.ndarray, shape (k,)
        Log P that the composition of each slip predicts.
    lines : mapping of str to LogPLine
        By series; only series that have an anchor with Log P.
    """

    slips: IntArray
    expected: FloatArray
    lines: Mapping[str, LogPLine]

    @classmethod
    def of(cls, table: FeatureTable) -> LogP:
        """The contradictions and lines of a table."""
        number_of_series: dict[str, int] = {}
        codes = [
            number_of_series.setdefault(s.series, len(number_of_series))
            for s in table.names.species
        ]
        head = np.array([*codes, -1])[table.names.index]  # -1 where the name cannot be read
        rows, expected = _slips(table, head)
        return cls(rows, expected, _lines(table, head, list(number_of_series)))


def _slips(table: FeatureTable, head: IntArray) -> tuple[IntArray, FloatArray]:
    """Rows whose Log P contradicts their composition, and the Log P expected, each shape (k,).

    Parameters
    ----------
    table
    head
        Series of each row, -1 where the name cannot be read, shape (n,).
    """
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
    expected, tolerance = _expected(log_p[rows], group, ceramide)
    is_slip = np.abs(log_p[rows] - expected) > tolerance
    return rows[is_slip], expected[is_slip]


def _expected(y: FloatArray, head: IntArray, ceramide: FloatArray) -> tuple[FloatArray, float]:
    """Log P that the composition predicts, shape (n,), and the tolerance.

    Log P computed from fragments is additive, so each head group h shifts one plane b over the
    ceramides x (carbons, double bonds, hydroxyls, saturated or not):

        Log P = shift[h] + x b

    `b` is fitted by Huber regression. The shift is the median over the rows of h, which a minority
    of slips cannot move.
    """
    x = np.column_stack([ceramide, ceramide[:, 1] == 0]) - [36.0, 1.0, 2.0, 0.0]
    within = x - _means(x, head)[head]  # centred by head, since the shifts follow the plane
    plane = np.zeros(x.shape[1])
    fitted, scale = y, 1.0
    for _ in range(_ROUNDS):
        ceramides = x @ plane
        fitted = _medians(y - ceramides, head)[head] + ceramides
        residual = y - fitted
        distance = np.abs(residual)
        scale = max(robust_sd(residual), 0.02)
        weight = np.minimum(scale / np.maximum(distance, 1e-9), 1.0)  # Huber
        normal = (within * weight[:, None]).T @ within + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(normal, within.T @ (weight * residual))
        plane = plane + step
        if np.abs(step).max() < _SETTLED:
            break
    return fitted, max(6 * scale, _TOLERANCE)


def _means(values: FloatArray, group: IntArray) -> FloatArray:
    """Mean of each group, numbered from 0, and column: shape (groups, columns)."""
    total = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(total, group, values)
    return np.asarray(total / np.bincount(group)[:, None])


def _medians(values: FloatArray, group: IntArray) -> FloatArray:
    """Median of each group, numbered from 0: shape (groups,)."""
    ordered = values[np.lexsort((values, group))]
    count = np.bincount(group)
    first = np.cumsum(count) - count
    lower_middle = ordered[first + (count - 1) // 2]
    upper_middle = ordered[first + count // 2]
    return np.asarray((lower_middle + upper_middle) / 2)


def _lines(table: FeatureTable, head: IntArray, series: list[str]) -> dict[str, LogPLine]:
    """Least-squares line of each series that has an anchor with Log P, x = Log P and y = RT.

        slope = cov(x, y) / var(x)    intercept = mean y - slope mean x    R2 = slope cov / var(y)

    It is `NO_LINE` where all Log P values of the series are equal.
    """
    log_p, rt, anchor = (table.data[c].to_numpy() for c in ("log_p", "rt", "anchor"))
    used = np.flatnonzero(anchor & np.isfinite(log_p) & np.isfinite(rt) & (head >= 0))
    group = head[used]
    count = np.bincount(group, minlength=len(series))

    def mean(values: FloatArray) -> FloatArray:
        """Mean over the anchors of each series."""
        return np.bincount(group, values, len(series)) / np.maximum(count, 1)

    mean_x = mean(log_p[used])
    mean_y = mean(rt[used])
    dx = log_p[used] - mean_x[group]
    dy = rt[used] - mean_y[group]
    var_x, cov, var_y = mean(dx * dx), mean(dx * dy), mean(dy * dy)
    slope = cov / np.where(var_x > _EQUAL, var_x, np.nan)
    intercept = mean_y - slope * mean_x
    r2 = slope * cov / np.where(var_y > _EQUAL, var_y, np.nan)
    lines = map(_line, slope.tolist(), intercept.tolist(), r2.tolist())
    return {name: line for name, n, line in zip(series, count.tolist(), lines, strict=True) if n}


def _line(slope: float, intercept: float, r2: float) -> LogPLine:
    """A line with these numbers, `NO_LINE` without a slope."""
    return NO_LINE if np.isnan(slope) else LogPLine(slope, intercept, r2)
