"""Checks of rows (adducts, formulas, duplicates), and foreign columns that are carried along."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from itertools import count, islice
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import FORMULA_STARTS, FORMULA_STARTS_IN_NAMES
from ganglioside.lipids.adducts import adducts, known_adduct
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.cell_values import begins, columns_that_begin, holds_text, matches
from ganglioside.reading.column_checks import cells_of
from ganglioside.reading.misfit_rows import misfits
from ganglioside.reading.problems import ProblemLog, Rows
from ganglioside.reading.raw_table import RawTable
from ganglioside.support.arrays import BoolArray, FloatArray
from ganglioside.support.text_columns import as_column, distinct, is_in, texts_of, without

_WHOLE: Final = r"(?:0|-?[1-9][0-9]{0,17})"
_DECIMAL: Final = r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?"
_FIRST_WHOLE: Final = re.compile(_WHOLE)
_FIRST_DECIMAL: Final = re.compile(_DECIMAL)

_BRACKET: Final = re.compile(r" \(")
_BRACKETS: Final = 20  # brackets of a title that are considered


def carry(raw: RawTable, cells: pd.DataFrame) -> pd.DataFrame:
    """Foreign columns: numbers if all of a column print back as written, else text.

    Returns
    -------
    pandas.DataFrame, shape (n, k)
        Columns without header and content are left out, and those of samples that are read.
    """
    taken = set(raw.header.positions.values())
    taken |= {position for sample in raw.samples for position in sample.positions.values()}
    carried: dict[str, Any] = {}
    stems: Counter[str] = Counter()  # titles so far, with and without their brackets
    for position, text in enumerate(raw.header.texts):
        column = cells[position]
        if position in taken or (not text.strip() and not holds_text(column).any()):
            continue
        title = text.strip() or f"column {position + 1}"
        name = _free_title(title, stems[title], carried)
        stems.update(_stems(name))
        carried[name] = _typed(column)
    return pd.DataFrame(carried, index=pd.RangeIndex(len(raw)))


def _stems(title: str) -> set[str]:
    """Title, and its part before each bracket: `{"Area (2)", "Area"}`."""
    brackets = islice(_BRACKET.finditer(title), _BRACKETS)
    return {title, *(title[: bracket.start()] for bracket in brackets)}


def _free_title(title: str, copies: int, taken: Collection[str]) -> str:
    """Title, numbered if earlier ones have it as their stem: `Area (2)`."""
    if not copies:
        return title
    numbered = (f"{title} ({number})" for number in count(copies + 1))
    return next(name for name in numbered if name not in taken)


def _typed(text: pd.Series[Any]) -> Any:
    """Foreign column as an array of numbers or of texts, missing where empty."""
    written = holds_text(text)
    full = bool(written.all())
    if not written.any():
        return _present(text, written)
    first = str(text.array[int(written.argmax())])  # most columns of text are known by one cell
    if _FIRST_WHOLE.fullmatch(first) or _FIRST_DECIMAL.fullmatch(first):
        numbers = _as_numbers(text if full else text[written], written)
        if numbers is not None:
            return numbers
    return text.array if full else _present(text, written)


def _present(text: pd.Series[Any], written: BoolArray) -> Any:
    """Array of texts, missing where they are not written."""
    return as_column(without(texts_of(text), ~written))


def _as_numbers(values: pd.Series[Any], written: BoolArray) -> Any:
    """Array of the numbers in some texts; None if one would not print back as written.

    Parameters
    ----------
    values : pandas.Series of str, shape (k,)
    written : numpy.ndarray of bool, shape (n,)
        The k entries of the result that are not missing.
    """
    if matches(values, _WHOLE).all():
        whole = np.ones(len(written), dtype=np.int64)
        whole[written] = values.to_numpy(dtype=object).astype(np.int64)
        return pd.arrays.IntegerArray(whole, ~written)
    if matches(values, _DECIMAL).all():
        numbers = values.to_numpy(dtype=object).astype(np.float64)
        if [repr(v) for v in numbers.tolist()] == values.tolist():
            padded = np.full(len(written), np.nan)
            padded[written] = numbers
            return padded
    return None


def _refused_as_formula(raw: RawTable, texts: pd.Series[Any], names: ParsedNames) -> BoolArray:
    """Whether each name was already reported because it begins like a formula, shape (n,)."""
    refused = [text for text, error in names.errors.items() if error.code == "formula"]
    reported = is_in(texts_of(texts), refused)
    return reported & ~np.isin(np.arange(len(raw)), misfits(raw))


def report_adducts(raw: RawTable, data: pd.DataFrame, names: ParsedNames, log: ProblemLog) -> None:
    """Report unknown adducts of named rows with an m/z, which then cannot be compared.

    The place is the column of the ions, or that of the names where they give the ion.
    """
    texts = data["adduct"]
    codes, found = distinct(texts_of(texts))
    is_unknown = np.array([known_adduct(text) is None for text in found] + [False])
    rows = np.flatnonzero(is_unknown[codes] & data["mz"].notna() & (names.index >= 0))
    known = ", ".join(ion.name for ion in adducts())
    in_name = texts.to_numpy(dtype=object)[rows] == names.ions[rows]
    for column, where in (("adduct", rows[~in_name]), ("name", rows[in_name])):
        log.cells("unknown-adduct", where, raw.header.label(column), texts, known=known)


def report_formulas(
    raw: RawTable, cells: pd.DataFrame, names: ParsedNames, log: ProblemLog
) -> None:
    """Report cells that a spreadsheet would execute; they are kept unchanged."""
    for text in raw.header.texts:
        if text.startswith(FORMULA_STARTS):
            log.table("formula", text, text)
    refused = _refused_as_formula(raw, cells_of(raw, cells, "name"), names)
    name = raw.header.positions["name"]
    for position in sorted({name, *columns_that_begin(cells, FORMULA_STARTS)}):
        if position == name:
            found = begins(cells[position], FORMULA_STARTS_IN_NAMES) & ~refused
        else:
            found = begins(cells[position], FORMULA_STARTS)
        label = raw.header.texts[position].strip()
        log.cells("formula", np.flatnonzero(found), label, cells[position])


def report_repeats(
    raw: RawTable, data: pd.DataFrame, carried: pd.DataFrame, names: ParsedNames, log: ProblemLog
) -> None:
    """Report rows that repeat an earlier one in every cell, and rows with equal name and RT."""
    usable = np.ones(len(raw), dtype=bool)
    usable[log.faulted] = False
    rows = np.flatnonzero(usable)
    rows = rows[_shares_name_and_rt(names.index[rows], data["rt"].to_numpy(np.float64)[rows])]
    if not len(rows):
        return
    key = pd.DataFrame({"name": names.index, "rt": data["rt"], "sample": data["sample"]})
    rows = rows[key.iloc[rows].duplicated(keep=False).to_numpy()]
    if not len(rows):
        return
    foreign = carried.set_axis(range(carried.shape[1]), axis=1)
    whole = pd.concat([data.drop(columns=["feature_id", "row"]), foreign], axis=1).iloc[rows]
    same = whole.groupby(list(whole.columns), dropna=False, sort=False).ngroup()
    first = pd.Series(rows, index=same.index).groupby(same).transform("first").to_numpy()
    copy = first != rows
    lines = [str(line) for line in raw.lines[first[copy]]]
    log.rows("duplicate-row", rows[copy], "", None, first=lines)
    originals = rows[~copy]
    alike = key.iloc[originals].duplicated(keep=False).to_numpy()
    log.rows("same-name-and-rt", originals[alike])


def _shares_name_and_rt(name: Rows, rt: FloatArray) -> BoolArray:
    """Whether each of k rows has the name and the RT of another one, shape (k,)."""
    order = np.lexsort((rt, name))
    same = (np.diff(name[order]) == 0) & (np.diff(rt[order]) == 0)
    shared = np.zeros(len(name), dtype=bool)
    shared[order[1:][same]] = True
    shared[order[:-1][same]] = True
    return shared
