"""Starting jobs, each in a process of its own, several at once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from ganglioside.errors import JobError
from ganglioside.history import History, Status
from ganglioside.history.jobs import Job
from ganglioside.history.storage.file_modes import created_like, share_with
from ganglioside.history.storage.store import utc_now
from ganglioside.jobs.kinds import Work, parameters_of, work_of
from ganglioside.jobs.runner import carry_out
from ganglioside.progress import ProgressCallback

#: A process that was started for a job has taken it after this time, or will not.
_TAKEN_WITHIN: Final = timedelta(minutes=1)

#: Jobs share the cores: each has one thread.
_ONE_THREAD: Final = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)

#: A job outlives the process and the terminal that started it.
_DETACHED: Final[dict[str, Any]] = (
    {"creationflags": 0x00000208}  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
    if sys.platform == "win32"
    else {"start_new_session": True}
)


def most_at_once() -> int:
    """Return how many jobs run at once: `GANGLIOSIDE_JOBS`, or the number of cores."""
    named = os.environ.get("GANGLIOSIDE_JOBS", "")
    return max(1, int(named)) if named.isdigit() else os.cpu_count() or 1


def start(history: History, work: Work, time_limit: float | None = None) -> str:
    """Start a job in a process of its own, which outlives this one; return its id.

    Where as many jobs run as may at once, it waits for its turn.

    Parameters
    ----------
    history
        It keeps the job, its events and its session.
    work
    time_limit
        s; a job that takes longer fails.
    """
    return _launched(history, _add(history, work, time_limit))


def run_here(
    history: History,
    work: Work,
    progress: ProgressCallback | None = None,
    time_limit: float | None = None,
) -> Job:
    """Carry out a job in this process, and return it as it ended.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted; the job is cancelled then.
    """
    return carry_out(history, _add(history, work, time_limit), progress)


def cancel(history: History, job: str) -> Job:
    """Ask for the end of a job: at its next step, or at once where it waits.

    Raises
    ------
    JobError
        If it has ended already.
    """
    return history.jobs.request_cancel(job)


def retry(history: History, job: str, *, foreign: bool = False) -> str:
    """Start a job again that has ended, whichever way; return the id of the new one.

    Parameters
    ----------
    history
    job
        Its id.
    foreign
        Whether it may be a job that somebody else asked for, or on another machine: it does
        here, as you, whatever its parameters say. Look at them first.

    Raises
    ------
    JobError
        If it has not ended, or is not your own and `foreign` is False.
    """
    old = history.jobs.get(job)
    if not old.has_ended:
        raise JobError(f"Job {old.id} is {old.status}: cancel it first, or wait for its end.")
    if not (foreign or history.jobs.is_own(old)):
        raise JobError(
            f"You did not ask for job {old.id} on this machine ({old.author} did), and it would "
            f"be carried out as yours: {old.kind} {old.parameters}. Look at what it does; to run "
            "it all the same: `ganglioside jobs retry`, or retry(..., foreign=True)."
        )
    work = work_of(old.kind, old.parameters)
    return _launched(history, _add(history, work, old.time_limit, retry_of=old.id))


def resume_waiting(history: History) -> None:
    """Start jobs that wait though there is room, as after a crash of the machine."""
    for _ in range(_room(history)):
        start_next(history, older_than=_TAKEN_WITHIN)


def start_next(history: History, older_than: timedelta = timedelta(0)) -> None:
    """Start the job that waits longest, where there is room: what a process does at its end.

    Only jobs of this user and machine are started: see `history.jobs.is_own`.
    """
    now = utc_now()
    # A job from a time to come waits since the clock was set back.
    waiting = [job for job in _own(history, "pending") if abs(now - job.created) >= older_than]
    if waiting and _room(history) > 0:
        _launch(history, waiting[-1].id)


def _add(
    history: History, work: Work, time_limit: float | None, retry_of: str | None = None
) -> str:
    if time_limit is not None and not time_limit > 0:
        raise JobError(f"A time limit of {time_limit:g} s leaves no time: give more.")
    return history.jobs.add(
        work.kind, parameters_of(work), work.name, time_limit=time_limit, retry_of=retry_of
    )


def _room(history: History) -> int:
    return most_at_once() - len(_own(history, "processing"))


def _own(history: History, status: Status) -> list[Job]:
    return history.jobs.own(status)


def _launched(history: History, job: str) -> str:
    """Start a process for a new job, unless it has to wait: whoever ends first starts it then."""
    before = [other for other in _own(history, "pending") if other.id != job]
    if len(before) < _room(history):
        _launch(history, job)
    return job


def _launch(history: History, job: str) -> None:
    with _log(history, job) as file:
        subprocess.Popen(
            # -P: modules are not looked for in the current folder, where others may write.
            [sys.executable, "-P", "-m", "ganglioside.jobs", str(history.path), job],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            env={**_ONE_THREAD, **os.environ, **_acting_for(history, job)}, **_DETACHED,
        )  # fmt: skip


def _log(history: History, job: str) -> IO[bytes]:
    """Open the log of a job's process for those who may read the history."""
    path = log_path(history, job)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    share_with(history.path, path.parent)
    # Others may write to a shared folder: what they put at the log's place is not followed.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        with created_like(history.path):
            return os.fdopen(os.open(path, flags, 0o666), "ab")
    except OSError as error:
        raise JobError(
            f"The log of the job, {path}, cannot be written ({error.strerror}): look at who may "
            "write to its folder."
        ) from error


def _acting_for(history: History, job: str) -> dict[str, str]:
    """Return the environment in which a process acts for the one who asked for its job.

    Any process with room starts the job that waits longest, whoever asked for it.
    """
    return {"GANGLIOSIDE_AUTHOR": history.jobs.get(job).author}


def log_path(history: History, job: str) -> Path:
    """Return the file to which a job's process writes beside its events.

    Raises
    ------
    JobError
        If the id is none that this program gives, as in a file that others have written.
    """
    if not job.isalnum():
        raise JobError(f"{job[:40]!r} is no id of a job: the history was changed by others.")
    return history.path.with_name(f"{history.path.name}.jobs") / f"{job}.log"
