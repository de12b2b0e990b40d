"""Following jobs and sessions from any process, while they run or long after."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from ganglioside.history import History
from ganglioside.history.runs import QUIET, Runs
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import ProgressEvent

#: Seconds between two looks at the state of the history, which are cheap. It is read when that has
#: changed,
INTERVAL: Final = 0.5

#: and after so many looks, since a process that has died writes nothing.
PATIENCE: Final = 20

#: Seconds without a sign of life after which a session is no longer followed.
NOT_FOLLOWED_AFTER: Final = QUIET.total_seconds()


class Looks:
    """Detects, without reading a history, that it has to be read again.

    Parameters
    ----------
    history
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._seen: tuple[int, ...] | None = None
        self._unchanged = 0

    def wanted(self, *, patient: bool = False) -> bool:
        """Whether the history was written to since the last call.

        It is also true after `PATIENCE` calls, unless `patient`.
        """
        now = self._history.state()
        self._unchanged += 1
        if now is not None and now == self._seen and (patient or self._unchanged <= PATIENCE):
            return False
        self._seen, self._unchanged = now, 0
        return True


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
    return _follow(history, history.jobs, job, after, lambda: history.wait(interval), math.inf)


def follow_session(
    history: History, sid: str, pause: Callable[[], object], after: int = 0
) -> Iterator[ProgressEvent]:
    """Yield the events of a session in order, as they come, until it has ended.

    It also stops when no sign of life has come for `NOT_FOLLOWED_AFTER`: the process of the session
    lives, but does not work on it any more.

    Parameters
    ----------
    history
    sid
        Its id, or a beginning of it that fits one only.
    pause
        Called between two looks; it waits.
    after
        How many events are known already.

    Raises
    ------
    HistoryError
        If there is no such session.
    """
    return _follow(history, history.runs, sid, after, pause, NOT_FOLLOWED_AFTER)


def _follow(
    history: History,
    runs: Runs[Any],
    owner: str,
    after: int,
    pause: Callable[[], object],
    silence: float,
) -> Iterator[ProgressEvent]:
    looks = Looks(history)
    heard, heard_at = None, time.monotonic()
    while True:
        looks.wanted()
        run = runs.get(owner)
        if run.why_dead(utc_now()) is not None:
            history.refresh()  # marks what died as failed
            run = runs.get(owner)
        events = runs.events(run.id, after)
        after += len(events)
        yield from events
        if run.has_ended:
            return
        if run.heartbeat != heard:
            heard, heard_at = run.heartbeat, time.monotonic()
        elif time.monotonic() - heard_at > silence:
            return
        pause()  # though it is written to all the time
        while not looks.wanted():
            pause()
