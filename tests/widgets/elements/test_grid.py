"""What the browser sends and is sent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.elements.grid import Column, Grid, encoded
from ganglioside_widgets.elements.page import Page


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
    grid = Grid("Things", [Column("a", "A", 50), Column("b", "B", 50)])
    grid.show(pd.DataFrame({"b": [1.0, 2.0], "c": [0, 0]}), np.array([1], dtype=np.int32))
    assert [column["key"] for column in grid._layout_columns] == ["b"]
    assert np.frombuffer(grid._order, "<i4").tolist() == [1]


def test_only_known_columns_can_be_sorted_by() -> None:
    grid, wishes = Grid("Things", [Column("a", "A", 50)]), []
    grid.on_sort(lambda by, descending: wishes.append((by, descending)))
    grid._heard(grid, {"wish": "sort", "by": "a", "descending": True}, [])
    grid._heard(grid, {"wish": "sort", "by": "__class__", "descending": True}, [])
    assert wishes == [("a", True)]


class Drop:
    """A drop zone with what it took and refused."""

    def __init__(self, max_bytes: int = 100) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refused: list[str] = []
        self.zone = DropZone(
            [".csv"], max_bytes, lambda n, c: self.taken.append((n, c)), self.refused.append
        )

    def begin(self, name: str, size: int) -> None:
        self.zone._heard(self.zone, {"what": "begin", "name": name, "size": size}, [])

    def piece(self, at: int, content: bytes) -> None:
        self.zone._heard(self.zone, {"what": "piece", "from": at}, [memoryview(content)])


def test_pieces_become_the_file() -> None:
    drop = Drop()
    drop.begin("a.csv", 6)
    drop.piece(0, b"abc")
    assert drop.taken == []
    drop.piece(3, b"def")
    assert drop.taken == [("a.csv", b"abcdef")]


def test_an_empty_file_arrives_too_so_that_it_can_be_refused_in_words() -> None:
    drop = Drop()
    drop.begin("a.csv", 0)
    assert drop.taken == [("a.csv", b"")]


def test_a_piece_that_comes_twice_is_taken_once() -> None:
    drop = Drop()
    drop.begin("a.csv", 6)
    drop.piece(0, b"abc")
    drop.piece(0, b"abc")
    drop.piece(3, b"def")
    assert drop.taken == [("a.csv", b"abcdef")]


def test_the_answer_says_where_to_go_on_even_after_the_last_piece() -> None:
    drop, said = Drop(), []
    drop.zone.send = lambda content, *_: said.append(content["got"])  # type: ignore[method-assign]
    drop.begin("a.csv", 6)
    drop.piece(0, b"abcd")
    drop.piece(0, b"abcd")
    drop.piece(4, b"ef")
    drop.piece(4, b"ef")
    drop.piece(0, b"abcdef")
    assert said == [0, 4, 4, 6, 6, 6]
    assert drop.taken == [("a.csv", b"abcdef")]


def test_another_file_starts_anew() -> None:
    drop = Drop()
    drop.begin("a.csv", 6)
    drop.piece(0, b"abc")
    drop.begin("b.csv", 2)
    drop.piece(0, b"xy")
    assert drop.taken == [("b.csv", b"xy")]


def test_what_is_too_large_is_refused_with_limit_and_cure_whatever_the_browser_says() -> None:
    drop = Drop(max_bytes=4)
    drop.begin("a.csv", 5)
    assert drop.taken == []
    assert "a.csv" in drop.refused[0]
    assert "Leave out columns" in drop.refused[0]
    drop.begin("b.csv", 2)
    drop.piece(0, b"abcdef")
    assert drop.taken == []
    assert len(drop.refused) == 2
    drop.zone._heard(drop.zone, {"what": "too-large", "name": "c.csv", "size": 9}, [])
    assert "c.csv" in drop.refused[2]


def test_what_the_browser_cannot_read_is_said() -> None:
    drop = Drop()
    drop.zone._heard(drop.zone, {"what": "failed", "name": "a.csv", "why": "gone"}, [])
    assert "gone" in drop.refused[0]


def test_a_page_tells_what_its_address_asks_for() -> None:
    page, asked = Page("Test"), []
    page.on_open(asked.append)
    page._heard(page, {"opened": {"session": "abc"}}, [])
    assert asked == [{"session": "abc"}]
    page.set_address(session="abc", name="")
    assert page._address == {"session": "abc"}


def test_a_notice_stays_until_dismissed_and_its_button_acts() -> None:
    page, done = Page(), []
    page.tell("The export is done.", action="Download", act=lambda: done.append("file"))
    page.tell("It failed.", error=True)
    first, second = page._notices
    assert (first["action"], second["action"], second["error"]) == ("Download", "", True)
    for asked in (first["id"], second["id"], 99, None):
        page._heard(page, {"acted": asked}, [])
    assert done == ["file"]
    page._heard(page, {"dismissed": first["id"]}, [])
    assert page._notices == [second]
    page._heard(page, {"acted": first["id"]}, [])
    assert done == ["file"]
    for number in range(9):
        page.tell(str(number))
    assert [notice["text"] for notice in page._notices] == ["5", "6", "7", "8"]
