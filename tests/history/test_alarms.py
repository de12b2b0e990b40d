"""Alarms that were told: one process tells of each change."""

from __future__ import annotations

import threading

from ganglioside.history import History


def test_one_of_many_notes_a_change(history: History) -> None:
    first: list[bool] = []
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait()
        first.append(history.alarms.change("disk nearly full", is_there=True))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(first) == [False, False, False, True]
    assert history.alarms.all() == ["disk nearly full"]
    assert history.alarms.change("disk nearly full", is_there=False)
    assert not history.alarms.change("disk nearly full", is_there=False)
    assert history.alarms.all() == []
