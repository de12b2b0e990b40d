"""Deletion of old sessions: on request, or by a schedule that somebody has set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ganglioside.errors import HistoryError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.periods import DAY, is_due
from ganglioside.history.session_rows import Stored, delete_session
from ganglioside.history.storage.interface import Connection
from ganglioside.history.storage.store import utc_now

_UNITS: Final[dict[str, timedelta]] = {
    "h": timedelta(hours=1),
    "d": DAY,
    "w": timedelta(weeks=1),
    "y": timedelta(days=365.25),
}

#: Ages and times between two cleanups that can be meant; calendars do not reach much further.
_LONGEST: Final = timedelta(days=365.25 * 1000)
_SHORTEST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Schedule of a cleanup that runs when a history is opened and it is due.

    Attributes
    ----------
    older_than, every : timedelta
        Age from which sessions are deleted, and time between two cleanups.
    author : str
        User who has set it.
    last_run : datetime or None
        UTC, without a zone.
    """

    older_than: timedelta
    every: timedelta
    author: str
    last_run: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for the next cleanup."""
        return is_due(self.last_run, self.every, now)


def parse_age(text: str) -> timedelta:
    """Age written as `30d`, `12h`, `6w` or `2y`.

    Raises
    ------
    HistoryError
        If it is not an age, or not between an hour and a thousand years.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([hdwy])\s*", text)
    if not found:
        raise HistoryError(f"{text!r} is no age: write 12h, 30d, 6w or 2y.")
    unit = _UNITS[found[2]]
    # Compared as numbers: a length of time cannot hold more than some million years.
    if not _SHORTEST / unit <= float(found[1]) <= _LONGEST / unit:
        raise HistoryError(f"{text!r} is out of range: allowed are 1h to 1000y.")
    return float(found[1]) * unit


def outdated(connection: Connection, older_than: timedelta) -> list[Stored]:
    """Sessions that ended before the age given and are not marked as kept, the oldest first."""
    if older_than <= timedelta(0):
        raise HistoryError("An age above zero is needed: younger sessions are never cleaned up.")
    rows = connection.execute(
        "SELECT id FROM sessions WHERE status IN ('completed', 'failed', 'cancelled') "
        "AND NOT coalesce(keep, false) AND coalesce(completed, created) < ?",
        [utc_now() - older_than],
    ).fetchall()
    old = {sid for (sid,) in rows}
    return [session for session in Stored.all(connection) if session.id in old]


def remove(connection: Connection, sessions: list[Stored], why: str) -> None:
    """Delete sessions, each with an entry in the log; part of a transaction."""
    for session in sessions:
        delete_session(connection, session)
        audit_log.append(connection, current_author(), "deleted", session.id, name=session.name,
                   input=session.sha256, result=session.result_sha256, why=why)  # fmt: skip


def remove_jobs(connection: Connection, older_than: timedelta) -> None:
    """Delete jobs that ended before the age given, with their events and one entry in the log."""
    limit = utc_now() - older_than
    rows = connection.execute("SELECT id FROM jobs WHERE ended < ? ORDER BY id", [limit]).fetchall()
    old = [job for (job,) in rows]
    if not old:
        return
    connection.execute("DELETE FROM events WHERE owner = ANY(?)", [old])
    connection.execute("DELETE FROM jobs WHERE id = ANY(?)", [old])
    audit_log.append(connection, current_author(), "jobs deleted", jobs=old)


def read_schedule(connection: Connection) -> Schedule | None:
    """Schedule of the cleanup; None if there is none."""
    rows = connection.execute("SELECT older_than, every, author, last_run FROM schedule").fetchall()
    if not rows:
        return None
    older_than, every, author, last_run = rows[0]
    return Schedule(older_than * DAY, every * DAY, author, last_run)


def write_schedule(connection: Connection, schedule: Schedule | None) -> None:
    """Set the schedule, or remove it; part of a transaction."""
    connection.execute("DELETE FROM schedule")
    if schedule is None:
        audit_log.append(connection, current_author(), "scheduled", every_days=None)
        return
    days = schedule.older_than / DAY, schedule.every / DAY
    connection.execute(
        "INSERT INTO schedule VALUES (?, ?, ?, ?)", [*days, schedule.author, schedule.last_run]
    )
    audit_log.append(connection, schedule.author, "scheduled", older_than_days=days[0],
               every_days=days[1])  # fmt: skip


def clean_when_due(connection: Connection) -> bool:
    """Run the scheduled cleanup if it is due; whether it was."""
    now = utc_now()
    if _due(connection, now) is None:
        return False
    connection.begin()
    schedule = _due(connection, now)
    if schedule is None:  # in a database, another process has cleaned up meanwhile
        connection.commit()
        return False
    old = outdated(connection, schedule.older_than)
    remove(connection, old, f"schedule set by {schedule.author}")
    remove_jobs(connection, schedule.older_than)
    connection.execute("UPDATE schedule SET last_run = ?", [now])
    audit_log.append(connection, current_author(), "cleaned", sessions=len(old), at=now.isoformat())
    connection.commit()
    return True


def _due(connection: Connection, now: datetime) -> Schedule | None:
    """Schedule of the cleanup if it is time for it."""
    schedule = read_schedule(connection)
    return schedule if schedule is not None and schedule.is_due(now) else None
