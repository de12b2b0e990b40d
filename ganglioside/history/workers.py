"""Workers: processes that carry out the jobs of a history, here or on other machines."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from ganglioside.errors import JobError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.opening import new_id
from ganglioside.history.process import Process
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.store import utc_now
from ganglioside.version import __version__

#: Seconds without a heartbeat after which a worker loses its job.
LEASE: Final = 60.0

#: How long a worker that has ended stays listed.
_LISTED: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that carries out jobs. Times are UTC, without a zone.

    Attributes
    ----------
    id, host : str
    pid : int
    process_started : datetime or None
    author, version : str
        Who started it, and its version of this program.
    lease : float
        s without a heartbeat after which its job goes to another.
    started, heartbeat : datetime
    drain_requested : bool
        Whether it is to end after the job that it has.
    ended : datetime or None
    """

    id: str
    host: str
    pid: int
    process_started: datetime | None
    author: str
    version: str
    lease: float
    started: datetime
    heartbeat: datetime
    drain_requested: bool
    ended: datetime | None

    def beats(self, now: datetime) -> bool:
        """Whether it has given a sign of life in time."""
        silence = abs((now - self.heartbeat).total_seconds())
        return self.ended is None and silence < self.lease and self._why_dead(now) is None

    def state(self, now: datetime) -> str:
        """State in a word: working, draining, ended or lost."""
        if self.ended is not None:
            return "ended"
        if not self.beats(now):
            return "lost"
        return "draining" if self.drain_requested else "working"

    def _why_dead(self, now: datetime) -> str | None:
        return Process(self.host, self.pid, self.process_started, self.heartbeat).why_dead(now)


_COLUMNS: Final = ", ".join(field.name for field in fields(Worker))


class Workers:
    """Register of the workers of one history; every call is one transaction."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def register(self, lease: float = LEASE) -> Worker:
        """Worker that this process is from now on."""
        now = utc_now()
        here = Process.this(now)
        worker = Worker(new_id(now), platform.node(), os.getpid(), here.started, current_author(),
                        __version__, lease, now, now, False, None)  # fmt: skip
        with self._store.write(adding=True) as connection:
            connection.execute("DELETE FROM workers WHERE heartbeat < ?", [now - _LISTED])
            _insert(connection, worker)
            audit_log.append(connection, worker.author, "worker started", worker.id,
                             version=__version__, pid=worker.pid)  # fmt: skip
        return worker

    def beat(self, worker: Worker) -> Worker:
        """Give a sign of life, and return what is known of the worker.

        One that is not listed any more is listed again: a backup that was restored knows none.
        """
        now = utc_now()
        with self._store.write(adding=True) as connection:
            known = connection.execute(
                "SELECT count(*) FROM workers WHERE id = ?", [worker.id]
            ).fetchall()
            if known == [(0,)]:
                _insert(connection, worker)
            connection.execute("UPDATE workers SET heartbeat = ? WHERE id = ?", [now, worker.id])
            return _one(connection, worker.id)

    def drain(self, worker: str) -> Worker:
        """Let a worker end after the job that it has.

        Raises
        ------
        JobError
            If there is no such worker.
        """
        with self._store.write() as connection:
            found = _one(connection, worker)
            if found.ended is None and not found.drain_requested:
                connection.execute(
                    "UPDATE workers SET drain_requested = true WHERE id = ?", [found.id]
                )
                audit_log.append(connection, current_author(), "worker drained", found.id)
            return _one(connection, found.id)

    def end(self, worker: str) -> None:
        """Record that a worker has ended."""
        with self._store.write(adding=True) as connection:
            connection.execute("UPDATE workers SET ended = ? WHERE id = ?", [utc_now(), worker])
            audit_log.append(connection, current_author(), "worker ended", worker)

    def all(self) -> list[Worker]:
        """Workers of the last days, the newest first."""
        with self._store.read() as connection:
            return _workers(connection.execute(
                f"SELECT {_COLUMNS} FROM workers ORDER BY started DESC, id DESC"
            ).fetchall())  # fmt: skip

    def beating(self) -> list[Worker]:
        """Workers that give signs of life and take jobs."""
        now = utc_now()
        return [one for one in self.all() if one.state(now) == "working"]


def _insert(connection: Connection, worker: Worker) -> None:
    marks = ", ".join("?" for _ in fields(Worker))
    connection.execute(
        f"INSERT INTO workers ({_COLUMNS}) VALUES ({marks})",
        [getattr(worker, field.name) for field in fields(Worker)],
    )


def _one(connection: Connection, worker: str) -> Worker:
    """Worker with an id, or with the only id that begins so."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM workers WHERE starts_with(id, ?) ORDER BY id LIMIT 2", [worker]
    ).fetchall()
    found = _workers(rows)
    if not worker or not found or (len(found) > 1 and found[0].id != worker):
        raise JobError(f"There is no one worker {worker!r}: `ganglioside workers` lists them.")
    return found[0]


def _workers(rows: Iterable[tuple[object, ...]]) -> list[Worker]:
    return [Worker(*row) for row in rows]  # type: ignore[arg-type] # as the table has them
