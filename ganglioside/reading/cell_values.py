"""Numbers, and true or false, from the text cells of whole columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ganglioside.reading.limits import number
from ganglioside.support.arrays import BoolArray, FloatArray
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.text_columns import (
    Texts,
    as_column,
    distinct,
    is_blank,
    pick,
    texts,
    texts_of,
    without,
)

_POINT_NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_COMMA_NUMBER: Final = r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?"
_WITH_POINT: Final = re.compile(_POINT_NUMBER)
_WITH_COMMA: Final = re.compile(_COMMA_NUMBER)
_EITHER_WAY: Final = r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}"  # 1.234: decimal mark or thousands
_SPACED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]*)?")
_GROUPED: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+(?P<point>\.[0-9]*)|(?:\.[0-9]{3})+(?P<comma>,[0-9]*)"
    r"|(?P<commas>(?:,[0-9]{3}){2,})|(?P<points>(?:\.[0-9]{3}){2,}))"
)
#: A power of ten as papers write it: `3.1x10^5`, `3,1 × 10⁵` once its exponent is marked.
_POWER: Final = re.compile(
    r"(?P<number>[+-]?[0-9]+(?:[.,][0-9]+)?) ?[xX×*·⋅] ?10 ?(?:\^|\*\*) ?"
    r"(?P<power>[+-]?[0-9]{1,3})"
)
_LONGEST_POWER: Final = 40
#: A number with its spread or a percent sign behind it: `12500 ± 300`, `12500 (300)`, `12500
#: (2.4 %)`, `12500 [12000-13000]`, `2.53 %`.
_SPREAD: Final = r"[0-9][0-9.,eE+]{0,20} ?%?"
_RANGE: Final = rf"{_SPREAD}(?: ?(?:-|;|, | to ) ?{_SPREAD})?"
_NOT_ALONE: Final = re.compile(
    r"(?P<number>[+-]?[0-9.,][^±%/()\[\]]{0,39}?) ?"
    rf"(?:%|(?:±|\+/-|\+-) ?[0-9][0-9.,eE+-]{{0,20}} ?%?|\((?:±|\+/-)? ?{_RANGE}\)|\[{_RANGE}\])"
)
_RAISED: Final = re.compile(r"(?<=10)[⁺⁻⁰¹²³⁴-⁹]+\Z")
_DASHES: Final = dict.fromkeys(map(ord, "−‐‑‒–—"), "-")


@dataclass(frozen=True, slots=True)
class MissingWord:
    """A row of `data/missing_words.csv`: a text that stands for no value."""

    word: str
    says: int


_MISSING_WORDS: Final = read_facts("missing_words.csv", MissingWord)
#: Texts that people and programs write where a value is missing, in lower case without blanks.
MISSING: Final = frozenset(row.word for row in _MISSING_WORDS)
#: Those that tell why there is none.
_TELLING: Final = frozenset(row.word for row in _MISSING_WORDS if row.says)
#: A value below or above a limit, which is all that is known of it.
_BEYOND_LIMIT: Final = re.compile(r"[<>]=?[0-9]+(?:[.,][0-9]*)?(?:e[+-]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[+-]?(?:inf|infinity|∞)")

TRUE: Final = frozenset(("t", "true", "1", "1.0", "yes", "y", "anchor"))
FALSE: Final = (MISSING - {"?"}) | frozenset(
    ("f", "false", "0", "0.0", "no", "n", "not anchor", "no anchor", "non-anchor")
)

#: A table has a decimal mark if this share of the cells that show one show the same.
_AGREEMENT: Final = 0.9


@dataclass(frozen=True, eq=False, slots=True)
class NumberText:
    """A column of numbers before its decimal mark is known.

    Attributes
    ----------
    text : array of str, shape (n,)
        Tidied: ASCII digits and signs, no blanks, no unambiguous thousands separators.
    points, commas : numpy.ndarray of bool, shape (n,)
        Numbers without a comma, and numbers with one.
    either : numpy.ndarray of bool, shape (n,)
        Numbers whose only mark may be a decimal mark or a thousands separator.
    missing : numpy.ndarray of bool, shape (n,)
        Cells that are empty or hold a word for a missing value (`MISSING`).
    worded : numpy.ndarray of bool, shape (n,)
        Those of them that tell why there is none (`<LOD`).
    infinite : numpy.ndarray of bool, shape (n,)
        Cells with an infinite number.
    grouped : numpy.ndarray of bool, shape (n,)
        Cells from which thousands separators were removed.
    formed : numpy.ndarray of bool, shape (n,)
        Cells from which a spread or a percent sign was removed.
    marks : tuple of int
        Numbers of cells that show a point, and a comma, as decimal mark.
    """

    text: Texts
    points: BoolArray
    commas: BoolArray
    either: BoolArray
    missing: BoolArray
    worded: BoolArray
    infinite: BoolArray
    grouped: BoolArray
    formed: BoolArray
    marks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column read as numbers.

    Attributes
    ----------
    values : numpy.ndarray of float64, shape (n,)
        NaN where there is no number.
    missing, bad, infinite, ambiguous : numpy.ndarray of bool, shape (n,)
        Reason for each NaN; exactly one of them is true there.
    worded : numpy.ndarray of bool, shape (n,)
        Missing values whose cells tell why there is none.
    grouped : numpy.ndarray of bool, shape (n,)
        Cells from which thousands separators were removed.
    formed : numpy.ndarray of bool, shape (n,)
        Cells from which a spread or a percent sign was removed.
    foreign : numpy.ndarray of bool, shape (n,)
        Numbers whose decimal mark is not that of the table.
    """

    values: FloatArray
    missing: BoolArray
    bad: BoolArray
    infinite: BoolArray
    ambiguous: BoolArray
    worded: BoolArray
    grouped: BoolArray
    formed: BoolArray
    foreign: BoolArray


