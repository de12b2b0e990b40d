"""Retention times as people and programs write them, brought to plain numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ganglioside.reading.cell_values import matches
from ganglioside.reading.limits import DECIMALS
from ganglioside.support.text_columns import as_column, distinct, pick, texts, texts_of

_PLAIN: Final = r"\s*[+-]?[0-9]*(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?\s*"
_NUMBER: Final = rf"[0-9]{{1,6}}(?:[.,]{DECIMALS})?"
_CLOCK: Final = re.compile(
    r"(?:(?P<h>[0-9]{1,2}):)?(?P<m>[0-9]{1,3}):(?P<s>[0-5]?[0-9](?:[.,][0-9]{1,6})?)"
)
_SPREAD: Final = re.compile(rf"(?P<centre>{_NUMBER}) ?(?:±|\+/-|\+-) ?{_NUMBER}")
_WITH_RANGE: Final = re.compile(
    rf"(?P<centre>{_NUMBER}) ?[(\[] ?(?P<low>{_NUMBER}) ?(?:-|–|—|to) ?(?P<high>{_NUMBER}) ?[)\]]"
)
_RANGE: Final = re.compile(rf"(?P<low>{_NUMBER}) ?(?:-|–|—|to|\.\.\.?) ?(?P<high>{_NUMBER})")
#: Times of several transitions of one compound, as programs list them in one cell.
_SEVERAL: Final = re.compile(rf"{_NUMBER}(?: ?[;|/] ?{_NUMBER}){{1,9}}")
_WITH_COMMAS: Final = re.compile(rf"[0-9]{{1,6}}\.{DECIMALS}(?:, ?[0-9]{{1,6}}\.{DECIMALS}){{1,9}}")
#: Most minutes between times of one peak in such a list.
_ONE_PEAK: Final = 0.2
_UNIT: Final = re.compile(
    rf"(?P<number>{_NUMBER}) ?(?P<unit>min(?:\.|utes)?|m|s(?:ec)?\.?|seconds|')"
)


@dataclass(frozen=True, eq=False, slots=True)
class RtText:
    """A column of retention times as plain numbers.

    Attributes
    ----------
    text : pandas.Series of str, shape (n,)
        Cells in another form are replaced by the number that they stand for.
    first : int or None
        Position of the first cell that was replaced.
    minutes : bool
        Whether a cell says that it holds minutes: `7:34`, `7.5 min`.
    """

    text: pd.Series[Any]
    first: int | None = None
    minutes: bool = False


def plain_rt(cells: pd.Series[Any]) -> RtText:
    """Retention times as plain numbers: `9:34`, `9.57 ± 0.02`, `9.50-9.65`, `9.57 min`.

    Of a time with its range (`9.57 (9.50-9.65)`) the time is read.

    Of times of several transitions (`15.72, 15.67`) the first one is read, the quantifier's, where
    all of them are of one peak.

    Parameters
    ----------
    cells : pandas.Series of str, shape (n,)

    Examples
    --------
    >>> plain_rt(pd.Series(["7:30", "9.57 ± 0.02", "9.5-9.7", "8.1"], dtype="str")).text.tolist()
    ['7.5', '9.57', '9.6', '8.1']
    """
    odd = ~matches(cells, _PLAIN)
    if not odd.any():
        return RtText(cells)
    text = texts_of(cells)
    codes, found = distinct(text.filter(pa.array(odd)))
    read = [_read(cell.strip()) for cell in found]
    numbers = pick(texts([number for number, _ in read]), codes)
    changed = np.flatnonzero(odd)[np.asarray(numbers.is_valid())]
    if not len(changed):
        return RtText(cells)
    changed_text = pc.replace_with_mask(text, pa.array(odd), numbers)
    whole = pd.Series(as_column(pc.coalesce(changed_text, text)), index=cells.index)
    return RtText(whole, int(changed[0]), any(minutes for _, minutes in read))


def _read(text: str) -> tuple[str | None, bool]:
    """Number that a cell stands for, None if it is no such cell; whether it says minutes."""
    if clock := _CLOCK.fullmatch(text):
        seconds = float(clock["s"].replace(",", "."))
        return _written(60 * int(clock["h"] or 0) + int(clock["m"]) + seconds / 60), True
    if spread := _SPREAD.fullmatch(text):
        return spread["centre"], False
    if (inside := _WITH_RANGE.fullmatch(text)) and _is_within(inside):
        return inside["centre"], False
    if between := _RANGE.fullmatch(text):
        return _middle(between["low"], between["high"]), False
    if _SEVERAL.fullmatch(text) or _WITH_COMMAS.fullmatch(text):
        return _first_of_one_peak(text), False
    if unit := _UNIT.fullmatch(text):
        seconds_unit = unit["unit"].startswith("s")
        number = float(unit["number"].replace(",", "."))
        return _written(number / 60 if seconds_unit else number), True
    return None, False


def _is_within(match: re.Match[str]) -> bool:
    """Whether a time lies in the range behind it."""
    low, time, high = (float(match[key].replace(",", ".")) for key in ("low", "centre", "high"))
    return low <= time <= high


def _first_of_one_peak(text: str) -> str | None:
    """First of several times, None if they are not of one peak."""
    times = re.split(r"[;|/]|,(?= ?[0-9]+\.)", text)
    minutes = [float(time.strip().replace(",", ".")) for time in times]
    return times[0].strip() if max(minutes) - min(minutes) <= _ONE_PEAK else None


def _middle(low: str, high: str) -> str | None:
    """Middle of a range, None if it is none."""
    first, last = float(low.replace(",", ".")), float(high.replace(",", "."))
    return _written((first + last) / 2) if first <= last else None


def _written(number: float) -> str:
    """Number with as many digits as a retention time can have."""
    return f"{number:.6g}"
