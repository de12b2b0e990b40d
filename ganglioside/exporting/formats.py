"""Formats of exports, by the ending of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: ending of the file, label of a button, and what the file holds."""

    ending: str
    label: str
    help: str


#: All formats, in the order in which they are offered (`data/export_formats.csv`).
EXPORT_FORMATS: Final = read_facts("export_formats.csv", ExportFormat)

Format: TypeAlias = str
FORMATS: Final[tuple[Format, ...]] = tuple(known.ending for known in EXPORT_FORMATS)

#: The endings as a sentence lists them: `.csv, .xlsx or .json`.
ENDINGS: Final = ", ".join(f".{ending}" for ending in FORMATS[:-1]) + f" or .{FORMATS[-1]}"
