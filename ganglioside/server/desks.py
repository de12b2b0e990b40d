"""Desks: cores for analyses and exports whose callers wait, and an end to the waiting."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Final, TypeVar

from ganglioside.jobs.launcher import most_at_once
from ganglioside.server.problems import Problem

#: Callers wait for a desk so many times as long as an analysis may take.
_PATIENCE: Final = 5.0

#: Work at a desk hangs where it goes on so many seconds beyond the time of an analysis, as some
#: exports do. Clients hear of it before they give up by themselves.
_BEYOND: Final = 180.0

T = TypeVar("T")

log: Final = logging.getLogger(__name__)


class _Work:
    """Work that is done at a desk, on a thread of its own."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._thread = Thread(target=copy_context().run, args=(self._do,), daemon=True)
        self.begun = time.monotonic()
        self.done: Future[Any] = Future()
        self.is_replaced = False

    def start(self) -> None:
        self._thread.start()

    def _do(self) -> None:
        try:
            made = self._make()
        except BaseException as error:  # noqa: BLE001 - raised again where its caller waits
            self.done.set_exception(error)
        else:
            self.done.set_result(made)

    def where(self) -> str:
        """Lines of the program that it is at."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        return "".join(traceback.format_stack(frame)) if frame else ""


class Desks:
    """Cores for analyses and exports whose callers wait.

    Work that hangs within a step cannot be ended from outside. So its caller is answered after a
    while, its thread is left, and another may take its desk. No more work is left so than there
    are desks: beyond that, hanging work keeps its desk until it ends, and `stuck` tells of it once
    all are taken so.

    Parameters
    ----------
    most_waiting
        Callers that may wait at once.
    seconds
        Time that an analysis may take; a caller waits five times as long for a desk, and three
        minutes longer for what is done there.

    Attributes
    ----------
    waiting : int
        Callers that wait.
    longest : float
        Seconds after which work counts as hanging.
    """

    def __init__(self, most_waiting: int, seconds: float) -> None:
        self._most = most_waiting
        self._patience = _PATIENCE * seconds
        self._count = most_at_once()
        self._desks = BoundedSemaphore(self._count)
        self._lock = Lock()
        self._at_work: set[_Work] = set()
        self.waiting = 0
        self.longest = seconds + _BEYOND

    def do(self, make: Callable[[], T], look_again: Callable[[], None] = lambda: None) -> T:
        """What `make` returns, once a desk is free.

        Parameters
        ----------
        make
        look_again
            Raises an error where nothing is to be made any more after the wait for a desk.

        Raises
        ------
        Problem
            If too many wait, no desk becomes free in time, or `make` hangs.
        """
        self._wait()
        try:
            look_again()
        except BaseException:
            self._desks.release()
            raise
        work = _Work(make)
        with self._lock:
            self._at_work.add(work)
        work.done.add_done_callback(lambda _: self._leave(work))
        work.start()
        if not wait([work.done], self.longest).done:
            self._replace(work)
            raise _hangs(self.longest)
        made: T = work.done.result()
        return made

    def stuck(self) -> bool:
        """Whether all desks are taken by work that hangs."""
        with self._lock:
            begun = [work.begun for work in self._at_work if not work.is_replaced]
        return len(begun) >= self._count and max(begun) < time.monotonic() - self.longest

    @property
    def at_work(self) -> int:
        """Number of pieces of work that have not ended, those that hang included."""
        with self._lock:
            return len(self._at_work)

    def _replace(self, work: _Work) -> None:
        """Let others have the desk of work that hangs, unless as many hang as there are desks."""
        log.error("Work hangs, its caller was told, and its thread is left:\n%s", work.where())
        with self._lock:
            replaced = sum(one.is_replaced for one in self._at_work)
            if work not in self._at_work or replaced >= self._count:
                return
            work.is_replaced = True
        self._desks.release()

    def _leave(self, work: _Work) -> None:
        """Free the desk of work that has ended."""
        with self._lock:
            self._at_work.remove(work)
        if not work.is_replaced:
            self._desks.release()

    def _wait(self) -> None:
        with self._lock:
            if self.waiting >= self._most:
                raise _full()
            self.waiting += 1
        try:
            is_free = self._desks.acquire(timeout=self._patience)
        finally:
            with self._lock:
                self.waiting -= 1
        if not is_free:
            raise _full()


def _full() -> Problem:
    return Problem(
        503,
        "full",
        "Too many analyses and exports wait. Try again in some seconds, or send an analysis with "
        "mode=job.",
        {"Retry-After": "5"},
    )


def _hangs(seconds: float) -> Problem:
    return Problem(
        503,
        "hangs",
        f"The server has not come to an end with it in {seconds:g} s, and nothing is kept of it. "
        "Send an analysis with mode=job: a job that hangs is ended, and others are not held up. "
        "Where it happens again, tell whoever runs the server: its log says where it hangs.",
        {"Retry-After": "60"},
    )