def number_text(cells: pd.Series[Any], *, thousands: bool) -> NumberText:
    """Tidied cells of a number column, and the decimal marks that they show.

    Parameters
    ----------
    cells : pandas.Series of str, shape (n,)
    thousands
        Whether the quantity can reach thousands. If it cannot (RT in min, Log P), a single mark
        is always a decimal mark.

    Returns
    -------
    NumberText
    """
    text = pc.utf8_trim_whitespace(texts_of(cells))
    points, commas = _numbers_by_mark(text)
    odd = ~(points | commas)
    missing, worded, infinite, grouped, formed = np.zeros((5, len(text)), dtype=bool)
    marks = np.zeros(2, dtype=np.int64)  # cells with thousands separators and a point, a comma
    if odd.any():
        codes, found = distinct(text.filter(pa.array(odd)))
        tidied = [_tidy(cell) for cell in found]
        text = pc.replace_with_mask(
            text, pa.array(odd), pick(texts([t.text for t in tidied]), codes)
        )
        kinds = np.array([t.kinds for t in tidied]).T[:, codes]
        for column, kind in zip(
            (points, commas, missing, worded, infinite, grouped, formed), kinds, strict=True
        ):
            column[odd] = kind
        shown = np.array([(t.mark == ".", t.mark == ",") for t in tidied], dtype=np.int64)
        marks = shown[codes].sum(axis=0)
    either = _matched(text, _EITHER_WAY) & ~grouped if thousands else np.zeros_like(points)
    decimal_points = points & ~either & _shows_point(text)
    decimal_commas = commas & ~either
    return NumberText(
        text=text,
        points=points,
        commas=commas,
        either=either,
        missing=missing,
        worded=worded,
        infinite=infinite,
        grouped=grouped,
        formed=formed,
        marks=(int(marks[0] + decimal_points.sum()), int(marks[1] + decimal_commas.sum())),
    )


def _numbers_by_mark(text: Texts) -> tuple[BoolArray, BoolArray]:
    """Whether each text is a number without a comma, and one with a comma, shape (n,)."""
    filled = np.asarray(pc.binary_length(text)) > 0
    plain = _plain_numbers(text)
    if plain is not None and np.array_equal(np.isfinite(plain), filled):
        return filled, np.zeros_like(filled)  # which takes a fifth of the time
    return _matched(text, _POINT_NUMBER), _matched(text, _COMMA_NUMBER)


