"""What every test of a command has: a history and a working folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import EXAMPLE, run_json


@pytest.fixture(autouse=True)
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def sid() -> str:
    """Id of a stored session of the example."""
    return str(run_json("analyze", EXAMPLE, "--name", "liver 3")[0]["session_id"])


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """An empty file, which no command takes."""
    path = tmp_path / "bad.csv"
    path.write_text("")
    return path
