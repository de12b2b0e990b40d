"""The workbench in a real JupyterLab, started by `ganglioside lab`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from browser.servers import Server, Visit, serving  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: object) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    notebooks = folder / "notebooks"
    with serving(
        folder, "lab", "--notebooks", str(notebooks), "--ServerApp.token=secret",
        ready="is running at",
    ) as running:  # fmt: skip
        yield running


def test_the_workbench_judges_a_dropped_file_in_a_narrow_pane(
    browser: sync_api.Browser, server: Server, tmp_path: Path
) -> None:
    visit = Visit.begin(browser, width=1000)
    page = visit.page
    page.goto(f"{server.url}/lab/tree/workbench.ipynb?token=secret")
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    expect(cell).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name=re.compile("Idle"))).to_be_visible(timeout=90_000)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    path = tmp_path / "mine.csv"
    path.write_bytes(gg.example().source.content)
    expect(page.get_by_role("button", name="Try the example")).to_be_visible(timeout=90_000)
    expect(page.get_by_label("Path")).to_be_visible()
    page.get_by_label("Choose feature tables").set_input_files(path)
    expect(page.locator(".gg-summary")).to_contain_text("mine.csv", timeout=30_000)
    page.get_by_role("button", name="Run the analysis").click()
    expected = gg.analyze(gg.example()).summary.headline
    expect(page.locator(".gg-headline")).to_contain_text(expected, timeout=60_000)
    expect(page.locator(".gg-chart canvas")).to_be_visible()
    page.locator("[aria-label='Features'] .gg-row").first.click()
    expect(page.locator(".gg-card h3")).to_contain_text("feature 0")
    pane = page.locator(".gg-root").first.bounding_box()
    assert pane is not None
    assert pane["width"] < 1000
    page.screenshot(path=tmp_path / "lab.png")
    assert "session=" not in page.url
    assert gg.History.open(server.history).sessions()["status"].tolist() == ["completed"]
    assert visit.outside(server) == []
    visit.end()
