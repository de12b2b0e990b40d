"""The namespace `History.care`: what is only there, and what it shares with `History`."""

from __future__ import annotations

from pathlib import Path

import pytest
import stores
from builders import HandMadeModel, assert_analyses_equal, build_analysis

from ganglioside.errors import HistoryError
from ganglioside.history import History, Status, record
from ganglioside.history.care.operations import bring_up_to_date
from ganglioside.history.session_rows import Stored


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
        assert copy.name.startswith("ganglioside-2")
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
