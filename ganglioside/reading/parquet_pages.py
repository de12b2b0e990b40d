"""Pages of a Parquet file, counted from their headers before one is unpacked.

The footer of a file may state any size; what is allocated follows the headers of its pages, which
are Thrift structs in the compact protocol.
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

# Fields of a page header, and of what it holds for each type of page.
_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_ABOUT: Final = {_DATA: 5, _DICTIONARY: 7, _DATA_2: 8}
_VALUES: Final = 1
_ENCODING: Final = {_DATA: 2, _DICTIONARY: 2, _DATA_2: 4}

_BY_DICTIONARY: Final = (2, 8)
#: Texts that share the beginning of the one before: a few bytes can mean any number of them.
_SHARED_BEGINNINGS: Final = 7


class _HeaderError(ValueError):
    """A header that does not follow the protocol."""


@dataclass(frozen=True, slots=True)
class ChunkSize:
    """What the pages of one column in one row group unpack to.

    Attributes
    ----------
    pages : int
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
        """Bytes of its values at most: each could be the whole dictionary."""
        return self.unpacked + self.picked * self.dictionary


def chunk_size(content: bytes, start: int, length: int, pages: int) -> ChunkSize:
    """Return the unpacked size of the pages in some bytes of a file.

    Parameters
    ----------
    content
        Bytes of the file.
    start, length
        Where the pages are.
    pages
        How many there may be.

    Raises
    ------
    ReadError
        If there are more pages, or values are written so that their size cannot be known.
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


def _page_headers(content: bytes, place: int, end: int) -> Iterator[Struct]:
    """Yield the headers of the pages that follow one another in some bytes."""
    if not 0 <= place <= end <= len(content):
        raise _HeaderError("a column is not within the file.")
    while place < end:
        header, place = _struct(content, place, 0)
        if header.get(_UNPACKED, -1) < 0 or header.get(_PACKED, -1) < 0:
            raise _HeaderError("a page has no size.")
        place += header[_PACKED]
        yield header


def _struct(content: bytes, place: int, depth: int) -> tuple[Struct, int]:
    """Return a struct and the place behind it."""
    if depth > _DEPTH:
        raise _HeaderError("a page header is too deep.")
    fields: Struct = {}
    number = 0
    while (head := _byte(content, place)) != 0:
        place += 1
        if head >> 4:
            number += head >> 4
        else:
            raw, place = _varint(content, place)
            number = _signed(raw)
        fields[number], place = _value(content, place, head & 15, depth)
    return fields, place + 1


def _value(content: bytes, place: int, kind: int, depth: int) -> tuple[Any, int]:
    """Return a value (None where it is of no use here) and the place behind it."""
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, place
    if kind in (_I16, _I32, _I64):
        raw, place = _varint(content, place)
        return _signed(raw), place
    if kind == _BINARY:
        size, place = _varint(content, place)
        return None, place + size
    if kind == _STRUCT:
        return _struct(content, place, depth + 1)
    if kind in (_BYTE, _DOUBLE):
        return None, place + (1 if kind == _BYTE else 8)
    raise _HeaderError("a page header has a field of an unknown type.")


def _varint(content: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = _byte(content, place)
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place
        shift += 7
        if shift > 63:
            raise _HeaderError("a number in a page header does not end.")


def _byte(content: bytes, place: int) -> int:
    if place >= len(content):
        raise _HeaderError("a page header does not end.")
    return content[place]


def _signed(raw: int) -> int:
    return (raw >> 1) ^ -(raw & 1)
