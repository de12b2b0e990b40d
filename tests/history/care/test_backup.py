"""Backup, restore and vacuum: what is kept comes back, and nothing else changes."""

from __future__ import annotations

import errno
import os
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import duckdb
import pytest
from builders import assert_analyses_equal, build_analysis

from ganglioside.errors import HistoryBusyError, HistoryError
from ganglioside.history import History
from ganglioside.history.care import backup as care_backup
from ganglioside.history.care.backup import ALL_REVOKED
from ganglioside.history.storage.set_aside import set_aside
from ganglioside.history.storage.store import Store
from ganglioside.history.tokens import identity
from ganglioside.reading.raw_table import Source

#: Of a history in a database: `test_operations.py`.
pytestmark = pytest.mark.file_only("copies of the file")


def test_a_backup_is_a_history(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis())
    copy = history.care.backup(tmp_path / "copy.duckdb")
    history.delete(sid)
    assert_analyses_equal(History.open(copy).load(sid), build_analysis())
    (tmp_path / "folder").mkdir()
    named = history.care.backup(tmp_path / "folder")
    assert named.parent.name == "folder"
    assert re.fullmatch(r"history-[0-9a-f]{6}-\d{8}-\d{6}\.duckdb", named.name)
    with pytest.raises(HistoryError, match="is there already"):
        history.care.backup(copy)
    with pytest.raises(HistoryError, match=r"cannot be written.*folder that exists"):
        history.care.backup(tmp_path / "absent" / "copy.duckdb")
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_holds_what_a_killed_process_had_committed(
    history: History, tmp_path: Path
) -> None:
    """Its commit stands in a file beside the database until the next connection."""
    connection = duckdb.connect(str(history.path))
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    connection.execute("INSERT INTO schedule VALUES (1, 1, 'Ada', NULL)")
    connection.close()
    assert history.path.with_name("history.duckdb.wal").exists()
    copy = history.care.backup(tmp_path / "copy.duckdb")
    with duckdb.connect(str(copy), read_only=True) as copied:
        assert copied.execute("SELECT count(*) FROM schedule").fetchall() == [(1,)]


def test_restore_brings_back_and_keeps_what_was_there(history: History, tmp_path: Path) -> None:
    first = history.save(build_analysis())
    copy = history.care.backup(tmp_path / "copy.duckdb")
    second = history.save(build_analysis(7))
    restored, aside = History.restore(copy, history.path)
    assert list(restored.sessions()["id"]) == [first]
    assert restored.care.log()["action"].iloc[-1] == "restored"
    assert restored.care.verify(sample=0).is_whole
    assert aside is not None
    assert list(History.open(aside).sessions()["id"]) == [second, first]
    assert list(History.open(copy).care.log()["action"]) == ["completed"]
    fresh, nothing = History.restore(copy, tmp_path / "elsewhere.duckdb")
    assert nothing is None
    assert list(fresh.sessions()["id"]) == [first]
    assert not list(tmp_path.glob("*.restored*"))


