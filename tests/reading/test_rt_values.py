"""Retention times in other forms than plain numbers."""

from __future__ import annotations

import pandas as pd
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.reading.rt_values import plain_rt


def read(*cells: str) -> list[str]:
    return plain_rt(pd.Series(cells, dtype="str")).text.tolist()


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("9:34", 9 + 34 / 60),
        ("00:09:34", 9 + 34 / 60),
        ("1:02:03", 62.05),
        ("9:34.5", 9.575),
        ("9.57 ± 0.02", 9.57),
        ("9.57 +/- 0.02", 9.57),
        ("9.50-9.60", 9.55),
        ("9.50 – 9.60", 9.55),
        ("9.5 min", 9.5),
        ("570 s", 9.5),
        ("15.72, 15.67", 15.72),
        ("19.11,19.11,19.11", 19.11),
        ("15.72; 15.67", 15.72),
        ("9.5 / 9.52", 9.5),
        ("9.5000000000000018-9.5999999999999996", 9.55),
        ("9.5000000000000018;9.5199999999999996", 9.5),
        ("9.5000000000000018, 9.5199999999999996", 9.5),
    ],
)
def test_each_form_is_the_number_that_it_stands_for(cell: str, number: float) -> None:
    assert float(read(cell)[0]) == pytest.approx(number, rel=1e-5)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "9.5",
        "9,5",
        "late",
        "9.6-9.5",
        "9:75",
        "1:2:3:4",
        "-9.5",
        "9.5, 12.1",
        "9.5;",
        "9,5,9,6",
    ],
)
def test_all_else_stays_as_it_is(cell: str) -> None:
    assert read(cell) == [cell]


def test_minutes_are_known_where_a_cell_says_so() -> None:
    assert plain_rt(pd.Series(["9:34"], dtype="str")).minutes
    assert not plain_rt(pd.Series(["9.5-9.6"], dtype="str")).minutes


@given(st.lists(st.text(alphabet="0123456789:.,-± minsto", max_size=12), max_size=8))
@examples(200)
def test_no_cell_is_lost_and_plain_ones_never_change(cells: list[str]) -> None:
    found = read(*cells)
    assert len(found) == len(cells)
    assert [new for new, old in zip(found, cells, strict=True) if old.isdigit()] == [
        old for old in cells if old.isdigit()
    ]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        *(("9.2 (9.17-9.23)", "9.2"), ("9,2 [9,17–9,23]", "9,2"), ("9.2(9.1 to 9.3)", "9.2")),
        *(("9.2 (3.1-3.3)", "9.2 (3.1-3.3)"), ("9.2 (0.03)", "9.2 (0.03)")),
    ],
)
def test_a_time_with_its_range(cell: str, read: str) -> None:
    assert plain_rt(pd.Series([cell], dtype="str")).text.tolist() == [read]
