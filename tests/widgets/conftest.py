"""A history and tables for the states of the panels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.history import History
from ganglioside_widgets.state.jobs import JobsState


@pytest.fixture(autouse=True)
def _threads_end_with_their_test() -> Iterator[None]:
    """Let no thread of a state go on beside the next test, into whose history it would look."""
    before, watched = set(threading.enumerate()), []
    watch = JobsState.watch

    def watch_until_the_end(self: JobsState) -> None:
        watched.append(self)
        watch(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobsState, "watch", watch_until_the_end)
        yield
    for state in watched:
        state.close()
    for thread in set(threading.enumerate()) - before:
        if "ganglioside_widgets.state" in _module(thread):
            thread.join(PATIENCE)
            assert not thread.is_alive(), thread


def _module(thread: threading.Thread) -> str:
    """Where the work of a thread that goes on is written."""
    return str(getattr(getattr(thread, "_target", None), "__module__", ""))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's history stands, also for what opens the usual one."""
    path = tmp_path / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(path))
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "kh")
    return path


@pytest.fixture
def opened(place: Path) -> Callable[[], History]:
    return lambda: History.open(place)


@pytest.fixture(scope="session")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="session")
def small_analysis() -> gg.Analysis:
    """Analysis of a part of the example, of which a report takes half the time."""
    content = b"\n".join(gg.example().source.content.splitlines()[:80])
    return gg.analyze(gg.read_features(content, name="example.csv"))


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets analyses go on, which wait for it."""
    allowed = threading.Event()

    def held(self: History, *values: Any) -> Any:
        assert allowed.wait(PATIENCE)
        return carry_out(self, *values)

    carry_out = History.carry_out
    monkeypatch.setattr(History, "carry_out", held)
    return allowed
