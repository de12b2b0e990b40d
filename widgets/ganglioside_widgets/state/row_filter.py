"""Search, filters and order of the table of features."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside_widgets.row_order import in_order

#: Columns that a search looks into.
_SEARCHED: Final = ("name", "isomer", "parent", "process", "reason", "analyst_name", "analyst_note")

#: Columns whose numbers are compared whatever their sign: how far, not in which direction.
ABSOLUTE: Final = frozenset({"residual", "standardized_residual"})

#: Columns of shares, which people write in percent.
PERCENT: Final = frozenset({"confidence"})

_NUMBER: Final = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
_COMPARED: Final = re.compile(rf"(>=|<=|≥|≤|>|<)\s*({_NUMBER})", re.IGNORECASE)
_BETWEEN: Final = re.compile(rf"({_NUMBER})?\s*(?:\.\.|to|–)\s*({_NUMBER})?", re.IGNORECASE)
_ALONE: Final = re.compile(_NUMBER, re.IGNORECASE)


#: A number whose commas may part its thousands.
_THOUSANDS: Final = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")

#: Below it, no number of a column has thousands to part.
_LEAST_PARTED: Final = 1000.0


#: Largest power of ten that is a number here.
_LARGEST_POWER: Final = 308


class Range(NamedTuple):
    """Numbers from `low` to `high`, bounds included."""

    low: float
    high: float


def range_of(text: str, largest: float = np.inf) -> Range | None:
    """Range that a text means; None where it is none.

    Parameters
    ----------
    text : str
        `> 5`, `<= 5`, `5..7`, `5 to 7`, `5..`, or a number for all that are written so. A comma
        parts thousands, `1,000`, where it can; else it is a decimal comma, `99,9`.
    largest : float
        Largest number of the column: where it has no thousands, every comma is a decimal one.

    Examples
    --------
    >>> range_of("5..7")
    Range(low=5.0, high=7.0)
    >>> range_of("11.3")
    Range(low=11.25, high=11.35)
    >>> range_of("10,5..10,693", largest=20)
    Range(low=10.5, high=10.693)
    >>> range_of("early") is None
    True
    """
    text = _with_points(text.strip(), largest)
    if compared := _COMPARED.fullmatch(text):
        return _beyond(compared[1], float(compared[2]))
    if _ALONE.fullmatch(text):
        return _written_as(text)
    between = _BETWEEN.fullmatch(text)
    if between is None or not any(between.groups()):
        return None
    low, high = (None if part is None else float(part) for part in between.groups())
    return Range(-np.inf if low is None else low, np.inf if high is None else high)


def _with_points(text: str, largest: float) -> str:
    """A text of numbers without commas between thousands, and with points for decimal commas."""
    if largest >= _LEAST_PARTED:
        text = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def _beyond(sign: str, bound: float) -> Range:
    """Range on one side of a bound, with it where the sign says so."""
    if sign[0] in ">≥":
        return Range(bound if sign in (">=", "≥") else np.nextafter(bound, np.inf), np.inf)
    return Range(-np.inf, bound if sign in ("<=", "≤") else np.nextafter(bound, -np.inf))


def _written_as(text: str) -> Range:
    """Range of the numbers that are written so when rounded to its digits."""
    digits, _, exponent = text.lower().partition("e")
    value = float(text)
    decimals = len(digits.partition(".")[2]) - int(exponent or 0)
    if not np.isfinite(value) or decimals < -_LARGEST_POWER:
        return Range(value, value)
    half = 0.5 * 10.0**-decimals
    return Range(round(value - half, decimals + 1), round(value + half, decimals + 1))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Features chosen one by one.

    Attributes
    ----------
    ids : tuple of int
    why : str
        What they have in common, such as `in the box`.
    """

    ids: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A search, filters and an order; an empty filter lets every feature pass.

    Attributes
    ----------
    search : str
        Words that must all occur in a feature, in any case.
    verdicts, categories, series, samples, decisions : tuple of str
        Accepted values.
    columns : tuple of (str, str)
        Filters of single columns: words that a text contains, or a range (`range_of`). A range of
        residuals is of their distance from 0, one of confidence may be in percent.
    chosen : Chosen, optional
        Only these features.
    order_by : str
        A column; input order where empty.
    descending : bool

    Examples
    --------
    >>> import pandas as pd
    >>> features = pd.DataFrame({"feature_id": [0, 1, 2], "name": ["GD1", "GM3", "GM1"]})
    >>> RowView(search="gm", order_by="name").rows(features).tolist()
    [2, 1]
    """

    search: str = ""
    verdicts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    chosen: Chosen | None = None
    order_by: str = ""
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order differs from the view of all features."""
        return self != RowView(order_by=self.order_by, descending=self.descending)

    def without_filters(self) -> RowView:
        """The view of all features in the same order."""
        return RowView(order_by=self.order_by, descending=self.descending)

    def with_column(self, column: str, text: str) -> RowView:
        """The view with the filter of one column; without it where the text is empty."""
        others = tuple(pair for pair in self.columns if pair[0] != column)
        added = ((column, text.strip()),) if text.strip() else ()
        return replace(self, columns=(*others, *added))

    def unreadable(self, features: pd.DataFrame) -> tuple[str, ...]:
        """Columns of numbers whose filter is no range; such a filter is not applied."""
        return tuple(
            column
            for column, text in self.columns
            if column in features
            and _is_number(features[column])
            and _range(features[column], text) is None
        )

    def rows(self, features: pd.DataFrame) -> npt.NDArray[np.int32]:
        """Positions of the features to show, in order, shape (R,), int32."""
        shown = np.ones(len(features), dtype=np.bool_)
        for column, wanted in (
            ("verdict", self.verdicts),
            ("category", self.categories),
            ("series", self.series),
            ("sample", self.samples),
            ("analyst_decision", self.decisions),
        ):
            if wanted:
                shown &= _is_one_of(features, column, wanted)
        if self.chosen is not None:
            shown &= features["feature_id"].isin(self.chosen.ids).to_numpy()
        for column, text in self.columns:
            if column in features:
                shown &= _passes(features[column], column, text)
        for word in self.search.casefold().split():
            shown &= _contains(features, word)
        return self._ordered(features, np.flatnonzero(shown)).astype(np.int32)

    def _ordered(self, features: pd.DataFrame, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Positions sorted by `order_by`, missing values last, shape (R,)."""
        if self.order_by not in features:
            return rows
        return in_order(features[self.order_by], rows, descending=self.descending)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _is_one_of(
    features: pd.DataFrame, column: str, wanted: tuple[str, ...]
) -> npt.NDArray[np.bool_]:
    """Whether a column has one of the wanted values, shape (F,); none where it is absent."""
    if column not in features:
        return np.zeros(len(features), dtype=np.bool_)
    return np.asarray(features[column].isin(wanted).to_numpy(), dtype=np.bool_)


def _range(values: pd.Series, text: str) -> Range | None:
    """Range that a text means as the filter of a column of numbers; None where it is none."""
    numbers = np.abs(values.to_numpy("float64", na_value=np.nan))
    return range_of(text, float(np.nanmax(numbers, initial=0.0)))


def _passes(values: pd.Series, column: str, text: str) -> npt.NDArray[np.bool_]:
    """Whether each value passes the filter of its column, shape (F,)."""
    if not _is_number(values):
        return _has_words(values, text.casefold().split())
    wanted = _range(values, text)
    if wanted is None:
        return np.ones(len(values), dtype=np.bool_)
    numbers = values.to_numpy("float64", na_value=np.nan)
    if column in ABSOLUTE:
        numbers = np.abs(numbers)
    if column in PERCENT and max((b for b in wanted if np.isfinite(b)), default=0.0) > 1:
        numbers = 100 * numbers
    return np.asarray((wanted.low <= numbers) & (numbers <= wanted.high), dtype=np.bool_)


def _has_words(values: pd.Series, words: list[str]) -> npt.NDArray[np.bool_]:
    """Whether each text contains all the words, shape (F,)."""
    codes, labels = pd.factorize(values)
    texts = [str(label).casefold() for label in labels]
    # Missing values have code -1: the last entry, False.
    found = np.array([all(word in text for word in words) for text in texts] + [False])
    return np.asarray(found[codes], dtype=np.bool_)


def _contains(features: pd.DataFrame, word: str) -> npt.NDArray[np.bool_]:
    """Whether a searched column contains the word, or feature_id or row equals it, shape (F,)."""
    found = np.zeros(len(features), dtype=np.bool_)
    for number in ("feature_id", "row"):
        if number in features:
            found |= (features[number].astype("str") == word).to_numpy("bool", na_value=False)
    for column in _SEARCHED:
        if column in features:
            found |= _has_words(features[column], [word])
    return np.asarray(found, dtype=np.bool_)
