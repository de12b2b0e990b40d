"""Headers: the input columns recognised among the header texts of a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from ganglioside.columns import INPUT_LABELS, NEEDED
from ganglioside.errors import SettingsError
from ganglioside.reading.header_words import column_by_words, shows, words_of
from ganglioside.reading.limits import number
from ganglioside.reading.options import UNITS
from ganglioside.reading.records import column_of, header_key
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.quoting import quoted

#: Longer texts are no header of an input column.
_LONGEST_HEADER: Final = 100

#: A header and its unit: in brackets at the end, or as its last word.
_IN_BRACKETS: Final = re.compile(r"(?P<base>[^(\[]*)[(\[](?P<unit>[^()\[\]]*)[)\]]\s*")
_LAST_WORD: Final = re.compile(r"(?P<base>(?:.*[^\s,/])?)[\s,/]+(?P<unit>[^\s,/()\[\]]+)")
#: A header that came back, as pandas and R number it.
_NUMBERED: Final = re.compile(r"(?P<base>.*[^.])\.[0-9]{1,3}")
#: A header in which `min` may be a minimum: that of a unit is in brackets, or there is no `max`.
_MINIMUM: Final = re.compile(r"(.*[^ _.(\[])[ _.]?min", re.IGNORECASE)
#: A power of ten by which areas are divided: `x10^6`, `x1000`, `1e6`.
_SCALE: Final = (
    r"(?:(?:[x×*·/] ?)?(?:10 ?(?:\^|\*\*) ?|1e\+?)[0-9]{1,2}|[x×*·/] ?1(?:0|[ ,.']000){1,12})"
)
_LAST_SCALE: Final = re.compile(rf"(?P<base>(?:.*?[^\s,])?)[\s,]+(?P<unit>{_SCALE})")
_SCALED: Final = re.compile(rf"{_SCALE}\s*(?P<unit>(?:\S.*)?)")
_RAISED: Final = re.compile("(?<=10)(?=[⁰¹²³⁴-⁹])")
#: A logarithm of a probability, not of a partition coefficient: `-Log(P)`, `log p-value`.
_OF_PROBABILITY: Final = re.compile(
    r"(?:[^\w\u2212\u2013-]|_)*[-\u2212\u2013].*|.*p[-\u2010\u2011]val.*", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?\s*")


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of `data/column_aliases.csv`: a header of an input column, the preferred ones first."""

    alias: str
    column: str
    unit: str


@dataclass(frozen=True, slots=True)
class HeaderUnit:
    """A row of `data/header_units.csv`: a word for a unit of RT (`min`, `s`) or of an area."""

    word: str
    unit: str


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an input and the positions of its input columns.

    Attributes
    ----------
    texts : tuple of str
        Header cells as read.
    positions : mapping of str to int
        Position of each input column that was found (a key of `INPUT_LABELS`).
    rt_unit : str
        `min` or `s` if the header names the unit of RT, else empty.
    spare : tuple of (str, int)
        Input columns and positions of further columns that could be them but were not taken.
    unmet : tuple of (str, str)
        Input columns and the header texts that the user gave for them, if the table lacks them.
    """

    texts: tuple[str, ...]
    positions: Mapping[str, int]
    rt_unit: str
    spare: tuple[tuple[str, int], ...] = ()
    unmet: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed input columns that the table lacks."""
        return tuple(c for c in NEEDED if c not in self.positions)

    @property
    def is_usable(self) -> bool:
        """Whether the table has all columns that are needed or that the user named."""
        return not self.missing and not self.unmet

    @property
    def width(self) -> int:
        """Smallest number of fields in a full row: up to the last column with a name."""
        named = [i for i, text in enumerate(self.texts) if text.strip()]
        return named[-1] + 1 if named else 0

    def label(self, column: str) -> str:
        """Header of an input column as read, or the usual one if the table lacks the column."""
        position = self.positions.get(column)
        return INPUT_LABELS[column] if position is None else self.texts[position].strip()


