"""State of every session and job according to the log, gathered from all its entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from ganglioside.history.audit_log import LogEntry, texts
from ganglioside.history.row_hashes import Table

#: Status of a session after an entry about it.
_STATUS: Final[dict[str, str]] = {
    "queued": "pending",
    "begun": "processing",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "interrupted": "failed",
}

#: Entries about tokens, workers and tasks, which are neither sessions nor jobs.
_OTHERS: Final = (
    *("token added", "token revoked", "worker started", "worker drained", "worker ended"),
    "task set",
)

_JOBS: Final = (
    *("job added", "job started", "job given back", "job cancelled", "job ended", "job notified"),
    *("job shared", "job put back"),
)


@dataclass(slots=True)
class Facts:
    """State of one session or job according to the log; None where the log does not record it.

    Attributes
    ----------
    exists : bool or None
    row, events : str or None
        Hashes of its row and of its events.
    values : dict
        Columns of the row that the log holds in clear.
    result, input : str or None
        Hashes.
    overrides : list of dict
        All rows of overrides, in order.
    """

    exists: bool | None = None
    row: str | None = None
    events: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    result: str | None = None
    input: str | None = None
    overrides: list[Any] = field(default_factory=list)

    def take(self, facts: Mapping[str, Any]) -> None:
        """Update with the details of an entry."""
        self.row = facts.get("row", self.row)
        self.events = facts.get("events", self.events)
        self.result = facts.get("result", self.result)
        self.input = facts.get("input", self.input)
        overrides = facts.get("said", [])
        self.overrides += overrides if isinstance(overrides, list) else [overrides]


@dataclass(slots=True)
class LogState:
    """State of all sessions and jobs according to the log.

    Attributes
    ----------
    sessions, jobs : dict of str to Facts
        By id.
    """

    sessions: dict[str, Facts] = field(default_factory=dict)
    jobs: dict[str, Facts] = field(default_factory=dict)

    def of(self, table: Table) -> dict[str, Facts]:
        """Facts of all sessions, or of all jobs, by id."""
        return self.sessions if table == "sessions" else self.jobs


def log_state(written: Sequence[LogEntry]) -> LogState:
    """State of all sessions and jobs after the last entry.

    Entries count in the order of their numbers, in which they were written or imported: a clock
    may have been set back.
    """
    found = LogState()
    for entry in written:
        _update(found, entry, entry.facts)
    return found


def _update(found: LogState, entry: LogEntry, facts: dict[str, Any]) -> None:
    """Update the state with one entry."""
    if entry.action in ("imported", "adopted", "jobs closed"):
        _adopt(found, entry, facts)
    elif entry.action == "jobs deleted":
        for job in texts(facts.get("jobs")):
            found.jobs.setdefault(job, Facts()).exists = False
    elif entry.subject is not None and entry.action not in _OTHERS:
        _update_one(found, entry, entry.subject, facts)


def _update_one(found: LogState, entry: LogEntry, subject: str, facts: dict[str, Any]) -> None:
    """Update the state of the one session or job that an entry is about."""
    is_job = entry.action in _JOBS or (entry.action == "interrupted" and subject in found.jobs)
    known = (found.jobs if is_job else found.sessions).setdefault(subject, Facts())
    known.take(facts)
    if entry.action == "deleted":
        known.exists = False
    elif is_job or entry.action in ("queued", "begun", "completed"):
        known.exists = True
    if not is_job:
        known.values |= _values(entry, facts)


def _values(entry: LogEntry, facts: dict[str, Any]) -> dict[str, Any]:
    """Columns of a session's row that an entry holds in clear text."""
    values: dict[str, Any] = {}
    if entry.action in _STATUS:
        values["status"] = _STATUS[entry.action]
    if entry.action in ("queued", "begun", "completed") and "name" in facts:
        values |= {"name": facts["name"], "author": entry.author}
    if entry.action == "renamed" and "after" in facts:
        values["name"] = facts["after"]
    if entry.action in ("kept", "released"):
        values["keep"] = entry.action == "kept"
    return values


def _adopt(found: LogState, entry: LogEntry, facts: dict[str, Any]) -> None:
    """Take over rows that were imported or adopted, as they were at that moment."""
    rows, events = facts.get("rows"), facts.get("events")
    if entry.action == "imported" and not isinstance(rows, dict):
        _forget(found)
        return
    for table, ids in _items(rows):
        for owner, row in _items(ids):
            known = (found.jobs if table == "jobs" else found.sessions).setdefault(owner, Facts())
            known.exists, known.row = True, row
            known.events = dict(_items(events)).get(owner, known.events)
            known.values = {} if entry.action == "imported" else known.values
    for owner in texts(facts.get("left_out")):
        for left_out in (found.sessions.get(owner), found.jobs.get(owner)):
            if left_out is not None:
                left_out.exists = False


def _forget(found: LogState) -> None:
    """Clear what an import by an older version may have changed without recording it."""
    for facts in found.sessions.values():
        facts.exists, facts.row, facts.values = None, None, {}


def _items(values: Any) -> Iterable[tuple[str, Any]]:
    return values.items() if isinstance(values, dict) else ()


@dataclass(frozen=True, slots=True)
class LoggedSchedule:
    """Schedule of the cleanup according to the log: ages in days."""

    older_than: Any
    every: Any
    author: str
    last_run: datetime | None


def logged_schedules(written: Sequence[LogEntry]) -> list[LoggedSchedule | None]:
    """Schedules that agree with the log; None stands for no cleanup.

    Usually there is one: that of the chain of the last entry. If an older version has merged
    histories, the log does not show which chain is the history's own, and all of them count.
    """
    if not written:
        return [None]
    previous = {entry.sha256: entry for entry in written}
    merged = any(e.action == "imported" and "rows" not in e.facts for e in written)
    followed = {entry.previous for entry in written}
    ends = [e for e in written if e.sha256 not in followed] if merged else [written[-1]]
    return [_schedule(_chain(end, previous)) for end in ends]


def own_chain(written: Sequence[LogEntry]) -> list[LogEntry]:
    """Entries that were written here: without those that came with an import."""
    if not written:
        return []
    return _chain(written[-1], {entry.sha256: entry for entry in written})


def _chain(end: LogEntry, previous: Mapping[str, LogEntry]) -> list[LogEntry]:
    """Entries of the chain that ends with `end`, the first entry first."""
    chain, entry = [end], previous.get(end.previous)
    while entry is not None and len(chain) <= len(previous):
        chain.append(entry)
        entry = previous.get(entry.previous)
    return chain[::-1]


def _schedule(chain: Sequence[LogEntry]) -> LoggedSchedule | None:
    """Schedule after the last entry of a chain; None for no cleanup."""
    found: LoggedSchedule | None = None
    for entry in chain:
        facts = entry.facts
        if entry.action == "scheduled" and facts.get("every_days") is None:
            found = None
        elif entry.action == "scheduled":
            ages = facts.get("older_than_days"), facts.get("every_days")
            found = LoggedSchedule(*ages, entry.author, None)
        elif entry.action in ("cleaned", "adopted") and found is not None:
            found = replace(found, last_run=_moment(facts.get("at")))
    return found


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
