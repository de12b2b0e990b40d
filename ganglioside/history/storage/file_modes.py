"""Permissions of the files of a history: for its owner, or those whom the owner admits.

A new history is readable by its owner only. To share it, change the mode of the history's file
(`chmod 660 history.duckdb`); the files beside it (lock, queue, logs of jobs, write-ahead log)
follow that file.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ganglioside.errors import HistoryError

#: Mode of a new history: read and written by its owner only.
PRIVATE: Final = 0o600

#: Permission bits for reading, and for reading and writing.
_READ: Final = 0o444
_READ_WRITE: Final = 0o666

#: Those for running a program, and for entering a folder.
_RUN: Final = 0o111


def mode_of(history: Path) -> int:
    """Read and write bits of a history's file; `PRIVATE` if there is none yet."""
    try:
        return stat.S_IMODE(history.stat().st_mode) & _READ_WRITE
    except FileNotFoundError:
        return PRIVATE


def share_with(history: Path, beside: Path) -> None:
    """Give a file or folder beside a history the permissions of the history.

    Only its owner can do that; one that belongs to somebody else stays as it is.
    """
    try:
        present = beside.lstat()
    except FileNotFoundError:
        return
    wanted = mode_of(history)
    if stat.S_ISDIR(present.st_mode):
        wanted |= (wanted & _READ) >> 2  # readers of a folder may also enter it
    if stat.S_IMODE(present.st_mode) != wanted and _is_mine(present):
        beside.chmod(wanted)


def keep_mode_and_owner(draft: Path, history: Path) -> None:
    """Give a draft the mode and the owner of the file that it is to replace.

    Raises
    ------
    HistoryError
        If the owner cannot be kept, or if the file has a second name that would stay behind.
    """
    present = history.stat()
    if present.st_nlink > 1:
        raise HistoryError(
            f"{history} has {present.st_nlink} names (hard links): replacing it would leave the "
            "others with the old content. Remove all names but one."
        )
    draft.chmod(stat.S_IMODE(present.st_mode))
    mine = draft.stat()
    if (mine.st_uid, mine.st_gid) == (present.st_uid, present.st_gid) or not hasattr(os, "chown"):
        return
    try:
        os.chown(draft, present.st_uid, present.st_gid)
    except PermissionError as error:
        raise HistoryError(
            f"{history} belongs to somebody else (user {present.st_uid}, group {present.st_gid}), "
            "who would lose it if it were replaced by a file of yours: ask its owner to do this."
        ) from error


@contextmanager
def created_like(history: Path) -> Iterator[None]:
    """Give files created in this block the permissions of a history.

    DuckDB makes its write-ahead log itself, so only the umask of the process can set its
    permissions. Folders and programs that other threads make meanwhile, or processes that they
    start, can be entered and run as before.
    """
    _mask.enter(_READ_WRITE & ~mode_of(history))
    try:
        yield
    finally:
        _mask.leave()


class _Mask:
    """Umask of the process, which all threads share.

    The first thread that enters sets it, the last one that leaves restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 0

    def enter(self, mask: int) -> None:
        with self._lock:
            before = os.umask(mask)
            os.umask(mask | before & _RUN)
            if not self._inside:
                self._before = before
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                os.umask(self._before)


_mask: Final = _Mask()


def _is_mine(present: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or os.geteuid() in (0, present.st_uid)
