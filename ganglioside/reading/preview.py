"""Previews: the first rows of an input, with what its columns were taken for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganglioside.columns import INPUT_LABELS
from ganglioside.reading.file_kinds import sheets_of
from ganglioside.reading.headers import Header
from ganglioside.reading.raw_table import FIRST_ROWS, Source, TableRead
from ganglioside.reading.records import SampleColumns
from ganglioside.reading.sheets import likeliest
from ganglioside.settings import Settings


@dataclass(frozen=True, eq=False, slots=True)
class Preview:
    """First rows of a sheet or file, read or refused.

    Attributes
    ----------
    sheet : str
        Name of the worksheet, empty for other inputs.
    header : Header
    header_line : int
        1-based line of the header, 0 without one.
    samples : tuple of SampleColumns
        Samples of a wide table that take part.
    rows : tuple of (int, tuple of str)
        1-based line of the input, and the cells as read.
    """

    sheet: str
    header: Header
    header_line: int
    samples: tuple[SampleColumns, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def taken(self) -> Mapping[int, str]:
        """Words for what a column was taken for, by its position."""
        words = {
            position: f"{INPUT_LABELS[column]} of {sample.name}"
            for sample in self.samples
            for column, position in sample.positions.items()
        }
        return words | {p: INPUT_LABELS[column] for column, p in self.header.positions.items()}

    @property
    def of_each_sample(self) -> frozenset[str]:
        """Input columns that each sample has for itself."""
        return frozenset(column for sample in self.samples for column in sample.positions)


def preview_read(read: TableRead) -> Preview:
    """Preview of a sheet or file that was read."""
    return Preview(read.sheet, read.header, read.header_line, read.samples, read.first)


def preview_refused(origin: Source, settings: Settings) -> Preview | None:
    r"""Preview of a file that was refused for its columns; None if it has no cells.

    Parameters
    ----------
    origin
        The file, with what the user says about it.
    settings
        Limits: `max_megabytes`, `max_rows`.

    Raises
    ------
    ReadError
        If the file is no table.

    Examples
    --------
    >>> from ganglioside.settings import Settings
    >>> bare = Source.from_bytes("bare.csv", b"GM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n")
    >>> seen = preview_refused(bare, Settings())
    >>> seen.header.texts, seen.rows
    (('GM1(36:1;O2)', '9.5'), ((2, ('GM1(38:1;O2)', '10.5')),))
    """
    layout = likeliest(sheets_of(origin, settings), origin.options)
    if layout is None:
        return None
    below = layout.sheet.head[layout.record + 1 : layout.record + 1 + FIRST_ROWS]
    rows = tuple((line, tuple(cells)) for line, cells in below)
    return Preview(layout.sheet.name, layout.header, layout.line, layout.samples, rows)
