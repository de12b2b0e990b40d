"""Options of a batch, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganglioside.batch.ledger import Entry

if TYPE_CHECKING:
    from ganglioside.exporting import Format

OVERVIEW: Final = "overview.html"

#: Folders of the files that are made of each table.
VERDICTS: Final = "verdicts"
REPORTS: Final = "reports"


@dataclass(frozen=True, slots=True)
class Options:
    """Options that apply to every table of a batch.

    Attributes
    ----------
    reports : bool
        Whether reports are rendered.
    form : Format
        Of the files of verdicts: one of `export.FORMATS`.
    workers : int or None
        Processes of this machine; one for each core where None.
    scheduler : str or None
        Address of an existing cluster, such as `tcp://host:8786`; this machine where None.
    resume : bool
        Whether what an earlier run did, and what has not changed since, is left as it is.
    dashboard : bool
        Whether the processes of this machine can be watched in a browser, by every user of the
        machine; a cluster has its own dashboard.
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
        One for each table, in the order of the plan.
    done : int
        Tables that were worked on now; the others stood already.
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
