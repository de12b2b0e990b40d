"""News of a history in PostgreSQL: each process learns at once that anybody has written."""

from __future__ import annotations

import math
import os
import secrets
import threading
import time
from typing import Final

import psycopg

from ganglioside.history.storage.postgres.address import Address
from ganglioside.history.storage.postgres.connection import Raw, require_answer

#: Seconds between two attempts to listen again.
_AGAIN: Final = 1.0

#: Seconds to wait for the first time that it listens.
_FIRST: Final = 2.0

#: Seconds after which a silent server is asked whether it is there, and in which it answers.
_LOOK: Final = 5.0

#: Seconds after which nobody knows what was written, unless the server has answered since: whoever
#: was cut off from it, as by a failover, hears nothing of that.
_STALE: Final = 2 * _LOOK


class News:
    """Counts the writes to one history, in a thread that listens.

    Parameters
    ----------
    address
    timeout
        Seconds to wait for the server.
    """

    def __init__(self, address: Address, timeout: float) -> None:
        self._conninfo = address.conninfo(timeout)
        self._changed = threading.Condition()
        self._known = -math.inf  # all that was written until then was heard of
        self._count = 0
        threading.Thread(target=self._listen, name="history news", daemon=True).start()
        with self._changed:
            self._changed.wait_for(self._is_up_to_date, _FIRST)

    def state(self) -> tuple[int, ...] | None:
        """Number of writes that were heard of; None while there may be others."""
        with self._changed:
            return (self._count,) if self._is_up_to_date() else None

    def tell(self) -> None:
        """Count a write of this process, before the server tells of it."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait, at most until somebody writes."""
        with self._changed:
            self._changed.wait(seconds)

    def _listen(self) -> None:
        while True:
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    connection.execute("LISTEN ganglioside")
                    self._hear(connection)
            except psycopg.Error:
                # Not known until it listens again; whoever reads meets the same fault, and says so.
                self._note(-math.inf)
                time.sleep(_AGAIN)

    def _hear(self, connection: Raw) -> None:
        self.tell()  # of what was written before
        while True:
            asked = time.monotonic()
            require_answer(connection, _LOOK)  # fails where the server has gone
            self._count_heard(connection, 0.0)  # what it told before it answered
            self._note(asked)
            self._count_heard(connection, _LOOK)

    def _count_heard(self, connection: Raw, seconds: float) -> None:
        for heard in connection.notifies(timeout=seconds, stop_after=1):
            if heard.payload != sender():  # which was counted when it was written
                self.tell()

    def _note(self, known: float) -> None:
        """Note until when all that was written was heard of; wake who waits for the first time."""
        with self._changed:
            was_known, self._known = self._is_up_to_date(), known
            if not was_known:
                self._changed.notify_all()

    def _is_up_to_date(self) -> bool:
        return time.monotonic() - self._known < _STALE


def sender() -> str:
    """Name of this process in what it tells."""
    return f"{_SENDER}{os.getpid()}"


_SENDER: Final = secrets.token_hex(6)
_heard: dict[tuple[str, float], News] = {}
_lock: Final = threading.Lock()
if hasattr(os, "register_at_fork"):  # threads do not come with a forked process
    os.register_at_fork(after_in_child=_heard.clear)


def news_of(address: Address, timeout: float) -> News:
    """News of a history: one listener per process."""
    with _lock:
        key = (address.url, timeout)
        if key not in _heard:
            _heard[key] = News(address, timeout)
        return _heard[key]


def tell(address: Address) -> None:
    """Count a write of this process, if anybody here listens."""
    for (url, _), news in list(_heard.items()):
        if url == address.url:
            news.tell()
