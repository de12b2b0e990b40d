"""The panel of the workers, by its buttons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganglioside.history import History
from ganglioside.jobs import Analyze, launcher, run_here
from ganglioside_widgets.elements.grid import NONE
from ganglioside_widgets.panels.workers import WorkersPanel
from ganglioside_widgets.state.admin import AdminState
from ganglioside_widgets.state.visitors import Access, Visitor

Opener = Callable[[], History]


def test_a_worker_is_drained_by_its_button(opened: Opener) -> None:
    history = opened()
    worker, gone = history.workers.register(), history.workers.register()
    history.workers.end(gone.id)
    state = AdminState(opened)
    panel = WorkersPanel(state)
    state.refresh()
    assert panel.drain.disabled
    panel.grid.selected = gone.id
    assert panel.drain.disabled
    panel.grid.selected = worker.id
    assert not panel.drain.disabled
    panel.drain.click()
    assert state.workers["state"].tolist() == ["has ended", "ends after its job"]
    assert panel.drain.disabled
    panel.grid.selected = NONE
    assert history.workers.beating() == []


def test_the_job_of_a_worker_is_cancelled_by_its_button(opened: Opener) -> None:
    history = opened()
    history.jobs.add("analyze", {}, "liver.csv")
    worker = history.workers.register()
    state = AdminState(opened)
    panel = WorkersPanel(state)
    state.refresh()
    panel.grid.selected = worker.id
    assert panel.stop.disabled
    job = history.jobs.take(worker)
    assert job is not None
    state.refresh()
    assert not panel.stop.disabled
    panel.stop.click()
    assert history.jobs.get(job.id).cancel_requested
    assert f"Job {job.id} ends at its next step" in panel._said.value
    history.jobs.end(job.id, "cancelled")
    panel.stop.click()  # the page does not know yet
    assert 'role="alert"' in panel._said.value
    assert f"{job.id} has ended already" in panel._said.value


def test_failed_jobs_are_retried_and_those_that_wait_cancelled(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    history = opened()
    failed = run_here(history, Analyze(source=str(tmp_path / "missing.csv")))
    history.jobs.add("analyze", {"source": "x.csv"}, "again")
    again = history.jobs.take(history.workers.register())
    assert again is not None
    history.jobs.put_off(again.id, "The database is away")
    state = AdminState(opened)
    panel = WorkersPanel(state)
    state.refresh()
    assert panel.retry.disabled
    assert "Select a failed job" in panel._why.value
    panel.failures.selected = again.id
    assert panel.retry.disabled
    assert "tried again by itself (at " in panel._why.value
    panel.cancel.click()
    assert history.jobs.get(again.id).status == "cancelled"
    panel.failures.selected = failed.id
    assert panel.cancel.disabled
    assert "nothing to cancel" in panel._why.value
    panel.retry.click()
    (new,) = history.jobs.all("pending")
    assert new.retry_of == failed.id
    assert f"as job {new.id}" in panel._said.value


def test_a_visitor_who_is_no_administrator_is_refused(opened: Opener) -> None:
    history = opened()
    job = history.jobs.add("analyze", {}, "liver.csv")
    state = AdminState(opened, Visitor(Access.SHARED, "somebody"))
    state.cancel(job)
    assert "for administrators" in state.error
    state.retry(job)
    assert "for administrators" in state.error
    assert history.jobs.get(job).status == "pending"
    assert len(history.jobs.all()) == 1
