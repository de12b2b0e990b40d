"""Carrying out a job: its events are kept, and it ends when asked to or when its time is over.

While the work goes on, a second thread stores what has happened, gives a sign of life and looks
whether the job is to end. The work learns of it at its next event. Work that sends none for too
long is ended with its process, where it has one of its own.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ganglioside.errors import NO_MEMORY, Cancelled, GangliosideError, HistoryError
from ganglioside.history import History, Status
from ganglioside.history.jobs import Job
from ganglioside.jobs.announcements import tell
from ganglioside.jobs.kinds import Done, work_of
from ganglioside.progress import ProgressCallback, ProgressEvent

#: Seconds between two signs of life.
BEAT: Final = 2.0

#: Seconds that work may go on without an event once it is to end.
GRACE: Final = 20.0


class _Recorder:
    """Receives the events of the work, keeps them, and ends the work when it is to end."""

    def __init__(self, history: History, job: Job, also: ProgressCallback | None) -> None:
        self._history = history
        self._job = job
        self._also = also
        self._lock = threading.Lock()
        self._unsaved: list[ProgressEvent] = []
        self._started = time.monotonic()
        self.last: ProgressEvent | None = None
        self.why_ended: str | None = None  # "cancelled", or the reason of a failure
        self.asked_at: float | None = None

    def __call__(self, event: ProgressEvent) -> None:
        with self._lock:
            self._unsaved.append(event)
            self.last = event
        if self._also is not None:
            self._also(event)
        if self.why_ended is not None and event["type"] == "progress":
            raise Cancelled

    def beat(self) -> None:
        """Store what has happened, and look whether the job is to end."""
        with self._lock:
            events, self._unsaved = self._unsaved, []
        try:
            state = self._history.jobs.beat(self._job.id, events)
        except HistoryError:
            # Others hold the history for long: the events are stored with the next beat, and
            # nothing is lost, since the end of the job stores what is left or fails.
            with self._lock:
                self._unsaved = events + self._unsaved
            return
        if self.why_ended is None:
            self.why_ended = self._why(state)
            self.asked_at = time.monotonic() if self.why_ended else None

    def _why(self, state: Job) -> str | None:
        if state.cancel_requested:
            return "cancelled"
        limit = self._job.time_limit
        if limit is not None and time.monotonic() - self._started > limit:
            return f"It took longer than its limit of {limit:g} s: raise the limit and retry it."
        return None

    def rest(self) -> list[ProgressEvent]:
        """Return the events that are not stored yet."""
        with self._lock:
            events, self._unsaved = self._unsaved, []
        return events

    def is_deaf(self) -> bool:
        """Return whether the work goes on though it was asked to end some time ago."""
        return self.asked_at is not None and time.monotonic() - self.asked_at > GRACE

    def last_event(self, status: Status, error: str | None) -> list[ProgressEvent]:
        """Return the event by which whoever follows learns that the work did not succeed."""
        said = self.last
        if status == "completed" or (said is not None and said["type"] == "error"):
            return []
        end = ProgressEvent(
            type="error",
            session_id=None if said is None else said["session_id"],
            step="loading" if said is None else said["step"],
            message=status.capitalize(),
            percentage=0.0 if said is None else said["percentage"],
            timestamp=datetime.now(UTC).isoformat(),
            error=error or status,
        )
        return [end]


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the work ended; `raised` is for the caller, beyond what the job records."""

    status: Status
    done: Done = Done()  # noqa: RUF009 - frozen
    error: str | None = None
    raised: BaseException | None = None


def carry_out(
    history: History,
    job: str,
    also: ProgressCallback | None = None,
    *,
    own_process: bool = False,
) -> Job:
    """Do a pending job in this process, and return it as it ended.

    Parameters
    ----------
    history
    job
        Its id.
    also
        Receives the events too.
    own_process
        Whether this process exists for this job alone, and may be ended with it.

    Raises
    ------
    JobError
        If the job is not pending, or this user did not ask for it on this machine.
    KeyboardInterrupt
        If it was interrupted; the job is cancelled then.
    """
    taken = history.jobs.start(job)
    recorder = _Recorder(history, taken, also)

    def record(ended: _Ended) -> None:
        events = recorder.rest() + recorder.last_event(ended.status, ended.error)
        history.jobs.end(
            taken.id, ended.status, session=ended.done.session,
            result=dict(ended.done.result) or None, error=ended.error, events=events,
        )  # fmt: skip
        tell(history, taken.id)

    def end_process() -> None:
        record(_stopped(recorder))
        os._exit(1)

    with _beating(recorder, end_process if own_process else None):
        ended = _do(history, taken, recorder)
    record(ended)
    if ended.raised is not None:
        raise ended.raised
    return history.jobs.get(taken.id)


def _stopped(recorder: _Recorder) -> _Ended:
    if recorder.why_ended in (None, "cancelled"):
        return _Ended("cancelled")
    return _Ended("failed", error=recorder.why_ended)


def _do(history: History, job: Job, recorder: _Recorder) -> _Ended:
    try:
        return _Ended("completed", work_of(job.kind, job.parameters).run(history, recorder))
    except Cancelled:
        return _stopped(recorder)
    except KeyboardInterrupt as interruption:
        return _Ended("cancelled", raised=interruption)
    except (GangliosideError, OSError) as error:
        return _Ended("failed", error=str(error))
    except MemoryError as error:
        return _Ended("failed", error=NO_MEMORY, raised=error)
    except BaseException as error:  # noqa: BLE001 - recorded, and raised again
        text = "".join(traceback.format_exception_only(error)).strip()
        return _Ended("failed", error=f"The program failed: {text}", raised=error)


@contextmanager
def _beating(recorder: _Recorder, end_process: Callable[[], Any] | None) -> Iterator[None]:
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            recorder.beat()
            if end_process is not None and recorder.is_deaf():
                end_process()

    thread = threading.Thread(target=beat, name="job", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
