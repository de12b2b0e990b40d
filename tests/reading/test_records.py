"""Records of sheets."""

from __future__ import annotations

import pytest

from ganglioside.reading.records import column_of, header_key


@pytest.mark.parametrize(
    ("header", "key"),
    [("Average Rt(min)", "averagertmin"), ("m/z", "mz"), ("ＲＴ", "rt"), ("Fläche", "fläche")],
)
def test_case_blanks_and_punctuation_do_not_matter(header: str, key: str) -> None:
    assert header_key(header) == key


def test_short_and_empty_cells_are_left_out_of_a_column() -> None:
    assert column_of([["a", " b "], ["c"], ["d", ""]], 1) == ["b"]
