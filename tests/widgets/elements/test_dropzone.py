"""Files that arrive in pieces, and those that are refused."""

from __future__ import annotations

from ganglioside_widgets.elements.dropzone import DropZone


class Drop:
    """A drop zone with what it took and refused."""

    def __init__(self, max_bytes: int = 100) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refused: list[str] = []
        self.refused_names: list[str] = []
        self.arriving: list[str] = []
        self.drops = 0
        self.zone = DropZone(
            [".csv"],
            max_bytes,
            lambda n, c: self.taken.append((n, c)),
            self._refuse,
            lambda name, of: self.arriving.append(name),
            lambda name, _: "There is no room." if name == "more.csv" else "",
        )
        self.zone._on_drop = self._count
        self.arriving.clear()

    def _refuse(self, why: str, name: str) -> None:
        self.refused.append(why)
        self.refused_names.append(name)

    def _count(self) -> None:
        self.drops += 1

    def begin(self, name: str, size: int) -> None:
        self.zone._receive(self.zone, {"what": "begin", "name": name, "size": size, "of": 1}, [])

    def piece(self, at: int, content: bytes) -> None:
        self.zone._receive(self.zone, {"what": "piece", "from": at}, [memoryview(content)])


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
    drop, answers = Drop(), []
    drop.zone.send = lambda content, *_: answers.append(content["got"])  # type: ignore[method-assign]
    drop.begin("a.csv", 6)
    drop.piece(0, b"abcd")
    drop.piece(0, b"abcd")
    drop.piece(4, b"ef")
    drop.piece(4, b"ef")
    drop.piece(0, b"abcdef")
    assert answers == [0, 4, 4, 6, 6, 6]
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
    drop.zone._receive(drop.zone, {"what": "too-large", "name": "c.csv", "size": 9}, [])
    assert "c.csv" in drop.refused[2]


def test_a_file_without_room_is_refused_before_any_of_it_is_kept() -> None:
    drop, answers = Drop(), []
    drop.zone.send = lambda content, *_: answers.append(content)  # type: ignore[method-assign]
    drop.begin("more.csv", 6)
    drop.piece(0, b"abcdef")
    assert (drop.taken, drop.refused) == ([], ["There is no room."])
    assert [(answer["got"], answer["refused"]) for answer in answers] == [(0, True)] * 2
    assert drop.zone._content == b""
    drop.begin("a.csv", 3)
    drop.piece(0, b"abc")
    assert drop.taken == [("a.csv", b"abc")]


def test_what_the_browser_cannot_read_is_said() -> None:
    drop = Drop()
    drop.zone._receive(drop.zone, {"what": "failed", "name": "a.csv", "why": "gone"}, [])
    assert "gone" in drop.refused[0]


def test_what_is_no_part_of_a_file_is_refused_and_the_file_goes_on() -> None:
    drop = Drop()
    drop.begin("a.csv", 3)
    for content, buffers in (
        ({"what": "piece", "from": 0}, []),  # without its bytes
        ({"what": "piece", "from": -1}, [memoryview(b"abc")]),
        ({"what": "begin", "name": "b.csv"}, []),
        ({"what": "end"}, []),
        (None, []),
    ):
        drop.zone._receive(drop.zone, content, buffers)
    assert len(drop.refused) == 5
    assert all("Reload the page" in reason for reason in drop.refused)
    drop.piece(0, b"abc")
    assert drop.taken == [("a.csv", b"abc")]


def test_a_browser_cannot_raise_the_limit() -> None:
    drop = Drop(max_bytes=4)
    drop.zone._max_bytes = 1_000
    drop.begin("a.csv", 6)
    drop.piece(0, b"abcdef")
    assert drop.taken == []
    assert "limit" in drop.refused[0]


def test_a_file_is_arriving_from_its_first_message_until_it_is_there_or_refused() -> None:
    drop = Drop(max_bytes=6)
    drop.begin("a.csv", 6)
    drop.piece(0, b"abc")
    assert drop.arriving == ["a.csv"]
    drop.piece(3, b"def")
    drop.begin("b.csv", 3)
    drop.zone._receive(drop.zone, {"what": "failed", "name": "b.csv", "why": "gone"}, [])
    drop.begin("c.csv", 7)
    assert drop.arriving == ["a.csv", "", "b.csv", "", "c.csv", ""]


def test_a_refusal_names_its_file_and_each_drop_is_told_before_its_files() -> None:
    drop = Drop(max_bytes=4)
    drop.zone._receive(drop.zone, {"what": "drop"}, [])
    assert (drop.drops, drop.refused, drop.arriving) == (1, [], [])
    drop.zone._receive(drop.zone, {"what": "too-large", "name": "a.csv", "size": 9}, [])
    drop.zone._receive(drop.zone, {"what": "failed", "name": "b.csv", "why": "gone"}, [])
    drop.begin("c.csv", 5)
    drop.begin("more.csv", 1)
    drop.zone._receive(drop.zone, {"what": "end"}, [])
    assert drop.refused_names == ["a.csv", "b.csv", "c.csv", "more.csv", ""]
    assert drop.drops == 1
