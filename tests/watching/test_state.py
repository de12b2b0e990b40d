"""State of a server: what is recognised as trouble."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ganglioside.history import History
from ganglioside.history.storage.store import utc_now
from ganglioside.watching.state import Disk, look


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


def test_a_disk_is_nearly_full_below_five_percent(tmp_path: Path) -> None:
    assert Disk(tmp_path, 49, 1000).is_nearly_full
    assert not Disk(tmp_path, 51, 1000).is_nearly_full
    assert Disk.of(tmp_path).total > 0
