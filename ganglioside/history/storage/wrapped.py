"""A store that stands before another, and changes some of what that does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from ganglioside.history.storage.interface import Connection, HistoryStore, Then


@dataclass(frozen=True, slots=True)
class WrappedStore:
    """Store that does what another one does; classes below it change some of that.

    Attributes
    ----------
    inner : HistoryStore
        The store behind it.
    """

    inner: HistoryStore

    @property
    def path(self) -> Path:
        """Path of the store behind."""
        return self.inner.path

    @property
    def timeout(self) -> float:
        """Seconds to wait for other processes."""
        return self.inner.timeout

    @property
    def name(self) -> str:
        """Name of the store behind."""
        return self.inner.name

    @property
    def address(self) -> str:
        """Address of the store behind: never shown."""
        return self.inner.address

    def exists(self) -> bool:
        """Whether there is a history already."""
        return self.inner.exists()

    def discard(self) -> None:
        """Remove a history that was just made."""
        self.inner.discard()

    def prepare(self, then: Then | None = None, *, noting: bool = True) -> None:
        """Bring the history up to date, whoever acts or works."""
        self.inner.prepare(then, noting=noting)

    def read(self, folder: Path | None = None) -> AbstractContextManager[Connection]:
        """Connect for reading."""
        return self.inner.read(folder)

    def write(
        self, folder: Path | None = None, *, adding: bool = False
    ) -> AbstractContextManager[Connection]:
        """Connect for one transaction."""
        return self.inner.write(folder, adding=adding)

    def kept_open(self, connection: Connection) -> Self:
        """Store of the same kind that reads by this connection."""
        return replace(self, inner=self.inner.kept_open(connection))

    def vacuum(self) -> tuple[int, int]:
        """Free the space of deleted rows."""
        return self.inner.vacuum()

    def size(self) -> int:
        """Size on disk, bytes."""
        return self.inner.size()

    def state(self) -> tuple[int, ...] | None:
        """Value that differs after anybody has written."""
        return self.inner.state()

    def wait(self, seconds: float) -> None:
        """Wait, at most until anybody has written."""
        self.inner.wait(seconds)
