"""Carrying out a job in this process: its events are kept, and so is its end."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ganglioside.errors import (
    NO_MEMORY,
    Cancelled,
    GangliosideError,
    GivenBack,
    HistoryAwayError,
    HistoryBusyError,
    LostError,
    NoRoomError,
)
from ganglioside.history import History, Status
from ganglioside.history.events import error_event
from ganglioside.history.jobs import MAKE_ONE_SESSION, Job
from ganglioside.history.recorder import Recorder
from ganglioside.jobs.announcements import tell
from ganglioside.jobs.guard import guarded
from ganglioside.jobs.kinds import Done, resumed, work_of
from ganglioside.progress import ProgressCallback, ProgressEvent
from ganglioside.support.error_reports import capture
from ganglioside.support.requests import working

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ended:
    """End of the work; the caller raises `raised` once the end is recorded."""

    status: Status
    done: Done = Done()  # noqa: RUF009 - frozen
    error: str | None = None
    raised: BaseException | None = None
    by_chance: bool = False  # it may go well another time


def carry_out(history: History, job: str, also: ProgressCallback | None = None) -> Job:
    """Carry out a pending job in this process, and return it with its end.

    Parameters
    ----------
    history
    job
        Its id.
    also
        Receives the events too.

    Raises
    ------
    JobError
        If the job is not pending, or this user did not ask for it on this machine.
    KeyboardInterrupt
        If it was interrupted; the job is cancelled then.
    """
    return carry_out_taken(history, history.jobs.start(job), also)


def carry_out_taken(
    history: History,
    taken: Job,
    also: ProgressCallback | None = None,
    *,
    own_process: bool = False,
    leave: Callable[[], None] | None = None,
) -> Job:
    """Carry out a job that this process has taken (`history.jobs.take`); see `carry_out`.

    The history of a job that a worker has taken is claimed: `LostError` is raised where the worker
    has lost it meanwhile, `GivenBack` passes. What fails by chance waits for its next attempt.

    Parameters
    ----------
    history, taken, also
    own_process
        Whether this process exists for this job alone, and may be ended with it.
    leave
        Leaves this process, once the end of work is recorded that does not heed its time limit.
    """
    with working(taken.id, taken.request or ""):
        return _carry_out(history, taken, also, (leave or leave_process) if own_process else None)


def _carry_out(
    history: History,
    taken: Job,
    also: ProgressCallback | None,
    leave: Callable[[], None] | None,
) -> Job:
    log.info("Job %s begins: %s", taken.id, taken.kind)
    recorder = Recorder(history.jobs, taken.id, also, taken.time_limit)

    def record(ended: _Ended) -> None:
        if ended.by_chance and taken.claim is not None:
            history.jobs.put_off(taken.id, ended.error or "It failed")
            return
        with recorder.unsaved() as events:
            history.jobs.end(
                taken.id, ended.status, session=ended.done.session,
                result=dict(ended.done.result) or None, error=ended.error,
                events=[*events, *_last_event(ended, recorder.last)],
            )  # fmt: skip
        tell(history, taken.id)

    def end_process() -> None:
        with suppress(LostError):
            record(_stopped(recorder))
        if leave is not None:
            leave()

    if leave is None:
        with recorder.beating():
            ended = _do(history, taken, recorder)
    else:
        with guarded(history, taken) as sign, recorder.beating(end_process, sign):
            ended = _do(history, taken, recorder)
    record(ended)
    if ended.raised is not None and taken.claim is None:
        raise ended.raised
    if isinstance(ended.raised, KeyboardInterrupt):
        raise ended.raised
    found = history.jobs.get(taken.id)
    log.info("Job %s is %s", found.id, found.status)
    return found


def leave_process() -> None:
    """End this process at once, though work hangs in it."""
    os._exit(1)


def _last_event(ended: _Ended, last: ProgressEvent | None) -> list[ProgressEvent]:
    """Event by which a follower learns that the work did not succeed, where it is not sent yet."""
    if ended.status == "completed" or (last is not None and last["type"] == "error"):
        return []
    return [error_event(last, ended.status.capitalize(), ended.error or ended.status)]


def _stopped(recorder: Recorder) -> _Ended:
    if recorder.why_ended in (None, "cancelled"):
        return _Ended("cancelled")
    return _Ended("failed", error=recorder.why_ended)


def _do(history: History, job: Job, recorder: Recorder) -> _Ended:
    # The work sees what whoever asked for it sees, whichever process carries it out.
    acting = history if job.person is None else history.acting_as(job.person)
    try:
        work = work_of(job.kind, job.parameters)
        if not history.has_begun(job.id):
            return _Ended("completed", work.run(acting, recorder))
        done = _done_before(acting, job) or resumed(work).run(acting, recorder)
        return _Ended("completed", done)
    except (GivenBack, LostError):
        raise  # it is another's now
    except Cancelled:
        return _stopped(recorder)
    except KeyboardInterrupt as interruption:
        return _Ended("cancelled", raised=interruption)
    except (GangliosideError, OSError) as error:
        return _Ended("failed", error=str(error), by_chance=_is_by_chance(error))
    except MemoryError as error:
        return _Ended("failed", error=NO_MEMORY, raised=error, by_chance=True)
    except BaseException as error:
        log.error("Job %s failed: %s", job.id, type(error).__name__, exc_info=error)
        capture(error, "job")
        text = "".join(traceback.format_exception_only(error)).strip()
        return _Ended("failed", error=f"The program failed: {text}", raised=error)


#: Faults of the system that no time heals.
_LASTING: Final = (FileNotFoundError, FileExistsError, PermissionError, NotADirectoryError,
                   IsADirectoryError)  # fmt: skip


def _is_by_chance(error: BaseException) -> bool:
    """Whether an error may not come again: of the disk, the network, a store that is away."""
    if isinstance(error, (HistoryBusyError, HistoryAwayError, NoRoomError)):
        return True
    return isinstance(error, OSError) and not isinstance(error, (GangliosideError, *_LASTING))


def _done_before(history: History, job: Job) -> Done | None:
    """Result of an attempt that completed its session, and no more; None where there is none."""
    sid = history.completed_by(job.id) if job.kind in MAKE_ONE_SESSION else None
    if sid is None:
        return None
    return Done(sid, {"headline": history.load(sid).summary.headline})
