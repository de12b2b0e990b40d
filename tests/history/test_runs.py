"""Runs of sessions and jobs: signs of life, events and requests to cancel, from any process."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.history.process import Process
from ganglioside.history.runs import QUIET, Runs
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings

pytestmark = pytest.mark.usefixtures("stays_open")


def events(*steps: str) -> list[ProgressEvent]:
    sent: list[ProgressEvent] = []
    progress = Progress(sent.append)
    for step in steps:
        progress.done(step, step)
    return sent


def begun(history: History, kind: str) -> tuple[Runs[Any], str]:
    """Begin a session or a job."""
    if kind == "sessions":
        return history.runs, history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    job = history.jobs.add("analysis", {}, "n")
    history.jobs.start(job)
    return history.jobs, job


def end(history: History, kind: str, owner: str) -> None:
    if kind == "sessions":
        history.fail(owner, "lamp")
    else:
        history.jobs.end(owner, "failed", error="lamp")


def update(history: History, sql: str, *values: object) -> None:
    with history._store.write() as connection:
        connection.execute(sql, list(values))


both = pytest.mark.parametrize("kind", ["sessions", "jobs"])


@both
def test_a_beat_renews_the_sign_of_life_and_stores_events(history: History, kind: str) -> None:
    runs, owner = begun(history, kind)
    update(history, f"UPDATE {kind} SET heartbeat = TIMESTAMP '2020-01-01'")
    runs.beat(owner, events("loading"))
    heard = runs.get(owner).heartbeat
    assert heard is not None
    assert abs(utc_now() - heard) < QUIET
    runs.beat(owner, events("validating", "rule1"))
    assert [event["step"] for event in runs.events(owner)] == ["loading", "validating", "rule1"]
    assert [event["step"] for event in runs.events(owner, after=2)] == ["rule1"]


@both
def test_whoever_works_on_it_learns_of_a_request_to_cancel(history: History, kind: str) -> None:
    runs, owner = begun(history, kind)
    assert not runs.beat(owner).cancel_requested
    asked = runs.request_cancel(owner)
    assert (asked.status, asked.cancel_requested) == ("processing", True)
    assert runs.beat(owner).cancel_requested
    end(history, kind, owner)
    assert history.care.log(owner)["action"].str.contains("cancel").sum() == 1
    assert history.care.verify(sample=0).is_whole


@both
def test_what_has_ended_stays_as_it_is(history: History, kind: str) -> None:
    runs, owner = begun(history, kind)
    end(history, kind, owner)
    before = history.query(f"SELECT * FROM {kind}")
    assert runs.beat(owner, events("loading")).has_ended
    with pytest.raises(GangliosideError, match="ended already: it is failed"):
        runs.request_cancel(owner)
    assert history.query(f"SELECT * FROM {kind}").equals(before)
    assert runs.events(owner) == []


@both
def test_a_run_elsewhere_lives_as_long_as_it_beats(history: History, kind: str) -> None:
    """For hours, though it began long ago; it is marked failed once it is silent."""
    runs, owner = begun(history, kind)
    long_ago = utc_now() - timedelta(hours=3)
    update(history, f"UPDATE {kind} SET host = 'far away', started = $1, heartbeat = $1", long_ago)
    assert runs.get(owner).why_dead(utc_now()) is not None
    runs.beat(owner)
    History.open(history.address)
    assert runs.get(owner).status == "processing"
    update(history, f"UPDATE {kind} SET heartbeat = ?", long_ago)
    History.open(history.address)
    assert runs.get(owner).status == "failed"
    assert runs.events(owner)[-1]["type"] == "error"


def test_a_process_is_busy_while_it_works_on_a_session(history: History) -> None:
    pid = Process.this(utc_now()).pid
    assert not history.runs.is_busy(pid)
    _, sid = begun(history, "sessions")
    assert history.runs.is_busy(pid)
    assert not history.runs.is_busy(pid + 1)
    update(history, "UPDATE sessions SET heartbeat = ?", utc_now() - 2 * QUIET)
    assert not history.runs.is_busy(pid)  # it lives, and nobody works on the session any more
    history.runs.beat(sid)
    assert history.runs.is_busy(pid)
    update(history, "UPDATE sessions SET host = 'far away'")
    assert not history.runs.is_busy(pid)
    begun(history, "jobs")
    assert not history.runs.is_busy(pid)


def test_a_process_that_was_killed_is_not_busy(history: History) -> None:
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    begun(history, "sessions")
    update(history, "UPDATE sessions SET pid = ?", died.pid)
    assert not history.runs.is_busy(died.pid)


def test_a_session_is_named_by_the_beginning_of_its_id(history: History) -> None:
    _, sid = begun(history, "sessions")
    assert history.runs.get(sid[:-1]).id == sid
    with pytest.raises(GangliosideError, match="no session 'zzz'"):
        history.runs.beat("zzz")


def test_a_session_that_waits_is_cancelled_with_the_job_that_was_taken_for_it(
    history: History,
) -> None:
    """Whoever has the job has not begun the session yet, and is not to."""
    sid = history.queue(Source.from_bytes("x.csv", b"x"), Settings())
    job = history.jobs.add("session", {"session": sid}, "x", session=sid)
    history.jobs.start(job)
    assert history.runs.request_cancel(sid).status == "cancelled"
    found = history.jobs.get(job)
    assert (found.status, found.cancel_requested) == ("processing", True)
    assert history.jobs.beat(job).cancel_requested
    assert history.care.verify(sample=0).faults == ()
