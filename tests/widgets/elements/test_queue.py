"""A list of features: what the browser may open and mark."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ganglioside_widgets.elements.queue import MOST_MARKED, Queue, QueuedFeature


def item(number: int) -> QueuedFeature:
    return QueuedFeature(
        number, "Doubtful", f"GM1({number}:1;O2)", "valid", "valid by 60 % only", ""
    )


@pytest.fixture
def heard() -> tuple[Queue, list[int], list[Sequence[int]]]:
    queue, opened, marked = Queue("To review", {}, {}), [], []
    queue.on_open(opened.append)
    queue.on_mark(marked.append)
    queue.show([item(3), item(5)], [5])
    return queue, opened, marked


def test_only_features_of_the_list_are_opened(
    heard: tuple[Queue, list[int], list[Sequence[int]]],
) -> None:
    queue, opened, _ = heard
    for content in ({"open": 3}, {"open": 4}, {"open": "3"}, {"open": None}, {"open": 3.0}, 7):
        queue._receive(queue, content, [])
    assert opened == [3]


def test_only_features_of_the_list_are_marked(
    heard: tuple[Queue, list[int], list[Sequence[int]]],
) -> None:
    queue, _, marked = heard
    too_many = list(range(MOST_MARKED + 1))
    for content in ({"mark": [3, 4, 5]}, {"mark": "all"}, {"mark": [0.5]}, {"mark": too_many}):
        queue._receive(queue, content, [])
    assert marked == [[3, 5]]


def test_what_is_shown_is_sent(heard: tuple[Queue, list[int], list[Sequence[int]]]) -> None:
    queue, *_ = heard
    assert [line["id"] for line in queue._items] == [3, 5]
    assert queue._marked == [5]
