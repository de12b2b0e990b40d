"""The reader of the fact tables in `ganglioside/data`."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final, TypeVar, get_type_hints

Row = TypeVar("Row")


def _count(cell: str) -> int | None:
    """Whole number in a cell, None if it is empty."""
    return int(cell) if cell else None


def _texts(cell: str) -> tuple[str, ...]:
    """Texts in a cell, separated by `|`."""
    return tuple(cell.split("|")) if cell else ()


_READERS: Final[dict[Any, Callable[[str], object]]] = {
    str: str,
    int: int,
    int | None: _count,
    float: float,
    tuple[str, ...]: _texts,
}


def read_facts(file: str, row_type: type[Row]) -> tuple[Row, ...]:
    """Rows of a fact table, each an instance of a dataclass.

    Parameters
    ----------
    file
        Name of a CSV file (UTF-8) in `ganglioside/data`; lines that start with `#` are notes.
    row_type
        A dataclass whose fields are columns of the table, of type str, int, float, int | None
        (empty cells) or tuple[str, ...] (parts separated by `|`). Other columns, such as
        `source`, are for people.

    Returns
    -------
    tuple of row_type
        In the order of the file.

    Raises
    ------
    KeyError
        If a field is not a column.
    ValueError
        If a cell is not of its field's type.

    Examples
    --------
    >>> Element = dataclasses.make_dataclass("Element", [("symbol", str), ("mass", float)])
    >>> read_facts("elements.csv", Element)[0]
    Element(symbol='C', mass=12.0)
    """
    hints = get_type_hints(row_type)
    readers = {f.name: _READERS[hints[f.name]] for f in dataclasses.fields(row_type)}  # type: ignore[arg-type]
    text = files("ganglioside").joinpath("data", file).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = []
    for cells in csv.DictReader(lines):
        values = {name: read(cells[name]) for name, read in readers.items()}
        rows.append(row_type(**values))
    return tuple(rows)
