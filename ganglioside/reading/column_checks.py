"""Checks of whole columns: names, numbers, retention times, anchors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import FEATURE_TABLE, MAX_RT
from ganglioside.lipids.adducts import known_adduct
from ganglioside.lipids.name_words import is_summary
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.cell_values import (
    Numbers,
    NumberText,
    decimal_mark,
    filled,
    holds_text,
    number_text,
    numbers_together,
    plain_numbers,
    read_flags,
    to_numbers,
)
from ganglioside.reading.headers import Header, unit_of_header
from ganglioside.reading.ions import first_mz
from ganglioside.reading.limits import value_ranges
from ganglioside.reading.masses_as_times import refuse_masses
from ganglioside.reading.problems import ProblemLog, Rows, quote
from ganglioside.reading.raw_table import RawTable
from ganglioside.reading.records import SampleColumns
from ganglioside.reading.rt_values import RtText, plain_rt
from ganglioside.reading.spreading import SampleValues
from ganglioside.support.arrays import BoolArray, FloatArray
from ganglioside.support.text_columns import (
    as_column,
    as_numbers,
    constant,
    equals,
    is_blank,
    texts_of,
    without,
)

#: Whether the values of each number column can reach thousands.
_NUMBER_COLUMNS: Final[dict[str, bool]] = {"rt": False, "volume": True, "log_p": False, "mz": True}
_TEXT_COLUMNS: Final[tuple[str, ...]] = ("adduct", "sample", "sample_type")

#: Samples of a wide table whose numbers are looked at for the decimal mark.
_SHOW_MARK: Final = 10

#: Cells of samples that are read at once: more would take memory and save no time.
_CELLS_TOGETHER: Final = 100_000

#: Median RT above which a column holds seconds: in hardly any run do half of the features elute
#: after two hours.
_SECONDS_ABOVE: Final = 120.0
#: Median RT above which the unit is unclear: minutes of a long gradient, or seconds of a very
#: short one.
_UNCLEAR_ABOVE: Final = 60.0
#: Share of values beyond the longest run above which such a column holds seconds.
_TOO_LONG: Final = 0.05
#: Median RT up to which values beyond the longest run are slips of single rows.
_EARLY: Final = 20.0

#: Why a row of a sample without RT and area takes no part.
NOT_FOUND: Final = "No peak was found in this sample."

#: Larger numbers in an RT column count as this one, so that sums of them stay finite.
_NO_RT: Final = 1e9


def cells_of(raw: RawTable, cells: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Cells of an input column, shape (n,)."""
    if column == "name" and raw.names is not None:
        return raw.names
    return cells[raw.header.positions[column]]


def read_columns(
    raw: RawTable, cells: pd.DataFrame, names: ParsedNames, log: ProblemLog
) -> tuple[pd.DataFrame, list[SampleValues]]:
    """Input columns as typed values, and those of each sample; faults are reported to `log`.

    Parameters
    ----------
    raw
        The table as written.
    cells : pandas.DataFrame, shape (n, k)
        Its cells after `repair_rows`.
    names
        The n names, parsed.
    log
        Rows that it has errors for already are not reported again.

    Returns
    -------
    data : pandas.DataFrame, shape (n, 12)
        Columns `FEATURE_TABLE` but `fault`: RT in min, NaN or NA where missing or refused.
    samples : list of SampleValues
        Values of each sample of a wide table, none for other tables.
    """
    n = len(raw)
    judged = np.ones(n, dtype=bool)
    judged[log.faulted] = False
    empty = _empty_rows(raw, cells) & judged
    log.rows("empty-row", np.flatnonzero(empty))
    judged &= ~empty
    own = judged & ~_report_names(raw, cells, names, judged, log)
    rt_text = _plain_rt(raw, cells, log)
    if rt_text is not None:
        cells = cells.copy(deep=False)
        cells[raw.header.positions["rt"]] = rt_text.text
    cells = _with_first_mz(raw, cells, log)
    texts = _number_texts(raw, cells)
    absent = _not_found(raw, texts, own, log)
    judged, own = judged & ~absent, own & ~absent
    mark = _table_mark(raw, cells, texts, log)
    numbers = {
        column: _read_numbers(raw, cells, column, texts.get(column), mark, own, log)
        for column in _NUMBER_COLUMNS
    }
    if _has(raw, "rt"):
        refuse_masses(raw, numbers["rt"], names, own)
        minutes = rt_text is not None and rt_text.minutes
        numbers["rt"] = _settle_rt(raw, cells, numbers["rt"], judged, log, minutes=minutes)
    samples = read_samples(raw, cells, mark, own, log)
    anchors = _read_anchors(raw, cells, own, log)
    words = {column: _read_texts(raw, cells, column) for column in _TEXT_COLUMNS}
    words["adduct"] = _with_ions_of_names(raw, cells, words["adduct"], names, log)
    named = texts_of(cells_of(raw, cells, "name"))
    data = {
        "feature_id": np.arange(n),
        "row": as_numbers(raw.lines),
        "name": as_column(without(named, equals(named, ""))),
        **numbers,
        "anchor": anchors,
        **words,
        "sheet": as_column(constant(raw.sheet or None, n)),
    }
    return pd.DataFrame(
        {column: data[column] for column in FEATURE_TABLE if column in data}
    ), samples


