"""Rows in the order of a column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganglioside_widgets.row_order import in_order


@pytest.mark.parametrize(
    ("column", "upwards", "downwards"),
    [
        (pd.Series([2.0, np.nan, 10.0, 1.0]), [3, 0, 2, 1], [2, 0, 3, 1]),
        (pd.Series(["b", "A", None, "a"]), [1, 3, 0, 2], [0, 1, 3, 2]),
        (pd.Series([True, False, True]), [1, 0, 2], [0, 2, 1]),
        (pd.Series(["v", "o", "v"], dtype="category"), [1, 0, 2], [0, 2, 1]),
        (pd.Series([3, None, 1], dtype="Int64"), [2, 0, 1], [0, 2, 1]),
    ],
)
def test_missing_values_are_last_and_equal_ones_stay(
    column: pd.Series, upwards: list[int], downwards: list[int]
) -> None:
    rows = np.arange(len(column))
    assert in_order(column, rows).tolist() == upwards
    assert in_order(column, rows, descending=True).tolist() == downwards


def test_only_the_given_rows_are_sorted() -> None:
    assert in_order(pd.Series([5.0, 1.0, 3.0, 2.0]), np.array([0, 2, 3])).tolist() == [3, 2, 0]
