"""What commands on the history share: it is opened, and its ids are completed in a shell."""

from __future__ import annotations

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


# A shell evaluates what it is offered: ids are safe, names that others gave are not. Where a
# history cannot be opened nothing is offered; the command itself will say why.
def session_ids(incomplete: str) -> list[str]:
    """Ids of the newest sessions that begin so."""
    try:
        newest = open_history().sessions(_MOST_OFFERED)["id"].tolist()
    except GangliosideError:
        return []
    return [sid for sid in newest if sid.startswith(incomplete)]


def job_ids(incomplete: str) -> list[str]:
    """Ids of the newest jobs that begin so."""
    try:
        newest = open_history().jobs.all(limit=_MOST_OFFERED)
    except GangliosideError:
        return []
    return [job.id for job in newest if job.id.startswith(incomplete)]
