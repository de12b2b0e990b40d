"""Texts put together column by column read as those written one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.texts import (
    as_column,
    by_value,
    fill,
    fixed,
    joined,
    pick,
    texts,
    texts_of,
    whole,
)


@given(st.lists(st.floats(-1e6, 1e6)), st.integers(0, 4))
def test_numbers_are_written_as_python_writes_them(values: list[float], digits: int) -> None:
    rounded = np.round(np.array(values, dtype=np.float64), digits)
    assert fixed(rounded, digits).to_pylist() == [f"{v:.{digits}f}" for v in rounded.tolist()]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.1236, 3, "0.124"), (2.5, 0, "2"), (12.0, 1, "12.0"), (-0.26, 1, "-0.3")],
)
def test_numbers_are_rounded(value: float, digits: int, text: str) -> None:
    assert fixed(np.array([value]), digits).to_pylist() == [text]


def test_whole_numbers_have_no_point() -> None:
    assert whole(np.array([12, 0, -3])).to_pylist() == ["12", "0", "-3"]


def test_each_distinct_value_is_asked_for_once() -> None:
    asked: list[str] = []

    def write(value: str) -> str:
        asked.append(value)
        return value.upper()

    assert by_value(texts(["a", None, "b", "a"]), write).to_pylist() == ["A", None, "B", "A"]
    assert sorted(asked) == ["a", "b"]


def test_a_place_below_zero_is_no_text() -> None:
    place = np.array([1, -1, 0, 2])
    assert pick(texts(["a", "b", None]), place).to_pylist() == ["b", None, "a", None]
    assert pick(texts([]), np.array([-1])).to_pylist() == [None]


def test_texts_are_picked_from_several() -> None:
    both = joined(texts(["a"]), texts([]), texts(["b", "c"]))
    assert pick(both, np.array([2, 0, 1])).to_pylist() == ["c", "a", "b"]


def test_a_template_is_filled_row_by_row() -> None:
    pieces = {"name": texts(["x", "y"]), "rt": texts(["1", "2"])}
    assert fill("{name} at {rt} min: {name}", pieces.__getitem__).to_pylist() == [
        "x at 1 min: x",
        "y at 2 min: y",
    ]
    assert fill("{name}{rt}", pieces.__getitem__).to_pylist() == ["x1", "y2"]


def test_a_missing_piece_leaves_no_text() -> None:
    assert fill("by {name}", {"name": texts(["x", None])}.__getitem__).to_pylist() == ["by x", None]


def test_a_column_comes_and_goes_unchanged() -> None:
    column = pd.Series(["a", None, "ä"], dtype="str")
    pd.testing.assert_series_equal(pd.Series(as_column(texts_of(column))), column)
    chunks = pd.concat([column, column], ignore_index=True)
    assert isinstance(texts_of(chunks), pa.LargeStringArray)
    pd.testing.assert_series_equal(pd.Series(as_column(texts_of(chunks))), chunks)
