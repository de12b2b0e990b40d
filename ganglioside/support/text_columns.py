"""Columns of text (and of whole numbers), picked from few distinct pieces without a loop over rows.

Texts are Arrow arrays (`Texts`): those of a million rows are a few blocks of memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ganglioside.support.arrays import IntArray

Texts: TypeAlias = pa.LargeStringArray  # or chunks of it

_KIND: Final = pa.large_string()
_COLUMN: Final = pd.StringDtype("pyarrow", na_value=np.nan)  # what "str" stands for


def texts(values: Sequence[str | None] | npt.NDArray[np.object_]) -> Texts:
    """Return texts of Python strings, None for none."""
    return pa.array(values, type=_KIND)


def texts_of(column: pd.Series[Any]) -> Texts:
    """Return the texts of a column of type `str`."""
    return _in_one(pa.array(column.array, type=_KIND))


def as_column(values: Texts) -> Any:
    """Return texts as what stands in a DataFrame."""
    return pd.arrays.ArrowStringArray(_in_one(values), dtype=_COLUMN)  # type: ignore[call-arg]


def as_numbers(values: IntArray) -> Any:
    """Return whole numbers as what stands in a DataFrame, missing where below 0."""
    return pd.arrays.IntegerArray(values, values < 0)


def joined(*parts: Texts) -> Texts:
    """Return texts one below the other, to pick from; none is copied."""
    return pa.chunked_array(parts, _KIND)


def pick(values: Texts, place: IntArray) -> Texts:
    """Return the text at each place, none at places below 0."""
    return _in_one(values.take(pa.array(place, mask=place < 0)))


def _in_one(values: Texts) -> Texts:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def indices(values: Texts) -> IntArray:
    """Return for each text its number among the distinct ones; none counts as a text."""
    return np.asarray(values.dictionary_encode("encode").indices).astype(np.int64)


def where(values: Texts, text: str) -> IntArray:
    """Return the places at which a text stands."""
    return np.asarray(pc.indices_nonzero(pc.equal(values, text)), dtype=np.int64)
