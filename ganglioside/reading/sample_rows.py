"""Samples of a long table: the column that tells the rows of one name apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from ganglioside.errors import ValidationError
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.cell_values import filled
from ganglioside.reading.header_words import words_of
from ganglioside.reading.problems import ProblemLog
from ganglioside.reading.raw_table import RawTable
from ganglioside.reading.records import header_key
from ganglioside.reading.sample_columns import describes_other
from ganglioside.reading.sample_types import NOT_JUDGED, kind_of_type, settled_kinds
from ganglioside.support.arrays import IntArray, read_only
from ganglioside.support.text_columns import as_column, distinct, equals, is_in, pick, texts_of
from ganglioside.support.text_columns import texts as as_texts

#: With fewer names, their coming back shows nothing.
_FEWEST_NAMES: Final = 5
#: Share of the names that must come back for a table to hold several samples.
_MOST_NAMES: Final = 0.8
#: Share of the rows that a column of samples tells apart: a sample has each name once.
_TOLD_APART: Final = 0.9
#: Share of all names that a sample has, at least on average.
_COVERED: Final = 0.5
#: Rows of one lipid at most, on average, where a column numbers the lipids.
_MOST_IONS: Final = 8
#: Distinct numbers are marked in an array up to this many times as long as they are.
_MARKED: Final = 16
#: Without such a column, names must come back this often to be asked about.
_ASK_FROM: Final = 3

#: Words in headers of columns that tell samples apart.
_SAMPLE_WORDS: Final = (
    "file", "sample", "run", "inject", "acquisition", "batch", "patient", "donor", "cellline",
)  # fmt: skip
#: Headers of times of sampling; one of retention is known by its values.
_SAMPLING: Final = frozenset(("time", "timeh", "timehours", "timed", "timedays", "timeweeks"))
#: Beginnings of words in headers of columns that tell rows of one sample apart.
_NO_SAMPLE: Final = (
    "isotop", "adduct", "ion", "precursor", "charge", "polarity", "transition", "product",
    "fragment", "peak", "chain", "isomer", "formula", "species", "rank", "alignment", "energy",
    "level", "mslevel",
)  # fmt: skip


def settle_samples(
    raw: RawTable, cells: pd.DataFrame, data: pd.DataFrame, names: ParsedNames, log: ProblemLog
) -> None:
    """Fill in the columns `sample` and `sample_type` of a long table, and report blanks.

    Raises
    ------
    ValidationError
        If each name comes back again and again and no column shows in which sample.
    """
    names = _without_standards(names)
    if _numbers_rows(data["sample"], names):
        log.table("sample-numbers-rows", raw.header.label("sample"))
        data["sample"] = data["sample"].mask(data["sample"].notna())
    if data["sample"].isna().all():
        column = _sample_column(raw, cells, names)
        if column is not None:
            data["sample"] = filled(cells[column])
            log.table("sample-column", value=raw.header.texts[column].strip())
        elif _asks(data, names):
            raise ValidationError(_question(data, names), log.to_frame(), raw.header.texts)
    else:
        finer = _finer_column(raw, cells, data["sample"], names)
        if finer is not None:
            data["sample"] = data["sample"] + " (" + cells[finer].str.strip() + ")"
            used = (raw.header.label("sample"), raw.header.texts[finer].strip())
            log.table("sample-column", value=" + ".join(used))
    data["sample_type"] = _kinds(data["sample_type"], data["sample"])
    blank = is_in(texts_of(data["sample_type"]), NOT_JUDGED)
    judged = np.ones(len(raw), dtype=bool)
    judged[log.faulted] = False
    rows = np.flatnonzero(blank & judged)
    if len(rows):
        log.table("blank-sample", raw.header.label("sample_type"), f"{len(rows):,}")
        log.leave_out(rows, ["A blank takes no part."] * len(rows))


def _numbers_rows(samples: pd.Series[Any], names: ParsedNames) -> bool:
    """Whether a column of samples has another value for each lipid, as numbers of features do."""
    used = (names.index >= 0) & samples.notna().to_numpy(dtype=bool)
    codes, found = distinct(texts_of(samples[used]))
    n, k = len(found), len(np.unique(names.index[used]))
    if min(n, k) < _FEWEST_NAMES or k < _COVERED * n or used.sum() > _MOST_IONS * n:
        return False
    pairs = codes.astype(np.int64) * len(names.species) + names.index[used]
    return bool(len(np.unique(pairs)) <= n / _TOLD_APART)


def _without_standards(names: ParsedNames) -> ParsedNames:
    """Names without those of internal standards, which stand beside their species."""
    index = np.where(names.standard, -1, names.index)
    return replace(names, index=read_only(index.astype(np.int64)))


def _kinds(texts: pd.Series[Any], samples: pd.Series[Any]) -> pd.Series[Any]:
    """Types of samples from the cells of a column of types and their names, NA where unknown."""
    of_type, types = distinct(texts_of(texts.fillna("")))
    of_sample, named = distinct(texts_of(samples.fillna("")))
    pairs = pa.array(of_sample * len(types) + of_type).dictionary_encode()
    sample, kind = np.divmod(np.asarray(pairs.dictionary), max(len(types), 1))
    kinds = settled_kinds([kind_of_type(types[i]) for i in kind], [named[i] for i in sample])
    return pd.Series(as_column(pick(as_texts(kinds), np.asarray(pairs.indices))), index=texts.index)


def _repeats(names: ParsedNames) -> IntArray:
    """Number of rows of each name, shape (k,)."""
    readable = names.index[names.index >= 0]
    return np.bincount(readable, minlength=len(names.species)).astype(np.int64)


def _sample_column(raw: RawTable, cells: pd.DataFrame, names: ParsedNames) -> int | None:
    """Position of the column whose values tell the rows of each name apart, None if none does."""
    times = _repeats(names)
    if len(times) < _FEWEST_NAMES or np.mean(times > 1) < _MOST_NAMES:
        return None
    taken = set(raw.header.positions.values())
    for position, text in enumerate(raw.header.texts):
        if position not in taken and _may_be_sample(text) and _splits(cells[position], names):
            return position
    return None


def _finer_column(
    raw: RawTable, cells: pd.DataFrame, samples: pd.Series[Any], names: ParsedNames
) -> int | None:
    """Position of the column that tells injections of one sample apart, None if none has to.

    Some programs let several injections have the name of one sample, and replicates of several
    conditions have the same numbers.
    """
    given, times = samples.fillna(""), _repeats(names)
    if not len(times) or np.mean(times > 1) < _MOST_NAMES or _splits(given, names):
        return None
    taken = set(raw.header.positions.values())
    free = [i for i in range(len(raw.header.texts)) if i not in taken]
    for says in (_says_sample, _may_be_sample):  # a file first, then a condition
        for position in free:
            finer = given + "\0" + cells[position]
            if says(raw.header.texts[position]) and _splits(finer, names):
                return position
    return None


def _says_sample(header: str) -> bool:
    """Whether a header says that its column tells files, samples, batches or injections apart."""
    key = header_key(header)
    return key in _SAMPLING or any(word in key for word in _SAMPLE_WORDS)


def _may_be_sample(header: str) -> bool:
    """Whether a header does not say that its column holds something else."""
    if _says_sample(header):
        return True
    begins = (word.startswith(_NO_SAMPLE) for word in words_of(header))
    return not describes_other(header) and not any(begins)


def _splits(values: pd.Series[Any], names: ParsedNames) -> bool:
    """Whether a column tells the rows of each name apart, as samples do.

    Each of its values has each name at most once, and most of the names.
    """
    cells = texts_of(values)
    used = (names.index >= 0) & ~equals(cells, "")
    if not used.any():
        return False
    codes, found = distinct(cells.filter(pa.array(used)))
    n, k = len(found), len(names.species)
    if n < 2 or used.sum() < _COVERED * n * k:
        return False
    pairs = codes * k + names.index[used]
    return bool(_distinct(pairs, n * k) >= _TOLD_APART * used.sum())


def _distinct(numbers: IntArray, below: int) -> int:
    """Count of the distinct ones of some numbers from 0 to `below`."""
    if below > _MARKED * len(numbers):
        return len(np.unique(numbers))
    present = np.zeros(below, dtype=bool)
    present[numbers] = True
    return int(present.sum())


def _asks(data: pd.DataFrame, names: ParsedNames) -> bool:
    """Whether names come back so often that the table must hold several samples.

    Rows with different ions or m/z are one species measured in several ways, not samples.
    """
    times = _repeats(names)
    if len(times) < _FEWEST_NAMES or np.mean(times >= _ASK_FROM) < _MOST_NAMES:
        return False
    ways = pd.DataFrame({"name": names.index, "adduct": data["adduct"], "mz": data["mz"].round(1)})[
        names.index >= 0
    ]
    times_each_way = ways.groupby(list(ways.columns), dropna=False).size()
    return bool(np.mean(times_each_way.to_numpy() >= _ASK_FROM) >= _MOST_NAMES)


def _question(data: pd.DataFrame, names: ParsedNames) -> str:
    """Question about a table in which each name comes back."""
    times = int(np.median(_repeats(names)))
    first = next(iter(data["name"].dropna()), "")
    return (
        f"Each name is listed {times} times ({first!r} for one), as in a table of {times} samples, "
        "but no column tells the samples apart: which column is the sample? Say "
        'columns={"Sample": "your column"}, or read each sample as a file of its own.'
    )
