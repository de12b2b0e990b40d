"""Text that a spreadsheet shows and never executes."""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd
from pandas.api import types

from ganglioside.columns import FORMULA_STARTS_IN_NAMES

#: Some spreadsheets take the full-width forms for the plain ones.
_STARTS: Final = "".join((*FORMULA_STARTS_IN_NAMES, "\n", "＝", "＠", "＋", "－"))

#: Where a cell may begin: at the start, or where a program that expects semicolons, tabs or
#: unquoted line ends would split the text into cells.
_DANGER: Final = re.compile(rf"(?<![^;\t\r\n])(?=[{re.escape(_STARTS)}])")

#: What every text in which `_DANGER` finds something holds; without groups and looking back, so
#: that whole columns are searched at once.
_SUSPECT: Final = rf"(?:^|[;\t\r\n])[{re.escape(_STARTS)}]"

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")


def safe_text(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could execute.

    A plain number written as text, such as `-0.5`, is only a number and stays.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("-NeuAc"), safe_text("-0.5"), safe_text("GM1(36:1;O2)")
    ("'=1+1", "'-NeuAc", '-0.5', 'GM1(36:1;O2)')
    """
    return text if _NUMBER.fullmatch(text) else _DANGER.sub("'", text)


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose text, headers included, is safe; numbers, truths and times stay."""
    safe = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        if not _is_harmless(kind):
            safe.isetitem(place, safe_column(frame.iloc[:, place]).array)
    return safe.set_axis([safe_text(str(c)) for c in frame.columns], axis=1)


def safe_column(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column whose text is safe."""
    kind = column.dtype
    if _is_harmless(kind):
        return column
    if types.is_object_dtype(kind):
        return column.map(_safe_value)
    text = column.astype("str")
    if not text.str.contains(_SUSPECT).any():
        return column
    codes, distinct = pd.factorize(text)
    safe = pd.Series([*map(safe_text, distinct), None], dtype="str")  # missing has code -1
    return pd.Series(safe.to_numpy()[codes], dtype="str", index=column.index, name=column.name)


def _is_harmless(kind: Any) -> bool:
    return types.is_numeric_dtype(kind) or types.is_datetime64_any_dtype(kind)


def _safe_value(value: Any) -> Any:
    missing = types.is_scalar(value) and pd.isna(value)
    return value if missing or isinstance(value, int | float) else safe_text(str(value))
