"""Options of a batch, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganglioside.batch.ledger import Entry
from ganglioside.batch.result_files import OVERVIEW

if TYPE_CHECKING:
    from ganglioside.exporting import Format


@dataclass(frozen=True, slots=True)
class Options:
    """Options that apply to every table of a batch.

    Attributes
    ----------
    reports : bool
        Whether reports are rendered.
    form : Format
        Format of the files of verdicts: one of `exporting.FORMATS`.
    workers : int or None
        Number of processes on this machine; one per core where None.
    scheduler : str or None
        Address of an existing cluster, such as `tcp://host:8786`; this machine where None.
    resume : bool
        Whether the results of an earlier run are kept for tables that have not changed since.
    dashboard : bool
        Whether the processes of this machine can be watched in a browser, by every user of the
        machine; a cluster has its own dashboard.

    Examples
    --------
    >>> from ganglioside.batch import Options
    >>> Options(workers=2, resume=True).form
    'csv'
    """

    reports: bool = True
    form: Format = "csv"
    workers: int | None = None
    scheduler: str | None = None
    resume: bool = False
    dashboard: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcome of a batch.

    Attributes
    ----------
    folder : pathlib.Path
    entries : tuple of Entry
        One entry per table, in the order of the plan.
    done : int
        Number of tables processed in this run; the others were done already.

    Examples
    --------
    >>> from pathlib import Path
    >>> from ganglioside.batch import Batch, Entry
    >>> failure = Entry("a", "a.csv", "", "", error="The table is empty.")
    >>> batch = Batch(Path("out"), (Entry("b", "b.csv", "", ""), failure), done=2)
    >>> [entry.name for entry in batch.failed]
    ['a']
    """

    folder: Path
    entries: tuple[Entry, ...]
    done: int

    @property
    def overview(self) -> Path:
        """Path of the page with all sessions."""
        return self.folder / OVERVIEW

    @property
    def failed(self) -> tuple[Entry, ...]:
        """Entries of the tables that failed."""
        return tuple(entry for entry in self.entries if not entry.succeeded)
