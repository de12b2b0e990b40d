"""The log: who did what when. Entries are only added, and chained by their hashes.

Each entry holds the hash of the one before it. Whoever changes one, or takes one out, breaks
the chain at that point, and `broken_links` finds it. Histories that were merged hold several
chains, so a link is followed by its hash and not by its number; the entry that records a merger
holds the ends of all imported chains, so that none of them can lose its end. What reveals that the
end of the whole log was cut off is kept outside: see `storage/log_heads.py`.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import pandas as pd

from ganglioside.history.storage.dialect import take_tail
from ganglioside.history.storage.interface import Connection
from ganglioside.history.storage.log_heads import FIRST, read_head
from ganglioside.history.storage.store import utc_now

Action = Literal[
    "queued",
    "begun",
    "cancel requested",
    "completed",
    "failed",
    "cancelled",
    "interrupted",
    "renamed",
    "shared",
    "overridden",
    "kept",
    "released",
    "deleted",
    "exported",
    "imported",
    "restored",
    "backed up",
    "scheduled",
    "cleaned",
    "adopted",
    "job added",
    "job started",
    "job given back",
    "job cancelled",
    "job ended",
    "job notified",
    "job put back",
    "job shared",
    "jobs closed",
    "jobs deleted",
    "token added",
    "token revoked",
    "worker started",
    "worker drained",
    "worker ended",
    "task set",
]

#: Entries that one statement adds: PostgreSQL takes 65,535 values at once.
_AT_ONCE: Final = 1_000

_COLUMNS: Final = "number, time, author, host, action, subject, details, previous, sha256"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log; `details` is JSON."""

    number: int
    time: datetime
    author: str
    host: str
    action: str
    subject: str | None
    details: str
    previous: str
    sha256: str

    @property
    def expected(self) -> str:
        """SHA-256 of the entry's content, hex."""
        content = [self.previous, self.time.isoformat(), self.author, self.host, self.action,
                   self.subject, self.details]  # fmt: skip
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def label(self) -> str:
        """Short name of the entry for messages: number, action, subject and time."""
        about = f"{self.action} {self.subject or ''}".strip()
        return f"Entry {self.number} of the log ({about}, {self.time:%Y-%m-%d %H:%M} UTC)"

    @property
    def facts(self) -> dict[str, Any]:
        """Details as a dict; empty if they are not a JSON object, which no entry of ours has."""
        try:
            details = json.loads(self.details)
        except (ValueError, TypeError, RecursionError):
            return {}
        return details if isinstance(details, dict) else {}


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry before it has its number, time and hash; `details` must fit JSON."""

    author: str
    action: Action
    subject: str | None
    details: dict[str, Any]


def append(
    connection: Connection,
    author: str,
    action: Action,
    subject: str | None = None,
    **details: Any,
) -> None:
    """Add one entry to the log, in the transaction of the change that it records."""
    append_all(connection, [NewEntry(author, action, subject, details)])


def append_all(connection: Connection, new: Sequence[NewEntry], follows: str | None = None) -> None:
    """Add entries to the log, in the transaction of the changes that they record.

    Parameters
    ----------
    connection
    new
    follows
        Hash of the entry that they follow; the newest one where None.
    """
    if not new:
        return
    take_tail(connection)
    head = read_head(connection)
    previous = follows or head.sha256
    entries = []
    for number, one in enumerate(new, start=head.number + 1):
        details = json.dumps(one.details, sort_keys=True)
        entry = LogEntry(number, utc_now(), one.author, platform.node(), one.action, one.subject,
                      details, previous, "")  # fmt: skip
        entry = replace(entry, sha256=entry.expected)
        entries.append(entry)
        previous = entry.sha256
    for start in range(0, len(entries), _AT_ONCE):
        some = entries[start : start + _AT_ONCE]
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(some))
        connection.execute(
            f"INSERT INTO log ({_COLUMNS}) VALUES {marks}",
            [cell for entry in some for cell in astuple(entry)],
        )


def read_log(connection: Connection, subject: str | None = None) -> pd.DataFrame:
    """Entries of the log, the oldest first: of one session or job, or of all, as a frame."""
    chosen = "" if subject is None else "WHERE subject = $subject"
    rows = connection.sql(
        f"SELECT {_COLUMNS} FROM log {chosen} ORDER BY time, number",
        params={} if subject is None else {"subject": subject},
    ).df()
    texts = ["author", "host", "action", "subject", "details", "previous", "sha256"]
    kinds = dict.fromkeys(texts, "str") | {"number": "int64"}
    entries: pd.DataFrame = rows.astype(kinds).assign(time=rows["time"].dt.tz_localize("UTC"))
    return entries


def entries(connection: Connection, table: Literal["log", "new_log"] = "log") -> list[LogEntry]:
    """Entries of the log in the order of their numbers.

    This is the order in which they were written or imported; a clock may have been set back.
    """
    rows = connection.execute(f"SELECT {_COLUMNS} FROM {table} ORDER BY number, sha256").fetchall()
    return [LogEntry(*row) for row in rows]


def entries_about(connection: Connection, subjects: Collection[str]) -> list[LogEntry]:
    """Entries about some sessions or jobs, and those about many at once, in their order."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM log WHERE subject = ANY(?) OR action IN "
        "('imported', 'adopted', 'jobs closed') ORDER BY number, sha256",
        [list(subjects)],
    ).fetchall()
    return [LogEntry(*row) for row in rows]


def texts(values: Any) -> list[str]:
    """Strings among `values`, a list in the details of an entry; empty if it is not a list."""
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def open_ends(written: Sequence[LogEntry]) -> list[str]:
    """Hashes of the entries that no other entry follows, in order: the end of each chain."""
    followed = {entry.previous for entry in written}
    return [entry.sha256 for entry in written if entry.sha256 not in followed]


def broken_links(written: Sequence[LogEntry]) -> list[str]:
    """One sentence per entry that was changed, removed or inserted; empty if there is none.

    Parameters
    ----------
    written
        As `entries` returns them.
    """
    return [*_changed(written), *_lost(written), *_disordered(written)]


def _changed(written: Sequence[LogEntry]) -> list[str]:
    """One sentence per entry whose hash does not match its content."""
    return [
        f"{e.label} was changed after it was written." for e in written if e.sha256 != e.expected
    ]


def _lost(written: Sequence[LogEntry]) -> list[str]:
    """One sentence per entry, or end of a chain, that was removed."""
    known = {FIRST, *(entry.sha256 for entry in written)}
    lost = [
        f"The entry before entry {e.number} of the log was removed."
        for e in written
        if e.previous not in known
    ]
    ends = [
        f"The end of a chain of the log that was imported with entry {e.number} was removed."
        for e in written
        if e.action == "imported" and not known.issuperset(texts(e.facts.get("ends")))
    ]
    return lost + ends


def _disordered(written: Sequence[LogEntry]) -> list[str]:
    """One sentence per entry that is present twice or has the wrong number."""
    known = {entry.sha256 for entry in written}
    seen = {FIRST}
    due = 0
    faults = []
    for entry in written:
        is_lone = entry.previous not in known and entry.previous != FIRST
        if entry.sha256 in seen:
            faults.append(f"{entry.label} is present twice.")
        elif entry.number != due and not is_lone:
            faults.append(f"{entry.label} should have the number {due}.")
        elif entry.previous in known and entry.previous not in seen:
            faults.append(f"{entry.label} comes before the entry that it follows.")
        seen.add(entry.sha256)
        due = entry.number + 1
    return faults
