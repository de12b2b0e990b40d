"""Sections below one another."""

from __future__ import annotations

import numpy as np

from ganglioside.reading.records import Body, Sheet, as_cells
from ganglioside.reading.sections import find_sections, is_header, join_sections

RECORDS = [
    (1, ["a report"]),
    (2, ["# A"]),
    (3, ["", "Name", "RT", "Area"]),
    (4, ["1", "x", "7.5", "10"]),
    (5, ["the end of A"]),
    (6, ["# B"]),
    (7, ["# C"]),
    (8, ["Area", "Name", "", "RT"]),
    (9, ["20", "y", "lost", "8.5"]),
]


def title(cells: list[str]) -> str | None:
    return cells[0][2:] if cells[0].startswith("#") else None


def test_sections_without_a_header_are_none() -> None:
    sections = find_sections(RECORDS, title)
    assert [(s.title, s.line, len(s.rows)) for s in sections] == [("A", 3, 1), ("C", 8, 1)]


def test_columns_are_joined_by_their_headers() -> None:
    empty = Sheet("", [], lambda _: Body(as_cells([], 0), np.arange(0)))
    joined = join_sections(empty, find_sections(RECORDS, title), "Compound")
    assert joined.head == [
        (3, ["Compound", "Name", "RT", "Area"]),
        (4, ["A", "x", "7.5", "10"]),
        (9, ["C", "y", "8.5", "20"]),
    ]


def test_a_header_names_an_rt_or_an_area() -> None:
    assert is_header(["#", "Peak area"])
    assert not is_header(["S_1", "7.5", "10"])
