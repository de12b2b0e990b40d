"""Following a job from any process, while it runs or long after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from ganglioside.history import History
from ganglioside.history.store import utc_now
from ganglioside.progress import ProgressEvent

#: Seconds between two looks.
INTERVAL: Final = 0.5


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
    while True:
        state = history.jobs.get(job)
        if state.why_dead(utc_now()) is not None:
            History.open(history.path)  # marks what died as failed
            state = history.jobs.get(job)
        for event in history.jobs.events(state.id, after):
            after += 1
            yield event
        if state.has_ended:
            return
        time.sleep(interval)
