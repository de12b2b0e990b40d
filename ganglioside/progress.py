"""Progress events: one shape for every long operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, NotRequired, TypedDict

EventType = Literal["progress", "log", "complete", "error"]

#: The steps of an analysis in their order, with the percentage reached when each has happened.
STEPS: Final[dict[str, float]] = {
    "loading": 5.0,
    "validating": 15.0,
    "rule1": 30.0,
    "rule2": 40.0,
    "rule3": 50.0,
    "rule4": 60.0,
    "rule5": 75.0,
    "verdicts": 90.0,
    "saving": 97.0,
    "complete": 100.0,
}


class ProgressEvent(TypedDict):
    """What a progress callback receives; ready for JSON."""

    type: EventType
    session_id: str | None
    step: str
    message: str
    percentage: float
    timestamp: str
    error: NotRequired[str]


ProgressCallback = Callable[[ProgressEvent], None]


class Progress:
    """Sends the events of one operation to one callback.

    The percentage never falls. A callback may raise `ganglioside.errors.Cancelled`
    to stop the operation; the exception passes through to the caller.

    Parameters
    ----------
    callback
        Receives each event, or None to send nothing.
    session_id
        Identifier of the stored session, where there is one.
    """

    def __init__(self, callback: ProgressCallback | None = None, session_id: str | None = None):
        self._callback = callback
        self._percentage = 0.0
        self.session_id = session_id

    def done(self, step: str, message: str) -> None:
        """Report that `step` (one of `STEPS`) has happened."""
        self._percentage = max(self._percentage, STEPS[step])
        self._send("complete" if step == "complete" else "progress", step, message)

    def reached(self, step: str, percentage: float, message: str) -> None:
        """Report that a part of `step` has happened, and what of the whole: 0 to 100."""
        self._percentage = max(self._percentage, percentage)
        self._send("progress", step, message)

    def log(self, step: str, message: str) -> None:
        """Report a detail within `step`; the percentage stays."""
        self._send("log", step, message)

    def failed(self, step: str, error: BaseException) -> None:
        """Report that `step` raised `error`."""
        self._send("error", step, f"{step} failed", error=str(error))

    def _send(self, kind: EventType, step: str, message: str, error: str | None = None) -> None:
        if self._callback is None:
            return
        event = ProgressEvent(
            type=kind,
            session_id=self.session_id,
            step=step,
            message=message,
            percentage=self._percentage,
            timestamp=datetime.now(UTC).isoformat(),
        )
        if error is not None:
            event["error"] = error
        self._callback(event)
