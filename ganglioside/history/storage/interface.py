"""What a history needs of the store behind it: of its connections, and of the store itself.

There are two stores: the file (`store.Store`), and PostgreSQL (`postgres.store.PostgresStore`).
Their SQL is one: the few things that they do each in its own way are in `dialect`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Then = Callable[[Any, int], object]


class Answer(Protocol):
    """Rows that a statement found; the number of rows that it changed as the only row of others."""

    @property
    def description(self) -> Sequence[Any]:
        """One entry per column, of which the first item is the name."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Next row; None after the last one."""

    def df(self) -> Any:
        """Rows as a DataFrame."""


class Relation(Protocol):
    """Rows of a SELECT."""

    def to_arrow_table(self) -> Any:
        """Rows as an Arrow table."""

    def df(self) -> Any:
        """Rows as a DataFrame."""


class Connection(Protocol):
    """Connection within one transaction.

    Values are given for `?` as a list, and for `$name` as a dict.
    """

    def execute(self, query: str, parameters: Any = None) -> Answer:
        """Carry out one statement."""

    def sql(self, query: str, *, params: Any = None) -> Relation:
        """Rows of one SELECT."""

    def begin(self) -> object:
        """Begin to change things, alone, where it was connected to look first (`prepare`)."""

    def commit(self) -> object:
        """Store what was changed since `begin`."""


class HistoryStore(Protocol):
    """One history."""

    @property
    def path(self) -> Path:
        """The file; where there is none, a path in the user's own folder for files beside it."""

    @property
    def timeout(self) -> float:
        """Seconds to wait for other processes."""

    @property
    def name(self) -> str:
        """Name for people, for seals and for heads of the log: without a password."""

    @property
    def address(self) -> str:
        """What opens it again, with the password if it has one: never shown."""

    def exists(self) -> bool:
        """Whether there is a history already."""

    def discard(self) -> None:
        """Remove a history that was just made, unless somebody has stored something in it."""

    def prepare(self, then: Then | None = None, *, noting: bool = True) -> None:
        """Make it, or bring its schema up to date; call `then` with a connection and the schema."""

    def read(self, folder: Path | None = None) -> AbstractContextManager[Connection]:
        """Connect for reading one state of it."""

    def write(
        self, folder: Path | None = None, *, adding: bool = False
    ) -> AbstractContextManager[Connection]:
        """Connect for one transaction, alone; only with others that add where it is `adding`."""

    def kept_open(self, connection: Connection) -> HistoryStore:
        """Store that reads by this connection."""

    def vacuum(self) -> tuple[int, int]:
        """Free the space of deleted rows; return its size before and after, bytes."""

    def size(self) -> int:
        """Size on disk, bytes."""

    def state(self) -> tuple[int, ...] | None:
        """Value that differs after anybody has written; None where it is not known."""

    def wait(self, seconds: float) -> None:
        """Wait, at most until anybody has written, where that is told at once."""
