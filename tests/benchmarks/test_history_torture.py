"""Many writers, killed writers, slow and full disks: smaller than in `history_torture.py`.

GANGLIOSIDE_TORTURE=full runs them in the size of that benchmark (about a quarter of an hour).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import history_torture
import pytest

FULL = os.environ.get("GANGLIOSIDE_TORTURE") == "full"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def test_many_savers_at_once_lose_nothing_and_tear_nothing(tmp_path: Path) -> None:
    found = history_torture.crowd(tmp_path, *((8, 50) if FULL else (3, 4)))
    assert len(found.saves) == (400 if FULL else 12)
    assert found.looks > 0


def test_killed_savers_leave_every_acknowledged_session(tmp_path: Path) -> None:
    acknowledged, there = history_torture.kills(tmp_path, 200 if FULL else 4)
    assert there >= acknowledged


@pytest.mark.skipif(bool(history_torture.CANNOT_SLOW), reason=history_torture.CANNOT_SLOW)
def test_a_slow_disk_loses_nothing(tmp_path: Path) -> None:
    found = history_torture.slow(tmp_path, *((4, 5) if FULL else (2, 2)), sync=0.1)
    assert len(found.saves) == (20 if FULL else 4)


def test_the_lock_of_a_stopped_process_is_not_taken_away(tmp_path: Path) -> None:
    told = history_torture.stopped(tmp_path, timeout=0.5)
    assert "if that process hangs or is suspended, end it" in told


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    try:
        fitted, said = history_torture.full(tmp_path)
    except PermissionError as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    assert fitted > 0
    assert "The disk is full: make room. What was saved is intact." in said


def test_the_checks_see_what_is_lost_and_what_is_torn(tmp_path: Path) -> None:
    history = history_torture.History.open(tmp_path / "history.duckdb")
    history.save(history_torture.analysis_of("a"), name="a")
    assert history_torture.require_whole(history.path, {"a"}) == 1
    with pytest.raises(AssertionError, match="lost"):
        history_torture.require_whole(history.path, {"a", "b"})
    with history._store.write() as connection:
        connection.execute("DELETE FROM features WHERE position = 5")
    with pytest.raises(AssertionError, match="Torn"):
        history_torture.require_whole(history.path, {"a"})
