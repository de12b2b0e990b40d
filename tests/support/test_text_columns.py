"""Texts come from and go to columns, and are picked from several."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from ganglioside.support.text_columns import (
    as_column,
    as_numbers,
    indices,
    joined,
    pick,
    texts,
    texts_of,
    where,
)


def test_a_place_below_zero_is_no_text() -> None:
    place = np.array([1, -1, 0, 2])
    assert pick(texts(["a", "b", None]), place).to_pylist() == ["b", None, "a", None]
    assert pick(texts([]), np.array([-1])).to_pylist() == [None]


def test_texts_are_picked_from_several() -> None:
    both = joined(texts(["a"]), texts([]), texts(["b", "c"]))
    assert pick(both, np.array([2, 0, 1])).to_pylist() == ["c", "a", "b"]


def test_a_column_comes_and_goes_unchanged() -> None:
    column = pd.Series(["a", None, "ä"], dtype="str")
    pd.testing.assert_series_equal(pd.Series(as_column(texts_of(column))), column)
    chunks = pd.concat([column, column], ignore_index=True)
    assert isinstance(texts_of(chunks), pa.LargeStringArray)
    pd.testing.assert_series_equal(pd.Series(as_column(texts_of(chunks))), chunks)


def test_whole_numbers_below_zero_are_missing() -> None:
    column = pd.Series(as_numbers(np.array([3, -1, 0])))
    pd.testing.assert_series_equal(column, pd.Series([3, None, 0], dtype="Int64"))


def test_equal_texts_are_numbered_alike() -> None:
    assert indices(texts(["b", "a", None, "b", None])).tolist() == [0, 1, 2, 0, 2]


def test_places_of_a_text() -> None:
    assert where(texts(["a", None, "b", "a"]), "a").tolist() == [0, 3]
