"""Workers, queue and failures as lists for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from ganglioside.history import History
from ganglioside.jobs import Analyze, run_here
from ganglioside.watching.state import look
from ganglioside_widgets.state.workers import (
    failures_of,
    lasting_of,
    queue_of,
    tasks_of,
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
    assert workers_of(history, state)["job"].tolist() == ["analyze goes on"]
    assert queue_of(state).startswith("2 jobs wait, the oldest for ")
    assert "1 go on; 0 completed, 1 failed" in queue_of(state)
    found = failures_of(history).set_index("name")
    assert "The database is away" in found.loc["failed", "reason"]
    assert found.loc["failed", "next"] != "none"
    assert found.loc["missing.csv", "next"] == "none"
    assert lasting_of(history)[["kind", "status", "number"]].to_numpy().tolist() == [
        ["analyze", "failed", 1]
    ]
    assert "no backup" in tasks_of(state)
    history.tasks.set("verify", timedelta(days=7), {"sample": 1})
    assert "verify every 7 days, not yet done" in tasks_of(look(history))
