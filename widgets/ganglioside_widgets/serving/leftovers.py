"""Temporary folders of servers, and removal of those that killed servers left behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

PREFIX: Final = "ganglioside-pages-"

#: Lock file held while the server runs; the system releases it when the server is killed.
LOCK: Final = "alive.lock"

#: Seconds for which a folder without a lock is kept: its server may be about to create it,
SPARED: Final = 24 * 3600
#: and for which one is kept whose lock nobody holds: its server may be about to take it.
STARTING: Final = 60


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a folder that only this user can read, and remove it at the end."""
    remove_leftovers(Path(tempfile.gettempdir()))
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name,
        FileLock(Path(name) / LOCK),
    ):
        yield Path(name)


def remove_leftovers(parent: Path) -> None:
    """Remove the folders in `parent` of servers of this user that have ended."""
    with os.scandir(parent) as entries:
        folders = [
            Path(entry)
            for entry in entries
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)
        ]
    for folder in folders:
        with suppress(FileNotFoundError):  # another server may remove it at the same time
            if _is_mine(folder) and _is_dead(folder):
                shutil.rmtree(folder)


def _is_mine(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()


def _is_dead(folder: Path) -> bool:
    """Whether the server of a folder has ended: nobody holds its lock, and it had time to."""
    lock = folder / LOCK
    if not lock.exists():
        return _age(folder) > SPARED
    if _age(lock) <= STARTING:
        return False
    try:
        with FileLock(lock, timeout=0):
            return True
    except Timeout:
        return False


def _age(path: Path) -> float:
    """Seconds since a file or folder was changed."""
    return time.time() - path.lstat().st_mtime
