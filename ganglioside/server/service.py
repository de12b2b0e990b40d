"""The service: what the addresses of one server share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends
from fastapi import Path as PathParameter
from starlette.requests import HTTPConnection

from ganglioside.analysis import Analysis
from ganglioside.errors import Cancelled
from ganglioside.history import History
from ganglioside.history.sharing import Person, Shared
from ganglioside.jobs.launcher import why_no_room
from ganglioside.progress import ProgressCallback
from ganglioside.server import patterns
from ganglioside.server.answers import SOME_ID
from ganglioside.server.callers import KEY, require_still
from ganglioside.server.desks import Desks
from ganglioside.server.feeds import Feeds
from ganglioside.server.problems import Problem
from ganglioside.server.rates import RateLimits
from ganglioside.server.reads import Kept, Reads
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.watching.metrics import Metrics

#: Analyses that are kept with their evidence, so that questions are answered at once: so many rows,
#: which take some 4 kB each.
_ROWS_KEPT: Final = 50_000.0

#: Who asks without being known, at the addresses that are open to all.
NOBODY: Final = Person("nobody", "read")

T = TypeVar("T")


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
    look_again : callable
        Refuses the person where they are not let in any more.
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
    look_again: Callable[[], None] = lambda: None

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
            If the person asks for too much, too many wait, or `make` hangs.
        """
        if (kept := self.reads.find(key)) is not None:
            return kept
        if work:
            self.rates.count_work(self.person.name, work)
        # Whoever waited at a desk for the same finds it made.
        return self.desks.do(lambda: self.reads.get(key, make), self.look_again)

    def at_once(self, analyse: Callable[[ProgressCallback], T]) -> T:
        """What an analysis makes while its caller waits; it is stopped when it is late.

        Raises
        ------
        Cancelled
            If it takes longer than it may.
        Problem
            If too many wait, or it hangs.
        """
        return self.desks.do(lambda: analyse(within(self.limits.seconds)), self.look_again)

    def require_room_for_job(self) -> None:
        """Refuse a job where too many wait."""
        if why_not := why_no_room(self.whole, self.limits.waiting):
            raise Problem(503, "full", why_not, {"Retry-After": "30"})


def service_of(connection: HTTPConnection) -> Service:
    """The service of the app that answers a request, for the person who makes it."""
    service: Service = connection.app.state.service
    person: Person | None = connection.scope[KEY]
    return service if person is None else service.of(person, connection.scope.get("root_path", ""))


async def _served(connection: HTTPConnection) -> Service:
    """The service for the person who makes a request, and who is asked for again by any thread."""
    loop = asyncio.get_running_loop()

    def look_again() -> None:
        asyncio.run_coroutine_threadsafe(require_still(connection), loop).result()

    return replace(service_of(connection), look_again=look_again)


Served = Annotated[Service, Depends(_served)]
SessionId = Annotated[
    str,
    PathParameter(
        pattern=patterns.ID, description="Id of a session.", alias="sid", examples=[SOME_ID]
    ),
]
JobId = Annotated[
    str,
    PathParameter(pattern=patterns.ID, description="Id of a job.", alias="job", examples=[SOME_ID]),
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
