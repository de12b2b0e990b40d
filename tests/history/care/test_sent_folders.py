"""Folders of batches that people sent: what is deleted from the history does not live on there."""

from __future__ import annotations

import os
import secrets
import time
from datetime import timedelta
from pathlib import Path

import pytest
from jobs.slow_work import TABLE

import ganglioside as gg
from ganglioside import jobs
from ganglioside.history import History
from ganglioside.history.care.sent_folders import SPARED, folder_beside
from ganglioside.jobs import launcher
from ganglioside.jobs.sent_batches import SentTable, results_of, start_sent_batch
from ganglioside.watching.doctor import examine

pytestmark = [
    pytest.mark.usefixtures("one_worker"),
    pytest.mark.usefixtures("stays_open"),
]

SMALL = TABLE.encode()


@pytest.fixture(autouse=True)
def _jobs_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)


def batch(history: History, *names: str) -> str:
    """Id of a batch that is done."""
    job = start_sent_batch(history, [SentTable(name, SMALL) for name in names], gg.Settings())
    assert jobs.carry_out(history, job).status == "completed"
    return job


def folders(history: History) -> list[Path]:
    return list(folder_beside(history.path).iterdir())


def orphan(history: History, age: float) -> Path:
    """Folder of a batch that no job names, as old as was said, s."""
    folder = folder_beside(history.path) / secrets.token_hex(12)
    folder.mkdir(parents=True)
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def age(history: History, days: int) -> None:
    """Let all that is there have ended so many days ago."""
    for folder in folders(history):
        os.utime(folder, (time.time() - 86400 * days,) * 2)
    with history._store.write() as connection:
        for table, ended in {"sessions": "completed", "jobs": "ended"}.items():
            connection.execute(f"UPDATE {table} SET {ended} = {ended} - INTERVAL '{days} DAY'")


@pytest.mark.either_store("about the folders")
def test_a_batch_goes_with_the_last_of_its_sessions(history: History) -> None:
    job, other = batch(history, "a.csv", "b.csv"), batch(history, "c.csv")
    by_name = history.sessions().set_index("file_name")["id"]
    history.delete(by_name["a.csv"])
    assert len(folders(history)) == 2
    history.delete(by_name["b.csv"])
    (left,) = folders(history)
    whole = folder_beside(history.path)
    assert results_of(history.jobs.get(job), whole) is None
    results = results_of(history.jobs.get(other), whole)
    assert results is not None
    assert results.parent == left


@pytest.mark.either_store("about the folders")
def test_a_cleanup_takes_the_folders_of_what_it_deletes(history: History) -> None:
    batch(history, "a.csv")
    age(history, 31)
    batch(history, "b.csv")
    assert len(history.care.cleanup(timedelta(days=30))) == 1
    assert len(folders(history)) == 2  # it was only asked what would go
    history.care.cleanup(timedelta(days=30), dry_run=False)
    (left,) = folders(history)
    assert (left / "tables" / "b.csv").is_file()


def test_the_scheduled_cleanup_takes_them_too(history: History) -> None:
    batch(history, "a.csv")
    age(history, 31)
    history.care.set_schedule(timedelta(days=30), timedelta(days=7))
    assert len(folders(history)) == 1
    history.refresh()
    assert folders(history) == []


@pytest.mark.either_store("about the folders")
@pytest.mark.parametrize(
    "damage",
    ["parameters = '[2]'", "result = '[1]'", """result = '{"sessions": 5}'"""],
)
def test_while_a_job_is_damaged_no_folder_is_taken_for_left(history: History, damage: str) -> None:
    batch(history, "a.csv")
    old = orphan(history, 2 * SPARED)
    sid = history.sessions()["id"].item()
    with history._store.write() as connection:
        connection.execute(f"UPDATE jobs SET {damage}")
    assert history.care.leftovers() == []
    history.delete(sid)
    assert len(folders(history)) == 2
    assert old in folders(history)


def test_a_batch_that_waits_or_is_being_added_stays(history: History) -> None:
    start_sent_batch(history, [SentTable("a.csv", SMALL)], gg.Settings())
    new, old = orphan(history, age=0), orphan(history, age=SPARED + 60)
    assert history.care.leftovers() == [old]
    history.delete(history.save(gg.analyze(gg.example())))
    assert not old.exists()
    assert new.exists()
    assert len(folders(history)) == 2


@pytest.mark.either_store("about the folders")
@pytest.mark.lets_go("the file is replaced")
def test_what_a_replaced_history_needs_stays_as_long_as_it_does(
    history: History, tmp_path: Path, store: str
) -> None:
    copy = history.care.backup(tmp_path / "copy.duckdb")
    batch(history, "a.csv")
    (folder,) = folders(history)
    _make_older(folder)
    aside = history.care.restore(copy)
    since = orphan(history, age=0)
    _delete_something(history)
    assert history.care.leftovers() == []
    assert set(folders(history)) == {folder, since}
    assert aside is not None
    if store == "file":
        Path(aside).unlink()
    else:
        with history._store.write() as connection:
            connection.execute(f"DROP SCHEMA {aside} CASCADE")
    assert history.care.leftovers() == [folder]
    _delete_something(history)
    assert folders(history) == [since]


@pytest.mark.lets_go("the file is replaced")
@pytest.mark.file_only("a database is set aside as a schema")
def test_results_are_there_when_the_replaced_history_is_taken_back(
    history: History, tmp_path: Path
) -> None:
    copy = history.care.backup(tmp_path / "copy.duckdb")
    job = batch(history, "a.csv")
    _make_older(*folders(history))
    aside = history.care.restore(copy)
    assert aside is not None
    _delete_something(history)
    history.care.restore(aside)
    assert results_of(history.jobs.get(job), folder_beside(history.path)) is not None


@pytest.mark.lets_go("the file is replaced")
def test_a_batch_that_was_sent_after_a_restore_goes_as_ever(
    history: History, tmp_path: Path
) -> None:
    history.tokens.add("Ada")
    history.care.restore(history.care.backup(tmp_path / "copy.duckdb"))
    batch(history, "a.csv")
    history.delete(history.sessions()["id"].item())
    assert folders(history) == []


def _make_older(*made: Path) -> None:
    for folder in made:
        os.utime(folder, (time.time() - 2 * SPARED,) * 2)


def _delete_something(history: History) -> None:
    history.delete(history.save(gg.analyze(gg.example())))


def test_nothing_else_is_removed(history: History, tmp_path: Path) -> None:
    old = orphan(history, age=2 * SPARED)
    whole = folder_beside(history.path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "notes.txt").write_text("mine")
    (whole / secrets.token_hex(12)).symlink_to(elsewhere)
    (whole / "notes").mkdir()
    os.utime(whole / "notes", (0, 0))
    assert history.care.leftovers() == [old]


def test_the_doctor_tells_what_was_left(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", history.address)

    def finding() -> tuple[str, str]:
        return next((one.rank, one.words) for one in examine() if one.about == "batches")

    assert finding()[0] == "good"
    old = orphan(history, age=2 * SPARED)
    rank, words = finding()
    assert rank == "note"
    assert words.endswith("batches: 1")
    assert old.exists()  # it only looks
