"""A worker: takes job after job of a history, until it is told to stop.

Any number of workers share one queue, on this machine or on others that reach the database. Each
gives signs of life in a thread; whoever comes first puts back the jobs of those that give none, and
adds the jobs of tasks that are due.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import pyarrow

from ganglioside.errors import EndedError, GangliosideError, GivenBack, LostError
from ganglioside.history import History
from ganglioside.history.author import acting_for
from ganglioside.history.jobs import Job
from ganglioside.history.workers import LEASE
from ganglioside.jobs.follower import INTERVAL, Looks
from ganglioside.jobs.runner import carry_out_taken, leave_process
from ganglioside.support.requests import working

log: Final = logging.getLogger(__name__)

#: Signs of life within one lease.
_SIGNS: Final = 4

#: Most seconds between two looks at the queue: jobs come due by time alone.
_LOOK: Final = 5.0

#: Exit code of a worker that was drained from elsewhere: its unit does not start it again.
DRAINED: Final = 3

#: Signals by which it is told to stop.
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


class JobWorker:
    """Worker of a history.

    Parameters
    ----------
    history
    lease
        Seconds without a sign of life after which it loses its job.
    leave
        Begins this process anew, where work does not heed its time limit.
    each
        Called between two looks after the whole, in the thread that gives signs of life.

    Attributes
    ----------
    worker : Worker
    was_drained : bool
        Whether somebody drained it from elsewhere: nobody is to start it again by himself.
    """

    def __init__(
        self,
        history: History,
        lease: float = LEASE,
        leave: Callable[[], None] | None = None,
        each: Callable[[], object] = lambda: None,
    ) -> None:
        self._history = history
        self._leave = leave
        self._each = each
        self._draining = threading.Event()
        self._over = threading.Event()
        self._working = False
        self.was_drained = False
        self.worker = history.workers.register(lease)

    def run(self, *, until_empty: bool = False) -> int:
        """Take jobs until told to stop; return how many came to their end here.

        Parameters
        ----------
        until_empty
            Whether to stop where no job waits.
        """
        done = 0
        log.info("Worker %s takes jobs of %s", self.worker.id, self._history.name)
        with self._signs():
            looks = Looks(self._history)
            while not self._draining.is_set():
                job = self._taken()
                if job is not None:
                    done += self._carry_out(job)
                elif until_empty:
                    break
                else:
                    self._rest(looks)
        self._end()
        log.info("Worker %s has ended after %d jobs", self.worker.id, done)
        return done

    def stop(self) -> None:
        """Take no more jobs; the second time: give back the one that goes on.

        Raises
        ------
        GivenBack
            The second time, in the work that goes on.
        """
        if self._draining.is_set() and self._working:
            self._working = False
            raise GivenBack
        self._draining.set()

    def _taken(self) -> Job | None:
        try:
            return self._history.jobs.take(self.worker)
        except GangliosideError as error:  # the database is away, or the file in use for long
            log.warning("No job can be taken: %s", error)
            return None

    def _rest(self, looks: Looks) -> None:
        """Wait for a change of the history, or some seconds."""
        looks.wanted()
        waited = 0.0
        while waited < _LOOK and not self._draining.is_set():
            self._history.wait(INTERVAL)
            waited += INTERVAL
            if looks.wanted():
                return

    def _carry_out(self, job: Job) -> bool:
        """Carry out a job; whether its end, or its next attempt, is recorded."""
        claim = job.claim
        assert claim is not None
        history = self._history.claimed(claim)
        with working(job.id, job.request or ""), acting_for(job.author):
            try:
                self._working = True
                try:
                    carry_out_taken(history, job, own_process=True, leave=self._left)
                finally:
                    self._working = False
            except GivenBack:
                with suppress(EndedError):  # it was just recorded
                    history.jobs.give_back(job.id)
                log.info("Job %s was given back", job.id)
                return False
            except LostError as lost:
                log.warning("%s", lost)
                return False
            except GangliosideError as error:
                # Its end cannot be stored: it comes back once the lease is over.
                log.warning("The end of job %s cannot be stored: %s", job.id, error)
                return False
            return True

    def _end(self) -> None:
        try:
            self._history.workers.end(self.worker.id)
        except GangliosideError as error:  # it counts as lost after its lease
            log.warning("The end of this worker cannot be stored: %s", error)

    def _left(self) -> None:
        """Leave a process in which work hangs."""
        self._end()
        log.warning("Work did not heed its time limit: this process begins anew")
        (self._leave or leave_process)()

    @contextmanager
    def _signs(self) -> Iterator[None]:
        """Give signs of life, and look after the whole, meanwhile."""
        pause = self.worker.lease / _SIGNS

        def beat() -> None:
            self._sign()
            while not self._over.wait(pause):
                self._sign()

        thread = threading.Thread(target=beat, name="worker signs", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _sign(self) -> None:
        try:
            if self._history.workers.beat(self.worker).drain_requested:
                self.was_drained = True
                self._draining.set()
            self._history.refresh()
            self._history.tasks.add_due()
            self._each()
        except GangliosideError as error:
            log.warning("No sign of life can be given: %s", error)


def begin_anew() -> None:
    """Replace this process by a fresh one with the same arguments: what hangs in it is gone."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, sys.orig_argv)


@contextmanager
def stopped_by_signals(worker: JobWorker) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C stop a worker meanwhile."""

    def stop(_: int, __: FrameType | None) -> None:
        worker.stop()

    # While it reads, pyarrow takes signals for itself: the work would fail, and nobody would stop.
    pyarrow.enable_signal_handlers(False)
    if hasattr(signal, "SIGUSR1") and sys.__stderr__:  # kill -USR1 shows where each thread is
        faulthandler.register(signal.SIGUSR1, file=sys.__stderr__)
    before = {number: signal.signal(number, stop) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
