"""Starting jobs, each in a process of its own, several at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from ganglioside.errors import EndedError, JobError
from ganglioside.history import History, Status, sharing
from ganglioside.history.jobs import Job
from ganglioside.history.location import VARIABLE
from ganglioside.history.storage.file_modes import created_like, share_with
from ganglioside.history.storage.store import utc_now
from ganglioside.jobs.kinds import Queued, Work, parameters_of, session_of, work_of
from ganglioside.jobs.runner import carry_out
from ganglioside.progress import ProgressCallback
from ganglioside.support.formatting import counted

#: Time after which a process that was started for a job has begun it, or will not.
_TAKEN_WITHIN: Final = timedelta(minutes=1)

#: Part of a name in another encoding, which no history can keep.
_HALF: Final = re.compile(r"[^\"/]*[\ud800-\udfff][^\"/]*")

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
    """Largest number of jobs that run at once: `GANGLIOSIDE_JOBS`, or the number of cores."""
    named = os.environ.get("GANGLIOSIDE_JOBS", "")
    return max(1, int(named)) if named.isdigit() else os.cpu_count() or 1


def left_to_workers() -> bool:
    """Whether all jobs are left to workers, and none is started here: `GANGLIOSIDE_JOBS=0`."""
    return os.environ.get("GANGLIOSIDE_JOBS", "").strip() == "0"


def leave_to_workers() -> None:
    """Leave all jobs to workers from now on, here and in what this process starts."""
    os.environ["GANGLIOSIDE_JOBS"] = "0"


def start(history: History, work: Work, time_limit: float | None = None) -> str:
    """Start a job in a process of its own, which outlives this one; return its id.

    It waits for its turn where the largest number of jobs runs already.

    Parameters
    ----------
    history
        Stores the job, its events and its session.
    work
    time_limit
        s; a job that takes longer fails.
    """
    return launched(history, add(history, work, time_limit))


def add(history: History, work: Work, time_limit: float | None = None) -> str:
    """Id of a new job, stored as pending; `launched` starts it."""
    return _add(history, work, time_limit)


def run_here(
    history: History,
    work: Work,
    progress: ProgressCallback | None = None,
    time_limit: float | None = None,
) -> Job:
    """Carry out a new job in this process, and return it with its end.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted; the job is cancelled then.

    Examples
    --------
    >>> import tempfile
    >>> from ganglioside.jobs import Analyze, follow
    >>> folder = Path(tempfile.mkdtemp())
    >>> history = History.open(folder / "history.duckdb")
    >>> job = run_here(history, Analyze(source=str(folder / "missing.csv")))
    >>> job.status
    'failed'
    >>> [event["message"] for event in follow(history, job.id)]
    ['Failed']
    """
    return carry_out(history, add(history, work, time_limit), progress)


def cancel(history: History, job: str) -> Job:
    """Request the end of a job: at its next step, or at once where it waits.

    Raises
    ------
    JobError
        If it has ended already.
    """
    return history.jobs.request_cancel(job)


def retry(history: History, job: str, *, foreign: bool = False) -> str:
    """Start a job again that has ended, and return the id of the new one.

    Parameters
    ----------
    history
    job
        Its id.
    foreign
        Whether the job may come from another user or machine. It runs here in your name, whatever
        its parameters are: look at them first.

    Raises
    ------
    JobError
        If it has not ended, or is not your own and `foreign` is False.
    """
    old = history.jobs.require_change(job)
    if not old.has_ended:
        raise EndedError(f"Job {old.id} is {old.status}: cancel it first, or wait for its end.")
    if not (foreign or history.jobs.is_own(old)):
        raise JobError(
            f"You did not ask for job {old.id} on this machine ({old.author} did), and it would "
            f"be carried out as yours: {old.kind} {old.parameters}. Look at what it does; to run "
            "it all the same: `ganglioside jobs retry`, or retry(..., foreign=True)."
        )
    work = work_of(old.kind, old.parameters)
    return launched(history, _add(history, work, old.time_limit, retry_of=old.id))


def why_no_room(history: History, most: int) -> str:
    """Reason why no further job may wait, where so many may; empty where one may.

    Jobs of everybody count, whoever acts on the history.
    """
    waiting = len(_own(history, "pending"))
    if waiting < most:
        return ""
    wait = counted(waiting, "job waits", "jobs wait")
    return f"{wait} already. Try again when some are done."


def resume_waiting(history: History) -> None:
    """Start waiting jobs while there is room, as after a crash of the machine."""
    waiting = _waiting(history, _TAKEN_WITHIN)
    if waiting:
        for job in waiting[: max(_room(history), 0)]:
            _launch(history, job)


def start_next(history: History) -> None:
    """Start the job that has waited longest, if there is room; a process does so at its end.

    Only jobs of this user and machine are started: see `history.jobs.is_own`.
    """
    waiting = _waiting(history, timedelta(0))
    if waiting and _room(history) > 0:
        _launch(history, waiting[0])


def _waiting(history: History, at_least: timedelta) -> list[Job]:
    """Jobs that wait, those first that have waited longest."""
    now = utc_now()
    # A creation time in the future means that the clock was set back: the job has waited.
    return [
        job
        for job in _own(history, "pending")[::-1]
        if abs(now - job.created) >= at_least and (job.not_before is None or job.not_before <= now)
    ]


def _add(
    history: History, work: Work, time_limit: float | None, retry_of: str | None = None
) -> str:
    if time_limit is not None and not time_limit > 0:
        raise JobError(f"A time limit of {time_limit:g} s leaves no time: give more.")
    parameters = parameters_of(work)
    if half := _HALF.search(json.dumps(parameters, ensure_ascii=False)):
        raise JobError(
            f"{half.group()!r} is named in another encoding than this system's, which no job can "
            "keep: rename it."
        )
    return history.jobs.add(
        work.kind,
        parameters,
        work.name,
        time_limit=time_limit,
        retry_of=retry_of,
        session=work.session if isinstance(work, Queued) else None,
        about=session_of(work),
    )


def _room(history: History) -> int:
    if left_to_workers():
        return 0
    now = utc_now()  # what was killed takes no place, though nobody has marked it yet
    alive = [job for job in _own(history, "processing") if job.why_dead(now) is None]
    return most_at_once() - len(alive)


def _own(history: History, status: Status) -> list[Job]:
    return history.jobs.own(status)


def launched(history: History, job: str) -> str:
    """Start a process for a new job, unless it has to wait: whoever ends first starts it then.

    The job waits all the same where no process can be started, which raises an error.
    """
    before = [other for other in _own(history, "pending") if other.id != job]
    if len(before) < _room(history):
        _launch(history, history.jobs.get(job))
    return job


def _launch(history: History, job: Job) -> None:
    with _log(history, job.id) as file:
        subprocess.Popen(
            # -P: modules are not looked for in the current folder, where others may write.
            [sys.executable, "-P", "-m", "ganglioside.jobs", job.id],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            env=_environment(history, job), **_DETACHED,
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


def _environment(history: History, job: Job) -> dict[str, str]:
    """Environment of a job's process, which also names the user who asked for the job."""
    return {**_ONE_THREAD, **environment_for(history), "GANGLIOSIDE_AUTHOR": job.author}


def environment_for(history: History) -> dict[str, str]:
    """Environment of a process that works on the jobs of a history, which it names.

    Any process may start the job that has waited longest, whoever asked for it, so that the person
    of this one is not handed on: the job itself holds who its work acts as. The history is not
    named on the command line, which everybody on the machine can read: its URL may hold a password.
    """
    environment = {**os.environ, VARIABLE: history.address}
    environment.pop(sharing.VARIABLE, None)
    return environment


def log_path(history: History, job: str) -> Path:
    """File for the output of a job's process.

    Raises
    ------
    JobError
        If the id is not one of this program, as in a file that others have written.
    """
    if not job.isalnum():
        raise JobError(f"{job[:40]!r} is no id of a job: the history was changed by others.")
    return history.path.with_name(f"{history.path.name}.jobs") / f"{job}.log"
