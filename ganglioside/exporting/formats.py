"""Formats of exports: names, endings, and what their buttons say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from ganglioside.errors import ExportError
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: name, ending, media type and content of the file, label of a button, its help.

    The ending is empty for the user's own file, which keeps the one that it has. The content, as
    `verdicts` or `species`, is a word for the file's name.
    """

    name: str
    ending: str
    media_type: str
    content: str
    label: str
    help: str


#: All formats, in the order in which they are offered (`data/export_formats.csv`).
EXPORT_FORMATS: Final = read_facts("export_formats.csv", ExportFormat)

Format: TypeAlias = str
FORMATS: Final[tuple[Format, ...]] = tuple(known.name for known in EXPORT_FORMATS)

#: The format that is the user's own file again.
YOUR_FILE: Final[Format] = "your-file"

#: The format where a program asks for none.
USUAL: Final[Format] = "csv"

#: Formats that the ending of a file shows.
BY_ENDING: Final[tuple[Format, ...]] = tuple(
    known.name for known in EXPORT_FORMATS if known.name == known.ending
)

_BY_NAME: Final = {known.name: known for known in EXPORT_FORMATS}


def format_of(name: Format) -> ExportFormat:
    """The format of a name.

    Examples
    --------
    >>> format_of("species").ending, format_of("species").content
    ('xlsx', 'species')
    """
    return _BY_NAME[name]


#: The endings as a sentence lists them: `.csv, .xlsx or .json`.
ENDINGS: Final = ", ".join(f".{ending}" for ending in BY_ENDING[:-1]) + f" or .{BY_ENDING[-1]}"

_KNOWN_ENDINGS: Final = frozenset(known.ending for known in EXPORT_FORMATS if known.ending)


def require_ending(target: Path, ending: str) -> None:
    """Refuse a name that says another kind of file than is written; others are taken.

    Parameters
    ----------
    target
        The file to write.
    ending
        That of its content, without a dot.

    Raises
    ------
    ExportError

    Examples
    --------
    >>> require_ending(Path("list.txt"), "csv")
    >>> require_ending(Path("list.xlsx"), "csv")
    Traceback (most recent call last):
        ...
    ganglioside.errors.ExportError: list.xlsx: what is written is a .csv file: name it list.csv.
    """
    if target.suffix.lower().removeprefix(".") in _KNOWN_ENDINGS - {ending}:
        raise ExportError(
            f"{target.name}: what is written is a .{ending} file: name it {target.stem}.{ending}."
        )
