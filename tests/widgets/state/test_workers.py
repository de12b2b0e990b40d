"""Workers, queue and failures as lists for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from ganglioside.history import History
from ganglioside.jobs import Analyze, run_here
from ganglioside.jobs.kinds import _KINDS
from ganglioside.watching.state import look
from ganglioside_widgets.state.workers import (
    failures_of,
    lasting_of,
    queue_of,
    tasks_of,
    why_not_cancel,
    why_not_retry,
    words_of,
    workers_of,
)

Opener = Callable[[], History]


def test_who_works_on_what_and_why_others_failed(opened: Opener, tmp_path: Path) -> None:
    history = opened()
    assert "No" not in queue_of(look(history))
    assert workers_of(history, look(history)).empty
    for name in ("failed", "goes on", "waits"):
        history.jobs.add("analyze", {}, name)
    worker = history.workers.register()
    first = history.jobs.take(worker)
    assert first is not None
    history.jobs.put_off(first.id, "The database is away")
    history.jobs.take(worker)
    run_here(history, Analyze(source=str(tmp_path / "missing.csv")))
    state = look(history)
    assert workers_of(history, state)["job"].tolist() == ["analysis of goes on"]
    assert queue_of(state).startswith("2 jobs wait, the oldest for ")
    assert "1 goes on; ended: 0 completed, 1 failed" in queue_of(state)
    found = failures_of(history).set_index("job")
    again, lost = found.loc["analysis of failed"], found.loc["analysis of missing.csv"]
    assert "The database is away" in again["reason"]
    assert again["next"].startswith("at ")
    assert (again["attempts"], lost["attempts"], lost["next"]) == ("1 of 3", "1", "given up")
    assert "by itself (at " in why_not_retry(again)
    assert why_not_cancel(again) == why_not_retry(lost) == ""
    assert "nothing to cancel" in why_not_cancel(lost)
    assert lasting_of(history)[["kind", "status", "number"]].to_numpy().tolist() == [
        ["analyze", "failed", 1]
    ]
    assert "no backup" in tasks_of(state)
    history.tasks.set("verify", timedelta(days=7), {"sample": 1})
    assert "verify every 7 days, not yet done" in tasks_of(look(history))


def test_every_kind_of_job_has_words(opened: Opener) -> None:
    history = opened()
    for kind in _KINDS:
        job = history.jobs.get(history.jobs.add(kind, {}, "liver.csv"))
        assert words_of(job).split()[0] != kind or kind in {"report", "export", "batch", "backup"}
        assert (" of " in words_of(job)) or (" on " in words_of(job))


def test_what_each_worker_does_is_said(opened: Opener) -> None:
    history = opened()
    works, drains, gone = (history.workers.register() for _ in range(3))
    history.workers.drain(drains.id)
    history.workers.end(gone.id)
    found = workers_of(history, look(history)).set_index("id")
    assert found["state"].to_dict() == {
        works.id: "takes jobs",
        drains.id: "ends after its job",
        gone.id: "has ended",
    }
    assert found["can_drain"].to_dict() == {works.id: True, drains.id: False, gone.id: False}
