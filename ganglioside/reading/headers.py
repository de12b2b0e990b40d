"""Which column of an input holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from ganglioside.columns import INPUT_LABELS, NEEDED
from ganglioside.errors import SettingsError
from ganglioside.support.fact_tables import read_facts

#: A header stands within so many records from the top; tools write up to four lines above it.
HEADER_WITHIN: Final = 12

_UNIT: Final = re.compile(r"^(?P<base>.*?)[\s(\[,/]+(?P<unit>min|s)[.)\]\s]*$")
_UNIT_WORDS: Final = re.compile(r"\b(?:minutes|minute|mins|seconds|second|secs|sec)\b")
_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?\s*")


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to head a column; the first one in the table is the one to prefer."""

    alias: str
    column: str
    unit: str


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an input and what its columns hold.

    Attributes
    ----------
    texts : tuple of str
        As read.
    places : mapping of str to int
        Input column (a key of `INPUT_LABELS`) to its position.
    rt_unit : str
        `min` or `s` where the header says so, else empty.
    spare : tuple of (str, int)
        Columns, by position, that could have been taken for an input column but were not.
    unmet : tuple of (str, str)
        Input columns and the header texts that the user gave for them but that are not there.
    """

    texts: tuple[str, ...]
    places: Mapping[str, int]
    rt_unit: str
    spare: tuple[tuple[str, int], ...] = ()
    unmet: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed input columns that are not there."""
        return tuple(c for c in NEEDED if c not in self.places)

    @property
    def is_usable(self) -> bool:
        """Whether everything that is needed, or that the user named, is there."""
        return not self.missing and not self.unmet

    @property
    def width(self) -> int:
        """Fields that a full row has at least: up to the last column with a name."""
        named = [i for i, text in enumerate(self.texts) if text.strip()]
        return named[-1] + 1 if named else 0

    def label(self, column: str) -> str:
        """Return an input column's header as read, or the usual one where it is absent."""
        place = self.places.get(column)
        return INPUT_LABELS[column] if place is None else self.texts[place].strip()


def match_header(texts: Sequence[str], columns: Mapping[str, str] | None = None) -> Header:
    """Find the input columns among header texts.

    Parameters
    ----------
    texts
        Header cells as read.
    columns
        What the user says: input column to header text. It goes before the aliases.

    Raises
    ------
    SettingsError
        If `columns` names an input column that does not exist.
    """
    wanted = {_input_column(label): str(text).strip() for label, text in (columns or {}).items()}
    places = _places_of(wanted, texts)
    ranked: dict[str, list[tuple[int, int]]] = {}
    for place, text in enumerate(texts):
        found = _lookup(text)
        if found and place not in places.values() and found.column not in wanted:
            ranked.setdefault(found.column, []).append((found.rank, place))
    spare = []
    for column, candidates in ranked.items():
        best, *others = sorted(candidates)
        places[column] = best[1]
        spare += [(column, place) for _, place in others]
    unmet = tuple((c, text) for c, text in wanted.items() if c not in places)
    return Header(tuple(texts), places, _rt_unit(texts, places), tuple(spare), unmet)


def looks_like_data(texts: Iterable[str]) -> bool:
    """Tell whether a record that should be a header holds numbers instead of names."""
    return any(_NUMBER.fullmatch(text) for text in texts)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a header text stands for; the lower the rank, the better."""

    column: str
    unit: str
    rank: int


@cache
def _aliases() -> dict[str, _Found]:
    table = read_facts("column_aliases.csv", Alias)
    return {
        _key(row.alias): _Found(row.column, row.unit, rank)
        for rank, row in reversed(list(enumerate(table)))
    }


def _key(header: str) -> str:
    """Return the letters and digits of a header, in lower case."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(c for c in text if c.isalnum())


def _split_unit(header: str) -> tuple[str, str]:
    """Split `Average Rt(min)` into `average rt` and `min`; the unit is empty where none is."""
    text = unicodedata.normalize("NFKC", header).casefold().strip()
    text = _UNIT_WORDS.sub(lambda m: m.group()[0].replace("m", "min"), text.replace("_", " "))
    match = _UNIT.match(text)
    return (match["base"], match["unit"]) if match else (text, "")


@lru_cache(maxsize=4096)
def _lookup(header: str) -> _Found | None:
    found = _aliases().get(_key(header))
    if found:
        return found
    base, unit = _split_unit(header)
    found = _aliases().get(_key(base)) if unit else None
    if found is None or found.column != "rt":
        return None
    return _Found("rt", unit, found.rank + len(_aliases()))


def _rt_unit(texts: Sequence[str], places: Mapping[str, int]) -> str:
    if "rt" not in places:
        return ""
    text = texts[places["rt"]]
    found = _lookup(text)
    return found.unit if found else _split_unit(text)[1]


def _places_of(wanted: Mapping[str, str], texts: Sequence[str]) -> dict[str, int]:
    """Find the header texts that the user gave, in any case where none is exact."""
    exact = [text.strip() for text in texts]
    folded = [text.casefold() for text in exact]
    places = {}
    for column, text in wanted.items():
        if text in exact:
            places[column] = exact.index(text)
        elif text.casefold() in folded:
            places[column] = folded.index(text.casefold())
    return places


def _input_column(label: str) -> str:
    found = _lookup(label)
    if found is None:
        raise SettingsError(
            f"columns={{{label!r}: ...}}: there is no input column {label!r}. "
            f"The input columns are {', '.join(INPUT_LABELS.values())}."
        )
    return found.column
