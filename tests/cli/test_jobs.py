"""The commands on jobs and batches, from the shell's side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import EXAMPLE, run

import ganglioside as gg
from ganglioside.jobs import kinds, launcher


@pytest.fixture(autouse=True)
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> gg.History:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(tmp_path / "notify.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return gg.History.open()


def test_a_job_is_started_watched_and_shown(history: gg.History) -> None:
    assert "No job yet" in run("jobs").stderr
    job = run("jobs", "start", "analyze", EXAMPLE, "--name", "liver 3").stdout.strip()
    watched = run("jobs", "watch", job)
    assert "Done" in watched.stderr
    (session,) = history.sessions()["id"]
    assert session in watched.stdout
    for command in (("jobs",), ("jobs", "list"), ("jobs", "show", job)):
        shown = run(*command).stdout
        assert "liver 3" in shown
        assert "completed" in shown
    (listed,) = json.loads(run("jobs", "list", "--json").stdout)
    assert listed["id"] == job
    assert listed["session"] == session
    assert listed["parameters"]["title"] == "liver 3"
    document = json.loads(run("jobs", "show", job, "--json").stdout)
    assert document["events"][-1]["type"] == "complete"


def test_a_job_on_what_there_is_not_is_refused_at_once(history: gg.History) -> None:
    for command in (
        ("export", "nosuch", "--out", "x.csv"),
        ("report", "nosuch", "--out", "x.html"),
    ):
        assert "no session 'nosuch'" in run("jobs", "start", *command, code=1).stderr
    missing = run("jobs", "start", "report", "missing.csv", "--out", "x.html", code=1)
    assert "no such file" in missing.stderr
    assert history.jobs.all() == []
    assert "ganglioside jobs lists them" in run("jobs", "cancel", "nosuch", code=1).stderr


def test_a_beginning_of_an_id_is_stored_whole(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later sessions may begin alike."""
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    session = history.save(gg.analyze(gg.example()))
    run("jobs", "start", "export", session[:6], "--out", "x.csv")
    run("jobs", "start", "report", session[:6], "--out", "x.html")
    report, export = (json.loads(job.parameters) for job in history.jobs.all())
    assert (report["source"], export["session"]) == (session, session)


def test_a_long_message_is_cut_between_words(history: gg.History) -> None:
    job = history.jobs.add("analyze", {"source": "x.csv"}, "x")
    history.jobs.start(job)
    history.jobs.end(job, "failed", error="word " * 20)
    assert "word word ..." in run("jobs").stdout


def test_waiting_jobs_are_cancelled_and_retried(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda history, job: launched.append(job.id))
    session = history.save(gg.analyze(gg.example()))
    job = run("jobs", "start", "export", session, "--format", "xlsx").stdout.strip()
    assert "Cancelled" in run("jobs", "cancel", job).stderr
    assert history.jobs.get(job).status == "cancelled"
    assert "ended already" in run("jobs", "cancel", job, code=1).stderr
    again = run("jobs", "retry", job).stdout.strip()
    assert launched == [job, again]
    kept = kinds.work_of("export", history.jobs.get(again).parameters)
    assert kept == kinds.Export(session=session, out=str(Path.cwd() / f"{session}_verdicts.xlsx"),
                               form="xlsx")  # fmt: skip
    usual = ("--out", "x.html", "--rt-tolerance", 0.1)
    refused = run("jobs", "start", "report", session, *usual).stdout.strip()
    assert json.loads(history.jobs.get(refused).parameters)["settings"]["rt_tolerance"] == 0.1
    named = run("jobs", "start", "export", session, "--out", "mine.json").stdout.strip()
    assert json.loads(history.jobs.get(named).parameters)["form"] == "json"
    report = run("jobs", "start", "report", EXAMPLE, "--out", "x.html", "--time-limit", "60")
    assert history.jobs.get(report.stdout.strip()).time_limit == 60
    assert "error" in run("jobs", "watch", "nosuchjob", code=1).stderr


def test_a_job_of_others_is_shown_before_it_is_done_again(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "_launch", lambda history, job: None)
    job = history.jobs.add("export", {"session": "none", "out": "theirs.csv"}, "x")
    history.jobs.request_cancel(job)
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET seal = NULL, author = 'Eve'")
    refused = run("jobs", "retry", job, code=1)
    assert "theirs.csv" in refused.stdout
    assert "Carry it out as yours?" in refused.stderr
    assert len(history.jobs.all()) == 1
    again = run("jobs", "retry", job, "--yes").stdout.strip()
    assert history.jobs.get(again).retry_of == job
    assert history.jobs.is_own(history.jobs.get(again))


def test_a_failed_job_is_watched_to_its_reason(history: gg.History) -> None:
    job = history.jobs.add("export", {"session": "none", "out": "x.csv"}, "x")
    history.jobs.start(job)
    history.jobs.end(job, "failed", error="The disk is full.")
    assert "The disk is full." in run("jobs", "watch", job, code=1).stderr


def test_nobody_is_told_where_no_channel_is_set_up() -> None:
    assert "notify.toml" in run("jobs", "notify").stderr
    Path("notify.toml").write_text('[webhook]\nurl = "http://127.0.0.1:1/hook"\n')
    assert "127.0.0.1:1" in run("jobs", "notify", code=1).stderr


def test_a_file_of_the_wrong_kind_is_refused_before_a_job_is_started(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job was started, which failed."""
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    sid = history.save(gg.analyze(gg.example()))
    export = ("jobs", "start", "export", sid, "--format", "species", "--out", "s.csv")
    assert "name it s.xlsx" in run(*export, code=1).stderr
    report = ("jobs", "start", "report", sid, "--out", "s.txt")
    assert "a report is an .html file" in run(*report, code=1).stderr
    assert history.jobs.all() == []
