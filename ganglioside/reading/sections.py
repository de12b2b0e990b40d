"""Sections: tables below one another, each with a title, made one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ganglioside.reading.headers import column_of_header
from ganglioside.reading.records import Record, Sheet
from ganglioside.reading.unfolding import is_filled, sheet_of


@dataclass(slots=True)
class Section:
    """A table with its title.

    Attributes
    ----------
    title : str
    line : int
        1-based line of its header, 0 before that is found.
    header : list of str
    rows : list of Record
    """

    title: str
    line: int = 0
    header: list[str] = field(default_factory=list)
    rows: list[Record] = field(default_factory=list)


def find_sections(
    records: Sequence[Record], title_of: Callable[[list[str]], str | None]
) -> list[Section]:
    """Sections of a sheet that have a header with an RT or an area.

    Parameters
    ----------
    records
        Records of the sheet.
    title_of
        Title of the section that a record begins, None for other records.

    Examples
    --------
    >>> records = [(1, ["Compound 1: GM3"]), (2, ["Name", "RT"]), (3, ["S_1", "7.5"])]
    >>> sections = find_sections(records, lambda c: c[0][12:] if c[0][:8] == "Compound" else None)
    >>> [(section.title, section.header, section.rows) for section in sections]
    [('GM3', ['Name', 'RT'], [(3, ['S_1', '7.5'])])]
    """
    found: list[Section] = []
    for line, cells in records:
        title = title_of(cells)
        if title is not None:
            found.append(Section(title))
        elif found and not found[-1].header:
            if is_header(cells):
                found[-1].line, found[-1].header = line, [cell.strip() for cell in cells]
        elif found and is_filled(cells):
            found[-1].rows.append((line, cells))
    return [section for section in found if section.header]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a record can be the header of a section: it names an RT or an area."""
    return any(column_of_header(cell) in ("rt", "volume") for cell in cells)


def join_sections(
    sheet: Sheet, sections: Sequence[Section], title: str, records: Sequence[Record] = ()
) -> Sheet:
    """Sheet with the rows of all sections, and their titles in a column of this name.

    Sections may have their columns in different orders. Columns without a header are left out.
    The report counts those of `records` that are in no section.
    """
    headers = dict.fromkeys(text for s in sections for text in s.header if text)
    rows: list[Record] = []
    for section in sections:
        at = {text: i for i, text in reversed(list(enumerate(section.header)))}
        for line, cells in section.rows:
            own = [_cell(cells, at.get(text)) for text in headers]
            rows.append((line, [section.title, *own]))
    header = (sections[0].line, [title, *headers])
    return sheet_of(sheet, header, rows, left_out=_outside(records, sections))


def _outside(records: Sequence[Record], sections: Sequence[Section]) -> list[int]:
    """Lines of records that are neither row nor header of a section, and no titles."""
    taken = {line for section in sections for line, _ in section.rows}
    taken |= {section.line for section in sections}
    return [line for line, cells in records if line not in taken and is_filled(cells)]


def _cell(cells: Sequence[str], position: int | None) -> str:
    """Cell at a position, empty where there is none."""
    return "" if position is None or position >= len(cells) else cells[position]
