"""Sessions and jobs whose process has died: found, and marked failed with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ganglioside.history.events import error_event, insert_events, last_events
from ganglioside.history.jobs import lost_jobs, put_back
from ganglioside.history.row_hashes import Table, changing
from ganglioside.history.runs import find_runs
from ganglioside.history.session_rows import end_session
from ganglioside.history.storage.interface import Connection
from ganglioside.history.storage.store import utc_now

_TABLES: Final[tuple[Table, ...]] = ("sessions", "jobs")

#: Time within which the job of a session that waits is added.
_QUEUED_WITHIN: Final = timedelta(minutes=1)


def mark_dead(connection: Connection) -> list[str]:
    """Mark what nobody works on any more as failed, and return the ids.

    What runs on another machine counts as running until it has given no sign of life for
    `process.DEAD_AFTER`. Jobs of workers that give no sign wait for another worker instead.
    """
    if not _dead(connection) and not lost_jobs(connection, utc_now()):
        return []
    connection.begin()
    for job, why in lost_jobs(connection, utc_now()):
        put_back(connection, job, why)
    dead = _dead(connection)  # in a database, others may have ended meanwhile
    for table, owner, why in dead:
        reason = f"Interrupted: {why}. It can be run again."
        with changing(connection, table, owner, "interrupted", ends=True, error=reason):
            _fail(connection, table, owner, reason)
    connection.commit()
    return [owner for _, owner, _ in dead]


def _dead(connection: Connection) -> list[tuple[Table, str, str]]:
    """Sessions and jobs that nobody works on any more, each with the reason."""
    now = utc_now()
    found: list[tuple[Table, str, str | None]]
    found = [(table, run.id, run.why_dead(now)) for table in _TABLES
             for run in find_runs(connection, table, of_workers=False)]  # fmt: skip
    found += [("sessions", sid, "its job has ended before it began")
              for sid in _left_waiting(connection)]  # fmt: skip
    return [(table, owner, why) for table, owner, why in found if why is not None]


def _left_waiting(connection: Connection) -> list[str]:
    """Sessions that wait for a job which will not come."""
    rows = connection.execute(
        "SELECT id FROM sessions WHERE status = 'pending' AND created < ? AND NOT EXISTS "
        "(SELECT 1 FROM jobs WHERE jobs.session = sessions.id "
        "AND jobs.status IN ('pending', 'processing')) ORDER BY id",
        [utc_now() - _QUEUED_WITHIN],
    ).fetchall()
    return [sid for (sid,) in rows]


def _fail(connection: Connection, table: Table, owner: str, reason: str) -> None:
    if table == "sessions":
        end_session(connection, owner, "failed", reason)
    else:
        connection.execute(
            "UPDATE jobs SET status = 'failed', ended = ?, error = ? WHERE id = ?",
            [utc_now(), reason, owner],
        )
    last = last_events(connection, [owner]).get(owner)
    insert_events(connection, owner, [error_event(last, "Interrupted", reason, owner)])
