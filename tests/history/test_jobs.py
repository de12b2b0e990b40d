"""Jobs are kept, taken by one process only, followed from any, and found when theirs has died."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.errors import JobError, UnknownJobError
from ganglioside.history import History
from ganglioside.history.jobs import MAKE_ONE_SESSION
from ganglioside.history.sharing import Person
from ganglioside.jobs import kinds
from ganglioside.progress import Progress, ProgressEvent

pytestmark = pytest.mark.usefixtures("stays_open")


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


def test_the_job_that_waited_longest_is_taken_and_each_once(history: History) -> None:
    jobs = [history.jobs.add("analysis", {}, name) for name in "abc"]
    taken = [history.jobs.take() for _ in range(4)]
    assert [job and job.id for job in taken] == [*jobs, None]
    assert {(job.status, job.pid) for job in taken if job} == {("processing", os.getpid())}
    assert history.care.verify(sample=0).faults == ()


def test_a_job_of_somebody_else_is_passed_over(
    history: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_JOB_KEY", str(tmp_path / "other.key"))
    history.jobs.add("analysis", {}, "of somebody else")
    monkeypatch.setenv("GANGLIOSIDE_JOB_KEY", str(tmp_path / "own.key"))
    own = history.jobs.add("analysis", {}, "own")
    assert [job and job.id for job in (history.jobs.take(), history.jobs.take())] == [own, None]


def test_a_job_that_was_given_back_is_taken_again(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    with pytest.raises(JobError, match="does not have it"):
        history.jobs.give_back(job)
    history.jobs.take()
    history.jobs.beat(job, some_events("loading"))
    waiting = history.jobs.give_back(job)
    assert (waiting.status, waiting.started, waiting.pid) == ("pending", None, None)
    again = history.jobs.take()
    assert again is not None
    history.jobs.end(again.id, "completed", events=some_events("complete"))
    assert [e["step"] for e in history.jobs.events(job)] == ["loading", "complete"]
    with pytest.raises(JobError, match="ended already"):
        history.jobs.give_back(job)
    assert history.care.verify(sample=0).faults == ()


def test_a_job_to_be_cancelled_does_not_wait_again(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    history.jobs.take()
    history.jobs.request_cancel(job)
    assert history.jobs.give_back(job).status == "cancelled"
    assert history.care.verify(sample=0).faults == ()


def take_and_wait(address: str, told: Any) -> None:
    told.put(getattr(History.open(address, timeout=PATIENCE).jobs.take(), "id", None))
    threading.Event().wait()


@pytest.mark.either_store("about the process")
@pytest.mark.lets_go("another process connects")
def test_the_job_of_a_process_that_lives_is_not_given_back_by_others(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    worker = context.Process(target=take_and_wait, args=(history.address, told))
    worker.start()
    try:
        assert told.get(timeout=PATIENCE) == job
        with pytest.raises(JobError, match="does not have it"):
            history.jobs.give_back(job)
    finally:
        worker.kill()
        worker.join()
    assert history.jobs.give_back(job).status == "pending"


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


@pytest.mark.parametrize("cancelled", ["session", "job"])
def test_a_session_and_the_job_that_it_waits_for_are_cancelled_together(
    history: History, cancelled: str
) -> None:
    sid = history.queue(gg.example().source, gg.Settings())
    job = history.jobs.add("session", {"session": sid}, "liver", session=sid)
    if cancelled == "session":
        history.runs.request_cancel(sid)
    else:
        history.jobs.request_cancel(job)
    found = history.jobs.get(job)
    assert (found.status, found.cancel_requested, found.ended is None) == (
        "cancelled", True, False,
    )  # fmt: skip
    assert history.session(sid)["status"] == "cancelled"
    assert pd.isna(history.session(sid)["error"])
    assert history.care.verify().is_whole


ANN, BOB = Person("Ann"), Person("Bob")


def sees(history: History, person: Person, job: str) -> bool:
    try:
        history.acting_as(person).jobs.get(job)
    except UnknownJobError:
        return False
    return True


def taken_by_worker(history: History, kind: str) -> tuple[str, History]:
    """Id of a job of Ann's that a worker has, and its history as the worker's work has it."""
    job = history.acting_as(ANN).jobs.add(kind, {"source": "x.csv"}, "x")
    taken = history.jobs.take(history.workers.register())
    assert taken is not None
    assert taken.claim is not None
    return job, history.claimed(taken.claim).acting_as(ANN)


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_session_that_is_shared_while_its_job_goes_on_takes_the_job_along(
    history: History, status: Any
) -> None:
    """Its events name the session, and tell its headline."""
    job, work = taken_by_worker(history, "analyze")
    sid = work.begin(gg.example().source, gg.Settings())
    history.jobs.beat(job, some_events("loading"))
    ann = history.acting_as(ANN)
    assert sees(history, BOB, job)
    ann.share(sid, "own")
    assert not sees(history, BOB, job)
    made = None
    if status == "completed":
        work.complete(sid, gg.analyze(gg.example()))
        made = sid
    history.jobs.end(job, status, session=made, events=some_events("complete"))
    assert (sees(history, ANN, job), sees(history, BOB, job)) == (True, False)
    ann.share(sid, "everybody")
    assert sees(history, BOB, job)
    assert history.care.verify(sample=0).faults == ()


def test_a_job_is_shared_from_its_end_on_as_the_session_that_it_made(history: History) -> None:
    """Until then nothing but the end of work in a process of its own tells which that is."""
    ann = history.acting_as(ANN)
    job = ann.jobs.add("analyze", {"source": "x.csv"}, "x")
    history.jobs.start(job)
    sid = ann.save(gg.analyze(gg.example()))
    ann.share(sid, "own")
    assert sees(history, BOB, job)
    history.jobs.end(job, "completed", session=sid)
    assert (sees(history, ANN, job), sees(history, BOB, job)) == (True, False)
    assert history.care.verify(sample=0).faults == ()


def test_a_job_whose_session_was_deleted_before_its_end_is_shared_as_before(
    history: History,
) -> None:
    job, work = taken_by_worker(history, "analyze")
    sid = work.begin(gg.example().source, gg.Settings())
    history.acting_as(ANN).share(sid, "own")
    work.complete(sid, gg.analyze(gg.example()))
    history.delete(sid)
    history.jobs.end(job, "completed", session=sid)
    assert not sees(history, BOB, job)


def test_a_job_is_not_shared_with_one_of_many_sessions_or_with_that_of_a_lost_attempt(
    history: History,
) -> None:
    ann = history.acting_as(ANN)
    for kind, kept in (("batch", 1), ("analyze", 0)):
        job, work = taken_by_worker(history, kind)
        sids = [work.begin(gg.example().source, gg.Settings()) for _ in range(2)]
        ann.share(sorted(sids)[kept], "own")
        assert sees(history, BOB, job)


def test_the_kinds_that_make_one_session_are_those_of_the_jobs() -> None:
    assert (kinds.Analyze.kind, kinds.Rerun.kind, kinds.Queued.kind) == MAKE_ONE_SESSION


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


def test_jobs_of_one_kind_are_listed_up_to_a_limit(history: History) -> None:
    """As the API lists batches: those of other kinds are not read for it."""
    exports = [history.jobs.add("export", {}, "n") for _ in range(3)]
    reruns = [history.jobs.add("rerun", {}, "n") for _ in range(3)]
    history.jobs.start(exports[0])
    found = history.jobs.all(kind="export", limit=2)
    assert [job.id for job in found] == [exports[2], exports[1]]
    assert [job.id for job in history.jobs.all("pending", kind="export")] == exports[:0:-1]
    assert [job.id for job in history.jobs.all(kind="rerun")] == reruns[::-1]
    assert history.jobs.all(kind="'") == []
