"""State of a server: what is recognised as trouble."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history import jobs as queued
from ganglioside.history.storage.store import utc_now
from ganglioside.watching.state import Disk, look

pytestmark = [
    pytest.mark.either_store("about what is told"),
    pytest.mark.usefixtures("stays_open"),
]


def test_a_backup_is_late_after_twice_its_interval(history: History, tmp_path: Path) -> None:
    assert not look(history).backup_is_late
    history.tasks.set("backup", timedelta(days=1), {"folder": str(tmp_path)})
    assert not look(history).backup_is_late
    with history._store.write() as connection:
        connection.execute("UPDATE tasks SET created = ?", [utc_now() - timedelta(days=3)])
    assert look(history).backup_is_late
    history.care.backup(tmp_path / "copy.duckdb")
    state = look(history)
    assert not state.backup_is_late
    assert state.last_backup is not None
    assert state.size > 10_000


def test_a_worker_is_lacked_where_jobs_are_left_to_workers(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not look(history).lacks_worker
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    assert look(history).lacks_worker
    worker = history.workers.register()
    assert not look(history).lacks_worker
    history.workers.drain(worker.id)
    assert look(history).lacks_worker


def test_given_up_jobs_are_counted_by_their_state_and_not_by_their_words(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued, "back_off", lambda attempts: timedelta(0))
    history.jobs.add("slow", {}, "given up")
    for _ in range(queued.MOST_ATTEMPTS):
        assert look(history).given_up == 0
        taken = history.jobs.take(history.workers.register())
        assert taken is not None
        history.jobs.put_off(taken.id, "The database is away")
    assert look(history).given_up == 1
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET error = 'In other words.'")
    assert look(history).given_up == 1


def test_a_job_whose_last_attempt_ends_with_a_fault_of_its_own_is_not_given_up(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued, "back_off", lambda attempts: timedelta(0))
    job = history.jobs.add("slow", {}, "wrong table")
    for attempt in range(1, queued.MOST_ATTEMPTS + 1):
        taken = history.jobs.take(history.workers.register())
        assert taken is not None
        if attempt < queued.MOST_ATTEMPTS:
            history.jobs.put_off(job, "The database is away")
    history.jobs.end(job, "failed", error="The table has no rows.")
    assert history.jobs.get(job).attempts == queued.MOST_ATTEMPTS
    assert look(history).given_up == 0


def test_a_disk_is_nearly_full_below_five_percent(tmp_path: Path) -> None:
    assert Disk(tmp_path, 49, 1000).is_nearly_full
    assert not Disk(tmp_path, 51, 1000).is_nearly_full
    assert Disk.of(tmp_path).total > 0


def test_a_time_that_is_none_is_told_and_ends_no_worker(history: History) -> None:
    """Somebody had put it there: the signs of life of a worker came to their end."""
    history.jobs.add("verify", {"sample": 0}, "verify")
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET created = 'infinity'")
    with pytest.raises(HistoryError, match=r"a time that is none|timestamp too large"):
        look(history)
