"""Who has waited longest gets the lock; who waits no longer keeps nobody."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from effort import PATIENCE, until
from filelock import FileLock, Timeout

from ganglioside.history.storage import lock_queue
from ganglioside.history.storage.lock_queue import Turn, acquire


@pytest.fixture(autouse=True)
def _marks_stay_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mark grows old because this machine is busy; those of the tests are old at once."""
    monkeypatch.setattr(lock_queue, "_OLD", PATIENCE)
    monkeypatch.setattr(lock_queue, "_FORGOTTEN", 10 * PATIENCE)


def test_the_first_who_waits_is_first(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    first, second = Turn(folder), Turn(folder)
    assert first.has_come()
    assert second.has_come()  # nobody waits yet
    first.wait()
    second.wait()
    assert first.has_come()
    assert not second.has_come()
    first.end()
    assert second.has_come()


def test_an_old_mark_binds_nobody_and_is_taken_away(tmp_path: Path) -> None:
    gone, here = Turn(tmp_path), Turn(tmp_path)
    gone.wait()
    (mark,) = tmp_path.iterdir()
    old = time.time() - lock_queue._OLD - 0.1
    os.utime(mark, (old, old))
    assert here.has_come()
    gone.wait()  # it was only stopped, and goes on
    assert not here.has_come()
    forgotten = time.time() - lock_queue._FORGOTTEN - 1
    os.utime(mark, (forgotten, forgotten))
    here.end()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_given_in_the_order_of_waiting(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    lock.acquire()
    order: list[int] = []

    def wait(number: int) -> None:
        mine = FileLock(tmp_path / "lock")
        acquire(mine, tmp_path / "queue", PATIENCE)
        order.append(number)
        mine.release()

    waiting = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for number, thread in enumerate(waiting, start=1):
        thread.start()
        until(lambda: len(list((tmp_path / "queue").glob("*"))) == number)  # noqa: B023 - at once
    lock.release()
    for thread in waiting:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert list((tmp_path / "queue").iterdir()) == []


def test_waiting_has_an_end(tmp_path: Path) -> None:
    held = FileLock(tmp_path / "lock")
    held.acquire()
    with pytest.raises(Timeout):
        acquire(FileLock(tmp_path / "lock"), tmp_path / "queue", 0.05)
    assert not any(tmp_path.glob("queue/*"))  # where the machine is slow, nothing was ever there


def test_a_mark_from_a_time_to_come_binds_nobody(tmp_path: Path) -> None:
    """The clock was set back, or a file server's is ahead: it would look fresh for hours."""
    gone, here = Turn(tmp_path), Turn(tmp_path)
    gone.wait()
    (mark,) = tmp_path.iterdir()
    ahead = time.time() + 7200
    os.utime(mark, (ahead, ahead))
    assert here.has_come()
    here.end()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_mark_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "00000000000000000000-x").write_text("x")
    (tmp_path / "00000000000000000000-1-abcdef01").symlink_to(tmp_path / "absent")
    turn = Turn(tmp_path)
    turn.has_come()
    turn.end()
    assert len(list(tmp_path.iterdir())) >= 2