def match_header(
    texts: Sequence[str],
    columns: Mapping[str, str] | None = None,
    first: Mapping[str, tuple[str, ...]] | None = None,
    is_other: Callable[[str], bool] | None = None,
) -> Header:
    """Header with the input columns that are recognised among its texts.

    Parameters
    ----------
    texts
        Header cells as read.
    columns
        Header texts that the user gives for input columns; they take precedence over the aliases.
    first
        Headers of input columns in the tool that wrote the table, preferred to other aliases.
    is_other
        Whether a header holds something else in that tool.

    Returns
    -------
    Header

    Raises
    ------
    SettingsError
        If `columns` names an input column that does not exist.

    Examples
    --------
    >>> header = match_header(["Lipid", "Average Rt(min)", "Height"])
    >>> header.positions, header.rt_unit
    ({'name': 0, 'rt': 1, 'volume': 2}, 'min')
    """
    wanted = {_input_column(label): str(text).strip() for label, text in (columns or {}).items()}
    if not wanted and not first and not any(map(_may_be_known, texts)):
        return Header(tuple(texts), {}, "")
    positions = _positions_of(wanted, texts) if wanted else {}
    own = _ranks_of(first) if first else {}
    borders = _lower_borders(texts)
    ranked: dict[str, list[tuple[int, int]]] = {}  # rank and position of each possible column
    for position, text in enumerate(texts):
        key = header_key(text)
        if key.isdigit():
            continue  # most cells that are looked at: a number is no header
        found = own.get(key)
        if found is None and position not in borders and not (is_other and is_other(text)):
            found = _lookup(text) or _as_numbered(text, texts)
        if found and position not in positions.values() and found.column not in wanted:
            ranked.setdefault(found.column, []).append((found.rank, position))
    spare = []
    for column, candidates in ranked.items():
        (_, best), *others = sorted(candidates)
        positions[column] = best
        spare += [(column, position) for _, position in others]
    unmet = tuple((c, text) for c, text in wanted.items() if c not in positions)
    return Header(tuple(texts), positions, _rt_unit(texts, positions), tuple(spare), unmet)


def _may_be_known(text: str) -> bool:
    """Whether a cell can be the header of an input column: of hundreds of records, one is."""
    return len(text) > _LONGEST_HEADER or _is_known(text)  # long cells are not remembered


@lru_cache(maxsize=1 << 15)  # the same cells are looked at with each separator
def _is_known(text: str) -> bool:
    """The same, remembered."""
    is_number = header_key(text).isdigit()
    return not is_number and bool(_lookup(text) or _NUMBERED.fullmatch(text.strip()))


def _as_numbered(text: str, texts: Sequence[str]) -> _Found | None:
    """Input column of a header that a program numbered, `Area.1` beside `Area`; None for others."""
    match = _NUMBERED.fullmatch(text.strip())
    found = _lookup(match["base"]) if match and match["base"] in texts else None
    return replace(found, rank=found.rank + 5 * len(_aliases())) if found else None


def _lower_borders(texts: Sequence[str]) -> frozenset[int]:
    """Positions of headers such as `RT_min` beside `RT_max`, where min is no unit."""
    keys = {header_key(text) for text in texts}
    if not any(key.endswith("max") for key in keys):
        return frozenset()
    found = ((i, _MINIMUM.fullmatch(text.strip())) for i, text in enumerate(texts))
    return frozenset(i for i, match in found if match and header_key(f"{match[1]}max") in keys)


def with_content(header: Header, below: Callable[[], list[list[str]]]) -> Header:
    """Header with RT and m/z in columns whose cells show that they are what a word may mean.

    `Time` may be that of sampling, and `Precursor` a name.

    Parameters
    ----------
    header
    below
        Gives the first records below the header.

    Examples
    --------
    >>> header = match_header(["Lipid", "Time"])
    >>> with_content(header, lambda: [["GM3 36:1", "8.95"], ["GM3 38:1", "10.29"]]).positions
    {'name': 0, 'rt': 1}
    """
    taken = {*header.positions.values(), *(position for _, position in header.spare)}
    found: dict[str, int] = {}
    for position, text in enumerate(header.texts):
        column = _column_by_content(text)
        free = column not in (*header.positions, *found) and position not in taken
        if column and free and shows(column, column_of(below(), position)):
            found[column] = position
    if not found:
        return header
    positions = {**header.positions, **found}
    return replace(header, positions=positions, rt_unit=_rt_unit(header.texts, positions))


@lru_cache(maxsize=4096)
def _column_by_content(text: str) -> str:
    """Input column that a header may mean if its cells show it, empty if it may mean none."""
    said = None if len(text) > _LONGEST_HEADER else column_by_words(text, _time_words())
    return said.column if said and said.needs_content else ""


def column_of_header(text: str) -> str:
    """Input column that a header usually names, empty if it is unknown.

    Examples
    --------
    >>> column_of_header("Peak Area"), column_of_header("Colour")
    ('volume', '')
    """
    found = _lookup(text)
    return found.column if found else ""


def unit_of_header(text: str) -> str:
    """Unit of RT in a header: `min`, `s` or empty.

    Examples
    --------
    >>> unit_of_header("RT (min)"), unit_of_header("retention_time_in_seconds")
    ('min', 's')
    """
    found = _lookup(text)
    unit = found.unit if found else _split_unit(text)[1]
    return unit if unit in UNITS else ""


def looks_like_data(texts: Iterable[str]) -> bool:
    """Whether a record contains numbers, which a header does not.

    Examples
    --------
    >>> looks_like_data(["GM1(36:1;O2)", "9.572"]), looks_like_data(["Name", "RT"])
    (True, False)
    """
    return any(number(_NUMBER, text) for text in texts)


