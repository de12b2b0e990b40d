"""Card of a history: its newest sessions, and the jobs that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.display.cards import card
from ganglioside.support.local_time import local_texts, zone_name

if TYPE_CHECKING:
    from ganglioside.history import History

#: Sessions and jobs of a card.
MOST_SESSIONS: Final = 8
MOST_JOBS: Final = 5


def history_card(history: History) -> str:
    """Card of a history: its newest sessions, and the jobs that wait or run.

    Parameters
    ----------
    history : History

    Returns
    -------
    str
        HTML; times are those of this machine.
    """
    sessions = history.sessions(MOST_SESSIONS + 1)
    shown = sessions.head(MOST_SESSIONS)
    columns = ("id", "name", "status", "features", "valid", "author")
    cells = shown[list(columns)].astype(object).where(shown[list(columns)].notna(), None)
    cells.insert(3, "created", local_texts(shown["created"]))
    going = history.jobs.all("pending", "processing", limit=MOST_JOBS)
    return card(
        "history",
        name=history.name,
        rows=list(cells.itertuples(index=False)),
        more=len(sessions) > len(shown),
        zone=zone_name(),
        jobs=[(job.id, job.kind, job.name, job.status) for job in going],
    )