def test_what_is_revoked_meanwhile_waits_for_the_restore(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    hasty = History.open(history.path, timeout=0.1)
    replace_by, tried = Store.replace_by, []

    def replace_late(store: Store, draft: Path, aside: Path | None = None) -> None:
        with pytest.raises(HistoryBusyError):
            hasty.tokens.revoke(identity(secret))
        tried.append(draft)
        replace_by(store, draft, aside)

    monkeypatch.setattr(Store, "replace_by", replace_late)
    history.care.restore(copy)
    assert tried
    hasty.tokens.revoke(identity(secret))
    assert not history.tokens.valid()


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("renaming", [0, 1])
def test_a_restore_that_was_killed_lets_nobody_in_when_it_is_repeated(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool, renaming: int
) -> None:
    """Whichever of its renames was the last one, and where the file system knows no links."""
    secret = history.tokens.add("Eve", "admin")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    history.tokens.revoke(identity(secret))
    sid = history.save(build_analysis())
    if not linked:
        monkeypatch.setattr(os, "link", _refused)
    _restore_that_is_killed(history, copy, renaming)
    if linked:
        assert history.path.exists()
        present = History.open(history.path)
        assert list(present.sessions()["id"]) == ([sid] if renaming == 0 else [])
        assert not present.tokens.valid()
    restored, aside = History.restore(copy, history.path)
    assert not restored.tokens.valid()
    assert restored.care.verify(sample=0).is_whole
    kept = [History.open(file) for file in set_aside(history.path)]
    assert [sid] in [list(one.sessions()["id"]) for one in kept]
    assert (aside is None) == (not linked and renaming == 0)
    assert all(file.stat().st_nlink == 1 for file in set_aside(history.path))


def test_an_empty_history_in_place_of_one_set_aside_hides_no_revocation(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = history.tokens.add("Eve", "admin")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    history.tokens.revoke(identity(secret))
    monkeypatch.setattr(os, "link", _refused)
    _restore_that_is_killed(history, copy, 0)
    assert not History.open(history.path).tokens.all()
    restored, _ = History.restore(copy, history.path)
    assert not restored.tokens.valid()


def test_of_a_history_set_aside_that_is_damaged_all_tokens_are_revoked_once(
    history: History, tmp_path: Path
) -> None:
    history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    _, aside = History.restore(copy, history.path)
    assert isinstance(aside, Path)
    aside.write_bytes(aside.read_bytes()[:1_000])
    history.path.unlink()
    restored, _ = History.restore(copy, history.path)
    assert not restored.tokens.valid()
    assert ALL_REVOKED in restored.care.log().query("action == 'restored'")["details"].iloc[-1]


def test_what_a_backup_has_followed_revokes_nothing_again(history: History, tmp_path: Path) -> None:
    history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    aside = history.care.restore(copy)
    assert isinstance(aside, Path)
    aside.write_bytes(aside.read_bytes()[:1_000])
    later = history.care.backup(tmp_path / "later.duckdb")
    history.care.restore(later)
    assert [token.person for token in history.tokens.valid()] == ["Ada"]


def test_what_a_killed_process_had_committed_is_taken_back_with_what_was_set_aside(
    history: History, tmp_path: Path
) -> None:
    copy = history.care.backup(tmp_path / "copy.duckdb")
    _leave_a_log(history.path)
    _, aside = History.restore(copy, history.path)
    assert isinstance(aside, Path)
    assert not _log(aside).exists()
    _authors_are(History.restore(aside, history.path)[0], "Ada")


def test_a_backup_comes_with_the_log_beside_it(history: History, tmp_path: Path) -> None:
    copy = history.care.backup(tmp_path / "copy.duckdb")
    _leave_a_log(copy)
    _authors_are(History.restore(copy, history.path)[0], "Ada")
    assert _log(copy).exists()


def test_a_log_that_cannot_be_read_is_not_left_out(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis())
    copy = history.care.backup(tmp_path / "copy.duckdb")
    _leave_a_log(copy)
    _spoil(_log(copy))
    with pytest.raises(HistoryError, match=r"copy\.duckdb.*The file is damaged"):
        History.restore(copy, history.path)
    assert list(history.sessions()["id"]) == [sid]
    assert not set_aside(history.path)


def test_a_log_of_another_file_is_named_with_the_cure(history: History, tmp_path: Path) -> None:
    copy = history.care.backup(tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("CREATE TABLE schedule (version INTEGER)")
    _log(tmp_path / "other.duckdb").rename(_log(copy))
    with pytest.raises(HistoryError, match=r"\(\.wal\) is of another file: move it away"):
        History.restore(copy, history.path)


@pytest.mark.parametrize("is_killed", [False, True])
def test_the_damaged_log_of_what_is_replaced_is_set_aside_with_it(
    history: History, tmp_path: Path, is_killed: bool
) -> None:
    history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    _leave_a_log(history.path)
    _spoil(_log(history.path))
    damaged = _log(history.path).read_bytes()
    if is_killed:
        _restore_that_is_killed(history, copy, 0)
    restored, _ = History.restore(copy, history.path)
    (aside,) = set_aside(history.path)
    assert _log(aside).read_bytes() == damaged
    assert not _log(history.path).exists()
    assert not restored.tokens.valid()  # it may hold that one was revoked
    assert restored.care.verify(sample=0).is_whole


def _restore_that_is_killed(history: History, copy: Path, renaming: int) -> None:
    """Let a restore end before the draft takes the name of the history, or right after that."""
    replace = Path.replace

    def ended(self: Path, target: Path) -> Path:
        if Path(target) != history.path:
            return replace(self, target)
        if renaming:
            replace(self, target)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", ended)
        with pytest.raises(KeyboardInterrupt):
            History.restore(copy, history.path)


def _refused(*_: object) -> None:
    raise OSError(errno.EPERM, "no links here")


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _leave_a_log(path: Path) -> None:
    """Store a row as a process that dies leaves it: in the write-ahead log."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("INSERT INTO schedule VALUES (1, 1, 'Ada', NULL)")
    assert _log(path).exists()


def _spoil(log: Path) -> None:
    content = bytearray(log.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(byte ^ 255 for byte in content[middle : middle + 8])
    log.write_bytes(content)


def _authors_are(history: History, *authors: str) -> None:
    with history._store.read() as connection:
        rows = connection.execute("SELECT author FROM schedule").fetchall()
    assert [author for (author,) in rows] == list(authors)


def test_a_file_in_use_elsewhere_is_not_taken_for_a_damaged_one(
    history: History, tmp_path: Path
) -> None:
    secret = history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    history.tokens.revoke(identity(secret))
    held = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    )
    with Popen([sys.executable, "-c", held, history.path], stdin=PIPE, stdout=PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(HistoryError, match="Another program has the file open"):
            history.care.restore(copy)
        other.communicate()
    assert list(history.care.log()["action"]) == ["token added", "backed up", "token revoked"]
    assert not list(tmp_path.glob("*before*"))


@pytest.mark.parametrize("content", [None, b"Name,RT\n" * 4000])
def test_what_is_no_backup_replaces_nothing(
    history: History, tmp_path: Path, content: bytes | None
) -> None:
    sid = history.save(build_analysis())
    source = tmp_path / "source.duckdb"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(HistoryError, match=r"no backup|not a DuckDB file"):
        History.restore(source, history.path)
    assert list(history.sessions()["id"]) == [sid]
    assert not list(tmp_path.glob("*before*"))
    assert not list(tmp_path.glob("*.restored*"))


def test_vacuum_gives_room_back_and_changes_nothing(history: History) -> None:
    kept = history.save(build_analysis(323))
    gone = [
        history.save(build_analysis(3000, source=Source.from_bytes("x", bytes([n]) * 400_000)))
        for n in range(6)
    ]
    for sid in gone:
        history.delete(sid)
    log = history.care.log()
    before, after = history.care.vacuum()
    assert after < before
    assert after == history.path.stat().st_size
    assert_analyses_equal(history.load(kept), build_analysis(323))
    assert history.care.log().equals(log)
    assert history.care.verify(sample=0).is_whole
    history.save(build_analysis())  # keys and checks are as before
    with pytest.raises(HistoryError), history._store.write() as connection:
        connection.execute("UPDATE sessions SET status = 'lost'")
    tags = duckdb.connect(str(history.path), read_only=True).execute(
        "SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL"
    )
    assert tags.fetchall()[0][0]["storage_version"].startswith("v1.4.0")


def test_a_vacuum_that_breaks_changes_nothing(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = history.save(build_analysis())

    def broken(self: Store, target: Path) -> None:
        target.write_bytes(b"half")
        raise HistoryError("the lamp went out")

    monkeypatch.setattr(Store, "rewrite", broken)
    with pytest.raises(HistoryError, match="lamp"):
        history.care.vacuum()
    assert list(history.sessions()["id"]) == [sid]
    assert not list(history.path.parent.glob("*.vacuum"))


def test_each_history_removes_its_own_copies_from_a_folder_of_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, now = tmp_path / "copies", datetime(2026, 12, 1)
    for each in (folder, tmp_path / "a", tmp_path / "b"):
        each.mkdir()
    (folder / "history-mine-20260101-000000.duckdb").touch()
    (folder / "history-20260101-000000.duckdb").touch()
    histories = [History.open(tmp_path / place / "history.duckdb") for place in ("a", "b")]
    made: dict[History, list[Path]] = {history: [] for history in histories}
    for hour in range(3):
        monkeypatch.setattr(care_backup, "utc_now", lambda now=now + timedelta(hours=hour): now)
        for history in histories:
            made[history].append(history.care.backup(folder))
    first, second = made.values()
    assert care_backup.prune(folder, first[-1], 2) == 1
    left = {path.name for path in (*first[1:], *second)}
    assert {path.name for path in folder.iterdir()} == left | {
        "history-mine-20260101-000000.duckdb",
        "history-20260101-000000.duckdb",
    }


def test_a_folder_that_is_not_there_is_no_name_of_a_backup(
    history: History, tmp_path: Path
) -> None:
    with pytest.raises(HistoryError, match=r"There is no folder .*copies: make it first"):
        history.care.backup(f"{tmp_path}/copies/")
    assert not (tmp_path / "copies").exists()


def test_what_is_no_backup_is_refused_with_what_to_name(history: History, tmp_path: Path) -> None:
    export = history.care.export(tmp_path / "export").folder
    (tmp_path / "copies").mkdir()
    with pytest.raises(HistoryError, match=r"is a folder: name a backup in it\."):
        history.care.restore(tmp_path / "copies")
    made = history.care.backup(tmp_path / "copies")
    with pytest.raises(HistoryError, match=f"name a backup in it, such as {made}"):
        history.care.restore(tmp_path / "copies")
    with pytest.raises(HistoryError, match="history import"):
        history.care.restore(export)
    with pytest.raises(HistoryError, match=r"There is no backup .*absent"):
        history.care.restore(tmp_path / "absent")
