"""Alarms that were told, so that of many processes one tells of each trouble."""

from __future__ import annotations

from ganglioside.history.storage.interface import HistoryStore
from ganglioside.history.storage.store import utc_now


class Alarms:
    """Register of the troubles that are known; every call is one transaction."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def all(self) -> list[str]:
        """Names of the troubles that are there."""
        with self._store.read() as connection:
            rows = connection.execute("SELECT name FROM alarms ORDER BY name").fetchall()
        return [name for (name,) in rows]

    def change(self, name: str, *, is_there: bool) -> bool:
        """Note whether a trouble is there; True for whoever noted a change of that first."""
        with self._store.write() as connection:
            rows = connection.execute("SELECT 1 FROM alarms WHERE name = ?", [name]).fetchall()
            if bool(rows) == is_there:
                return False
            if is_there:
                connection.execute("INSERT INTO alarms VALUES (?, ?)", [name, utc_now()])
            else:
                connection.execute("DELETE FROM alarms WHERE name = ?", [name])
        return True
