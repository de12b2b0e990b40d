"""Inputs in memory: the bytes of a path or an open file, or a DataFrame."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import IO, Final

import pandas as pd

from ganglioside.errors import ReadError
from ganglioside.reading.compressed import unpacked
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.reading.study import is_archive
from ganglioside.settings import Settings

MEGABYTE: Final = 1_000_000

#: What Python makes of a byte of a name that is none in UTF-8.
_HALF: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """A DataFrame, its name and what the user says about it."""

    frame: pd.DataFrame
    name: str
    options: ReadingOptions


def take(
    source: str | PathLike[str] | bytes | IO[bytes] | IO[str] | pd.DataFrame | Source,
    settings: Settings,
    options: ReadingOptions,
    name: str | None,
) -> Source | Frame:
    """Input in memory, with the options and the name that the user gave.

    Raises
    ------
    ReadError
        If it cannot be opened or read, is no kind of input, or is too large.
    """
    if isinstance(source, pd.DataFrame):
        return Frame(source, name or "DataFrame", options)
    is_file = True
    if isinstance(source, Source):
        if options == ReadingOptions():
            options = source.options
        name, is_file = source.name, source.is_file
        source = source.content
    content, own_name = _content(source, settings)
    name = whole_characters(name or own_name)
    if not is_archive(content):
        name, content = unpacked(name, content, int(settings.max_megabytes * MEGABYTE))
    origin = Source.from_bytes(name, content)
    return replace(origin, options=options, is_file=is_file)


def _content(
    source: str | PathLike[str] | bytes | IO[bytes] | IO[str], settings: Settings
) -> tuple[bytes, str]:
    """Bytes and name of an input."""
    limit = int(settings.max_megabytes * MEGABYTE)
    if isinstance(source, bytes | bytearray | memoryview):
        content, own_name = bytes(source), "table"
    elif isinstance(source, str | PathLike):
        content, own_name = _read_path(source, limit), Path(source).name
    elif hasattr(source, "read"):
        content, own_name = _read_stream(source, limit)
    else:
        raise ReadError(
            f"A {type(source).__name__} is no feature table. Give a path, the bytes of a file, "
            "an open file or a DataFrame."
        )
    if len(content) > limit:
        raise _too_large(settings.max_megabytes)
    return content, own_name


def _read_path(source: str | PathLike[str], limit: int) -> bytes:
    """First `limit` + 1 bytes of a file."""
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        raise ReadError(
            "This text is no path: it has several lines. To read a table from text, give "
            "text.encode() or io.StringIO(text)."
        )
    try:
        with Path(source).open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"{source} cannot be opened: {why}. Check the path.") from error


def _read_stream(stream: IO[bytes] | IO[str], limit: int) -> tuple[bytes, str]:
    """First `limit` + 1 bytes or characters of an open file, as bytes, and its name."""
    try:
        content = stream.read(limit + 1)
        content = content.encode() if isinstance(content, str) else bytes(content)
    except (OSError, ValueError) as error:
        raise ReadError(f"The open file cannot be read: {error}. Open it anew.") from error
    name = getattr(stream, "name", None)
    return content, Path(name).name if isinstance(name, str) else "table"


def _too_large(limit: float) -> ReadError:
    return ReadError(
        f"The input has more than {limit:g} MB, the limit that max_megabytes sets. Raise it "
        "with Settings(max_megabytes=...), or leave out columns that the analysis does not need."
    )


def whole_characters(name: str) -> str:
    r"""Name of a file, with the sign for an unknown character for each byte that is none in UTF-8.

    Systems allow such names; nothing can print or store them.

    Examples
    --------
    >>> whole_characters("caf\udce9.csv")
    'caf�.csv'
    """
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", name)
