"""Following a job from any process, while it runs or long after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ganglioside.history import History
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import ProgressEvent

#: Seconds between two looks at the time of the history's file, which cost nothing. The file is
#: read when it was written to,
INTERVAL: Final = 0.5

#: and after so many looks, since a process that has died writes nothing.
PATIENCE: Final = 20


class Looks:
    """Tells when a history is worth reading again, without reading it.

    Parameters
    ----------
    history
    """

    def __init__(self, history: History) -> None:
        path = history.path
        self._files = (path, path.with_name(path.name + ".wal"))
        self._seen: tuple[int, ...] = ()
        self._in_vain = 0

    def wanted(self, *, patient: bool = False) -> bool:
        """Return whether it was written to since this was asked last.

        Now and then it is true without that, except of who is `patient`.
        """
        now = tuple(map(_written, self._files))
        self._in_vain += 1
        if now == self._seen and (patient or self._in_vain <= PATIENCE):
            return False
        self._seen, self._in_vain = now, 0
        return True


def _written(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:  # the write-ahead log comes and goes
        return 0


def follow(
    history: History, job: str, after: int = 0, interval: float = INTERVAL
) -> Iterator[ProgressEvent]:
    """Yield the events of a job in order, as they come, until it has ended.

    Parameters
    ----------
    history
    job
        Its id, or a beginning of it that fits one only.
    after
        How many events are known already.
    interval
        Seconds between two looks.

    Raises
    ------
    JobError
        If there is no such job.
    """
    looks = Looks(history)
    while True:
        looks.wanted()
        state = history.jobs.get(job)
        if state.why_dead(utc_now()) is not None:
            History.open(history.path)  # marks what died as failed
            state = history.jobs.get(job)
        for event in history.jobs.events(state.id, after):
            after += 1
            yield event
        if state.has_ended:
            return
        while not looks.wanted():
            time.sleep(interval)
