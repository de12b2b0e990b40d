"""Recording of work that goes on: its events and signs of life are stored, its end is requested.

While the work goes on, a second thread stores what has happened, gives a sign of life and looks
whether the work is to end. The work learns of it at its next event. Work that sends none for too
long is ended with its process, where it has one of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from ganglioside.errors import Cancelled, GangliosideError, LostError
from ganglioside.history.runs import Run, Runs
from ganglioside.progress import ProgressCallback, ProgressEvent

#: Seconds between two signs of life where nothing happens; at the beginning they come sooner.
BEAT: Final = 2.0
_SOONER: Final = 4

#: Seconds after an event until it is stored, with what else has happened until then.
_GATHERING: Final = 0.05

#: Seconds that work may go on without an event once it is to end.
GRACE: Final = 10.0


def too_late(limit: float) -> str:
    """Words about work that took longer than its limit in s."""
    return f"It took longer than its limit of {limit:g} s: raise the limit and retry it."


class Recorder:
    """Receives the events of work, stores them, and stops the work when it is to end.

    Parameters
    ----------
    runs
        Register of the work.
    owner
        Id of the session or job.
    also
        Receives the events too.
    time_limit
        Seconds after which the work is to end.

    Attributes
    ----------
    last : ProgressEvent or None
    why_ended : str or None
        `cancelled`, or the reason of a failure; None while the work may go on.
    """

    def __init__(
        self,
        runs: Runs[Any],
        owner: str,
        also: ProgressCallback | None = None,
        time_limit: float | None = None,
    ) -> None:
        self._runs = runs
        self._owner = owner
        self._also = also
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._unsaved: list[ProgressEvent] = []
        self._started = time.monotonic()
        self._asked_at: float | None = None
        self.last: ProgressEvent | None = None
        self.why_ended: str | None = None

    def __call__(self, event: ProgressEvent) -> None:
        """Take an event, pass it on, and stop the work where it is to end.

        Raises
        ------
        Cancelled
        """
        with self._lock:
            self._unsaved.append(event)
            self.last = event
        self._news.set()
        if self._also is not None:
            self._also(event)
        if self.why_ended is not None and event["type"] == "progress":
            raise Cancelled

    @contextmanager
    def unsaved(self) -> Iterator[list[ProgressEvent]]:
        """Give the events that are not stored yet; they count as stored unless an error leaves."""
        with self._lock:
            events, self._unsaved = self._unsaved, []
        try:
            yield events
        except BaseException:
            with self._lock:
                self._unsaved = events + self._unsaved
            raise

    @contextmanager
    def beating(
        self,
        end_process: Callable[[], Any] | None = None,
        sign: Callable[[], object] = lambda: None,
    ) -> Iterator[None]:
        """Give signs of life meanwhile.

        Parameters
        ----------
        end_process
            What to do with work that goes on though it was asked to end some time ago.
        sign
            Called with each sign of life.
        """
        over = threading.Event()

        def beat() -> None:
            pause, rest = BEAT / _SOONER, _GATHERING
            while True:
                self._news.wait(pause)
                # What comes at once is stored together, and storing takes a tenth of the time.
                if over.wait(rest):
                    return
                self._news.clear()
                sign()
                pause, started = min(BEAT, 2 * pause), time.monotonic()
                self._beat()
                rest = max(_GATHERING, 10 * (time.monotonic() - started))
                if end_process is not None and self._is_deaf():
                    end_process()

        thread = threading.Thread(target=beat, name="recorder", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            self._news.set()
            thread.join()

    def _beat(self) -> None:
        """Store what has happened, and look whether the work is to end."""
        # Where others hold the history for long, the events are stored with the next beat, and
        # nothing is lost, since the end of the work stores what is left or fails.
        with suppress(GangliosideError):
            try:
                with self.unsaved() as events:
                    self._end_for(self._why(self._runs.beat(self._owner, events)))
            except LostError as lost:
                self._end_for(str(lost))

    def _end_for(self, why: str | None) -> None:
        """Let the work end, unless it is to end already."""
        if self.why_ended is None:
            self.why_ended = why
            self._asked_at = time.monotonic() if why else None

    def _why(self, run: Run) -> str | None:
        if run.cancel_requested:
            return "cancelled"
        limit = self._time_limit
        if limit is not None and time.monotonic() - self._started > limit:
            return too_late(limit)
        return None

    def _is_deaf(self) -> bool:
        return self._asked_at is not None and time.monotonic() - self._asked_at > GRACE
