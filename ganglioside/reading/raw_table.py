"""Tables as they were written: text cells, and the bytes that they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.reading.headers import Header


@dataclass(frozen=True, eq=False)
class Source:
    """The input as it was received.

    Attributes
    ----------
    name : str
        File name, or another name of the input.
    columns : tuple of (str, str)
        Input columns and the headers that the user named for them.
    sheet : str, int or None
        The worksheet that the user named.

    Examples
    --------
    >>> source = Source.from_bytes("liver.csv", b"Name,RT")
    >>> source.size, source.sha256[:8]
    (7, 'add6beb3')
    """

    name: str
    _load: Callable[[], bytes] = field(repr=False)
    columns: tuple[tuple[str, str], ...] = ()
    sheet: str | int | None = None

    @classmethod
    def from_bytes(cls, name: str, content: bytes) -> Source:
        """Source of bytes that are in memory."""
        return cls(name, lambda: content)

    @classmethod
    def from_frame(cls, name: str, frame: pd.DataFrame) -> Source:
        """Source of a DataFrame: the UTF-8 CSV that reads back as the same table."""
        kept = frame.copy()
        # With CRLF line ends, cells that contain a lone CR or LF are quoted too.
        return cls(name, lambda: kept.to_csv(index=False, lineterminator="\r\n").encode())

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
            and (self.name, self.columns, self.sheet) == (other.name, other.columns, other.sheet)
            and self.content == other.content
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Note:
    """A problem of the whole table that was found while reading: a code and its words."""

    code: str
    column: str = ""
    value: str = ""


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
    """

    header: Header
    header_line: int
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    separator: str = ""
    ragged: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    broken: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.cells)