def is_missing(cell: str) -> bool:
    """Whether a cell is empty, or says that there is no value.

    Examples
    --------
    >>> is_missing("N/F"), is_missing("<LOD"), is_missing("< 0.5"), is_missing("12.3")
    (True, True, True, False)
    """
    word = _word_of(cell.strip())
    return word in MISSING or number(_BEYOND_LIMIT, word) is not None


def _word_of(text: str) -> str:
    """Text in lower case and without blanks, as the words for missing values are listed."""
    return text.lower().replace(" ", "")


def _shows_point(text: Texts) -> BoolArray:
    """Whether each text contains a point, shape (n,)."""
    return np.asarray(pc.match_substring(text, "."))


def plain_numbers(cells: pd.Series[Any]) -> FloatArray | None:
    """Numbers of a column in which all cells are plain ones or empty, NaN where empty, shape (n,).

    None if a cell is anything else. This is ten times as fast as `number_text` and `to_numbers`.

    Examples
    --------
    >>> plain_numbers(pd.Series(["1.5", ""], dtype="str"))
    array([1.5, nan])
    >>> plain_numbers(pd.Series(["1,5"], dtype="str")) is None
    True
    """
    return _plain_numbers(texts_of(cells))


def _plain_numbers(text: Texts) -> FloatArray | None:
    """Numbers of plain texts, NaN where empty, shape (n,); None if one is anything else."""
    empty = pc.equal(pc.binary_length(text), 0)
    try:
        numbers = pc.cast(pc.if_else(empty, None, text), pa.float64())
    except pa.ArrowInvalid:
        return None
    values: FloatArray = numbers.to_numpy(zero_copy_only=False)
    return values


def decimal_mark(columns: Sequence[NumberText]) -> str:
    """Decimal mark of a table; empty if its cells show none or disagree."""
    points = sum(column.marks[0] for column in columns)
    commas = sum(column.marks[1] for column in columns)
    needed = _AGREEMENT * (points + commas)
    if points + commas == 0:
        return ""
    if points >= needed:
        return "."
    return "," if commas >= needed else ""


def to_numbers(column: NumberText, mark: str) -> Numbers:
    """Numbers of a tidied column, read with the decimal mark of its table.

    A cell that can be read in two ways follows the mark of the table, else that of its column:

    =======  ========  ========  =========  ==========
    cell     mark `.`  mark `,`  no mark    both marks
    =======  ========  ========  =========  ==========
    `1.234`  1.234     1234      1.234      ambiguous
    `1,234`  1234      1.234     ambiguous  ambiguous
    =======  ========  ========  =========  ==========

    Parameters
    ----------
    column
        Result of `number_text`.
    mark
        Result of `decimal_mark` for the table.

    Returns
    -------
    Numbers
    """
    mark = mark or decimal_mark([column])
    ambiguous = _ambiguous(column, mark)
    split = column.either & ~ambiguous
    thousand_comma = split & column.commas & (mark == ".")
    thousand_point = split & column.points & (mark == ",")
    decimal_comma = column.commas & ~thousand_comma & ~ambiguous
    text = _replaced(column.text, thousand_comma, ",", "")
    text = _replaced(text, thousand_point, ".", "")
    text = _replaced(text, decimal_comma, ",", ".")
    numeric = (column.points | column.commas) & ~ambiguous
    values = np.array(pc.cast(without(text, ~numeric), pa.float64()).fill_null(np.nan))
    infinite = np.isinf(values) | column.infinite
    values[infinite] = np.nan
    foreign = decimal_comma & (mark == ".")
    if mark == ",":
        foreign = column.points & _shows_point(column.text) & ~thousand_point
    return Numbers(
        values=values,
        missing=column.missing,
        bad=~(numeric | ambiguous | column.missing | column.infinite),
        infinite=infinite,
        ambiguous=ambiguous,
        worded=column.worded,
        grouped=column.grouped | thousand_comma | thousand_point,
        formed=column.formed,
        foreign=foreign,
    )


