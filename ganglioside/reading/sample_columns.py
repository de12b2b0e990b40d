"""Samples of a wide table: the columns that it has once for each sample."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Final

import numpy as np

from ganglioside.reading.cell_values import is_missing, number_alone, plain_power
from ganglioside.reading.equal_headers import told_apart
from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.headers import Header, column_of_header
from ganglioside.reading.limits import number, value_ranges
from ganglioside.reading.problems import quote
from ganglioside.reading.records import Record, SampleColumns, cells_of, header_key
from ganglioside.reading.sample_types import kind_of_type, settled_kinds
from ganglioside.support.arrays import FloatArray
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.unique_names import unique

#: A peak area, its height, and a retention time, as the part of a header that is no sample. Behind
#: a dot, `raw` ends the name of a file.
_AREA: Final = r"(?:(?:peak|(?<!\.)raw|total|integrated|eic|xic)[ ._]?){0,2}areas?"
_HEIGHT: Final = r"(?:(?:peak|(?<!\.)raw|total)[ ._]?)?(?:intensity|abundance|height)"
_TIME: Final = r"(?:rt|r\.t\.|(?:apex[ ._])?ret(?:ention)?\.?[ ._]?time)"
_MIN: Final = r"(?: ?[\[(]min[\])])?"
#: A sample before or behind such a part, and one in brackets.
_BEFORE: Final = r"(?P<sample>.*?[^\s_:.\-])[ _:.\-]+"
_BARE: Final = r"(?P<sample>[^\s\[({].*\S|[^\s\[({])"
_BRACKETED: Final = r" ?[\[({](?P<sample>.*[^\])}])[\])}]"

#: Headers with which people and programs name the area of a sample.
_USUAL_AREAS: Final = (
    PerSample("volume", rf"{_AREA}[ _:.\-]++{_BARE}"),
    PerSample("volume", rf"{_AREA}{_BRACKETED}"),
    PerSample("volume", rf"{_BEFORE}{_AREA}"),
    PerSample("volume", rf"(?P<sample>.*\S) ?[\[({{]{_AREA}[\])}}]"),
)
_USUAL: Final = (
    *_USUAL_AREAS,
    PerSample("volume", rf"{_HEIGHT}[ _:.\-]++{_BARE}"),
    PerSample("volume", rf"{_HEIGHT}{_BRACKETED}"),
    PerSample("volume", rf"{_BEFORE}{_HEIGHT}"),
    PerSample("volume", rf"(?P<sample>.*\S) ?[\[({{]{_HEIGHT}[\])}}]"),
    PerSample("rt", rf"{_TIME}{_MIN}[ _:.\-]++{_BARE}"),
    PerSample("rt", rf"{_TIME}{_BRACKETED}"),
    PerSample("rt", rf"{_BEFORE}{_TIME}{_MIN}"),
    PerSample("rt", rf"(?P<sample>.*\S) ?[\[({{]{_TIME}[\])}}]"),
)

#: Headers with which they name its m/z, where it has one.
_USUAL_MZ: Final = (
    PerSample("mz", rf"m/?z[ _:.\-]++{_BARE}"),
    PerSample("mz", rf"m/?z{_BRACKETED}"),
    PerSample("mz", rf"{_BEFORE}m/?z"),
)

#: Headers of samples that a number alone tells apart, `RT1` and `Area1`: each has RT and area.
#: Programs number columns of one name so too, from the second on: `RT`, `Area`, `RT.1`, `Area.1`.
_NUMBERED: Final = (
    PerSample("volume", rf"(?:{_AREA}|{_HEIGHT})[ _.]?(?P<sample>[0-9]{{1,3}})"),
    PerSample("rt", rf"{_TIME}[ _.]?(?P<sample>[0-9]{{1,3}}){_MIN}"),
    PerSample("mz", r"m/?z[ _.]?(?P<sample>[0-9]{1,3})"),
)

#: Headers of a group of columns with areas, in the row above the header, preferred ones first.
_AREA_GROUPS: Final = (
    "rawabundance", "rawarea", "peakarea", "peakareas", "area", "areas", "volume", "abundance",
    "intensity", "intensities", "peakintensity", "height",
)  # fmt: skip

#: Samples that a table needs to be taken as wide where no header says which column is an area.
_FEWEST: Final = 2
#: Share of the filled cells of a column of numbers that are numbers; some programs write words.
_MOSTLY: Final = 0.8
#: The same above which a column that is no sample for that reason is named.
_MANY_NUMBERS: Final = 0.3
#: Peak areas reach this; columns of smaller numbers are samples where their headers are alike.
_LARGE: Final = 1000.0

#: What a column with the name of a sample may hold after all.
_STATISTICS: Final = frozenset(("a mean", "a deviation", "a relative deviation"))
#: Longer texts are no headers.
_LONGEST: Final = 100
#: Samples that a table needs beside a column that sums them up; fewer may be heights or responses.
_MANY: Final = 4
#: Columns with other headers that must rise and fall together where no column is surely an area.
_TOGETHER: Final = 2
#: Most carbons of a chain, or of both.
_MOST_CARBONS: Final = 80
#: Rows that two columns need in common to be compared.
_COMPARED: Final = 5
#: Columns with which each is compared.
_COMPARED_WITH: Final = 12
#: Cells with a comma that show what commas mean in a column.
_MARKED: Final = 3
#: Share of equal numbers above which two columns hold one thing, such as the number of a row.
_SAME: Final = 0.5
#: Least correlation of the logarithms of areas in two samples of a study.
_ALIKE: Final = 0.7
#: Most decades between the usual areas in two samples.
_DECADES: Final = 2.0
#: Least spread of a column of areas beside that of another; masses differ too little.
_SPREAD: Final = 0.3

#: Numbers of rows: how many are needed, how many of them differ, and the largest by their median.
_MANY_ROWS: Final = 20
_OFTEN_DISTINCT: Final = 0.7
_EVENLY: Final = 4.0

#: Rows in which retention times of two systems are compared, their least correlation, and how many
#: times longer the run of one of them may be.
_COMPARED_TIMES: Final = 10
_RISING: Final = 0.9
_TIME_UNITS: Final = ("", "[min]", "[s]", "[sec]")
_FACTOR: Final = 4.0

#: Least and largest mass of a lipid, and most spread of their logarithms in a table.
_MASSES: Final = (200.0, 3500.0)
_MASS_SPREAD: Final = 0.18

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?P<mark>[ \u00a0\u202f'’,.])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:[.,][0-9]*)?"
)
_COMMA_GROUP: Final = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_DIGITS: Final = re.compile(r"[0-9]+")
_IN_BRACKETS: Final = re.compile(r"\[[^\[\]0-9]{1,30}\]\Z")  # a unit, no sample such as [s1]
_BLANKS: Final = re.compile(r"[\s._]+")
_NEW_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])(?!X?ML)|(?<=[A-Z])(?=[A-Z][a-z]{2})")


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A row of `data/other_columns.csv`."""

    pattern: str
    like_areas: int
    what: str


