"""Jobs as the panel lists them: live from any process, cancelled, retried, their files fetched."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from effort import until
from jobs_here import jobs_carried_out_here

import ganglioside as gg
from ganglioside import jobs
from ganglioside.history import History
from ganglioside.jobs import launcher
from ganglioside.jobs.launcher import log_path
from ganglioside.progress import Progress, ProgressEvent
from ganglioside_widgets.state import jobs as jobs_state
from ganglioside_widgets.state.downloads import KEPT, place_for
from ganglioside_widgets.state.jobs import JobsState, told
from ganglioside_widgets.state.visitors import Access, Visitor

Opener = Callable[[], History]


@pytest.fixture
def state(opened: Opener) -> JobsState:
    return JobsState(opened)


def events(*steps: str) -> list[ProgressEvent]:
    sent: list[ProgressEvent] = []
    progress = Progress(sent.append)
    for step in steps:
        progress.done(step, f"{step} is done")
    return sent


def test_an_empty_history_has_no_jobs(state: JobsState) -> None:
    state.refresh()
    assert state.lines == ()
    assert state.table().empty
    assert state.error == ""


def test_each_state_is_listed_with_progress_message_and_process(
    state: JobsState, opened: Opener
) -> None:
    history = opened()
    waiting = history.jobs.add("analyze", {"source": "a.csv"}, "waits")
    running = history.jobs.add("analyze", {"source": "b.csv"}, "runs")
    history.jobs.start(running)
    history.jobs.beat(running, events("loading", "rule1"))
    failed = history.jobs.add("export", {"session": "x", "out": "/y.csv"}, "fails")
    history.jobs.start(failed)
    history.jobs.end(failed, "failed", error="The disk is full.\nMake room.")
    state.refresh()
    table = state.table().set_index("id")
    assert table["status"].to_dict() == {
        waiting: "pending",
        running: "processing",
        failed: "failed",
    }
    assert table.loc[running, "last"] == "rule1 is done"
    assert 0 < table.loc[running, "percentage"] < 100
    assert str(table.loc[running, "process"]).split()[0].isdigit()
    assert table.loc[running, "took"] != ""
    assert table.loc[failed, "last"] == "The disk is full."
    assert (table.loc[waiting, ["process", "started", "took"]] == "").all()
    assert state.active == 2


def test_the_chosen_job_shows_its_events_as_they_come_and_its_log(
    state: JobsState, opened: Opener
) -> None:
    history = opened()
    job = history.jobs.add("analyze", {"source": "a.csv"}, "runs")
    history.jobs.start(job)
    history.jobs.beat(job, events("loading"))
    state.refresh()
    state.choose(job)
    assert [e["step"] for e in state.events] == ["loading"]
    assert state.log() == ""
    log = log_path(history, job)
    log.parent.mkdir()
    log.write_text("MemoryError")
    assert state.log() == "MemoryError"
    state.watch()
    history.jobs.beat(job, events("validating"))
    until(lambda: [e["step"] for e in state.events] == ["loading", "validating"])
    state.close()


def test_a_job_of_another_process_is_seen_to_end_and_told(
    state: JobsState, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state.watch()
    seen: list[str] = []
    state.observe(lambda _: seen.append(told(state.ended[0])), "ended")
    table = tmp_path / "liver.csv"
    table.write_bytes(gg.example().source.content)
    job = jobs.start(opened(), jobs.Analyze(source=str(table)))
    state.started(job)
    until(lambda: bool(seen))
    assert seen[0].startswith("Analyze of liver.csv is done after")
    (line,) = state.lines
    assert line.job.status == "completed"
    assert line.percentage == 100
    assert line.file is None
    state.close()


def test_a_short_job_of_others_ends_without_a_word_and_a_long_one_does_not(
    state: JobsState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = opened()
    for longest, words in ((math.inf, 0), (0.0, 1)):
        monkeypatch.setattr(jobs_state, "LONG", longest)
        job = history.jobs.add("analyze", {"source": "a.csv"}, "theirs")
        history.jobs.start(job)
        state.refresh()
        history.jobs.end(job, "completed")
        state.refresh()
        assert len(state.ended) == words


def test_a_job_of_others_is_shown_before_it_is_done_again(
    state: JobsState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be carried out in the name of who presses, whatever its parameters say."""
    history = opened()
    job = history.jobs.add("analyze", {"source": "nowhere.csv"}, "x")
    history.jobs.request_cancel(job)
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET seal = NULL, author = 'Eve'")
    state.refresh()
    state.choose(job)
    state.retry()
    assert "Eve asked for this job elsewhere" in state.notice
    assert "nowhere.csv" in state.notice
    assert len(history.jobs.all()) == 1
    state.choose(job)  # looking elsewhere takes the question back
    state.retry()
    assert len(history.jobs.all()) == 1
    monkeypatch.setattr(state, "visitor", Visitor(Access.OPEN, "visitor 1"))
    state.retry()
    assert "only he can retry it" in state.error
    assert len(history.jobs.all()) == 1
    monkeypatch.undo()
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda _, job: launched.append(job.id))
    state.retry()
    assert history.jobs.get(state.chosen).retry_of == job
    assert launched == [state.chosen]
    state.close()


