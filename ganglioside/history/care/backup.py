"""Copies of the whole file: backup, restore, and rewriting without the gaps of deleted rows."""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import duckdb

from ganglioside.errors import HistoryError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.jobs import FOREIGN, close_foreign, find_jobs
from ganglioside.history.row_hashes import adopt_older
from ganglioside.history.storage.file_modes import keep_mode_and_owner
from ganglioside.history.storage.store import Store, utc_now
from ganglioside.support.whole_files import whole_file

#: Names a file by the moment it was made.
_MOMENT: Final = "%Y%m%d-%H%M%S"

#: Bytes that are copied at once.
_CHUNK: Final = 1 << 20


def backup(store: Store, target: Path) -> Path:
    """Copy a history to a file, or into a folder; see `Care.backup`."""
    if target.is_dir():
        target = target / f"{store.path.stem}-{utc_now():{_MOMENT}}.duckdb"
    if target.exists():
        raise HistoryError(f"{target} is there already: name another file for the backup.")
    with store.alone() as path:
        _copy(path, target)
    return target


def restore(store: Store, source: Path) -> Path | None:
    """Replace a history by a backup; see `Care.restore`.

    Returns
    -------
    pathlib.Path or None
        Where the history is that was there; None where there was none.
    """
    if not source.is_file():
        raise HistoryError(f"There is no backup {source}: name a file that history.backup made.")
    with store.draft() as draft:
        _copy(source, draft)
        Store(draft, store.timeout).prepare(partial(_tell, source=source), noting=False)
        return _put(store, draft)


def vacuum(store: Store) -> tuple[int, int]:
    """Rewrite a history without its gaps; return its size before and after, bytes."""
    with store.alone() as path, store.draft() as draft:
        before = path.stat().st_size
        store.rewrite(draft)
        store.replace_by(draft)
        return before, path.stat().st_size


def _tell(connection: duckdb.DuckDBPyConnection, version: int, source: Path) -> None:
    adopt_older(connection, version)
    connection.begin()
    jobs = [job.id for job in find_jobs(connection)]
    close_foreign(connection, f"It came in with the backup {source.name}. {FOREIGN}", jobs)
    audit_log.append(connection, current_author(), "restored", backup=source.name)
    connection.commit()


def _put(store: Store, draft: Path) -> Path | None:
    with store.locked():
        if not store.path.exists():
            store.replace_by(draft)
            return None
        aside = _free_name(store.path, utc_now())
        keep_mode_and_owner(draft, store.path)
        # What stands beside the file belongs to the file that goes: what a process that died has
        # left in its write-ahead log, and the heads of its log.
        for suffix in ("", ".wal", ".heads"):
            present = store.path.with_name(f"{store.path.name}{suffix}")
            if present.exists():
                present.replace(aside.with_name(f"{aside.name}{suffix}"))
        draft.replace(store.path)
    return aside


def _free_name(path: Path, now: datetime) -> Path:
    """Unused file name for the history that is replaced, with the date and time."""
    first = f"{path.stem}-before-{now:{_MOMENT}}"
    names = (f"{first}-{n}.duckdb" if n else f"{first}.duckdb" for n in count())
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that the copy is there whole, on the disk, or not at all.

    Whoever may read the file may read the copy.
    """
    try:
        with source.open("rb") as old, whole_file(target) as (new, draft):
            shutil.copymode(source, draft)
            shutil.copyfileobj(old, new, _CHUNK)
    except OSError as error:
        raise HistoryError(
            f"{target} cannot be written ({error.strerror}): name a file in a folder that exists, "
            "that you may write to and that has room."
        ) from error
