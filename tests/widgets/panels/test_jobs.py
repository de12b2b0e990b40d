"""The panel of jobs links its widgets to the state; nothing from a history becomes markup."""

from __future__ import annotations

import io
import shutil
import zipfile

import pytest

import ganglioside as gg
from ganglioside import jobs
from ganglioside.jobs import launcher
from ganglioside.jobs.sent_batches import SentTable, start_sent_batch
from ganglioside_widgets import JobsPanel
from ganglioside_widgets.state.downloads import place_for
from ganglioside_widgets.state.jobs import JobsState

EVIL = "<img src=x onerror=alert(1)>"


def test_jobs_are_listed_chosen_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    # Only `refresh` looks here: a thread that looks too would move widgets at any moment, which in
    # a page it leaves to the kernel.
    monkeypatch.setattr(JobsState, "watch", lambda _: None)
    history = gg.History.open()
    panel = JobsPanel()
    told: list[tuple[str, str]] = []
    panel._page.tell = (  # type: ignore[method-assign]
        lambda text, *, error, action, act: told.append((text, action))
    )
    panel.state.refresh()
    assert panel._count.value == ""
    path = place_for(history, "results.csv")
    path.write_text("x")
    job = history.jobs.add("export", {"session": "s", "out": str(path)}, EVIL)
    panel.state.started(job)
    assert "1 waiting" in panel._count.value
    panel.grid.selected = job
    assert panel.state.chosen == job
    assert "&lt;img" in panel._heading.value
    assert "<img" not in panel._heading.value + panel._chosen.value
    assert panel.retry.disabled
    assert not panel.cancel.disabled
    history.jobs.start(job)
    history.jobs.end(job, "completed", session="s1", result={"file": str(path)})
    panel.state.refresh()
    assert panel.download.layout.display == ""
    assert "session=s1" in panel._link.value
    assert [action for _, action in told] == ["Download"]
    sent: list[str] = []
    panel._page.download = lambda name, content: sent.append(name)  # type: ignore[method-assign]
    panel.download.click()
    path.unlink()
    panel.download.click()
    assert sent == ["results.csv"]
    assert "results.csv cannot be read" in panel.state.error
    assert "Press Retry" in panel.state.error
    panel.state.refresh()  # which sees that it is gone
    assert panel.download.layout.display == "none"
    panel.download.click()  # by a browser that shows it still
    assert "gone" in panel.state.error
    panel.state.close()


def test_a_job_that_waits_is_cancelled_and_retried_by_the_buttons() -> None:
    history = gg.History.open()
    job = history.jobs.add("slow", {}, "waits", time_limit=60)
    panel = JobsPanel()
    panel.state.refresh()
    panel.grid.selected = job
    assert "60 s" in panel._chosen.value
    assert "<time datetime=" in panel._chosen.value
    panel.cancel.click()
    assert history.jobs.get(job).status == "cancelled"
    assert panel.cancel.disabled
    assert not panel.retry.disabled
    panel.retry.click()
    assert "knows no job of the kind" in panel._said.value
    panel.state.close()


def test_a_click_is_answered_for_its_job_though_the_list_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(JobsState, "watch", lambda _: None)
    history = gg.History.open()
    first, second = (history.jobs.add("slow", {}, name) for name in ("first", "second"))
    panel = JobsPanel()
    panel.state.refresh()
    history.jobs.add("slow", {}, "third")
    panel.state.refresh()
    for job in (first, second):
        panel.grid.selected = job
        assert panel.state.chosen == job
        assert f"job {job}" in panel._heading.value
    panel.state.close()


@pytest.mark.usefixtures("one_worker")
def test_results_and_overview_of_a_batch_are_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobsState, "watch", lambda _: None)
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    history = gg.History.open()
    tables = [SentTable(name, gg.example().source.content) for name in ("a.csv", "b.csv")]
    job = start_sent_batch(history, tables, gg.Settings())
    panel = JobsPanel()
    sent: dict[str, bytes] = {}
    panel._page.download = sent.__setitem__  # type: ignore[method-assign]
    panel.state.refresh()
    panel.grid.selected = job
    assert panel.overview.layout.display == panel.download.layout.display == "none"
    panel.overview.click()
    panel.download.click()
    assert sent == {}
    jobs.carry_out(history, job)
    panel.state.refresh()
    assert panel.overview.layout.display == panel.download.layout.display == ""
    panel.overview.click()
    panel.download.click()
    assert b"a.csv" in sent[f"batch-{job}.html"]
    assert "overview.html" in zipfile.ZipFile(io.BytesIO(sent[f"batch-{job}.zip"])).namelist()
    sent.clear()
    assert panel.state.line is not None
    assert panel.state.line.results is not None
    shutil.rmtree(panel.state.line.results)  # while the browser shows the buttons
    for gone in (panel.overview, panel.download):
        panel.state.error = ""
        gone.click()
        assert "gone" in panel.state.error
    assert sent == {}
    panel.state.close()


def test_the_row_that_the_buttons_act_on_is_marked() -> None:
    history = gg.History.open()
    first, second = (history.jobs.add("slow", {}, name) for name in ("first", "second"))
    panel = JobsPanel()
    panel.state.refresh()
    panel.grid.selected = first
    panel.state.choose(second)  # as another panel does; no job has changed meanwhile
    assert panel.grid.selected == second
    panel.grid._receive(panel.grid, {"request": "select", "key": first}, [])
    assert panel.state.chosen == panel.grid.selected == first
    panel.state.close()
