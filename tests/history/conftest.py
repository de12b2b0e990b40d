from __future__ import annotations

from pathlib import Path

import pytest
from builders import HandMadeModel
from effort import PATIENCE

from ganglioside.history import History, record


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    return History.open(tmp_path / "history.duckdb", timeout=PATIENCE)
