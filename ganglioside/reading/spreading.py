"""Wide tables made long: one row for each feature and sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ganglioside.reading.records import SampleColumns
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, slots=True)
class SampleValues:
    """Values of one sample of a wide table, each of shape (n,), NaN where missing.

    Attributes
    ----------
    columns : SampleColumns
    volume, rt, mz : numpy.ndarray of float64 or None
        None where the table has no such column for each sample.
    """

    columns: SampleColumns
    volume: FloatArray | None
    rt: FloatArray | None
    mz: FloatArray | None

    @property
    def found(self) -> BoolArray:
        """Whether each feature was found in the sample: it has an area, or an RT if none has."""
        if self.volume is not None:
            return np.isfinite(self.volume)
        if self.rt is not None:
            return np.isfinite(self.rt)
        raise ValueError(f"The sample {self.columns.name} has no columns.")


def rows_of(samples: Sequence[SampleValues]) -> tuple[IntArray, IntArray]:
    """Row of the wide table and sample of each row of the long one.

    A feature that was found in no sample keeps one row, in the first sample: no row is lost.

    Returns
    -------
    rows, sample : numpy.ndarray of int64, shape (m,)
        In the order of the samples, and of the rows within each.
    """
    found = np.vstack([values.found for values in samples])
    found[0] |= ~found.any(axis=0)
    sample, rows = np.nonzero(found)
    return rows.astype(np.int64), sample.astype(np.int64)


def first_of(rows: IntArray, n: int) -> pd.Series[Any]:
    """Position in the long table of the first row of each of n wide rows."""
    long = pd.Series(np.arange(len(rows)), index=rows, dtype="Int64")
    return long[~long.index.duplicated()].reindex(range(n))


def spread(
    data: pd.DataFrame, samples: Sequence[SampleValues], rows: IntArray, sample: IntArray
) -> pd.DataFrame:
    """Rows of a wide table, once for each sample, with the values of that sample.

    Parameters
    ----------
    data : pandas.DataFrame, shape (n, k)
        What the samples share.
    samples
        Values of each sample.
    rows, sample
        Result of `rows_of`.
    """
    long = data.iloc[rows].reset_index(drop=True)
    long["feature_id"] = np.arange(len(rows))
    for column in ("volume", "rt", "mz"):
        own = [getattr(values, column) for values in samples]
        if all(values is not None for values in own):
            picked = np.vstack(own)[sample, rows]
            shared = data[column].to_numpy(np.float64)[rows]
            long[column] = np.where(np.isnan(picked), shared, picked)
    names = np.array([values.columns.name for values in samples], dtype=object)
    kinds = np.array([values.columns.kind for values in samples], dtype=object)
    long["sample"] = pd.Series(names, dtype="str").take(sample).reset_index(drop=True)
    long["sample_type"] = pd.Series(kinds[sample], dtype="str").mask(kinds[sample] == "")
    return long
