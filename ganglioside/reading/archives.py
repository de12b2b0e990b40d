"""Zip archives (workbooks and studies), checked before anything in them is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from ganglioside.errors import ReadError
from ganglioside.reading.limits import most

#: Begins the entry of each member in an archive's directory.
_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 1  # bit of a member's flags
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK: Final = 1 << 20

#: What reading a damaged archive raises.
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)

_DOCTYPE: Final = re.compile(
    b"|".join(re.escape("<!DOCTYPE".encode(code)) for code in ("ascii", "utf-16-le", "utf-16-be"))
)


def open_archive(content: bytes, what: str, max_bytes: float) -> zipfile.ZipFile:
    """Open archive that is safe to unpack.

    Parameters
    ----------
    content
        Bytes of the file.
    what
        Subject of messages: "The workbook".
    max_bytes
        Size limit of an input; an archive may unpack to `unpacked` times as much.

    Returns
    -------
    zipfile.ZipFile

    Raises
    ------
    ReadError
        If the archive is damaged or protected, is packed by an unusual method, or has more than
        the limits allow.
    """
    found = content.count(_ENTRY)
    if found > most("members"):
        raise ReadError(
            f"{what} holds {found:,} files, more than {most('members'):,}. Save it anew with a "
            "spreadsheet program, or save its table as CSV."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except DAMAGE as error:
        raise ReadError(
            f"{what} cannot be opened: {first_line(error)} It is cut off or damaged: save it again."
        ) from error
    for member in archive.infolist():
        _check_member(member, what)
    unpacked = sum(member.file_size for member in archive.infolist())
    _check_unpacked(unpacked, len(content), max_bytes)
    return archive


def _check_member(member: zipfile.ZipInfo, what: str) -> None:
    """Refuse an archive with a member that is encrypted or packed by an unusual method."""
    if member.flag_bits & _ENCRYPTED:
        raise ReadError(
            f"{what} is protected by a password ({member.filename!r} is encrypted). Save it "
            "without one, or save its table as CSV."
        )
    if member.compress_type not in _METHODS:
        raise ReadError(
            f"{what} holds {member.filename!r}, which is packed in an unusual way (method "
            f"{member.compress_type}). Save it again, or save its table as CSV."
        )


@dataclass(slots=True)
class CellTexts:
    """Characters of the cells that were read of an archive, which can repeat one text for ever.

    Attributes
    ----------
    packed : int
        Bytes of the archive.
    max_bytes : float
        Size limit of an input.
    characters : int
    """

    packed: int
    max_bytes: float
    characters: int = 0

    def add(self, row: Sequence[str]) -> None:
        """Count a row.

        Raises
        ------
        ReadError
            If there are far more characters than any table has.
        """
        self.characters += sum(map(len, row))
        bound = max(most("unpacked_anyway"), most("repeated") * self.packed)
        if self.characters > min(bound, most("unpacked") * self.max_bytes):
            raise ReadError(
                f"The cells of the workbook have more than {self.characters / 1e6:,.0f} million "
                "characters, as they repeat long texts. Leave out the columns that hold them, or "
                "save its table as CSV."
            )


def _check_unpacked(size: float, packed: int, max_bytes: float) -> None:
    """Refuse an archive that unpacks to far more than the size limit, or than its own size."""
    if size > most("unpacked") * max_bytes:
        raise ReadError(
            f"The file unpacks to {size / 1e6:,.0f} MB, more than {most('unpacked')} times the "
            f"limit of {max_bytes / 1e6:g} MB that max_megabytes sets. If you trust it, raise the "
            "limit with Settings(max_megabytes=...), or save it as CSV."
        )
    if size > max(most("unpacked_anyway"), most("unpacked_ratio") * packed):
        raise ReadError(
            f"The file unpacks to {size / 1e6:,.0f} MB, {size / packed:,.0f} times its size, and "
            f"no table to more than {most('unpacked_ratio')} times. Save its table as CSV."
        )


def check_markup(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse XML with a document type, or with far more elements than a table needs.

    Each element has at least one "<", in every encoding that an XML parser reads, so that their
    number bounds the elements before one is parsed.

    Parameters
    ----------
    archive
        Result of `open_archive`.
    size
        Bytes of the packed file.

    Raises
    ------
    ReadError
        If there is a document type or there are too many elements.
    """
    bound = max(most("marks"), most("marks_per_byte") * size)
    marks = 0
    for member in archive.infolist():
        with archive.open(member) as part:
            marks = _count_marks(part, member.filename, marks, bound)


def _count_marks(part: IO[bytes], name: str, marks: int, bound: int) -> int:
    """Sum of `marks` and the number of "<" in a part; one with a document type is refused."""
    last = b""  # end of the chunk before, in which a document type may begin
    while chunk := part.read(_CHUNK):
        marks += chunk.count(b"<")
        if marks > bound:
            raise ReadError(
                f"The workbook has more than {bound:,} XML elements for its size, by {name!r}: no "
                "table needs so many. Copy the table into a new workbook, or save it as CSV."
            )
        if _DOCTYPE.search(last + chunk):
            raise ReadError(
                f"The workbook defines a document type of its own in {name!r}, which no "
                "spreadsheet program does. Save it again, or save its table as CSV."
            )
        last = chunk[-32:]
    return marks


def first_line(error: BaseException) -> str:
    r"""First line of another library's message, as a sentence.

    Examples
    --------
    >>> first_line(ValueError("bad header\nat byte 7"))
    'bad header.'
    """
    lines = str(error).splitlines()
    text = lines[0] if lines and lines[0] else type(error).__name__
    return text if text.endswith(".") else f"{text}."
