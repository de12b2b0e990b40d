"""Listings of sessions."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import pandas as pd
import pyarrow as pa

from ganglioside.columns import VERDICTS
from ganglioside.errors import QueryError
from ganglioside.history.session_rows import Status, Stored
from ganglioside.history.sharing import seen
from ganglioside.history.storage.interface import Connection

_COUNTS: Final = ("features", *VERDICTS)

#: Columns of a listing, in order.
LISTED: Final = (
    *("id", "name", "sample_type", "status", "created", "started", "completed"),
    *_COUNTS,
    *("file_name", "file_size", "sha256", "version", "rerun_of", "error", "author", "keep"),
    *("shared", "shared_group"),
)

SortBy = Literal["created", "name", "status", "author", "file_name"]

#: What sessions can be sorted by, each with its SQL, which is never NULL.
SORTS: Final[dict[SortBy, str]] = {
    "created": "created",
    "name": "lower(name)",
    "status": "status",
    "author": "lower(coalesce(author, ''))",
    "file_name": "lower(file_name)",
}

#: Most sessions of one page.
MOST_AT_ONCE: Final = 500

#: Columns of a listing in SQL: counts are read from the summaries.
_LISTED: Final = ", ".join(
    f"TRY_CAST(summary->>'{column}' AS BIGINT) AS {column}" if column in _COUNTS
    else "coalesce(shared, 'everybody') AS shared" if column == "shared" else column
    for column in LISTED
)  # fmt: skip

#: SQL of a listing; `{}` chooses sessions first, so that only their summaries are read.
_LISTING: Final = f"""
    SELECT {_LISTED}
    FROM (SELECT * FROM sessions WHERE {{}}) AS chosen
    ORDER BY created DESC, id DESC
"""


def listing(
    connection: Connection,
    chosen: str = "true",
    values: Sequence[Any] = (),
    newest: int | None = None,
) -> pd.DataFrame:
    """Sessions that are seen here and fulfil a condition in SQL, the newest first, as a frame."""
    condition, people = seen()
    last = "" if newest is None else f" ORDER BY created DESC, id DESC LIMIT {int(newest)}"
    query = _LISTING.format(f"{chosen} AND {condition}{last}")
    return with_types(connection.sql(query, params=[*values, *people]).to_arrow_table())


def listed(connection: Connection, sid: str) -> dict[str, Any]:
    """Session with the columns `LISTED`; times without a zone, in UTC.

    Raises
    ------
    UnknownSessionError
        If there is none whose id begins so, or several, or it is not seen here.
    """
    found = Stored.find(connection, sid)
    query = f"SELECT {_LISTED} FROM sessions WHERE id = ?"
    (row,) = connection.execute(query, [found.id]).fetchall()
    return dict(zip(LISTED, row, strict=True))


def headlines(connection: Connection, sids: Sequence[str]) -> dict[str, str]:
    """Headline of the result of sessions that are seen here, by id; without a result, none."""
    condition, people = seen()
    rows = connection.execute(
        "SELECT id, summary->>'headline' FROM sessions "
        f"WHERE id = ANY(?) AND summary IS NOT NULL AND {condition}",
        [list(sids), *people],
    ).fetchall()
    return dict(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionQuery:
    """Which sessions are listed, and in which order.

    Attributes
    ----------
    status, author, sample_type : str or None
        Sessions of one status, author or sample type; of all where None.
    text : str or None
        Words that their name or that of their file contains, in any case.
    since, before : datetime.datetime or None
        Created from the first one on, and before the second one, UTC without a zone.
    sort : str
        One of `SORTS`.
    descending : bool
        The newest or last ones first.
    limit : int
        Number of sessions at most.
    after : str or None
        Continues a page: its `next`.

    Examples
    --------
    >>> SessionQuery(status="completed", limit=10).sort
    'created'
    """

    status: Status | None = None
    author: str | None = None
    sample_type: str | None = None
    text: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    sort: SortBy = "created"
    descending: bool = True
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Sessions of one page.

    Attributes
    ----------
    sessions : list of dict
        Columns `LISTED` of each; times without a zone, in UTC.
    total : int
        Number of sessions on all pages.
    next : str or None
        What continues the page, as `after` of the next query; None on the last page.
    """

    sessions: list[dict[str, Any]]
    total: int
    next: str | None


def find_page(connection: Connection, query: SessionQuery) -> Page:
    """Sessions that a query asks for."""
    conditions, values = _conditions(query)
    where = f"WHERE {' AND '.join(conditions)}"
    ((total,),) = connection.execute(f"SELECT count(*) FROM sessions {where}", values).fetchall()
    key = SORTS[query.sort]
    order = "DESC" if query.descending else "ASC"
    chosen = _after(query)
    if chosen:
        conditions.append(f"({key}, id) {'<' if query.descending else '>'} (?, ?)")
    where = f"WHERE {' AND '.join(conditions)}"
    rows = connection.execute(
        f"SELECT {_LISTED}, {key} FROM (SELECT * FROM sessions {where} "
        f"ORDER BY {key} {order}, id {order} LIMIT {int(query.limit) + 1}) AS chosen "
        f"ORDER BY {key} {order}, id {order}",
        [*values, *chosen],
    ).fetchall()
    sessions = [dict(zip(LISTED, row[:-1], strict=True)) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    last = rows[query.limit - 1] if more else None
    return Page(sessions, int(total), None if last is None else cursor(str(last[-1]), last[0]))


def _conditions(query: SessionQuery) -> tuple[list[str], list[Any]]:
    """Conditions in SQL and their values: first that the person who acts sees the session."""
    condition, people = seen()
    wanted = {
        "status = ?": query.status,
        "author = ?": query.author,
        "sample_type = ?": query.sample_type,
        "created >= ?": query.since,
        "created < ?": query.before,
    }
    found = {condition: value for condition, value in wanted.items() if value is not None}
    conditions, values = [condition, *found], [*people, *found.values()]
    if query.text:
        # Both are made small by the store: Python makes a dotted İ two letters, stores do not.
        texts = (f"strpos(lower({column}), lower(?)) > 0" for column in ("name", "file_name"))
        conditions.append(f"({' OR '.join(texts)})")
        values += [query.text] * 2
    return conditions, values


def cursor(key: str, sid: str) -> str:
    """Text that continues a page after the session with this key and id."""
    return base64.urlsafe_b64encode(json.dumps([key, sid]).encode()).decode().rstrip("=")


def _after(query: SessionQuery) -> list[str | datetime]:
    """Key and id after which a page continues; empty for a first page."""
    if query.after is None:
        return []
    padded = query.after + "=" * (-len(query.after) % 4)
    try:
        key, sid = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        key = datetime.fromisoformat(key) if query.sort == "created" else key
    except (ValueError, TypeError, binascii.Error, RecursionError):
        key = sid = None
    if not (isinstance(key, str | datetime) and isinstance(sid, str)):
        raise QueryError("This does not continue a list: use `next` of the page before.")
    return [key, sid]


def with_types(rows: pa.Table) -> pd.DataFrame:
    """Sessions with typed columns: counts as Int64, times in UTC."""
    frame: pd.DataFrame = rows.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    times = {c: frame[c].dt.tz_localize("UTC") for c in ("created", "started", "completed")}
    return frame.assign(**times)


def list_sessions(connection: Connection, sessions: Sequence[Stored]) -> pd.DataFrame:
    """Sessions as a frame, the newest first."""
    return listing(connection, "id = ANY(?)", [[session.id for session in sessions]])
