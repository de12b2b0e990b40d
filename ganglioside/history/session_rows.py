"""Rows of one session: made, stored and read back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, get_args

import numpy as np
import pyarrow as pa

from ganglioside.analysis import Analysis
from ganglioside.errors import EndedError, HistoryError, UnknownSessionError
from ganglioside.history.opening import Opening, environment
from ganglioside.history.overrides import current, read_overrides
from ganglioside.history.process import Process
from ganglioside.history.record import SIDE_TABLES, Packed, Record, to_analysis
from ganglioside.history.sharing import (
    Sharing,
    require_change,
    require_decision,
    rows_by_id,
)
from ganglioside.history.storage.codec import STORED_FEATURES, summary_from_json
from ganglioside.history.storage.dialect import append_rows
from ganglioside.history.storage.interface import Connection
from ganglioside.history.storage.store import utc_now
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.support.quoting import quoted
from ganglioside.version import __version__

Status = Literal["pending", "processing", "completed", "failed", "cancelled"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

#: Tables with the result of a session; their column `session` names it.
RESULT_TABLES: Final = ("features", *SIDE_TABLES, "results")

#: Every table that holds rows of a session, with the column that names it.
_OWNED: Final[dict[str, str]] = {
    **dict.fromkeys(RESULT_TABLES, "session"),
    "events": "owner",
    "overrides": "session",
    "sessions": "id",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """Row of one session."""

    id: str
    name: str
    status: Status
    file_name: str
    sha256: str
    settings_json: str
    version: str
    summary: str | None
    error: str | None
    keep: bool
    reading: str | None
    result_sha256: str | None
    author: str | None
    shared: str | None
    shared_group: str | None

    @classmethod
    def find(cls, connection: Connection, sid: str, *, deciding: bool = False) -> Stored:
        """Session with the id `sid`, or with the only id that begins so, that is seen here.

        Parameters
        ----------
        connection : Connection
        sid : str
        deciding : bool
            Whether names are decided on, and nothing else is changed.

        Raises
        ------
        UnknownSessionError
            If there is none, or the person who acts does not see it.
        ForbiddenError
            If this transaction changes things, and the session is not the person's to change.
        """
        rows = rows_by_id(connection, "sessions", _STORED, sid)
        if not rows:
            raise UnknownSessionError(
                f"There is no session {quoted(sid)} in this history: history.sessions() lists them."
            )
        if len(rows) > 1 and rows[0][0] != sid:
            raise UnknownSessionError(
                f"{quoted(sid)} is the beginning of more than one session "
                f"({', '.join(row[0] for row in rows)}): give more of the id."
            )
        found = cls(*rows[0])
        if deciding:
            require_decision(found.author, found.sharing)
        else:
            require_change(found.author, "session")
        return found

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Stored:
        """Session from a row with all columns, by name."""
        cells: dict[str, Any] = {f.name: row.get(f.name) for f in fields(cls)}
        return cls(**{**cells, "settings_json": row["settings"]})

    @classmethod
    def all(cls, connection: Connection) -> list[Stored]:
        """All sessions, the oldest first."""
        rows = connection.execute(f"SELECT {_STORED} FROM sessions ORDER BY id").fetchall()
        return [cls(*row) for row in rows]

    @classmethod
    def among(cls, connection: Connection, ids: Collection[str]) -> list[Stored]:
        """Sessions that are there of those with the ids given, the oldest first."""
        rows = connection.execute(
            f"SELECT {_STORED} FROM sessions WHERE id = ANY(?) ORDER BY id", [list(ids)]
        ).fetchall()
        return [cls(*row) for row in rows]

    @property
    def sharing(self) -> Sharing:
        """With whom it is shared."""
        return Sharing(self.shared, self.shared_group)

    @property
    def settings(self) -> Settings:
        """Settings with which the session was begun."""
        return Settings.from_dict(json.loads(self.settings_json))

    def check(self) -> None:
        """Decode all columns of the row; damaged content raises one of `damage.DAMAGE`."""
        _ = self.settings
        _ = self.reading_of(b"")
        if self.status == "completed":
            summary_from_json(self.summary or "")

    def reading_of(self, content: bytes) -> Source:
        """Input with the options that the reader had."""
        return Source.stored(self.file_name, content, json.loads(self.reading or "{}"))

    @property
    def is_running(self) -> bool:
        """Whether the session has not ended yet."""
        return self.status in ("pending", "processing")

    def require_running(self) -> None:
        """Raise `HistoryError` if the session has ended."""
        if not self.is_running:
            raise EndedError(f"Session {self.id} has ended already: it is {self.status}.")

    def why_empty(self) -> str:
        """Message that explains why the session has no result to load."""
        reason = f" ({self.error})" if self.error else ""
        return (
            f"Session {self.id} holds no result: it is {self.status}{reason}. "
            "Run it again with history.rerun(), or choose a completed one."
        )


_STORED: Final = (
    "id, name, status, file_name, sha256, settings, version, summary, error, keep, reading, "
    "result_sha256, author, shared, shared_group"
)


def insert_session(connection: Connection, opening: Opening) -> None:
    """Store a session that begins, and its input unless it is stored already."""
    append_rows(connection, "sessions", pa.Table.from_pylist([_row(opening)]))
    _insert_inputs(connection, [opening.source])


def insert_waiting(connection: Connection, opening: Opening) -> None:
    """Store a session that waits for a process, and its input unless it is stored already."""
    waiting = {**_row(opening), "status": "pending"}
    del waiting["started"]
    append_rows(connection, "sessions", pa.Table.from_pylist([waiting]))
    _insert_inputs(connection, [opening.source])


def take_session(connection: Connection, sid: str) -> None:
    """Mark a session that waited as taken by this process."""
    now = utc_now()
    process = Process.this(now)
    connection.execute(
        "UPDATE sessions SET status = 'processing', started = $now, heartbeat = $now, "
        "host = $host, pid = $pid, process_started = $born, environment = $environment "
        "WHERE id = $id",
        {"now": now, "host": process.host, "pid": process.pid, "born": process.started,
         "environment": json.dumps(environment()), "id": sid},
    )  # fmt: skip


def insert_completed(connection: Connection, sessions: Sequence[tuple[Opening, Packed]]) -> None:
    """Store sessions that have ended, with their inputs and results."""
    rows = [
        {**_row(opening), **_ending(packed.record, packed.result_sha256)}
        for opening, packed in sessions
    ]
    append_rows(connection, "sessions", pa.Table.from_pylist(rows))
    _insert_inputs(connection, [opening.source for opening, _ in sessions])
    _insert_records(connection, {opening.id: packed.record for opening, packed in sessions})


def insert_result(connection: Connection, sid: str, packed: Packed) -> None:
    """Store the result of a session that was begun and mark it completed."""
    _insert_records(connection, {sid: packed.record})
    values = _ending(packed.record, packed.result_sha256)
    changes = ", ".join(f"{column} = ?" for column in values)
    connection.execute(f"UPDATE sessions SET {changes} WHERE id = ?", [*values.values(), sid])


def _row(opening: Opening) -> dict[str, Any]:
    """Row of a session that begins, by column."""
    source = opening.source
    return {
        "id": opening.id,
        "name": opening.name,
        "sample_type": opening.settings["sample_type"],
        "status": "processing",
        "created": opening.created,
        "started": opening.created,
        "file_name": source.name,
        "file_size": source.size,
        "sha256": opening.sha256,
        "settings": json.dumps(opening.settings),
        "version": __version__,
        "host": opening.process.host,
        "pid": opening.process.pid,
        "process_started": opening.process.started,
        "heartbeat": opening.created,
        "rerun_of": opening.rerun_of,
        "author": opening.author,
        "shared": opening.sharing.shared,
        "shared_group": opening.sharing.group,
        "keep": False,
        "reading": json.dumps(source.reading),
        "environment": json.dumps(environment()),
    }


def _ending(record: Record, result_sha256: str) -> dict[str, Any]:
    """Columns that change when a session is completed, with their new values."""
    return {
        "status": "completed",
        "completed": utc_now(),
        "settings": record.settings,
        "summary": record.summary,
        "version": record.version,
        "sample_type": json.loads(record.settings)["sample_type"],
        "result_sha256": result_sha256,
    }


def _insert_inputs(connection: Connection, sources: Sequence[Source]) -> None:
    """Store the inputs that are not stored already."""
    contents = {source.sha256: source.content for source in sources}
    known = connection.execute(
        f"SELECT sha256 FROM inputs WHERE sha256 IN ({_marks(contents)})", list(contents)
    ).fetchall()
    for (sha256,) in known:
        del contents[sha256]
    if contents:
        rows = {"sha256": list(contents), "content": list(contents.values())}
        append_rows(connection, "inputs", pa.table(rows))


def _insert_records(connection: Connection, records: Mapping[str, Record]) -> None:
    """Store results by the ids of their sessions: one statement per table."""
    for table in ("features", *SIDE_TABLES):
        parts = [_owned(record.tables[table], sid) for sid, record in records.items()]
        append_rows(connection, table, pa.concat_tables(parts, promote_options="default"))
    results = [
        {"session": sid, "columns": r.columns, "model": r.model, "carried": r.carried}
        for sid, r in records.items()
    ]
    append_rows(connection, "results", pa.Table.from_pylist(results))


def _owned(rows: pa.Table, sid: str) -> pa.Table:
    return rows.append_column("session", pa.repeat(sid, rows.num_rows))


def read_record(connection: Connection, session: Stored) -> Record:
    """All that is stored of the result of a completed session."""
    return read_records(connection, [session])[session.id]


def read_records(connection: Connection, sessions: Sequence[Stored]) -> dict[str, Record]:
    """Results of completed sessions by their ids."""
    ids = [session.id for session in sessions]
    schemas = {"features": STORED_FEATURES, **SIDE_TABLES}
    tables = {t: _read_rows(connection, ids, t, s) for t, s in schemas.items()}
    kept = _read_results(connection, ids)
    return {
        session.id: Record(
            tables={t: rows[session.id] for t, rows in tables.items()},
            columns=kept[session.id][0],
            model=kept[session.id][1],
            carried=kept[session.id][2],
            settings=session.settings_json,
            summary=session.summary or "{}",
            version=session.version,
        )
        for session in sessions
    }


def _read_results(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    rows = connection.execute(
        f"SELECT session, columns, model, carried FROM results WHERE session IN ({_marks(ids)})",
        list(ids),
    ).fetchall()
    if sorted(row[0] for row in rows) != sorted(ids):
        missing = set(ids) - {row[0] for row in rows}
        what = f"session {min(missing)} has no result" if missing else "a result is there twice"
        raise HistoryError(f"The history is damaged: {what}. Restore a backup.")
    return {sid: tuple(result) for sid, *result in rows}


def _read_rows(
    connection: Connection, ids: Sequence[str], table: str, schema: dict[str, str]
) -> dict[str, pa.Table]:
    """Rows of each session in a table, by id."""
    columns = ", ".join(f'"{c}"' for c in ("position", *schema))
    rows = connection.sql(
        f"SELECT session, {columns} FROM {table} WHERE session IN ({_marks(ids)}) "
        "ORDER BY session, position",
        params=list(ids),
    ).to_arrow_table()
    owners = rows.column("session").to_numpy()
    rows = rows.drop_columns(["session"])
    starts = np.searchsorted(owners, list(ids), "left")
    ends = np.searchsorted(owners, list(ids), "right")
    return {
        sid: rows.slice(start, end - start)
        for sid, start, end in zip(ids, starts, ends, strict=True)
    }


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" for _ in values)


def read_analysis(connection: Connection, session: Stored) -> Analysis:
    """Analysis of a completed session, with its overrides."""
    analysis = to_analysis(read_record(connection, session), read_source(connection, session))
    return replace(analysis, overrides=current(read_overrides(connection, session.id)))


def read_source(connection: Connection, session: Stored) -> Source:
    """Input of a session with the options that the reader had."""
    (content,) = _only_row(
        connection, "SELECT content FROM inputs WHERE sha256 = ?", session.sha256
    )
    return session.reading_of(content)


def _only_row(connection: Connection, query: str, key: str) -> tuple[Any, ...]:
    """Row that a query finds for a key; raise `HistoryError` unless there is exactly one."""
    rows = connection.execute(query, [key]).fetchall()
    if len(rows) != 1:
        raise HistoryError(f"The history is damaged: {len(rows)} rows for {key}, not one.")
    return tuple(rows[0])


def end_session(connection: Connection, sid: str, status: Status, error: str | None) -> None:
    """Mark a session as ended without a result."""
    connection.execute(
        "UPDATE sessions SET status = ?, completed = ?, error = ? WHERE id = ?",
        [status, utc_now(), error, sid],
    )


def delete_session(connection: Connection, session: Stored) -> None:
    """Remove all rows of a session, and its input unless another session has the same."""
    for table, key in _OWNED.items():
        connection.execute(f"DELETE FROM {table} WHERE {key} = ?", [session.id])
    connection.execute(
        "DELETE FROM inputs WHERE sha256 = $1 "
        "AND NOT EXISTS (SELECT 1 FROM sessions WHERE sha256 = $1)",
        [session.sha256],
    )
