"""What every test of a command has: a history and a working folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import EXAMPLE, run_json


@pytest.fixture(scope="session")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


@pytest.fixture(autouse=True)
def history(_place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Path of a new history; DuckDB, once started for it, serves that of the next test too."""
    shutil.rmtree(_place)
    _place.mkdir(mode=0o700)
    path = _place / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A history with a session of the example, and the id of the session."""
    path = tmp_path_factory.mktemp("stored") / "history.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANGLIOSIDE_HISTORY", str(path))
        (session,) = run_json("analyze", EXAMPLE, "--name", "liver 3")
    return path, str(session["session_id"])


@pytest.fixture
def sid(stored: tuple[Path, str], history: Path) -> str:
    """Id of a session of the example in the test's own history."""
    path, found = stored
    shutil.copy(path, history)
    return found


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """An empty file, which no command takes."""
    path = tmp_path / "bad.csv"
    path.write_text("")
    return path
