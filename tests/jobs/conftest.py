from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stores
from jobs.slow_work import TABLE, Slow

import ganglioside as gg
from ganglioside.history import recorder
from ganglioside.jobs import kinds


@pytest.fixture
def history(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[gg.History]:
    """A new history, once in a file and once in PostgreSQL; see `stores`."""
    with stores.address(store, tmp_path, monkeypatch) as address:
        yield gg.History.open(address)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "liver.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds._KINDS, Slow.kind, Slow)
    monkeypatch.setattr(recorder, "BEAT", 0.05)
