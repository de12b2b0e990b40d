"""State of a server and its history: what metrics, readiness, alarms and the doctor tell of."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.jobs import GIVEN_UP
from ganglioside.history.storage.store import utc_now
from ganglioside.history.tasks import Task
from ganglioside.history.workers import Worker
from ganglioside.jobs.launcher import left_to_workers

#: Smallest share of a disk that is free.
LEAST_FREE: Final = 0.05

#: What is older is no news: jobs that were given up, workers that were lost.
RECENT: Final = timedelta(hours=1)

#: A backup is too old after so many times its interval.
_LATE: Final = 2.0


#: How old sessions are found and deleted, for people.
CLEAN_UP: Final = (
    "ganglioside history cleanup --older-than 1y lists what is old, with --yes it goes"
)


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on a disk, bytes."""

    folder: Path
    free: int
    total: int

    @property
    def is_nearly_full(self) -> bool:
        """Whether less than `LEAST_FREE` of it is free."""
        return self.free < LEAST_FREE * self.total

    @property
    def words(self) -> str:
        """How much is free, for people."""
        return f"{self.free / 1e9:.1f} GB of {self.total / 1e9:.1f} GB are free"

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """Disk of a folder."""
        usage = shutil.disk_usage(folder)
        return cls(folder, usage.free, usage.total)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Jobs of one kind that have ended: how many, and how long they took.

    Attributes
    ----------
    kind, status : str
    seconds : tuple of float
    """

    kind: str
    status: str
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class State:
    """State of a history and of what works on it. Times are UTC, without a zone.

    Attributes
    ----------
    now : datetime
    jobs : mapping of str to int
        Number of jobs by status.
    waiting_since : datetime or None
        When the job was added that has waited longest.
    given_up : int
        Jobs that failed in all their attempts within the last hour.
    sessions : int
    workers : tuple of Worker
    tasks : tuple of Task
    last_backup : datetime or None
    size : int
        Of the history, bytes.
    disk : Disk
    """

    now: datetime
    jobs: Mapping[str, int]
    waiting_since: datetime | None
    given_up: int
    sessions: int
    workers: tuple[Worker, ...]
    tasks: tuple[Task, ...]
    last_backup: datetime | None
    size: int
    disk: Disk

    @property
    def worker_states(self) -> Counter[str]:
        """Number of workers in each state."""
        return Counter(one.state(self.now) for one in self.workers)

    @property
    def lost_workers(self) -> int:
        """Number of workers that were lost within the last hour."""
        return sum(
            one.state(self.now) == "lost" and self.now - one.heartbeat < RECENT
            for one in self.workers
        )

    @property
    def lacks_worker(self) -> bool:
        """Whether jobs are left to workers here, and none takes any."""
        return left_to_workers() and not self.worker_states["working"]

    @property
    def backups(self) -> Task | None:
        """Task of the backups that are made by themselves; None where there is none."""
        return next((task for task in self.tasks if task.kind == "backup"), None)

    @property
    def backup_is_late(self) -> bool:
        """Whether backups are made by themselves, and the last one is too old."""
        task = self.backups
        if task is None:
            return False
        made = self.last_backup or datetime.min
        return min(self.now - made, self.now - task.created) > _LATE * task.every


def look(history: History) -> State:
    """State of a history now."""
    with history.connected() as connected:
        return _look(connected)


def _look(history: History) -> State:
    now = utc_now()
    counts = history.query("SELECT status, count(*) AS jobs FROM jobs GROUP BY status")
    facts = history.query(
        "SELECT (SELECT min(created) FROM jobs WHERE status = 'pending') AS waiting, "
        f"(SELECT count(*) FROM jobs WHERE {GIVEN_UP} AND ended > ?) AS given_up, "
        "(SELECT count(*) FROM sessions) AS sessions, "
        "(SELECT max(time) FROM log WHERE action = 'backed up') AS backup",
        [now - RECENT],
    ).iloc[0]
    return State(
        now=now,
        jobs={str(status): int(jobs) for status, jobs in counts.itertuples(index=False)},
        waiting_since=_moment(facts["waiting"]),
        given_up=int(facts["given_up"]),
        sessions=int(facts["sessions"]),
        workers=tuple(history.workers.all()),
        tasks=tuple(history.tasks.all()),
        last_backup=_moment(facts["backup"]),
        size=history.size(),
        disk=Disk.of(history.path.parent),
    )


def durations(history: History) -> tuple[Lasting, ...]:
    """Durations of all jobs that have ended, by kind and end: as many values as there are jobs."""
    ended = history.query(
        "SELECT kind, status, started, ended FROM jobs WHERE started IS NOT NULL "
        "AND ended IS NOT NULL"
    )
    seconds = (ended["ended"] - ended["started"]).dt.total_seconds()
    grouped = seconds.groupby([ended["kind"], ended["status"]])
    return tuple(
        Lasting(str(kind), str(status), tuple(map(float, found)))
        for (kind, status), found in grouped
    )


def _moment(value: object) -> datetime | None:
    """Time as a datetime; None for no value (NaT differs from itself).

    Raises
    ------
    HistoryError
        If it is none that a program has written: whoever keeps on working then says so.
    """
    if value is None or value != value:
        return None
    try:
        return value.to_pydatetime() if hasattr(value, "to_pydatetime") else None
    except ValueError as error:
        raise HistoryError(
            f"A job or the log holds a time that is none ({error}): ask `ganglioside history "
            "verify` what was changed."
        ) from error
