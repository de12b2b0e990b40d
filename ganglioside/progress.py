"""Progress events: the same for every long operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, NotRequired, TypedDict

EventType = Literal["progress", "log", "complete", "error"]

#: Steps of an analysis in their order, with the percentage that is reached after each.
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

#: The step that begins when one is done.
_NEXT: Final = dict(zip(STEPS, [*STEPS][1:], strict=False))


class ProgressEvent(TypedDict):
    """Argument of a progress callback; ready for JSON.

    `error` is present in events of type `error` only.
    """

    type: EventType
    session_id: str | None
    step: str
    message: str
    percentage: float
    timestamp: str
    error: NotRequired[str]


ProgressCallback = Callable[[ProgressEvent], None]


def event_text(event: ProgressEvent) -> str:
    """Message of an event with its error, without a word that both begin with.

    Examples
    --------
    >>> begun = ProgressEvent(type="error", session_id="s", step="loading", message="Interrupted",
    ...                       percentage=0.0, timestamp="", error="Interrupted: it has ended.")
    >>> event_text(begun)
    'Interrupted: it has ended.'
    """
    message, error = event["message"], event.get("error", "")
    if not error:
        return message
    return error if error.startswith(f"{message}: ") else f"{message}: {error}"


class Progress:
    """Sends the events of one operation to one callback.

    The percentage never falls. A callback may raise `ganglioside.errors.Cancelled`
    to stop the operation; the exception passes through to the caller.

    Parameters
    ----------
    callback
        Receives each event, or None to send nothing.
    session_id
        Identifier of the stored session, if there is one.

    Attributes
    ----------
    step : str
        The step that goes on: an error that is raised now happened in it.

    Examples
    --------
    >>> progress = Progress(lambda event: print(event["percentage"], event["message"]))
    >>> progress.done("loading", "Read 3 features")
    5.0 Read 3 features
    >>> progress.log("loading", "1 problem")
    5.0 1 problem
    """

    def __init__(self, callback: ProgressCallback | None = None, session_id: str | None = None):
        self._callback = callback
        self._percentage = 0.0
        self.session_id = session_id
        self.step = next(iter(STEPS))

    def done(self, step: str, message: str) -> None:
        """Report that a step (one of `STEPS`) is done."""
        self._percentage = max(self._percentage, STEPS[step])
        self.step = _NEXT.get(step, step)
        self._send("complete" if step == "complete" else "progress", step, message)

    def reached(self, step: str, percentage: float, message: str) -> None:
        """Report that a part of a step is done, and the percentage of the whole."""
        self._percentage = max(self._percentage, percentage)
        self._send("progress", step, message)

    def log(self, step: str, message: str) -> None:
        """Report a detail of a step; the percentage does not change."""
        self._send("log", step, message)

    def failed(self, step: str, error: BaseException) -> None:
        """Report that `step` raised `error`."""
        self._send("error", step, f"{step} failed", error=str(error))

    def _send(self, kind: EventType, step: str, message: str, error: str | None = None) -> None:
        """Send an event to the callback, if there is one."""
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
