"""What commands on the history share: it is opened, and its ids are completed in a shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ganglioside.errors import GangliosideError

if TYPE_CHECKING:
    from ganglioside.history import History

#: Ids that a shell offers at most, those of the newest.
_MOST_OFFERED: Final = 200


def open_history() -> History:
    """History of this user, opened."""
    from ganglioside.history import History

    return History.open()


def session_ids(incomplete: str) -> list[str]:
    """Ids of the newest sessions that begin so."""
    return _offered(incomplete, lambda history: history.sessions(_MOST_OFFERED)["id"].tolist())


def job_ids(incomplete: str) -> list[str]:
    """Ids of the newest jobs that begin so."""
    return _offered(
        incomplete, lambda history: [job.id for job in history.jobs.all(limit=_MOST_OFFERED)]
    )


def _offered(incomplete: str, ids: Callable[[History], list[str]]) -> list[str]:
    """Ids that begin so. A shell evaluates them: names, which others gave, would not be safe.

    Where the history cannot be opened nothing is offered; the command itself will say why.
    """
    try:
        newest = ids(open_history())
    except GangliosideError:
        return []
    return [found for found in newest if found.startswith(incomplete)]
