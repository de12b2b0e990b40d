"""Copy of what a damaged history still holds to a new history.

DuckDB finds every damaged block by its checksum and refuses to read it; the other blocks are
sound. So each session is read separately: one that can be read whole is kept, one whose input alone
can be read is kept to be run again, and the others are named.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
import pyarrow as pa

from ganglioside.errors import HistoryError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.jobs import FOREIGN, close_foreign
from ganglioside.history.row_hashes import adopted
from ganglioside.history.session_rows import RESULT_TABLES
from ganglioside.history.storage.damage import DAMAGE, damage
from ganglioside.history.storage.dialect import append_rows
from ganglioside.history.storage.store import Store, log_beside, read_damaged

#: Tables with the other rows of a session, by the column with its id.
_OTHERS: Final = {"overrides": "session", "events": "owner"}

#: What `Salvaged.damaged` calls the log in which a process that died left what it stored last.
LOG: Final = "write-ahead log"

#: Rows that are read at once where a whole table cannot be read.
_AT_ONCE: Final = 2_048

#: Changes in the row of a completed session whose result cannot be read.
_WITHOUT_RESULT: Final = {
    "status": "failed",
    "summary": None,
    "result_sha256": None,
    "error": "Its result was lost with a damaged file. It can be run again.",
}

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Sessions saved from a damaged history, and those that were lost.

    Attributes
    ----------
    path : pathlib.Path
        The new history.
    whole : tuple of str
        Sessions that were saved unchanged.
    inputs_only : tuple of str
        Sessions whose result is lost: they are marked failed and can be run again.
    lost : tuple of str
        Sessions of which the row or the input cannot be read.
    damaged : dict of str to str
        Tables that could not be read whole, each with the error; so does the `write-ahead log`,
        which held what was stored last.
    """

    path: Path
    whole: tuple[str, ...]
    inputs_only: tuple[str, ...]
    lost: tuple[str, ...]
    damaged: dict[str, str]


class _Damaged:
    """History file that may be damaged anywhere: each read stands alone.

    Parameters
    ----------
    path
        A copy: opening it may change it.
    source
        What it is a copy of, for messages.
    """

    def __init__(self, path: Path, source: Path) -> None:
        self._path = path
        self._source = source
        self.damaged: dict[str, str] = {}

    def read(self, table: str, sql: str, parameters: Sequence[Any] = ()) -> pa.Table | None:
        """Rows of a query; None if they cannot be read, which is noted in `damaged`."""
        return self._attempt(
            table, lambda connection: connection.sql(sql, params=list(parameters)).to_arrow_table()
        )

    def all_rows(self, table: str) -> pa.Table | None:
        """All rows of a table that can be read; None if there are none."""
        whole = self.read(table, f"SELECT * FROM {table}")
        if whole is not None:
            return whole
        parts = [part for part in self._parts(table) if part is not None]
        return pa.concat_tables(parts) if parts else None

    def _parts(self, table: str) -> Iterator[pa.Table | None]:
        ends = self.read(table, f"SELECT coalesce(max(rowid), -1) AS last FROM {table}")
        last = -1 if ends is None else ends.column("last")[0].as_py()
        for start in range(0, last + 1, _AT_ONCE):
            yield self.read(
                table,
                f"SELECT * FROM {table} WHERE rowid >= ? AND rowid < ?",
                [start, start + _AT_ONCE],
            )

    def _attempt(
        self, table: str, ask: Callable[[duckdb.DuckDBPyConnection], _Found]
    ) -> _Found | None:
        # A failed read may leave a DuckDB that is of no use, so it is not used for the next.
        try:
            with read_damaged(self._path, named=self._source) as connection:
                return ask(connection)
        except HistoryError:  # nothing is lost: it can be read at another time
            raise
        except DAMAGE as error:
            self.damaged.setdefault(table, damage(error))
            return None


def salvage(source: Path, target: Store) -> Salvaged:
    """Copy what can be read of a damaged history to a new one; see `History.salvage`."""
    if target.path.exists():
        raise HistoryError(f"{target.path} is there already: name a new file for what is saved.")
    if not source.is_file():
        raise HistoryError(f"There is no file {source}: name the damaged history.")
    target.prepare()
    try:
        with target.draft() as draft:
            return _save(_copied(source, draft), target, source)
    except BaseException:
        target.discard()
        raise


def _copied(source: Path, draft: Path) -> _Damaged:
    """Copy of the file, with its write-ahead log if that can be read.

    Raises
    ------
    HistoryError
        If nothing can be read, with or without that log.
    """
    shutil.copyfile(source, draft)
    damaged = _Damaged(draft, source)
    log = log_beside(draft)
    if log_beside(source).exists():
        shutil.copyfile(log_beside(source), log)
        if _is_read(damaged, LOG):
            return damaged
        log.unlink()
    if not _is_read(damaged, "schema_version"):
        raise HistoryError(
            f"Nothing can be read of {source}: {damaged.damaged['schema_version']} Its head is "
            "damaged. Restore a backup."
        )
    return damaged


def _is_read(damaged: _Damaged, about: str) -> bool:
    """Whether a file can be read at all; if not, the reason is noted as one `about` a part."""
    return damaged.read(about, "SELECT max(version) FROM schema_version") is not None


def _save(damaged: _Damaged, target: Store, source: Path) -> Salvaged:
    whole: list[str] = []
    inputs_only: list[str] = []
    sessions = damaged.all_rows("sessions")
    rows = [] if sessions is None else sessions.to_pylist()
    with target.write() as connection:
        for row in rows:
            kept = _save_session(damaged, connection, row)
            if kept is not None:
                (whole if kept else inputs_only).append(row["id"])
        for table in ("jobs", "log"):
            found = damaged.all_rows(table)
            if found is not None and found.num_rows:
                append_rows(connection, table, found)
        close_foreign(connection, f"It came in with the damaged file {source.name}. {FOREIGN}")
        audit_log.append(connection, current_author(), "adopted", salvaged=source.name,
                   **adopted(connection))  # fmt: skip
    kept_ids = {*whole, *inputs_only}
    lost = tuple(row["id"] for row in rows if row["id"] not in kept_ids)
    return Salvaged(target.path, tuple(whole), tuple(inputs_only), lost, damaged.damaged)


def _save_session(
    damaged: _Damaged, connection: duckdb.DuckDBPyConnection, row: dict[str, Any]
) -> bool | None:
    """Save one session; return whether it is whole, None if it is lost."""
    content = damaged.read("inputs", "SELECT * FROM inputs WHERE sha256 = ?", [row["sha256"]])
    if content is None or not content.num_rows:
        return None
    parts = {
        table: damaged.read(table, f"SELECT * FROM {table} WHERE session = ?", [row["id"]])
        for table in RESULT_TABLES
    }
    others = {
        table: damaged.read(table, f"SELECT * FROM {table} WHERE {key} = ?", [row["id"]])
        for table, key in _OTHERS.items()
    }
    is_whole = all(part is not None for part in (*parts.values(), *others.values()))
    if not is_whole and row["status"] == "completed":
        row |= _WITHOUT_RESULT
    append_rows(connection, "sessions", pa.Table.from_pylist([row]))
    present = connection.execute("SELECT 1 FROM inputs WHERE sha256 = ?", [row["sha256"]])
    if not present.fetchall():
        append_rows(connection, "inputs", content)
    saved = {**parts, **others} if is_whole else others
    for table, part in saved.items():
        if part is not None and part.num_rows:
            append_rows(connection, table, part)
    return is_whole