def test_a_job_is_cancelled_and_retried(state: JobsState, opened: Opener) -> None:
    history = opened()
    state.cancel()
    assert "Choose a job" in state.error
    job = history.jobs.add("analyze", {"source": "nowhere.csv"}, "waits")
    history.jobs.start(job)
    state.refresh()
    state.choose(job)
    state.retry()
    assert "cancel it first" in state.error
    state.cancel()
    assert "next step" in state.notice
    assert history.jobs.get(job).cancel_requested
    history.jobs.end(job, "cancelled")
    state.cancel()
    assert "has ended already" in state.error
    with jobs_carried_out_here():
        state.retry()
    assert state.chosen != job
    assert history.jobs.get(state.chosen).retry_of == job
    assert history.jobs.get(state.chosen).has_ended
    until(lambda: state.line is not None and state.line.job.status == "failed")
    assert state.line is not None
    assert "nowhere.csv" in state.line.last_message
    state.close()


def test_a_job_whose_process_died_is_found(
    state: JobsState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = opened()
    job = history.jobs.add("analyze", {"source": "a.csv"}, "dies")
    history.jobs.start(job)
    monkeypatch.setattr("ganglioside.history.runs.Run.why_dead", lambda *_: "it was unplugged")
    state.refresh()
    assert state.lines[0].job.status == "failed"
    assert "unplugged" in state.lines[0].last_message


def test_a_visitor_sees_the_own_jobs_only(opened: Opener) -> None:
    history = opened()
    mine = history.jobs.add("export", {"session": "s1", "out": "/a.csv"}, "mine")
    history.jobs.add("export", {"session": "s2", "out": "/b.csv"}, "theirs")
    started = history.jobs.add("analyze", {"source": "c.csv"}, "started here")
    state = JobsState(opened, everything=False)
    state.refresh()
    assert state.lines == ()
    state.session_id = "s1"
    state.refresh()
    assert {line.job.id for line in state.lines} == {mine}
    state.started(started)
    assert {line.job.id for line in state.lines} == {mine, started}
    state.close()


def test_a_look_that_comes_late_changes_nothing(state: JobsState, opened: Opener) -> None:
    history = opened()
    job = history.jobs.add("analyze", {"source": "a.csv"}, "quick")
    history.jobs.start(job)
    state._own.add(job)
    words: list[str] = []
    state.observe(lambda _: words.append(told(state.ended[0])), "ended")
    late = state._read(history)
    history.jobs.end(job, "completed")
    state.refresh()
    state._take(late)
    assert state.lines[0].job.status == "completed"
    state.refresh()
    assert len(words) == 1


def test_a_history_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    place = tmp_path / "odd.duckdb"
    place.write_text("no database")
    state = JobsState(lambda: History.open(place))
    state.refresh()
    assert "odd.duckdb" in state.error


def test_a_history_that_can_be_read_again_is_followed_on(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_state, "PATIENCE", 1)
    broken = iter([True])

    def fails_once() -> History:
        if next(broken, False):
            raise gg.errors.HistoryError("in use by something that stays")
        return opened()

    state, errors = JobsState(fails_once), []
    state.observe(lambda change: errors.append(change["new"]), "error")
    job = opened().jobs.add("analyze", {"source": "a.csv"}, "waits")
    state.watch()
    until(lambda: len(state.lines) == 1)
    state.close()
    assert state.lines[0].job.id == job
    assert errors == ["in use by something that stays", ""]


def test_only_files_made_for_the_browser_are_handed_out(opened: Opener, tmp_path: Path) -> None:
    history = opened()
    place = place_for(history, "a.csv")
    place.write_text("x")
    assert place_for(history, "a.csv") != place
    # A folder of the same ending elsewhere, as the result of a job from elsewhere may name it.
    alike = tmp_path / "elsewhere" / "other.downloads" / "x" / "secret.txt"
    alike.parent.mkdir(parents=True)
    alike.write_text("x")
    link = place.parent / "link.csv"
    link.symlink_to(tmp_path / "history.duckdb")
    given = {
        str(place): place,
        str(tmp_path / "history.duckdb"): None,
        str(place.parent / ".." / ".." / "history.duckdb"): None,
        str(alike): None,
        str(link): None,
        "history.duckdb": None,
        "a\0b": None,
        "": None,
    }
    files = {}
    for path, file in given.items():
        job = history.jobs.add("export", {"session": "s", "out": path}, "export")
        history.jobs.start(job)
        history.jobs.end(job, "completed", result={"file": path})
        files[job] = file
    state = JobsState(opened)
    state.refresh()
    assert {line.job.id: line.file for line in state.lines} == files


def test_jobs_of_an_odd_form_leave_the_others_listed(opened: Opener) -> None:
    history = opened()
    odds: list[Any] = [[], "text", 5, {"file": ["a"]}, {"file": None}]
    for odd in odds:
        job = history.jobs.add("export", odd, "odd")
        history.jobs.start(job)
        history.jobs.end(job, "completed", result=odd)
    state = JobsState(opened, everything=False)
    state.session_id = "s"
    fine = history.jobs.add("export", {"session": "s", "out": "/x.csv"}, "fine")
    state.refresh()
    assert [line.job.id for line in state.lines] == [fine]
    every = JobsState(opened)
    every.refresh()
    assert [line.job.id for line in every.lines if line.job.name == "fine"] == [fine]
    assert [line.file for line in every.lines] == [None] * (len(odds) + 1)


def test_old_files_are_taken_away(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    history = opened()
    old = place_for(history, "a.csv")
    old.write_text("x")
    later = time.time() + (KEPT + 1) * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    place_for(history, "b.csv")
    assert not old.parent.exists()


def test_without_an_id_no_job_was_started(opened: Opener) -> None:
    """All jobs that repeat none were listed then, those of others too."""
    opened().jobs.add("export", {"session": "s2", "out": "/b.csv"}, "theirs")
    state = JobsState(opened, everything=False)
    state.started("")
    assert state.lines == ()
    state.close()
