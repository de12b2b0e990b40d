"""Claims of workers on jobs: what a worker writes is kept only while the job is its own.

A worker's history has a `ClaimedStore`: each of its transactions looks first whether the claim
still holds. So a worker that was taken for dead, and comes back late, changes nothing any more,
whatever it writes: sessions, events or the end of its job. The rule is here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ganglioside.errors import LostError
from ganglioside.history.sharing import ActingStore
from ganglioside.history.storage.interface import Connection, HistoryStore, Then


@dataclass(frozen=True, slots=True)
class Claim:
    """Claim of a worker on a job.

    Attributes
    ----------
    job, worker : str
        Ids.
    attempt : int
        1 for the first; a job that is taken again has another.
    """

    job: str
    worker: str
    attempt: int

    def require(self, connection: Connection) -> None:
        """Refuse to go on where the claim does not hold any more.

        Raises
        ------
        LostError
            If the job was given to another worker, or back to the queue.
        """
        rows = connection.execute(
            "SELECT 1 FROM jobs WHERE id = ? AND worker = ? AND attempts = ?",
            [self.job, self.worker, self.attempt],
        ).fetchall()
        if not rows:
            raise LostError(
                f"Job {self.job} was taken from this worker, which had given no sign for too long: "
                "its answer is not kept."
            )


@dataclass(frozen=True, slots=True)
class ClaimedStore:
    """Store that changes things only while a claim holds.

    Attributes
    ----------
    inner : HistoryStore
    claim : Claim
    """

    inner: HistoryStore
    claim: Claim

    @property
    def path(self) -> Path:
        """Path of the store."""
        return self.inner.path

    @property
    def timeout(self) -> float:
        """Seconds to wait for other processes."""
        return self.inner.timeout

    @property
    def name(self) -> str:
        """Name of the store."""
        return self.inner.name

    @property
    def address(self) -> str:
        """Address of the store: never shown."""
        return self.inner.address

    def exists(self) -> bool:
        """Whether there is a history."""
        return self.inner.exists()

    def discard(self) -> None:
        """Remove a history that was just made."""
        self.inner.discard()

    def prepare(self, then: Then | None = None, *, noting: bool = True) -> None:
        """Bring the history up to date, whoever works."""
        self.inner.prepare(then, noting=noting)

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[Connection]:
        """Connect for reading."""
        with self.inner.read(folder) as connection:
            yield connection

    @contextmanager
    def write(self, folder: Path | None = None, *, adding: bool = False) -> Iterator[Connection]:
        """Connect for one transaction, which the claim allows.

        Raises
        ------
        LostError
        """
        with self.inner.write(folder, adding=adding) as connection:
            self.claim.require(connection)
            yield connection

    def kept_open(self, connection: Connection) -> ClaimedStore:
        """Store that reads by this connection."""
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


def claim_of(store: HistoryStore) -> Claim | None:
    """Claim under which a store works; None where there is none."""
    inner = store.whole if isinstance(store, ActingStore) else store
    return inner.claim if isinstance(inner, ClaimedStore) else None


def unclaimed(store: HistoryStore) -> HistoryStore:
    """Store itself, for copies of it as a whole."""
    return store.inner if isinstance(store, ClaimedStore) else store
