from __future__ import annotations

import shutil
from pathlib import Path

import pytest
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
def history(place: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    return History.open(place / "history.duckdb", timeout=PATIENCE)
