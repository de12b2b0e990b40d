"""Jobs as rows of the history: parameters, process, state and outcome.

The history only keeps them; who carries them out is another matter.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from ganglioside.errors import EndedError, JobError, UnknownJobError, UnknownSessionError
from ganglioside.history import audit_log, job_seals
from ganglioside.history.author import current_author
from ganglioside.history.claims import Claim
from ganglioside.history.events import error_event, insert_events, last_events
from ganglioside.history.opening import ID, new_id
from ganglioside.history.process import Process
from ganglioside.history.row_hashes import changing, row_hash, row_hashes
from ganglioside.history.runs import Run, Runs
from ganglioside.history.session_rows import STATUSES, Status, end_session
from ganglioside.history.sharing import (
    ActingStore,
    Person,
    Sharing,
    person_from,
    require_change,
    rows_by_id,
    seen,
    whole,
)
from ganglioside.history.storage.dialect import locking
from ganglioside.history.storage.interface import Connection
from ganglioside.history.storage.store import utc_now
from ganglioside.history.workers import Worker
from ganglioside.progress import ProgressEvent
from ganglioside.support.quoting import quoted
from ganglioside.support.requests import current_request

#: How often a worker tries a job that fails by chance, and the time until the second attempt.
MOST_ATTEMPTS: Final = 3
FIRST_PAUSE: Final = timedelta(seconds=10)

#: Jobs that were given up, in SQL. A worker that ends its last attempt itself keeps its name.
GIVEN_UP: Final = f"status = 'failed' AND attempts >= {MOST_ATTEMPTS} AND worker IS NULL"

#: Kinds whose result is the one session that they make: `jobs.kinds` says what they do.
MAKE_ONE_SESSION: Final = ("analyze", "rerun", "session")

#: What is said of a job that came in from elsewhere before it had ended.
FOREIGN: Final = (
    "Jobs from elsewhere are not carried out here. Look at what it was to do; to do it here: "
    "ganglioside jobs retry."
)


@dataclass(frozen=True, slots=True)
class Job(Run):
    """One job. Times are UTC, without a zone.

    Attributes
    ----------
    id, status, host, pid, process_started, heartbeat, cancel_requested
        As of every `Run`.
    kind, name : str
    author : str
        Who asked for it.
    parameters : str
        JSON object, as `add` was given.
    created, started, ended : datetime or None
    time_limit : float or None
        s.
    retry_of : str or None
        The job that this one repeats.
    session : str or None
        The session that it made.
    result : str or None
        JSON.
    error : str or None
    seal : str or None
        Shows who asked for it, and where; see `job_seals`.
    shared, shared_group : str or None
        With whom it is shared, as of a session.
    asked_by : str or None
        The person as whom its work acts, JSON; None where that is the user.
    worker : str or None
        The worker that has or had it; None where it has a process of its own.
    lease : float or None
        s without a sign of life after which the worker loses it.
    attempts : int or None
        How often a worker has begun it.
    not_before : datetime or None
        When it may be tried again.
    request : str or None
        Id of the request that asked for it.
    """

    kind: str
    name: str
    author: str
    parameters: str
    created: datetime
    started: datetime | None
    ended: datetime | None
    time_limit: float | None
    retry_of: str | None
    session: str | None
    result: str | None
    error: str | None
    seal: str | None
    shared: str | None = None
    shared_group: str | None = None
    asked_by: str | None = None
    worker: str | None = None
    lease: float | None = None
    attempts: int | None = None
    not_before: datetime | None = None
    request: str | None = None

    def why_dead(self, now: datetime) -> str | None:
        """Reason why nobody works on it any more; None where somebody may.

        A worker that gives no sign for the time of its lease has lost it, dead or alive.
        """
        why = Run.why_dead(self, now)
        if why or self.lease is None or self.status != "processing" or self.heartbeat is None:
            return why
        if abs((now - self.heartbeat).total_seconds()) < self.lease:
            return None
        since = f"{self.heartbeat:%Y-%m-%d %H:%M:%S} UTC"
        return f"its worker {self.worker} on {self.host} has given no sign since {since}"

    @property
    def outcome(self) -> dict[str, Any] | None:
        """Result as values; None where there is none, or others wrote no object."""
        found = None if self.result is None else json.loads(self.result)
        return found if isinstance(found, dict) else None

    @property
    def claim(self) -> Claim | None:
        """Claim of the worker that has it; None where it has a process of its own."""
        if self.worker is None or self.attempts is None:
            return None
        return Claim(self.id, self.worker, self.attempts)

    @property
    def person(self) -> Person | None:
        """Person as whom its work acts; None where that is the user."""
        return None if self.asked_by is None else person_from(self.asked_by)


_COLUMNS = ", ".join(field.name for field in fields(Job))


def find_job(connection: Connection, job: str) -> Job:
    """Job with an id, or with the only id that begins so, that is seen here.

    Raises
    ------
    UnknownJobError
        If there is none, or the person who acts does not see it.
    ForbiddenError
        If this transaction changes things, and the job is not the person's to change.
    """
    rows = rows_by_id(connection, "jobs", _COLUMNS, job)
    if not rows:
        raise UnknownJobError(
            f"There is no job {quoted(job)} in this history: history.jobs.all() lists them."
        )
    if len(rows) > 1 and rows[0][0] != job:
        raise UnknownJobError(
            f"{quoted(job)} is the beginning of more than one job: give more of the id."
        )
    found = Job(*rows[0])
    require_change(found.author, "job")
    return found


def session_named(parameters: Mapping[str, Any]) -> str | None:
    """Id of the session that a job with these parameters reads; None where it reads none."""
    named = parameters.get("session") or parameters.get("source")
    is_id = isinstance(named, str) and re.fullmatch(ID, named) is not None
    return named if is_id else None


def jobs_about(connection: Connection, sid: str) -> list[str]:
    """Ids of the jobs that make or read a session and make or have made no other one.

    They are those of everybody: what tells of a session is seen by those who see it, and by nobody
    else.
    """
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM jobs WHERE session = $sid "
        "OR id = (SELECT job FROM sessions WHERE id = $sid) "
        "OR (session IS NULL AND strpos(CAST(parameters AS VARCHAR), $sid) > 0) ORDER BY id",
        {"sid": sid},
    ).fetchall()
    return [job.id for job in (Job(*row) for row in rows) if _told_of(connection, job) == sid]


def _told_of(connection: Connection, job: Job) -> str | None:
    """Id of the session that a job tells of: the one that it makes, else the one that it reads."""
    if job.has_ended and job.session is not None:
        return job.session
    made = _begun_last(connection, job.id) if job.kind in MAKE_ONE_SESSION else None
    return made or job.session or session_named(json.loads(job.parameters))


def _begun_last(connection: Connection, job: str) -> str | None:
    """Id of the session that a worker has begun last for a job; None where it has begun none."""
    ((sid,),) = connection.execute("SELECT max(id) FROM sessions WHERE job = ?", [job]).fetchall()
    return None if sid is None else str(sid)


def find_jobs(
    connection: Connection,
    statuses: Sequence[Status] = (),
    limit: int | None = None,
    kind: str | None = None,
) -> list[Job]:
    """Jobs that are seen here, the newest first: all of them, or of some statuses or one kind."""
    condition, values = seen()
    chosen = " AND status = ANY(?)" if statuses else ""
    values = [*values, *([list(statuses)] if statuses else [])]
    if kind is not None:
        chosen += " AND kind = ?"
        values.append(kind)
    bounded = "" if limit is None else f"LIMIT {int(limit)}"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM jobs WHERE {condition}{chosen} "
        f"ORDER BY created DESC, id DESC {bounded}",
        values,
    ).fetchall()
    return [Job(*row) for row in rows]


def _next_waiting(connection: Connection, without: Sequence[str]) -> Job | None:
    """Job that has waited longest and that nobody is taking; None if there is none."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM jobs WHERE status = 'pending' AND NOT id = ANY(?) "
        "AND (not_before IS NULL OR not_before <= ?) "
        f"ORDER BY created, id LIMIT 1 {locking(connection)}",
        [list(without), utc_now()],
    ).fetchall()
    return Job(*rows[0]) if rows else None


