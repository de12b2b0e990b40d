"""Judge a raw table once, at the border: every fault of every row, collected in one pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import count, islice
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.bounds import value_ranges
from ganglioside.cells import (
    BoolArray,
    FloatArray,
    Numbers,
    begins,
    columns_that_begin,
    decimal_mark,
    holds_text,
    matches,
    number_text,
    read_flags,
    to_numbers,
)
from ganglioside.columns import (
    EXAMPLE_LINES,
    FEATURE_TABLE,
    FORMULA_STARTS,
    FORMULA_STARTS_IN_NAMES,
    INPUT_LABELS,
    MAX_RT,
)
from ganglioside.errors import ValidationError
from ganglioside.headers import Header, looks_like_data
from ganglioside.lipids.adducts import adducts, known_adduct
from ganglioside.lipids.parsed_names import ParsedNames, parse_names
from ganglioside.problems import ProblemLog, Rows
from ganglioside.tables import FeatureTable, RawTable, Source

#: Number columns, and whether their values can reach thousands.
_NUMBER_COLUMNS: Final[dict[str, bool]] = {"rt": False, "volume": True, "log_p": False, "mz": True}
_TEXT_COLUMNS: Final[tuple[str, ...]] = ("adduct", "sample")

#: Half of the features elute after two hours in next to no run: such a column holds seconds.
_SECONDS_ABOVE: Final = 120.0
#: Between one hour and two it may be either: a long gradient, or seconds of a very short one.
_UNCLEAR_ABOVE: Final = 60.0

#: Larger numbers in an RT column count as this one, so that sums of them stay finite.
_NO_RT: Final = 1e9

_WHOLE: Final = r"(?:0|-?[1-9][0-9]{0,17})"
_DECIMAL: Final = r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?"
_FIRST_WHOLE: Final = re.compile(_WHOLE)
_FIRST_DECIMAL: Final = re.compile(_DECIMAL)

_BRACKET: Final = re.compile(r" \(")
_BRACKETS: Final = 20  # of a title that are looked at

RIGHT_FILE: Final = "A right file looks like this:\n" + "\n".join(EXAMPLE_LINES)


def validate(raw: RawTable, source: Source) -> FeatureTable:
    """Turn text cells into a feature table and report everything that is wrong with it.

    Raises
    ------
    ValidationError
        If the table has no rows, or two columns claim to be the same needed one.
    """
    log = ProblemLog(raw.lines, raw.header_line)
    for note in raw.notes:
        log.table(note.code, note.column, note.value)
    _check_columns(raw, log)
    cells = _repair_rows(raw, log)
    names = parse_names(_column(raw, cells, "name"))
    data = _read_columns(raw, cells, names, log)
    carried = _carry(raw, cells)
    _report_adducts(raw, data, log)
    _report_formulas(raw, cells, names, log)
    _report_repeats(raw, data, carried, names, log)
    data["fault"] = log.fault(len(raw))
    others = {column: kind for column, kind in FEATURE_TABLE.items() if data[column].dtype != kind}
    return FeatureTable(
        data=data.astype(others)[list(FEATURE_TABLE)],
        names=names,
        carried=carried,
        problems=log.to_frame(),
        source=source,
        header=raw.header,
    )


# --- the table as a whole ----------------------------------------------------------------


def refuse_header(first: list[str], best: Header | None, line: int) -> ValidationError:
    """Return the error for a table in which no usable header was found.

    Parameters
    ----------
    first
        The first record.
    best
        The record that comes nearest to a header, None where none has any known column.
    line
        Its 1-based line.
    """
    log = ProblemLog(np.empty(0, dtype=np.int64), line)
    if best is None and looks_like_data(first):
        log.table("no-header", value=", ".join(first))
    else:
        texts = first if best is None else best.texts
        found = ", ".join(repr(t.strip()) for t in texts if t.strip())
        unmet = dict(best.unmet) if best else {}
        for column, text in unmet.items():
            log.table("no-such-column", INPUT_LABELS[column], found, wanted=text)
        for column in best.missing if best else ("name", "rt"):
            if column not in unmet:
                log.table("no-column", INPUT_LABELS[column], found)
    return _refusal(log, tuple(first if best is None else best.texts))


def _refusal(log: ProblemLog, headers: tuple[str, ...] = ()) -> ValidationError:
    problems = log.to_frame()
    errors = problems[problems["severity"] == "error"]
    lines = [f"{m} {a}" for m, a in zip(errors["message"], errors["advice"], strict=True)]
    return ValidationError("\n".join([*lines, RIGHT_FILE]), problems, headers)


def _check_columns(raw: RawTable, log: ProblemLog) -> None:
    """Report absent and doubtful columns; refuse a table without rows or with rival columns."""
    header = raw.header
    for column, place in header.spare:
        used = header.places[column]
        same_text = header.texts[used].strip() == header.texts[place].strip()
        if same_text and not raw.cells[used].equals(raw.cells[place]):
            log.table("repeated-column", INPUT_LABELS[column], header.texts[place].strip())
        elif not same_text:
            log.table(
                "second-column",
                INPUT_LABELS[column],
                header.texts[place].strip(),
                used=header.texts[used].strip(),
            )
    if len(raw) == 0:
        log.table("no-rows")
    if log.has_errors:
        raise _refusal(log)
    for column in ("volume", "log_p", "anchor"):
        if column not in header.places:
            log.table(f"no-{column.replace('_', '-')}", INPUT_LABELS[column])


# --- rows that do not fit the header -----------------------------------------------------


def _column(raw: RawTable, cells: pd.DataFrame, column: str) -> pd.Series[Any]:
    return cells[raw.header.places[column]]


def _misfits(raw: RawTable) -> Rows:
    """Positions of rows whose cells may stand in the wrong columns."""
    return np.union1d(np.array(list(raw.ragged), dtype=np.int64), raw.broken)


def _repair_rows(raw: RawTable, log: ProblemLog) -> pd.DataFrame:
    """Put names back together that hold the separator; report rows that stay misfits.

    Of a misfit only the name is kept, since its other cells may stand in wrong columns.
    """
    repaired = _rejoin_names(raw, log)
    cells = raw.cells
    if repaired:
        cells = cells.copy()
        rows = pd.DataFrame(list(repaired.values()), index=list(repaired), columns=cells.columns)
        cells.loc[rows.index] = rows.astype(cells.dtypes)
    _report_misfits(raw, {r: f for r, f in raw.ragged.items() if r not in repaired}, log)
    lost = np.setdiff1d(_misfits(raw), np.array(list(repaired), dtype=np.int64))
    others = [p for c, p in raw.header.places.items() if c != "name"]
    if len(lost):
        cells = cells.copy()
        cells.loc[lost, others] = ""
    return cells


def _report_misfits(raw: RawTable, ragged: dict[int, tuple[str, ...]], log: ProblemLog) -> None:
    expected = len(raw.header.texts)
    counts = np.array([len(f) for f in ragged.values()], dtype=np.int64)
    rows = np.array(list(ragged), dtype=np.int64)
    lines = np.array([raw.separator.join(f) for f in ragged.values()], dtype=object)
    for code, which in (
        ("too-few-fields", counts < raw.header.width),
        ("too-many-fields", counts > expected),
    ):
        found = [str(n) for n in counts[which]]
        log.rows(code, rows[which], "", lines[which], found=found, expected=str(expected))
    broken: Iterable[str] = (
        raw.cells.loc[raw.broken].agg(raw.separator.join, axis=1) if len(raw.broken) else []
    )
    log.rows("broken-quotes", raw.broken, "", list(broken))


def _rejoin_names(raw: RawTable, log: ProblemLog) -> dict[int, list[str]]:
    """Return the rows whose surplus fields are a name that was split at the separator.

    A row is repaired only where the pieces together are a name and what follows them fits the
    header with a number as RT: no name goes on with a number after a separator.
    """
    width, place, rt = (
        len(raw.header.texts),
        raw.header.places["name"],
        raw.header.places["rt"],
    )
    joined: dict[int, list[str]] = {}
    for row, fields in raw.ragged.items():
        surplus = len(fields) - width
        if surplus > 0:
            name = raw.separator.join(fields[place : place + surplus + 1])
            joined[row] = [*fields[:place], name, *fields[place + surplus + 1 :]]
    whole = parse_names([cells[place] for cells in joined.values()])
    repaired = {
        row: cells
        for (row, cells), good in zip(joined.items(), whole.index >= 0, strict=True)
        if good and _NUMBER.fullmatch(cells[rt].strip())
    }
    rows = np.array(list(repaired), dtype=np.int64)
    values = [cells[place] for cells in repaired.values()]
    log.rows("name-rejoined", rows, raw.header.label("name"), values)
    return repaired


_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")


# --- cells -------------------------------------------------------------------------------


def _read_columns(
    raw: RawTable, cells: pd.DataFrame, names: ParsedNames, log: ProblemLog
) -> pd.DataFrame:
    header, n = raw.header, len(raw)
    judged = np.ones(n, dtype=bool)
    judged[log.faulted] = False
    empty = _empty_rows(raw, cells) & judged
    log.rows("empty-row", np.flatnonzero(empty))
    judged &= ~empty
    _report_names(raw, cells, names, judged, log)
    data = pd.DataFrame({"feature_id": np.arange(n), "name": _column(raw, cells, "name")})
    data["name"] = data["name"].mask(data["name"] == "", np.nan)
    texts = {
        column: number_text(cells[header.places[column]], thousands=thousands)
        for column, thousands in _NUMBER_COLUMNS.items()
        if column in header.places
    }
    mark = decimal_mark(list(texts.values()))
    if mark == ",":
        log.table("decimal-comma")
    for column in _NUMBER_COLUMNS:
        data[column] = np.nan
    for column, text in texts.items():
        numbers = to_numbers(text, mark)
        data[column] = _report_numbers(raw, cells, column, numbers, judged, log)
    data["rt"] = _settle_rt(raw, cells, data["rt"].to_numpy(), judged, log)
    data["anchor"] = _read_anchors(raw, cells, judged, log)
    for column in _TEXT_COLUMNS:
        place = header.places.get(column)
        data[column] = (
            pd.Series(np.nan, index=range(n), dtype="str")
            if place is None
            else cells[place].mask(cells[place].str.strip() == "", np.nan)
        )
    return data


def _empty_rows(raw: RawTable, cells: pd.DataFrame) -> BoolArray:
    """Return True for each row without a cell that holds anything, shape (n,)."""
    empty = ~holds_text(_column(raw, cells, "name"))
    for place in cells:
        if not empty.any():
            break
        empty &= ~holds_text(cells[place])
    return empty


def _report_names(
    raw: RawTable, cells: pd.DataFrame, names: ParsedNames, judged: BoolArray, log: ProblemLog
) -> None:
    texts, label = _column(raw, cells, "name"), raw.header.label("name")
    blank = (texts.str.strip() == "").to_numpy(dtype=bool)
    log.rows("name-missing", np.flatnonzero(blank & judged), label)
    bad = np.flatnonzero((names.index < 0) & ~blank & judged)
    values = texts.iloc[bad]
    codes = np.array([names.errors[v].code for v in values], dtype=object)
    for code in dict.fromkeys(codes):
        which = codes == code
        errors = [names.errors[v] for v in values[which]]
        log.own_words(
            str(code),
            "error",
            bad[which],
            label,
            list(values[which]),
            [str(e) for e in errors],
            [e.advice for e in errors],
        )


def _report_numbers(
    raw: RawTable,
    cells: pd.DataFrame,
    column: str,
    numbers: Numbers,
    judged: BoolArray,
    log: ProblemLog,
) -> FloatArray:
    """Report the cells of a number column that are none; return its values."""
    label, text = raw.header.label(column), cells[raw.header.places[column]]
    values = numbers.values
    if column != "rt" and numbers.missing.all():
        log.table("empty-column", label)
        return values
    kinds = {
        "missing": numbers.missing,
        "not-a-number": numbers.bad,
        "not-finite": numbers.infinite,
        "ambiguous": numbers.ambiguous,
    }
    for kind, found in kinds.items():
        rows = np.flatnonzero(found & judged)
        code = f"rt-{kind}" if column == "rt" else kind
        log.cells(code, rows, label, text)
    rows = np.flatnonzero(numbers.foreign & judged)
    log.cells("other-decimal-mark", rows, label, text, read=[f"{v:g}" for v in values[rows]])
    grouped = np.flatnonzero(numbers.grouped)
    if len(grouped):
        first = grouped[0]
        log.table("thousands-separator", label, text.iloc[first], read=f"{values[first]:.15g}")
    if column in ("volume", "mz"):
        rows = np.flatnonzero((values <= 0) & judged)
        log.cells("not-positive", rows, label, text)
        values = np.where(values <= 0, np.nan, values)
    return _within_range(column, values, judged, label, text, log)


def _within_range(
    column: str,
    values: FloatArray,
    judged: BoolArray,
    label: str,
    text: pd.Series[Any],
    log: ProblemLog,
) -> FloatArray:
    """Return the values, NaN where no instrument could have measured one, and report those."""
    measurable = value_ranges().get(column)
    if measurable is None:
        return values
    beyond = (values < measurable.low) | (values > measurable.high)
    low, high = f"{measurable.low:g}", f"{measurable.high:g}"
    log.cells("out-of-bounds", np.flatnonzero(beyond & judged), label, text, low=low, high=high)
    return np.where(beyond, np.nan, values)


def _settle_rt(
    raw: RawTable, cells: pd.DataFrame, rt: FloatArray, judged: BoolArray, log: ProblemLog
) -> FloatArray:
    """Return RT in min, NaN where out of bounds, and report both.

    The unit in the header decides. Without one, a column whose median is above 120 holds
    seconds: half of the features of a run eluting after two hours is next to unknown, and a
    90-minute gradient stays what it is. From 60 to 120 the column is left as it is, with a
    warning. A header that says seconds over values that never pass 60 is not believed:
    some programs write minutes under such headers.
    """
    label, text = raw.header.label("rt"), cells[raw.header.places["rt"]]
    minutes = rt / 60.0 if _holds_seconds(raw.header, rt[judged], log) else rt
    for code, found in (
        ("rt-negative", rt < 0),
        ("rt-zero", rt == 0),
        ("rt-out-of-bounds", minutes > MAX_RT),
    ):
        rows = np.flatnonzero(found & judged)
        log.cells(code, rows, label, text, limit=f"{MAX_RT:g}")
    return np.where((minutes > 0) & (minutes <= MAX_RT), minutes, np.nan)


def _holds_seconds(header: Header, rt: FloatArray, log: ProblemLog) -> bool:
    """Tell whether an RT column holds seconds; report every doubt."""
    label, positive = header.label("rt"), np.minimum(rt[rt > 0], _NO_RT)
    if not len(positive):
        return False
    median, largest = float(np.median(positive)), float(positive.max())
    if header.rt_unit == "s":
        if largest <= _UNCLEAR_ABOVE:
            log.table("rt-minutes-under-seconds", label, f"{_UNCLEAR_ABOVE:g}")
            return False
        log.table("rt-in-seconds", label, "the header says so")
        return True
    if header.rt_unit == "" and median > _SECONDS_ABOVE:
        log.table("rt-in-seconds", label, f"half of the values are above {median:.0f}")
        return True
    if median > _UNCLEAR_ABOVE and (header.rt_unit == "" or median > _SECONDS_ABOVE):
        log.table("rt-unit-unclear", label, f"{median:.0f}")
    return False


def _read_anchors(
    raw: RawTable, cells: pd.DataFrame, judged: BoolArray, log: ProblemLog
) -> BoolArray:
    if "anchor" not in raw.header.places:
        return np.zeros(len(raw), dtype=bool)
    text = _column(raw, cells, "anchor")
    flags, unknown = read_flags(text)
    rows = np.flatnonzero(unknown & judged)
    log.cells("anchor-unknown", rows, raw.header.label("anchor"), text)
    if not flags.any():
        log.table("no-anchors", raw.header.label("anchor"))
    return flags


# --- foreign columns, formulas, repeats --------------------------------------------------


def _carry(raw: RawTable, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the foreign columns: numbers where every one prints back as written, else text."""
    taken = set(raw.header.places.values())
    carried: dict[str, Any] = {}
    stems: Counter[str] = Counter()
    for place, (text, (_, column)) in enumerate(zip(raw.header.texts, cells.items(), strict=True)):
        if place in taken or (not text.strip() and not holds_text(column).any()):
            continue
        title = text.strip() or f"column {place + 1}"
        name = _free_title(title, stems[title], carried)
        stems.update(_stems(name))
        carried[name] = _typed(column)
    return pd.DataFrame(carried, index=pd.RangeIndex(len(raw)))


