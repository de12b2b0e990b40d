"""The log: who did what when. Entries are only added, and chained by their hashes.

Each entry holds the hash of the one before it. Whoever changes one, or takes one out, breaks
the chain at that place, and `broken_links` finds it. Histories that were merged hold several
chains, so a link is followed by its hash and not by its number.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import duckdb
import pandas as pd

from ganglioside.history.store import utc_now

Action = Literal[
    "begun",
    "completed",
    "failed",
    "cancelled",
    "interrupted",
    "renamed",
    "overridden",
    "kept",
    "released",
    "deleted",
    "exported",
    "imported",
    "restored",
    "scheduled",
]

#: What the first entry of a history has for the hash of the one before it.
FIRST: Final = "0" * 64

_COLUMNS: Final = "number, time, author, host, action, subject, details, previous, sha256"


@dataclass(frozen=True, slots=True)
class Entry:
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
        """The hash of what this entry says."""
        said = [self.previous, self.time.isoformat(), self.author, self.host, self.action,
                self.subject, self.details]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be told in the log; `details` is what JSON can hold."""

    author: str
    action: Action
    subject: str | None
    details: dict[str, Any]


def append(
    connection: duckdb.DuckDBPyConnection,
    author: str,
    action: Action,
    subject: str | None = None,
    **details: Any,
) -> None:
    """Add an entry to the log, in the transaction of what it tells."""
    append_all(connection, [Deed(author, action, subject, details)])


def append_all(connection: duckdb.DuckDBPyConnection, deeds: Sequence[Deed]) -> None:
    """Add entries to the log, in the transaction of what they tell."""
    last = connection.execute(
        "SELECT number, sha256 FROM log ORDER BY number DESC LIMIT 1"
    ).fetchall()
    number, previous = last[0] if last else (-1, FIRST)
    entries = []
    for deed in deeds:
        number, told = number + 1, json.dumps(deed.details, sort_keys=True)
        entry = Entry(number, utc_now(), deed.author, platform.node(), deed.action, deed.subject,
                      told, previous, "")  # fmt: skip
        entry = replace(entry, sha256=entry.expected)
        entries.append(entry)
        previous = entry.sha256
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(entries))
    connection.execute(
        f"INSERT INTO log ({_COLUMNS}) VALUES {marks}",
        [cell for entry in entries for cell in astuple(entry)],
    )


def read_log(connection: duckdb.DuckDBPyConnection, subject: str | None = None) -> pd.DataFrame:
    """Return the log, the oldest entry first: of one session or job, or all of it."""
    chosen = "" if subject is None else "WHERE subject = $subject"
    rows = connection.sql(
        f"SELECT {_COLUMNS} FROM log {chosen} ORDER BY time, number",
        params={} if subject is None else {"subject": subject},
    ).df()
    texts = ["author", "host", "action", "subject", "details", "previous", "sha256"]
    kinds = dict.fromkeys(texts, "str") | {"number": "int64"}
    entries: pd.DataFrame = rows.astype(kinds).assign(time=rows["time"].dt.tz_localize("UTC"))
    return entries


def broken_links(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what was changed in the log, or taken out of it; empty where it is whole."""
    entries = [
        Entry(*row)
        for row in connection.execute(f"SELECT {_COLUMNS} FROM log ORDER BY number").fetchall()
    ]
    known = {FIRST, *(entry.sha256 for entry in entries)}
    changed = [
        f"Entry {e.number} of the log ({e.action} {e.subject or ''}, {e.time:%Y-%m-%d %H:%M} UTC) "
        "was changed after it was written."
        for e in entries
        if e.sha256 != e.expected
    ]
    lost = [
        f"What stood before entry {e.number} of the log was taken out."
        for e in entries
        if e.previous not in known
    ]
    return changed + lost
