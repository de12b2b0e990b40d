"""Batches of tables that people sent: what is kept, how it is read, what is handed out."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from jobs.slow_work import TABLE

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import BatchError, ForbiddenError, SameNameError, TooManyTablesError
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.jobs import launcher, sent_batches
from ganglioside.jobs.sent_batches import (
    MOST_TABLES,
    SentTable,
    folder_of,
    handed_out,
    overview_in,
    packed,
    plain_name,
    results_of,
    start_sent_batch,
)
from ganglioside.reading.options import ReadingOptions

SMALL = TABLE.encode()
#: The same with other headers, which only what was said of it explains.
RENAMED = SMALL.replace(b"RT", b"Zeit", 1)

pytestmark = [
    pytest.mark.usefixtures("one_worker"),
    pytest.mark.usefixtures("stays_open"),
]


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """A history whose jobs wait: the tests carry them out."""
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    return History.open(tmp_path / "history.duckdb")


def sent(*names: str) -> list[SentTable]:
    return [SentTable(name, SMALL) for name in names]


def test_each_table_is_read_as_was_said_of_it_and_judged_with_the_settings(
    history: History,
) -> None:
    said = ReadingOptions.of({"RT": "Zeit"})
    tables = [*sent("a.csv"), SentTable("runs/b; odd.csv", RENAMED, said)]
    settings = gg.Settings(rt_tolerance=0.05)
    job = start_sent_batch(history, tables, settings, time_limit=600)
    waiting = history.jobs.get(job)
    assert (waiting.kind, waiting.name, waiting.time_limit) == ("batch", "a.csv and 1 more", 600)
    done = jobs.carry_out(history, job)
    assert (done.status, done.error) == ("completed", None)
    assert json.loads(done.result or "{}")["failed"] == {}
    sessions = history.sessions()
    assert sorted(sessions["file_name"]) == ["a.csv", "b; odd.csv"]
    assert {history.settings(sid).rt_tolerance for sid in sessions["id"]} == {0.05}
    results = results_of(done, folder_of(history))
    assert results is not None
    names = zipfile.ZipFile(io.BytesIO(packed(results))).namelist()
    assert "overview.html" in names
    assert sum(name.endswith(".csv") and name.startswith("verdicts") for name in names) == 2
    assert overview_in(results) == results / "overview.html"
    (results / "overview.html").unlink()
    assert overview_in(results) is None


def test_others_cannot_look_into_the_folder(history: History) -> None:
    start_sent_batch(history, sent("a.csv"), gg.Settings())
    folders = [p for p in folder_of(history).rglob("*") if p.is_dir()] + [folder_of(history)]
    assert len(folders) == 3
    assert {folder.stat().st_mode & 0o077 for folder in folders} == {0}


@pytest.mark.parametrize(
    ("names", "error", "words"),
    [
        (["a.csv", "x/a.csv"], SameNameError, "Two tables are called a.csv"),
        (["a.csv", "notes.pdf"], BatchError, "notes.pdf is no table by its name"),
        (["a.csv", ".."], BatchError, "A file without a name is no table"),
        ([], BatchError, "needs a table"),
        ([f"{i}.csv" for i in range(4)], TooManyTablesError, "at most 3 tables"),
    ],
)
def test_what_cannot_be_a_batch_is_refused_and_leaves_nothing(
    history: History,
    names: list[str],
    error: type[Exception],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MOST_TABLES == 500
    monkeypatch.setattr(sent_batches, "MOST_TABLES", 3)
    with pytest.raises(error, match=words):
        start_sent_batch(history, sent(*names), gg.Settings())
    assert list(folder_of(history).iterdir()) == []
    assert history.jobs.all() == []


def test_a_batch_keeps_its_tables_though_no_process_can_be_started_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    history = History.open(tmp_path / "history.duckdb")
    with monkeypatch.context() as patch:
        patch.setattr(launcher.subprocess, "Popen", no_process)
        with pytest.raises(OSError, match="Resource temporarily unavailable"):
            start_sent_batch(history, sent("a.csv"), gg.Settings())
    (job,) = history.jobs.all("pending")
    done = jobs.carry_out(history, job.id)  # as whoever starts the jobs that wait
    assert (done.status, len(history.sessions())) == ("completed", 1)
    assert results_of(done, folder_of(history)) is not None


def test_who_may_only_read_starts_nothing(history: History) -> None:
    reader = history.acting_as(Person("Eve", "read"))
    with pytest.raises(ForbiddenError):
        start_sent_batch(reader, sent("a.csv"), gg.Settings())
    assert list(folder_of(history).iterdir()) == []


def test_a_batch_and_its_sessions_are_seen_as_its_person_shares(history: History) -> None:
    ann, bob = Person("Ann", shares="own"), Person("Bob")
    job = start_sent_batch(history.acting_as(ann), sent("a.csv", "b.csv"), gg.Settings())
    jobs.carry_out(history, job)
    assert set(history.sessions()["author"]) == {"Ann"}
    assert history.acting_as(bob).sessions().empty
    assert history.acting_as(bob).jobs.all() == []
    assert [found.id for found in history.acting_as(ann).jobs.all()] == [job]


def test_only_the_results_of_one_batch_are_handed_out(history: History, tmp_path: Path) -> None:
    job = start_sent_batch(history, sent("a.csv"), gg.Settings())
    folder = folder_of(history)
    assert results_of(history.jobs.get(job), folder) is None  # it waits
    done = jobs.carry_out(history, job)
    assert results_of(done, folder) is not None
    elsewhere = tmp_path / "elsewhere" / "results"
    elsewhere.mkdir(parents=True)
    for out in (
        folder,
        folder.parent,
        elsewhere,
        f"{folder}/../elsewhere/results",
        "a\0b",
        5,
        None,
    ):
        foreign = replace(done, parameters=json.dumps({"out": out if out is None else str(out)}))
        assert results_of(foreign, folder) is None, out
    assert results_of(replace(done, parameters="[1]"), folder) is None
    assert results_of(replace(done, parameters="{"), folder) is None
    assert results_of(replace(done, kind="export"), folder) is None


def test_links_and_drafts_among_the_results_are_not_handed_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("hidden")
    results = tmp_path / "results"
    results.mkdir()
    (results / "a.csv").write_text("x")
    (results / "b.csv").symlink_to(secret)
    (results / "overview.html").symlink_to(secret)
    (results / ".ganglioside-0123.part").write_text("half a file")  # of a batch that still runs
    assert zipfile.ZipFile(io.BytesIO(packed(results))).namelist() == ["a.csv"]
    assert overview_in(results) is None


def test_results_of_before_name_no_folder_of_the_server(tmp_path: Path) -> None:
    """They were handed out as they were written, with the path of each table."""
    results = tmp_path / "my data" / "0123456789abcdef01234567" / "results"
    results.mkdir(parents=True)
    table = results.parent / "tables" / "liver 3.csv"
    told = {"file": str(table), "error": f"The file {table} is empty: {table}, n/a"}
    (results / "batch.jsonl").write_text(json.dumps(told))
    (results / "overview.html").write_text(f"<td>{table}</td><td>1/2</td>")
    (results / "a.png").write_bytes(bytes(range(256)))
    archive = zipfile.ZipFile(io.BytesIO(packed(results)))
    assert json.loads(archive.read("batch.jsonl")) == {
        "file": "liver 3.csv", "error": "The file liver 3.csv is empty: liver 3.csv, n/a",
    }  # fmt: skip
    page = b"<td>liver 3.csv</td><td>1/2</td>"
    assert archive.read("overview.html") == page
    assert handed_out(results / "overview.html", results) == page
    assert archive.read("a.png") == bytes(range(256))


def test_a_name_has_no_folders_and_no_odd_signs() -> None:
    assert plain_name("../../etc/pass\nwd.csv") == "passwd.csv"
    assert plain_name(r"C:\runs\a.csv") == "a.csv"
    assert plain_name("x" * 300 + ".csv").endswith("x.csv")
    assert plain_name(" .. ") == ""


@pytest.mark.parametrize("letter", ["x", "ä", "鼠", "🐭"])
def test_a_long_name_fits_into_a_folder_in_any_script(
    history: History, monkeypatch: pytest.MonkeyPatch, letter: str
) -> None:
    """Folders count bytes; what is made of a table has a longer name than the table."""
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    shown = plain_name(letter * 300 + ".csv")
    assert len(shown.encode()) <= sent_batches.LONGEST_NAME
    assert shown.endswith(f"{letter}.csv")
    start_sent_batch(history, sent(letter * 300 + ".csv"), gg.Settings())
