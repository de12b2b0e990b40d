"""Arrays: types, groups of equal keys, and medians of small arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def ranges(low: IntArray, count: IntArray) -> IntArray:
    """Return low, low + 1, ... (count of them) for each entry, one after another."""
    return np.arange(count.sum()) + np.repeat(low - np.cumsum(count) + count, count)


def starts(key: IntArray) -> BoolArray:
    """Return where another key begins than that of the entry before."""
    begins = np.empty(len(key), dtype=np.bool_)
    begins[:1] = True
    np.not_equal(key[1:], key[:-1], out=begins[1:])
    return begins


def sum_by(key: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Return the sum of `values` for each key from 0 to n - 1, shape (n,)."""
    return np.bincount(key, values, minlength=n).astype(np.float64, copy=False)


def join(a: IntArray, b: IntArray) -> IntArray:
    """Return numbers of the distinct pairs (a, b) in sorted order."""
    key = a * (int(b.max(initial=0)) + 1) + b
    return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)


def median(values: FloatArray) -> float:
    """Return the median (NaN where there is no value); numpy's own takes ten times as long."""
    n, ordered = len(values), np.sort(values)
    return float(ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else float("nan")


def quantile(values: FloatArray, share: float) -> float:
    """Return the quantile of what is finite, NaN of nothing."""
    known = np.sort(values[np.isfinite(values)])
    if len(known) == 0:
        return float("nan")
    return float(np.interp(share * (len(known) - 1), np.arange(len(known)), known))
