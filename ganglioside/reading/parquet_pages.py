"""Sizes of the pages of a Parquet file, from their headers, before one is unpacked.

The footer of a file may state any size; memory is allocated by the headers of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ganglioside.errors import ReadError
from ganglioside.reading.limits import most
from ganglioside.reading.thrift import Struct, StructError, read_struct

# Numbers of the fields of a page header, and of the struct for each type of page.
_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_ABOUT: Final = {_DATA: 5, _DICTIONARY: 7, _DATA_2: 8}
_VALUES: Final = 1
_ENCODING: Final = {_DATA: 2, _DICTIONARY: 2, _DATA_2: 4}

_BY_DICTIONARY: Final = (2, 8)
#: Encoding of texts that share the beginning of the one before: a few bytes can hold any number.
_SHARED_BEGINNINGS: Final = 7


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
        raise StructError("a column is not within the file.")
    while position < end:
        header, position = read_struct(content, position)
        if header.get(_UNPACKED, -1) < 0 or header.get(_PACKED, -1) < 0:
            raise StructError("a page has no size.")
        position += header[_PACKED]
        yield header
