"""Columns of text, put together from few distinct pieces without a loop over rows.

Texts are Arrow arrays (`Texts`): those of a million rows are a few blocks of memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Texts: TypeAlias = pa.LargeStringArray  # or chunks of it
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

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


def joined(*parts: Texts) -> Texts:
    """Return texts one below the other, to pick from; none is copied."""
    return pa.chunked_array(parts, _KIND)


def pick(values: Texts, place: IntArray) -> Texts:
    """Return the text at each place, none at places below 0."""
    return _in_one(values.take(pa.array(place, mask=place < 0)))


def _in_one(values: Texts) -> Texts:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def by_value(values: pa.Array, write: Callable[[Any], str | None]) -> Texts:
    """Return what `write` says of each value; it is asked once for each distinct one."""
    distinct = values.dictionary_encode()
    return texts([write(value) for value in distinct.dictionary.to_pylist()]).take(distinct.indices)


def fixed(values: FloatArray, digits: int) -> Texts:
    """Return numbers with so many digits after the point."""
    return by_value(pa.array(np.round(values, digits)), f"{{:.{digits}f}}".format)


def whole(values: IntArray) -> Texts:
    """Return whole numbers as text."""
    return pa.array(values).cast(_KIND)


def fill(template: str, piece: Callable[[str], Texts]) -> Texts:
    """Return a template such as `"{name} at {rt} min"`, its fields filled row by row.

    Parameters
    ----------
    template
    piece
        The texts of the field of a name, one per row.
    """
    parts: list[Any] = []
    for literal, field, _, _ in Formatter().parse(template):
        parts += [pa.scalar(literal, _KIND)] if literal else []
        parts += [piece(field)] if field else []
    return pc.binary_join_element_wise(*parts, pa.scalar("", _KIND))
