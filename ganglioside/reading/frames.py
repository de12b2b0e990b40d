"""DataFrames as text cells."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.errors import ReadError
from ganglioside.reading.limits import CONTROL

#: How values of the kinds of numpy are written where that needs no look at each value's type.
_WRITERS: Final[dict[str, Callable[[Any], str]]] = {"f": repr, "i": str, "u": str}


def frame_columns(frame: pd.DataFrame) -> list[tuple[str, pd.Series[Any]]]:
    """Title and values of each column of a DataFrame, named levels of its index first.

    Index levels without a name only number the rows; those named as a column are that column.
    """
    levels = [
        (str(name), frame.index.get_level_values(number).to_series())
        for number, name in enumerate(frame.index.names)
        if name is not None and name not in frame.columns
    ]
    columns = [(_title(title), frame.iloc[:, i]) for i, title in enumerate(frame.columns)]
    return [*levels, *columns]


def _title(title: object) -> str:
    """Title of a column; that of several levels, as pivoted frames have, in one.

    >>> _title("RT"), _title(("Area", "S1")), _title(("Name", ""))
    ('RT', 'Area S1', 'Name')
    """
    return " ".join(filter(None, map(str, title))) if isinstance(title, tuple) else str(title)


def text_cells(columns: list[tuple[str, pd.Series[Any]]], n: int) -> pd.DataFrame:
    """Columns of n values as text cells, as in their CSV; missing cells are empty.

    Raises
    ------
    ReadError
        If a cell contains control characters or text that is no Unicode.

    Examples
    --------
    >>> rt = pd.Series([9.5, None])
    >>> text_cells([("RT", rt)], 2)[0].tolist()
    ['9.5', '']
    """
    cells = {i: _text_column(title, values) for i, (title, values) in enumerate(columns)}
    return pd.DataFrame(cells, index=pd.RangeIndex(n))


def _text_column(title: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Column as text; control characters are refused."""
    column = column.reset_index(drop=True)
    if isinstance(column.dtype, pd.StringDtype):
        cells = column.astype("str").fillna("")
    else:
        cells = _written(title, column)
    control = cells[cells.str.contains(CONTROL)]
    if len(control):
        raise ReadError(
            f"The column {title!r} holds control characters: {control.iloc[0][:60]!r}. Remove them."
        )
    return cells


def _written(title: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Column of numbers, dates or any other values as text."""
    if column.dtype == "float32":
        column = column.astype(str)  # 7.588 stays 7.588; as a double it would grow digits
    missing = column.isna().to_numpy(dtype=bool)
    write = _WRITERS.get(column.to_numpy().dtype.kind, cell_text)
    texts = np.array(list(map(write, column.tolist())), dtype=object)
    texts[missing] = ""
    try:
        return pd.Series(texts, dtype="str")
    except UnicodeEncodeError as error:
        raise ReadError(
            f"The column {title!r} holds {error.object!r}, which is no Unicode text: "
            "read the table with the right encoding."
        ) from error


def cell_text(value: object) -> str:
    """Text of a value as a cell, in full precision.

    Examples
    --------
    >>> cell_text(9.5), cell_text(datetime.datetime(2024, 2, 29))
    ('9.5', '2024-02-29')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()  # workbooks hold dates as midnights
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
