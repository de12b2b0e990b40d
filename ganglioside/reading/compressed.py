"""Compressed tables: a gzip file, or a zip archive that holds one table, unpacked with bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from ganglioside.errors import ReadError
from ganglioside.reading.archives import DAMAGE, first_line, open_archive
from ganglioside.reading.limits import most

#: Endings of text tables, and of all tables that are read.
TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt", ".tab", ".mztab")
TABLE_ENDINGS: Final = (*TEXT_ENDINGS, ".xlsx", ".parquet")

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
#: Reads the header of a gzip file too.
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
#: Bytes of a part that are unpacked first; then twice as many, and so on.
_FIRST_STEP: Final = 1 << 10
#: Where a tar archive says what it is.
_TAR: Final = (257, b"ustar")
#: Begins the entry of each member in the directory of a zip archive.
_ENTRY: Final = b"PK\x01\x02"
#: A part of every workbook, which is a zip archive too.
_OFFICE: Final = "[Content_Types].xml"
#: Tables that a message names.
_NAMED: Final = 5


def unpacked(name: str, content: bytes, max_bytes: int) -> tuple[str, bytes]:
    """Name and bytes of the one table in a compressed file; other files as they are.

    Parameters
    ----------
    name
        File name.
    content
        Bytes of the file, not of a study.
    max_bytes
        Size limit of an input, packed or not.

    Raises
    ------
    ReadError
        If the file is damaged, unpacks to more than the limit, or holds several tables.

    Examples
    --------
    >>> import gzip
    >>> unpacked("liver.csv.gz", gzip.compress(b"Name,RT"), 100)
    ('liver.csv', b'Name,RT')
    """
    if content.startswith(_GZIP):
        return without_gz(name), _of_gzip(content, max_bytes)
    tables = _tables(content) if content.startswith(_ZIP) else []
    return _of_zip(content, tables, max_bytes) if tables else (name, content)


def without_gz(name: str) -> str:
    """File name without `.gz`.

    Examples
    --------
    >>> without_gz("liver.csv.gz"), without_gz("liver.csv")
    ('liver.csv', 'liver.csv')
    """
    return name[:-3] if name.lower().endswith(".gz") else name


def is_table_file(name: str) -> bool:
    """Whether a file, perhaps packed with gzip, is a table by its ending; hidden ones are none.

    Examples
    --------
    >>> [is_table_file(name) for name in ("a.csv", "a.tsv.gz", ".a.csv", "a.gz", "a.pdf")]
    [True, True, False, False, False]
    """
    path = PurePosixPath(without_gz(name))
    return path.suffix.lower() in TABLE_ENDINGS and not path.name.startswith(".")


def _of_gzip(content: bytes, max_bytes: int) -> bytes:
    """Bytes that a gzip file unpacks to; it may consist of several parts."""
    found = bytearray()
    at = 0
    while content.startswith(_GZIP, at):
        part = zlib.decompressobj(_GZIP_WINDOW)
        step = _FIRST_STEP
        while not part.eof and at < len(content):
            # What a part leaves over is copied: of a long rest, that would take the square.
            given = content[at : at + step]
            try:
                found += part.decompress(given, max_bytes + 1 - len(found))
            except zlib.error as error:
                raise _damaged(error) from error
            _check_size(len(found), max_bytes)
            _check_ratio(len(found), len(content))
            at += len(given) - len(part.unused_data)
            step *= 2
        if not part.eof:
            raise _damaged(EOFError("its end is missing"))
    start, mark = _TAR
    if found[start : start + len(mark)] == mark:
        raise ReadError("This is a tar archive. Unpack it and read the table inside.")
    return bytes(found)


def _damaged(error: Exception) -> ReadError:
    return ReadError(
        f"The gzip file cannot be unpacked: {first_line(error)} It is cut off or damaged: get it "
        "again."
    )


def _check_size(size: int, max_bytes: int) -> None:
    """Refuse what unpacks to more than an input may have."""
    if size > max_bytes:
        raise ReadError(
            f"The file unpacks to more than {max_bytes / 1e6:g} MB, the limit that max_megabytes "
            "sets. Raise it with Settings(max_megabytes=...) if you trust the file."
        )


def _check_ratio(size: int, packed: int) -> None:
    """Refuse what unpacks to far more than its own size, as no table does."""
    if size > max(most("unpacked_anyway"), most("unpacked_ratio") * packed):
        raise ReadError(
            f"The file unpacks to more than {most('unpacked_ratio')} times its size, and no table "
            "does. Unpack it and read the table inside."
        )


def _tables(content: bytes) -> list[str]:
    """Names of the tables in a zip archive; none in what cannot be opened, or is a workbook."""
    if content.count(_ENTRY) > most("members"):
        return []
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except DAMAGE:
        return []
    return [] if _OFFICE in names else [name for name in names if _is_table(name)]


def _of_zip(content: bytes, tables: Sequence[str], max_bytes: int) -> tuple[str, bytes]:
    """Name and bytes of the one table in a zip archive."""
    archive = open_archive(content, "The zip archive", max_bytes)
    if len(tables) > 1:
        raise _several(tables)
    table = archive.getinfo(tables[0])
    _check_size(table.file_size, max_bytes)
    try:
        with archive.open(table) as part:
            found = part.read(max_bytes + 1)
    except DAMAGE as error:
        raise ReadError(
            f"The zip archive cannot be unpacked: {first_line(error)} Unpack it and read the "
            "table inside."
        ) from error
    _check_size(len(found), max_bytes)
    return PurePosixPath(table.filename).name, found


def _is_table(filename: str) -> bool:
    """Whether a member is a table by its ending; what systems add beside it is none."""
    return is_table_file(filename) and "__MACOSX" not in PurePosixPath(filename).parts


def _several(tables: Sequence[str]) -> ReadError:
    """Error for a zip archive that holds several tables."""
    more = f" and {len(tables) - _NAMED} more" if len(tables) > _NAMED else ""
    return ReadError(
        f"This is a zip archive of {len(tables)} tables: {', '.join(tables[:_NAMED])}{more}. "
        "Unpack it, and read one of them, or several together as one study."
    )
