"""The workbench in a real JupyterLab, started by `ganglioside lab`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from browser.pages import RULES, give, large_table, settle  # noqa: E402
from browser.servers import TOKEN, Server, Visit, serving  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: object) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    notebooks = folder / "notebooks"
    with serving(
        folder, "lab", "--notebooks", str(notebooks),
        "--ServerApp.jpserver_extensions=voila.server_extension=True", ready="is running at",
    ) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def visit(browser: sync_api.Browser, server: Server) -> Iterator[Visit]:
    """The workbench, run in its notebook in a narrow pane."""
    opened = Visit.begin(browser, width=1000)
    page = opened.page
    page.goto(f"{server.url}/lab/tree/workbench.ipynb?token={TOKEN}")
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    expect(cell).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Idle"))).to_be_visible()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_role("button", name="Try the example")).to_be_visible()
    yield opened
    opened.end()
    assert opened.outside(server) == []


def test_nobody_is_asked_for_news(visit: Visit) -> None:
    assert visit.page.get_by_text("Jupyter news").count() == 0


def test_the_workbench_judges_a_dropped_file_in_a_narrow_pane(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    page = visit.page
    path = tmp_path / "mine.csv"
    path.write_bytes(gg.example().source.content)
    expect(page.get_by_label("Path")).to_be_visible()
    page.get_by_label("Choose feature tables").set_input_files(path)
    expect(page.locator(".gg-summary")).to_contain_text("mine.csv")
    expected = gg.analyze(gg.example()).summary.lead
    expect(page.locator(".gg-headline")).to_contain_text(expected)
    expect(page.locator(".gg-chart-card canvas")).to_be_visible()
    page.locator("[aria-label='Features'] .gg-row").first.click()
    expect(page.locator(".gg-card h3")).to_contain_text("feature 0")
    pane = page.locator(".gg-root").first.bounding_box()
    assert pane is not None
    assert pane["width"] < 1000
    page.screenshot(path=tmp_path / "lab.png")
    assert "session=" not in page.url
    assert gg.History.open(server.history).sessions()["status"].tolist() == ["completed"]


def test_a_large_file_arrives_and_a_larger_one_is_refused_with_its_limit(
    visit: Visit, tmp_path: Path
) -> None:
    larger = tmp_path / "larger.csv"
    larger.write_bytes(b"x" * 51_000_000)
    give(visit.page, larger)
    alert = visit.page.locator(".gg-root").get_by_role("alert")
    expect(alert).to_contain_text("larger.csv has 51 MB; the limit is 50 MB")
    give(visit.page, large_table(tmp_path / "large.csv"))
    expect(visit.page.locator(".gg-summary")).to_contain_text("large.csv: 332 features")
    expect(visit.page.locator(".gg-headline h3")).to_have_text("large.csv")


def test_the_panels_keep_the_rules_in_the_dark_theme_too(visit: Visit) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    visit.page.set_viewport_size({"width": 1000, "height": 3400})
    for light in ("true", "false"):
        visit.page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
        settle(visit.page)
        found = axe.Axe().run(visit.page, context=".gg-root", options=RULES).response
        assert [fault["nodes"][0]["html"] for fault in found["violations"]] == []


def test_voila_is_not_served_beside_notebooks_whoever_asks_for_it(
    visit: Visit, server: Server
) -> None:
    for path in (
        "/voila",
        "/voila/render/workbench.ipynb",
        "/voila/tree",
        "/voila/static/voila.js",
    ):
        assert visit.page.request.get(f"{server.url}{path}?theme=%22%3E%3Cscript%3E").status == 404


def test_answers_of_the_lab_have_the_headers(visit: Visit, server: Server) -> None:
    for path in ("/lab", "/login", "/nowhere", "/static/favicons/favicon.ico", "/api/contents"):
        headers = visit.page.request.get(f"{server.url}{path}").headers
        assert "object-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"
    cookies = visit.page.context.cookies()
    assert cookies
    assert {cookie.get("sameSite") for cookie in cookies} == {"Strict"}


def test_no_log_of_the_lab_holds_the_token(visit: Visit, server: Server) -> None:
    for path in ("/nowhere", "/api/contents/nowhere", "/files/nowhere", "/api/kernels/a-b-c-d-e"):
        assert visit.page.request.get(f"{server.url}{path}?token={TOKEN}").status >= 400
    log = server.log.read_text(errors="replace")
    assert "nowhere" in log
    assert TOKEN not in log
