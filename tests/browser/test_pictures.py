"""Pictures of every page at three widths in both themes, kept beside what other tests write."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from effort import some  # noqa: E402

from browser.pages import (  # noqa: E402
    drawer,
    example_at,
    feature,
    history,
    read_again,
    run_table,
    settle,
    window,
)
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: Sizes of the window and themes: by day each size once, and each theme.
LOOKS = some([
    ((1280, 800), "light"), ((1280, 800), "dark"), ((1920, 1080), "dark"), ((1920, 1080), "light"),
    ((700, 1000), "light"), ((700, 1000), "dark"),
])  # fmt: skip


def picture(page: sync_api.Page, name: Path) -> None:
    """Keep what a reader sees at each size and in each theme; nothing is wider than the window."""
    for (width, height), theme in LOOKS:
        with window(page, width, height):
            page.evaluate("theme => { document.body.dataset.ggTheme = theme; }", theme)
            page.emulate_media(color_scheme=theme)
            settle(page)
            page.screenshot(path=f"{name}_{width}_{theme}.png")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name.name, width)
    page.evaluate("delete document.body.dataset.ggTheme")
    page.emulate_media(color_scheme="no-override")


def test_every_page_has_its_picture(
    visit: Visit, species: Visit, archive: Visit, bench: Visit, server: Server, tmp_path: Path
) -> None:
    history(server).save(gg.analyze(gg.example()), name="liver")
    page = visit.page
    page.goto(server.url)
    expect(page.get_by_text("Reading the history")).to_have_count(0)
    picture(page, tmp_path / "start")
    page.goto(f"{server.url}/help")
    picture(page, tmp_path / "help")
    page = species.page
    page.get_by_label("Names").fill("GD1a(36:1;O2)\nGD1(38:1;O2)")
    expect(page.get_by_role("grid", name="Predictions")).to_contain_text("GD1b")
    picture(page, tmp_path / "species")
    page = read_again(archive.page)
    expect(page.locator(".gg-history .gg-row").first).to_be_visible()
    picture(page, tmp_path / "history")
    page = run_table(bench.page, example_at(tmp_path / "pictured.csv"))
    feature(page, 3)
    page.get_by_role("button", name="Clear", exact=True).click()
    picture(page, tmp_path / "workbench")
    for part in ("Table", "Thresholds", "Export"):
        drawer(page, part)
    picture(page, tmp_path / "workbench_open")
