"""Headers of RT and m/z by their words, where they are none of the known headers as a whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ganglioside.reading.limits import DECIMALS
from ganglioside.support.fact_tables import read_facts

#: `RetentionTimeSec` has three words, `MS1` is one.
#: Where a word begins within letters and digits: `ObsMz`, `MS2RT`.
_NEW_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=RT(?![A-Za-z0-9]))")
_WORD: Final = re.compile(r"[^\W_]+")
#: A number with decimals, their share among the cells of RT or m/z, and of distinct ones of RT.
_DECIMAL: Final = re.compile(rf"[0-9]{{1,6}}[.,]{DECIMALS}")
_MOSTLY: Final = 0.8
_DISTINCT: Final = 0.4
#: Least and largest m/z of lipids.
_MASSES: Final = (150.0, 4000.0)
#: The signs of m/z are one word: `m/z`, `m.z`, `M/Z`.
_MZ: Final = re.compile(r"(?<![^\W_])m ?[/._:] ?z(?![^\W_])", re.IGNORECASE)
#: `tR` is one word.
_TR: Final = re.compile(r"(?<![^\W_])t_?R(?![^\W_])")


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """A row of `data/header_words.csv`: words of one role in headers of an input column."""

    column: str
    role: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """What the words of a header say.

    Attributes
    ----------
    column : str
        Input column.
    is_worse : bool
        Whether a header of other words is preferred.
    needs_content : bool
        Whether only its cells show that it is that column.
    """

    column: str
    is_worse: bool = False
    needs_content: bool = False


@cache
def _roles() -> dict[str, dict[str, str]]:
    """Role of each word, by input column."""
    found: dict[str, dict[str, str]] = {}
    for row in read_facts("header_words.csv", HeaderWords):
        for word in row.words:
            found.setdefault(row.column, {}).setdefault(word, row.role)
    return found


@cache
def _telling_words() -> frozenset[str]:
    """Words without one of which a header says no column."""
    telling = ("core", "content")
    return frozenset(
        word for roles in _roles().values() for word, role in roles.items() if role in telling
    )


def column_by_words(header: str, units: frozenset[str] = frozenset()) -> Worded | None:
    """Input column that the words of a header say, None if they say none.

    Parameters
    ----------
    header
    units
        Words for units of RT.

    Examples
    --------
    >>> column_by_words("Analyte RT (min)", frozenset({"min"}))
    Worded(column='rt', is_worse=False, needs_content=False)
    >>> column_by_words("Calc. m/z").is_worse, column_by_words("Expected RT")
    (True, None)
    """
    words = words_of(header)
    if _telling_words().isdisjoint(words):
        return None  # most cells that are looked at
    for column, roles in _roles().items():
        allowed = units if column == "rt" else frozenset()
        found = {roles.get(word, "beside" if word in allowed else "") for word in words}
        if "" not in found and not found.isdisjoint({"core", "content"}):
            return Worded(column, "worse" in found, "core" not in found)
    return None


def shows(column: str, cells: Sequence[str]) -> bool:
    """Whether the filled cells of a column are RT or m/z.

    Times of sampling are round numbers and come back; m/z of lipids lie within a range.

    Examples
    --------
    >>> shows("rt", ["8.95", "10.29"]), shows("rt", ["24", "48"]), shows("mz", ["1179.74"])
    (True, False, True)
    """
    numbers = [float(cell.replace(",", ".")) for cell in cells if _DECIMAL.fullmatch(cell)]
    if not numbers or len(numbers) < _MOSTLY * len(cells):
        return False
    if column == "rt":
        return len(set(numbers)) >= _DISTINCT * len(numbers) and min(numbers) >= 0.0
    low, high = _MASSES
    return all(low <= number <= high for number in numbers)


def words_of(header: str) -> Sequence[str]:
    """Words of a header, in lower case.

    Examples
    --------
    >>> words_of("RetentionTimeSec"), words_of("Precursor m/z"), words_of("t_R (min)")
    (['retention', 'time', 'sec'], ['precursor', 'mz'], ['tr', 'min'])
    """
    text = unicodedata.normalize("NFKC", header)
    text = _NEW_WORD.sub(" ", _TR.sub("tr", _MZ.sub("mz", text)))
    return _WORD.findall(text.casefold())
