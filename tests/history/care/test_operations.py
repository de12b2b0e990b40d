"""The namespace `History.care`: what is only there, and what it shares with `History`."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow.parquet as pq
import pytest
import stores
from builders import HandMadeModel, assert_analyses_equal, build_analysis
from history.storage.test_store import make_older

from ganglioside.errors import HistoryError
from ganglioside.history import History, Status, record
from ganglioside.history.care.cleanup import Schedule
from ganglioside.history.care.operations import bring_up_to_date
from ganglioside.history.care.transfer import export_all
from ganglioside.history.session_rows import Stored
from ganglioside.history.storage.store import utc_now
from ganglioside.history.tokens import identity

pytestmark = pytest.mark.usefixtures("stays_open")

T = TypeVar("T")


@pytest.mark.lets_go("the file is replaced")
@pytest.mark.file_only("copies of the file")
def test_a_restored_history_goes_on_under_the_same_object(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis())
    copy = history.care.backup(tmp_path / "copy.duckdb")
    history.delete(sid)
    aside = history.care.restore(copy)
    assert aside is not None
    assert_analyses_equal(history.load(sid), build_analysis())
    assert History.open(aside).sessions().empty
    assert list(history.care.log()["action"]) == ["completed", "restored"]
    assert history.care.verify(sample=0).is_whole


@pytest.mark.lets_go("the file is replaced")
@pytest.mark.file_only("copies of the file")
def test_what_was_running_in_a_backup_is_marked_failed(history: History, tmp_path: Path) -> None:
    analysis = build_analysis()
    sid = history.begin(analysis.source, analysis.settings)
    copy = history.care.backup(tmp_path / "copy.duckdb")
    with history._store.write() as connection:
        connection.execute("DELETE FROM sessions")
    # The process that began it has ended meanwhile.
    with History.open(copy)._store.write() as connection:
        connection.execute("UPDATE sessions SET pid = 2147483646")
    history.care.restore(copy)
    assert status_of(history, sid) == "failed"


@pytest.mark.file_only("copies of the file")
def test_a_history_that_can_be_read_is_saved_whole(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis())
    saved = history.care.salvage(tmp_path / "saved.duckdb")
    assert (saved.whole, saved.damaged) == ((sid,), {})
    assert_analyses_equal(History.open(saved.path).load(sid), build_analysis())


def test_opening_puts_in_order_what_nobody_works_on(history: History) -> None:
    analysis = build_analysis()
    sid = history.begin(analysis.source, analysis.settings)
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET pid = 2147483646")
    bring_up_to_date(history._store)
    assert status_of(history, sid) == "failed"


def status_of(history: History, sid: str) -> Status:
    with history._store.read() as connection:
        return Stored.find(connection, sid).status


def test_a_database_is_copied_to_a_folder_and_restored_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    with stores.address("postgres", tmp_path, monkeypatch) as url:
        history = History.open(url)
        sid = history.save(build_analysis())
        copy = history.care.backup(tmp_path)
        assert re.fullmatch(r"ganglioside-[0-9a-f]{6}-\d{8}-\d{6}", copy.name)
        later = history.save(build_analysis(3))
        history.rename(sid, "changed")
        aside = str(history.care.restore(copy))
        assert list(history.sessions()["name"]) == [build_analysis().source.name]
        assert_analyses_equal(history.load(sid), build_analysis())
        assert history.care.verify(sample=0).faults == ()
        assert list(history.care.log()["action"])[-2:] == ["imported", "restored"]
        with history._store.write() as connection:
            kept = connection.execute(f"SELECT id FROM {aside}.sessions ORDER BY id").fetchall()
            assert kept == sorted([(sid,), (later,)])
            connection.execute(f"DROP SCHEMA {aside} CASCADE")
        with pytest.raises(HistoryError, match="There is no backup"):
            history.care.restore(tmp_path / "absent")
        (copy / "features.parquet").write_bytes(b"")
        with pytest.raises(HistoryError, match="not as it was written"):
            history.care.restore(copy)
        assert list(history.sessions()["id"]) == [sid]
        with pytest.raises(HistoryError, match="in a database, not in a file"):
            history.care.salvage(tmp_path / "saved.duckdb")


@pytest.mark.lets_go("the file is replaced")
def test_a_backup_holds_who_may_call_the_server_and_what_is_done_by_itself(
    history: History, tmp_path: Path, store: str
) -> None:
    """Tokens as hashes: who was let in is let in again, who was not is not."""
    history.save(build_analysis())
    secret = history.tokens.add("Ada", "write", label="KNIME", groups=["lipids"])
    gone = history.tokens.add("Eve", life=timedelta(days=3))
    history.tokens.revoke(identity(gone))
    history.tasks.set("verify", timedelta(days=7), {"sample": 3})
    history.care.set_schedule(timedelta(days=4000), timedelta(days=2))
    held = history.tokens.all(), history.tasks.all(), history.care.schedule()
    copy = history.care.backup(tmp_path / f"copy-of-{store}")
    assert not any(secret.encode() in file.read_bytes() for file in _files(copy))
    stolen = history.tokens.add("Mallory", "admin")
    history.tasks.set("verify", None, {})
    history.care.set_schedule(None)
    aside = history.care.restore(copy)
    assert (history.tokens.all(), history.tasks.all()) == held[:2]
    assert replace(schedule_of(history), last_run=None) == replace(_set(held[2]), last_run=None)
    found = history.tokens.find(secret)
    assert found is not None
    assert found.why_refused(utc_now()) is None
    assert "revoked" in str(_set(history.tokens.find(gone)).why_refused(utc_now()))
    assert history.tokens.find(stolen) is None  # it was made later
    assert history.care.verify(sample=0).faults == ()
    history.tokens.revoke(found.id)
    assert history.care.verify(sample=0).faults == ()
    _drop(history, aside)


@pytest.mark.lets_go("the file is replaced")
def test_what_was_revoked_after_the_backup_stays_revoked(history: History, tmp_path: Path) -> None:
    secret = history.tokens.add("Ada", "write")
    kept = history.tokens.add("Bob")
    copy = history.care.backup(tmp_path / "copy")
    history.tokens.revoke(identity(secret))
    aside = history.care.restore(copy)
    assert "revoked" in str(_set(history.tokens.find(secret)).why_refused(utc_now()))
    assert _set(history.tokens.find(kept)).why_refused(utc_now()) is None
    assert history.care.verify(sample=0).faults == ()
    _drop(history, aside)


def test_tokens_of_elsewhere_let_nobody_in(history: History, tmp_path: Path) -> None:
    """A backup of a database is imported as an export is: without what belongs to its place."""
    secret = history.tokens.add("Ada", "admin")
    history.tasks.set("verify", timedelta(days=7), {})
    export_all(history._store, tmp_path / "copy", place=True)
    there = History.open(tmp_path / "there.duckdb")
    there.care.import_(tmp_path / "copy")
    assert there.tokens.find(secret) is None
    assert there.tasks.all() == []
    assert there.care.verify(sample=0).faults == ()


def test_an_export_holds_no_tokens(history: History, tmp_path: Path) -> None:
    history.tokens.add("Ada", "admin")
    history.care.export(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert not {"tokens", "tasks", "schedule"} & set(manifest["tables"])
    assert manifest["format_version"] == 1  # earlier versions read it


@pytest.mark.lets_go("the file is replaced")
def test_a_damaged_file_is_replaced_and_the_log_says_what_is_not_known(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    secret = history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy.duckdb")
    history.path.write_bytes(b"damaged" * 4000)
    restored, _ = History.restore(copy, history.path)
    assert "revoked" in str(_set(restored.tokens.find(secret)).why_refused(utc_now()))
    log = restored.care.log()
    assert list(log["action"]) == ["token added", "restored", "token revoked"]
    assert '"not known: all tokens revoked"' in log["details"].iloc[1]
    assert restored.care.verify(sample=0).faults == ()


@pytest.mark.lets_go("the file is replaced")
def test_back_from_a_newer_version_by_the_backup_of_before(
    history: History, tmp_path: Path
) -> None:
    """The newer program has changed the tables; the older one restores what it wrote itself."""
    sid = history.save(build_analysis())
    secret = history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy")
    history.tokens.revoke(identity(secret))
    with history._store.write() as connection:
        connection.execute("ALTER TABLE sessions ADD COLUMN planted VARCHAR")
        connection.execute(_NEWER)
    with pytest.raises(HistoryError, match=r"written by Ganglioside 9\.9\.9 \(schema 99"):
        History.open(history.address)
    restored, aside = History.restore(copy, history.address)
    assert list(restored.sessions()["id"]) == [sid]
    assert "revoked" in str(_set(restored.tokens.find(secret)).why_refused(utc_now()))
    assert restored.care.verify(sample=0).faults == ()
    assert aside is not None
    _drop(restored, aside)


def test_a_backup_of_a_newer_version_is_refused_and_nothing_changes(
    history: History, tmp_path: Path, store: str
) -> None:
    copy = history.care.backup(tmp_path / "copy")
    sid = history.save(build_analysis())
    if store == "file":
        with duckdb.connect(str(copy)) as connection:
            connection.execute(_NEWER)
    else:
        manifest = json.loads((copy / "manifest.json").read_text())
        newer = manifest | {"schema_version": 99, "program": "Ganglioside 9.9.9"}
        (copy / "manifest.json").write_text(json.dumps(newer))
    with pytest.raises(HistoryError, match=r"copy was written.*Ganglioside 9\.9\.9.*schema 99"):
        history.care.restore(copy)
    assert list(history.sessions()["id"]) == [sid]
    assert "restored" not in set(history.care.log()["action"])


@pytest.mark.lets_go("the file is replaced")
def test_a_backup_of_an_older_version_is_restored_and_brought_up_to_date(
    history: History, tmp_path: Path, store: str
) -> None:
    sid = history.save(build_analysis())
    secret = history.tokens.add("Ada")
    copy = history.care.backup(tmp_path / "copy")
    if store == "file":
        older = tmp_path / "older.duckdb"
        make_older(History.open(copy), older, 11)
        copy = older
    else:
        _as_of_version_11(copy)
    restored, aside = History.restore(copy, history.address)
    assert_analyses_equal(restored.load(sid), build_analysis())
    assert restored.care.verify(sample=0).faults == ()
    # In a folder, earlier versions wrote no tokens.
    assert (restored.tokens.find(secret) is None) == (store == "postgres")
    _drop(restored, aside)


#: What a program of a later version leaves in a history.
_NEWER = "INSERT INTO schema_version VALUES (99, now()::TIMESTAMP, '9.9.9')"


def _as_of_version_11(folder: Path) -> None:
    """Make the backup of a database one of before there were decisions, without tokens."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for table in ("tokens", "tasks", "schedule"):
        (folder / manifest["tables"].pop(table)["file"]).unlink()
    path = folder / "overrides.parquet"
    later = ["name", "later", "confirmed_by", "confirmed_at"]
    pq.write_table(pq.read_table(path).drop_columns(later), path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest["tables"]["overrides"]["sha256"] = sha256
    older = manifest | {"schema_version": 11, "format_version": 1}
    (folder / "manifest.json").write_text(json.dumps(older))


def _files(copy: Path) -> list[Path]:
    return [copy] if copy.is_file() else list(copy.iterdir())


def _drop(history: History, aside: Path | str | None) -> None:
    """Remove the schema that a restore kept: the server of the tests is shared."""
    if isinstance(aside, str):
        with history._store.write() as connection:
            connection.execute(f"DROP SCHEMA {aside} CASCADE")


def schedule_of(history: History) -> Schedule:
    return _set(history.care.schedule())


def _set(value: T | None) -> T:
    assert value is not None
    return value
