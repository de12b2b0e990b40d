"""Sheets of an input read as tables of text cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from ganglioside.reading.headers import Header
from ganglioside.reading.ions import ion_column
from ganglioside.reading.layouts import Layout, find_layout
from ganglioside.reading.name_columns import NameChoice, choose_names, readable_share, sheet_words
from ganglioside.reading.raw_table import Note, RawTable
from ganglioside.reading.records import SampleColumns, Sheet
from ganglioside.reading.registry import formats
from ganglioside.reading.sample_types import NOT_JUDGED

#: Types of samples that take no part where the table gives them no RT of their own.
_NO_PART_WITHOUT_RT: Final = frozenset({"blank", "qc", "pool", "standard"})


@dataclass(frozen=True, slots=True)
class Searched:
    """A sheet and its layout, None if no record of it can be a header."""

    sheet: Sheet
    layout: Layout | None


def search(sheet: Sheet, columns: Mapping[str, str]) -> Searched:
    """A sheet with its layout, after it was unfolded if a tool writes sheets of such a shape."""
    for form in formats():
        unfolded = form.unfold(sheet) if form.unfold is not None else None
        if unfolded is not None:
            return Searched(unfolded, find_layout(unfolded, columns, form))
    return Searched(sheet, find_layout(sheet, columns))


def best_layout(searched: Sequence[Searched]) -> Layout | None:
    """Layout with the highest rank of several ways to read one text."""
    found = [s.layout for s in searched if s.layout is not None]
    return max(found, key=lambda layout: layout.rank, default=None)


def read_sheet(
    layout: Layout, columns: Mapping[str, str], notes: Sequence[Note] = ()
) -> RawTable | None:
    """Table of a sheet; None if no column of it can hold names."""
    sheet, header = layout.sheet, layout.header
    body = sheet.body(layout.record)
    width = body.cells.shape[1]
    header = replace(header, texts=(*header.texts, *[""] * (width - len(header.texts))))
    named = any(label.casefold() == "name" for label in columns)
    choice = choose_names(header, body.cells, sheet.name, named=named)
    if choice is None:
        return None
    header = _with_names_and_ions(header, choice, body.cells)
    used, left_out = _divided(layout.samples)
    return RawTable(
        header=header,
        header_line=layout.line,
        cells=body.cells,
        lines=body.lines,
        separator=sheet.separator,
        ragged=body.ragged,
        broken=body.broken,
        notes=(*notes, *_notes(layout, choice)),
        sheet=sheet.name,
        tool=layout.tool,
        samples=used,
        left_out=left_out,
        names=choice.names,
        part=sheet.part or _head_is_sheet(choice, sheet),
    )


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
    all samples, would only repeat what the others show.
    """
    used = [s for s in samples if s.kind not in _no_part(s)]
    if not used:  # nothing but blanks or controls: they are what there is to judge
        return tuple(samples), ()
    return tuple(used), tuple(s for s in samples if s not in used)


def _no_part(sample: SampleColumns) -> frozenset[str]:
    """Types of samples that take no part, if they have such columns."""
    return NOT_JUDGED if "rt" in sample.positions else _NO_PART_WITHOUT_RT


def _notes(layout: Layout, choice: NameChoice) -> list[Note]:
    """Notes about what was taken from a sheet."""
    notes = [Note(code, value=value) for code, value in layout.sheet.notes]
    if layout.record and not layout.tool:
        notes.append(Note("lines-before-header", value=str(layout.line)))
    if choice.parts:
        notes.append(Note("name-put-together", value=" + ".join(choice.parts)))
    elif choice.by_content:
        notes.append(Note("name-by-content", value=layout.header.texts[choice.position].strip()))
    return notes
