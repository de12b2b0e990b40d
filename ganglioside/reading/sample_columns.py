"""Samples of a wide table: the columns that it has once for each sample."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.headers import Header, column_of_header
from ganglioside.reading.records import Record, SampleColumns, column_of, header_key
from ganglioside.reading.sample_types import kind_of_name, kind_of_type
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.unique_names import unique

#: Headers with which people and programs name the area of a sample.
_USUAL: Final = (
    PerSample("volume", r"(?:peak |raw |total )?areas?[ _:.\-]+(?P<sample>.*\S)"),
    PerSample("volume", r"(?:peak |raw |total )?areas? ?[\[({](?P<sample>.*[^\])}])[\])}]"),
    PerSample("volume", r"(?P<sample>.*\S)[ _:.\-]+(?:peak |raw |total )?area"),
    PerSample("volume", r"(?P<sample>.*\S) ?[\[({](?:peak |raw |total )?area[\])}]"),
    PerSample("volume", r"(?:intensity|abundance|height)[ _:.\-]+(?P<sample>.*\S)"),
    PerSample("volume", r"(?P<sample>.*\S)[ _:.\-]+(?:intensity|abundance|height)"),
    PerSample("rt", r"(?:rt|retention time)(?: ?\(min\))?[ _:.\-]+(?P<sample>.*\S)"),
    PerSample("rt", r"(?:rt|retention time) ?[\[({](?P<sample>.*[^\])}])[\])}]"),
    PerSample("rt", r"(?P<sample>.*\S)[ _:.\-]+(?:rt|retention time)(?: ?\(min\))?"),
    PerSample("rt", r"(?P<sample>.*\S) ?[\[({](?:rt|retention time)[\])}]"),
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
#: Peak areas reach this; columns of smaller numbers are samples where their headers are alike.
_LARGE: Final = 1000.0

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_DIGITS: Final = re.compile(r"[0-9]+")
_BLANKS: Final = re.compile(r"[\s._]+")


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A row of `data/other_columns.csv`."""

    pattern: str
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
    if not found:
        found = _by_block(header.texts, above)
    if not found and "volume" not in header.positions:
        found = _with_area(_by_pattern(header.texts, _USUAL)) or _by_group(header, above, below)
        found = found or _by_structure(header, below)
    return _with_kinds(_with_own_names(found), above)


def _with_own_names(samples: tuple[SampleColumns, ...]) -> tuple[SampleColumns, ...]:
    """Samples whose names differ; otherwise their rows would be pooled."""
    names = [sample.name for sample in samples]
    if len(set(names)) == len(names):
        return samples
    names = unique(names)
    return tuple(replace(s, name=name) for s, name in zip(samples, names, strict=True))


def _as_tool_says(
    header: Header, above: Sequence[Record], tool: Format, below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples of a table of a known tool, none if its description does not show any."""
    found = tool.samples(header.texts, above) if tool.samples is not None else ()
    if not found:
        found = _by_pattern(header.texts, tool.per_sample, sure=True)
    if not found and tool.others and _has_no_area(header, tool):
        found = _beside_others(header, tool, below)
    return found


def _has_no_area(header: Header, tool: Format) -> bool:
    """Whether a table has no column of areas, or only one that sums the samples up."""
    volume = header.positions.get("volume")
    return volume is None or tool.is_other(header.texts[volume])


def _beside_others(
    header: Header, tool: Format, below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Columns of numbers of which the tool does not say that they hold something else.

    Small whole numbers beside areas count peaks; headers that come back are of means and deviations
    of one group.
    """
    texts = [text.strip() for text in header.texts]
    times = Counter(texts)
    numeric = _columns_of_numbers(header, below)
    found = {
        i: v for i, v in numeric.items() if not tool.is_other(texts[i]) and times[texts[i]] < 2
    }
    if any(max(values) >= _LARGE for values in found.values()):
        found = {i: values for i, values in found.items() if not _are_counts(values)}
    return tuple(_area_of(texts[i], i) for i in found)


def _are_counts(values: Sequence[float]) -> bool:
    """Whether these are small whole numbers: of peaks, of files."""
    return all(value < _LARGE and value.is_integer() for value in values)


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
    texts: Sequence[str], patterns: Iterable[PerSample], *, sure: bool = False
) -> tuple[SampleColumns, ...]:
    """Samples that headers name, in the order of the table.

    Where it is not `sure` that a header of this form names a sample, words for something else
    (mean, ratio) are none.
    """
    samples: dict[str, dict[str, int]] = {}
    done: set[str] = set()
    for pattern in patterns:
        if pattern.column in done:
            continue
        for position, text in enumerate(texts):
            name = pattern.sample(text)
            if name and (sure or not describes_other(name)):
                samples.setdefault(name, {}).setdefault(pattern.column, position)
                done.add(pattern.column)
    ordered = sorted(samples.items(), key=lambda item: min(item[1].values()))
    return tuple(SampleColumns(name, "", positions) for name, positions in ordered)


