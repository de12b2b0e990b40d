"""Columns of text (and of whole numbers), made from few distinct texts without a loop over rows.

Texts are Arrow arrays (`Texts`): those of a million rows are a few blocks of memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ganglioside.support.arrays import BoolArray, IntArray

Texts: TypeAlias = pa.LargeStringArray  # or chunks of it

_KIND: Final = pa.large_string()
_COLUMN: Final = pd.StringDtype("pyarrow", na_value=np.nan)  # the dtype that pandas calls "str"


def texts(values: Sequence[str | None] | npt.NDArray[np.object_]) -> Texts:
    """Arrow array of Python strings; None is a missing text.

    Examples
    --------
    >>> texts(["GM1", None]).null_count
    1
    """
    return pa.array(values, type=_KIND)


def texts_of(column: pd.Series[Any]) -> Texts:
    """Arrow array of a DataFrame's column of type `str`."""
    return _in_one(pa.array(column.array, type=_KIND))


def constant(text: str | None, n: int) -> Texts:
    """One text n times; missing ones for None.

    Examples
    --------
    >>> constant("S1", 2).to_pylist(), constant(None, 1).null_count
    (['S1', 'S1'], 1)
    """
    return pa.repeat(pa.scalar(text, _KIND), n)


def as_column(values: Texts) -> Any:
    """Pandas array of texts, of type `str`, for a column of a DataFrame."""
    return pd.arrays.ArrowStringArray(_in_one(values), dtype=_COLUMN)  # type: ignore[call-arg]


def as_numbers(values: IntArray) -> Any:
    """Pandas array of whole numbers, of type `Int64`, missing where below 0."""
    return pd.arrays.IntegerArray(values, values < 0)


def joined(*parts: Texts) -> Texts:
    """All texts of several arrays, one array below the other, without a copy."""
    return pa.chunked_array(parts, _KIND)


def pick(values: Texts, index: IntArray) -> Texts:
    """Text at each index, missing where the index is below 0, shape (n,).

    Examples
    --------
    >>> pick(texts(["GM1", "GD1"]), np.array([1, -1, 0])).to_pylist()
    ['GD1', None, 'GM1']
    """
    return _in_one(values.take(pa.array(index, mask=index < 0)))


def _in_one(values: Texts) -> Texts:
    """Texts in one block of memory."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def indices(values: Texts) -> IntArray:
    """Index of each text among the distinct ones, in order of appearance; a missing text is one.

    Examples
    --------
    >>> indices(texts(["GM1", None, "GM1", "GD1"])).tolist()
    [0, 1, 0, 2]
    """
    return np.asarray(values.dictionary_encode("encode").indices).astype(np.int64)


def distinct(values: Texts) -> tuple[IntArray, list[str]]:
    """Index of each text among the distinct ones, -1 where missing; and these, as they appear.

    Examples
    --------
    >>> codes, found = distinct(texts(["GM1", None, "GD1", "GM1"]))
    >>> codes.tolist(), found
    ([0, -1, 1, 0], ['GM1', 'GD1'])
    """
    encoded = _in_one(values).dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1)).astype(np.int64)
    return codes, encoded.dictionary.to_pylist()


def is_blank(values: Texts) -> BoolArray:
    """Whether each text holds blanks at most; a missing text is none, shape (n,).

    Examples
    --------
    >>> is_blank(texts(["GM1", " ", None])).tolist()
    [False, True, False]
    """
    return equals(pc.utf8_trim_whitespace(values), "")


def equals(values: Texts, text: str) -> BoolArray:
    """Whether each text is this one; a missing text is none, shape (n,).

    Examples
    --------
    >>> equals(texts(["GM1", "GD1", None]), "GM1").tolist()
    [True, False, False]
    """
    return np.array(pc.equal(values, text).fill_null(False))


def is_in(values: Texts, known: Iterable[str]) -> BoolArray:
    """Whether each text is one of the known ones, shape (n,).

    Examples
    --------
    >>> is_in(texts(["GM1", "GD1", None]), {"GD1"}).tolist()
    [False, True, False]
    """
    return np.array(pc.is_in(values, texts(list(known))))


def without(values: Texts, rows: BoolArray) -> Texts:
    """Texts that are missing in some rows.

    Examples
    --------
    >>> without(texts(["GM1", "-"]), np.array([False, True])).to_pylist()
    ['GM1', None]
    """
    return pc.if_else(pa.array(rows), None, values) if rows.any() else values


def where(values: Texts, text: str) -> IntArray:
    """Positions that hold `text`, in order.

    Examples
    --------
    >>> where(texts(["GM1", "GD1", "GM1"]), "GM1").tolist()
    [0, 2]
    """
    return np.asarray(pc.indices_nonzero(pc.equal(values, text)), dtype=np.int64)


def containing(values: Texts, part: str) -> IntArray:
    """Positions of the texts that hold `part`, in order.

    Examples
    --------
    >>> containing(texts(["SM 34:1 M+2", None, "GM1"]), "M+").tolist()
    [0]
    """
    return np.asarray(pc.indices_nonzero(pc.match_substring(values, part)), dtype=np.int64)


def several(given: str | Iterable[str]) -> list[str]:
    """List of texts, also of a single one.

    Examples
    --------
    >>> several("GM1(38:1;O2)"), several(["GM1", "GM2"])
    (['GM1(38:1;O2)'], ['GM1', 'GM2'])
    """
    return [given] if isinstance(given, str) else list(given)
