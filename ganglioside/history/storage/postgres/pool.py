"""Connections of this process to a database, kept for the next transactions.

They are made by whoever needs one, so that a wrong password is said at once. Once a process has
been connected, it waits for a server that is started anew.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from ganglioside.errors import HistoryBusyError
from ganglioside.history.storage.postgres.address import Address
from ganglioside.history.storage.postgres.connection import Raw, prepared, require_answer

#: Connections of one process at most.
_MOST: Final = 8

#: Seconds between two attempts to connect.
_AGAIN: Final = 0.1

#: Seconds in which the server answers a connection that was kept, or it counts as dead.
_ANSWER: Final = 5.0

#: What is said of a server that is stopped, and may come back.
_AWAY: Final = re.compile(
    "refused|No such file|starting up|shutting down|closed the connection|recovery mode|timeout"
)


class Pool:
    """Connections to one database.

    Parameters
    ----------
    address
    timeout
        Seconds to wait for a connection.
    """

    def __init__(self, address: Address, timeout: float) -> None:
        self._name = address.name
        self._conninfo = address.conninfo(timeout)
        self._timeout = timeout
        self._places = threading.Semaphore(_MOST)
        self._idle: list[Raw] = []
        self._was_there = False

    @contextmanager
    def connection(self) -> Iterator[Raw]:
        """Give a connection, for the caller alone.

        Raises
        ------
        HistoryBusyError
            If all are in use for too long.
        psycopg.Error
            If the server cannot be reached.
        """
        if not self._places.acquire(timeout=self._timeout):
            raise HistoryBusyError(
                f"The history {self._name} is in use: this program has {_MOST} connections, and "
                f"none was free within {self._timeout:g} s. Wait and try again."
            )
        try:
            raw = self._take()
            try:
                yield raw
                raw.rollback()
            except BaseException:
                raw.close()  # it may be anywhere in a transaction
                raise
            self._idle.append(raw)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close what is kept."""
        while (raw := self._kept()) is not None:
            raw.close()

    def _take(self) -> Raw:
        if (raw := self._kept()) is None:
            return self._connect()
        try:
            require_answer(raw, _ANSWER)
        except psycopg.Error:
            raw.close()
            self.close()  # the others have met the same, and each would be waited for
            return self._connect()
        return raw

    def _kept(self) -> Raw | None:
        """Connection that was kept, no longer kept by now; None where there is none."""
        try:
            return self._idle.pop()
        except IndexError:  # another thread may have been faster
            return None

    def _connect(self) -> Raw:
        end = time.monotonic() + self._timeout
        while True:
            try:
                raw: Raw = psycopg.connect(self._conninfo)
            except psycopg.OperationalError as error:
                may_come = self._was_there and _AWAY.search(str(error))
                if not may_come or time.monotonic() > end:
                    raise
                time.sleep(_AGAIN)
            else:
                self._was_there = True
                prepared(raw)
                return raw


_pools: Final[dict[tuple[Any, ...], Pool]] = {}
_lock: Final = threading.Lock()


def pool_of(address: Address, timeout: float) -> Pool:
    """Pool of this process."""
    with _lock:
        return _pools.setdefault(
            (os.getpid(), address.url, timeout), Pool(address, timeout)
        )  # a forked process has connections of its own
