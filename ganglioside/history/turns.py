"""Whose turn it is at the history's lock: who has waited longest asks first.

The lock alone keeps the history safe; a turn is only courtesy among those who wait, without
which one of many writers can be unlucky for long. The one who has waited longest has its moment
written in a small file, signs it again and again, and alone asks for the lock meanwhile. A sign
that grows old (its process was stopped or killed) binds nobody.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

_FORM: Final = struct.Struct("<dd")  # since when the first one waits, and its last sign

#: Seconds after which a sign is old, between two attempts of the first one, and between two looks
#: of the others.
_OLD: Final = 1.0
_ATTEMPT: Final = 0.002
_LOOK: Final = 0.01


@dataclass(slots=True)
class Turn:
    """The turn of one who waits.

    Attributes
    ----------
    path : pathlib.Path
        The small file.
    since : float
        When it began to wait, s since the epoch.
    """

    path: Path
    since: float = field(default_factory=time.time)
    _signed: bool = False

    def has_come(self) -> bool:
        """Return whether to ask for the lock now."""
        first, sign = self._read()
        now = time.time()
        if first < self.since and now - sign < _OLD:
            self._signed = False
            return False
        if self._signed or self._waits:
            self.path.write_bytes(_FORM.pack(self.since, now))
            self._signed = True
        return True

    @property
    def _waits(self) -> bool:
        """Whether it has waited for a while: who gets the lock at once need not sign."""
        return time.time() - self.since > _ATTEMPT

    def end(self) -> None:
        """Let others have theirs."""
        if self._signed:
            self.path.write_bytes(b"")

    def _read(self) -> tuple[float, float]:
        try:
            return _FORM.unpack(self.path.read_bytes())
        except (FileNotFoundError, struct.error):  # nobody waits
            return time.time(), 0.0


def acquire(lock: FileLock, turns: Path, timeout: float) -> None:
    """Take a lock in turn.

    Raises
    ------
    filelock.Timeout
        If others keep it for longer than `timeout` (s).
    """
    turn = Turn(turns)
    start = time.monotonic()
    try:
        while True:
            come = turn.has_come()
            if come and _take(lock):
                return
            if time.monotonic() - start >= timeout:
                raise Timeout(lock.lock_file)
            time.sleep(_ATTEMPT if come else _LOOK)
    finally:
        turn.end()


def _take(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