class Jobs(Runs[Job]):
    """Jobs of one history; every call is one transaction, as in `History`.

    A worker calls `take`, carries the job out, gives a sign of life by `beat` meanwhile, and calls
    `end`; one that has to stop before calls `give_back`.
    """

    _table = "jobs"
    _ended = "ended"
    _cancelling = "job cancelled"

    def add(
        self,
        kind: str,
        parameters: Mapping[str, Any],
        name: str,
        *,
        time_limit: float | None = None,
        retry_of: str | None = None,
        session: str | None = None,
        about: str | None = None,
    ) -> str:
        """Id of a new job, stored as pending.

        Parameters
        ----------
        kind
            What it does.
        parameters
            All it needs; ready for JSON.
        name
            For people.
        time_limit
            s.
        retry_of
            Id of the job that it repeats.
        session
            The session that waits for it, if there is one.
        about
            The session that it reads, if there is one: it is shared as that is.
        """
        new = NewJob(kind, parameters, name, time_limit, retry_of, session)
        person = self._store.person if isinstance(self._store, ActingStore) else None
        with self._store.write(adding=True) as connection:
            sharing = _sharing(connection, session or about, person)
            return insert_job(connection, new, self._store.name, person, sharing)

    def is_own(self, job: Job) -> bool:
        """Whether this user asked for a job on this machine: no other is carried out."""
        return job_seals.is_own(job, self._store.name)

    def own(self, *statuses: Status) -> list[Job]:
        """Jobs that this user asked for on this machine, the newest first: all, or by status.

        They are those of everybody, whoever acts: for what starts them.
        """
        with whole(self._store).read() as connection:
            found = find_jobs(connection, statuses)
        return job_seals.own_jobs(found, self._store.name)

    def require_change(self, job: str) -> Job:
        """Job that may be changed here.

        Raises
        ------
        ForbiddenError
            If it is not the person's to change.
        """
        with self._store.write(adding=True) as connection:
            return find_job(connection, job)

    def start(self, job: str) -> Job:
        """Take a certain job for this process; see `take`.

        Raises
        ------
        JobError
            If it is not pending (somebody else has taken it, or it has ended), or is not this
            user's own.
        """
        with self._store.write() as connection:
            found = find_job(connection, job)
            if found.status != "pending":
                raise EndedError(f"Job {found.id} cannot be started: it is {found.status}.")
            if not self.is_own(found):
                raise JobError(
                    f"Job {found.id} cannot be started: you did not ask for it on this machine, "
                    "or it was changed since."
                )
            return self._begun(connection, found)

    def take(self, worker: Worker | None = None) -> Job | None:
        """Take the job that has waited longest for this process; None if none waits.

        Any number of processes may do so at once: each gets another job, and in a database none
        waits for the others. Only jobs that this user asked for on this machine are taken.

        Parameters
        ----------
        worker
            The worker that takes it, if it is one: it loses the job when it gives no sign.
        """
        passed_over = [""]
        with self._store.write(adding=True) as connection:
            while (found := _next_waiting(connection, passed_over)) is not None:
                if self.is_own(found):
                    return self._begun(connection, found, worker)
                passed_over.append(found.id)
        return None

    def _begun(self, connection: Connection, found: Job, worker: Worker | None = None) -> Job:
        """Job as it is once this process has it."""
        process = Process.this(utc_now())
        with changing(connection, "jobs", found.id, "job started"):
            connection.execute(
                "UPDATE jobs SET status = 'processing', started = $now, heartbeat = $now, "
                "host = $host, pid = $pid, process_started = $born, worker = $worker, "
                "lease = $lease, attempts = coalesce(attempts, 0) + 1 WHERE id = $id",
                {"now": process.last_sign, "host": process.host, "pid": process.pid,
                 "born": process.started, "worker": None if worker is None else worker.id,
                 "lease": None if worker is None else worker.lease, "id": found.id},
            )  # fmt: skip
        return find_job(connection, found.id)

    def put_off(self, job: str, reason: str) -> Job:
        """Put back a job whose attempt failed by chance, to be tried again later.

        One that was tried often enough fails, with the reason.
        """
        with self._store.write() as connection:
            found = self._require_running(connection, job)
            put_back(connection, found, reason)
            return find_job(connection, found.id)

    def give_back(self, job: str) -> Job:
        """Put back a job that was taken, so that another process can take it.

        One whose end was requested meanwhile is cancelled.

        Raises
        ------
        JobError
            If it is not taken, or if a process works on it that is not this one and may still live.
        """
        now = utc_now()
        with self._store.write() as connection:
            found = self._require_running(connection, job)
            is_mine = (found.host, found.pid) == (platform.node(), os.getpid())
            if found.status == "pending" or not (is_mine or found.why_dead(now)):
                raise JobError(
                    f"Job {found.id} cannot be given back: it is {found.status}, and this process "
                    "does not have it."
                )
            if found.cancel_requested:
                with changing(connection, "jobs", found.id, "job given back", ends=True):
                    connection.execute(
                        "UPDATE jobs SET status = 'cancelled', ended = ? WHERE id = ?",
                        [now, found.id],
                    )
            else:
                with changing(connection, "jobs", found.id, "job given back"):
                    _free(connection, found, attempts=(found.attempts or 1) - 1)
            release_sessions(connection, found, "its worker has stopped")
            return find_job(connection, found.id)

    def note(self, job: str, events: Sequence[ProgressEvent]) -> None:
        """Store what happened after the end of a job, such as a notification."""
        with self._store.write() as connection:
            found = find_job(connection, job)
            with changing(connection, "jobs", found.id, "job notified", ends=True):
                insert_events(connection, found.id, events)

    def end(
        self,
        job: str,
        status: Status,
        *,
        session: str | None = None,
        result: Any = None,
        error: str | None = None,
        events: Sequence[ProgressEvent] = (),
    ) -> None:
        """Record how a job ended: completed, failed or cancelled.

        It is shared from now on as the session is that it made.

        Raises
        ------
        JobError
            If it has ended already.
        """
        if status not in STATUSES[2:]:
            raise JobError(f"A job ends {' or '.join(STATUSES[2:])}, not {status!r}.")
        with self._store.write() as connection:
            found = self._require_running(connection, job)
            with changing(connection, "jobs", found.id, "job ended", ends=True, status=status):
                insert_events(connection, found.id, events)
                connection.execute(
                    "UPDATE jobs SET status = ?, ended = ?, session = ?, result = ?, error = ? "
                    "WHERE id = ?",
                    [status, utc_now(), session, None if result is None else json.dumps(result),
                     error, found.id],
                )  # fmt: skip
                connection.execute(
                    "UPDATE jobs SET shared = made.shared, shared_group = made.shared_group "
                    "FROM sessions AS made WHERE made.id = jobs.session AND jobs.id = ?",
                    [found.id],
                )

    def all(
        self, *statuses: Status, limit: int | None = None, kind: str | None = None
    ) -> list[Job]:
        """Jobs, the newest first: all of them, or those of some statuses or of one kind."""
        with self._store.read() as connection:
            return find_jobs(connection, statuses, limit, kind)

    def latest(self, limit: int) -> list[tuple[Job, ProgressEvent | None]]:
        """Newest jobs, each with its last event."""
        with self._store.read() as connection:
            found = find_jobs(connection, limit=limit)
            last = last_events(connection, [job.id for job in found])
        return [(job, last.get(job.id)) for job in found]

    def _find(self, connection: Connection, owner: str) -> Job:
        return find_job(connection, owner)

    def _cancel_beside(self, connection: Connection, found: Job) -> None:
        rows = connection.execute(
            "SELECT id FROM sessions WHERE id = ? AND status = 'pending'", [found.session]
        ).fetchall()
        for (sid,) in rows:
            with changing(connection, "sessions", sid, "cancelled", ends=True):
                end_session(connection, sid, "cancelled", None)

    def _refusal(self, found: Job) -> EndedError:
        return EndedError(f"Job {found.id} has ended already: it is {found.status}.")


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job before it is stored; see `Jobs.add`."""

    kind: str
    parameters: Mapping[str, Any]
    name: str
    time_limit: float | None = None
    retry_of: str | None = None
    session: str | None = None


def insert_job(
    connection: Connection,
    new: NewJob,
    history: str,
    person: Person | None = None,
    sharing: Sharing | None = None,
) -> str:
    """Store a job that waits, with its seal for this history; return its id."""
    now = utc_now()
    job = new_id(now)
    shared = sharing or Sharing()
    connection.execute(
        "INSERT INTO jobs (id, kind, name, status, author, parameters, created, time_limit, "
        "cancel_requested, retry_of, session, shared, shared_group, asked_by, request) "
        "VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, false, ?, ?, ?, ?, ?, ?)",
        [job, new.kind, new.name, current_author(), json.dumps(new.parameters), now,
         new.time_limit, new.retry_of, new.session, shared.shared, shared.group,
         None if person is None else person.to_json(), current_request() or None],
    )  # fmt: skip
    seal = job_seals.seal(find_job(connection, job), history)
    connection.execute("UPDATE jobs SET seal = ? WHERE id = ?", [seal, job])
    audit_log.append(connection, current_author(), "job added", job, kind=new.kind, name=new.name,
               row=row_hash(connection, "jobs", job))  # fmt: skip
    return job


def put_back(connection: Connection, job: Job, reason: str) -> None:
    """Let a job that a worker could not end wait for its next attempt; part of a transaction.

    One that was tried often enough fails, and one whose end was requested is cancelled. Its
    sessions go with it.
    """
    tries = job.attempts or 1
    gives_up, stops = tries >= MOST_ATTEMPTS, job.cancel_requested
    now = utc_now()
    last = last_events(connection, [job.id]).get(job.id)
    if stops:
        said = "Cancelled"
    elif gives_up:
        said = f"Given up after {tries} attempts"
    else:
        said = f"Attempt {tries} of {MOST_ATTEMPTS} failed; the next one follows"
    with changing(connection, "jobs", job.id, "job put back", ends=gives_up or stops,
                  reason=reason, attempt=tries):  # fmt: skip
        event = error_event(last, said, reason, job.session or "")
        if not (stops or gives_up):  # whoever follows it goes on
            event = ProgressEvent(**{**event, "type": "log", "message": f"{said}: {reason}"})
            del event["error"]
        insert_events(connection, job.id, [event])
        if stops or gives_up:
            connection.execute(
                "UPDATE jobs SET status = ?, ended = ?, error = ?, worker = NULL WHERE id = ?",
                ["cancelled" if stops else "failed", now, f"{said}: {reason}", job.id],
            )
        else:
            _free(connection, job, tries, not_before=now + back_off(tries))
    release_sessions(connection, job, reason, waits=not (stops or gives_up))


def back_off(attempts: int) -> timedelta:
    """Time until the next attempt.

    >>> [back_off(n).total_seconds() for n in (1, 2)]
    [10.0, 60.0]
    """
    return FIRST_PAUSE * float(6 ** (attempts - 1))


def _free(
    connection: Connection, job: Job, attempts: int, not_before: datetime | None = None
) -> None:
    """Let a job wait again, without a process."""
    connection.execute(
        "UPDATE jobs SET status = 'pending', started = NULL, heartbeat = NULL, host = NULL, "
        "pid = NULL, process_started = NULL, worker = NULL, lease = NULL, attempts = ?, "
        "not_before = ? WHERE id = ?",
        [attempts or None, not_before, job.id],
    )


def release_sessions(connection: Connection, job: Job, reason: str, *, waits: bool = True) -> None:
    """Let the session that waited for a job wait again; others that it has begun fail."""
    rows = connection.execute(
        "SELECT id, status FROM sessions WHERE job = ? AND status <> 'completed' ORDER BY id",
        [job.id],
    ).fetchall()
    for sid, status in rows:
        if waits and sid == job.session:
            with changing(connection, "sessions", sid, "queued"):
                connection.execute(
                    "UPDATE sessions SET status = 'pending', started = NULL, completed = NULL, "
                    "error = NULL, heartbeat = NULL WHERE id = ?",
                    [sid],
                )
        elif status == "processing":
            why = f"Interrupted: {reason}."
            with changing(connection, "sessions", sid, "interrupted", ends=True, error=why):
                end_session(connection, sid, "failed", why)


def lost_jobs(connection: Connection, now: datetime) -> list[tuple[Job, str]]:
    """Jobs whose workers have lost them, each with the reason."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM jobs WHERE status = 'processing' AND lease IS NOT NULL ORDER BY id"
    ).fetchall()
    found = [(job, job.why_dead(now)) for job in (Job(*row) for row in rows)]
    return [(job, why) for job, why in found if why is not None]


