"""Tables as they were written: text cells, and the bytes that they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.reading.headers import Header
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.records import SampleColumns

#: Rows that people are shown, so that they see what was taken.
FIRST_ROWS: Final = 5


@dataclass(frozen=True, eq=False)
class Source:
    """The input as it was received.

    Attributes
    ----------
    name : str
        File name, or another name of the input.
    options : ReadingOptions
        What the user says about it.
    is_file : bool
        Whether these are the bytes of the user's own file, not those of a DataFrame.

    Examples
    --------
    >>> source = Source.from_bytes("liver.csv", b"Name,RT")
    >>> source.size, source.sha256[:8]
    (7, 'add6beb3')
    """

    name: str
    _load: Callable[[], bytes] = field(repr=False)
    options: ReadingOptions = field(default_factory=ReadingOptions)
    is_file: bool = True

    @classmethod
    def from_bytes(cls, name: str, content: bytes) -> Source:
        """Source of bytes that are in memory."""
        return cls(name, lambda: content)

    @classmethod
    def from_frame(cls, name: str, frame: pd.DataFrame) -> Source:
        """Source of a DataFrame: the UTF-8 CSV that reads back as the same table."""
        kept = frame.copy()
        # With CRLF line ends, cells that contain a lone CR or LF are quoted too.
        return cls(name, partial(_csv, kept), is_file=False)

    @classmethod
    def stored(cls, name: str, content: bytes, reading: Mapping[str, Any]) -> Source:
        """Source of bytes with what `reading` gave when they were stored.

        Raises
        ------
        SettingsError
            If it is nothing that `reading` gives.
        """
        options = {key: value for key, value in reading.items() if key != "frame"}
        is_file = reading.get("frame", False) is not True
        return cls(name, lambda: content, ReadingOptions.from_dict(options), is_file)

    @property
    def reading(self) -> dict[str, Any]:
        """What a history remembers of the input besides its bytes, as JSON can hold it."""
        return self.options.to_dict() | ({} if self.is_file else {"frame": True})

    @cached_property
    def content(self) -> bytes:
        """Bytes of the input."""
        return self._load()

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, as hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    def __eq__(self, other: object) -> bool:
        """Two sources are equal when their names, bytes and ways of reading are."""
        return (
            isinstance(other, Source)
            and (self.name, self.options) == (other.name, other.options)
            and self.content == other.content
        )

    __hash__ = None  # type: ignore[assignment]


def _csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 CSV of a DataFrame."""
    return frame.to_csv(index=False, lineterminator="\r\n").encode()


@dataclass(frozen=True, slots=True)
class Note:
    """A problem of the whole table that was found while reading: a code and its words."""

    code: str
    column: str = ""
    value: str = ""
    first: str = ""


@dataclass(frozen=True, eq=False)
class RawTable:
    """An input as text cells, before anything is checked.

    Attributes
    ----------
    header : Header
        The header and its input columns.
    header_line : int
        1-based line of the header.
    cells : pandas.DataFrame, shape (n, len(header.texts))
        Text of every cell as read, empty if it is missing; the columns are numbered from 0.
    lines : numpy.ndarray of int64, shape (n,)
        1-based line of the input on which each row begins.
    separator : str
        Separator of the fields of a text file, empty for other inputs.
    ragged : mapping of int to tuple of str
        Fields, as written, of each row (by position) whose fields do not fit the header.
    broken : numpy.ndarray of int64
        Positions of rows whose quotes do not match.
    notes : tuple of Note
        Problems of the table as a whole.
    sheet : str
        Name of the worksheet, empty for other inputs.
    tool : str
        The tool whose export this is, empty if none is recognised.
    samples : tuple of SampleColumns
        Samples of a wide table that are read.
    left_out : tuple of SampleColumns
        Its other samples.
    unit : str or None
        Unit of RT that the user named.
    names : pandas.Series of str or None, shape (n,)
        Names put together from several cells; None where one column holds them.
    part : bool
        Whether the sheet is a part of one table (a class or a compound a sheet), and so no sample.
    """

    header: Header
    header_line: int
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    separator: str = ""
    ragged: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    broken: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    notes: tuple[Note, ...] = ()
    sheet: str = ""
    tool: str = ""
    samples: tuple[SampleColumns, ...] = ()
    left_out: tuple[SampleColumns, ...] = ()
    unit: str | None = None
    names: pd.Series[Any] | None = None
    part: bool = False

    def __len__(self) -> int:
        return len(self.cells)


@dataclass(frozen=True, slots=True)
class TableRead:
    """What was taken from one sheet or file.

    Attributes
    ----------
    sheet : str
        Name of the worksheet, empty for other inputs.
    tool : str
        The tool whose export it is, empty if none is recognised.
    header : Header
    header_line : int
        1-based line of the header.
    samples, left_out : tuple of SampleColumns
        Samples of a wide table that were read, and those that take no part.
    rows : int
        Rows below the header.
    part : bool
        Whether the sheet is a part of one table, and so no sample.
    first : tuple of (int, tuple of str)
        The first rows: 1-based line of the input, and the cells as read.
    rt_unit : str
        Unit of RT that the user named, else that of its header; empty where neither says it.
    """

    sheet: str
    tool: str
    header: Header
    header_line: int
    samples: tuple[SampleColumns, ...]
    left_out: tuple[SampleColumns, ...]
    rows: int
    part: bool = False
    first: tuple[tuple[int, tuple[str, ...]], ...] = ()
    rt_unit: str = ""

    @classmethod
    def of(cls, raw: RawTable) -> TableRead:
        """What was taken from a table."""
        return cls(
            raw.sheet,
            raw.tool,
            raw.header,
            raw.header_line,
            raw.samples,
            raw.left_out,
            len(raw),
            raw.part,
            _first_rows(raw),
            raw.unit or raw.header.rt_unit,
        )


def _first_rows(raw: RawTable) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """First rows of a table, each with its line."""
    cells = raw.cells.head(FIRST_ROWS).to_numpy(dtype=object).tolist()
    lines = raw.lines[:FIRST_ROWS].tolist()
    return tuple((line, tuple(row)) for line, row in zip(lines, cells, strict=True))
