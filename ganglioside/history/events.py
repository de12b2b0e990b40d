"""Progress of jobs and sessions, kept so that any process can follow or replay it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from ganglioside.history.storage.interface import Connection
from ganglioside.progress import ProgressEvent

_FIELDS: Final = ("type", "session_id", "step", "message", "percentage", "timestamp", "error")


def insert_events(
    connection: Connection, owner: str, events: Sequence[ProgressEvent], *, is_new: bool = False
) -> None:
    """Store events of a job or session after those already stored; of a new one there are none."""
    if not events:
        return
    marks = ", ".join("?" for _ in range(len(_FIELDS) + 2))
    first = 0 if is_new else _count(connection, owner)
    rows = [(owner, first + i, *(e.get(f) for f in _FIELDS)) for i, e in enumerate(events)]
    values = ", ".join(f"({marks})" for _ in rows)
    connection.execute(
        f"INSERT INTO events (owner, number, {', '.join(_FIELDS)}) VALUES {values}",
        [cell for row in rows for cell in row],
    )


def read_events(connection: Connection, owner: str, after: int = 0) -> list[ProgressEvent]:
    """Events of a job or session in order, without the first `after`."""
    rows = connection.execute(
        f"SELECT {', '.join(_FIELDS)} FROM events WHERE owner = ? AND number >= ? ORDER BY number",
        [owner, after],
    ).fetchall()
    return [_event(row) for row in rows]


def last_events(connection: Connection, owners: Sequence[str]) -> dict[str, ProgressEvent]:
    """Last event of each job or session that has any, by its id."""
    rows = connection.execute(
        f"SELECT owner, {', '.join(_FIELDS)} FROM (SELECT *, row_number() OVER "
        "(PARTITION BY owner ORDER BY number DESC) AS place FROM events WHERE owner = ANY(?)) "
        "AS numbered WHERE place = 1",
        [list(owners)],
    ).fetchall()
    return {owner: _event(values) for owner, *values in rows}


def _count(connection: Connection, owner: str) -> int:
    ((rows,),) = connection.execute(
        "SELECT count(*) FROM events WHERE owner = ?", [owner]
    ).fetchall()
    return int(rows)


def error_event(
    last: ProgressEvent | None, message: str, error: str, session_id: str | None = None
) -> ProgressEvent:
    """Event by which a follower learns that nothing more will come after the `last` one."""
    return ProgressEvent(
        type="error",
        session_id=last["session_id"] if last else session_id,
        step=last["step"] if last else "loading",
        message=message,
        percentage=last["percentage"] if last else 0.0,
        timestamp=datetime.now(UTC).isoformat(),
        error=error,
    )


def _event(row: Sequence[Any]) -> ProgressEvent:
    values = dict(zip(_FIELDS, row, strict=True))
    if values["error"] is None:
        del values["error"]
    return cast(ProgressEvent, values)
