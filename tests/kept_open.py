"""Histories that stay connected during a test, since connecting takes most of a small test's time.

For tests of what a history holds, in one process. How it is opened, locked, copied and shared with
other processes is tested without this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import duckdb
import pytest

from ganglioside.history.storage import store


class _Held:
    """Connections that stay, by their files.

    Threads take turns, as DuckDB refuses two at once. One that goes on when the test has ended is
    given connections of its own.
    """

    def __init__(self) -> None:
        self._connect, self._attached = store.connect, store.attached
        self._require_known, self._replace_by = store.require_known, store.Store.replace_by
        self._turn, self._is_over = RLock(), False
        self._held: dict[str, tuple[duckdb.DuckDBPyConnection, ExitStack]] = {}
        self._known: set[int] = set()

    @contextmanager
    def alone(self, path: Path, **given: Any) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect anew, as where a folder or a file beside the history is to be reached."""
        self._let_go(os.fspath(path))
        with self._connect(path, **given) as connection:
            yield connection

    @contextmanager
    def shared(self, path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the connection that stays; what was begun with it and not committed is undone."""
        with self._turn:
            if self._is_over:
                with self._attached(path, read_only=read_only) as connection:
                    yield connection
                return
            connection = self._connected(path)
            try:
                yield connection
            finally:  # as closing does
                with suppress(duckdb.TransactionException):
                    connection.rollback()

    def require_known_once(
        self, connection: duckdb.DuckDBPyConnection, path: Path, version: int, **given: bool
    ) -> None:
        """Look at the tables of each connection once."""
        if id(connection) not in self._known:
            self._require_known(connection, path, version, **given)
        self._known.update(id(connection) for connection, _ in self._held.values())

    def replace_by(self, replaced: store.Store, draft: Path, aside: Path | None = None) -> None:
        """Refuse to replace a file that stays connected."""
        mine = {os.fspath(replaced.path), os.fspath(draft)} & self._held.keys()
        assert not mine, "A file that stays connected is replaced: mark the test `lets_go`."
        self._replace_by(replaced, draft, aside)

    def end(self) -> None:
        """Close all connections."""
        with self._turn:
            self._is_over = True
            for path in list(self._held):
                self._let_go(path)

    def _connected(self, path: Path) -> duckdb.DuckDBPyConnection:
        if os.fspath(path) not in self._held:
            stack = ExitStack()
            self._held[os.fspath(path)] = stack.enter_context(self._attached(path)), stack
        return self._held[os.fspath(path)][0]

    def _let_go(self, path: str) -> None:
        with self._turn:
            if path in self._held:
                connection, stack = self._held.pop(path)
                self._known.discard(id(connection))
                stack.close()


@contextmanager
def kept_open() -> Iterator[None]:
    """Let all transactions with one file share a connection, which is closed at the end."""
    held = _Held()

    def replace_by(self: store.Store, draft: Path, aside: Path | None = None) -> None:
        held.replace_by(self, draft, aside)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.Store, "replace_by", replace_by)
        patch.setattr(store, "connect", held.alone)
        patch.setattr(store, "attached", held.shared)
        patch.setattr(store, "require_known", held.require_known_once)
        try:
            yield
        finally:
            held.end()
