"""Queue at the history's lock: the process that has waited longest tries first.

The lock alone keeps the history safe; the queue only makes it fair, since without it one of many
writers may wait for long. Each waiting process has a mark in a folder, named by the time when it
began to wait, and touches it again and again. A process that sees an earlier mark that is fresh
does not try to lock. An old mark (its process was stopped or killed) is ignored, and so is one from
the future: the clock was set back, or that of a file server is ahead.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

#: Seconds after which a mark is old, and after which it is removed.
_OLD: Final = 2.0
_FORGOTTEN: Final = 60.0

#: Seconds between two attempts of the first in the queue, and between two looks of the others.
_ATTEMPT: Final = 0.002
_LOOK: Final = 0.01

#: The names of marks; whatever else is in the folder is left alone.
_MARK: Final = re.compile(r"\d{20}-\d+-[0-9a-f]{8}")


class Turn:
    """Place in the queue of one process that waits.

    Parameters
    ----------
    folder
        Folder of the marks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}"

    def has_come(self) -> bool:
        """Whether no process that has waited longer is still waiting."""
        return not any(abs(age) < _OLD for name, age in self._marks() if name < self._name)

    def wait(self) -> None:
        """Renew the mark of this process in the queue."""
        self._folder.mkdir(exist_ok=True, mode=0o700)
        (self._folder / self._name).touch()

    def end(self) -> None:
        """Remove the mark of this process, and marks that are long abandoned."""
        (self._folder / self._name).unlink(missing_ok=True)
        for name, age in self._marks():
            if abs(age) > _FORGOTTEN:
                (self._folder / name).unlink(missing_ok=True)

    def _marks(self) -> Iterator[tuple[str, float]]:
        """Yield each mark's name and its age, s; negative for the future."""
        if not self._folder.is_dir():  # nobody has ever waited
            return
        now = time.time()
        for mark in self._folder.iterdir():
            if not _MARK.fullmatch(mark.name):
                continue
            try:
                yield mark.name, now - mark.lstat().st_mtime
            except FileNotFoundError:  # its process has the lock meanwhile
                continue


def acquire(lock: FileLock, folder: Path, timeout: float) -> None:
    """Acquire a lock in turn.

    Raises
    ------
    filelock.Timeout
        If others keep it for longer than `timeout` (s).
    """
    turn = Turn(folder)
    start = time.monotonic()
    try:
        while True:
            is_first = turn.has_come()
            if is_first and _take(lock):
                return
            if time.monotonic() - start >= timeout:
                raise Timeout(lock.lock_file)
            turn.wait()
            time.sleep(_ATTEMPT if is_first else _LOOK)
    finally:
        turn.end()


def _take(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
