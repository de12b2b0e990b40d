"""Carrying out jobs: cancelled, out of time, deaf, interrupted, failing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from effort import PATIENCE
from jobs.slow_work import Slow, slow_process

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import JobError, UnknownSessionError
from ganglioside.history.sharing import Person
from ganglioside.jobs.kinds import parameters_of

pytestmark = [
    pytest.mark.either_store("about the work"),
    pytest.mark.usefixtures("stays_open"),
]


def test_a_running_job_is_cancelled_at_its_next_step(history: gg.History, slow: None) -> None:
    events: list[Any] = []

    def cancel(event: Any) -> None:
        events.append(event)
        if len(events) == 3:
            jobs.cancel(history, history.jobs.all("processing")[0].id)

    ended = jobs.run_here(history, Slow(), cancel)
    assert ended.status == "cancelled"
    replayed = list(jobs.follow(history, ended.id))
    assert replayed[:-1] == events
    assert replayed[-1]["type"] == "error"
    assert replayed[-1]["message"] == "Cancelled"
    with pytest.raises(JobError, match="ended"):
        jobs.cancel(history, ended.id)


def test_a_job_fails_when_its_time_is_over(history: gg.History, slow: None) -> None:
    ended = jobs.run_here(history, Slow(), time_limit=0.3)
    assert ended.status == "failed"
    assert "limit of 0.3 s" in str(ended.error)
    assert list(jobs.follow(history, ended.id))[-1].get("error") == ended.error
    with pytest.raises(JobError, match="limit"):
        jobs.run_here(history, Slow(), time_limit=0)


@pytest.mark.lets_go("another process connects")
def test_work_that_tells_nothing_is_ended_with_its_process(history: gg.History) -> None:
    job = history.jobs.add("slow", parameters_of(Slow(deaf=True)), "deaf", time_limit=0.2)
    process = slow_process(history, job)
    assert process.wait(PATIENCE) == 1
    ended = history.jobs.get(job)
    assert ended.status == "failed"
    assert "limit" in str(ended.error)
    assert list(jobs.follow(history, job))[-1]["type"] == "error"


def test_an_interruption_cancels_the_job_and_passes_on(history: gg.History, slow: None) -> None:
    def interrupt(event: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.run_here(history, Slow(), interrupt)
    (job,) = history.jobs.all()
    assert job.status == "cancelled"


def test_a_fault_of_the_program_is_recorded_and_raised(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slow, "run", lambda self, history, progress: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.run_here(history, Slow())
    (job,) = history.jobs.all()
    assert job.status == "failed"
    assert "ZeroDivisionError" in str(job.error)


def test_events_that_cannot_be_stored_at_once_are_not_lost(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat, seen = history.jobs.beat, []
    calls = iter(range(1000))

    def held(job: str, events: Any = ()) -> Any:
        if next(calls) < 3:
            raise gg.errors.HistoryError("in use")
        return beat(job, events)

    monkeypatch.setattr(history.jobs, "beat", held)
    ended = jobs.run_here(history, Slow(), seen.append, time_limit=0.5)
    assert list(jobs.follow(history, ended.id))[:-1] == seen


def test_the_work_of_a_job_sees_what_its_person_sees(history: gg.History, table: Path) -> None:
    """Whichever process carries it out, and whatever the job was made to ask for."""
    ann, eve = Person("Ann", shares="own"), Person("Eve")
    sid, _ = history.acting_as(ann).run(table, name="secret")
    reads = (jobs.Rerun(session=sid), jobs.Report(source=sid, out=str(table.with_suffix(".html"))),
             jobs.Export(session=sid, out=str(table.with_suffix(".xlsx"))))  # fmt: skip
    for work in reads:
        # Not by `start`, which refuses at once.
        job = history.acting_as(eve).jobs.add(work.kind, parameters_of(work), "steal")
        ended = jobs.carry_out(history, job)
        assert ended.status == "failed"
        assert "There is no session" in str(ended.error)
        with pytest.raises(UnknownSessionError):
            jobs.start(history.acting_as(eve), work)
    assert [*table.parent.glob("*.xlsx"), *table.parent.glob("*.html")] == []
    assert len(history.sessions()) == 1


def test_what_a_job_makes_is_its_persons(history: gg.History, table: Path) -> None:
    ann = history.acting_as(Person("Ann", groups=("lipids",), shares="own"))
    for acting, sharing in ((ann, ["own", None]), (ann.sharing("group"), ["group", "lipids"])):
        work = jobs.Analyze(source=str(table))
        job = acting.jobs.add(work.kind, parameters_of(work), "liver")
        assert jobs.carry_out(history, job).status == "completed"
        made = history.page().sessions[0]
        assert [made["author"], made["shared"], made["shared_group"]] == ["Ann", *sharing]
    bob = history.acting_as(Person("Bob", groups=("lipids",)))
    assert bob.sessions()["shared"].tolist() == ["group"]
