"""Sessions and jobs whose process has died: found, and marked failed with the reason."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ganglioside.history.events import insert_events, interruption
from ganglioside.history.jobs import find_jobs
from ganglioside.history.process import Process
from ganglioside.history.row_hashes import Table, changing
from ganglioside.history.session_rows import end_session
from ganglioside.history.storage.store import utc_now


def mark_dead(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Mark sessions and jobs whose process has died as failed; return their ids.

    What runs on another machine is believed to run until it has given no sign for
    `people.SILENCE`.
    """
    now = utc_now()
    sessions = _dead_sessions(connection, now)
    dead = {**sessions, **_dead_jobs(connection, now)}
    if not dead:
        return []
    connection.begin()
    for subject, why in dead.items():
        table: Table = "sessions" if subject in sessions else "jobs"
        reason = f"Interrupted: {why}. It can be run again."
        with changing(connection, table, subject, "interrupted", ends=True, error=reason):
            end_session(connection, subject, "failed", reason)
            connection.execute(
                "UPDATE jobs SET status = 'failed', ended = ?, error = ? WHERE id = ?",
                [now, reason, subject],
            )
            event = interruption(connection, subject, reason, now)
            insert_events(connection, subject, [event])
    connection.commit()
    return list(dead)


def _dead_sessions(connection: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, str]:
    rows = connection.execute(
        "SELECT id, host, pid, process_started, coalesce(heartbeat, started) FROM sessions "
        "WHERE status = 'processing'"
    ).fetchall()
    reasons = {sid: Process(*process).why_dead(now) for sid, *process in rows}
    return {sid: why for sid, why in reasons.items() if why}


def _dead_jobs(connection: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, str]:
    reasons = {job.id: job.why_dead(now) for job in find_jobs(connection, ["processing"])}
    return {job: why for job, why in reasons.items() if why}