def numbers_together(
    columns: Sequence[pd.Series[Any]], mark: str, *, thousands: bool
) -> list[Numbers]:
    """Numbers of each of several columns of one table, shape (n,) each.

    Where the table has a mark, each cell is read by itself. The columns are read as one then: most
    of the time that a short one takes does not depend on its length.

    Parameters
    ----------
    columns : sequence of pandas.Series of str, shape (n,)
    mark
        Result of `decimal_mark` for the table.
    thousands
        As for `number_text`.
    """
    if not mark or len(columns) < 2:
        return [to_numbers(number_text(one, thousands=thousands), mark) for one in columns]
    below = pd.concat(columns, ignore_index=True)
    read = to_numbers(number_text(below, thousands=thousands), mark)
    own = (np.split(getattr(read, part.name), len(columns)) for part in fields(read))
    return [Numbers(*parts) for parts in zip(*own, strict=True)]


def _ambiguous(column: NumberText, mark: str) -> BoolArray:
    """Whether each cell is ambiguous with a decimal mark (empty: none is known), shape (n,)."""
    if mark:
        return np.zeros(len(column.text), dtype=bool)
    shows_both = min(column.marks) > 0
    return column.either if shows_both else column.either & column.commas


def _replaced(text: Texts, rows: BoolArray, old: str, new: str) -> Texts:
    """Texts with `old` replaced by `new` in some rows."""
    if not rows.any():
        return text
    return pc.if_else(pa.array(rows), pc.replace_substring(text, old, new), text)


def read_flags(cells: pd.Series[Any]) -> tuple[BoolArray, BoolArray]:
    """Cells as true or false, and which are neither (they count as false).

    Returns
    -------
    flags, unknown : numpy.ndarray of bool, shape (n,)

    Examples
    --------
    >>> flags, unknown = read_flags(pd.Series(["T", "no", "", "perhaps"], dtype="str"))
    >>> flags.tolist(), unknown.tolist()
    ([True, False, False, False], [False, False, False, True])
    """
    codes, found = distinct(texts_of(cells))
    words = [" ".join(unicodedata.normalize("NFKC", cell).lower().split()) for cell in found]
    flags = np.array([word in TRUE for word in words], dtype=bool)
    unknown = np.array([word not in TRUE and word not in FALSE for word in words], dtype=bool)
    return flags[codes], unknown[codes]


@dataclass(frozen=True, slots=True)
class _Tidied:
    """A tidied cell, and what it is: a number with a point or a comma, missing, infinite.

    Attributes
    ----------
    text : str
    mark : str or None
        Decimal mark of a number that had thousands separators, empty if it shows none; None for
        other cells.
    is_formed : bool
        Whether a spread or a percent sign was removed.
    """

    text: str
    mark: str | None = None
    is_formed: bool = False

    @property
    def kinds(self) -> tuple[bool, ...]:
        """What it is: a number with a point, with a comma, missing, and so on."""
        found = (self.is_point, self.is_comma, self.is_missing, self.is_worded, self.is_infinite)
        return (*found, self.is_grouped, self.is_formed)

    @property
    def is_point(self) -> bool:
        return number(_WITH_POINT, self.text) is not None

    @property
    def is_comma(self) -> bool:
        return number(_WITH_COMMA, self.text) is not None

    @property
    def is_missing(self) -> bool:
        return is_missing(self.text)

    @property
    def is_worded(self) -> bool:
        word = _word_of(self.text)
        return word in _TELLING or number(_BEYOND_LIMIT, word) is not None

    @property
    def is_infinite(self) -> bool:
        return number(_INFINITE, _word_of(self.text)) is not None

    @property
    def is_grouped(self) -> bool:
        return self.mark is not None


def _tidy(cell: str) -> _Tidied:
    """Cell with ASCII digits and signs and without unambiguous thousands separators."""
    text = unicodedata.normalize("NFKC", _with_marks(cell)).translate(_DASHES).strip()
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    number = number_alone(text)
    return replace(_without_groups(number), is_formed=number != text)


