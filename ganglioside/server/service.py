"""The service: what the addresses of one server share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Annotated, Any, Final

from fastapi import Depends
from fastapi import Path as PathParameter
from starlette.requests import HTTPConnection

from ganglioside.analysis import Analysis
from ganglioside.errors import Cancelled
from ganglioside.history import History
from ganglioside.jobs.launcher import most_at_once
from ganglioside.server.answers import ID_PATTERN, SOME_ID
from ganglioside.server.feeds import Feeds
from ganglioside.server.problems import Problem
from ganglioside.server.rates import Rates
from ganglioside.server.reads import Kept, Reads
from ganglioside.server.service_limits import ServiceLimits

#: Analyses that are kept with their evidence, so that questions are answered at once: so many rows,
#: which take some 4 kB each.
_ROWS_KEPT: Final = 50_000.0


class Service:
    """What the addresses of one server share.

    Parameters
    ----------
    history, limits, rates
    work
        Folder for uploads and results of batches, which only this user can read.

    Attributes
    ----------
    reads : Reads
    feeds : Feeds
    waiting : int
        Callers that wait for an analysis.
    """

    def __init__(self, history: History, limits: ServiceLimits, rates: Rates, work: Path) -> None:
        self.history = history
        self.limits = limits
        self.rates = rates
        self.work = work
        self.reads = Reads(history)
        self.feeds = Feeds(history)
        self._analyses: Kept[Analysis] = Kept(history, _ROWS_KEPT)
        self._desks = BoundedSemaphore(most_at_once())
        self._lock = Lock()
        self.waiting = 0

    def analysis(self, sid: str) -> Analysis:
        """Analysis of a session, as it is stored."""

        def load() -> Analysis:
            return self.history.load(sid)

        return self._analyses.get(sid, load, lambda made: float(len(made.features)))

    def prepared(self, sid: str) -> Analysis:
        """Analysis of a session, with the evidence that questions need."""

        def prepare() -> Analysis:
            return self.analysis(sid).prepared()

        return self._analyses.get((sid, "prepared"), prepare, lambda made: 2.0 * len(made.features))

    @contextmanager
    def desk(self) -> Iterator[None]:
        """Wait for a core that is free for an analysis.

        Raises
        ------
        Problem
            If too many wait.
        """
        with self._lock:
            if self.waiting >= self.limits.waiting:
                raise Problem(
                    503,
                    "full",
                    "Too many analyses wait. Try again in some seconds, or send mode=job.",
                    {"Retry-After": "5"},
                )
            self.waiting += 1
        try:
            self._desks.acquire()
        finally:
            with self._lock:
                self.waiting -= 1
        try:
            yield
        finally:
            self._desks.release()

    def require_room_for_job(self) -> None:
        """Refuse a job where too many wait."""
        waiting = len(self.history.jobs.all("pending"))
        if waiting >= self.limits.waiting:
            raise Problem(
                503,
                "full",
                f"{waiting} jobs wait already. Try again when some are done.",
                {"Retry-After": "30"},
            )


def service_of(connection: HTTPConnection) -> Service:
    """The service of the app that answers a request."""
    service: Service = connection.app.state.service
    return service


Served = Annotated[Service, Depends(service_of)]
SessionId = Annotated[
    str,
    PathParameter(
        pattern=ID_PATTERN, description="Id of a session.", alias="sid", examples=[SOME_ID]
    ),
]
JobId = Annotated[
    str,
    PathParameter(pattern=ID_PATTERN, description="Id of a job.", alias="job", examples=[SOME_ID]),
]


def within(seconds: float) -> Callable[[Any], None]:
    """Progress callback that stops work which takes too long."""
    end = time.monotonic() + seconds

    def stop_late(event: Any) -> None:
        if time.monotonic() > end and event["type"] == "progress":
            raise Cancelled(
                f"The analysis took longer than {seconds:g} s, which a caller may wait here: send "
                "mode=job."
            )

    return stop_late
