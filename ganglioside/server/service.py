"""The service: what the addresses of one server share."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Annotated, Any, Final

from fastapi import Depends
from fastapi import Path as PathParameter
from starlette.requests import HTTPConnection

from ganglioside.analysis import Analysis
from ganglioside.errors import Cancelled
from ganglioside.history import History
from ganglioside.history.sharing import Person, Shared
from ganglioside.jobs.launcher import most_at_once, why_no_room
from ganglioside.server.answers import ID_PATTERN, SOME_ID
from ganglioside.server.callers import KEY
from ganglioside.server.feeds import Feeds
from ganglioside.server.problems import Problem
from ganglioside.server.rates import RateLimits
from ganglioside.server.reads import Kept, Reads
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.watching.metrics import Metrics

#: Analyses that are kept with their evidence, so that questions are answered at once: so many rows,
#: which take some 4 kB each.
_ROWS_KEPT: Final = 50_000.0

#: Work at a desk hangs where it takes so many times as long as an analysis may: some exports take
#: longer than that, and people wait for those of others.
_TIMES_TOO_LONG: Final = 5.0

#: Who asks without being known, at the addresses that are open to all.
NOBODY: Final = Person("nobody", "read")


class Desks:
    """Cores for analyses and exports whose callers wait.

    Work that hangs within a step keeps its desk, since a thread cannot be ended from outside: so
    nobody waits for a desk for ever, and `stuck` tells of it.

    Parameters
    ----------
    most_waiting
        Callers that may wait at once.
    seconds
        Time that an analysis may take; a caller waits five times as long for a desk.

    Attributes
    ----------
    waiting : int
        Callers that wait.
    """

    def __init__(self, most_waiting: int, seconds: float) -> None:
        self._most = most_waiting
        self._patience = _TIMES_TOO_LONG * seconds
        self._count = most_at_once()
        self._desks = BoundedSemaphore(self._count)
        self._lock = Lock()
        self._taken_at: dict[object, float] = {}
        self.waiting = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a core that is free.

        Raises
        ------
        Problem
            If too many wait, or none becomes free in time.
        """
        self._wait()
        work = object()
        self._taken_at[work] = time.monotonic()
        try:
            yield
        finally:
            del self._taken_at[work]
            self._desks.release()

    def stuck(self) -> bool:
        """Whether all desks are taken by work that has gone on far beyond its time."""
        taken_at = list(self._taken_at.values())
        long_ago = time.monotonic() - self._patience
        return len(taken_at) >= self._count and max(taken_at) < long_ago

    def _wait(self) -> None:
        with self._lock:
            if self.waiting >= self._most:
                raise _full()
            self.waiting += 1
        try:
            is_free = self._desks.acquire(timeout=self._patience)
        finally:
            with self._lock:
                self.waiting -= 1
        if not is_free:
            raise _full()


def _full() -> Problem:
    return Problem(
        503,
        "full",
        "Too many analyses and exports wait. Try again in some seconds, or send an analysis with "
        "mode=job.",
        {"Retry-After": "5"},
    )


@dataclass(frozen=True, slots=True)
class Service:
    """What the addresses of one server share, for one person.

    Attributes
    ----------
    whole : History
        All sessions: only for what the server does itself.
    history : History
        Acts as the person.
    person : Person
    limits, rates
    work : pathlib.Path
        Folder for uploads and results of batches, which only this user can read.
    reads : Reads
    feeds : Feeds
    desks : Desks
    metrics : Metrics
    base : str
        What is before `/api/v1` in the addresses of the server, as behind a hub.
    """

    whole: History
    history: History
    person: Person
    limits: ServiceLimits
    rates: RateLimits
    work: Path
    reads: Reads
    feeds: Feeds
    desks: Desks
    metrics: Metrics
    _analyses: Kept[Analysis]
    base: str = ""

    @classmethod
    def new(
        cls,
        history: History,
        limits: ServiceLimits,
        rates: RateLimits,
        work: Path,
        metrics: Metrics,
    ) -> Service:
        """Service of a server, as those see it whom it does not know."""
        return cls(
            whole=history,
            history=history.acting_as(NOBODY),
            person=NOBODY,
            limits=limits,
            rates=rates,
            work=work,
            reads=Reads(history),
            feeds=Feeds(history),
            desks=Desks(limits.waiting, limits.seconds),
            metrics=metrics,
            _analyses=Kept(history, _ROWS_KEPT),
        )

    def of(self, person: Person, base: str = "") -> Service:
        """Same service for one person: nothing is kept of one for another."""
        reads = self.reads.of(person)
        acting = self.whole.acting_as(person)
        return replace(self, history=acting, person=person, reads=reads, base=base)

    def sharing(self, shared: Shared | None, group: str) -> History:
        """History whose new sessions are shared so; as those of the person are where None.

        Raises
        ------
        SharingError
            If it is not a group of the person's.
        """
        if shared is None and not group:
            return self.history
        return self.history.sharing(shared or "group", group)

    def analysis(self, sid: str) -> Analysis:
        """Analysis of a session, as it is stored."""

        def load() -> Analysis:
            return self.history.load(sid)

        return self._analyses.get((self.person, sid), load, lambda made: float(len(made.features)))

    def prepared(self, sid: str) -> Analysis:
        """Analysis of a session, with the evidence that questions need."""

        def prepare() -> Analysis:
            return self.analysis(sid).prepared()

        key = (self.person, sid, "prepared")
        return self._analyses.get(key, prepare, lambda made: 2.0 * len(made.features))

    def worked(self, key: Hashable, make: Callable[[], bytes], work: int = 0) -> tuple[bytes, str]:
        """Answer to a read that takes long, and its tag: made on a core of its own, and kept.

        Parameters
        ----------
        key
            Of the answer among `reads`.
        make
            Makes it.
        work
            Counted as so much where it must be made; see `RateLimits.count_work`.

        Raises
        ------
        Problem
            If the person asks for too much, or too many wait.
        """
        if (kept := self.reads.find(key)) is not None:
            return kept
        if work:
            self.rates.count_work(self.person.name, work)
        with self.desk():  # whoever waited here for the same finds it made
            return self.reads.get(key, make)

    def desk(self) -> AbstractContextManager[None]:
        """Wait for a core that is free for what takes long; see `Desks.taken`."""
        return self.desks.taken()

    def require_room_for_job(self) -> None:
        """Refuse a job where too many wait."""
        if why_not := why_no_room(self.whole, self.limits.waiting):
            raise Problem(503, "full", why_not, {"Retry-After": "30"})


def service_of(connection: HTTPConnection) -> Service:
    """The service of the app that answers a request, for the person who makes it."""
    service: Service = connection.app.state.service
    person: Person | None = connection.scope[KEY]
    return service if person is None else service.of(person, connection.scope.get("root_path", ""))


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
