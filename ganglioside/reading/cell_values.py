"""Text cells read as numbers and as true or false, whole columns at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ganglioside.support.arrays import BoolArray, FloatArray

_POINT_NUMBER: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_COMMA_NUMBER: Final = r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?"
_EITHER_WAY: Final = r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}"  # 1.234: a decimal or a thousand
_SPACED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]*)?")
_GROUPED: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+(?P<point>\.[0-9]*)|(?:\.[0-9]{3})+(?P<comma>,[0-9]*)"
    r"|(?P<commas>(?:,[0-9]{3}){2,})|(?P<points>(?:\.[0-9]{3}){2,}))"
)
_DASHES: Final = dict.fromkeys(map(ord, "−‐‑‒–—"), "-")

#: Texts that people and programs write where a value is missing, in lower case.
MISSING: Final = frozenset(
    ("", "-", "--", ".", "?", "n/a", "na", "nan", "null", "none", "nd", "n.d.", "#n/a", "<na>")
)
TRUE: Final = frozenset(("t", "true", "1", "1.0", "yes", "y", "anchor"))
FALSE: Final = (MISSING - {"?"}) | frozenset(
    ("f", "false", "0", "0.0", "no", "n", "not anchor", "no anchor", "non-anchor")
)

#: A table has a decimal mark when so many of the cells that show one show the same.
_AGREEMENT: Final = 0.9


@dataclass(frozen=True, slots=True)
class NumberText:
    """A column of numbers before its decimal mark is known.

    Attributes
    ----------
    text : pandas.Series of str, shape (n,)
        Tidied: ASCII digits and signs, no blanks, no certain thousands separators.
    points, commas : numpy.ndarray of bool, shape (n,)
        Numbers without a comma, and numbers with one.
    either : numpy.ndarray of bool, shape (n,)
        Those whose one mark may be a decimal mark or a thousands separator.
    missing : numpy.ndarray of bool, shape (n,)
        Cells that say that there is no value.
    infinite : numpy.ndarray of bool, shape (n,)
        Cells that write an infinite number.
    grouped : numpy.ndarray of bool, shape (n,)
        Cells from which thousands separators were taken.
    marks : tuple of int
        How many cells show that a point, or a comma, is the decimal mark.
    """

    text: pd.Series[Any]
    points: BoolArray
    commas: BoolArray
    either: BoolArray
    missing: BoolArray
    infinite: BoolArray
    grouped: BoolArray
    marks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column read as numbers.

    Attributes
    ----------
    values : numpy.ndarray of float64, shape (n,)
        NaN where there is no number.
    missing, bad, infinite, ambiguous : numpy.ndarray of bool, shape (n,)
        Why a value is NaN.
    grouped : numpy.ndarray of bool, shape (n,)
        Cells from which thousands separators were taken.
    foreign : numpy.ndarray of bool, shape (n,)
        Numbers whose decimal mark is not that of the table.
    """

    values: FloatArray
    missing: BoolArray
    bad: BoolArray
    infinite: BoolArray
    ambiguous: BoolArray
    grouped: BoolArray
    foreign: BoolArray


def number_text(cells: pd.Series[Any], *, thousands: bool) -> NumberText:
    """Tidy the cells of a number column and see which marks they show.

    Parameters
    ----------
    cells : pandas.Series of str, shape (n,)
    thousands
        Whether the quantity can reach thousands. Where it cannot (RT in min, Log P), a
        single mark is always a decimal mark.
    """
    text: pd.Series[Any] = cells.str.strip()
    known = matches(text, _POINT_NUMBER) | matches(text, _COMMA_NUMBER)
    odd = np.flatnonzero(~known)
    grouped = np.zeros(len(text), dtype=bool)
    marks = np.zeros(2, dtype=np.int64)
    if len(odd):
        codes, distinct = pd.factorize(text.iloc[odd])
        tidied = [_tidy(cell) for cell in distinct]
        text = text.copy()
        text.iloc[odd.tolist()] = np.array([t.text for t in tidied], dtype=object)[codes]
        grouped[odd] = np.array([t.mark is not None for t in tidied])[codes]
        shown = np.array([(t.mark == ".", t.mark == ",") for t in tidied], dtype=np.int64)
        marks = shown[codes].sum(axis=0)
    points, commas = matches(text, _POINT_NUMBER), matches(text, _COMMA_NUMBER)
    either = matches(text, _EITHER_WAY) & thousands & ~grouped
    lower = text.str.lower()
    return NumberText(
        text=text,
        points=points,
        commas=commas,
        either=either,
        missing=lower.isin(MISSING).to_numpy(dtype=bool),
        infinite=matches(lower, r"[+-]?(?:inf|infinity|∞)"),
        grouped=grouped,
        marks=(
            int(marks[0] + (points & ~either & text.str.contains(".", regex=False)).sum()),
            int(marks[1] + (commas & ~either).sum()),
        ),
    )


