"""The reading report: what a file is, what was taken from it, what was left out, and why."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.columns import INPUT_LABELS, SEVERITIES
from ganglioside.reading.problems import quote
from ganglioside.reading.raw_table import TableRead
from ganglioside.reading.wordings import worded
from ganglioside.support.text_columns import distinct, pick, texts_of

#: Samples that are named; the others are counted.
_NAMED: Final = 6
#: Rows that are named for one kind of fault.
_PLACES: Final = 5

#: Problems of one kind about the whole table that are told one by one.
_ALIKE: Final = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """Problems of one kind, in one column.

    Attributes
    ----------
    severity : str
        `error`, `warning` or `info`.
    message, advice : str
        Those of the first problem.
    count : int
        Rows that have it; 0 if it is about the whole table.
    rows : tuple of int
        The first of these rows, as numbered in the file.
    """

    severity: str
    message: str
    advice: str
    count: int
    rows: tuple[int, ...]

    @property
    def places(self) -> str:
        """The rows in words, empty if the fault is about the whole table."""
        if not self.count:
            return ""
        listed = ", ".join(f"{row:,}" for row in self.rows)
        more = ", ..." if self.count > len(self.rows) else ""
        return f"{self.count:,} row{'s' if self.count > 1 else ''}: {listed}{more}"


@dataclass(frozen=True, eq=False, slots=True)
class ReadingReport:
    """What was read from an input; see `FeatureTable.report`.

    Attributes
    ----------
    source : str
        Name of the input.
    tables : tuple of TableRead
        What was taken from each sheet or file.
    samples : tuple of (str, str)
        Samples that are judged, each with its type; the type is empty where it is unknown.
    features : int
        Rows of the feature table.
    readable : int
        Those of them that can be judged.
    faults : tuple of Fault
        Problems by kind, the most serious first.
    """

    source: str
    tables: tuple[TableRead, ...]
    samples: tuple[tuple[str, str], ...]
    features: int
    readable: int
    faults: tuple[Fault, ...]

    def lines(self, place: str = "python") -> list[str]:
        """Report as lines of text.

        Parameters
        ----------
        place
            Where it is read: `python`, `shell` or `panel`; advice names the options there.
        """
        return [
            self._headline(),
            *(f"  {what:<13}{text}" for what, text in self.facts),
            *(line for fault in self.faults for line in _fault_lines(fault, place)),
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def _headline(self) -> str:
        """The input and how much of it can be judged."""
        return (
            f"{self.source}: {self.features:,} feature{'s' if self.features != 1 else ''}, "
            f"{self.readable:,} of them with a name and RT that can be judged"
        )

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What was taken: label and text of the file, each input column, and the samples."""
        taken = [fact for tables in _alike(self.tables) for fact in _taken(tables)]
        return (*taken, *self._sample_facts())

    def _sample_facts(self) -> list[tuple[str, str]]:
        """The samples, named as far as they are few."""
        if not self.samples:
            return []
        named = [name + (f" ({kind})" if kind else "") for name, kind in self.samples[:_NAMED]]
        more = len(self.samples) - len(named)
        listed = ", ".join(named) + (f" and {more:,} more" if more else "")
        return [("Samples", f"{len(self.samples):,}: {listed}")]


def report_of(
    source: str, tables: tuple[TableRead, ...], data: pd.DataFrame, problems: pd.DataFrame
) -> ReadingReport:
    """Reading report of a feature table.

    Parameters
    ----------
    source
        Name of the input.
    tables
        What was taken from each sheet or file.
    data : pandas.DataFrame
        Columns `columns.FEATURE_TABLE`.
    problems : pandas.DataFrame
        Columns `columns.PROBLEMS`.
    """
    return ReadingReport(
        source=source,
        tables=tables,
        samples=_samples_of(data),
        features=len(data),
        readable=int(data["fault"].isna().sum()),
        faults=tuple(faults_of(problems)),
    )