def _by_block(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Samples named above blocks of equal columns: S1 above RT and Area, S2 above RT and Area."""
    areas = [i for i, text in enumerate(texts) if column_of_header(text) == "volume"]
    if len(areas) < _FEWEST or not above:
        return ()
    samples: dict[str, dict[str, int]] = {}
    for position, label in labels_of(above[-1][1], len(texts)).items():
        column = column_of_header(texts[position])
        if column in ("volume", "rt", "mz"):
            samples.setdefault(label, {}).setdefault(column, position)
    found = _with_area(tuple(SampleColumns(name, "", where) for name, where in samples.items()))
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
    numeric: set[int] | None = None
    for _, cells in reversed(above):
        labels = labels_of(cells, len(texts))
        keys = {position: header_key(label) for position, label in labels.items()}
        for group in _AREA_GROUPS:
            positions = [i for i, key in keys.items() if key == group and texts[i].strip()]
            if positions and numeric is None:  # no heading ends the last block
                numeric = set(_columns_of_numbers(header, below))
            positions = [i for i in positions if numeric is not None and i in numeric]
            if positions:
                return tuple(_area_of(texts[i].strip(), i) for i in positions)
    return ()


def _columns_of_numbers(header: Header, below: list[list[str]]) -> dict[int, list[float]]:
    """Numbers of each column that may be a sample by its header and by what it holds."""
    taken = {*header.positions.values(), *(position for _, position in header.spare)}
    found = {}
    for position, text in enumerate(header.texts):
        if position in taken or not text.strip() or describes_other(text):
            continue
        values = _numbers(column_of(below, position))
        if values:
            found[position] = values
    return found


def _by_structure(header: Header, below: list[list[str]]) -> tuple[SampleColumns, ...]:
    """Samples of a table whose headers are their names: columns of large numbers."""
    texts = header.texts
    numeric = _columns_of_numbers(header, below)
    chosen = [i for i, v in numeric.items() if max(v) >= _LARGE]
    if not chosen:
        chosen = _alike(texts, list(numeric))
    if len(chosen) < _FEWEST:
        return ()
    names = [text.strip() for text in texts]
    return tuple(_area_of(names[i], i) for i in _told_apart(chosen, names))


def _told_apart(positions: Iterable[int], texts: Sequence[str]) -> list[int]:
    """Positions whose headers differ; of equal ones the first."""
    first: dict[str, int] = {}
    for position in positions:
        first.setdefault(texts[position], position)
    return list(first.values())


def _alike(texts: Sequence[str], positions: Sequence[int]) -> list[int]:
    """Positions whose headers differ in their numbers only: `S1`, `S2`, `S3`."""
    by_shape: dict[str, list[int]] = {}
    for position in positions:
        by_shape.setdefault(_DIGITS.sub("0", texts[position].strip()), []).append(position)
    largest = max(by_shape.values(), key=len, default=[])
    distinct = {texts[i].strip() for i in largest}
    return largest if len(distinct) == len(largest) > _FEWEST else []


def _area_of(name: str, position: int) -> SampleColumns:
    """Sample with one column, which holds its areas."""
    return SampleColumns(name, "", {"volume": position})


def _numbers(cells: Sequence[str]) -> list[float]:
    """Numbers in a column, none if most of its cells are no numbers."""
    found = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    if not found or len(found) < _MOSTLY * len(cells):
        return []
    return [float(cell.replace(",", ".")) for cell in found]


def _with_kinds(
    samples: tuple[SampleColumns, ...], above: Sequence[Record]
) -> tuple[SampleColumns, ...]:
    """Samples with the types that a row above the header gives them, else that their names show."""
    for _, cells in reversed(above):
        kinds = _kinds(samples, cells)
        if any(kinds):
            return tuple(replace(s, kind=s.kind or k) for s, k in zip(samples, kinds, strict=True))
    return tuple(replace(s, kind=s.kind or kind_of_name(s.name)) for s in samples)


def _kinds(samples: Sequence[SampleColumns], cells: Sequence[str]) -> list[str]:
    """Type of each sample in a row of types, which may be written once above several samples."""
    first = [min(sample.positions.values()) for sample in samples]
    labels = labels_of(cells, max(first, default=0) + 1)
    return [kind_of_type(labels.get(position, "")) or "" for position in first]


@cache
def _others() -> tuple[re.Pattern[str], ...]:
    """Patterns of headers of numbers that are no areas."""
    rows = read_facts("other_columns.csv", OtherColumn)
    return tuple(re.compile(row.pattern, re.IGNORECASE) for row in rows)


def describes_other(header: str) -> bool:
    """Whether a column of numbers with this header holds something else than areas of a sample.

    Examples
    --------
    >>> describes_other("Mean"), describes_other("RSD %"), describes_other("liver_1")
    (True, True, False)
    """
    text = _BLANKS.sub(" ", header).strip()
    return len(text) <= 100 and any(pattern.fullmatch(text) for pattern in _others())


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
