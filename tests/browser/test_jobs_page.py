"""Jobs in the page: exports of large sessions, and what other processes do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from study_speed import make_study

import ganglioside as gg
from ganglioside import jobs
from ganglioside.progress import Progress, ProgressEvent

sync_api = pytest.importorskip("playwright.sync_api")
from browser.pages import drawer, example_at, give, history, open_workbench  # noqa: E402
from browser.servers import LARGE, Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


def test_a_large_export_runs_as_a_job_and_its_end_is_told(visit: Visit, server: Server) -> None:
    table = gg.read_features(make_study(LARGE))
    said = gg.Override(feature_id=7, verdict="outlier", note="no MS/MS", author="kh")
    analysis = gg.analyze(table).with_overrides(gg.Overrides().put(said))
    sid = history(server).save(analysis, name="large")
    page = visit.page
    page.goto(f"{server.url}/voila/render/workbench.ipynb?session={sid}")
    expect(page.locator(".gg-headline")).to_contain_text("features explained")
    expect(page.locator(".gg-jobs")).to_be_hidden()
    drawer(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
        line = page.locator(".gg-jobs .gg-row")
        expect(line).to_have_count(1)
    exported = pd.read_csv(download.value.path())
    assert len(exported) == LARGE
    assert exported.loc[7, "analyst_note"] == "no MS/MS"
    expect(line).to_contain_text("completed")
    # On a slow machine it is told of the loaded analysis too, which took long then.
    toast = page.get_by_role("status").locator(".gg-toast", has_text="Export of")
    expect(toast).to_contain_text("is done after")
    with page.expect_download() as again:
        toast.get_by_role("button", name="Download").click()
    assert again.value.suggested_filename == download.value.suggested_filename
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)
    page.reload()
    drawer(page, "Jobs")
    expect(page.locator(".gg-jobs .gg-row")).to_contain_text("completed")
    page.locator(".gg-jobs .gg-row").click()
    expect(page.locator(".gg-jobs").get_by_role("button", name="Download")).to_be_visible()


def test_a_job_of_another_process_is_followed_cancelled_and_retried(
    archive: Visit, server: Server
) -> None:
    held = history(server).jobs
    page = archive.page
    expect(page.locator(".gg-jobs")).to_be_visible()
    # The page would start one that nobody has taken for a minute.
    job = held.add("analyze", {"source": "/nowhere/liver.csv"}, "liver.csv")
    line = page.locator(".gg-jobs .gg-row", has_text=job)
    expect(line).to_contain_text("pending")
    held.start(job)
    expect(line).to_contain_text("processing")
    events: list[ProgressEvent] = []
    progress = Progress(events.append)
    for step, percentage in (("loading", "5"), ("rule1", "")):
        progress.done(step, f"{step} has happened")
        held.beat(job, events[-1:])
        expect(line).to_contain_text(f"{step} has happened")
        expect(line).to_contain_text(percentage)
    line.click()
    expect(page.locator(".gg-jobs pre")).to_contain_text("rule1 has happened")
    panel = page.locator(".gg-jobs")
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_role("status")).to_contain_text("next step")
    assert held.get(job).cancel_requested
    held.end(job, "cancelled")
    expect(line).to_contain_text("cancelled")
    panel.get_by_role("button", name="Retry").click()
    # On a slow machine it is told of the cancelled job too, which ran for long then.
    expect(page.locator(".gg-toast", has_text="liver.csv cannot be opened")).to_have_count(1)
    expect(panel.get_by_role("alert")).to_contain_text("Check the path")
    (again,) = [j for j in held.all() if j.retry_of == job]
    assert again.status == "failed"
    expect(page.locator(".gg-jobs .gg-row", has_text=again.id)).to_contain_text("failed")
    sid = history(server).save(gg.analyze(gg.example()), name="before")
    rerun = jobs.start(history(server), jobs.Rerun(session=sid))
    line = page.locator(".gg-jobs .gg-row", has_text=rerun)
    expect(line).to_contain_text("completed")
    line.click()
    link = panel.get_by_role("link", name="Open its session")
    expect(link).to_have_attribute("href", f"workbench.ipynb?session={held.get(rerun).session}")
    link.click()
    expect(page.locator(".gg-headline")).to_contain_text("features explained")
    assert str(held.get(rerun).session) in page.url


def _running(archive: Visit, server: Server, name: str) -> tuple[str, sync_api.Locator]:
    """Id of a job that another process has begun, and its row."""
    held = history(server).jobs
    job = held.add("analyze", {"source": f"/nowhere/{name}"}, name)
    held.start(job)
    line = archive.page.locator(".gg-jobs .gg-row", has_text=job)
    expect(line).to_contain_text("processing")
    return job, line


def test_a_click_is_meant_for_the_job_that_was_pressed(archive: Visit, server: Server) -> None:
    held = history(server).jobs
    page = archive.page
    pressed, line = _running(archive, server, "pressed.csv")
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    later = held.add("analyze", {"source": "/nowhere/later.csv"}, "later.csv")
    held.start(later)
    first = page.locator(".gg-jobs .gg-row").first
    expect(first).to_contain_text(later)  # in place of the one that is pressed
    page.mouse.up()
    expect(page.locator(".gg-jobs h3", has_text=f"job {pressed}")).to_be_visible()
    for job in (pressed, later):
        held.end(job, "cancelled")


def test_the_buttons_of_a_job_stay_where_they_are_while_it_goes_on(
    archive: Visit, server: Server
) -> None:
    """A press on a button that moves before it is let go is lost."""
    held = history(server).jobs
    page = archive.page
    job, line = _running(archive, server, "long.csv")
    line.click()
    cancel, retry = (
        page.locator(".gg-jobs").get_by_role("button", name=name) for name in ("Cancel", "Retry")
    )
    expect(cancel).to_be_enabled()
    before = cancel.bounding_box(), retry.bounding_box()
    events: list[ProgressEvent] = []
    progress = Progress(events.append)
    for step in range(3):
        progress.done("rule1", f"step {step} has happened")
    held.beat(job, events)
    expect(page.locator(".gg-jobs pre")).to_contain_text("step 2 has happened")
    assert (cancel.bounding_box(), retry.bounding_box()) == before
    session = history(server).save(gg.analyze(gg.example()))
    held.end(job, "completed", session=session)
    expect(page.locator(".gg-jobs").get_by_role("link", name="Open its session")).to_be_visible()
    assert (cancel.bounding_box(), retry.bounding_box()) == before


def test_several_files_run_as_a_batch_which_goes_on_when_the_page_is_closed(
    visit: Visit, archive: Visit, server: Server, tmp_path: Path
) -> None:
    page = open_workbench(visit, server)
    names = ["first.csv", "second.csv", "third.csv"]
    give(page, *(example_at(tmp_path / name) for name in names))
    page.get_by_role("button", name="Run as a batch").click()
    line = page.locator(".gg-jobs .gg-row", has_text="first.csv and 2 more")
    expect(line).to_have_count(1)
    expect(page.locator(".gg-upload")).to_contain_text("goes on when this page is closed")
    (batch,) = [job for job in history(server).jobs.all() if job.kind == "batch"]
    page.goto("about:blank")
    page = archive.page
    later = page.locator(".gg-jobs .gg-row", has_text=batch.id)
    expect(later).to_contain_text("completed")
    later.click()
    with page.expect_download() as download:
        page.locator(".gg-jobs").get_by_role("button", name="Download").click()
    content = Path(download.value.path()).read_bytes()
    found = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert all(any(Path(name).stem in one for one in found) for name in names)
    with page.expect_download() as overview:
        page.locator(".gg-jobs").get_by_role("button", name="Overview").click()
    assert overview.value.suggested_filename == f"batch-{batch.id}.html"
    made = history(server).sessions()
    assert set(names) <= set(made["file_name"])