def decimal_mark(columns: Sequence[NumberText]) -> str:
    """Return the decimal mark of a table, empty where its cells do not tell or disagree."""
    points, commas = (sum(c.marks[i] for c in columns) for i in (0, 1))
    if points + commas == 0:
        return ""
    if points >= _AGREEMENT * (points + commas):
        return "."
    return "," if commas >= _AGREEMENT * (points + commas) else ""


def to_numbers(column: NumberText, mark: str) -> Numbers:
    """Read a tidied column with the decimal mark of its table.

    A cell that can be read in two ways follows the table's mark. Without one, a point is a
    decimal point, as programs write it, and a comma stays ambiguous.
    """
    own = decimal_mark([column])
    mark = mark or own
    disagree = not mark and min(column.marks) > 0
    ambiguous = column.either & (disagree | (column.commas if not mark else False))
    split = column.either & ~ambiguous
    thousand_comma = split & column.commas & (mark == ".")
    thousand_point = split & column.points & (mark == ",")
    text = column.text
    decimal_comma = column.commas & ~thousand_comma & ~ambiguous
    for rows, old, new in (
        (thousand_comma, ",", ""),
        (thousand_point, ".", ""),
        (decimal_comma, ",", "."),
    ):
        if rows.any():
            text = text.mask(rows, text.str.replace(old, new, regex=False))
    numeric = (column.points | column.commas) & ~ambiguous
    values = np.full(len(text), np.nan)
    values[numeric] = text.to_numpy(dtype=object)[numeric].astype(np.float64)
    infinite = np.isinf(values) | column.infinite
    values[infinite] = np.nan
    shown = column.text.str.contains(".", regex=False).to_numpy(dtype=bool)
    foreign = (decimal_comma & (mark == ".")) | (
        column.points & shown & ~thousand_point & (mark == ",")
    )
    return Numbers(
        values=values,
        missing=column.missing,
        bad=~(numeric | ambiguous | column.missing | column.infinite),
        infinite=infinite,
        ambiguous=ambiguous,
        grouped=column.grouped | thousand_comma | thousand_point,
        foreign=foreign,
    )


def read_flags(cells: pd.Series[Any]) -> tuple[BoolArray, BoolArray]:
    """Read cells as true or false; also return which are neither (they count as false).

    Returns
    -------
    flags, unknown : numpy.ndarray of bool, shape (n,)
    """
    codes, distinct = pd.factorize(cells)
    words = [" ".join(unicodedata.normalize("NFKC", cell).lower().split()) for cell in distinct]
    flags = np.array([word in TRUE for word in words], dtype=bool)
    unknown = np.array([word not in TRUE and word not in FALSE for word in words], dtype=bool)
    return flags[codes], unknown[codes]


@dataclass(frozen=True, slots=True)
class _Tidied:
    text: str
    mark: str | None = None  # of a number with thousands separators: its decimal mark, or empty


def _tidy(cell: str) -> _Tidied:
    """Return a cell with ASCII digits and signs and without certain thousands separators."""
    text = unicodedata.normalize("NFKC", cell).translate(_DASHES).strip()
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    if _SPACED.fullmatch(text):
        mark = "." if "." in text else "," if "," in text else ""
        return _Tidied(re.sub(r"[ '’]", "", text), mark)
    match = _GROUPED.fullmatch(text)
    if match is None:
        return _Tidied(text)
    mark = "." if match["point"] or match["commas"] else ","
    return _Tidied(text.replace("," if mark == "." else ".", ""), mark)


def holds_text(text: pd.Series[Any]) -> BoolArray:
    """Return True for each cell that is not empty, shape (n,)."""
    return np.asarray(pc.binary_length(pa.array(text.array))) > 0


def columns_that_begin(cells: pd.DataFrame, starts: Sequence[str]) -> list[int]:
    """Return the positions of the columns with a cell that begins with one of some characters."""
    if not len(cells):
        return []
    # One call for all columns: each call reads the pattern anew.
    blocks = pa.chunked_array([_block(column) for _, column in cells.items()])
    found = pc.match_substring_regex(blocks, _beginning(starts))
    by_column = found.to_numpy().reshape(cells.shape[1], len(cells))
    return [int(place) for place in np.flatnonzero(by_column.any(axis=1))]


def _block(column: pd.Series[Any]) -> pa.Array:
    array = pa.array(column.array)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def begins(text: pd.Series[Any], starts: Sequence[str]) -> BoolArray:
    """Return True for each cell that begins with one of some characters, shape (n,)."""
    return _found(text, _beginning(starts))


def _beginning(starts: Sequence[str]) -> str:
    return f"^[{''.join(map(re.escape, starts))}]"


def matches(text: pd.Series[Any], pattern: str) -> BoolArray:
    """Return True for each cell that a pattern describes as a whole, shape (n,)."""
    return _found(text, f"^(?:{pattern})$")


def _found(text: pd.Series[Any], pattern: str) -> BoolArray:
    # As pandas does it, which reads the pattern anew each time.
    found = pc.match_substring_regex(pa.array(text.array), pattern)
    known = found.fill_null(False) if found.null_count else found
    rows: BoolArray = known.to_numpy(zero_copy_only=False)
    return rows
