"""Temporary folders of killed servers go at the next start, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganglioside_widgets.serving.leftovers import (
    LOCK,
    PREFIX,
    SPARED,
    STARTING,
    remove_leftovers,
    temporary_folder,
)

#: A server that never ends.
SERVE = """
import time
from ganglioside_widgets.serving.leftovers import temporary_folder
with temporary_folder() as place:
    print(place, flush=True)
    time.sleep(3600)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def age(path: Path, seconds: float) -> None:
    """Have a file or folder been changed so long ago."""
    past = time.time() - seconds
    os.utime(path, (past, past))


def test_a_folder_is_private_and_goes_at_the_end(place: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == place
        if os.name == "posix":
            assert folder.stat().st_mode & 0o777 == 0o700
    assert list(place.iterdir()) == []


def test_the_folder_of_a_killed_server_goes_and_that_of_a_living_one_stays(place: Path) -> None:
    servers = [
        subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    folders = []
    for server in servers:
        assert server.stdout is not None
        folders.append(Path(server.stdout.readline().strip()))
    servers[0].kill()
    servers[0].wait()
    assert all(folder.is_dir() for folder in folders)
    for folder in folders:
        age(folder / LOCK, STARTING + 60)
    remove_leftovers(place)
    assert not folders[0].exists()
    assert folders[1].exists()
    servers[1].kill()
    for server in servers:
        server.communicate()


def test_folders_without_a_lock_go_when_they_are_old(place: Path) -> None:
    old, new = place / f"{PREFIX}old", place / f"{PREFIX}new"
    for folder in (old, new):
        folder.mkdir()
    age(old, SPARED + 60)
    remove_leftovers(place)
    assert not old.exists()
    assert new.exists()


def test_a_server_that_is_about_to_take_its_lock_keeps_its_folder(place: Path) -> None:
    starting = place / f"{PREFIX}starting"
    starting.mkdir()
    (starting / LOCK).touch()
    remove_leftovers(place)
    assert starting.exists()
    age(starting / LOCK, STARTING + 60)
    remove_leftovers(place)
    assert not starting.exists()


def test_links_files_and_folders_of_others_stay(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = place / "precious"
    target.mkdir()
    (target / LOCK).touch()
    age(target / LOCK, STARTING + 60)
    link = place / f"{PREFIX}link"
    link.symlink_to(target, target_is_directory=True)
    (place / f"{PREFIX}file").touch()
    (place / "voila_other").mkdir()
    remove_leftovers(place)
    assert {path.name for path in place.iterdir()} == {
        "precious", link.name, f"{PREFIX}file", "voila_other",
    }  # fmt: skip
    dead = place / f"{PREFIX}dead"
    dead.mkdir()
    (dead / LOCK).touch()
    age(dead / LOCK, STARTING + 60)
    uid = os.getuid()
    monkeypatch.setattr("os.getuid", lambda: uid + 1)
    remove_leftovers(place)
    assert dead.exists()
    monkeypatch.undo()
    remove_leftovers(place)
    assert not dead.exists()
