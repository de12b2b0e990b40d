"""Sizes of the pages of a Parquet file, from their headers, before one is unpacked.

The footer of a file may state any size; memory is allocated by the headers of the pages, which are
Thrift structs in the compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ganglioside.errors import ReadError
from ganglioside.reading.limits import most

#: A struct: the values of its fields by their numbers.
Struct: TypeAlias = dict[int, Any]

# Types of the compact protocol.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY = range(1, 9)
_STRUCT: Final = 12
_DEPTH: Final = 8  # structs within structs; statistics in a page header have three

# Numbers of the fields of a page header, and of the struct for each type of page.
_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_ABOUT: Final = {_DATA: 5, _DICTIONARY: 7, _DATA_2: 8}
_VALUES: Final = 1
_ENCODING: Final = {_DATA: 2, _DICTIONARY: 2, _DATA_2: 4}

_BY_DICTIONARY: Final = (2, 8)
#: Encoding of texts that share the beginning of the one before: a few bytes can hold any number.
_SHARED_BEGINNINGS: Final = 7


class _HeaderError(ValueError):
    """A header that does not follow the protocol."""


@dataclass(frozen=True, slots=True)
class ChunkSize:
    """Unpacked size of the pages of one column in one row group.

    Attributes
    ----------
    pages : int
        Number of pages.
    unpacked : int
        Bytes of all pages.
    dictionary : int
        Bytes of the dictionary, 0 without one.
    picked : int
        Values that point into the dictionary.
    """

    pages: int
    unpacked: int
    dictionary: int
    picked: int

    @property
    def decoded(self) -> int:
        """Largest possible size of the values in bytes: each could be the whole dictionary."""
        return self.unpacked + self.picked * self.dictionary


def chunk_size(content: bytes, start: int, length: int, pages: int) -> ChunkSize:
    """Unpacked size of the pages in some bytes of a file.

    Parameters
    ----------
    content
        Bytes of the file.
    start, length
        Position and number of the bytes of the pages.
    pages
        Largest allowed number of pages.

    Returns
    -------
    ChunkSize

    Raises
    ------
    ReadError
        If there are more pages, or the encoding of the values hides their size.
    ValueError
        If a header is damaged.
    """
    found = unpacked = dictionary = picked = 0
    for header in _page_headers(content, start, start + length):
        kind = header.get(_TYPE, -1)
        about = header.get(_ABOUT.get(kind, -1), {})
        encoding = about.get(_ENCODING.get(kind, -1), -1)
        found += 1
        if found > pages:
            raise ReadError(
                f"The Parquet file has more than {most('pages'):,} pages: write it again with "
                "larger ones."
            )
        if encoding == _SHARED_BEGINNINGS:
            raise ReadError(
                "The Parquet file writes texts by the beginnings that they share "
                "(DELTA_BYTE_ARRAY), and their size cannot be known beforehand: write it again "
                "with the usual encodings."
            )
        unpacked += header[_UNPACKED]
        if kind == _DICTIONARY:
            dictionary += header[_UNPACKED]
        elif encoding in _BY_DICTIONARY:
            picked += about.get(_VALUES, 0)
    return ChunkSize(found, unpacked, dictionary, picked)


def _page_headers(content: bytes, position: int, end: int) -> Iterator[Struct]:
    """Yield the page headers between two positions."""
    if not 0 <= position <= end <= len(content):
        raise _HeaderError("a column is not within the file.")
    while position < end:
        header, position = _struct(content, position, 0)
        if header.get(_UNPACKED, -1) < 0 or header.get(_PACKED, -1) < 0:
            raise _HeaderError("a page has no size.")
        position += header[_PACKED]
        yield header


def _struct(content: bytes, position: int, depth: int) -> tuple[Struct, int]:
    """Struct that begins at a position, and the position behind it."""
    if depth > _DEPTH:
        raise _HeaderError("a page header is too deep.")
    fields: Struct = {}
    number = 0
    while (head := _byte(content, position)) != 0:
        position += 1
        if head >> 4:
            number += head >> 4
        else:
            raw, position = _varint(content, position)
            number = _signed(raw)
        fields[number], position = _value(content, position, head & 15, depth)
    return fields, position + 1


def _value(content: bytes, position: int, kind: int, depth: int) -> tuple[Any, int]:
    """Value of a field (None if it is not needed), and the position behind it."""
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, position
    if kind in (_I16, _I32, _I64):
        raw, position = _varint(content, position)
        return _signed(raw), position
    if kind == _BINARY:
        size, position = _varint(content, position)
        return None, position + size
    if kind == _STRUCT:
        return _struct(content, position, depth + 1)
    if kind in (_BYTE, _DOUBLE):
        return None, position + (1 if kind == _BYTE else 8)
    raise _HeaderError("a page header has a field of an unknown type.")


def _varint(content: bytes, position: int) -> tuple[int, int]:
    """Whole number of variable length (7 bits a byte), and the position behind it."""
    number = shift = 0
    while True:
        byte = _byte(content, position)
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
        shift += 7
        if shift > 63:
            raise _HeaderError("a number in a page header does not end.")


def _byte(content: bytes, position: int) -> int:
    """Byte at a position, which must be within the file."""
    if position >= len(content):
        raise _HeaderError("a page header does not end.")
    return content[position]


def _signed(raw: int) -> int:
    """Signed number of a zigzag code: 0, 1, 2, 3 give 0, -1, 1, -2."""
    return (raw >> 1) ^ -(raw & 1)
