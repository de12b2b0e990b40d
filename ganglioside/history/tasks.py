"""Tasks that workers do by themselves, again and again: backups and checks of the history.

Whoever comes first when one is due adds a job for it, in the same transaction: so it is done once,
and waits, fails, is retried and recorded as every job. The cleanup has its own schedule, which
takes place when a history is opened: see `care.cleanup`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ganglioside.errors import HistoryError
from ganglioside.history import audit_log
from ganglioside.history.author import acting_for, current_author
from ganglioside.history.jobs import NewJob, insert_job
from ganglioside.history.periods import DAY, is_due
from ganglioside.history.sharing import Sharing
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.store import utc_now


@dataclass(frozen=True, slots=True)
class Task:
    """Work that is done again and again.

    Attributes
    ----------
    kind : str
        Kind of its jobs.
    every : timedelta
    parameters : str
        Of its jobs, JSON.
    author : str
        Who has set it.
    created : datetime
    last_run : datetime or None
        When its last job was added; UTC, without a zone.
    last_job : str or None
    """

    kind: str
    every: timedelta
    parameters: str
    author: str
    created: datetime
    last_run: datetime | None
    last_job: str | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for the next job."""
        return is_due(self.last_run, self.every, now)


class Tasks:
    """Tasks of one history; every call is one transaction."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def all(self) -> list[Task]:
        """Tasks, by their kinds."""
        with self._store.read() as connection:
            return _tasks(connection)

    def set(self, kind: str, every: timedelta | None, parameters: Mapping[str, Any]) -> None:
        """Do a kind of job again and again, from now on; never any more where `every` is None.

        Raises
        ------
        HistoryError
            If it would be done more often than every ten minutes.
        """
        if every is not None and every < timedelta(minutes=10):
            raise HistoryError("A task is done every ten minutes at most: give a longer time.")
        days = None if every is None else every / DAY
        with self._store.write() as connection:
            connection.execute("DELETE FROM tasks WHERE kind = ?", [kind])
            if days is not None:
                connection.execute(
                    "INSERT INTO tasks (kind, every, parameters, author, created) "
                    "VALUES (?, ?, ?, ?, ?)",
                    [kind, days, json.dumps(parameters), current_author(), utc_now()],
                )
            audit_log.append(connection, current_author(), "task set", kind, every_days=days,
                             parameters=dict(parameters))  # fmt: skip

    def add_due(self) -> list[str]:
        """Add a job for each task that is due, in the name of who has set it; return their ids."""
        now = utc_now()
        if not any(task.is_due(now) for task in self.all()):
            return []
        with self._store.write() as connection:
            due = [task for task in _tasks(connection) if task.is_due(now)]
            return [_begin(connection, task, self._store.name, now) for task in due]


def _begin(connection: Connection, task: Task, history: str, now: datetime) -> str:
    """Add the job of a task that is due."""
    name = f"every {task.every / DAY:g} days"
    with acting_for(task.author):
        new = NewJob(task.kind, json.loads(task.parameters), name)
        job = insert_job(connection, new, history, sharing=Sharing("own"))
    connection.execute(
        "UPDATE tasks SET last_run = ?, last_job = ? WHERE kind = ?", [now, job, task.kind]
    )
    return job


def _tasks(connection: Connection) -> list[Task]:
    rows = connection.execute(
        "SELECT kind, every, parameters, author, created, last_run, last_job FROM tasks "
        "ORDER BY kind"
    ).fetchall()
    return [Task(kind, every * DAY, *rest) for kind, every, *rest in rows]
