"""The workbench in a real JupyterLab, started by `ganglioside lab`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from browser.pages import RULES, give, large_table, settle, too_large  # noqa: E402
from browser.servers import TOKEN, Server, Visit, serving  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

#: Width and height of an element on the page, and of what it holds, px.
SIZES = "e => [e.clientWidth, e.clientHeight, e.scrollWidth, e.scrollHeight]"


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
    give(visit.page, too_large(tmp_path))
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


@pytest.fixture(scope="module")
def lesson(browser: sync_api.Browser, server: Server) -> Iterator[Visit]:
    """A copy of the first lesson with the card of its analysis at the end, all cells run."""
    notebook = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("analysis"))
    nbformat.write(notebook, server.history.parent / "notebooks" / "lesson.ipynb")
    opened = Visit.begin(browser, width=1280)
    page = opened.page
    page.goto(f"{server.url}/lab/workspaces/lesson/tree/lesson.ipynb?token={TOKEN}")
    expect(page.get_by_role("button", name=re.compile("Idle"))).to_be_visible()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.locator(".jp-OutputArea-output .gg-card")).to_be_visible()
    yield opened
    opened.end()
    assert opened.outside(server) == []


def test_a_lesson_runs_in_the_lab_without_an_error(lesson: Visit) -> None:
    cells = lesson.page.locator(".jp-CodeCell")
    for k in range(cells.count()):
        cells.nth(k).scroll_into_view_if_needed()
        expect(cells.nth(k).locator(".jp-InputPrompt")).to_have_text(f"[{k + 1}]:")
        assert cells.nth(k).locator(".jp-mod-error, [data-mime-type*=stderr]").count() == 0


@pytest.mark.parametrize("light", ["true", "false"])
def test_the_card_of_an_analysis_is_shown_whole_in_the_lab(
    lesson: Visit, light: str, tmp_path: Path
) -> None:
    page = lesson.page
    page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
    card = page.locator(".jp-OutputArea-output .gg-card")
    card.scroll_into_view_if_needed()
    lead = gg.analyze(gg.example()).summary.lead
    expect(card).to_contain_text(lead)
    parts = [card, *card.locator("table, svg.chart, .bar").all()]
    for part in parts:
        width, height, held, high = part.evaluate(SIZES)
        assert min(width, height) > 0
        assert (held, high) == (width, height)
    card.screenshot(path=tmp_path / "card.png")


def test_a_chart_of_a_lesson_is_shown_whole_in_the_lab(lesson: Visit) -> None:
    chart = lesson.page.locator(".jp-OutputArea-output img").first
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("alt", re.compile("[a-z]"))
    assert chart.evaluate("e => e.complete && e.naturalWidth > 0")
    width, height, _, _ = chart.evaluate(SIZES)
    assert min(width, height) > 300
    cell = chart.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')]").first
    held_by = cell.evaluate(SIZES)
    assert held_by[2:] == held_by[:2]
