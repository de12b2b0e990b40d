"""A history and tables for the states of the panels."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.history import History


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
