"""Samples of a wide table: the columns that it has once for each sample."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.headers import Header, column_of_header
from ganglioside.reading.records import Record, SampleColumns, column_of, header_key
from ganglioside.reading.sample_types import kind_of_name, kind_of_type
from ganglioside.support.fact_tables import read_facts

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
#: Peak areas reach this; columns of smaller numbers are samples only where there are three or more.
_LARGE: Final = 1000.0

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
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
    texts = header.texts
    if tool is not None and tool.samples is not None:
        return tool.samples(texts, above)
    found = _by_pattern(texts, tool.per_sample if tool else ())
    if not found:
        found = _by_block(texts, above)
    if not found and "volume" not in header.positions:
        free = [i for i in range(len(texts)) if i not in header.positions.values()]
        found = _with_area(_by_pattern(texts, _USUAL)) or _by_group(texts, above)
        found = found or _by_structure(texts, free, below)
    return _with_kinds(found, above)


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


def _by_pattern(texts: Sequence[str], patterns: Iterable[PerSample]) -> tuple[SampleColumns, ...]:
    """Samples that headers name, in the order of the table."""
    samples: dict[str, dict[str, int]] = {}
    done: set[str] = set()
    for pattern in patterns:
        if pattern.column in done:
            continue
        for position, text in enumerate(texts):
            name = pattern.sample(text)
            if name and not describes_other(name):
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
    for position, label in _labels(above[-1][1], len(texts)).items():
        column = column_of_header(texts[position])
        if column in ("volume", "rt", "mz"):
            samples.setdefault(label, {}).setdefault(column, position)
    found = _with_area(tuple(SampleColumns(name, "", where) for name, where in samples.items()))
    return found if len(found) >= _FEWEST else ()


def _labels(cells: Sequence[str], width: int) -> dict[int, str]:
    """Label of each position, which is written above the first column of its block."""
    found: dict[int, str] = {}
    label = ""
    for position in range(width):
        label = (cells[position].strip() if position < len(cells) else "") or label
        if label:
            found[position] = label
    return found


def _by_group(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Samples below a heading of areas: one heading above the columns of all samples."""
    for _, cells in reversed(above):
        labels = _labels(cells, len(texts))
        keys = {position: header_key(label) for position, label in labels.items()}
        for group in _AREA_GROUPS:
            positions = [i for i, key in keys.items() if key == group and texts[i].strip()]
            if positions:
                return tuple(_area_of(texts[i].strip(), i) for i in positions)
    return ()


def _by_structure(
    texts: Sequence[str], free: Sequence[int], below: list[list[str]]
) -> tuple[SampleColumns, ...]:
    """Samples of a table whose headers are their names: columns of large numbers."""
    values = {i: _numbers(column_of(below, i)) for i in free if texts[i].strip()}
    numeric = {i: v for i, v in values.items() if v and not describes_other(texts[i])}
    large = [i for i, v in numeric.items() if max(v) >= _LARGE]
    chosen = large if large else list(numeric)
    if len(chosen) < (_FEWEST if large else _FEWEST + 1):
        return ()
    return tuple(_area_of(texts[i].strip(), i) for i in chosen)


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
        kinds = [_kind(sample, cells) for sample in samples]
        if any(kinds):
            return tuple(replace(s, kind=k) for s, k in zip(samples, kinds, strict=True))
    return tuple(replace(s, kind=kind_of_name(s.name)) for s in samples)


def _kind(sample: SampleColumns, cells: Sequence[str]) -> str:
    """Type of a sample in a row of types, empty if the row gives it none."""
    position = next(iter(sample.positions.values()))
    return (kind_of_type(cells[position]) or "") if position < len(cells) else ""


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
    """Header whose input columns are those that all samples share."""
    own: Mapping[str, int] = {c: p for s in samples for c, p in s.positions.items()}
    used = {p for s in samples for p in s.positions.values()}
    positions = {c: p for c, p in header.positions.items() if c not in own or p not in used}
    spare = tuple((c, p) for c, p in header.spare if p not in used and c in positions)
    return replace(header, positions=positions, spare=spare)
