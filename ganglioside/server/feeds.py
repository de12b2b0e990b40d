"""Feeds: the stored events of sessions and jobs, handed to everybody who listens.

One task looks, many times a second, whether the history was written to; that costs microseconds.
After a write, the events of each session or job that somebody listens to are read once, however
many listen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from starlette.concurrency import run_in_threadpool

from ganglioside.history import History
from ganglioside.history.runs import Runs
from ganglioside.history.sharing import Person
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import ProgressEvent
from ganglioside.server.problems import Problem

#: Seconds between two looks.
_LOOK: Final = 0.02

#: Seconds after which the history is read though nobody has written: whoever has died writes
#: nothing.
_PATIENCE: Final = 10.0

#: Most streams of events that one person has open at once.
MOST_STREAMS: Final = 100

Kind = Literal["session", "job"]


class Feed:
    """Events of one session or job, from the first on.

    Attributes
    ----------
    events : list of ProgressEvent
        All that are known.
    has_ended : bool
        Whether no more will come.
    fault : Exception or None
        Why they cannot be read any more.
    """

    def __init__(self, history: History, kind: Kind, owner: str) -> None:
        self.events: list[ProgressEvent] = []
        self.has_ended = False
        self.fault: Exception | None = None
        self.listeners = 0
        self._history = history
        self._runs: Runs[Any] = history.runs if kind == "session" else history.jobs
        self._owner = owner
        self._news = asyncio.Event()
        self._reading = asyncio.Lock()

    async def after(self, known: int) -> AsyncIterator[tuple[int, ProgressEvent]]:
        """Yield the number of each event and the event, without those that are known."""
        while True:
            news = self._news
            while known < len(self.events):
                yield known, self.events[known]
                known += 1
            if self.fault is not None:
                raise self.fault
            if self.has_ended:
                return
            await news.wait()

    async def read(self) -> None:
        """Read what is new, and wake those who wait."""
        async with self._reading:  # one after the other: none reads what another is reading
            try:
                found, ended = await run_in_threadpool(self._read)
            except Exception as fault:  # noqa: BLE001 - handed to everybody who listens
                self.fault = fault
            else:
                self.events += found
                self.has_ended = ended
        self._news.set()
        self._news = asyncio.Event()

    def _read(self) -> tuple[list[ProgressEvent], bool]:
        run = self._runs.get(self._owner)
        if run.why_dead(utc_now()) is not None:
            self._history.refresh()  # marks what died as failed
            run = self._runs.get(self._owner)
        return self._runs.events(run.id, len(self.events)), run.has_ended


class Feeds:
    """All feeds of a server.

    Parameters
    ----------
    history
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._feeds: dict[tuple[Person, Kind, str], Feed] = {}
        self._watch: asyncio.Task[None] | None = None

    def require_room(self, person: Person) -> None:
        """Refuse a stream too many of one person.

        Raises
        ------
        Problem
            With the cure.
        """
        of_person = [feed for (who, *_), feed in self._feeds.items() if who.name == person.name]
        if sum(feed.listeners for feed in of_person) >= MOST_STREAMS:
            raise Problem(
                429,
                "too-many",
                f"You have {MOST_STREAMS} streams of events open, the most that one person may "
                "have: close one of them, or read the events as a list.",
                {"Retry-After": "30"},
            )

    @asynccontextmanager
    async def listen(self, person: Person, kind: Kind, owner: str) -> AsyncIterator[Feed]:
        """Listen to the feed of a session or job, whose full id is given, as a person.

        It ends in an error once the person does not see it any more.

        Raises
        ------
        Problem
            If the person listens to too many.
        """
        self.require_room(person)
        key = (person, kind, owner)
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(self._history.acting_as(person), kind, owner)
        feed.listeners += 1
        try:
            if feed.listeners == 1:
                await feed.read()
            if self._watch is None or self._watch.done():
                self._watch = asyncio.create_task(self._look())
            yield feed
        finally:
            feed.listeners -= 1
            if not feed.listeners:
                self._feeds.pop(key, None)

    async def _look(self) -> None:
        """Read all feeds after each change, as long as anybody listens."""
        seen, at = None, time.monotonic()
        while self._feeds:
            state = self._history.state()
            late = time.monotonic() - at > _PATIENCE
            if state is None or state != seen or late:
                seen, at = state, time.monotonic()
                going_on = [f for f in self._feeds.values() if not (f.has_ended or f.fault)]
                await asyncio.gather(*(feed.read() for feed in going_on))
            await asyncio.sleep(_LOOK)