def _not_found(
    raw: RawTable, texts: Mapping[str, NumberText], judged: BoolArray, log: ProblemLog
) -> BoolArray:
    """Whether each row is of a peak that was not found in its sample, shape (n,); it is reported.

    A program that lists every name in every sample writes no RT and no area then.
    """
    if "sample" not in raw.header.positions or not {"rt", "volume"} <= texts.keys():
        return np.zeros(len(raw), dtype=bool)
    absent: BoolArray = texts["rt"].missing & texts["volume"].missing & judged
    rows = np.flatnonzero(absent)
    if len(rows):
        log.table("peaks-not-found", raw.header.label("rt"), f"{len(rows):,}")
        log.leave_out(rows, [NOT_FOUND] * len(rows))
    return absent


def _plain_rt(raw: RawTable, cells: pd.DataFrame, log: ProblemLog) -> RtText | None:
    """RT as plain numbers where it is written in other forms, which is reported once."""
    if not _has(raw, "rt"):
        return None
    written = cells_of(raw, cells, "rt")
    plain = plain_rt(written)
    if plain.first is None:
        return None
    value, read = written.iloc[plain.first], plain.text.iloc[plain.first]
    log.table("rt-form", raw.header.label("rt"), value, read=read)
    return plain


def _with_first_mz(raw: RawTable, cells: pd.DataFrame, log: ProblemLog) -> pd.DataFrame:
    """Cells with one m/z in each row; that some have several is reported once."""
    if not _has(raw, "mz"):
        return cells
    written = cells_of(raw, cells, "mz")
    plain, first = first_mz(written)
    if first is None:
        return cells
    log.table("mz-lists", raw.header.label("mz"), written.iloc[first], read=plain.iloc[first])
    cells = cells.copy(deep=False)
    cells[raw.header.positions["mz"]] = plain
    return cells


def _has(raw: RawTable, column: str) -> bool:
    """Whether a table has an input column that its samples share."""
    return column in raw.header.positions


def _number_texts(raw: RawTable, cells: pd.DataFrame) -> dict[str, NumberText]:
    """Tidied cells of the number columns that all samples share."""
    return {
        column: number_text(cells_of(raw, cells, column), thousands=thousands)
        for column, thousands in _NUMBER_COLUMNS.items()
        if _has(raw, column)
    }


def _table_mark(
    raw: RawTable, cells: pd.DataFrame, shared: Mapping[str, NumberText], log: ProblemLog
) -> str:
    """Decimal mark of all columns of numbers; a comma is reported."""
    texts = list(shared.values())
    for sample in raw.samples[:_SHOW_MARK]:
        for column, position in sample.positions.items():
            texts.append(number_text(cells[position], thousands=_NUMBER_COLUMNS[column]))
    mark = decimal_mark(texts)
    if mark == ",":
        log.table("decimal-comma")
    return mark


def _read_numbers(
    raw: RawTable,
    cells: pd.DataFrame,
    column: str,
    text: NumberText | None,
    mark: str,
    judged: BoolArray,
    log: ProblemLog,
) -> FloatArray:
    """Values of a number column, NaN where refused or if the table lacks it, shape (n,)."""
    if text is None:
        return np.full(len(raw), np.nan)
    return _report_numbers(raw, cells, column, to_numbers(text, mark), judged, log)


