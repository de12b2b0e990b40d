"""Connections to the history's file, which reach no other file.

To start DuckDB takes 20 ms, several times as long as most questions. So a process keeps the DuckDB
that it started for one file, and attaches that file for each transaction: between two of them it is
closed, as other processes need it to be.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

import duckdb

from ganglioside.errors import GangliosideError

#: Never reach for the network: an attempted extension download costs 5 s. Names in SQL are those
#: of tables, never of variables of the program; secrets that DuckDB keeps for its user are not
#: looked for. Work is done in small parts, so that Ctrl-C ends the longest question at once, and by
#: one thread: most questions take some milliseconds, and where several processes share the cores,
#: threads that wait for each other cost more than they save (`history_speed.py`).
_CONFIG: Final[dict[str, Any]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": "v1.4.0",
    "python_enable_replacements": False,
    "allow_persistent_secrets": False,
    "scheduler_process_partial": True,
    "threads": 1,
}

#: A transaction leaves the rows that were there as they are, and adds its own beside them. DuckDB
#: would write up to 2,048 rows of each table again and again to keep them together: 0.2 s more for
#: each save into a history of 400 sessions. What is added so is put together now and then, when
#: the file is opened by `connect`.
_ADDING: Final[dict[str, Any]] = {"max_vacuum_tasks": 0}


@contextmanager
def connect(
    path: Path,
    *,
    read_only: bool = False,
    folder: Path | None = None,
    file: Path | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to one file; nothing else can be reached but what is in `folder`, or is `file`."""
    connection = duckdb.connect(os.fspath(path), read_only=read_only, config=dict(_CONFIG))
    try:
        if folder is not None:
            connection.execute(f"SET allowed_directories = ['{quoted(folder)}{os.sep}']")
        if file is not None:
            connection.execute(f"SET allowed_paths = ['{quoted(file)}', '{quoted(file)}.wal']")
        _confine(connection)
        yield connection
    finally:
        connection.close()


@contextmanager
def attached(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to a file that is there, with the DuckDB that was started for it before, if any.

    After an error it is closed, as a connection of its own would be: it may be unusable. A
    refusal of this program, such as of an unknown id, says nothing of DuckDB: what was begun is
    rolled back.
    """
    started = _idle.take(path)
    engine = started or _start(path)
    try:
        connection = engine.cursor()
        mode = " (READ_ONLY)" if read_only else ""
        connection.execute(f"ATTACH '{quoted(path)}' AS history{mode}")
        connection.execute("USE history")
        if started is None:  # only now, so that DuckDB admits the files that it makes beside
            _confine(connection)
        yield connection
    except BaseException as error:
        if _is_refusal(error) and _rolled_back(connection):
            _let_go(path, engine, connection)
        else:
            engine.close()
        raise
    _let_go(path, engine, connection)


def _let_go(
    path: Path, engine: duckdb.DuckDBPyConnection, connection: duckdb.DuckDBPyConnection
) -> None:
    """Close the file, and keep the DuckDB for the next transaction if that worked."""
    if _detach(connection):
        _idle.keep(path, engine)
    else:
        engine.close()


def _is_refusal(error: BaseException) -> bool:
    """Whether this program refused something, and not because of another error."""
    return isinstance(error, GangliosideError) and error.__context__ is None


def _rolled_back(connection: duckdb.DuckDBPyConnection) -> bool:
    """Undo the transaction that is open, if any; return whether none is open now."""
    try:
        connection.rollback()
    except duckdb.TransactionException:  # none was open
        return True
    except duckdb.Error:
        return False
    return True


def quoted(path: Path) -> str:
    """Path with its quotes doubled, for a string literal of SQL."""
    return os.fspath(path).replace("'", "''")


def _start(path: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB without any file; what does not fit in memory goes where it would for this file."""
    return duckdb.connect(":memory:", config=_CONFIG | _ADDING | {"temp_directory": f"{path}.tmp"})


def _confine(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _detach(connection: duckdb.DuckDBPyConnection) -> bool:
    """Let go of the file; return whether that worked.

    What was committed is stored even where it cannot be moved from the write-ahead log into the
    file now, as on a full disk: the next transaction does that.
    """
    with closing(connection), suppress(duckdb.Error):
        connection.execute("USE memory")
        connection.execute("DETACH history")
        return True
    return False


class _Idle:
    """The DuckDB that was used last, with the file that it was started for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[Path, duckdb.DuckDBPyConnection] | None = None

    def take(self, path: Path) -> duckdb.DuckDBPyConnection | None:
        """Give what was started for this file, for the caller alone; None if there is nothing."""
        with self._lock:
            if self._kept is None or self._kept[0] != path:
                return None
            (_, engine), self._kept = self._kept, None
            return engine

    def keep(self, path: Path, engine: duckdb.DuckDBPyConnection) -> None:
        """Keep this one, and close the one kept before."""
        self._replace((path, engine))

    def close(self) -> None:
        """Close what is kept."""
        self._replace(None)

    def _replace(self, kept: tuple[Path, duckdb.DuckDBPyConnection] | None) -> None:
        with self._lock:
            before, self._kept = self._kept, kept
        if before is not None:
            before[1].close()


_idle: Final = _Idle()
atexit.register(_idle.close)
if hasattr(os, "register_at_fork"):  # its threads do not come with a forked process
    os.register_at_fork(before=_idle.close)