@dataclass(frozen=True, slots=True)
class _Found:
    """Input column, unit (of RT) and rank of a header text; the lowest rank is preferred."""

    column: str
    unit: str
    rank: int


@cache
def _aliases() -> dict[str, _Found]:
    """Known headers by their key; of equal ones the first in the table."""
    found: dict[str, _Found] = {}
    for rank, row in enumerate(read_facts("column_aliases.csv", Alias)):
        found.setdefault(header_key(row.alias), _Found(row.column, row.unit, rank))
    return found


def _ranks_of(first: Mapping[str, tuple[str, ...]]) -> dict[str, _Found]:
    """Headers of one tool by their key; their ranks lie below those of all aliases."""
    found: dict[str, _Found] = {}
    for column, headers in first.items():
        for rank, header in enumerate(headers):
            unit = unit_of_header(header) if column == "rt" else ""
            found.setdefault(header_key(header), _Found(column, unit, rank - len(headers)))
    return found


@cache
def _units() -> dict[str, str]:
    """Units by their words."""
    return {row.word: row.unit for row in read_facts("header_units.csv", HeaderUnit)}


def _split_unit(header: str) -> tuple[str, str]:
    """Header split into base and unit: `Average Rt(min)` gives `("average rt", "min")`.

    The unit is `min`, `s`, `area` or empty; a power of ten is one of areas.
    """
    marked = _RAISED.sub("^", header)
    text = unicodedata.normalize("NFKC", marked).casefold().replace("_", " ").strip()
    for pattern in (_IN_BRACKETS, _LAST_SCALE, _LAST_WORD):
        match = pattern.fullmatch(text)
        unit = _unit_in(match["unit"].strip(". ")) if match else None
        if match and unit:
            return match["base"].strip(" ,/"), unit
    return text, ""


def _unit_in(text: str) -> str | None:
    """Unit that a word says, with a power of ten or without; None if it says none."""
    scaled = _SCALED.fullmatch(text)
    if scaled is None:
        return _units().get(text)
    unit = _units().get(scaled["unit"]) if scaled["unit"] else "area"
    return unit if unit == "area" else None


@lru_cache(maxsize=4096)
def _lookup(header: str) -> _Found | None:
    """Input column of a header, None if it is unknown; headers of RT may have a unit."""
    if len(header) > _LONGEST_HEADER:
        return None
    found = _aliases().get(header_key(header))
    if found and found.column == "log_p" and _OF_PROBABILITY.fullmatch(header):
        return None
    if found:
        share = "%" in header  # the share of all areas: worse than an area
        return replace(found, rank=found.rank + 2 * len(_aliases())) if share else found
    base, unit = _split_unit(header)
    found = _aliases().get(header_key(base)) if unit else None
    if found is None or found.column != ("volume" if unit == "area" else "rt"):
        return _by_words(header)
    return _Found(found.column, "" if unit == "area" else unit, found.rank + len(_aliases()))


def _by_words(header: str) -> _Found | None:
    """Input column that the words of a header say, preferred least; None if they say none."""
    said = column_by_words(header, _time_words())
    if said is None or said.needs_content:
        return None
    unit = _unit_among(words_of(header)) if said.column == "rt" else ""
    return _Found(said.column, unit, (4 if said.is_worse else 3) * len(_aliases()))


@cache
def _time_words() -> frozenset[str]:
    """Words for units of RT."""
    return frozenset(word for word, unit in _units().items() if unit in UNITS)


def _unit_among(words: Sequence[str]) -> str:
    """Unit of RT among the words of a header, empty if there is none."""
    return next((_units()[word] for word in words if word in _time_words()), "")


def _rt_unit(texts: Sequence[str], positions: Mapping[str, int]) -> str:
    """RT unit in the header, empty if it has none."""
    if "rt" not in positions:
        return ""
    return unit_of_header(texts[positions["rt"]])


def _positions_of(wanted: Mapping[str, str], texts: Sequence[str]) -> dict[str, int]:
    """Positions of the headers that the user gave; their case matters only if both exist."""
    exact = [text.strip() for text in texts]
    folded = [text.casefold() for text in exact]
    positions = {}
    for column, text in wanted.items():
        if text in exact:
            positions[column] = exact.index(text)
        elif text.casefold() in folded:
            positions[column] = folded.index(text.casefold())
    return positions


def _input_column(label: str) -> str:
    """Input column that a user names by any of its headers."""
    found = _lookup(label)
    if found is None:
        raise SettingsError(
            f"columns={{{quoted(label)}: ...}}: there is no input column {quoted(label)}. "
            f"The input columns are {', '.join(INPUT_LABELS.values())}."
        )
    return found.column
