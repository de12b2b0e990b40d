"""Safe text: shown by spreadsheets, never executed."""

from __future__ import annotations

import re
from typing import Any, Final
from unicodedata import category

import pandas as pd
from pandas.api import types

from ganglioside.reading.limits import number

#: Signs that begin a formula. Some spreadsheets read full-width and small forms as the plain ones.
_ALWAYS: Final = "=@＝＠﹦﹫"
_WITH_NUMBERS: Final = "+-＋－﹢﹣"
_LINE_STARTS: Final = "\t\r\n"
_BLANKS: Final = " \u00a0"

#: Characters at which a program that expects another format may split a text into cells: other
#: separators, also within quotes, and the line ends of `str.splitlines`.
_ENDS: Final = ";,\t\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

#: Characters that programs remove before they read a cell: quotes, blanks and invisible ones (byte
#: order marks, zero-width and control characters).
_TAKEN_OFF: Final = '"' + "".join(
    character
    for character in map(chr, range(0xD800))
    if character.isspace() or category(character) in ("Cc", "Cf")
) + "\ufeff"  # fmt: skip


def _class(*parts: str, without: str = "") -> str:
    """Character class of a regular expression."""
    characters = "".join(c for c in "".join(parts) if c not in without)
    return f"[{re.escape(characters)}]"


#: Beginnings that make the first cell of a text a formula, and a later cell. In a later one, a sign
#: after a blank is a dash or the sign of a number in a sentence. Characters that end a cell are not
#: among those removed, so that no part of a text is searched twice.
_FIRST: Final = f"(?:{_class(_LINE_STARTS)}|{_class(_TAKEN_OFF)}*{_class(_ALWAYS, _WITH_NUMBERS)})"
_LATER: Final = (
    f"(?:{_class(_LINE_STARTS)}"
    f"|{_class(_TAKEN_OFF, without=_ENDS)}*{_class(_ALWAYS)}"
    f"|{_class(_TAKEN_OFF, without=_ENDS + _BLANKS)}*{_class(_WITH_NUMBERS)})"
)

_DANGER: Final = re.compile(rf"\A(?={_FIRST})|(?<={_class(_ENDS)})(?={_LATER})")

#: Found in every text in which `_DANGER` is found; without looking ahead and back, so that Arrow
#: can search whole columns.
_SUSPECT: Final = f"^{_FIRST}|{_class(_ENDS)}{_LATER}"

_NUMBER: Final = re.compile(r" *[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)? *")


def safe_text(text: str) -> str:
    """Text with an apostrophe before each part that a spreadsheet could execute.

    Such a part begins like a formula, also behind quotes, blanks or invisible characters, at a
    position where a program may begin a cell. A plain number written as text, such as `-0.5`, is
    not changed.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same text if nothing in it could be executed.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("-NeuAc"), safe_text("-0.5"), safe_text("GM1(36:1;O2)")
    ("'=1+1", "'-NeuAc", '-0.5', 'GM1(36:1;O2)')
    """
    return text if number(_NUMBER, text) else _DANGER.sub("'", text)


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """DataFrame with safe text, headers included; numbers, booleans and times are unchanged."""
    safe = frame.copy(deep=False)
    for position, kind in enumerate(frame.dtypes):
        if not _is_harmless(kind):
            safe.isetitem(position, safe_column(frame.iloc[:, position]).array)
    return safe.set_axis([safe_text(str(c)) for c in frame.columns], axis=1)


def safe_column(column: pd.Series[Any]) -> pd.Series[Any]:
    """Column with safe text."""
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
    """Whether columns of a dtype contain no text."""
    return types.is_numeric_dtype(kind) or types.is_datetime64_any_dtype(kind)


def _safe_value(value: Any) -> Any:
    """Value of an object column, as safe text unless it is a number or missing."""
    missing = types.is_scalar(value) and pd.isna(value)
    return value if missing or isinstance(value, int | float) else safe_text(str(value))
