"""The history from the shell: checked, copied, cleaned up and asked."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stores
from typer.testing import CliRunner, Result

import ganglioside as gg
from ganglioside.cli import app
from ganglioside.history import History

pytestmark = pytest.mark.either_store("about what is printed")


@pytest.fixture
def history(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    """A new history, once in a file and once in PostgreSQL; see `stores`."""
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    with stores.address(store, tmp_path, monkeypatch) as address:
        monkeypatch.setenv("GANGLIOSIDE_HISTORY", address)
        yield History.open()


@pytest.fixture(scope="module")
def analysed() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture
def sid(history: History, analysed: gg.Analysis) -> str:
    return history.save(analysed, name="liver 3")


def run(*arguments: object, code: int = 0, answer: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["history", *map(str, arguments)], input=answer)
    assert result.exit_code == code, result.output
    return result


def run_json(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_sound_history_is_verified(sid: str) -> None:
    assert "1 session, 1 input " in run("verify", "--sample", 1).stdout
    found = run_json("verify", "--sample", 1)
    assert (found["reruns"], found["faults"]) == ([sid], [])


def test_a_changed_history_is_told_by_the_exit_code(history: History, sid: str) -> None:
    with history._store.write() as connection:
        connection.execute("UPDATE features SET rt = rt + 1 WHERE position = 0")
    assert "its result was changed" in run("verify", "--sample", 0, code=1).stderr


def test_the_history_answers_in_sql(sid: str) -> None:
    sql = "SELECT name, status FROM sessions"
    assert run_json("query", sql) == [{"name": "liver 3", "status": "completed"}]
    assert "liver 3" in run("query", sql).stdout
    assert "A query only reads" in run("query", "DELETE FROM log", code=1).stderr


def test_a_query_shows_bytes_and_ids(sid: str) -> None:
    """The content of an input was an empty object in JSON, and an id a traceback."""
    content = "SELECT content, 'd0a0c0e0-0000-4000-8000-000000000001'::uuid AS id FROM inputs"
    (row,) = run_json("query", content)
    assert base64.b64decode(row["content"]).startswith(b"Name,RT")
    assert len(row["id"]) == 36
    assert " bytes" in run("query", content).stdout


def test_the_log_tells_who_did_what(sid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "Ada")
    run("rename", sid, "brain 1")
    told = run_json("log", sid)
    assert [entry["action"] for entry in told] == ["completed", "renamed"]
    assert told[1]["author"] == "Ada"
    assert "renamed" in run("log", "--limit", 1).stdout
    assert "completed" not in run("log", "--limit", 1).stdout


def test_backup_and_restore(history: History, sid: str, tmp_path: Path) -> None:
    history.tasks.set("verify", timedelta(days=7), {})
    run("backup", tmp_path / "bare.duckdb")
    history.tokens.add("Ada")
    run("backup", tmp_path / "copy.duckdb")
    history.delete(sid)
    run("restore", tmp_path / "copy.duckdb", answer="n\n", code=1)
    nothing = run("restore", tmp_path / "none.duckdb", code=1)  # without being asked
    assert "none.duckdb" in nothing.stderr
    assert "Replace" not in nothing.output
    assert history.sessions().empty
    said = run("restore", tmp_path / "copy.duckdb", "--yes").stderr
    assert "1 session, 1 token that lets somebody in" in said
    assert "1 task of workers" in said
    assert "make them again" not in said
    assert list(history.sessions()["id"]) == [sid]
    assert "make them again" in run("restore", tmp_path / "bare.duckdb", "--yes").stderr


@pytest.mark.file_only("a damaged file")
def test_a_restore_that_revoked_all_tokens_says_so(history: History, tmp_path: Path) -> None:
    history.tokens.add("Ada")
    run("backup", tmp_path / "copy.duckdb")
    history.path.write_bytes(b"damaged" * 4000)
    said = run("restore", tmp_path / "copy.duckdb", "--yes").stderr
    assert "0 tokens that let somebody in" in said
    assert "all are revoked now. Make new ones (tokens add)" in said
    assert "make them again" not in said


@pytest.mark.file_only("copies of the file")
@pytest.mark.usefixtures("history")
def test_a_folder_that_is_not_there_gets_no_backup(tmp_path: Path) -> None:
    assert "There is no folder" in run("backup", f"{tmp_path}/absent/", code=1).stderr
    assert not (tmp_path / "absent").exists()


def test_export_and_import_of_all(
    history: History, sid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "1 session written" in run("export", "--all", "--out", tmp_path / "out").stderr
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "fresh.duckdb"))
    assert "1 session added, 0 were there" in run("import", tmp_path / "out").stderr
    assert "0 sessions added, 1 was there" in run("import", tmp_path / "out").stderr
    assert list(History.open().sessions()["id"]) == [sid]
    run("export", sid, "--all", code=2)
    run("export", code=2)


def test_cleanup_lists_first_and_spares_what_is_kept(
    history: History, sid: str, analysed: gg.Analysis
) -> None:
    kept = history.save(analysed)
    run("keep", kept)
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET completed = completed - INTERVAL '31 DAY'")
    assert "would be deleted" in run("cleanup", "--older-than", "30d").stderr
    assert [row["id"] for row in run_json("cleanup", "--older-than", "30d")] == [sid]
    assert len(history.sessions()) == 2
    assert (
        "1 session older than 30d deleted" in run("cleanup", "--older-than", "30d", "--yes").stderr
    )
    assert list(history.sessions()["id"]) == [kept]
    run("keep", "--release", kept)
    run("cleanup", "--older-than", "30d", "--yes")
    assert history.sessions().empty
    assert "no age" in run("cleanup", "--older-than", "a while", code=1).stderr


@pytest.mark.parametrize(
    "wrong",
    [("--yes",), ("--every", "1d"), ("--never", "--every", "1d"), ("--never", "--yes"),
     ("--older-than", "30d", "--every", "1d", "--yes")],
)  # fmt: skip
def test_a_cleanup_ignores_no_option(wrong: tuple[str, ...]) -> None:
    """`cleanup --every 1d` set nothing, and ended well."""
    run("cleanup", *wrong, code=2)
    assert "Nothing is cleaned up automatically" in run("cleanup").stdout


def test_cleanup_can_be_scheduled_and_stopped(history: History) -> None:
    assert "Nothing is cleaned up automatically" in run("cleanup").stdout
    run("cleanup", "--older-than", "30d", "--every", "1w")
    assert "older than 30 days go every 7 days" in run("cleanup").stdout
    run("cleanup", "--never")
    assert history.care.schedule() is None


def test_vacuum_and_rerun(history: History, sid: str) -> None:
    assert "MB before" in run("vacuum").stderr
    assert "Saved as session" in run("rerun", sid).stderr
    assert set(history.sessions()["rerun_of"].dropna()) == {sid}


def test_the_head_of_the_log_is_kept_elsewhere(history: History, sid: str, tmp_path: Path) -> None:
    line = json.loads(run("head").stdout)
    assert line["sha256"] == history.care.head().sha256
    run("head", "--out", tmp_path / "heads")
    run("head", "--out", tmp_path / "heads")
    assert len((tmp_path / "heads").read_text().splitlines()) == 2
    run("verify", "--sample", "0", "--heads", tmp_path / "heads")
    with history._store.write() as connection:
        connection.execute("DELETE FROM log")
        connection.execute("DELETE FROM sessions")
    found = run("verify", "--sample", "0", "--heads", tmp_path / "heads", code=1)
    assert "the log's end was cut off" in " ".join(found.stderr.split())
    run("verify", "--heads", tmp_path / "absent", code=2)


def test_what_is_left_out_of_an_import_is_named(
    history: History, sid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.jobs.add("export", {"session": sid, "out": "x.csv"}, "x")
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET settings = '[]'")
    history.care.export(tmp_path / "out")
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "new.duckdb"))
    said = " ".join(run("import", tmp_path / "out", code=1).stderr.split())
    assert f"Left out {sid}: its row is damaged" in said
    assert "1 job that waited or ran elsewhere was closed" in said


def test_a_history_moves_to_another_place(
    history: History, sid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = " ".join(run("move", "--to", tmp_path / "new.duckdb").stderr.split())
    assert "1 session, 0 jobs and 1 entry of the log are there" in said
    assert f"{history.name} stays as it is" in said
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "new.duckdb"))
    assert run_json("verify", "--sample", 0)["faults"] == []
    assert "holds a history already" in run("move", "--to", history.address, code=1).stderr


@pytest.mark.file_only("salvage is of files")
def test_a_damaged_history_is_saved_into_a_new_one(
    history: History, sid: str, tmp_path: Path
) -> None:
    assert "1 session is whole" in run("salvage", history.path, tmp_path / "new.duckdb").stdout
    assert list(History.open(tmp_path / "new.duckdb").sessions()["id"]) == [sid]
    run("salvage", tmp_path / "absent", tmp_path / "other.duckdb", code=1)
