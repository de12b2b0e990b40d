"""Jobs are kept, taken by one process only, followed from any, and found when theirs has died."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from ganglioside.errors import JobError
from ganglioside.history import History, author
from ganglioside.history.process import SILENCE, Process
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings


def some_events(*steps: str) -> list[ProgressEvent]:
    events: list[ProgressEvent] = []
    progress = Progress(events.append, "s")
    for step in steps:
        progress.done(step, f"{step} β")
    return events


def test_a_job_lives_from_add_to_end(history: History) -> None:
    job = history.jobs.add("analysis", {"file": "a.csv", "n": 1}, "liver", time_limit=60)
    waiting = history.jobs.get(job[:8])
    assert (waiting.status, waiting.kind, waiting.name) == ("pending", "analysis", "liver")
    assert (waiting.time_limit, waiting.started, waiting.pid) == (60, None, None)
    assert json.loads(waiting.parameters) == {"file": "a.csv", "n": 1}
    started = history.jobs.start(job)
    assert (started.status, started.pid) == ("processing", os.getpid())
    beaten = history.jobs.beat(job, some_events("loading"))
    assert not beaten.cancel_requested
    history.jobs.end(
        job, "completed", session="s", result={"rows": 3}, events=some_events("complete")
    )
    ended = history.jobs.get(job)
    assert (ended.status, ended.session, ended.result) == ("completed", "s", '{"rows": 3}')
    assert ended.created <= started.started <= ended.ended  # type: ignore[operator]
    assert [e["step"] for e in history.jobs.events(job)] == ["loading", "complete"]


def test_events_come_back_as_they_were_sent(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    events = some_events("loading", "rule1")
    Progress(events.append).failed("rule2", ValueError("0"))
    history.jobs.start(job)
    history.jobs.beat(job, events[:1])
    history.jobs.beat(job)
    history.jobs.beat(job, events[1:])
    assert history.jobs.events(job) == events
    assert history.jobs.events(job, after=2) == events[2:]
    other = history.jobs.add("analysis", {}, "n")
    assert history.jobs.events(other) == []


def test_the_newest_jobs_come_with_what_they_said_last(history: History) -> None:
    silent, talks = (history.jobs.add("analysis", {}, name) for name in ("silent", "talks"))
    history.jobs.start(talks)
    history.jobs.beat(talks, some_events("loading", "rule1"))
    history.jobs.beat(talks, some_events("rule2"))
    listed = {job.id: last for job, last in history.jobs.latest(9)}
    assert listed == {silent: None, talks: history.jobs.events(talks)[-1]}
    assert [job.id for job, _ in history.jobs.latest(1)] == [max(listed)]


def test_a_job_is_taken_once(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    history.jobs.start(job)
    with pytest.raises(JobError, match="processing"):
        history.jobs.start(job)


def test_only_what_runs_can_end(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    with pytest.raises(JobError, match="completed or failed or cancelled"):
        history.jobs.end(job, "pending")
    history.jobs.end(job, "failed", error="lamp")
    with pytest.raises(JobError, match="ended already"):
        history.jobs.end(job, "completed")
    with pytest.raises(JobError, match="ended already"):
        history.jobs.request_cancel(job)


def test_cancelling_ends_what_waits_and_asks_what_runs(history: History) -> None:
    waiting, running = (history.jobs.add("analysis", {}, n) for n in "ab")
    history.jobs.start(running)
    assert history.jobs.request_cancel(waiting).status == "cancelled"
    assert history.jobs.get(waiting).ended is not None
    asked = history.jobs.request_cancel(running)
    assert (asked.status, asked.cancel_requested) == ("processing", True)
    assert history.jobs.beat(running).cancel_requested


def test_jobs_are_listed_the_newest_first(history: History) -> None:
    first, second, third = (history.jobs.add("analysis", {}, n) for n in "abc")
    history.jobs.start(second)
    assert [job.id for job in history.jobs.all()] == [third, second, first]
    assert [job.id for job in history.jobs.all("pending")] == [third, first]
    assert [job.id for job in history.jobs.all("pending", "processing", limit=2)] == [third, second]


@pytest.mark.parametrize("job", ["", "zzz", "%"])
def test_an_unknown_job_is_named(history: History, job: str) -> None:
    history.jobs.add("analysis", {}, "n")
    with pytest.raises(JobError, match="no job"):
        history.jobs.get(job)


# Whose process has died

DIES = """
import os, sys
from ganglioside.history import History
from ganglioside.settings import Settings
from ganglioside.reading.feature_table import Source
history = History.open(sys.argv[1])
history.begin(Source.from_bytes('x.csv', b'x'), Settings())
history.jobs.start(sys.argv[2])
os.kill(os.getpid(), 9)
"""


def test_what_a_dead_process_left_is_marked_failed_and_can_be_run_again(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    running = history.begin(Source.from_bytes("y.csv", b"y"), Settings())  # by this process
    died = subprocess.run([sys.executable, "-c", DIES, history.path, job], check=False)
    assert died.returncode == -signal.SIGKILL
    listed = history.sessions().set_index("id")["status"]
    assert sorted(listed) == ["processing", "processing"]
    again = History.open(history.path)
    sessions = again.sessions().set_index("id")
    assert sessions.loc[running, "status"] == "processing"
    dead = sessions.drop(running).iloc[0]
    assert dead["status"] == "failed"
    assert "has ended. It can be run again" in dead["error"]
    found = again.jobs.get(job)
    assert found.status == "failed"
    assert "has ended" in str(found.error)
    for owner in (job, str(dead.name)):
        last = (again.jobs.events if owner == job else again.events)(owner)[-1]
        assert (last["type"], last["error"]) == ("error", dead["error"])
    assert list(again.care.log()["action"]).count("interrupted") == 2
    assert History.open(history.path).sessions().equals(again.sessions())


def test_a_process_is_known_by_its_start_and_not_by_its_number() -> None:
    now = utc_now()
    this = Process.this(now)
    assert this.why_dead(now) is None
    earlier = Process(this.host, this.pid, now - timedelta(days=3), now)
    assert "another has its number" in str(earlier.why_dead(now))
    assert Process(this.host, this.pid, None, None).why_dead(now) is None
    assert "has ended" in str(Process(this.host, 2**22 + 1, None, now).why_dead(now))


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    now = utc_now()
    assert Process(Process.this(now).host, child.pid, None, now).why_dead(now)
    child.wait()


@pytest.mark.parametrize(("silent", "dead"), [(SILENCE * 0.9, False), (SILENCE * 1.1, True)])
def test_a_process_elsewhere_is_dead_once_it_is_silent(silent: timedelta, dead: bool) -> None:
    now = utc_now()
    elsewhere = Process("another host", os.getpid(), now, now - silent)
    assert (elsewhere.why_dead(now) is not None) is dead


def test_the_author_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "R. Franklin")
    assert author.current_author() == "R. Franklin"
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", " ")
    monkeypatch.setenv("JUPYTERHUB_USER", "hub user")
    assert author.current_author() == "hub user"
    monkeypatch.delenv("JUPYTERHUB_USER")
    assert author.current_author()

    def nobody() -> Any:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(author.getpass, "getuser", nobody)
    assert author.current_author() == "unknown"