def number_alone(text: str) -> str:
    """Number of a cell without the spread or the percent sign behind it; other texts as they are.

    Examples
    --------
    >>> number_alone("12500 ± 300"), number_alone("12500 (2.4 %)"), number_alone("n.d.")
    ('12500', '12500', 'n.d.')
    """
    found = _NOT_ALONE.fullmatch(text)
    return found["number"] if found else text


def _without_groups(text: str) -> _Tidied:
    """Tidied cell without unambiguous thousands separators."""
    if (power := _as_exponent(text)) is not None:
        return _Tidied(power)
    if number(_SPACED, text):
        shown = [mark for mark in ".," if mark in text]
        return _Tidied(re.sub(r"[ '’]", "", text), shown[0] if shown else "")
    match = number(_GROUPED, text)
    if match is None:
        return _Tidied(text)
    mark = "." if match["point"] or match["commas"] else ","
    return _Tidied(text.replace("," if mark == "." else ".", ""), mark)


def _with_marks(cell: str) -> str:
    """Cell with a mark before a raised exponent, which is plain digits otherwise."""
    return _RAISED.sub(lambda match: f"^{match.group()}", cell.strip())


def _as_exponent(text: str) -> str | None:
    """Number of a tidied power of ten, as programs write it; None for other texts."""
    power = number(_POWER, text)
    return f"{power['number']}e{power['power']}" if power else None


def plain_power(cell: str) -> str | None:
    """Number of a cell with a power of ten, as programs write it; None for other cells.

    Examples
    --------
    >>> plain_power("3.1x10^5"), plain_power("3,1 × 10⁵"), plain_power("3.1")
    ('3.1e5', '3,1e5', None)
    """
    if "10" not in cell or len(cell) > _LONGEST_POWER:
        return None
    return _as_exponent(unicodedata.normalize("NFKC", _with_marks(cell)).translate(_DASHES))


def holds_text(text: pd.Series[Any]) -> BoolArray:
    """Whether each cell is not empty, shape (n,)."""
    return np.asarray(pc.binary_length(pa.array(text.array))) > 0


def filled(text: pd.Series[Any]) -> pd.Series[Any]:
    """Column in which blank cells are missing, shape (n,).

    Examples
    --------
    >>> filled(pd.Series(["S1", " "], dtype="str")).tolist()
    ['S1', nan]
    """
    cells = texts_of(text)
    return pd.Series(as_column(without(cells, is_blank(cells))), index=text.index)


def columns_that_begin(cells: pd.DataFrame, starts: Sequence[str]) -> list[int]:
    """Positions of the columns in which a cell begins with one of some characters."""
    if not len(cells):
        return []
    # One call for all columns: each call compiles the pattern again.
    blocks = pa.chunked_array([_block(column) for _, column in cells.items()])
    found = pc.match_substring_regex(blocks, _beginning(starts))
    by_column = found.to_numpy().reshape(cells.shape[1], len(cells))
    positions: list[int] = np.flatnonzero(by_column.any(axis=1)).tolist()
    return positions


def _block(column: pd.Series[Any]) -> pa.Array:
    """Column as one Arrow array."""
    array = pa.array(column.array)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def begins(text: pd.Series[Any], starts: Sequence[str]) -> BoolArray:
    """Whether each cell begins with one of some characters, shape (n,)."""
    return _found(texts_of(text), _beginning(starts))


def _beginning(starts: Sequence[str]) -> str:
    """Regular expression of texts that begin with one of some characters."""
    return f"^[{''.join(map(re.escape, starts))}]"


def matches(text: pd.Series[Any], pattern: str) -> BoolArray:
    """Whether a pattern matches each cell as a whole, shape (n,).

    Examples
    --------
    >>> matches(pd.Series(["12", "12 min"], dtype="str"), "[0-9]+").tolist()
    [True, False]
    """
    return _matched(texts_of(text), pattern)


def _matched(text: Texts, pattern: str) -> BoolArray:
    """Whether a pattern matches each text as a whole, shape (n,)."""
    return _found(text, f"^(?:{pattern})$")


def _found(text: Texts, pattern: str) -> BoolArray:
    """Whether a pattern is found in each text, shape (n,); faster than pandas."""
    return np.array(pc.match_substring_regex(text, pattern).fill_null(False))
