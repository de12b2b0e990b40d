"""Footer of a Parquet file: its row groups and where their columns are.

Read here, not by pyarrow: where its objects of row groups and columns find a contradiction, the
process ends. Fields: `parquet.thrift` of Apache Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ganglioside.errors import ReadError
from ganglioside.reading.limits import most
from ganglioside.reading.thrift import Struct, StructError, read_struct

_END: Final = b"PAR1"
_LENGTH: Final = 4  # bytes of the length of the footer, before the end

# Numbers of the fields that are needed.
_ROW_GROUPS: Final = 4
_COLUMNS, _ROWS = 1, 3  # of a row group
_ABOUT: Final = 3  # of a column
_SIZE, _DATA_AT, _DICTIONARY_AT = 7, 9, 11  # of what is about it


@dataclass(frozen=True, slots=True)
class Chunk:
    """Place of one column of one row group in the file.

    Attributes
    ----------
    column : int
        Position of the column.
    start, size : int
        Of the bytes of its pages.
    """

    column: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A group of rows: their number and the chunk of each column."""

    rows: int
    chunks: tuple[Chunk, ...]


def read_footer(content: bytes) -> tuple[RowGroup, ...]:
    """Row groups of a Parquet file, as its footer describes them.

    Parameters
    ----------
    content
        Bytes of the file.

    Raises
    ------
    ReadError
        If the footer is longer than any table needs.
    ValueError
        If the footer is damaged.
    """
    if not content.endswith(_END):
        raise StructError("the file has no end.")
    length_at = len(content) - len(_END) - _LENGTH
    length = int.from_bytes(content[length_at : length_at + _LENGTH], "little")
    if not 0 <= length <= length_at:
        raise StructError("the footer is not within the file.")
    if length > most("footer"):
        raise ReadError(
            f"The Parquet file has a footer of {length / 1e6:,.0f} MB: write it again with fewer "
            "columns and larger groups of rows."
        )
    about, _ = read_struct(content[length_at - length : length_at], 0)
    return tuple(map(_row_group, _structs(about, _ROW_GROUPS)))


def _row_group(group: Struct) -> RowGroup:
    columns = enumerate(_structs(group, _COLUMNS))
    return RowGroup(_number(group, _ROWS), tuple(_chunk(i, column) for i, column in columns))


def _chunk(position: int, column: Struct) -> Chunk:
    about = column.get(_ABOUT)
    if not isinstance(about, dict):
        raise StructError("the footer does not say where a column is.")
    start = _number(about, _DATA_AT)
    if about.get(_DICTIONARY_AT):  # some writers say 0 where there is none
        start = min(start, _number(about, _DICTIONARY_AT))
    return Chunk(position, start, _number(about, _SIZE))


def _structs(struct: Struct, field: int) -> list[Struct]:
    """Structs of a field; none where it is left out."""
    found = struct.get(field, [])
    if not isinstance(found, list) or not all(isinstance(value, dict) for value in found):
        raise StructError("the footer has no list where it should.")
    return found


def _number(struct: Struct, field: int) -> int:
    """Whole number of a field that must be there."""
    found = struct.get(field)
    if not isinstance(found, int) or isinstance(found, bool):
        raise StructError("the footer lacks a number.")
    return found
