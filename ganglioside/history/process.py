"""Processes that work on sessions and jobs: recognised later, and known to be dead or alive."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import psutil

#: Two readings of one process's start differ by less, clocks being set meanwhile included.
_SAME_START: Final = timedelta(minutes=1)

#: A process on another machine without a heartbeat for this long is taken for dead.
DEAD_AFTER: Final = timedelta(hours=1)

#: Numbers of processes are smaller on every system.
PIDS_END: Final = 2**31


@dataclass(frozen=True, slots=True)
class Process:
    """A process as it can be recognised later: its number alone is given out again.

    Attributes
    ----------
    host : str
    pid : int
    started : datetime or None
        UTC, without a zone; None where it is not known.
    last_sign : datetime or None
        Time of its last heartbeat.
    """

    host: str
    pid: int
    started: datetime | None
    last_sign: datetime | None

    @classmethod
    def this(cls, now: datetime) -> Process:
        """Process that runs this program."""
        return cls(platform.node(), os.getpid(), _started(os.getpid()), now)

    @classmethod
    def with_number(cls, pid: int) -> Process:
        """Process of this machine that has a number now."""
        return cls(platform.node(), pid, _started(pid), None)

    def is_same(self, other: Process) -> bool:
        """Whether both are one process: its number alone is given out again, here and elsewhere."""
        if (self.host, self.pid) != (other.host, other.pid):
            return False
        if self.started is None or other.started is None:
            return True
        return abs(self.started - other.started) <= _SAME_START

    def why_dead(self, now: datetime) -> str | None:
        """Reason why this process is known to have ended; None if it may still run."""
        if not 0 < self.pid < PIDS_END:
            return f"its process on {self.host} cannot have the number {self.pid}"
        if self.host != platform.node():
            return self._why_silent(now)
        try:
            started = _started(self.pid)
        except psutil.AccessDenied:  # it lives, and belongs to somebody else
            return None
        if started is None:
            return f"its process {self.pid} on {self.host} has ended"
        if self.started is not None and abs(started - self.started) > _SAME_START:
            return f"its process {self.pid} on {self.host} has ended; another has its number now"
        return None

    def _why_silent(self, now: datetime) -> str | None:
        # A sign from a time to come is old: the clock was set back since.
        if self.last_sign is None or abs(now - self.last_sign) < DEAD_AFTER:
            return None
        since = f"{self.last_sign:%Y-%m-%d %H:%M} UTC"
        return f"its process {self.pid} on {self.host} has given no sign since {since}"


def _started(pid: int) -> datetime | None:
    """Start of a living process of this machine, UTC; None if there is no such process."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return datetime.fromtimestamp(process.create_time(), UTC).replace(tzinfo=None)
    except psutil.NoSuchProcess:
        return None
