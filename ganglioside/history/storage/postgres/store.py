"""A history in PostgreSQL: connections, locks and schema.

What is read is one state of the history, and waits for nobody. What is changed is changed by one
process after the other, as in a file; those who only add sessions, jobs or tokens add them at the
same time, and wait for each other at the end of the log alone. Both locks are the server's own
(advisory locks of the transaction), so that they end with the connection of a process that dies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import IsolationLevel, errors, sql

from ganglioside.errors import (
    HistoryAwayError,
    HistoryBusyError,
    HistoryError,
    NoRoomError,
    TextError,
)
from ganglioside.history.storage import catalog, log_heads
from ganglioside.history.storage.interface import Connection, Then
from ganglioside.history.storage.postgres import news, schema
from ganglioside.history.storage.postgres.address import SCHEMA, Address
from ganglioside.history.storage.postgres.connection import PostgresConnection
from ganglioside.history.storage.postgres.pool import pool_of

#: Advice for some faults, in the order in which they are looked for.
_ADVICE: Final[tuple[tuple[type[psycopg.Error], str], ...]] = (
    (errors.ReadOnlySqlTransaction, "A query only reads: SQL can change nothing here."),
    (errors.InsufficientPrivilege, "Ask who keeps the database for the right to do this."),
    (errors.DiskFull, "The disk of the server is full: make room. What was saved is intact."),
    (
        psycopg.OperationalError,
        "Look whether the server runs and can be reached, and at user and password.",
    ),
)

#: What is said of a text that PostgreSQL does not keep, by psycopg and by the server.
_NUL: Final = re.compile(r"NUL \(0x00\)|encoding \"UTF8\": 0x00")


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """One history in PostgreSQL.

    Attributes
    ----------
    place : Address
    timeout : float
        Seconds to wait for other processes.
    """

    place: Address
    timeout: float

    @property
    def name(self) -> str:
        """Server and database."""
        return self.place.name

    @property
    def address(self) -> str:
        """URL with the password: never shown."""
        return self.place.url

    @property
    def path(self) -> Path:
        """Path in this user's folder, for what stands beside the history; no such file exists."""
        folder = self.place.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / "history"

    def exists(self) -> bool:
        """Whether there is a history already."""
        with self.read() as connection:
            return schema.version(connection) > 0

    def discard(self) -> None:
        """Remove tables that were just made, unless somebody has stored something in them."""
        with self.write() as connection:
            if log_heads.read_head(connection).number < 0:
                connection.script(f"DROP SCHEMA {SCHEMA} CASCADE")

    def state(self) -> tuple[int, ...] | None:
        """Number of writes that this process has heard of; None until it listens."""
        return news.news_of(self.place, self.timeout).state()

    def wait(self, seconds: float) -> None:
        """Wait, at most until anybody has written."""
        news.news_of(self.place, self.timeout).wait(seconds)

    def prepare(self, then: Then | None = None, *, noting: bool = True) -> None:
        """Make the tables, or bring them up to date; see `HistoryStore.prepare`.

        Raises
        ------
        HistoryError
            If the database cannot be used as a history.
        """
        with self._connected() as connection:
            present = schema.version(connection)
            latest = catalog.migrations()[-1].version
            if present < latest:
                connection.begin()
                present = schema.version(connection)  # another process may have been first
                schema.upgrade(connection, present)
                connection.commit()
            if self.place.url not in _sound:
                schema.require_known(connection)
                _sound.add(self.place.url)
            if then is not None:
                then(connection, present or latest)
            if connection.wrote_log:
                news.tell(self.place)
                if noting:
                    self._note(connection)

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[PostgresConnection]:  # noqa: ARG002
        """Connect for reading one state of the history; nothing is changed."""
        with self._connected(read_only=True) as connection:
            yield connection

    @contextmanager
    def write(
        self,
        folder: Path | None = None,  # noqa: ARG002 - as everywhere
        *,
        adding: bool = False,
    ) -> Iterator[PostgresConnection]:
        """Connect for one transaction: all of it is stored, or nothing when an error leaves it."""
        with self._connected() as connection:
            connection.lock(adding=adding)
            yield connection
            head = log_heads.read_head(connection) if connection.wrote_log else None
            connection.commit()
        news.tell(self.place)
        if head is not None:
            log_heads.note(self.path, head, self.name)

    def vacuum(self) -> tuple[int, int]:
        """Free the space of deleted rows; return the size of all tables before and after, bytes."""
        before = self.size()
        with self._explained(), pool_of(self.place, self.timeout).connection() as raw:
            raw.autocommit = True
            for table in catalog.table_names():
                raw.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(sql.Identifier(table)))
            raw.autocommit = False
        return before, self.size()

    def size(self) -> int:
        """Size of all tables, bytes."""
        with self.read() as connection:
            ((size,),) = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
                "WHERE relnamespace = ?::regnamespace AND relkind = 'r'",
                [SCHEMA],
            ).fetchall()
        return int(size)

    def kept_open(self, connection: Connection) -> PostgresStore:
        """Store that reads by this connection."""
        return _OpenStore(self.place, self.timeout, connection)

    def _note(self, connection: Connection) -> None:
        log_heads.note(self.path, log_heads.read_head(connection), self.name)

    @contextmanager
    def _connected(self, *, read_only: bool = False) -> Iterator[PostgresConnection]:
        with self._explained(), pool_of(self.place, self.timeout).connection() as raw:
            raw.read_only = read_only
            raw.isolation_level = (
                IsolationLevel.REPEATABLE_READ if read_only else IsolationLevel.READ_COMMITTED
            )
            yield PostgresConnection(raw, news.sender())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except errors.LockNotAvailable as error:
            raise HistoryBusyError(
                f"The history {self.name} is in use: another process has been changing it for "
                f"{self.timeout:g} s. Wait and try again."
            ) from error
        except psycopg.Error as error:
            if _NUL.search(str(error)):
                raise TextError(
                    "A text holds the character U+0000, which PostgreSQL does not keep: take it "
                    "out of the table, or of what you wrote. Nothing was stored."
                ) from error
            lines = str(error).strip().splitlines() or [type(error).__name__]
            advice = next((a for kind, a in _ADVICE if isinstance(error, kind)), "")
            raise _kind_of(error)(
                f"The history {self.name}: {lines[0]} {advice}".rstrip()
            ) from error


def _kind_of(error: psycopg.Error) -> type[HistoryError]:
    """Kind of error that a fault of the database is to its callers."""
    if isinstance(error, errors.DiskFull):
        return NoRoomError
    return HistoryAwayError if isinstance(error, psycopg.OperationalError) else HistoryError


@dataclass(frozen=True, slots=True)
class _OpenStore(PostgresStore):
    """Store that stays connected for reading."""

    connection: Any

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[PostgresConnection]:  # noqa: ARG002
        """Yield the connection that is already open."""
        with self._explained():
            yield self.connection

    @contextmanager
    def write(
        self,
        folder: Path | None = None,  # noqa: ARG002 - as everywhere
        *,
        adding: bool = False,  # noqa: ARG002
    ) -> Iterator[PostgresConnection]:
        """Raise `HistoryError`: it was connected for reading."""
        raise HistoryError(
            "This history is connected for reading: leave the 'with' block to change it."
        )
        yield self.connection


#: URLs whose tables this process has looked at.
_sound: Final[set[str]] = set()
