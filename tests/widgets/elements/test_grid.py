"""Columns as the browser gets them, and requests to sort."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganglioside_widgets.elements.grid import NONE, Column, Grid, encoded


def decoded(column: dict[str, object]) -> list[object]:
    if column["kind"] == "number":
        return np.frombuffer(column["values"], "<f8").tolist()  # type: ignore[call-overload]
    codes = np.frombuffer(column["values"], "<i4")  # type: ignore[call-overload]
    labels = column["labels"]
    return ["" if code < 0 else labels[code] for code in codes]  # type: ignore[index]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([1.5, 2.0]), [1.5, 2.0]),
        (pd.Series([3, 4], dtype="Int64"), [3.0, 4.0]),
        (pd.Series([True, False]), [1.0, 0.0]),
        (pd.Series(["a", None, "a"], dtype="str"), ["a", "", "a"]),
        (pd.Series(pd.Categorical(["x", "y"])), ["x", "y"]),
        (pd.Series([], dtype="str"), []),
    ],
)
def test_columns_arrive_as_they_are(column: pd.Series, expected: list[object]) -> None:
    assert decoded(encoded(column)) == expected


def test_missing_numbers_arrive_as_nan() -> None:
    found = decoded(encoded(pd.Series([1, None], dtype="Int64")))
    assert found[0] == 1.0
    assert np.isnan(found[1])  # type: ignore[call-overload]


def test_a_grid_shows_the_columns_that_a_frame_has() -> None:
    grid = Grid("Things", [Column("a", "A", 50), Column("b", "B", 50)], key="b")
    grid.show(pd.DataFrame({"b": [1.0, 2.0], "c": [0, 0]}), np.array([1], dtype=np.int32))
    assert [column["key"] for column in grid._layout_columns] == ["b"]
    assert np.frombuffer(grid._order, "<i4").tolist() == [1]


def test_only_known_columns_can_be_sorted_by() -> None:
    grid, wishes = Grid("Things", [Column("a", "A", 50)], key="a"), []
    grid.on_sort(lambda by, descending: wishes.append((by, descending)))
    grid._receive(grid, {"request": "sort", "by": "a", "descending": True}, [])
    grid._receive(grid, {"request": "sort", "by": "__class__", "descending": True}, [])
    assert wishes == [("a", True)]


def click(grid: Grid, by: str, *, descending: bool = False) -> list[int]:
    grid._receive(grid, {"request": "sort", "by": by, "descending": descending}, [])
    return [int(row) for row in np.frombuffer(grid._order, "<i4")]


def test_a_header_sorts_also_where_no_page_does() -> None:
    """Sessions, jobs, files and others had headers to sort by that did nothing."""
    grid = Grid("Things", [Column("a", "A", 50), Column("b", "B", 50)], key="a")
    frame = pd.DataFrame({"a": ["b", "A", "c"], "b": [2.0, np.nan, 1.0]})
    grid.show(frame)
    assert click(grid, "a") == [1, 0, 2]
    assert click(grid, "b", descending=True) == [0, 2, 1]
    assert grid._sort == {"by": "b", "descending": True}
    grid.show(frame.iloc[[2, 1, 0]].reset_index(drop=True))
    assert np.frombuffer(grid._order, "<i4").tolist() == [2, 0, 1]
    assert click(grid, "") == [0, 1, 2]
    click(grid, "b")
    grid.show(frame[["a"]])
    assert grid._sort == {"by": "", "descending": False}


def test_rows_of_a_tree_stay_in_order() -> None:
    grid = Grid("Things", [Column("a", "A", 50)], key="a", can_sort=False)
    grid.show(pd.DataFrame({"a": ["b", "A"]}))
    assert click(grid, "a") == [0, 1]


@pytest.mark.parametrize("keys", [["b", "a", "c"], [7, 3, 5]], ids=["texts", "numbers"])
def test_rows_are_selected_by_their_key_and_nothing_else(keys: list[object]) -> None:
    grid, chosen = Grid("Things", [Column("a", "A", 50)], key="id"), []
    grid.on_select(chosen.append)
    grid.show(pd.DataFrame({"a": [1.0, 2.0], "id": keys[:2]}))
    assert decoded(grid._columns["id"]) == keys[:2]
    for key in (keys[1], NONE, 10**12, "no key", "", keys[0]):
        grid.selected = key
    grid.show(pd.DataFrame({"a": [3.0], "id": keys[2:]}))
    for key in (*keys, NONE):
        grid.selected = key
    assert chosen == [keys[1], keys[0], keys[2]]


def test_a_frame_without_rows_may_lack_the_key() -> None:
    grid, chosen = Grid("Things", [Column("a", "A", 50)], key="id"), []
    grid.on_select(chosen.append)
    grid.show(pd.DataFrame())
    grid.selected = "a"
    assert chosen == []


def test_other_rows_are_shown_from_the_first_and_other_values_where_they_were() -> None:
    grid = Grid("Things", [Column("a", "A", 50)], key="id")
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "id": [7, 8, 9]})
    grid.show(frame)
    begun = [grid._begun]

    def is_begun() -> bool:
        begun.append(grid._begun)
        return begun[-1] != begun[-2]

    grid.show(frame.assign(a=0.5), np.array([0, 2]))  # a deed took a row out of a filter
    assert not is_begun()
    grid.arrange(np.array([2, 0]), "a")
    assert not is_begun()
    grid.arrange(np.array([2]))
    assert is_begun()
    grid.show(frame[1:])
    assert is_begun()
    grid.show(frame[:0:-1])
    assert not is_begun()


def test_a_click_is_answered_also_on_the_selected_row() -> None:
    grid, chosen = Grid("Things", [Column("a", "A", 50)], key="id"), []
    grid.on_select(chosen.append)
    grid.show(pd.DataFrame({"a": [1.0, 2.0], "id": [7, 8]}))
    for key in (7, 7, 8, 7):
        grid._receive(grid, {"request": "select", "key": key}, [])
    assert chosen == [7, 7, 8, 7]
