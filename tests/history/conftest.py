from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import stores
from builders import HandMadeModel
from effort import PATIENCE

from ganglioside.history import History, record


@pytest.fixture(scope="session")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


@pytest.fixture
def place(_place: Path) -> Path:
    """An empty folder; DuckDB, once started for a file in it, serves that of the next test too."""
    shutil.rmtree(_place)
    _place.mkdir(mode=0o700)
    return _place


@pytest.fixture
def history(store: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    """A new history, once in a file and once in PostgreSQL; see `stores`."""
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    with stores.address(store, place, monkeypatch) as address:
        yield History.open(address, timeout=PATIENCE)
