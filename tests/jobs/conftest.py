from __future__ import annotations

from pathlib import Path

import pytest
from jobs.slow_work import TABLE, Slow

import ganglioside as gg
from ganglioside.history import recorder
from ganglioside.jobs import kinds


@pytest.fixture
def history(tmp_path: Path) -> gg.History:
    return gg.History.open(tmp_path / "history.duckdb")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "liver.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds._KINDS, Slow.kind, Slow)
    monkeypatch.setattr(recorder, "BEAT", 0.05)
