"""Overrides of a session's verdicts as the history stores them: rows are only added."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from ganglioside.columns import OVERRIDES
from ganglioside.errors import EndedError, ForbiddenError, OverrideError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.storage.dialect import append_rows
from ganglioside.history.storage.interface import Connection
from ganglioside.verdicts.overrides import Override, Overrides, entries_of

#: Times of an override, and columns that those of before lack.
_TIMES: Final = ("time", "confirmed_at")
_LATER: Final = frozenset({"name", "later", "confirmed_by", "confirmed_at"})

_COLUMNS: Final = ", ".join(f'"{column}"' for column in OVERRIDES)


def insert_overrides(
    connection: Connection, sid: str, wanted: Overrides, trail: pd.DataFrame | None = None
) -> list[dict[str, Any]]:
    """Add the rows that turn the present overrides of a session into the wanted ones.

    Parameters
    ----------
    connection, sid, wanted
    trail
        All rows of the session as this transaction has read them; they are read where None.

    Returns
    -------
    list of dict
        The rows that were added, ready for JSON.
    """
    if trail is None:
        trail = read_overrides(connection, sid)
    # An override without content undoes the one before it.
    entries = tuple(wanted.changes_from(current(trail), current_author()))
    added = Overrides(entries).to_frame()
    if added.empty:
        return []
    rows = added.assign(
        session=sid,
        position=range(len(trail), len(trail) + len(added)),
        **{column: added[column].dt.tz_localize(None) for column in _TIMES},
    )
    append_rows(connection, "overrides", pa.Table.from_pandas(rows, preserve_index=False))
    return log_rows(added)


def log_rows(trail: pd.DataFrame) -> list[dict[str, Any]]:
    """One dict per row of overrides, as the log holds them, ready for JSON.

    Columns that came later are left out where they are empty, so that logs of before still hold.
    """
    rows: list[dict[str, Any]] = json.loads(
        trail.to_json(orient="records", date_format="iso", date_unit="us")
    )
    return [
        {name: value for name, value in row.items() if name not in _LATER or value is not None}
        for row in rows
    ]


def require_features(connection: Connection, sid: str, overrides: Overrides) -> None:
    """Raise an error if a session has no result, or lacks one of the features."""
    ((rows,),) = connection.execute(
        "SELECT count(*) FROM features WHERE session = ?", [sid]
    ).fetchall()
    if not rows:
        raise EndedError(
            f"Session {sid} holds no result, so its verdicts cannot be overridden yet."
        )
    overrides.require_rows(rows)


def require_own(made: Iterable[Override], trail: pd.DataFrame, reviewer: str | None) -> None:
    """Refuse what a reviewer decides in the name of others; what was there before may come back.

    Parameters
    ----------
    made : iterable of Override
    trail : pandas.DataFrame
        All that was decided on the session.
    reviewer : str or None
        Who decides on somebody else's session; None lets everything pass.

    Raises
    ------
    ForbiddenError
    """
    if reviewer is None:
        return
    known = set(entries_of(trail))
    for override in made:
        if reviewer not in (override.author, override.confirmed_by) and override not in known:
            raise ForbiddenError(
                f"Feature {override.feature_id}: {reviewer} decides in the own name, not as "
                f"{override.author or 'nobody'}."
            )


def require_kept(made: Iterable[Override], present: Overrides) -> None:
    """Refuse notes with U+0000, which no database keeps; those of before stay.

    Raises
    ------
    OverrideError
    """
    known = {*present}
    for override in made:
        if "\0" in override.note and override not in known:
            raise OverrideError(
                f"Feature {override.feature_id}: the note holds the character U+0000: leave it out."
            )


def read_overrides(connection: Connection, sid: str) -> pd.DataFrame:
    """All rows of a session's overrides in order, columns `OVERRIDES`."""
    rows = connection.sql(
        f"SELECT {_COLUMNS} FROM overrides WHERE session = ? ORDER BY position", params=[sid]
    ).df()
    times = {c: pd.to_datetime(rows[c]).dt.tz_localize("UTC") for c in _TIMES}
    trail: pd.DataFrame = rows.assign(**times).astype(OVERRIDES)
    return trail


def current(trail: pd.DataFrame) -> Overrides:
    """Effective overrides: the last row of each feature, unless it is an undo."""
    last = Overrides.from_frame(trail.drop_duplicates("feature_id", keep="last"))
    return Overrides(tuple(entry for entry in last if not entry.is_empty))


def note_overrides(
    connection: Connection, sid: str, overrides: Overrides, trail: pd.DataFrame | None = None
) -> None:
    """Store overrides of a session, with an entry in the log if any has changed."""
    if rows := insert_overrides(connection, sid, overrides, trail):
        audit_log.append(connection, current_author(), "overridden", sid, said=rows)
