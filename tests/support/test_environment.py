"""Processes that start meanwhile find variables, which are as before for those that come later."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from effort import PATIENCE

from ganglioside.support.environment import SAFE_PATH, safe_path


@pytest.mark.parametrize("before", [None, "", "1"])
def test_the_environment_is_as_before(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    (name,) = SAFE_PATH
    monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv(name, before)
    with suppress(RuntimeError), safe_path():
        assert os.environ[name] == "1"
        raise RuntimeError
    assert os.environ.get(name) == before


def test_a_module_of_the_folder_at_hand_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(*SAFE_PATH, raising=False)  # Dask sets it, where a test has had a cluster
    (tmp_path / "colorsys.py").write_text("print('planted')")
    command = [sys.executable, "-c", "import colorsys"]
    assert subprocess.check_output(command, cwd=tmp_path, text=True) == "planted\n"
    with safe_path():
        assert subprocess.check_output(command, cwd=tmp_path, text=True) == ""


def test_threads_that_come_together_leave_it_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the later of two took what the first had set for what was there before."""
    (name,) = SAFE_PATH
    monkeypatch.delenv(name, raising=False)
    inside, came, leave = Event(), Event(), Event()

    def come() -> None:
        inside.wait(PATIENCE)
        with safe_path():
            came.set()
            leave.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(come)
        with safe_path():
            inside.set()
            came.wait(0.2)  # in vain: it waits for its turn
        leave.set()
        late.result(PATIENCE)
    assert name not in os.environ