def read_samples(
    raw: RawTable, cells: pd.DataFrame, mark: str, judged: BoolArray, log: ProblemLog
) -> list[SampleValues]:
    """Values of each sample of a wide table; cells that hold something else are reported.

    An area that is zero, or no value, was not found in that sample: programs write zeros, blanks
    and words for it.
    """
    found, others = [], []
    told: set[str] = set()
    for sample, columns in _positives(raw, cells, mark):
        values = {}
        for column, position in sample.positions.items():
            read = columns[column]
            values[column] = read.values
            rows = np.flatnonzero(read.refused & judged)
            label = raw.header.texts[position].strip()
            others.append((label, rows, cells[position]))
            if read.numbers is not None:
                _report_forms(read.numbers, label, cells[position], told, log)
        found.append(SampleValues(sample, values.get("volume"), values.get("rt"), values.get("mz")))
    _report_refused([other for other in others if len(other[1])], log)
    return _in_minutes(raw, found)


def _report_refused(columns: Sequence[tuple[str, Rows, pd.Series[Any]]], log: ProblemLog) -> None:
    """Report cells in columns of samples that hold no value: column, value and lines of each."""
    words = []
    for label, rows, cells in columns:
        lines: dict[str, list[str]] = {}
        for value, line in zip(cells.iloc[rows], log.lines[rows].tolist(), strict=True):
            lines.setdefault(quote(value.strip()), []).append(f"{line:,}")
        words.append(f"{quote(label)}: " + ", ".join(map(_with_lines, lines, lines.values())))
    if words:
        label = columns[0][0] if len(columns) == 1 else ""
        log.table("sample-cells", label, "; ".join(words))


def _with_lines(value: str, lines: Sequence[str]) -> str:
    """Value of a cell and the lines in which it is written: `"*" (rows 4, 9)`."""
    return f'"{value}" (row{"s" if len(lines) > 1 else ""} {", ".join(lines)})'


@dataclass(frozen=True, eq=False, slots=True)
class _Positive:
    """A column of one sample: its values, and the cells that are neither a value nor missing.

    `numbers` tells how its cells were read, None where all are plain numbers.
    """

    values: FloatArray
    refused: BoolArray
    numbers: Numbers | None


