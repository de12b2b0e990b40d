"""Claims of workers on jobs: what a worker writes is kept only while the job is its own.

A worker's history has a `ClaimedStore`: each of its transactions looks first whether the claim
still holds. So a worker that was taken for dead, and comes back late, changes nothing any more,
whatever it writes: sessions, events or the end of its job. The rule is here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ganglioside.errors import LostError
from ganglioside.history.sharing import whole
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.wrapped import WrappedStore


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
class ClaimedStore(WrappedStore):
    """Store that changes things only while a claim holds.

    Attributes
    ----------
    inner : HistoryStore
    claim : Claim
    """

    claim: Claim

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


def claim_of(store: HistoryStore) -> Claim | None:
    """Claim under which a store works; None where there is none."""
    inner = whole(store)
    return inner.claim if isinstance(inner, ClaimedStore) else None


def unclaimed(store: HistoryStore) -> HistoryStore:
    """Store itself, for copies of it as a whole."""
    return store.inner if isinstance(store, ClaimedStore) else store
