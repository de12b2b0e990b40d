"""Text that a spreadsheet shows and never executes."""

from __future__ import annotations

import re
from typing import Any, Final
from unicodedata import category

import pandas as pd
from pandas.api import types

#: Some spreadsheets take the full-width and small forms for the plain ones.
_ALWAYS: Final = "=@＝＠﹦﹫"
_WITH_NUMBERS: Final = "+-＋－﹢﹣"
_LINE_STARTS: Final = "\t\r\n"
_BLANKS: Final = " \u00a0"

#: Where programs split a text into cells that expect another format than it has: other
#: separators, no quotes, or the line ends of `str.splitlines`.
_ENDS: Final = ";,\t\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

#: What programs take off before they look at a cell: quotes, blanks, and what cannot be seen (byte
#: order marks, zero-width and control characters).
_TAKEN_OFF: Final = '"' + "".join(
    character
    for character in map(chr, range(0xD800))
    if character.isspace() or category(character) in ("Cc", "Cf")
) + "\ufeff"  # fmt: skip


def _class(*parts: str, without: str = "") -> str:
    """Return the class of characters of a regular expression."""
    return f"[{re.escape(''.join(c for c in ''.join(parts) if c not in without))}]"


#: What makes the first cell of a text a formula, and a later one: there a sign after a blank is a
#: dash or a number of a sentence. Characters that end a cell are not among those taken off, so that
#: no text is searched twice.
_FIRST: Final = f"(?:{_class(_LINE_STARTS)}|{_class(_TAKEN_OFF)}*{_class(_ALWAYS, _WITH_NUMBERS)})"
_LATER: Final = (
    f"(?:{_class(_LINE_STARTS)}"
    f"|{_class(_TAKEN_OFF, without=_ENDS)}*{_class(_ALWAYS)}"
    f"|{_class(_TAKEN_OFF, without=_ENDS + _BLANKS)}*{_class(_WITH_NUMBERS)})"
)

_DANGER: Final = re.compile(rf"\A(?={_FIRST})|(?<={_class(_ENDS)})(?={_LATER})")

#: What every text in which `_DANGER` finds something holds; without looking ahead and back, so
#: that whole columns are searched at once.
_SUSPECT: Final = f"^{_FIRST}|{_class(_ENDS)}{_LATER}"

_NUMBER: Final = re.compile(r" *[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)? *")


def safe_text(text: str) -> str:
    """Return a text with an apostrophe before whatever a spreadsheet could execute.

    That is a cell that begins with a sign of formulas, also behind quotes, blanks or what cannot
    be seen, wherever a program may begin a cell.

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