def _samples_of(data: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Samples of a table in order of appearance, each with the type that its first row has."""
    codes, names = distinct(texts_of(data["sample"]))
    first = np.zeros(len(names), dtype=np.int64)
    rows = np.flatnonzero(codes >= 0)[::-1]
    first[codes[rows]] = rows  # of several rows the one that is written last: the first
    kinds = pick(texts_of(data["sample_type"]), first).fill_null("").to_pylist()
    return tuple(zip(names, kinds, strict=True))


def faults_of(problems: pd.DataFrame) -> Iterator[Fault]:
    """Yield the problems by kind and column, the most serious first."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    kinds = zip(*(problems[c].tolist() for c in ("severity", "code", "column")), strict=True)
    for at, kind in enumerate(kinds):
        groups.setdefault(kind, []).append(at)
    if not groups:
        return
    of_row = problems["feature_id"].notna().tolist()
    for severity in SEVERITIES:
        for kind, same in groups.items():
            if kind[0] == severity:
                yield from _of_table(severity, problems, [at for at in same if not of_row[at]])
                yield from _of_rows(severity, problems, [at for at in same if of_row[at]])


def _of_table(severity: str, problems: pd.DataFrame, at: list[int]) -> Iterator[Fault]:
    """Yield problems of one kind about the whole table: each, or the first one if they are many."""
    told = at if len(at) <= _ALIKE else at[:1]
    for message, advice in _words(problems, told):
        text = message
        if told != at:
            others = [f'"{quote(str(value))}"' for value in problems["value"].iloc[at[1:]]]
            text = f"{message} Likewise {len(others):,} more: {_listed(others)}."
        yield Fault(severity, text, advice, 0, ())


def _of_rows(severity: str, problems: pd.DataFrame, at: list[int]) -> Iterator[Fault]:
    """Yield problems of one kind about rows as one, if there are any."""
    for message, advice in _words(problems, at[:1]):
        lines = problems["row"].iloc[at].dropna().unique()[:_PLACES]
        yield Fault(severity, message, advice, len(at), tuple(int(line) for line in lines))


def _words(problems: pd.DataFrame, at: list[int]) -> Iterator[tuple[str, str]]:
    """Yield message and advice of some problems."""
    messages, advice = problems["message"].array, problems["advice"].array
    for i in at:
        yield str(messages[i]), str(advice[i])


def once(faults: Iterable[Fault]) -> list[Fault]:
    """Faults of which those with the same words are one, in the order of the first.

    Examples
    --------
    >>> same = [Fault("error", "RT is zero.", "Write it.", 1, (row,)) for row in (4, 9)]
    >>> once(same)[0].places
    '2 rows: 4, 9'
    """
    alike: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.severity, fault.message, fault.advice), []).append(fault)
    return [_together(same) for same in alike.values()]


def _together(same: Sequence[Fault]) -> Fault:
    """One fault of several with the same words."""
    rows = sorted({row for fault in same for row in fault.rows})
    count = sum(fault.count for fault in same)
    return replace(same[0], count=count, rows=tuple(rows[:_PLACES]))


def _alike(tables: Sequence[TableRead]) -> Iterator[list[TableRead]]:
    """Yield tables of which the same was taken together, in the order of the first."""
    groups: dict[object, list[TableRead]] = {}
    for table in tables:
        own = [(s.name, tuple(s.positions.items())) for s in (*table.samples, *table.left_out)]
        taken = [(c, table.header.label(c)) for c in table.header.positions]
        key = (table.tool, table.header_line, table.part, tuple(taken), tuple(own))
        groups.setdefault(key, []).append(table)
    yield from groups.values()


def _taken(tables: Sequence[TableRead]) -> Iterator[tuple[str, str]]:
    """Yield what some tables alike are and which columns were taken, as label and text."""
    table = tables[0]
    yield "File", _what(tables)
    for column, label in INPUT_LABELS.items():
        if column in table.header.positions:
            unit = f", in {table.rt_unit}" if column == "rt" and table.rt_unit else ""
            yield label, f'"{quote(table.header.label(column))}"{unit}'
        elif own := [s.positions[column] for s in table.samples if column in s.positions]:
            first = quote(table.header.texts[own[0]].strip())
            yield label, f'one column a sample, "{first}" first'
    if table.left_out:
        names = [f"{sample.name} ({sample.kind})" for sample in table.left_out]
        yield "Left out", _listed(names)


def _what(tables: Sequence[TableRead]) -> str:
    """Words for the sheets or the file, their header and their rows."""
    table = tables[0]
    words = [f"export of {table.tool}" if table.tool else "table"]
    if table.sheet:
        names = [f'"{each.sheet}"' for each in tables]
        words.insert(0, f"{'sheet' if len(tables) == 1 else 'sheets'} {_listed(names)}")
    line = table.header_line
    words.append(f"header in line {line:,}" if line else "without a header")
    words.append(f"{sum(each.rows for each in tables):,} rows")
    return ", ".join(words)


def _listed(names: Sequence[str]) -> str:
    """Names in words, cut if there are many."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _fault_lines(fault: Fault, place: str) -> Iterator[str]:
    """Yield the lines of one fault: the message with its rows, and the advice."""
    sign = {"error": "x", "warning": "!", "info": "-"}[fault.severity]
    where = f" ({fault.places})" if fault.places else ""
    yield f"  {sign} {worded(fault.message, place)}{where}"
    if fault.severity != "info":
        yield f"    {worded(fault.advice, place)}"
