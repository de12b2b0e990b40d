"""Runs of sessions and jobs: who carries them out, signs of life, events, requests to cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, Generic, TypeVar

from ganglioside.errors import EndedError, GangliosideError
from ganglioside.history.audit_log import Action
from ganglioside.history.events import insert_events, read_events
from ganglioside.history.process import Process
from ganglioside.history.row_hashes import Table, changing
from ganglioside.history.session_rows import Status, Stored
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import ProgressEvent

#: A run that this version carries out gives a sign of life far more often, unless its process
#: is stopped or its history stays locked.
QUIET: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Run:
    """Run of a session or a job.

    Attributes
    ----------
    id : str
    status : Status
    host, pid, process_started, heartbeat
        The process that works or worked on it, and its last sign of life.
    cancel_requested : bool
    """

    id: str
    status: Status
    host: str | None
    pid: int | None
    process_started: datetime | None
    heartbeat: datetime | None
    cancel_requested: bool

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in ("pending", "processing")

    def why_dead(self, now: datetime) -> str | None:
        """Reason why its process is known to have ended; None where it may still run."""
        if self.status != "processing" or self.host is None or self.pid is None:
            return None
        return Process(self.host, self.pid, self.process_started, self.heartbeat).why_dead(now)


R = TypeVar("R", bound=Run)


#: Runs of workers: their jobs, and the sessions of these, are theirs while they give signs.
_OF_WORKERS: Final[dict[Table, str]] = {
    "jobs": "lease IS NOT NULL",
    "sessions": "EXISTS (SELECT 1 FROM jobs WHERE jobs.id = sessions.job "
    "AND jobs.status = 'processing' AND jobs.lease IS NOT NULL)",
}


def find_runs(connection: Connection, table: Table, *, of_workers: bool = True) -> list[Run]:
    """All runs of a table that processes work on, or were working on when they died."""
    without = "" if of_workers else f" AND NOT {_OF_WORKERS[table]}"
    return _select(connection, table, f"status = 'processing'{without}")


def _select(connection: Connection, table: Table, condition: str, *values: object) -> list[Run]:
    rows = connection.execute(
        "SELECT id, status, host, pid, process_started, coalesce(heartbeat, started), "
        f"coalesce(cancel_requested, false) FROM {table} WHERE {condition} ORDER BY id",
        list(values),
    ).fetchall()
    return [Run(*row) for row in rows]


def _request_end(connection: Connection, table: Table, owner: str, ended: str | None) -> None:
    """Request the end of a run; one that nobody works on ends now, at the time in that column."""
    connection.execute(f"UPDATE {table} SET cancel_requested = true WHERE id = ?", [owner])
    if ended is not None:
        connection.execute(
            f"UPDATE {table} SET status = 'cancelled', {ended} = ? WHERE id = ?",
            [utc_now(), owner],
        )


class Runs(Generic[R]):
    """Register of the runs in one table of a history; every call is one transaction."""

    _table: ClassVar[Table]
    _ended: ClassVar[str]  # the column with the time of the end
    _cancelling: ClassVar[Action]  # the entry of the log

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def get(self, owner: str) -> R:
        """Run of a session or job, by its id or a beginning of it that fits one only."""
        with self._store.read() as connection:
            return self._find(connection, owner)

    def beat(self, owner: str, events: Sequence[ProgressEvent] = ()) -> R:
        """Give a sign of life, store new events, and return the state of the run.

        Whoever works on it looks at `cancel_requested` of what comes back. A run that has ended
        stays as it is.
        """
        # As those do who add: nobody else gives signs of this run, and whoever ends it waits.
        with self._store.write(adding=True) as connection:
            found = self._find(connection, owner)
            if not found.has_ended:
                connection.execute(
                    f"UPDATE {self._table} SET heartbeat = ? WHERE id = ?", [utc_now(), found.id]
                )
                insert_events(connection, found.id, events)
            return found

    def request_cancel(self, owner: str) -> R:
        """Request the end of a run; one that nobody works on ends at once.

        Raises
        ------
        HistoryError, JobError
            If it has ended already.
        """
        with self._store.write() as connection:
            found = self._require_running(connection, owner)
            ends = found.status == "pending"
            with changing(connection, self._table, found.id, self._cancelling, ends=ends):
                _request_end(connection, self._table, found.id, self._ended if ends else None)
            if ends:
                self._cancel_beside(connection, found)
            return self._find(connection, found.id)

    def events(self, owner: str, after: int = 0) -> list[ProgressEvent]:
        """Events of a run in order, without the first `after`."""
        with self._store.read() as connection:
            return read_events(connection, self._find(connection, owner).id, after)

    def _find(self, connection: Connection, owner: str) -> R:
        raise NotImplementedError

    def _cancel_beside(self, connection: Connection, found: R) -> None:
        """Cancel what waits together with a run that was cancelled before it began."""
        raise NotImplementedError

    def _require_running(self, connection: Connection, owner: str) -> R:
        found = self._find(connection, owner)
        if found.has_ended:
            raise self._refusal(found)
        return found

    def _refusal(self, found: R) -> GangliosideError:
        raise NotImplementedError


class SessionRuns(Runs[Run]):
    """Register of the sessions that go on."""

    _table = "sessions"
    _ended = "completed"
    _cancelling = "cancel requested"

    def is_busy(self, pid: int) -> bool:
        """Whether a process of this machine works on a session."""
        now = utc_now()
        here = Process.this(now).host
        with self._store.read() as connection:
            going_on = find_runs(connection, self._table)
        return any(
            run.host == here
            and run.pid == pid
            and run.heartbeat is not None
            and abs(now - run.heartbeat) < QUIET
            and run.why_dead(now) is None
            for run in going_on
        )

    def _find(self, connection: Connection, owner: str) -> Run:
        sid = Stored.find(connection, owner).id
        (found,) = _select(connection, self._table, "id = ?", sid)
        return found

    def _cancel_beside(self, connection: Connection, found: Run) -> None:
        rows = connection.execute(
            "SELECT id, status = 'pending' FROM jobs WHERE session = ? "
            "AND status IN ('pending', 'processing')",
            [found.id],
        ).fetchall()
        for job, ends in rows:  # whoever has taken one already is not to begin
            with changing(connection, "jobs", job, "job cancelled", ends=ends):
                _request_end(connection, "jobs", job, "ended" if ends else None)

    def _refusal(self, found: Run) -> GangliosideError:
        return EndedError(f"Session {found.id} has ended already: it is {found.status}.")
