"""News of a history in PostgreSQL: each process learns at once that anybody has written."""

from __future__ import annotations

import os
import secrets
import threading
import time
from typing import Final

import psycopg

from ganglioside.history.storage.postgres.address import Address

#: Seconds between two attempts to listen again.
_AGAIN: Final = 1.0

#: Seconds to wait for the first time that it listens.
_FIRST: Final = 2.0

#: Seconds after which a silent connection is looked at.
_LOOK: Final = 60.0


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
        self._listening = False
        self._count = 0
        threading.Thread(target=self._listen, name="history news", daemon=True).start()
        with self._changed:
            self._changed.wait_for(lambda: self._listening, _FIRST)

    def state(self) -> tuple[int, ...] | None:
        """Number of writes that were heard of; None while nobody listens."""
        with self._changed:
            return (self._count,) if self._listening else None

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
                with self._changed:
                    self._listening = False
                time.sleep(_AGAIN)

    def _hear(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with self._changed:
            self._listening = True
        self.tell()  # of what was written before
        while True:
            for heard in connection.notifies(timeout=_LOOK, stop_after=1):
                if heard.payload != sender():  # which was counted when it was written
                    self.tell()
            connection.execute("SELECT")  # fails where the server has gone


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
