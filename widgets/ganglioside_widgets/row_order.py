"""The order of the rows of a table by one of its columns, in tables on pages and in filters."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import pandas as pd


def in_order(
    column: pd.Series[Any], rows: npt.NDArray[Any], *, descending: bool = False
) -> npt.NDArray[Any]:
    """Positions sorted by a column, missing values last, texts in any case, shape (R,).

    Examples
    --------
    >>> import numpy as np
    >>> in_order(pd.Series(["b", "A", None]), np.arange(3), descending=True).tolist()
    [0, 1, 2]
    """
    values = column.iloc[rows].reset_index(drop=True)
    if not pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        values = values.astype("str").str.casefold()
    ordered = values.sort_values(ascending=not descending, kind="stable", na_position="last")
    sorted_rows: npt.NDArray[Any] = rows[ordered.index.to_numpy()]
    return sorted_rows
