"""A whole history in another store: from a file to PostgreSQL, or back.

It goes through an export. Before anything of it is stored, all of it is compared with what was
read: so the other store holds the whole history, or is as it was before.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from ganglioside.errors import HistoryError, TextError
from ganglioside.history import audit_log
from ganglioside.history.care.transfer import KEYS, TABLES, Transfer, export_all, import_all
from ganglioside.history.overrides import log_rows, read_overrides
from ganglioside.history.row_hashes import event_hashes, row_hashes
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.support.formatting import counted

#: Rows that a message names at most.
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that is compared.

    Attributes
    ----------
    sessions, jobs, events : dict of str to str
        Hashes of rows and of events, by id. The hash of a session covers that of its result, with
        which the import compares the result itself.
    overrides : dict of str to list
        By session.
    log : list of str
        Hashes of the entries, in order.
    rows : dict of str to int
        Number of rows, by table.
    """

    sessions: dict[str, str]
    jobs: dict[str, str]
    events: dict[str, str]
    overrides: dict[str, list[dict[str, Any]]]
    log: list[str]
    rows: dict[str, int]

    @classmethod
    def of(cls, connection: Connection) -> _Facts:
        """Facts of a history."""
        said = connection.execute("SELECT DISTINCT session FROM overrides").fetchall()
        return cls(
            sessions=row_hashes(connection, "sessions"),
            jobs=row_hashes(connection, "jobs"),
            events=event_hashes(connection),
            overrides={sid: log_rows(read_overrides(connection, sid)) for (sid,) in said},
            log=[entry.sha256 for entry in audit_log.entries(connection)],
            rows={
                table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
                for table in TABLES
                if table != "log"
            },
        )


def move(source: HistoryStore, target: HistoryStore) -> Transfer:
    """Copy a history to a store without sessions; see `Care.move`."""
    if source.name == target.name:
        raise HistoryError(f"{source.name} is where the history is already.")
    was_there = target.exists()
    target.prepare()
    try:
        with tempfile.TemporaryDirectory(prefix="ganglioside-") as folder:
            return _carry(source, target, Path(folder) / f"move-of-{source.path.stem}")
    except BaseException:
        if not was_there:
            target.discard()
        raise


def _carry(source: HistoryStore, target: HistoryStore, folder: Path) -> Transfer:
    found: list[_Facts] = []

    def look(connection: Connection) -> None:
        _require_quiet(connection, source.name)
        found.append(_Facts.of(connection))

    def compare(connection: Connection) -> None:
        _require_equal(found[0], _Facts.of(connection))

    export_all(source, folder, look)
    with target.read() as connection:
        _require_empty(connection, target.name)
    try:
        return import_all(target, folder, compare, whole=True)
    except TextError as error:
        with source.read() as connection:
            raise TextError(_explained(_with_zeros(connection))) from error


def _with_zeros(connection: Connection) -> list[str]:
    """Rows with the character U+0000, in words: what they belong to, table and column."""
    columns = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE data_type = 'VARCHAR' AND table_schema = 'main' ORDER BY table_name, column_name"
    ).fetchall()
    return [
        f"{owner} ({table}, {column})"
        for table, column in columns
        if table in TABLES
        for (owner,) in connection.execute(
            f'SELECT DISTINCT "{KEYS[table][0]}" FROM {table} '
            f'WHERE strpos("{column}", chr(0)) > 0 ORDER BY 1'
        ).fetchall()
    ]


def _explained(rows: list[str]) -> str:
    more = len(rows) - _NAMED
    listed = ", ".join(rows[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return (
        f"Texts hold the character U+0000, which PostgreSQL does not keep: {listed}. "
        "Nothing was moved. Delete these sessions or jobs here first, or keep this history in a "
        "file."
    )


def _require_quiet(connection: Connection, name: str) -> None:
    """Raise `HistoryError` where work goes on: nobody would carry it on elsewhere."""
    ((open_ones,),) = connection.execute(
        "SELECT count(*) FROM (SELECT status FROM sessions UNION ALL SELECT status FROM jobs) "
        "AS runs WHERE status IN ('pending', 'processing')"
    ).fetchall()
    if open_ones:
        raise HistoryError(
            f"{counted(open_ones, 'session or job', 'sessions or jobs')} of {name} "
            f"{'is not at its end' if open_ones == 1 else 'are not at their end'}: wait, or "
            "cancel what goes on. Nothing was moved."
        )


def _require_empty(connection: Connection, name: str) -> None:
    ((rows,),) = connection.execute(
        "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM log)"
    ).fetchall()
    if rows:
        raise HistoryError(
            f"{name} holds a history already: name a new file or an empty database. To add the "
            "sessions to those: ganglioside export --all, then ganglioside history import."
        )


def _require_equal(before: _Facts, after: _Facts) -> None:
    """Raise `HistoryError` unless all is there; the log ends with the entry of the import."""
    whole = replace(after, log=after.log[:-1])
    differing = [
        part.name for part in fields(before)
        if getattr(before, part.name) != getattr(whole, part.name)
    ]  # fmt: skip
    if differing:
        raise HistoryError(
            f"What arrived differs from what was sent ({', '.join(differing)}): nothing was moved. "
            "Ask `ganglioside history verify` what is wrong with the history."
        )
