"""Histories that stay connected during a test, since connecting takes most of a small test's time.

For tests of what a history holds, in one process. How it is opened, locked, copied and shared with
other processes is tested without this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ganglioside.history.storage import store


@contextmanager
def kept_open() -> Iterator[None]:
    """Let all transactions with one file share a connection, which is closed at the end.

    Where a folder or a file beside the history is to be reached, it is connected anew, as always.
    """
    connect, attached = store.connect, store.attached
    held: dict[str, tuple[duckdb.DuckDBPyConnection, ExitStack]] = {}

    def let_go(path: Path) -> None:
        if os.fspath(path) in held:
            connection, stack = held.pop(os.fspath(path))
            known.discard(id(connection))
            stack.close()

    @contextmanager
    def alone(path: Path, **given: Any) -> Iterator[duckdb.DuckDBPyConnection]:
        let_go(path)
        with connect(path, **given) as connection:
            yield connection

    @contextmanager
    def shared(
        path: Path,
        *,
        read_only: bool = False,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        if os.fspath(path) not in held:
            stack = ExitStack()
            held[os.fspath(path)] = stack.enter_context(attached(path)), stack
        connection = held[os.fspath(path)][0]
        try:
            yield connection
        finally:  # as closing does
            with suppress(duckdb.TransactionException):
                connection.rollback()

    require_known, known = store.require_known, set()

    def require_known_once(
        connection: duckdb.DuckDBPyConnection, path: Path, version: int, **given: bool
    ) -> None:
        if id(connection) not in known:
            require_known(connection, path, version, **given)
        known.update(id(connection) for connection, _ in held.values())

    replace_by = store.Store.replace_by

    def replace_what_is_not_held(self: store.Store, draft: Path, aside: Path | None = None) -> None:
        mine = {os.fspath(self.path), os.fspath(draft)} & held.keys()
        assert not mine, "A file that stays connected is replaced: mark the test `lets_go`."
        replace_by(self, draft, aside)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.Store, "replace_by", replace_what_is_not_held)
        patch.setattr(store, "connect", alone)
        patch.setattr(store, "attached", shared)
        patch.setattr(store, "require_known", require_known_once)
        try:
            yield
        finally:
            for path in list(held):
                let_go(Path(path))
