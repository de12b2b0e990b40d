"""Folders of batches that people sent: they stay as long as a job or a session needs them.

A batch over the API or a page keeps its tables and results in a folder of its own beside the
history (`jobs/sent_batches.py`). What was deleted from the history must not live on there.

The history that a restore has replaced may be taken back, so as long as it is kept, the folders
from before the restore are too.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from ganglioside.history.storage.dialect import replaced_histories
from ganglioside.history.storage.interface import Connection, HistoryStore

#: Seconds for which a folder that no job names stays: its batch may be about to be added.
SPARED: Final = 3600.0

#: Names of the folders, as `secrets.token_hex` makes them.
_NAME: Final = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class _SentBatch:
    """What the job of a batch says of its folder.

    Attributes
    ----------
    folder : str
        Name of the folder.
    sessions : frozenset of str
        Those that the batch has made; empty while it is not done, and of older batches.
    """

    folder: str
    sessions: frozenset[str]


def folder_beside(path: Path) -> Path:
    """Folder of all batches of a history at `path`; it may not exist yet."""
    return path.with_name(f"{path.name}.server")


def leftovers(store: HistoryStore) -> list[Path]:
    """Folders of batches whose job is deleted, or all of whose sessions are.

    While a job of a batch is damaged, it is not known which folder it needs, and none is one.
    Neither are those that a replaced history may need.
    """
    found = _folders(folder_beside(store.path))
    if not found:
        return []
    with store.read() as connection:
        known = _batches(connection)
        if known is None:
            return []
        batches = {batch.folder: batch for batch in known}
        present = _present(connection, frozenset().union(*(b.sessions for b in known)))
        since = _last_replaced(connection, store.path)
    return [
        folder
        for folder in found
        if _is_left(folder, batches.get(folder.name), present) and not _is_older(folder, since)
    ]


def remove_leftovers(store: HistoryStore) -> None:
    """Remove the folders of batches that nothing needs any more.

    One that cannot be removed stays for the next time, and the doctor tells of it: what was to be
    deleted from the history is deleted already.
    """
    for folder in leftovers(store):
        shutil.rmtree(folder, ignore_errors=True)


def _folders(parent: Path) -> list[Path]:
    """Folders of single batches; links and what else somebody has put there are left alone."""
    if not parent.is_dir():
        return []
    return sorted(
        folder
        for folder in parent.iterdir()
        if _NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink()
    )


def _batches(connection: Connection) -> list[_SentBatch] | None:
    """What the jobs of batches say of their folders; None if one of the jobs is damaged."""
    rows = connection.execute(
        "SELECT parameters, result FROM jobs WHERE kind = 'batch' ORDER BY id"
    ).fetchall()
    batches = [_batch(given, made or "{}") for given, made in rows]
    whole = [batch for batch in batches if batch is not None]
    return whole if len(whole) == len(batches) else None


def _batch(parameters: str, result: str) -> _SentBatch | None:
    """What one job says; None if it is damaged."""
    given, made = json.loads(parameters), json.loads(result)
    if not isinstance(given, dict) or not isinstance(made, dict):
        return None
    sessions = made.get("sessions", [])
    if not isinstance(sessions, list):
        return None
    folder = Path(str(given.get("out", ""))).parent.name
    return _SentBatch(folder, frozenset(map(str, sessions)))


def _present(connection: Connection, sessions: frozenset[str]) -> set[str]:
    """Those of the sessions that are in the history."""
    rows = connection.execute("SELECT id FROM sessions WHERE id = ANY(?)", [sorted(sessions)])
    return {sid for (sid,) in rows.fetchall()}


def _last_replaced(connection: Connection, path: Path) -> float:
    """Time of the last restore, s since 1970; 0 where no replaced history is kept."""
    if not replaced_histories(connection, path):
        return 0.0
    ((restored,),) = connection.execute(
        "SELECT max(time) FROM log WHERE action = 'restored'"
    ).fetchall()
    return 0.0 if restored is None else float(restored.replace(tzinfo=UTC).timestamp())


def _is_older(folder: Path, since: float) -> bool:
    """Whether a folder is from before a time; so is one that somebody else has just removed."""
    try:
        return folder.stat().st_mtime < since
    except FileNotFoundError:
        return True


def _is_left(folder: Path, batch: _SentBatch | None, present: set[str]) -> bool:
    """Whether nothing needs a folder."""
    if batch is None:
        return time.time() - folder.stat().st_mtime > SPARED
    return bool(batch.sessions) and batch.sessions.isdisjoint(present)
