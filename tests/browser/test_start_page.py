"""Start page and help in a real browser: sessions, the example, local time, keys, themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from effort import PATIENCE  # noqa: E402

from browser.pages import history  # noqa: E402
from browser.servers import TOKEN, Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


@pytest.fixture
def abroad(browser: Any, server: Server) -> Iterator[sync_api.Page]:
    """A page whose clock is nine hours ahead."""
    context = browser.new_context(timezone_id="Asia/Tokyo")
    context.set_default_timeout(1000 * PATIENCE)
    context.request.get(f"{server.url}/?token={TOKEN}")
    yield context.new_page()
    context.close()


def test_a_session_is_found_on_the_start_page_with_its_local_time(
    abroad: sync_api.Page, server: Server
) -> None:
    analysis = gg.analyze(gg.example())
    sid = history(server).save(analysis, name="from the start page")
    created = history(server).session(sid)["created"]
    abroad.goto(server.url)
    line = abroad.locator(".recent li", has_text="from the start page").first
    expect(line).to_contain_text(analysis.summary.headline)
    time = line.locator("time")
    expect(time).to_have_text(f"{created.tz_convert('Asia/Tokyo'):%Y-%m-%d %H:%M}")
    expect(time).to_have_attribute("title", f"{created:%Y-%m-%d %H:%M} UTC")
    link = line.get_by_role("link")
    expect(link).to_have_attribute("href", f"/voila/render/workbench.ipynb?session={sid}")


def test_the_start_page_opens_lists_and_keeps_the_theme(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    page = visit.page
    page.emulate_media(color_scheme="light")
    page.goto(server.url)
    page.locator("summary", has_text="Which files are read").click()
    expect(page.get_by_role("row", name="MS-DIAL")).to_be_visible()
    page.get_by_role("button", name="Use the dark theme").click()
    page.screenshot(path=tmp_path / "start.png", full_page=True)
    page.get_by_role("link", name="Help").first.click()
    page.wait_for_url("**/help")
    assert page.evaluate("document.documentElement.dataset.ggTheme") == "dark"
    expect(page.get_by_role("link", name="Help", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.locator("body")).to_contain_text("Probability that the verdict is right.")
    for width in (700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "help.png", full_page=True)


def test_help_and_start_are_one_click_or_key_from_a_page(visit: Visit, server: Server) -> None:
    page = visit.page
    page.goto(f"{server.url}/voila/render/species.ipynb")
    expect(page.get_by_role("link", name="Help")).to_have_attribute("href", "../../help")
    with page.expect_popup() as opened:
        page.keyboard.press("?")
    expect(opened.value.get_by_role("heading", name="First steps")).to_be_visible()
    opened.value.close()
    page.get_by_role("link", name="Ganglioside").click()
    expect(page.get_by_role("heading", name="Recent sessions")).to_be_visible()