def _sharing(connection: Connection, sid: str | None, person: Person | None) -> Sharing:
    """Sharing of a new job: that of its session, else of what the person makes.

    Raises
    ------
    UnknownSessionError
        If the person does not see the session.
    """
    usual = Sharing() if person is None else person.new
    if sid is None:
        return usual
    condition, values = seen()
    rows = connection.execute(
        f"SELECT shared, shared_group FROM sessions WHERE id = ? AND {condition}", [sid, *values]
    ).fetchall()
    if not rows and person is not None:
        raise UnknownSessionError(
            f"There is no session {quoted(sid)} in this history: history.sessions() lists them."
        )
    return Sharing(*rows[0]) if rows else usual


def close_foreign(connection: Connection, reason: str, ids: Sequence[str] | None = None) -> int:
    """Mark jobs that came from elsewhere before they ended as failed: they are not run here.

    They are those of everybody, whoever acts: all where `ids` is None.

    Returns
    -------
    int
        How many were closed.
    """
    rows = connection.execute(
        "SELECT id FROM jobs WHERE status IN ('pending', 'processing') ORDER BY id"
    ).fetchall()
    closed = [job for (job,) in rows if ids is None or job in ids]
    if not closed:
        return 0
    connection.execute(
        "UPDATE jobs SET status = 'failed', ended = ?, error = ? WHERE id = ANY(?)",
        [utc_now(), reason, closed],
    )
    audit_log.append(connection, current_author(), "jobs closed", error=reason,
               rows={"jobs": row_hashes(connection, "jobs", closed)})  # fmt: skip
    return len(closed)
