"""SHA-256 of the rows of sessions and jobs, kept in the log so that every change is found.

Each entry of the log about a session or a job holds the hash of its row at that moment (`row`), and
of its events once it has ended (`events`). Rows that come into a history without such an entry
(from an older version, or by import) are adopted: one entry holds the hashes of all of them
(`rows` and `events`, by id).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any, Final, Literal

from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.storage.interface import Connection

Table = Literal["sessions", "jobs"]

#: Changes with each heartbeat, so no entry of the log could hold it.
_UNWATCHED: Final = "heartbeat"

#: The schema version since which the log holds the hashes of rows.
WITNESSED_FROM: Final = 4

_EVENTS: Final = "owner, number, type, session_id, step, message, percentage, timestamp, error"


def row_hash(connection: Connection, table: Table, owner: str) -> str:
    """SHA-256 of the row of one session or job."""
    return row_hashes(connection, table, [owner])[owner]


def row_hashes(
    connection: Connection, table: Table, ids: Collection[str] | None = None
) -> dict[str, str]:
    """SHA-256 of rows of sessions or jobs, by id; of all rows where `ids` is None.

    A column without a value counts as absent, so that columns added later change nothing. A
    session whose id is present twice has the hash of both rows.
    """
    rows = connection.execute(
        f"SELECT * FROM {table} {_chosen('id', ids)} ORDER BY id", _values(ids)
    )
    names = [column[0] for column in rows.description]
    key = names.index("id")
    grouped = groupby(rows.fetchall(), lambda row: row[key])
    return {owner: _hash([_present(names, row) for row in group]) for owner, group in grouped}


def event_hashes(connection: Connection, owners: Collection[str] | None = None) -> dict[str, str]:
    """SHA-256 of the events of sessions or jobs, by id; of all events where None.

    Owners without events have the hash of the empty list.
    """
    rows = connection.execute(
        f"SELECT {_EVENTS} FROM events {_chosen('owner', owners)} ORDER BY owner, number",
        _values(owners),
    ).fetchall()
    found = {owner: _hash(list(group)) for owner, group in groupby(rows, lambda row: row[0])}
    return dict.fromkeys(owners or (), NO_EVENTS) | found


@contextmanager
def changing(
    connection: Connection,
    table: Table,
    owner: str,
    action: audit_log.Action,
    *,
    ends: bool = False,
    **details: Any,
) -> Iterator[None]:
    """Record a change of one row in the log, with the hashes of the row after it.

    A row that differed from the log before the change keeps the hash that it should have had: a
    legitimate change does not make it right.

    Parameters
    ----------
    connection
    table, owner
        Which row.
    action, details
        For the log.
    ends
        Whether the session or job ends with this change, so that its events are complete.
    """
    logged = _logged_hash(connection, owner)
    sound = logged is None or logged == row_hashes(connection, table, [owner]).get(owner)
    yield
    if sound:
        details["row"] = row_hash(connection, table, owner)
    if sound and ends:
        details["events"] = event_hashes(connection, [owner])[owner]
    audit_log.append(connection, current_author(), action, owner, **details)


def _logged_hash(connection: Connection, owner: str) -> str | None:
    """Hash of a row according to the log; None if the log holds none."""
    rows = connection.execute(
        "SELECT details FROM log WHERE subject = ? OR action IN ('imported', 'adopted', "
        "'jobs closed') ORDER BY number DESC",
        [owner],
    )
    while (found := rows.fetchone()) is not None:
        if (logged := _row_in(found[0], owner)) is not None:
            return logged
    return None


def _row_in(details: str, owner: str) -> str | None:
    """Hash of the row of `owner` in the details of an entry; None if they hold none."""
    try:
        facts = json.loads(details)
        rows = facts.get("rows", {})
        found = [facts.get("row"), *(rows[table].get(owner) for table in rows)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None  # a damaged entry: `verify` names it
    return next((value for value in found if isinstance(value, str)), None)


def adopted(
    connection: Connection,
    sessions: Collection[str] | None = None,
    jobs: Collection[str] | None = None,
) -> dict[str, Any]:
    """Details of an entry that records the present hashes of sessions and jobs.

    All of them where None.
    """
    ended = "status NOT IN ('pending', 'processing')"
    rows = {
        "sessions": row_hashes(connection, "sessions", sessions),
        "jobs": row_hashes(connection, "jobs", jobs),
    }
    events: dict[str, str] = {}
    for table, hashes in rows.items():
        listed = connection.execute(f"SELECT id FROM {table} WHERE {ended}").fetchall()
        owners = [owner for (owner,) in listed if owner in hashes]
        events |= event_hashes(connection, owners) if owners else {}
    return {"rows": rows, "events": events}


def adopt_older(connection: Connection, version: int) -> None:
    """Record the hashes of all rows of an older schema, whose log holds no hashes."""
    if version >= WITNESSED_FROM:
        return
    details = adopted(connection)
    ((last_run,),) = connection.execute("SELECT max(last_run) FROM schedule").fetchall()
    details["at"] = None if last_run is None else last_run.isoformat()
    if any(details["rows"].values()) or last_run is not None:
        connection.begin()
        audit_log.append(connection, current_author(), "adopted", version=version, **details)
        connection.commit()


def _chosen(column: str, values: Collection[str] | None) -> str:
    if values is None:
        return ""
    return f"WHERE {column} = ANY(?)"


def _values(chosen: Collection[str] | None) -> list[list[str]]:
    return [] if chosen is None else [list(chosen)]


def _present(names: Iterable[str], row: Iterable[Any]) -> dict[str, Any]:
    """Columns with a value, by name."""
    return {
        name: value
        for name, value in zip(names, row, strict=True)
        if value is not None and name != _UNWATCHED
    }


def _hash(values: object) -> str:
    """SHA-256 of values as JSON, hex."""
    text = json.dumps(values, sort_keys=True, default=_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


#: Hash of the events of a session or job without any event.
NO_EVENTS: Final = _hash([])
