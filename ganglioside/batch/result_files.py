"""Files and folders that a batch writes, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: Outcome of every table, one line when it is done: what makes a folder that of a batch.
LEDGER: Final = "batch.jsonl"

OVERVIEW: Final = "overview.html"

#: The numbers of the overview.
SESSIONS: Final = "sessions.csv"
SPECIES: Final = "species.csv"
AREAS: Final = "areas.csv"

#: Folders of the files that are written for each table.
VERDICTS: Final = "verdicts"
REPORTS: Final = "reports"

#: Files of the folder itself besides the ledger.
PAGES: Final = (OVERVIEW, SESSIONS, SPECIES, AREAS)


def is_result(path: Path) -> bool:
    """Whether a batch has written a file, and not whoever has measured.

    Examples
    --------
    >>> is_result(Path("runs/liver.csv"))
    False
    """
    if path.parent.name in (VERDICTS, REPORTS) and (path.parent.parent / LEDGER).is_file():
        return True
    return path.name in (*PAGES, LEDGER) and (path.parent / LEDGER).is_file()
