"""Sheets of an input before their header is known: records of text cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.support.arrays import read_only

#: Number of records from the top that may be the header: tools write parameters, a list of
#: samples or mass lists above it.
HEADER_WITHIN: Final = 300

#: Stands for the header of a sheet that has none: all its records are features.
NO_HEADER: Final = -1

#: 1-based line of a text (row of a sheet) and the cells that begin there.
Record: TypeAlias = tuple[int, list[str]]

#: All that is neither letter nor digit.
_OTHER_CHARACTERS: Final = re.compile(r"[\W_]+")

#: Longer texts are no headers.
_LONGEST_HEADER: Final = 100

_NONE: Final = read_only(np.empty(0, dtype=np.int64))


def header_key(header: str) -> str:
    """Letters and digits of a header, in lower case.

    Examples
    --------
    >>> header_key("Average Rt(min)"), header_key("m/z")
    ('averagertmin', 'mz')
    """
    return _key(header) if len(header) <= _LONGEST_HEADER else _key.__wrapped__(header)


@lru_cache(maxsize=1 << 15)  # the same cells are looked at with each separator and by each reader
def _key(header: str) -> str:
    """The same, remembered."""
    folded = unicodedata.normalize("NFKC", header).casefold().replace("ı", "i")  # Turkish
    return _OTHER_CHARACTERS.sub("", folded)


def header_keys(texts: Iterable[str]) -> set[str]:
    """Keys of headers; longer texts than any header has are left out."""
    return {header_key(text) for text in texts if len(text) <= _LONGEST_HEADER}


@dataclass(frozen=True, slots=True)
class SampleColumns:
    """The columns of one sample in a wide table.

    Attributes
    ----------
    name : str
    kind : str
        Sample type, empty if nothing shows it.
    positions : mapping of str to int
        Position of its `volume`, `rt` and `mz`, as far as the table has them for each sample.
    is_run : bool
        Whether it is a run like the others even as a QC or standard: its type is a condition.
    """

    name: str
    kind: str
    positions: Mapping[str, int]
    is_run: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Body:
    """The cells below a header.

    Attributes
    ----------
    cells : pandas.DataFrame of str, shape (n, width)
        Empty where a cell is missing; the columns are numbered from 0.
    lines : numpy.ndarray of int64, shape (n,)
        1-based line or row of the input at which each record begins.
    ragged : mapping of int to tuple of str
        Fields, as written, of each record (by position) whose fields do not fit the header.
    broken : numpy.ndarray of int64
        Positions of records whose quotes do not match.
    """

    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    ragged: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    broken: npt.NDArray[np.int64] = field(default_factory=lambda: _NONE)

    def only(self, kept: npt.NDArray[np.bool_]) -> Body:
        """The rows of which `kept`, of shape (n,), is true."""
        at = np.cumsum(kept) - 1
        broken = np.array([at[i] for i in self.broken if kept[i]], dtype=np.int64)
        ragged = {int(at[i]): fields for i, fields in self.ragged.items() if kept[i]}
        return Body(self.cells[kept].reset_index(drop=True), self.lines[kept], ragged, broken)


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """One worksheet, or a text file with one separator.

    Attributes
    ----------
    name : str
        Name of the worksheet, empty for other inputs.
    head : list of Record
        The first records that are not blank, at most `HEADER_WITHIN`.
    body : callable
        Gives the cells below the record with this index in `head`, or all after `NO_HEADER`.
    separator : str
        Separator of the fields of a text file, empty for other inputs.
    formulas : set of (int, int)
        Row and 0-based column of cells that hold a formula without a value; complete once the
        body was read.
    records : callable
        Gives all records that are not blank, each as long as it is written; none for a DataFrame.
    part : bool
        Whether the sheet is a part of one table (a class or a compound a sheet), and so no sample.
    annotated : tuple of (int, int) or None
        Row of the titles of an earlier annotation and 0-based position of the first of them, in the
        worksheet as it is stored; they are in no record.
    notes : tuple of (str, str)
        Code of a problem of the whole table, and its value, found while it was unfolded.
    header : int or None
        Index in `head` of the header, where that is known; None where it must be looked for.
    """

    name: str
    head: list[Record]
    body: Callable[[int], Body]
    separator: str = ""
    formulas: AbstractSet[tuple[int, int]] = frozenset()
    records: Callable[[], list[Record]] = list
    part: bool = False
    annotated: tuple[int, range] | None = None
    notes: tuple[tuple[str, str], ...] = ()
    header: int | None = None

    def cells_below(self, record: int, most: int = HEADER_WITHIN) -> list[list[str]]:
        """Cells of the records of `head` below one of them."""
        return [cells for _, cells in self.head[record + 1 : record + 1 + most]]


def column_of(records: list[list[str]], position: int) -> list[str]:
    """Cells of one column, without those that are empty."""
    found = [cells[position].strip() for cells in records if position < len(cells)]
    return [cell for cell in found if cell]


def cells_of(records: list[list[str]], position: int) -> list[str]:
    """Cells of one column without the blanks about them, empty where a record is shorter."""
    return [cells[position].strip() if position < len(cells) else "" for cells in records]


def as_cells(columns: list[Any], n: int) -> pd.DataFrame:
    """Columns of n texts as the cells of a body."""
    numbered = {i: pd.Series(column, dtype="str") for i, column in enumerate(columns)}
    return pd.DataFrame(numbered, index=pd.RangeIndex(n))
