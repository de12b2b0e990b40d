"""Who may read and write what stands beside a history: whoever may with the history itself."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest
from builders import build_analysis
from effort import PATIENCE

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.storage import file_modes
from ganglioside.history.storage.log_heads import head_file

pytestmark = [
    pytest.mark.file_only("permissions of the file"),
    pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX"),
]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def beside(history: History) -> dict[str, int]:
    folder = history.path.parent
    return {path.name: mode(path) for path in folder.iterdir() if path != history.path}


def test_a_new_history_and_what_stands_beside_it_is_its_owners(history: History) -> None:
    history.save(build_analysis())
    assert mode(history.path) == 0o600
    found = beside(history)
    assert {"history.duckdb.lock", "history.duckdb.heads"} <= set(found)
    assert all(bits & 0o077 == 0 for bits in found.values()), found


def test_what_stands_beside_follows_a_history_that_is_shared(history: History) -> None:
    history.save(build_analysis())
    history.path.chmod(0o660)
    history.save(build_analysis(3))
    history.sessions()
    found = beside(history)
    assert found["history.duckdb.lock"] == 0o660
    assert found["history.duckdb.heads"] == 0o660


def test_the_write_ahead_log_is_as_readable_as_the_history(history: History) -> None:
    """It holds the rows of the last transaction; a killed process leaves it."""
    seen: list[int] = []
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET name = 'x'")
        connection.execute("INSERT INTO inputs VALUES ('a', 'x')")
        with file_modes.created_like(history.path):
            connection.commit()
        seen = [mode(path) for path in history.path.parent.glob("*.wal")]
        connection.begin()
    assert seen == [0o600]


def test_the_mask_of_the_process_comes_back(history: History) -> None:
    before = os.umask(0o022)
    try:
        inside, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with file_modes.created_like(history.path):
                inside.set()
                leave.wait(PATIENCE)

        thread = threading.Thread(target=hold)
        thread.start()
        inside.wait(PATIENCE)
        with file_modes.created_like(history.path):
            leave.set()
            thread.join()
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_folders_and_programs_made_meanwhile_can_be_used(
    history: History, tmp_path: Path, umask: int
) -> None:
    """Once a job that was started while a session was saved could not enter its own folders."""
    before = os.umask(umask)
    try:
        with file_modes.created_like(history.path):
            (tmp_path / "folder").mkdir()
            (tmp_path / "file").touch()
            os.close(os.open(tmp_path / "program", os.O_CREAT, 0o755))
    finally:
        os.umask(before)
    assert mode(tmp_path / "folder") == mode(tmp_path / "program") == 0o711 & ~umask
    assert mode(tmp_path / "file") == 0o600


@pytest.mark.parametrize("bits", [0o666, 0o660, 0o640])
def test_copies_keep_the_mode(history: History, tmp_path: Path, bits: int) -> None:
    history.save(build_analysis())
    history.path.chmod(bits)
    history.care.vacuum()
    assert mode(history.path) == bits
    backup = history.care.backup(tmp_path / "copy.duckdb")
    assert mode(backup) == bits
    backup.chmod(0o600)
    History.restore(backup, history.path)
    assert mode(history.path) == bits


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another owner")
def test_copies_keep_the_owner(history: History, tmp_path: Path) -> None:
    history.save(build_analysis())
    backup = history.care.backup(tmp_path / "copy.duckdb")
    os.chown(history.path, 65534, 65534)
    history.care.vacuum()
    History.restore(backup, history.path)
    found = history.path.stat()
    assert (found.st_uid, found.st_gid) == (65534, 65534)


def test_a_second_name_is_not_left_behind(history: History, tmp_path: Path) -> None:
    history.save(build_analysis())
    os.link(history.path, tmp_path / "second.duckdb")
    with pytest.raises(HistoryError, match="2 names"):
        history.care.vacuum()
    assert len(history.sessions()) == 1


def test_a_link_and_its_file_are_one_history(tmp_path: Path) -> None:
    """Through a link, vacuum and restore made a second history, with a lock of its own."""
    (tmp_path / "lab").mkdir()
    lab = History.open(tmp_path / "lab" / "h.duckdb")
    (tmp_path / "mine.duckdb").symlink_to(lab.path)
    mine = History.open(tmp_path / "mine.duckdb")
    assert mine.path == lab.path
    mine.save(build_analysis())
    mine.care.vacuum()
    backup = mine.care.backup(tmp_path / "copy.duckdb")
    History.restore(backup, tmp_path / "mine.duckdb")
    assert (tmp_path / "mine.duckdb").is_symlink()
    lab.save(build_analysis(3))
    assert len(mine.sessions()) == len(lab.sessions()) == 2
    assert not list(tmp_path.glob("mine.duckdb.*"))


@pytest.mark.parametrize("named", ["/", ".", "loop"])
def test_a_path_that_names_no_file_is_refused(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(HistoryError):
        History.open(named)


def test_drafts_that_a_killed_process_left_are_removed_when_they_are_old(
    history: History,
) -> None:
    folder = history.path.parent
    left, fresh = folder / ".history.duckdb.abc.draft", folder / ".history.duckdb.def.draft"
    other = folder / ".other.duckdb.abc.draft"
    for draft in (left, fresh, other):
        draft.mkdir()
        (draft / "history.duckdb").write_bytes(b"x")
    os.utime(left, (1e9, 1e9))
    os.utime(other, (1e9, 1e9))
    history.care.vacuum()
    assert [left.exists(), fresh.exists(), other.exists()] == [False, True, True]


def test_the_heads_stay_with_the_history_that_goes(history: History, tmp_path: Path) -> None:
    history.save(build_analysis())
    backup = history.care.backup(tmp_path / "copy.duckdb")
    history.save(build_analysis(3))
    restored, aside = History.restore(backup, history.path)
    assert aside is not None
    assert head_file(aside).exists()
    assert restored.care.verify(sample=0).is_whole
    assert History.open(aside).care.verify(sample=0).is_whole
