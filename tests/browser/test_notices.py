"""Notices: what is no error leaves by itself, unless it is being read; an error stays."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

from browser.pages import history  # noqa: E402
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: s; longer than a notice stays.
LONG = 12


def wait(page: sync_api.Page) -> None:
    """Let the clock of the page go on by `LONG`."""
    page.clock.run_for(1000 * LONG)


def test_a_notice_leaves_unless_somebody_points_at_it(visit: Visit, server: Server) -> None:
    page = visit.page
    page.clock.install()
    page.goto(f"{server.url}/voila/render/species.ipynb")
    page.get_by_label("Names").fill("GM1(36:1;O2)")
    notice = page.locator(".gg-toast", has_text="is ready")
    with page.expect_download():
        page.get_by_role("button", name="Download inclusion list").click()
    notice.hover()
    wait(page)
    expect(notice).to_have_count(1)
    page.mouse.move(0, 0)
    wait(page)
    expect(notice).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Names")).to_be_visible()
    expect(notice).to_have_count(0)


def test_an_error_stays_until_it_is_closed(visit: Visit, server: Server) -> None:
    jobs = history(server).jobs
    job = jobs.add("analyze", {"source": "/nowhere/stays.csv"}, "stays.csv")
    jobs.start(job)
    jobs.end(job, "cancelled")
    page = visit.page
    page.clock.install()
    page.goto(f"{server.url}/voila/render/history.ipynb")
    page.locator(".gg-jobs .gg-row", has_text=job).click()
    page.locator(".gg-jobs").get_by_role("button", name="Retry").click()
    notice = page.locator(".gg-toast-error", has_text="stays.csv cannot be opened")
    expect(notice).to_have_count(1)
    wait(page)
    expect(notice).to_have_count(1)
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)