def _positives(
    raw: RawTable, cells: pd.DataFrame, mark: str
) -> Iterator[tuple[SampleColumns, dict[str, _Positive]]]:
    """Yield each sample with its columns, which are read for several samples at once."""
    step = max(1, _CELLS_TOGETHER // max(len(raw), 1))
    for start in range(0, len(raw.samples), step):
        some = raw.samples[start : start + step]
        found: list[dict[str, _Positive]] = [{} for _ in some]
        for column in dict.fromkeys(column for sample in some for column in sample.positions):
            own = [i for i, sample in enumerate(some) if column in sample.positions]
            texts = [cells[some[i].positions[column]] for i in own]
            for i, read in zip(own, _read_together(texts, column, mark), strict=True):
                found[i][column] = read
        yield from zip(some, found, strict=True)


def _read_together(texts: Sequence[pd.Series[Any]], column: str, mark: str) -> Iterator[_Positive]:
    """Yield one quantity of each of several samples."""
    plain = [plain_numbers(text) for text in texts]
    forms = [text for text, values in zip(texts, plain, strict=True) if values is None]
    if column == "rt":
        forms = [plain_rt(text).text for text in forms]
    read = iter(numbers_together(forms, mark, thousands=_NUMBER_COLUMNS[column]))
    for values in plain:
        yield _positive(values, column) if values is not None else _of_forms(next(read), column)


def _of_forms(numbers: Numbers, column: str) -> _Positive:
    """Column of one sample that is not of plain numbers alone."""
    unread = numbers.bad | numbers.infinite | numbers.ambiguous
    read = _positive(numbers.values, column)
    return _Positive(read.values, read.refused | unread, numbers)


def _positive(values: FloatArray, column: str) -> _Positive:
    """Positive numbers of a column of one sample that can have been measured, NaN for others."""
    measurable = value_ranges().get(column)
    high = np.inf if measurable is None else measurable.high
    beyond = (values < 0) | (values > high) | np.isinf(values)
    positive = np.where((values > 0) & ~beyond, values, np.nan)
    return _Positive(positive, beyond, None)


def _in_minutes(raw: RawTable, samples: list[SampleValues]) -> list[SampleValues]:
    """Samples with RT in min: the unit is that of the header, or what all values show."""
    own = [values.rt for values in samples if values.rt is not None]
    if not own:
        return samples
    first = next(s for s in raw.samples if "rt" in s.positions)
    unit = unit_of_header(raw.header.texts[first.positions["rt"]])
    median = float(np.nanmedian(np.concatenate(own))) if np.isfinite(own).any() else 0.0
    seconds = unit != "min" and median > (_UNCLEAR_ABOVE if unit == "s" else _SECONDS_ABOVE)
    if raw.unit is not None:
        seconds = raw.unit == "s"
    if not seconds:
        return samples
    return [replace(v, rt=None if v.rt is None else v.rt / 60.0) for v in samples]


def _read_texts(raw: RawTable, cells: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Cells of a text column, NaN where blank or if the table lacks it, shape (n,)."""
    if column not in raw.header.positions:
        return pd.Series(as_column(constant(None, len(raw))))
    return filled(cells_of(raw, cells, column))


def _empty_rows(raw: RawTable, cells: pd.DataFrame) -> BoolArray:
    """Whether each row is empty in all cells, shape (n,)."""
    empty = ~holds_text(cells_of(raw, cells, "name"))
    for position in cells:
        if not empty.any():
            break
        empty &= ~holds_text(cells[position])
    return empty


#: Codes of names that are no fault of the table: such rows are kept and not judged.
_NOT_OURS: Final = ("unannotated", "other-lipid", "summary-row")


def _report_names(
    raw: RawTable, cells: pd.DataFrame, names: ParsedNames, judged: BoolArray, log: ProblemLog
) -> BoolArray:
    """Report names that are missing or cannot be read.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        Rows that are left out without a fault: without annotation, of other lipids, internal
        standards.
    """
    texts, label = cells_of(raw, cells, "name"), raw.header.label("name")
    blank = is_blank(texts_of(texts))
    summed = _sum_up(raw, cells, blank & judged)
    log.rows("summary-row", summed, label, cells[0].iloc[summed])
    log.leave_out(summed, ["The row sums up other rows."] * len(summed))
    nameless = blank & judged
    nameless[summed] = False
    unnamed = nameless & bool(raw.tool)
    _report_unnamed(np.flatnonzero(unnamed), label, log)
    log.rows("name-missing", np.flatnonzero(nameless & ~unnamed), label)
    bad = np.flatnonzero((names.index < 0) & ~names.standard & ~blank & judged)
    values = texts.iloc[bad]
    codes = np.array([names.errors[v].code for v in values], dtype=object)
    for code in dict.fromkeys(codes):
        same = codes == code
        _report_unread(str(code), bad[same], label, list(values[same]), names, log)
    standards = np.flatnonzero(names.standard & judged)
    _report_standards(standards, label, texts.iloc[standards], names, log)
    left_out = unnamed.copy()
    left_out[bad[np.isin(codes.astype("str"), _NOT_OURS)]] = True
    left_out[standards] = True
    left_out[summed] = True
    return left_out


def _sum_up(raw: RawTable, cells: pd.DataFrame, rows: BoolArray) -> Rows:
    """Positions of the rows without a name whose first cell says that they sum up the others."""
    if raw.header.positions["name"] == 0 or not rows.any():
        return np.empty(0, dtype=np.int64)
    positions = np.flatnonzero(rows)
    said = [is_summary(text.strip()) for text in cells[0].iloc[positions]]
    found: Rows = positions[np.array(said, dtype=bool)]
    return found


def _report_unnamed(rows: Rows, label: str, log: ProblemLog) -> None:
    """Report features that a tool found and did not name, in one line for the table."""
    if len(rows):
        log.table("unnamed-features", label, f"{len(rows):,}")
        log.leave_out(rows, ["The feature has no name."] * len(rows))


def _report_unread(
    code: str, rows: Rows, label: str, texts: Sequence[str], names: ParsedNames, log: ProblemLog
) -> None:
    """Report names that are refused for one reason; other lipids in one line for the table."""
    errors = [names.errors[text] for text in texts]
    messages = [str(error) for error in errors]
    if code in _NOT_OURS:
        log.leave_out(rows, messages)
    if code == "other-lipid":
        classes = Counter(error.lipid_class for error in errors).most_common()
        listed = ", ".join(f"{name} {count:,}" for name, count in classes)
        log.table("other-lipids", label, f"{len(rows):,} ({listed})")
        return
    severity = "info" if code in _NOT_OURS else "error"
    log.own_words(code, severity, rows, label, texts, messages, [e.advice for e in errors])


def _report_standards(
    rows: Rows, label: str, texts: pd.Series[Any], names: ParsedNames, log: ProblemLog
) -> None:
    """Report internal standards, which are not judged."""
    species = [f" of {names.species[k].name}" if k >= 0 else "" for k in names.index[rows]]
    log.rows("internal-standard", rows, label, texts, species=species)
    log.leave_out(rows, [f"An internal standard{which} is not judged." for which in species])


def _with_ions_of_names(
    raw: RawTable,
    cells: pd.DataFrame,
    adducts: pd.Series[Any],
    names: ParsedNames,
    log: ProblemLog,
) -> pd.Series[Any]:
    """Ions of the column, else those that the names give, NaN without either, shape (n,).

    An unknown one of a name counts where the column gives none.
    """
    named = np.asarray(pd.notna(names.ions))
    if not named.any():
        return adducts
    ions = pd.Series(names.ions, index=adducts.index, dtype="str")
    empty = adducts.isna().to_numpy(dtype=bool)
    filled = np.flatnonzero(named & empty)
    if len(filled):
        first = str(cells_of(raw, cells, "name").iloc[filled[0]])
        log.table("ion-from-name", raw.header.label("name"), f"{len(filled):,}", first=first)
    known = {text: known_adduct(text) for text in adducts[named & ~empty].unique()}
    names_of = {text: ion.name for text, ion in known.items() if ion}
    used = adducts.map(names_of).astype("str").fillna(ions)
    known_in_names = [text for text in ions[named].unique() if known_adduct(text)]
    differs = (used != ions) & ions.isin(known_in_names)
    rows = np.flatnonzero(~empty & differs.to_numpy(dtype=bool))
    if len(rows):
        label = raw.header.label("adduct")
        log.cells("ion-differs", rows, label, adducts, ion=list(ions.iloc[rows]))
    return adducts.fillna(ions)


def _report_numbers(
    raw: RawTable,
    cells: pd.DataFrame,
    column: str,
    numbers: Numbers,
    judged: BoolArray,
    log: ProblemLog,
) -> FloatArray:
    """Values of a number column, NaN where refused, shape (n,); faults are reported."""
    label, text = raw.header.label(column), cells_of(raw, cells, column)
    values = numbers.values
    if column != "rt" and numbers.missing.all():
        log.table("empty-column", label)
        return values
    kinds = {
        "missing": numbers.missing & ~(numbers.worded & (column != "rt")),
        "not-a-number": numbers.bad,
        "not-finite": numbers.infinite,
        "ambiguous": numbers.ambiguous,
    }
    for kind, found in kinds.items():
        rows = np.flatnonzero(found & judged)
        code = f"rt-{kind}" if column == "rt" else kind
        log.cells(code, rows, label, text)
    if column != "rt" and numbers.worded.any():
        words = ", ".join(dict.fromkeys(text[numbers.worded].str.strip()))
        log.table("missing-words", label, words, count=f"{int(numbers.worded.sum()):,}")
    rows = np.flatnonzero(numbers.foreign & judged)
    log.cells("other-decimal-mark", rows, label, text, read=[f"{v:g}" for v in values[rows]])
    _report_forms(numbers, label, text, set(), log)
    if column in ("volume", "mz"):
        rows = np.flatnonzero((values <= 0) & judged)
        log.cells("not-positive", rows, label, text)
        values = np.where(values <= 0, np.nan, values)
    return _within_range(column, values, judged, label, text, log)


def _report_forms(
    numbers: Numbers, label: str, text: pd.Series[Any], told: set[str], log: ProblemLog
) -> None:
    """Report the first number of a column that was read without what is written in it or behind.

    `told` holds the codes that another column of a sample was reported for.
    """
    forms = {"thousands-separator": numbers.grouped, "number-form": numbers.formed}
    for code, formed in forms.items():
        rows = np.flatnonzero(formed & np.isfinite(numbers.values))
        if len(rows) and code not in told:
            told.add(code)
            first = rows[0]
            log.table(code, label, text.iloc[first], read=f"{numbers.values[first]:.15g}")


def _within_range(
    column: str,
    values: FloatArray,
    judged: BoolArray,
    label: str,
    text: pd.Series[Any],
    log: ProblemLog,
) -> FloatArray:
    """Values that can have been measured, NaN for others, shape (n,); those are reported."""
    measurable = value_ranges().get(column)
    if measurable is None:
        return values
    beyond = (values < measurable.low) | (values > measurable.high)
    low, high = f"{measurable.low:g}", f"{measurable.high:g}"
    log.cells("out-of-bounds", np.flatnonzero(beyond & judged), label, text, low=low, high=high)
    return np.where(beyond, np.nan, values)


def _settle_rt(
    raw: RawTable,
    cells: pd.DataFrame,
    rt: FloatArray,
    judged: BoolArray,
    log: ProblemLog,
    *,
    minutes: bool,
) -> FloatArray:
    """RT in min, NaN where out of bounds, shape (n,); a conversion and faults are reported.

    =============  ===========================  ==============================
    header         RT                           unit
    =============  ===========================  ==============================
    minutes        any                          min (warning: median > 120)
    seconds        largest > 60                 s
    seconds        largest <= 60                min: some programs write
                                                minutes under such headers
    without unit   median <= 60                 min
    without unit   60 < median <= 120           min (warning)
    without unit   median > 120                 s
    without unit   median > 60, and one in      s: no run takes so long
                   twenty beyond 300 min
    without unit   median > 20, and one in      s
                   ten beyond 300 min
    =============  ===========================  ==============================
    """
    label, text = raw.header.label("rt"), cells_of(raw, cells, "rt")
    if raw.unit is not None:
        seconds = raw.unit == "s"
    else:
        seconds = not minutes and _holds_seconds(raw.header, rt[judged], log)
    in_minutes = rt / 60.0 if seconds else rt
    for code, found in (
        ("rt-negative", rt < 0),
        ("rt-zero", rt == 0),
        ("rt-out-of-bounds", in_minutes > MAX_RT),
    ):
        rows = np.flatnonzero(found & judged)
        log.cells(code, rows, label, text, limit=f"{MAX_RT:g}")
    return np.where((in_minutes > 0) & (in_minutes <= MAX_RT), in_minutes, np.nan)


def _holds_seconds(header: Header, rt: FloatArray, log: ProblemLog) -> bool:
    """Whether an RT column holds seconds (see `_settle_rt`); doubts are reported."""
    label, positive = header.label("rt"), np.minimum(rt[rt > 0], _NO_RT)
    if not len(positive):
        return False
    median, largest = float(np.median(positive)), float(positive.max())
    if header.rt_unit == "s":
        if largest <= _UNCLEAR_ABOVE:
            log.table("rt-minutes-under-seconds", label, f"{_UNCLEAR_ABOVE:g}")
            return False
        log.table("rt-header-in-seconds", label)
        return True
    beyond = float(np.mean(positive > MAX_RT))
    too_long = beyond >= (_TOO_LONG if median > _UNCLEAR_ABOVE else 2 * _TOO_LONG)
    too_long = too_long and median > _EARLY
    if header.rt_unit == "" and (median > _SECONDS_ABOVE or too_long):
        log.table("rt-in-seconds", label, f"{median:.0f}")
        return True
    if median > _UNCLEAR_ABOVE and (header.rt_unit == "" or median > _SECONDS_ABOVE):
        log.table("rt-unit-unclear", label, f"{median:.0f}")
    return False


def _read_anchors(
    raw: RawTable, cells: pd.DataFrame, judged: BoolArray, log: ProblemLog
) -> BoolArray:
    """Anchor marks, False if the table has none, shape (n,); faults are reported."""
    if "anchor" not in raw.header.positions:
        return np.zeros(len(raw), dtype=bool)
    text = cells_of(raw, cells, "anchor")
    flags, unknown = read_flags(text)
    rows = np.flatnonzero(unknown & judged)
    log.cells("anchor-unknown", rows, raw.header.label("anchor"), text)
    if not flags.any():
        log.table("no-anchors", raw.header.label("anchor"))
    return flags
