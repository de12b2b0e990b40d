"""Events of an analysis, stored as they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ganglioside.history.opening import Opening
from ganglioside.progress import Progress, ProgressCallback, ProgressEvent


class EventRelay:
    """Callback that passes on events of an analysis under the id of its session.

    Attributes
    ----------
    events : list of ProgressEvent
        All events so far, to be stored with the session. `saving` and `complete` are among them
        before they are sent, since the transaction that they report stores them too.
    """

    def __init__(self, callback: ProgressCallback | None, opening: Opening) -> None:
        self.events: list[ProgressEvent] = []
        self._callback = callback
        self._opening = opening

    def __call__(self, event: ProgressEvent) -> None:
        """Pass one event on; `complete` waits until the session is stored."""
        if event["type"] != "complete":
            self._pass_on(ProgressEvent(**{**event, "session_id": self._opening.id}))

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Add the last events while the session is stored; send an error event if that fails."""
        sent = len(self.events)
        progress = Progress(self.events.append, self._opening.id)
        progress.done("saving", f"Saved as session {self._opening.id}, {self._opening.name}")
        progress.done("complete", "Done")
        try:
            yield
        except BaseException as error:
            del self.events[sent:]
            Progress(self._pass_on, self._opening.id).failed("saving", error)
            raise

    def saved(self) -> None:
        """Send the last two events, `saving` and `complete`, after the session is stored."""
        if self._callback is not None:
            for event in self.events[-2:]:
                self._callback(event)

    def _pass_on(self, event: ProgressEvent) -> None:
        self.events.append(event)
        if self._callback is not None:
            self._callback(event)
