"""Sheets made from sheets of other shapes."""

from __future__ import annotations

import numpy as np

from ganglioside.reading.records import Body, Sheet, as_cells
from ganglioside.reading.unfolding import is_filled, left_out_notes, sheet_of

EMPTY = Sheet("neg", [(1, ["a"])], lambda _: Body(as_cells([], 0), np.arange(0)), ";")


def test_rows_keep_their_lines_and_are_filled_up_to_the_header() -> None:
    unfolded = sheet_of(EMPTY, (4, ["Name", "RT"]), [(7, ["a"]), (9, ["b", "1.5", "more"])])
    body = unfolded.body(0)
    assert body.cells.to_numpy().tolist() == [["a", ""], ["b", "1.5"]]
    assert body.lines.tolist() == [7, 9]
    assert unfolded.head == [(4, ["Name", "RT"]), (7, ["a", ""]), (9, ["b", "1.5"])]
    assert (unfolded.name, unfolded.separator, unfolded.part) == ("neg", ";", False)


def test_types_of_samples_stand_above_the_header() -> None:
    unfolded = sheet_of(EMPTY, (1, ["Name", "S1"]), [(2, ["a", "5"])], kinds=["", "Blank"])
    assert unfolded.head[0] == (1, ["", "Blank"])
    assert unfolded.body(1).cells.to_numpy().tolist() == [["a", "5"]]


def test_a_header_without_rows_has_an_empty_body() -> None:
    assert sheet_of(EMPTY, (1, ["Name"]), []).body(0).cells.shape == (0, 1)


def test_lines_that_are_left_out_are_counted() -> None:
    unfolded = sheet_of(EMPTY, (1, ["Name"]), [(2, ["a"])], left_out=[3, 7])
    assert unfolded.notes == left_out_notes([3, 7])
    assert "2 (first: line 3)" in unfolded.notes[0][1]
    assert left_out_notes([]) == ()


def test_a_record_with_one_filled_cell_is_a_title() -> None:
    assert not is_filled(["", " title ", ""])
    assert is_filled(["1", "", "x"])