@dataclass(frozen=True, slots=True)
class _Other:
    """The same with its pattern compiled."""

    pattern: re.Pattern[str]
    like_areas: bool
    what: str


def find_samples(
    header: Header, above: Sequence[Record], tool: Format | None, below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples of a wide table; none for a table that has one row a feature and sample.

    Parameters
    ----------
    header
    above
        Records above the header.
    tool
        The tool that wrote the table, if it is known.
    below
        First records below the header.
    """
    if "sample" in header.positions:
        return ()
    found = () if tool is None else _as_tool_says(header, above, tool, below)
    if found:
        return _with_kinds(_with_own_names(found), above)
    header = _without_share(header)
    found = _by_block(header.texts, above) or _by_number(header, below)
    found = found or _with_own_times(header)
    if not found and "volume" not in header.positions:
        named = _by_pattern(header, _USUAL)
        found = _with_area(named) or _under_own_names(header, named)
    elif not found and tool is None:
        found = _named_beside_a_summary(header, below)
    if len(found) < _FEWEST and "rt" in header.positions:  # what follows finds areas alone
        shown = _by_content(header, above, below)
        shown = tuple(s for s in shown if tool is None or not tool.is_other(s.name))
        found = _beside_one(found, shown)
    return _with_kinds(_with_own_names(found), above)


def _beside_one(
    named: tuple[SampleColumns, ...], shown: tuple[SampleColumns, ...]
) -> tuple[SampleColumns, ...]:
    """Samples that cells show beside the one that a header names, else that one.

    `Precursor intensity` beside two samples is none.
    """
    columns = {p for sample in named for p in sample.positions.values()}
    others = tuple(s for s in shown if columns.isdisjoint(s.positions.values()))
    return others if len(others) >= _FEWEST or not named else named


def _by_content(
    header: Header, above: Sequence[Record], below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples that their cells show: each has an area and no RT of its own."""
    if "volume" in header.positions:
        return _beside_a_summary(header, above, below)
    return _by_group(header, above, below) or _by_structure(header, above, below)


def _with_own_names(samples: tuple[SampleColumns, ...]) -> tuple[SampleColumns, ...]:
    """Samples whose names differ; otherwise their rows would be pooled."""
    names = [sample.name for sample in samples]
    if len(set(names)) == len(names):
        return samples
    names = unique(names)
    return tuple(replace(s, name=name) for s, name in zip(samples, names, strict=True))


def _without_share(header: Header) -> Header:
    """Header whose area is none that is in per cent: samples may stand beside it."""
    volume = header.positions.get("volume")
    if volume is None or "%" not in header.texts[volume]:
        return header
    positions = {c: p for c, p in header.positions.items() if c != "volume"}
    return replace(header, positions=positions, spare=(*header.spare, ("volume", volume)))


def _named_beside_a_summary(header: Header, below: list[list[str]]) -> tuple[SampleColumns, ...]:
    """Samples whose headers name their areas, in a table that has one known column of areas too.

    `Area S1` and `Area S2` beside `Intensity`; one that a number alone tells from it is none.
    """
    named = tuple(
        sample
        for sample in _with_area(_by_pattern(header, _USUAL_AREAS))
        if not _is_statistic(header.texts[sample.positions["volume"]])
    )
    areas = [_numbers(cells_of(below, sample.positions["volume"])) for sample in named]
    found = tuple(
        sample
        for sample, values in zip(named, areas, strict=True)
        if values is not None and _is_large(values)
    )
    numbered = all(_DIGITS.fullmatch(sample.name) for sample in found)
    return () if numbered or len(found) < _FEWEST else found


def _beside_a_summary(
    header: Header, above: Sequence[Record], below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples of a table that sums them up in one known column of areas.

    Many of them rise and fall with that column, which is left out then; one may not. Fewer have
    headers that differ in their numbers only.
    """
    total = _numbers(cells_of(below, header.positions["volume"]))
    if total is None:
        return ()
    numeric = _columns_of_numbers(header, below)
    large = {i: values for i, values in numeric.items() if _is_large(values)}
    together = [i for i, values in large.items() if _go_together(values, total)]
    if len(together) < _MANY and not _alike(header.texts, together):
        return ()
    return _areas_of(large, numeric, header.texts, above)


def _as_tool_says(
    header: Header, above: Sequence[Record], tool: Format, below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples of a table of a known tool, none if its description does not show any."""
    found = tool.samples(header.texts, above) if tool.samples is not None else ()
    if not found:
        named = _by_pattern(header, tool.per_sample, sure=True)
        found = _with_area(named) or tuple(s for s in named if "rt" in s.positions)
    if not found and tool.others and _has_no_area(header, tool):
        found = _beside_others(header, tool, below)
    return tuple(sample for sample in found if not _holds_words(sample, below))


def _holds_words(sample: SampleColumns, below: list[list[str]]) -> bool:
    """Whether the areas of a sample are words: an identifier that a file has among its samples."""
    area = sample.positions.get("volume")
    if area is None:
        return False
    told = [cell for cell in cells_of(below, area) if not is_missing(cell)]
    return bool(told) and all(math.isnan(_number(cell)) for cell in told)


def _has_no_area(header: Header, tool: Format) -> bool:
    """Whether a table has no column of areas, or only one that sums the samples up."""
    volume = header.positions.get("volume")
    return volume is None or tool.is_other(header.texts[volume])


def _beside_others(
    header: Header, tool: Format, below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Columns of numbers of which the tool does not say that they hold something else.

    Small numbers beside areas count peaks or are of a test; headers that come back are of means and
    deviations of one group.
    """
    texts = [text.strip() for text in header.texts]
    times = Counter(texts)
    numeric = _columns_of_numbers(header, below)
    found = {
        i: v for i, v in numeric.items() if not tool.is_other(texts[i]) and times[texts[i]] < 2
    }
    large = _but_row_numbers([i for i, v in found.items() if _is_large(v)], found)
    if len(large) >= _FEWEST:  # a statistic beside them, whatever its header says
        return tuple(_area_of(texts[i], i) for i in large)
    if large:
        found = {i: values for i, values in found.items() if not _are_counts(values)}
    return tuple(_area_of(texts[i], i) for i in found)


def _is_large(values: FloatArray) -> bool:
    """Whether some of these numbers are as large as peak areas."""
    return bool(np.nanmax(values) >= _LARGE)


def _but_row_numbers(positions: list[int], numeric: Mapping[int, FloatArray]) -> list[int]:
    """Positions without the few columns that number rows, of whatever header (`Var.2`)."""
    numbers = {i for i in positions if _are_row_numbers(numeric[i])}
    few = 2 * len(numbers) < len(positions)
    return [i for i in positions if i not in numbers] if few else positions


def _are_row_numbers(values: FloatArray) -> bool:
    """Whether whole numbers are as evenly spread as those of rows: areas have far larger ones."""
    known = values[~np.isnan(values)]
    if len(known) < _MANY_ROWS or known.min() < 0 or np.any(known != np.floor(known)):
        return False
    distinct = len(np.unique(known)) >= _OFTEN_DISTINCT * len(known)
    return bool(distinct and known.max() <= _EVENLY * np.median(known))


def _are_counts(values: FloatArray) -> bool:
    """Whether these are small whole numbers: of peaks, of files."""
    known = values[~np.isnan(values)]
    return bool(np.all((known < _LARGE) & (known == np.floor(known))))


def _are_of_chains(values: FloatArray) -> bool:
    """Whether these may be carbons, double bonds or hydroxyls of chains: small whole numbers."""
    known = values[~np.isnan(values)]
    small = len(known) >= _COMPARED and known.max() <= _MOST_CARBONS
    return bool(small and np.all(known == np.floor(known)))


def samples_below_types(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Samples of a table whose record above the header gives each of them a type."""
    types = above[-1][1] if above else []
    found = zip(range(len(types)), texts, map(kind_of_type, types), strict=False)
    return tuple(
        SampleColumns(text.strip(), kind, {"volume": i}) for i, text, kind in found if kind
    )


def _with_area(samples: tuple[SampleColumns, ...]) -> tuple[SampleColumns, ...]:
    """The samples that have an area; a pattern of another quantity alone shows no sample."""
    return tuple(sample for sample in samples if "volume" in sample.positions)


def _by_pattern(
    header: Header, patterns: Iterable[PerSample], *, sure: bool = False
) -> tuple[SampleColumns, ...]:
    """Samples that headers name, in the order of the table; a known header names none.

    Words for something that rises and falls with areas (mean, ratio) are no samples; where it is
    `sure` that a header of this form names a sample, only means and deviations are none.
    """
    matched = _matches(header, patterns, sure=sure)
    samples: dict[str, dict[str, list[int]]] = {}
    for column in dict.fromkeys(column for column, _ in matched):
        ways = [names for of, names in matched if of == column]
        chosen = ways[0] if sure else _best_way(ways, samples)
        for position, name in chosen.items():
            samples.setdefault(name, {}).setdefault(column, []).append(position)
    return _each_of(samples, again=not sure)


def _matches(
    header: Header, patterns: Iterable[PerSample], *, sure: bool
) -> list[tuple[str, dict[int, str]]]:
    """Column and the sample of each position, for each pattern that some headers match."""
    free = [i for i in range(len(header.texts)) if i not in _taken(header)]
    summaries: set[int] = set()
    found = []
    for pattern in patterns:
        names: dict[int, str] = {}
        for position in free:
            name = None if position in summaries else pattern.sample(header.texts[position])
            if name and _sums_up(name, sure=sure):
                summaries.add(position)
            elif name:
                names[position] = name
        if names:
            found.append((pattern.column, names))
    return found


def _best_way(ways: Sequence[dict[int, str]], samples: Iterable[str]) -> dict[int, str]:
    """Samples of the first of several patterns that names those that are known, or several.

    `RT end` beside `S1 RT` and `S1 area` is of no sample.
    """
    known = set(samples)
    shared = [len(known.intersection(way.values())) for way in ways]
    if any(shared):
        return ways[shared.index(max(shared))]
    return next((way for way in ways if len(way) >= _FEWEST), ways[0])


def _each_of(
    samples: Mapping[str, Mapping[str, Sequence[int]]], *, again: bool = True
) -> tuple[SampleColumns, ...]:
    """Samples, in the order of the table, from the positions of each column under each name.

    A name whose columns all come back is that of one sample more, unless not `again`.
    """
    found: list[SampleColumns] = []
    for name, places in samples.items():
        times = min(map(len, places.values())) if again else 1
        for time in range(times):
            at = {column: where[time] for column, where in places.items()}
            found.append(SampleColumns(name, "", at))
    return tuple(sorted(found, key=lambda sample: min(sample.positions.values())))


def _with_own_times(header: Header) -> tuple[SampleColumns, ...]:
    """Samples each of which has an RT and an area, in words that may name those of all.

    `RT neg` is an RT in negative mode; beside `Area neg`, `RT pos` and `Area pos` it is that of one
    of two runs.
    """
    common = {c: p for c, p in header.positions.items() if c not in ("rt", "mz")}
    spare = tuple((c, p) for c, p in header.spare if c not in ("rt", "mz"))
    free = replace(header, positions=common, spare=spare)
    found = _with_area(_by_pattern(free, (*_USUAL, *_USUAL_MZ)))
    whole = len(found) >= _FEWEST and all("rt" in sample.positions for sample in found)
    return found if whole else ()


def _under_own_names(header: Header, named: tuple[SampleColumns, ...]) -> tuple[SampleColumns, ...]:
    """Samples with their RT under a header that names them, and their area under the name alone.

    `S1` stands beside `RT_S1`; none where fewer than two samples, or not all of them, do so.
    """
    texts = [text.strip() for text in header.texts]
    free = {text: i for i, text in enumerate(texts) if i not in _taken(header)}
    found = tuple(
        replace(sample, positions={"volume": free[sample.name], **sample.positions})
        for sample in named
        if sample.name in free
    )
    return found if _FEWEST <= len(found) == len(named) else ()


def _by_number(header: Header, below: list[list[str]]) -> tuple[SampleColumns, ...]:
    """Samples whose columns a number tells apart; none where one lacks its RT or its area.

    That of the columns without a number is the first, unless its areas come back behind one.
    """
    found = _by_pattern(replace(header, spare=()), _NUMBERED)
    each = {column for sample in found for column in sample.positions}
    first = {c: p for c, p in header.positions.items() if c in each}
    if found and first.keys() & {"rt", "volume"}:
        found = (SampleColumns("0", "", first), *found)
    if len(found) < _FEWEST or any({"rt", "volume"} - s.positions.keys() for s in found):
        return ()
    areas = [tuple(cells_of(below, sample.positions["volume"])) for sample in found]
    return found if len(set(areas)) == len(areas) else ()


def _by_block(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Samples named above blocks of equal columns: S1 above RT and Area, S2 above RT and Area."""
    areas = [i for i, text in enumerate(texts) if column_of_header(text) == "volume"]
    if len(areas) < _FEWEST or not above:
        return ()
    samples: dict[str, dict[str, list[int]]] = {}
    for position, label in labels_of(above[-1][1], len(texts)).items():
        column = column_of_header(texts[position])
        if column in ("volume", "rt", "mz"):
            where = samples.setdefault(label, {}).setdefault(column, [position])
            if position != where[0] and texts[position] == texts[where[0]]:
                where.append(position)  # a height beside an area is no other sample
    found = _with_area(_each_of(samples))
    return found if len(found) >= _FEWEST else ()


def labels_of(cells: Sequence[str], width: int) -> dict[int, str]:
    """Label of each position, which is written above the first column of its block.

    Examples
    --------
    >>> labels_of(["", "Area", ""], 3)
    {1: 'Area', 2: 'Area'}
    """
    found: dict[int, str] = {}
    label = ""
    for position in range(width):
        label = (cells[position].strip() if position < len(cells) else "") or label
        if label:
            found[position] = label
    return found


def _by_group(
    header: Header, above: Sequence[Record], below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples below a heading of areas: one heading above the columns of all samples."""
    texts = header.texts
    numeric: dict[int, FloatArray] | None = None
    for _, cells in reversed(above):
        labels = labels_of(cells, len(texts))
        keys = {position: header_key(label) for position, label in labels.items()}
        for group in _AREA_GROUPS:
            positions = [i for i, key in keys.items() if key == group and texts[i].strip()]
            if positions and numeric is None:  # no heading ends the last block
                numeric = _columns_of_numbers(header, below)
            positions = [i for i in positions if numeric is not None and i in numeric]
            if positions:
                return _areas_of(positions, numeric or {}, texts, above)
    return ()


def _columns_of_numbers(header: Header, below: list[list[str]]) -> dict[int, FloatArray]:
    """Numbers of each column that may be a sample by its header and by what it holds.

    A header that says something else (`CE_left`, `Mouse ID 2`) is that of a sample after all if
    its numbers rise and fall with the areas of the others.
    """
    taken = _taken(header)
    times = _numbers(cells_of(below, header.positions["rt"])) if "rt" in header.positions else None
    found: dict[int, FloatArray] = {}
    doubtful: dict[int, FloatArray] = {}
    for position, text in enumerate(header.texts):
        other = _other_of(text)
        if position in taken or not text.strip() or (other and other.like_areas):
            continue
        values = _numbers(cells_of(below, position))
        if values is not None and _unit(text) in _TIME_UNITS and _are_times(values, times):
            continue
        if values is not None and other is None and not _are_masses(values):
            found[position] = values
        elif values is not None and _is_large(values):
            doubtful[position] = values
    alike = _with_areas(doubtful, [values for values in found.values() if _is_large(values)])
    return dict(sorted({**found, **alike}.items()))


def _are_masses(values: FloatArray) -> bool:
    """Whether numbers may be masses of lipids: they differ far less than areas do."""
    known = values[~np.isnan(values)]
    low, high = _MASSES
    if len(known) < _COMPARED or known.min() < low or known.max() > high:
        return False
    fractional = np.mean(known != np.floor(known)) >= _MOSTLY
    return bool(fractional and np.log10(known).std() <= _MASS_SPREAD)


def _are_times(values: FloatArray, times: FloatArray | None) -> bool:
    """Whether numbers are retention times too, of another system: they rise with those of a table.

    They are as large, or 60 times that in seconds.
    """
    if times is None:
        return False
    both = (values > 0) & (times > 0)
    if both.sum() < _COMPARED_TIMES:
        return False
    one, other = values[both], times[both]
    ratio = float(np.median(one) / np.median(other))
    if not any(unit / _FACTOR <= ratio <= unit * _FACTOR for unit in (1 / 60, 1.0, 60.0)):
        return False
    return bool(one.std() and other.std() and np.corrcoef(one, other)[0, 1] >= _RISING)


def _taken(header: Header) -> set[int]:
    """Positions of columns whose headers are known."""
    return {*header.positions.values(), *(position for _, position in header.spare)}


def _with_areas(
    doubtful: Mapping[int, FloatArray], areas: Sequence[FloatArray]
) -> dict[int, FloatArray]:
    """Those of some columns that rise and fall with areas, or with each other if there are none."""
    found = {}
    for position, values in doubtful.items():
        others = areas or [v for v in doubtful.values() if v is not values]
        partners = sum(_go_together(values, other) for other in others)
        if partners >= (1 if areas else _TOGETHER):
            found[position] = values
    return found


def _go_together(one: FloatArray, other: FloatArray) -> bool:
    """Whether two columns may be areas of the same features in two samples."""
    both = (one > 0) & (other > 0)
    if both.sum() < _COMPARED or np.mean(one[both] == other[both]) > _SAME:
        return False
    a, b = np.log10(one[both]), np.log10(other[both])
    spread = (float(a.std()), float(b.std()))
    if min(spread) <= _SPREAD * max(spread):
        return False
    near = abs(float(np.median(a) - np.median(b))) <= _DECADES
    return near and float(np.corrcoef(a, b)[0, 1]) >= _ALIKE


def _by_structure(
    header: Header, above: Sequence[Record], below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples of a table whose headers are their names: columns of large numbers."""
    texts = header.texts
    numeric = _columns_of_numbers(header, below)
    chosen = _but_row_numbers([i for i, v in numeric.items() if _is_large(v)], numeric)
    if not chosen:
        numeric = {i: v for i, v in numeric.items() if not _are_of_chains(v)}
        alike = _alike(texts, list(numeric), _headings(above, len(texts)))
        alike = _with_unit(alike, numeric, texts)
        chosen = _with_partners(alike, numeric) or _rising_together(numeric)
    if len(chosen) < _FEWEST:
        chosen = _with_one_word(header, below)
    if len(chosen) < _FEWEST:
        return ()
    numbers = {i: _values(cells_of(below, i))[0] for i in chosen}
    return _areas_of(chosen, numbers, texts, above)


def _with_one_word(header: Header, below: list[list[str]]) -> list[int]:
    """Positions of the only areas of a table, whose headers share a word for something else.

    `SD rat 1` to `SD rat 6` are rats and `Z1_sum` to `Z9_sum` samples where nothing stands beside
    them; of means of groups with their deviations, none is a sample.
    """
    taken = _taken(header)
    found: dict[str, list[int]] = {}
    for position, text in enumerate(header.texts):
        other = None if position in taken else _other_of(text)
        values = _numbers(cells_of(below, position)) if other and other.like_areas else None
        if other is not None and values is not None and _is_large(values):
            found.setdefault(other.what, []).append(position)
    if len(found) != 1:
        return []
    ((what, positions),) = found.items()
    if what == "a deviation":
        return _alike(header.texts, positions)
    words = [set(_BLANKS.sub(" ", header.texts[i]).casefold().split()) for i in positions]
    return positions if what == "a summary" and set.intersection(*words) else []


def _areas_of(
    positions: Iterable[int],
    numbers: Mapping[int, FloatArray],
    texts: Sequence[str],
    above: Sequence[Record],
) -> tuple[SampleColumns, ...]:
    """Samples with their areas in these columns, named by their headers and what stands above."""
    headers = {i: texts[i].strip() for i in positions}
    named = told_apart(headers, numbers, _headings(above, len(texts)), _is_statistic)
    return tuple(_area_of(name, i) for i, name in named.items())


def _headings(above: Sequence[Record], width: int) -> list[dict[int, str]]:
    """Heading above each column of each row above the header, the nearest row first."""
    return [labels_of(cells, width) for _, cells in reversed(above)]


def _is_statistic(heading: str) -> bool:
    """Whether a heading over columns is that of something that rises and falls with areas."""
    other = _other_of(heading)
    return other is not None and other.like_areas


def _alike(
    texts: Sequence[str], positions: Sequence[int], headings: Sequence[Mapping[int, str]] = ()
) -> list[int]:
    """Positions whose headers differ in their numbers only: `S1`, `S2`, `S3`.

    Equal ones differ where those above them do.
    """
    by_shape: dict[str, list[int]] = {}
    for position in positions:
        by_shape.setdefault(_DIGITS.sub("0", texts[position].strip()), []).append(position)
    largest = max(by_shape.values(), key=len, default=[])
    distinct = {(texts[i].strip(), *(row.get(i, "") for row in headings)) for i in largest}
    return largest if len(distinct) == len(largest) > _FEWEST else []


def _with_unit(positions: list[int], numeric: Iterable[int], texts: Sequence[str]) -> list[int]:
    """Positions, and those of other columns under the unit that all of them have: `[nmol/mg]`."""
    units = {_unit(texts[i]) for i in positions}
    unit = next(iter(units)) if len(units) == 1 else ""
    return [i for i in numeric if _unit(texts[i]) == unit] if unit else positions


def _unit(text: str) -> str:
    """What stands in square brackets at the end of a header, empty if nothing does."""
    found = _IN_BRACKETS.search(text.strip())
    return found.group() if found else ""


def _with_partners(positions: Sequence[int], numeric: Mapping[int, FloatArray]) -> list[int]:
    """Positions, and those of other columns that rise and fall with them: `KO_1` beside `WT_1`."""
    first, known = [numeric[i] for i in positions[:_COMPARED_WITH]], set(positions)
    return [
        i
        for i, values in numeric.items()
        if i in known or any(_go_together(values, one) for one in first)
    ]


def _rising_together(numeric: Mapping[int, FloatArray]) -> list[int]:
    """Positions of columns of small numbers that rise and fall together, as shares of areas do."""
    first = dict(islice(numeric.items(), _COMPARED_WITH))
    partners = {
        i: sum(_go_together(one, other) for j, other in first.items() if j != i)
        for i, one in numeric.items()
    }
    found = [i for i, count in partners.items() if count >= _TOGETHER]
    return found if len(found) > _FEWEST else []


def _area_of(name: str, position: int) -> SampleColumns:
    """Sample with one column, which holds its areas."""
    return SampleColumns(name, "", {"volume": position})


def _numbers(cells: Sequence[str]) -> FloatArray | None:
    """Numbers in a column, NaN where one is missing; None if most of its cells are no numbers."""
    values, words = _values(cells)
    count = int(np.isfinite(values).sum())
    return values if count and count >= _MOSTLY * (count + len(words)) else None


def _values(cells: Sequence[str]) -> tuple[FloatArray, list[str]]:
    """Numbers in a column, NaN for other cells, and those of them that are not missing."""
    values = np.array([_number(cell) for cell in cells], dtype=np.float64)
    values[np.abs(values) > value_ranges()["volume"].high] = np.nan  # infinite ones too
    values *= 1000.0 if _has_thousands(cells) else 1.0
    others = (cell for cell, value in zip(cells, values, strict=True) if math.isnan(value))
    return values, [cell for cell in others if not is_missing(cell)]


def _has_thousands(cells: Sequence[str]) -> bool:
    """Whether the commas in a column divide thousands: each has three digits behind it."""
    marked = [cell for cell in cells if "," in cell]
    return len(marked) >= _MARKED and all(_COMMA_GROUP.fullmatch(cell) for cell in marked)


def _number(cell: str) -> float:
    """Number in a cell, with or without thousands separators; NaN where it is none."""
    if number(_NUMBER, cell):
        return float(cell.replace(",", "."))
    grouped = number(_GROUPED, cell)
    if grouped is None:
        alone, power = number_alone(cell), plain_power(cell)
        if alone != cell:
            return _number(alone)
        return math.nan if power is None else float(power.replace(",", "."))
    return float(cell.replace(grouped["mark"], "").replace(",", "."))


def _with_kinds(
    samples: tuple[SampleColumns, ...], above: Sequence[Record]
) -> tuple[SampleColumns, ...]:
    """Samples with the types that a row above the header gives them, else that their names show."""
    rows = (_kinds(samples, cells) for _, cells in reversed(above))
    told = next((kinds for kinds in rows if any(kinds)), [""] * len(samples))
    kinds = [sample.kind or kind or None for sample, kind in zip(samples, told, strict=True)]
    settled = settled_kinds(kinds, [sample.name for sample in samples])
    return tuple(replace(s, kind=kind or "") for s, kind in zip(samples, settled, strict=True))


def _kinds(samples: Sequence[SampleColumns], cells: Sequence[str]) -> list[str]:
    """Type of each sample in a row of types, which may be written once above several samples."""
    first = [min(sample.positions.values()) for sample in samples]
    labels = labels_of(cells, max(first, default=0) + 1)
    return [kind_of_type(labels.get(position, "")) or "" for position in first]


@cache
def _others() -> tuple[_Other, ...]:
    """Patterns of headers of numbers that are no areas."""
    rows = read_facts("other_columns.csv", OtherColumn)
    return tuple(
        _Other(re.compile(row.pattern, re.IGNORECASE), bool(row.like_areas), row.what)
        for row in rows
    )


def _other_of(header: str) -> _Other | None:
    """What a column of numbers with this header holds, None if it may be areas of a sample."""
    if len(header) > _LONGEST:
        return None
    text = _BLANKS.sub(" ", _NEW_WORD.sub(" ", header)).strip()
    return next((other for other in _others() if other.pattern.fullmatch(text)), None)


def _unused(header: Header, samples: Sequence[SampleColumns]) -> Iterator[tuple[int, str]]:
    """Yield position and header of the columns that are neither input columns nor samples."""
    taken = _taken(header) | {p for sample in samples for p in sample.positions.values()}
    return ((p, text) for p, text in enumerate(header.texts) if p not in taken)


def numbers_left_out(
    header: Header, below: list[list[str]], samples: Sequence[SampleColumns]
) -> tuple[tuple[str, str], ...]:
    """Headers of columns as large as areas that are no samples, each with what it says it holds.

    Parameters
    ----------
    header
    below
        First records below the header.
    samples
        Samples of the table.
    """
    found = []
    for position, text in _unused(header, samples):
        other = _other_of(text)
        if other is None or not other.like_areas:
            continue
        values = _numbers(cells_of(below, position))
        if values is not None and _is_large(values):
            found.append((text.strip(), other.what))
    return tuple(found)


def numbers_unlike(
    header: Header, below: list[list[str]], samples: Sequence[SampleColumns]
) -> tuple[tuple[str, str], ...]:
    """Headers of columns of numbers that may be samples but differ from those, each with its range.

    Parameters
    ----------
    header
    below
        First records below the header.
    samples
        Samples of the table.
    """
    return _ranges(header, below, samples, repeated=False)


def numbers_repeated(
    header: Header, below: list[list[str]], samples: Sequence[SampleColumns]
) -> tuple[tuple[str, str], ...]:
    """Headers of columns of numbers that are no samples, under the header of one, with ranges.

    Parameters
    ----------
    header
    below
        First records below the header.
    samples
        Samples of the table.
    """
    return _ranges(header, below, samples, repeated=True)


def _ranges(
    header: Header, below: list[list[str]], samples: Sequence[SampleColumns], *, repeated: bool
) -> tuple[tuple[str, str], ...]:
    """Headers and ranges of the columns that may be samples, with the header of one or without."""
    heads = {header.texts[p].strip() for sample in samples for p in sample.positions.values()}
    found = []
    for position, text in _unused(header, samples) if samples else ():
        head = text.strip()
        if not head or (head in heads) != repeated or _other_of(text):
            continue
        values = _numbers(cells_of(below, position))
        if values is not None and not _are_masses(values):
            low, high = float(np.nanmin(values)), float(np.nanmax(values))
            found.append((head, f"{low:g} to {high:g}"))
    return tuple(found)


def mixed_columns(
    header: Header, below: list[list[str]], samples: Sequence[SampleColumns]
) -> tuple[tuple[str, str], ...]:
    """Headers of columns that may be samples but for their words, each with some of these.

    Parameters
    ----------
    header
    below
        Rows by which columns are judged.
    samples
        Samples of the table.
    """
    if "volume" in header.positions and not samples:
        return ()
    found = []
    for position, text in _unused(header, samples):
        if not text.strip() or _other_of(text) is not None:
            continue
        values, words = _values(cells_of(below, position))
        count = int(np.isfinite(values).sum())
        share = count / max(count + len(words), 1)
        if _MANY_NUMBERS <= share < _MOSTLY and _is_large(values):
            shown = islice(map(quote, dict.fromkeys(words)), _FEWEST)
            found.append((text.strip(), ", ".join(shown)))
    return tuple(found)


def describes_other(header: str) -> bool:
    """Whether a column of numbers with this header holds something else than areas of a sample.

    Examples
    --------
    >>> describes_other("Mean"), describes_other("RSD %"), describes_other("liver_1")
    (True, True, False)
    """
    return _other_of(header) is not None


def names_samples(texts: Sequence[str]) -> bool:
    """Whether headers name an RT and an area of each of several samples.

    Examples
    --------
    >>> names_samples(["Peak", "RT S1", "RT S2", "Area S1", "Area S2"])
    True
    """
    if not any("rt" in text.casefold() or "ret" in text.casefold() for text in texts):
        return False  # most records
    found = _with_area(_by_pattern(Header(tuple(texts), {}, ""), _USUAL))
    return len(found) >= _FEWEST and all("rt" in sample.positions for sample in found)


def describes_statistic(header: str) -> bool:
    """Whether a column of areas with this header holds means or deviations.

    Examples
    --------
    >>> describes_statistic("Mean area"), describes_statistic("Total area")
    (True, False)
    """
    other = _other_of(header)
    return other is not None and other.what in _STATISTICS


def _sums_up(name: str, *, sure: bool) -> bool:
    """Whether what a header names beside an area is a mean, a deviation or the like."""
    other = _other_of(name)
    if other is None or not other.like_areas:
        return False
    return not sure or (other.what in _STATISTICS and " " not in name.strip())


def without_samples(header: Header, samples: Sequence[SampleColumns]) -> Header:
    """Header whose input columns are those that all samples share.

    An area beside those of the samples is a mean or a maximum of them.
    """
    own = {c for s in samples for c in s.positions}
    used = {p for s in samples for p in s.positions.values()}
    summaries = own & {"volume"}
    positions = {
        c: p
        for c, p in header.positions.items()
        if c not in summaries and (c not in own or p not in used)
    }
    spare = tuple((c, p) for c, p in header.spare if p not in used and c in positions)
    return replace(header, positions=positions, spare=spare)