def _stems(title: str) -> set[str]:
    """Return a title, and what of it stands before each bracket: `Area` of `Area (2)`."""
    brackets = islice(_BRACKET.finditer(title), _BRACKETS)
    return {title, *(title[: bracket.start()] for bracket in brackets)}


def _free_title(title: str, copies: int, taken: Collection[str]) -> str:
    """Return a title, numbered where others have it as their stem."""
    if not copies:
        return title
    numbered = (f"{title} ({number})" for number in count(copies + 1))
    return next(name for name in numbered if name not in taken)


def _typed(text: pd.Series[Any]) -> Any:
    """Return a foreign column as an array: of numbers, or of texts, missing where empty."""
    written = holds_text(text)
    if not written.any():
        return text.mask(~written, np.nan).array
    first = str(
        text.array[int(written.argmax())]
    )  # most columns of text show at once that they are
    if _FIRST_WHOLE.fullmatch(first) or _FIRST_DECIMAL.fullmatch(first):
        numbers = _as_numbers(text if written.all() else text[written], written)
        if numbers is not None:
            return numbers
    return text.array if written.all() else text.mask(~written, np.nan).array


def _as_numbers(values: pd.Series[Any], written: BoolArray) -> Any:
    """Return texts as numbers, missing where none is written.

    None where a text would not print back as written.
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


def _told_by_name(raw: RawTable, texts: pd.Series[Any], names: ParsedNames) -> BoolArray:
    """Tell which names were already reported for beginning like a formula."""
    refused = [text for text, error in names.errors.items() if error.code == "formula"]
    told = texts.isin(refused).to_numpy(dtype=bool)
    return told & ~np.isin(np.arange(len(raw)), _misfits(raw))


def _report_adducts(raw: RawTable, data: pd.DataFrame, log: ProblemLog) -> None:
    """Report ions that are unknown where an m/z was measured: it cannot be compared."""
    if "adduct" not in raw.header.places:
        return
    texts = data["adduct"].where(data["mz"].notna())
    unknown = [text for text in texts.dropna().unique() if known_adduct(text) is None]
    rows = np.flatnonzero(texts.isin(unknown))
    known = ", ".join(ion.name for ion in adducts())
    log.cells("unknown-adduct", rows, raw.header.label("adduct"), texts, known=known)


def _report_formulas(
    raw: RawTable, cells: pd.DataFrame, names: ParsedNames, log: ProblemLog
) -> None:
    """Report cells that a spreadsheet would execute; they are kept as they are."""
    for text in raw.header.texts:
        if text.startswith(FORMULA_STARTS):
            log.table("formula", text, text)
    told = _told_by_name(raw, _column(raw, cells, "name"), names)
    name = raw.header.places["name"]
    for place in sorted({name, *columns_that_begin(cells, FORMULA_STARTS)}):
        is_name = place == name
        found = begins(cells[place], FORMULA_STARTS_IN_NAMES if is_name else FORMULA_STARTS)
        rows = np.flatnonzero(found & ~told if is_name else found)
        log.cells("formula", rows, raw.header.texts[place].strip(), cells[place])


def _report_repeats(
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
    everything = pd.concat(
        [data.drop(columns="feature_id"), carried.set_axis(range(carried.shape[1]), axis=1)], axis=1
    ).iloc[rows]
    same = everything.groupby(list(everything.columns), dropna=False, sort=False).ngroup()
    first = pd.Series(rows, index=same.index).groupby(same).transform("first").to_numpy()
    copy = first != rows
    lines = [str(line) for line in raw.lines[first[copy]]]
    log.rows("duplicate-row", rows[copy], "", None, first=lines)
    originals = rows[~copy]
    alike = key.iloc[originals].duplicated(keep=False).to_numpy()
    log.rows("same-name-and-rt", originals[alike])


def _shares_name_and_rt(name: Rows, rt: FloatArray) -> BoolArray:
    """Return which rows have the name and the RT of another one, shape (k,)."""
    order = np.lexsort((rt, name))
    same = (np.diff(name[order]) == 0) & (np.diff(rt[order]) == 0)
    shared = np.zeros(len(name), dtype=bool)
    shared[order[1:][same]] = True
    shared[order[:-1][same]] = True
    return shared
