"""Carrying out a job in this process: its events are kept, and so is its end."""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass

from ganglioside.errors import NO_MEMORY, Cancelled, GangliosideError
from ganglioside.history import History, Status
from ganglioside.history.events import error_event
from ganglioside.history.jobs import Job
from ganglioside.history.recorder import Recorder
from ganglioside.jobs.announcements import tell
from ganglioside.jobs.kinds import Done, work_of
from ganglioside.progress import ProgressCallback, ProgressEvent


@dataclass(frozen=True, slots=True)
class _Ended:
    """End of the work; the caller raises `raised` once the end is recorded."""

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
    """Carry out a pending job in this process, and return it with its end.

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
    return carry_out_taken(history, history.jobs.start(job), also, own_process=own_process)


def carry_out_taken(
    history: History,
    taken: Job,
    also: ProgressCallback | None = None,
    *,
    own_process: bool = False,
) -> Job:
    """Carry out a job that this process has taken (`history.jobs.take`); see `carry_out`."""
    recorder = Recorder(history.jobs, taken.id, also, taken.time_limit)

    def record(ended: _Ended) -> None:
        with recorder.unsaved() as events:
            history.jobs.end(
                taken.id, ended.status, session=ended.done.session,
                result=dict(ended.done.result) or None, error=ended.error,
                events=[*events, *_last_event(ended, recorder.last)],
            )  # fmt: skip
        tell(history, taken.id)

    def end_process() -> None:
        record(_stopped(recorder))
        os._exit(1)

    with recorder.beating(end_process if own_process else None):
        ended = _do(history, taken, recorder)
    record(ended)
    if ended.raised is not None:
        raise ended.raised
    return history.jobs.get(taken.id)


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
        return _Ended("completed", work_of(job.kind, job.parameters).run(acting, recorder))
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
