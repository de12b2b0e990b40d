"""Workers: who gives signs of life, and who does not any more."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from ganglioside.errors import JobError
from ganglioside.history import History
from ganglioside.history.storage.store import utc_now
from ganglioside.history.workers import LEASE, Worker

pytestmark = pytest.mark.usefixtures("stays_open")


def state(worker: Worker, silent: float = 0.0) -> str:
    return worker.state(worker.heartbeat + timedelta(seconds=silent))


def test_a_worker_lives_from_its_first_sign_to_its_end(history: History) -> None:
    worker = history.workers.register()
    assert (worker.pid, state(worker)) == (os.getpid(), "working")
    assert history.workers.beating() == [worker]
    assert history.workers.beat(worker).heartbeat >= worker.heartbeat
    assert state(history.workers.drain(worker.id[:10])) == "draining"
    assert history.workers.beating() == []
    history.workers.end(worker.id)
    assert state(history.workers.all()[0]) == "ended"
    actions = history.care.log()["action"].tolist()
    assert actions == ["worker started", "worker drained", "worker ended"]
    assert history.care.verify(sample=0).is_whole


def test_one_without_a_sign_is_lost(history: History) -> None:
    worker = history.workers.register()
    assert state(worker, LEASE - 1) == "working"
    assert state(worker, LEASE + 1) == "lost"
    assert state(worker, -LEASE - 1) == "lost"  # its clock was set back since
    assert state(replace(worker, pid=2**30)) == "lost"  # there is no such process


def test_one_that_is_not_known_is_refused(history: History) -> None:
    for wrong in ("", "nothing"):
        with pytest.raises(JobError, match="no one worker"):
            history.workers.drain(wrong)


def test_old_ones_are_forgotten(history: History) -> None:
    old = history.workers.register()
    with history._store.write() as connection:
        connection.execute("UPDATE workers SET heartbeat = ?", [utc_now() - timedelta(days=8)])
    new = history.workers.register()
    assert [one.id for one in history.workers.all()] == [new.id]
    assert old.id != new.id


def test_a_worker_that_a_restored_backup_does_not_know_is_listed_again(history: History) -> None:
    worker = history.workers.register()
    with history._store.write() as connection:
        connection.execute("DELETE FROM workers")
    assert history.workers.beat(worker).id == worker.id
    assert [one.id for one in history.workers.beating()] == [worker.id]
