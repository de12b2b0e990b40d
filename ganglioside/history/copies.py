"""Copies of the whole file: backup, restore, and rewriting it without its gaps."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import duckdb

from ganglioside.errors import HistoryError
from ganglioside.history import log
from ganglioside.history.people import current_author
from ganglioside.history.store import Store, utc_now

#: Names a file by the moment it was made.
_MOMENT: Final = "%Y%m%d-%H%M%S"


def backup(store: Store, target: Path) -> Path:
    """Copy a history to a file, or into a folder; see `History.backup`."""
    if target.is_dir():
        target = target / f"{store.path.stem}-{utc_now():{_MOMENT}}.duckdb"
    if target.exists():
        raise HistoryError(f"{target} is there already: name another file for the backup.")
    with store.alone() as path:
        _copy(path, target)
    return target


def restore(store: Store, source: Path) -> Path | None:
    """Put a backup in the place of a history; see `History.restore`.

    Returns
    -------
    pathlib.Path or None
        Where the history is that was there; None where there was none.
    """
    if not source.is_file():
        raise HistoryError(f"There is no backup {source}: name a file that history.backup made.")
    draft = store.path.with_name(f"{store.path.name}.restored")
    _copy(source, draft)
    try:
        Store(draft, store.timeout).prepare(lambda c: _tell(c, source))
        aside = _put(store, draft)
    finally:
        for path in (draft, Store(draft, 0).lock_path):
            path.unlink(missing_ok=True)
    return aside


def vacuum(store: Store) -> tuple[int, int]:
    """Rewrite a history without its gaps; return its size before and after, bytes."""
    with store.alone() as path:
        before = path.stat().st_size
        draft = path.with_name(f"{path.name}.vacuum")
        draft.unlink(missing_ok=True)
        try:
            store.rewrite(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return before, path.stat().st_size


def _tell(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    connection.begin()
    log.append(connection, current_author(), "restored", backup=source.name)
    connection.commit()


def _put(store: Store, draft: Path) -> Path | None:
    if not store.path.exists():
        with store.locked():
            draft.replace(store.path)
        return None
    with store.locked():
        aside = store.path.with_name(f"{store.path.stem}-before-{utc_now():{_MOMENT}}.duckdb")
        wal, wal_aside = (p.with_name(f"{p.name}.wal") for p in (store.path, aside))
        store.path.replace(aside)
        if wal.exists():  # left by a process that died: it belongs to the file that goes
            wal.replace(wal_aside)
        draft.replace(store.path)
    return aside


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that the copy is there whole, on the disk, or not at all."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise HistoryError(
            f"{target} cannot be written ({error.strerror}): name a file in a folder that exists, "
            "that you may write to and that has room."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
