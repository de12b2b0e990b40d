"""The guard of a job: a small process beside the one that works, which ends it where it hangs.

The process that works ends itself where it does not heed a request to cancel, or its time limit
(`history/recorder.py`), but only while its threads get their turns. One long step that never lets
them leaves it deaf and blind. It gives the guard a sign with each beat; while these come, the guard
only waits, and has loaded nothing. It ends its parent alone, which it knows by number and start.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from ganglioside.history import History
    from ganglioside.history.jobs import Job
    from ganglioside.history.session_rows import Status

#: Seconds without a sign after which a job that is to end is ended with its process.
SILENCE: Final = 10.0


@contextmanager
def guarded(history: History, job: Job) -> Iterator[Callable[[], None]]:
    """Guard the work on a job in this process meanwhile; yield what gives a sign of life.

    Parameters
    ----------
    history
    job
        Taken by this process, which exists for jobs alone and may be ended with this one.
    """
    process = _started(history, job)
    assert process.stdin is not None
    try:
        yield lambda: _give_sign(process.stdin)
    finally:
        with suppress(OSError):
            process.stdin.close()  # by which it ends
        with suppress(subprocess.TimeoutExpired):
            process.wait(SILENCE)
        process.kill()
        process.wait()


def _started(history: History, job: Job) -> subprocess.Popen[bytes]:
    from ganglioside.jobs.launcher import environment_for

    limit = "" if job.time_limit is None else str(job.time_limit)
    return subprocess.Popen(
        [sys.executable, "-P", __file__, job.id, str(os.getpid()), limit, str(SILENCE)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0,
        env=environment_for(history),
    )  # fmt: skip


def _give_sign(guard: IO[bytes] | None) -> None:
    with suppress(OSError, ValueError):  # it was ended by others
        if guard is not None:
            guard.write(b".")


class _Guard:
    """Guard of its parent's work on a job.

    Parameters
    ----------
    parent
    job
        Its id.
    limit
        Seconds after which the job is to end.
    silence
        Seconds without a sign after which the parent is taken for deaf.
    """

    def __init__(
        self, parent: psutil.Process, job: str, limit: float | None, silence: float
    ) -> None:
        self._parent = parent
        self._job = job
        self._limit = limit
        self._silence = silence
        self._begun = time.monotonic()
        self._news = threading.Event()
        self._over = False

    def watch(self) -> None:
        """Wait for signs until the work is over; end the parent where it is deaf and is to end."""
        threading.Thread(target=self._listen, daemon=True).start()
        asked = False
        while not self._over:
            heard = self._news.wait(self._silence)
            self._news.clear()
            if heard:
                asked = False
            elif asked:
                self._end()
                return
            else:
                # Asked and silent: it has as long again to end by itself.
                asked = self._is_late() or self._is_asked()

    def _listen(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):
            self._news.set()
        self._over = True
        self._news.set()

    def _is_late(self) -> bool:
        return self._limit is not None and time.monotonic() - self._begun > self._limit

    def _is_asked(self) -> bool:
        """Whether the job is to be cancelled, or is not the parent's any more."""
        from ganglioside.errors import GangliosideError
        from ganglioside.history import History

        try:
            found = History.open().jobs.get(self._job)
        except GangliosideError:  # in use for long, or away: next time
            return False
        return found.cancel_requested or not self._has(found)

    def _has(self, found: Job) -> bool:
        """Whether the parent has the job, and not another process with its number elsewhere."""
        from ganglioside.history.process import Process

        if found.status != "processing" or found.host is None or found.pid is None:
            return False
        has_it = Process(found.host, found.pid, found.process_started, None)
        return Process.with_number(self._parent.pid).is_same(has_it)

    def _end(self) -> None:
        """Record the end of the job, and end the parent, whether or not it could be recorded."""
        from ganglioside.errors import GangliosideError

        with suppress(GangliosideError):  # such as in use by the parent: it counts as dead then
            try:
                history = self._recorded()
            finally:
                with suppress(psutil.NoSuchProcess):
                    self._parent.kill()  # never another process that has its number by now
            if history is not None:
                self._follow_up(history)

    def _recorded(self) -> History | None:
        """History with the end of the job; None where the parent has it no more."""
        from ganglioside.history import History
        from ganglioside.history.events import error_event
        from ganglioside.history.recorder import too_late

        history = History.open()
        found = history.jobs.get(self._job)
        if not self._has(found):
            return None
        status: Status = "cancelled" if found.cancel_requested else "failed"
        error = None if found.cancel_requested else too_late(self._limit or 0.0)
        last = history.jobs.events(found.id)[-1:]
        event = error_event(last[0] if last else None, status.capitalize(), error or status)
        # As long as the worker's claim holds: the job may be given to another.
        own = history if found.claim is None else history.claimed(found.claim)
        own.jobs.end(found.id, status, error=error, events=[event])
        return history

    def _follow_up(self, history: History) -> None:
        """Do what the parent would have done at the end of the job."""
        from ganglioside.jobs.announcements import tell
        from ganglioside.jobs.launcher import start_next

        history.refresh()  # sessions that it has begun
        tell(history, self._job)
        if history.jobs.get(self._job).worker is None:
            start_next(history)


def main(job: str, parent: str, limit: str, silence: str) -> None:
    """Guard the work of the parent process on a job until its signs end."""
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the parent, which may go on
        signal.signal(number, signal.SIG_IGN)
    if os.getppid() == int(parent):
        process = psutil.Process(int(parent))
        _Guard(process, job, float(limit) if limit else None, float(silence)).watch()


if __name__ == "__main__":
    main(*sys.argv[1:])
