"""Styles of a workbook that show a number as a date or a duration.

openpyxl reads all styles, and looks at the format of each by patterns that take the square of its
length: a workbook of 7 kB could keep it busy for days. Of the styles no more is needed than this.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, iterparse

from ganglioside.errors import ReadError
from ganglioside.reading.limits import most

_PART: Final = "xl/styles.xml"


@dataclass(frozen=True, slots=True)
class DateStyles:
    """Positions of the styles of cells that show a number as a date, or as a duration."""

    dates: set[int] = field(default_factory=set)
    durations: set[int] = field(default_factory=set)


def date_styles(archive: zipfile.ZipFile) -> DateStyles:
    """Styles of dates and durations of a workbook; none where it has no styles.

    Raises
    ------
    ReadError
        If a style has a longer format than spreadsheet programs take.
    ValueError
        If the XML is damaged.
    """
    from openpyxl.styles.numbers import (
        builtin_format_code,
        is_date_format,
        is_timedelta_format,
    )

    found = DateStyles()
    formats, used = _formats(archive)
    kinds: dict[int, tuple[bool, bool]] = {}
    for position, number in enumerate(used):
        if number not in kinds:
            code = _checked(formats.get(number) or builtin_format_code(number) or "")
            kinds[number] = is_date_format(code), is_timedelta_format(code)
        is_date, is_duration = kinds[number]
        if is_date:
            found.dates.add(position)
        if is_duration:
            found.durations.add(position)
    return found


def _formats(archive: zipfile.ZipFile) -> tuple[dict[int, str], list[int]]:
    """Format codes by number, and the number of the format of each style of cells."""
    formats: dict[int, str] = {}
    used: list[int] = []
    if _PART not in archive.namelist():
        return formats, used
    opened: list[str] = []
    with archive.open(_PART) as part:
        for event, node in iterparse(part, ("start", "end")):
            if event == "start":
                opened.append(_name(node))
                continue
            place = opened[1:4]
            opened.pop()
            if place == ["numFmts", "numFmt"]:
                formats[int(node.attrib["numFmtId"])] = node.attrib["formatCode"]
            elif place == ["cellXfs", "xf"]:
                used.append(int(node.get("numFmtId", 0)))
            node.clear()
    return formats, used


def _name(node: Element) -> str:
    """Name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def _checked(code: str) -> str:
    """Format of positive numbers, if it is short enough to be looked at."""
    positive = code.partition(";")[0]
    if len(positive) > most("number_format"):
        raise ReadError(
            f"The workbook has a number format of {len(positive):,} characters, and spreadsheet "
            f"programs take no more than {most('number_format')}. Copy the table into a new "
            "workbook, or save it as CSV."
        )
    return positive
