"""The history's file: lock, connection and schema.

Any number of processes share one file. Each transaction, of writers and readers alike, holds
an exclusive lock on a file beside the database from before it connects until after it has
closed: DuckDB 2.0.0 loses committed rows when several processes merely retry on its own lock.
The operating system releases the lock when its process ends, so a lock file left behind is
harmless. It does not release the lock of a process that is suspended or waits for a slow disk, and
no other process does: the others wait for their `timeout`, then raise an error.

The lock is held briefly (about 0.1 s for a save), and the process that has waited longest gets it:
see `lock_queue`.

On a file system without locks (some network disks), a history is refused.

Files are written in the storage format of DuckDB 1.4, the oldest that Ganglioside runs on, so
that every installation can open them.

A connection reaches no other file, except one folder or file for an export, an import or a copy. So
neither a query nor a file from elsewhere can read or write anything beside the history.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from filelock import FileLock, Timeout

from ganglioside.errors import HistoryBusyError, HistoryError, NoRoomError
from ganglioside.history.storage import catalog, lock_queue, log_heads
from ganglioside.history.storage.catalog import Migration, require_known, table_names
from ganglioside.history.storage.connections import attached, connect, quoted
from ganglioside.history.storage.file_modes import (
    PRIVATE,
    created_like,
    keep_mode_and_owner,
    mode_of,
    share_with,
)
from ganglioside.history.storage.set_aside import drop_second_names, name_aside
from ganglioside.version import __version__

#: Age from which a draft counts as abandoned by its process, s.
_ABANDONED: Final = 86_400.0

#: One of so many transactions puts together what the others have added; until then, each takes 1 MB
#: of the file. Chance picks it: programs that write once would never reach a count in the process,
#: and one in the file would cost each transaction a write. What is stored is the same.
_TOGETHER: Final = 32

#: Patterns of DuckDB's messages, each with advice for the analyst.
_FULL: Final = "No space left|disk is full"

_ADVICE: Final[tuple[tuple[str, str], ...]] = (
    ("Cannot execute statement", "A query only reads: SQL can change nothing here."),
    (
        "Could not set lock|different configuration|already attached",
        "Another program has the file open as a plain DuckDB database. Close it there.",
    ),
    (
        "WAL does not match|WAL was created for",
        "The log beside it (.wal) is of another file: move it away, or restore a backup.",
    ),
    (
        "newer version|version number|storage version",
        "A newer DuckDB wrote it. Update the duckdb package.",
    ),
    (_FULL, "The disk is full: make room. What was saved is intact."),
    (
        "Permission denied|Read-only|read-only",
        "It cannot be written: change its permissions, or name another file.",
    ),
    (
        "[Cc]orrupt|[Cc]hecksum|[Dd]eserialize|MetadataReader|enough bytes|[Ss]erializ",
        "The file is damaged. Restore a backup, or save what can still be read: "
        "ganglioside history salvage.",
    ),
)


#: Pattern of messages about something else than the content of a file: to try again may help.
_PASSING: Final = (
    f"Could not set lock|different configuration|already attached|{_FULL}|Permission denied|"
    "Read-only|read-only|[Oo]ut of [Mm]emory|[Cc]ould not allocate|Too many open files"
)

#: Files whose macros and types this process has looked for, each in the state in which it left it.
_left: Final[dict[Path, tuple[int, ...] | None]] = {}

Then = Callable[[duckdb.DuckDBPyConnection, int], object]


@dataclass(frozen=True, slots=True)
class Store:
    """One history file.

    Attributes
    ----------
    path : pathlib.Path
    timeout : float
        Seconds to wait for other processes.
    """

    path: Path
    timeout: float

    @property
    def name(self) -> str:
        """Path of the file."""
        return str(self.path)

    @property
    def address(self) -> str:
        """Path of the file."""
        return str(self.path)

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def discard(self) -> None:
        """Remove a file that was just made, unless somebody has stored something in it."""
        with self.locked():
            with self._checked(read_only=True) as connection:
                is_empty = log_heads.read_head(connection).number < 0
            if is_empty:
                self.path.unlink()

    def wait(self, seconds: float) -> None:
        """Wait: nobody tells of a write to a file."""
        time.sleep(seconds)

    def kept_open(self, connection: Any) -> Store:
        """Store that reads by this connection."""
        return OpenStore(self.path, self.timeout, connection)

    @property
    def lock_path(self) -> Path:
        """File whose lock admits one process at a time."""
        return self.path.with_name(self.path.name + ".lock")

    def state(self) -> tuple[int, ...] | None:
        """Whatever changes when anybody writes; None where it is not known.

        It costs microseconds: no lock, no connection.
        """
        return _state(self.path)

    def prepare(self, then: Then | None = None, *, noting: bool = True) -> None:
        """Create the file, or bring its schema up to date.

        Parameters
        ----------
        then
            Called in the same connection, with the schema version that the file had.
        noting
            Whether to note the head of the log; not where the file is a draft of another.

        Raises
        ------
        HistoryError
            If the file cannot be used as a history.
        """
        with self.locked(), _explained(self.path):
            is_new = not self.path.exists()
            if is_new:
                self._create()
            _require_duckdb(self.path)
            opening = not (is_new or _is_as_left(self.path))
            with attached(self.path) as connection, created_like(self.path):
                present = _version(connection, self.path)
                require_known(connection, self.path, present, opening=opening)
                _upgrade(connection, present)
                if then is not None:
                    then(connection, present)
                if noting:
                    log_heads.note(self.path, log_heads.read_head(connection))
            _left[self.path] = _state(self.path)

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect for reading; no other process is connected meanwhile.

        Parameters
        ----------
        folder
            Folder whose files can be reached besides the history; no other file if None.
        """
        with self._connected(read_only=True, folder=folder) as connection:
            yield connection

    @contextmanager
    def write(
        self,
        folder: Path | None = None,
        *,
        adding: bool = False,  # noqa: ARG002 - nobody shares a file
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect for one transaction: all of it is stored, or nothing when an error leaves it.

        Parameters
        ----------
        folder
            As for `read`.
        adding
            Whether rows are only added; it makes no difference here.
        """
        with self._connected(read_only=False, folder=folder) as connection:
            connection.begin()
            yield connection
            head = log_heads.read_head(connection)
            with created_like(self.path):
                connection.commit()
            log_heads.note(self.path, head)

    @contextmanager
    def _connected(
        self, *, read_only: bool, folder: Path | None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        with self.locked(), _explained(self.path):
            is_as_left = _is_as_left(self.path)
            checked = self._checked(read_only=read_only, folder=folder, is_sound=is_as_left)
            with checked as connection:
                yield connection
            if is_as_left:
                _left[self.path] = _state(self.path)

    @contextmanager
    def _checked(
        self, *, read_only: bool, folder: Path | None = None, is_sound: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self.path.exists():
            raise HistoryError(f"The history {self.path} has disappeared: open it again.")
        with self._connect(read_only=read_only, folder=folder) as connection:
            version = _version(connection, self.path)
            if version < catalog.migrations()[-1].version:
                raise HistoryError(f"The history {self.path} was replaced: open it again.")
            if not is_sound:  # what this process has looked through, nobody has changed since
                require_known(connection, self.path, version)
            yield connection

    def _connect(
        self, *, read_only: bool, folder: Path | None
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        if folder is None and (read_only or random.randrange(_TOGETHER)):
            return attached(self.path, read_only=read_only)
        return connect(self.path, read_only=read_only, folder=folder)

    def size(self) -> int:
        """Size of the file, bytes."""
        return self.path.stat().st_size

    def vacuum(self) -> tuple[int, int]:
        """Rewrite the file without its gaps; return its size before and after, bytes."""
        with self.alone() as path, self.draft() as draft:
            before = path.stat().st_size
            self.rewrite(draft)
            self.replace_by(draft)
            return before, path.stat().st_size

    @contextmanager
    def alone(self) -> Iterator[Path]:
        """Path of the file while the lock is held, nobody is connected and all is checkpointed.

        The write-ahead log of a process that died is taken in first.
        """
        with self.locked(), _explained(self.path):
            with self._checked(read_only=False) as connection:
                connection.execute("CHECKPOINT")
            yield self.path

    def rewrite(self, target: Path) -> None:
        """Write all rows to a new file; the caller holds the lock.

        Raises
        ------
        HistoryError
            If the new file does not hold as many rows.
        """
        with connect(target, file=self.path) as connection:
            for migration in catalog.migrations():
                _apply(connection, migration)
            connection.execute(f"ATTACH '{quoted(self.path)}' AS old (READ_ONLY)")
            for table in table_names():
                connection.execute(f"DELETE FROM {table}")
                connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM old.{table}")
                ((before, after),) = connection.execute(
                    f"SELECT (SELECT count(*) FROM old.{table}), (SELECT count(*) FROM {table})"
                ).fetchall()
                if before != after:
                    raise HistoryError(f"{target}: {after} of {before} rows of {table} are there.")
            connection.execute("DETACH old")

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """Path for a new file in a private folder beside the history.

        A draft that is still present at the end is removed, and so are old drafts of processes
        that were killed.
        """
        prefix = f".{self.path.name}."
        _remove_abandoned(self.path.parent, prefix)
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=".draft", dir=self.path.parent))
        try:
            yield folder / self.path.name
        finally:
            shutil.rmtree(folder)

    def replace_by(self, draft: Path, aside: Path | None = None) -> None:
        """Replace the history by a draft, with its mode and owner; the caller holds the lock.

        Parameters
        ----------
        draft
            File that `draft` made room for.
        aside
            New path of the present file, if it is to be kept.

        Raises
        ------
        HistoryError
            If not all of the draft is in its file, or files of another history are beside it.
        """
        _settle(draft)
        if self.path.exists():
            drop_second_names(self.path)
            keep_mode_and_owner(draft, self.path)
        else:
            draft.chmod(PRIVATE)
            _require_no_log(self.path)
        if aside is None:
            draft.replace(self.path)
        else:
            self._replace_and_keep(draft, aside)

    def _replace_and_keep(self, draft: Path, aside: Path) -> None:
        """Replace the present file, which stays under another name, with its log and heads.

        The history is never without a file, except where its write-ahead log is damaged: that log
        must be gone before, since DuckDB could take it for the one of the new file.
        """
        _take_in_log(self.path)
        log = log_beside(self.path)
        if log.exists():
            self.path.replace(aside)
            log.replace(log_beside(aside))
        else:
            name_aside(self.path, aside)
        draft.replace(self.path)
        heads = log_heads.head_file(self.path)
        if heads.exists():
            heads.replace(log_heads.head_file(aside))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock, without connecting."""
        self._require_folder()
        mode = mode_of(self.path) | PRIVATE  # whoever reads must be able to lock
        queue = self.lock_path.with_suffix(".queue")
        lock = FileLock(self.lock_path, fallback_to_soft=False, mode=mode)
        try:
            for beside in (self.lock_path, queue, log_heads.head_file(self.path)):
                share_with(self.path, beside)
            lock_queue.acquire(lock, queue, self.timeout)
        except Timeout:
            raise HistoryBusyError(
                f"The history {self.path} is in use: another process has held its lock "
                f"{self.lock_path} for {self.timeout:g} s. Wait and try again; if that process "
                "hangs or is suspended, end it."
            ) from None
        except OSError as error:
            raise self._unusable(
                f"{self.lock_path.name} cannot be written and locked beside it ({error.strerror})"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _require_folder(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise self._unusable(f"there is no folder {folder}")

    def _unusable(self, reason: str) -> HistoryError:
        return HistoryError(
            f"The history {self.path} cannot be used: {reason}. Use a folder that exists and that "
            "you may write to: History.open(path), or set GANGLIOSIDE_HISTORY."
        )

    def _create(self) -> None:
        # Built aside and renamed: a crash on the way leaves no half-made history.
        with self.draft() as draft:
            _make(draft)
            self.replace_by(draft)


@dataclass(frozen=True, slots=True)
class OpenStore(Store):
    """A history file that stays connected for reading.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
    """

    connection: duckdb.DuckDBPyConnection

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield the connection that is already open; it reaches no other file."""
        if folder is not None:
            raise HistoryError("This history is connected already: leave the 'with' block first.")
        with _explained(self.path):
            yield self.connection

    @contextmanager
    def write(
        self,
        folder: Path | None = None,  # noqa: ARG002 - as everywhere
        *,
        adding: bool = False,  # noqa: ARG002
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Raise `HistoryError`: holding the lock for reading, a write would wait for itself."""
        raise HistoryError(
            "This history is connected for reading: leave the 'with' block to change it."
        )
        yield self.connection


def require_restorable(source: Path, copy: Path) -> None:
    """Raise `HistoryError` unless a file is a history of a version that this program knows.

    Parameters
    ----------
    source
        For the message.
    copy
        Where it is read.
    """
    with _explained(source):
        _require_duckdb(source)
        with attached(copy, read_only=True) as connection:
            _version(connection, source)


@contextmanager
def read_damaged(path: Path, *, named: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to a file that may be damaged, for reading.

    An error of DuckDB that has another reason, such as a program that has the file open, becomes a
    `HistoryError` that names it.

    Parameters
    ----------
    path
    named
        File for the message, where `path` is a copy of it.
    """
    with _passing_told(named or path), attached(path, read_only=True) as connection:
        yield connection


def utc_now() -> datetime:
    """Present time as the history stores it: UTC, without a time zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def log_beside(path: Path) -> Path:
    """Write-ahead log of a file, where a process that died may have left what it stored last."""
    return path.with_name(f"{path.name}.wal")


def _take_in_log(path: Path) -> None:
    """Move what stands in the write-ahead log of a file into it; it stays where it is damaged."""
    if not log_beside(path).exists():
        return
    with (
        suppress(duckdb.Error),  # it is kept as it is, with its file
        _passing_told(path),
        created_like(path),
        attached(path) as connection,
    ):
        connection.execute("CHECKPOINT")


@contextmanager
def _passing_told(path: Path) -> Iterator[None]:
    """Make a `HistoryError` of an error of DuckDB that is not about the content of a file."""
    try:
        yield
    except duckdb.Error as error:
        if re.search(_PASSING, str(error)):
            raise _told(path, error) from error
        raise


def _settle(draft: Path) -> None:
    """Move what stands in the write-ahead log of a draft into its file, which alone is renamed.

    DuckDB does that when it closes a file, and says nothing where it fails.
    """
    log = log_beside(draft)
    if not log.exists():
        return
    with _explained(draft), connect(draft) as connection:
        connection.execute("CHECKPOINT")
    if log.exists():
        raise HistoryError(
            f"Not all of the new file could be written to {draft}: nothing was replaced. Look at "
            "the room on its disk, and try again."
        )


def _require_no_log(path: Path) -> None:
    """Raise `HistoryError` where a new file would be taken for that of an older log beside it."""
    log = log_beside(path)
    if log.exists():
        raise HistoryError(
            f"{log} is there without its history {path.name}, and may hold what was stored last: "
            f"put {path.name} back beside it, or move it away."
        )


def _remove_abandoned(folder: Path, prefix: str) -> None:
    """Remove drafts of this history that are so old that nobody works on them any more."""
    for draft in folder.glob(f"{prefix}*.draft"):
        if not draft.is_symlink() and abs(time.time() - draft.lstat().st_mtime) > _ABANDONED:
            shutil.rmtree(draft)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise _told(path, error) from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # what DuckDB makes of Ctrl-C
            raise KeyboardInterrupt from error
        raise


def _told(path: Path, error: duckdb.Error) -> HistoryError:
    """Error for the analyst: what DuckDB says, with advice."""
    message = str(error).strip().splitlines()[0]
    advice = next((a for pattern, a in _ADVICE if re.search(pattern, message)), "")
    kind = NoRoomError if re.search(_FULL, message) else HistoryError
    return kind(f"The history {path}: {message} {advice}".rstrip())


def _is_as_left(path: Path) -> bool:
    """Whether nobody has changed a file since this process found it sound: not even its owner."""
    state = _left.get(path)
    return state is not None and state == _state(path)


def _state(path: Path) -> tuple[int, ...] | None:
    """Identity, size and times of a file; None where a change might leave them the same.

    That is, where changes are in a log beside the file, or the clock of its disk counts seconds.
    """
    if log_beside(path).exists() or not path.exists():
        return None
    about = path.stat()
    if about.st_mtime_ns % 1_000_000_000 == 0:
        return None
    return (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def _require_duckdb(path: Path) -> None:
    # Checked here, since DuckDB takes some other files for databases of other programs.
    if not (path.is_file() and _head(path)[8:12] == b"DUCK"):
        raise HistoryError(
            f"{path} is not a DuckDB file, so it is not a history. Name another file, or move this "
            "one away."
        )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError as error:
        raise HistoryError(
            f"The history {path} cannot be read ({error.strerror}): change its permissions, or "
            "name another file."
        ) from error


def _make(path: Path) -> None:
    """Make a file without sessions, by all steps of the schema."""
    with connect(path) as connection:
        for migration in catalog.migrations():
            _apply(connection, migration)


def _upgrade(connection: duckdb.DuckDBPyConnection, present: int) -> None:
    for migration in catalog.migrations():
        if migration.version > present:
            _apply(connection, migration)


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.begin()
    connection.execute(migration.sql)
    connection.execute(
        "INSERT INTO schema_version VALUES (?, ?, ?)",
        [migration.version, utc_now(), __version__],
    )
    connection.commit()


def _version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Version of a history's schema; anything else raises `HistoryError`."""
    try:
        rows = connection.execute(catalog.VERSION).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        rows = []
    if not rows:
        raise HistoryError(
            f"{path} is a DuckDB database, but not a history of Ganglioside. Name another file."
        )
    version, package = rows[0]
    return catalog.not_newer(version, package, f"The history {path}", "name another file")
