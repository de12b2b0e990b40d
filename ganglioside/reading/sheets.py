"""Sheets of an input read as tables of text cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.columns import MAX_RT
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.continued_rows import with_continued
from ganglioside.reading.header_faults import refusal
from ganglioside.reading.headers import Header, column_of_header, looks_like_data
from ganglioside.reading.ions import ion_column
from ganglioside.reading.layouts import (
    Layout,
    find_layout,
    header_of,
    numbered,
    with_late_columns,
    without_header,
)
from ganglioside.reading.name_columns import NameChoice, choose_names, readable_share, sheet_words
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.problems import ProblemLog
from ganglioside.reading.raw_table import Note, RawTable
from ganglioside.reading.records import Body, SampleColumns, Sheet, as_cells, column_of
from ganglioside.reading.registry import formats
from ganglioside.reading.rt_values import plain_rt
from ganglioside.reading.sample_columns import (
    mixed_columns,
    numbers_left_out,
    numbers_repeated,
    numbers_unlike,
)
from ganglioside.reading.sample_types import NOT_JUDGED
from ganglioside.reading.tidy import gathered
from ganglioside.reading.transposed import exchanged
from ganglioside.reading.two_line_headers import joined
from ganglioside.reading.written_once import with_filled_down
from ganglioside.support.text_columns import equals, texts_of

#: Types of samples that take no part where the table gives them no RT of their own.
_NO_PART_WITHOUT_RT: Final = frozenset({"blank", "qc", "pool", "standard"})


#: Columns and records of a table without a header in which names are looked for.
_LOOKED_AT: Final = 50
#: Share of a column's cells, or of those of a header, that are names where it holds names.
_ENOUGH: Final = 0.5
#: Most that the latest time of a run is beyond the median one; areas range over decades.
_TIMES_MEDIAN: Final = 50.0
#: A feature by m/z and retention time, as MetaboAnalyst wants it: `1151.7056__7.54`, `2.706/50.33`.
_TWO_NUMBERS: Final = re.compile(r"[0-9]{1,5}\.[0-9]+[_/@ ]{1,3}[0-9]{1,5}(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Searched:
    """A sheet and its layout, None if no record of it can be a header."""

    sheet: Sheet
    layout: Layout | None


def search(sheet: Sheet, options: ReadingOptions) -> Searched:
    """A sheet with its layout, after it was unfolded if a tool writes sheets of such a shape."""
    columns = options.named
    if not options.header:
        return Searched(sheet, without_header(sheet, columns))
    for form in formats():
        unfolded = form.unfold(sheet) if form.unfold is not None else None
        if unfolded is not None:
            return Searched(unfolded, find_layout(unfolded, columns, form))
    sheet = gathered(sheet, columns) or sheet
    one = joined(sheet)
    joint = None if one is None else find_layout(one, columns)
    if one is not None and joint is not None:
        return Searched(one, joint)
    layout = find_layout(sheet, columns)
    if layout is None or "name" not in layout.header.positions:
        turned = exchanged(sheet)
        if turned is not None:
            return Searched(turned, find_layout(turned, columns))
    if layout is not None and _points_at_data(layout, columns):
        return Searched(sheet, _without_the_header(layout, columns))
    return Searched(sheet, layout)


def _points_at_data(layout: Layout, columns: Mapping[str, str]) -> bool:
    """Whether the user named columns by cells of the first feature: the table has no header."""
    texts, rt = layout.header.texts, layout.header.positions.get("rt")
    named = any(column_of_header(label) == "rt" for label in columns)
    if layout.record or not named or rt is None or not looks_like_data([texts[rt]]):
        return False
    return bool((parse_names(texts).index >= 0).any())


def _without_the_header(layout: Layout, columns: Mapping[str, str]) -> Layout | None:
    """Layout of a sheet whose first record is a feature, by which the user named columns."""
    at = {label: layout.header.positions[column_of_header(label)] for label in columns}
    note = ("first-line-is-data", layout.header.texts[layout.header.positions["rt"]].strip())
    sheet = replace(layout.sheet, notes=(*layout.sheet.notes, note))
    return without_header(sheet, {label: f"column {i + 1}" for label, i in at.items()})


def best_layout(searched: Sequence[Searched]) -> Layout | None:
    """Layout with the highest rank of several ways to read one text."""
    found = [s.layout for s in searched if s.layout is not None]
    if len(found) > 1 and len({layout.rank for layout in found}) == 1:
        found = [layout for layout in found if holds_names(layout)] or found
    return max(found, key=lambda layout: (layout.rank, _data_shown(layout)), default=None)


def likeliest(sheets: Sequence[Sheet], options: ReadingOptions) -> Layout | None:
    """Layout that comes nearest to a table, also of an input that is refused; None without cells.

    Without any known header it is the first record of the widest sheet.
    """
    searched = [search(sheet, options) for sheet in sheets]
    usable = best_layout(searched)
    if usable is not None:
        return usable
    filled = [each.sheet for each in searched if each.sheet.head]
    if options.header:
        possible = [
            Layout(sheet, header_of(cells, options.named), record, line)
            for sheet in filled
            for record, (line, cells) in enumerate(sheet.head)
            if sheet.header in (None, record)
        ]
    else:
        possible = [numbered(sheet, options.named) for sheet in filled]
    return max(possible, key=_nearness, default=None)


def holds_names(layout: Layout) -> bool:
    """Whether most cells of a column below a header are names of lipids, whatever its header is."""
    below = layout.sheet.cells_below(layout.record)
    columns = range(min(len(layout.header.texts), _LOOKED_AT))
    shares = (readable_share(column_of(below, c)) for c in columns)
    return any(share >= _ENOUGH for share in shares)


def lists_names(layout: Layout) -> bool:
    """Whether the lines of a text are names and nothing else; one may hold the separator."""
    separator = layout.sheet.separator
    records = [cells for _, cells in layout.sheet.head]
    if not separator or any(map(looks_like_data, records)):
        return False
    return readable_share([separator.join(cells).strip() for cells in records]) >= _ENOUGH


def may_hold_times(layout: Layout) -> bool:
    """Whether a column below a header can hold times of a run, whatever its header is.

    Areas and amounts range over decades, or beyond the longest run in seconds.
    """
    below = layout.sheet.cells_below(layout.record)
    others = set(range(len(layout.header.texts))) - {layout.header.positions.get("name")}
    return any(_can_be_times(column_of(below, position)) for position in others)


def _can_be_times(cells: list[str]) -> bool:
    """Whether most cells of a column are numbers of which a run can be the range."""
    values = plain_rt(pd.Series(cells, dtype="str")).text
    numbers = pd.to_numeric(values.str.replace(",", ".", regex=False), errors="coerce").dropna()
    positive = numbers[numbers > 0]
    if len(positive) < _ENOUGH * len(cells) or positive.empty:
        return False
    median = float(positive.median())
    return median <= 60 * MAX_RT and float(positive.max()) <= _TIMES_MEDIAN * median


def numbers_features(layout: Layout) -> bool:
    """Whether the first cells of most rows name features by m/z and retention time alone."""
    cells = column_of(layout.sheet.cells_below(layout.record), 0)
    told = [cell.strip() for cell in cells if cell.strip()]
    found = sum(_TWO_NUMBERS.fullmatch(cell) is not None for cell in told)
    return bool(told) and found >= _ENOUGH * len(told)


def _nearness(layout: Layout) -> tuple[int, bool, bool, tuple[float, int]]:
    """Rank of a layout that lacks columns: its known headers, then place, columns and data."""
    header = layout.header
    is_divided = len(header.texts) > 1
    return len(header.positions), layout.record <= 0, is_divided, _data_shown(layout)


def _data_shown(layout: Layout) -> tuple[float, int]:
    """Largest share of names in a column of the first records, and the number of columns.

    It tells the separators of a text without known headers apart; zeros where headers do.
    """
    header = layout.header
    if layout.record > 0 or (layout.record == 0 and header.positions):
        return 0.0, 0
    first = [cells for _, cells in layout.sheet.head[:_LOOKED_AT]]
    columns = range(min(len(header.texts), _LOOKED_AT))
    shares = [readable_share(column_of(first, c)) for c in columns]
    return max(shares, default=0.0), len(header.texts)


def read_sheet(
    layout: Layout, options: ReadingOptions, notes: Sequence[Note] = ()
) -> RawTable | None:
    """Table of a sheet; None if no column of it can hold names."""
    sheet = layout.sheet
    body, repeated = _without_headers(sheet.body(layout.record), layout.header)
    layout = with_late_columns(layout, body, options.named)
    header = layout.header
    width = body.cells.shape[1]
    header = replace(header, texts=(*header.texts, *[""] * (width - len(header.texts))))
    named = any(column_of_header(label) == "name" for label in options.named)
    choice = choose_names(header, body.cells, sheet.name, named=named)
    if choice is None:
        return None
    header = _with_names_and_ions(header, choice, body.cells)
    continued: list[Note] = []
    if choice.names is None:
        body, once = with_filled_down(body, header)
        body, continued = with_continued(body, header)
        continued = [*once, *continued]
    used, left_out = _divided(_beside(header, layout.samples))
    _refuse_formulas(layout, header, used)
    return RawTable(
        header=header,
        header_line=layout.line,
        cells=body.cells,
        lines=body.lines,
        separator=sheet.separator,
        ragged=body.ragged,
        broken=body.broken,
        notes=(*notes, *repeated, *continued, *_notes(layout, header, choice)),
        sheet=sheet.name,
        tool=layout.tool,
        samples=used,
        left_out=left_out,
        unit=options.unit,
        names=choice.names,
        part=sheet.part or _head_is_sheet(choice, sheet),
    )


def _without_headers(body: Body, header: Header) -> tuple[Body, list[Note]]:
    """Rows that do not repeat the header, as tables put below one another do, and a note of it."""
    body = _in_one_order(body, header)
    texts = {i: text for i, text in enumerate(header.texts) if text.strip()}
    again = np.ones(len(body.lines), dtype=bool)
    for position, text in texts.items():
        if not again.any():
            break
        again &= equals(texts_of(body.cells[position]), text)
    if not texts or not again.any():
        return body, []
    lines = body.lines[again]
    return body.only(~again), [
        Note("header-repeated", value=f"{len(lines):,} times (first: line {lines[0]:,})")
    ]


def _in_one_order(body: Body, header: Header) -> Body:
    """Rows in whose cells the order of the header holds, where it comes again in another one."""
    texts = [text.strip() for text in header.texts]
    width = min(len(texts), body.cells.shape[1])
    first = next((i for i, text in enumerate(texts[:width]) if text), None)
    if first is None or any(texts[width:]):
        return body
    begins = np.flatnonzero(body.cells[first].str.strip().isin(set(texts) - {""}))
    found = {at: body.cells.iloc[at, :width].str.strip().tolist() for at in begins.tolist()}
    headers = {at: cells for at, cells in found.items() if sorted(cells) == sorted(texts[:width])}
    if all(cells == texts[:width] for cells in headers.values()):
        return body
    grid = body.cells.to_numpy(dtype=object).copy()
    for (at, cells), end in zip(headers.items(), [*list(headers)[1:], len(grid)], strict=True):
        order = np.argsort(np.argsort(texts[:width], kind="stable"), kind="stable")
        source = np.argsort(cells, kind="stable")[order]
        grid[at:end, :width] = grid[at:end, source]
    return replace(body, cells=as_cells([*grid.T], len(grid)))


def readable_head(layout: Layout) -> float:
    """Share of the first names below a header that are read."""
    below = layout.sheet.cells_below(layout.record)
    shown = [p for c, p in layout.header.spare if c == "name"]
    if "name" in layout.header.positions:
        shown.append(layout.header.positions["name"])
    return max((readable_share(column_of(below, position)) for position in shown), default=0.0)


def _refuse_formulas(layout: Layout, header: Header, samples: Sequence[SampleColumns]) -> None:
    """Refuse a sheet in which a column that is needed holds formulas without values."""
    needed = {*header.positions.values(), *(p for s in samples for p in s.positions.values())}
    found = sorted((row, column) for row, column in layout.sheet.formulas if column in needed)
    if not found:
        return
    row, column = found[0]
    log = ProblemLog(np.empty(0, dtype=np.int64), layout.line)
    count = sum(1 for _, other in found if other == column)
    what = f"{count:,} formula{'s' if count > 1 else ''} (first in row {row})"
    log.table("formula-without-value", header.texts[column].strip(), what)
    raise refusal(log, header.texts)


def _with_names_and_ions(header: Header, choice: NameChoice, cells: pd.DataFrame) -> Header:
    """Header with the column of names that was chosen, and that of ions, which content can show."""
    positions = {**header.positions, "name": choice.position}
    ions = ion_column(replace(header, positions=positions), cells)
    if ions is not None:
        positions["adduct"] = ions
    taken = {choice.position, ions}
    spare = tuple((c, p) for c, p in header.spare if p not in taken)
    return replace(header, positions=positions, spare=spare)


def _head_is_sheet(choice: NameChoice, sheet: Sheet) -> bool:
    """Whether the name of a worksheet is the head group of its rows."""
    return bool(sheet.name) and sheet_words(sheet.name) in choice.parts


def readable(table: RawTable) -> bool:
    """Whether a table has names; other sheets of a workbook may only look like tables."""
    cells = table.names if table.names is not None else table.cells[table.header.positions["name"]]
    return readable_share(cells) > 0


def _divided(
    samples: Sequence[SampleColumns],
) -> tuple[tuple[SampleColumns, ...], tuple[SampleColumns, ...]]:
    """Samples that are read, and those that take no part.

    Blanks never take part. Quality controls and standards of an alignment, which have the RT of
    all samples, would only repeat what the others show; they stay where they are runs like others.
    """
    used = [s for s in samples if s.kind not in _no_part(s)]
    if not used:  # nothing but blanks or controls: they are what there is to judge
        return tuple(samples), ()
    return tuple(used), tuple(s for s in samples if s.kind in _no_part(s))


def _beside(header: Header, samples: Sequence[SampleColumns]) -> tuple[SampleColumns, ...]:
    """Samples none of whose columns is that of the names or ions, which content can show."""
    taken = {header.positions["name"], header.positions.get("adduct")}
    return tuple(s for s in samples if taken.isdisjoint(s.positions.values()))


def _no_part(sample: SampleColumns) -> frozenset[str]:
    """Types of samples that take no part, if they have such columns."""
    has_own_rt = "rt" in sample.positions
    return NOT_JUDGED if has_own_rt or sample.is_run else _NO_PART_WITHOUT_RT


def _notes(layout: Layout, header: Header, choice: NameChoice) -> list[Note]:
    """Notes about what was taken from a sheet; `header` is as wide as its rows."""
    notes = [Note(code, value=value) for code, value in layout.sheet.notes]
    if layout.record > 0 and not layout.tool:
        notes.append(Note("lines-before-header", value=str(layout.line)))
    if not layout.tool:
        notes += _columns_left_out(layout)
    if choice.parts:
        notes.append(Note("name-put-together", value=" + ".join(choice.parts)))
    elif choice.by_content:
        notes.append(Note("name-by-content", value=header.texts[choice.position].strip()))
    return notes


def _columns_left_out(layout: Layout) -> list[Note]:
    """Notes of columns of numbers that were not read as samples."""
    kinds = {
        "numbers-left-out": numbers_left_out,
        "numbers-repeated": numbers_repeated,
        "numbers-unlike": numbers_unlike,
        "mixed-columns": mixed_columns,
    }
    found = {code: of(layout.header, layout.below, layout.samples) for code, of in kinds.items()}
    return [
        Note(code, value=", ".join(f'"{text}" ({what})' for text, what in columns))
        for code, columns in found.items()
        if columns
    ]
