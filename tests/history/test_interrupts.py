"""Ctrl-C in the middle of a question or of storing is Ctrl-C, and stores nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganglioside as gg

LONG = "SELECT count(*) FROM range(100000000000) numbers(n) WHERE n * n % 7 = 3"


@pytest.fixture
def ctrl_c() -> Iterator[threading.Timer]:
    """Press Ctrl-C in half a second, once it is started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    yield timer
    timer.cancel()
    signal.signal(signal.SIGINT, before)


def test_a_question_is_interrupted(tmp_path: Path, ctrl_c: threading.Timer) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt):
        history.query(LONG)
    assert history.query("SELECT 1 AS one")["one"].tolist() == [1]


def test_what_was_being_stored_is_not_there(tmp_path: Path, ctrl_c: threading.Timer) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")

    def store() -> None:
        with history._store.write() as connection:
            connection.execute("CREATE TABLE half AS SELECT 1 AS a")
            ctrl_c.start()
            connection.execute(LONG).fetchall()

    with pytest.raises(KeyboardInterrupt):
        store()
    tables = history.query("SELECT table_name FROM information_schema.tables")
    assert "half" not in tables["table_name"].tolist()


def test_other_failures_are_none(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    with pytest.raises(RuntimeError, match="something else"), history._store.write():
        raise RuntimeError("something else")
