"""Notifications at the end of long jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ganglioside.errors import NotificationError
from ganglioside.history import History
from ganglioside.history.jobs import Job
from ganglioside.notify import Message, Notifications, read_config, send
from ganglioside.progress import Progress, ProgressEvent

_ENDED: Final = {
    "completed": "is done",
    "failed": "has failed",
    "cancelled": "was cancelled",
}

#: What a message says of a result, by its name; zero and nothing are not worth a line.
_RESULTS: Final = {
    "headline": "",
    "file": "File: ",
    "overview": "Overview: ",
    "tables": "Tables: ",
    "stood": "Tables that were done before: ",
    "sessions": "Sessions: ",
    "entries": "Entries of the log: ",
    "removed": "Older copies removed: ",
}

#: Failures of a batch that a message lists.
_MOST: Final = 20


def tell(history: History, job: str, to: Notifications | None = None) -> tuple[str, ...]:
    """Send the notification of a job that has ended, if it took long enough.

    Whether it was sent is recorded among the events of the job; a job does not fail because a
    mail server does.

    Returns
    -------
    tuple of str
        Channels that accepted it.
    """
    ended = history.jobs.get(job)
    try:
        chosen = read_config() if to is None else to
        if seconds(ended) < chosen.after or not (chosen.email or chosen.webhook):
            return ()
        reached = send(message_of(ended), chosen)
        told = f"Notification sent by {', '.join(reached)}"
    except NotificationError as error:
        reached, told = (), f"No notification could be sent: {error}"
    events: list[ProgressEvent] = []
    Progress(events.append, ended.session).log("complete", told)
    last = history.jobs.events(ended.id)[-1:]
    percentage = last[0]["percentage"] if last else 0.0
    history.jobs.note(ended.id, [ProgressEvent(**{**e, "percentage": percentage}) for e in events])
    return reached


def seconds(job: Job) -> float:
    """Duration of a job in s; 0 if it never began."""
    if job.started is None or job.ended is None:
        return 0.0
    return (job.ended - job.started).total_seconds()


def message_of(job: Job) -> Message:
    """Message about a job that has ended."""
    subject = f"Ganglioside: {job.kind} {job.name} {_ENDED[job.status]}"
    lines = [
        f"Job {job.id} on {job.host} took {duration(seconds(job))}.",
        f"Session: {job.session}" if job.session else "",
        *_results(job.outcome or {}),
        f"Reason: {job.error}" if job.error else "",
    ]
    facts: dict[str, Any] = {
        "event": f"job.{job.status}",
        "job": job.id,
        "kind": job.kind,
        "name": job.name,
        "status": job.status,
        "seconds": seconds(job),
        "session": job.session,
        "error": job.error,
        "host": job.host,
        "author": job.author,
    }
    return Message(subject, "\n".join(filter(None, lines)), facts)


def _results(result: Mapping[str, Any]) -> list[str]:
    """Lines about the result of a job; what it has many of is counted."""
    failed = [f"Failed: {table}: {why}" for table, why in dict(result.get("failed", {})).items()]
    more = [f"Failed: {len(failed) - _MOST:,} more"] if len(failed) > _MOST else []
    counts = {name: len(value) if isinstance(value, list) else value
              for name, value in result.items()}  # fmt: skip
    own = [f"{label}{counts[name]}" for name, label in _RESULTS.items() if counts.get(name)]
    return [*own, *failed[:_MOST], *more]


def duration(seconds: float) -> str:
    """Duration as text, such as `3 min 12 s`.

    Examples
    --------
    >>> duration(192)
    '3 min 12 s'
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
