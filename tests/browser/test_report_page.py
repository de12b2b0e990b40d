"""The report in a real browser: offline, drawn, searchable, printable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import PORCINE
from report_builder import run_cells

import ganglioside as gg
from ganglioside.reports.pdf import find_browser, print_pdf

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge is installed"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    source, out = folder / "example.csv", folder / "report.html"
    source.write_bytes(gg.example().source.content)
    run_cells(source=str(source), output=str(out))
    return out


class Visit:
    """The report in a page 1280 px wide, with all that it asked for and complained about."""

    def __init__(self, browser: sync_api.Browser, report: Path) -> None:
        self.page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(report.as_uri())

    def _hear(self, message: sync_api.ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def draw_all(self) -> None:
        """Unfold the appendix, scroll to every chart and wait until it is drawn."""
        for folded in self.page.locator("details.folded").all():
            folded.evaluate("details => { details.open = true }")
        figures = self.page.locator("figure.chart")
        for number in range(figures.count()):
            figures.nth(number).scroll_into_view_if_needed()
            sync_api.expect(
                figures.nth(number).locator(".live canvas, .live svg")
            ).not_to_have_count(0)
        sync_api.expect(self.page.locator("figure.drawn")).to_have_count(figures.count())


@pytest.fixture(scope="module")
def visit(browser: sync_api.Browser, report: Path) -> Iterator[Visit]:
    """The report with every chart drawn, on a screen; each test leaves it so."""
    opened = Visit(browser, report)
    opened.draw_all()
    yield opened
    opened.page.close()


def test_the_report_asks_for_nothing_and_draws_every_chart(visit: Visit, report: Path) -> None:
    assert visit.page.locator("figure.drawn").count() >= 6
    outside = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
    assert outside == [report.as_uri()]
    assert visit.complaints == []


def test_nothing_is_wider_than_the_page(visit: Visit) -> None:
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 1280
    names = visit.page.locator("#not-to-publish .scroll")
    assert names.evaluate("box => box.scrollWidth <= box.clientWidth"), "what it is instead is cut"


def test_the_search_filters_and_the_headers_sort(visit: Visit) -> None:
    page = visit.page
    total = len(gg.example())
    rows = page.locator(".searched tbody tr")
    shown = page.locator(".searched tbody tr:not([hidden])")
    assert rows.count() == total
    page.get_by_placeholder("name, parent, words of the reason").fill("gd1 36:1")
    sync_api.expect(page.locator(".search output")).to_have_text(f"{shown.count()} of {total} rows")
    assert 0 < shown.count() < total
    assert all("GD1" in text and "36:1" in text for text in shown.all_inner_texts())
    page.get_by_placeholder("name, parent, words of the reason").fill("")
    page.locator(".search select").select_option("outlier")
    assert shown.count() == (gg.analyze(gg.example()).features["verdict"] == "outlier").sum()
    header = page.locator(".searched th", has_text="RT (min)").first
    header.click()
    rts = [float(text) for text in shown.locator("td:nth-child(6)").all_inner_texts() if text]
    assert rts == sorted(rts)
    header.click()
    rts = [float(text) for text in shown.locator("td:nth-child(6)").all_inner_texts() if text]
    assert rts == sorted(rts, reverse=True)
    page.locator(".search select").select_option(index=0)
    assert shown.count() == total


def test_paper_shows_the_still_pictures_once(visit: Visit) -> None:
    first = visit.page.locator("figure.chart").first
    assert first.locator(".live").is_visible()
    assert not first.locator(".still").is_visible()
    visit.page.emulate_media(media="print")
    assert not first.locator(".live").is_visible()
    assert first.locator(".still").is_visible()
    assert not visit.page.locator(".search").is_visible()
    visit.page.emulate_media(media="screen")


def test_the_charts_show_without_scripts(browser: sync_api.Browser, report: Path) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(report.as_uri())
    stills = page.locator("main > figure.chart .still")
    assert stills.count() >= 6
    assert all(stills.nth(k).bounding_box()["height"] > 60 for k in range(stills.count()))  # type: ignore[index]
    page.close()


def test_a_page_without_pictures_makes_them_for_paper(
    browser: sync_api.Browser, tmp_path: Path
) -> None:
    source, out = tmp_path / "example.csv", tmp_path / "plain.html"
    source.write_bytes(gg.example().source.content)
    run_cells(source=str(source), output=str(out), pictures=False)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(out.as_uri())
    charts = page.locator("figure.chart").count()
    sync_api.expect(page.locator("figure.drawn .still")).to_have_count(charts)
    assert page.locator("figure.chart .still").count() == charts  # no chart is drawn twice
    page.emulate_media(media="print")
    stills = page.locator("main > figure.chart .still")
    assert all(still.bounding_box()["height"] > 60 for still in stills.all())  # type: ignore[index]
    assert not page.locator("figure.chart .live").first.is_visible()
    page.close()
    printed = print_pdf(out, tmp_path / "plain.pdf").read_bytes()
    assert len(printed) > 50_000


@pytest.mark.parametrize("width", [1280, 700])
def test_the_page_fits_its_screen_in_either_theme(
    browser: sync_api.Browser, report: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
    page.goto(report.as_uri())
    sync_api.expect(page.locator("figure.drawn").first).to_be_attached()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    page.close()


def test_a_link_to_a_feature_unfolds_its_row(browser: sync_api.Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(report.as_uri())
    link = page.locator("#not-to-publish a").first
    row = page.locator(str(link.get_attribute("href")))
    assert not row.is_visible()
    link.click()
    sync_api.expect(row).to_be_in_viewport()
    page.close()


def test_every_link_in_the_page_has_a_target(visit: Visit) -> None:
    missing = visit.page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1))"
        ".filter(id => id && !document.getElementById(id))"
    )
    assert missing == []


def targets(pdf: bytes) -> dict[str, tuple[int, float]]:
    """Page, from 1, and height on it (pt) of what the links of a PDF lead to."""
    [pages] = re.findall(rb"/Count \d+\s+/Kids \[([^\]]+)\]", pdf)[:1]
    order = re.findall(rb"(\d+) 0 R", pages)
    found = re.findall(rb"/([\w-]+) \[(\d+) 0 R /XYZ \S+ (\S+) \S+\]", pdf)
    return {name.decode(): (1 + order.index(page), float(y)) for name, page, y in found}


#: Height from which a heading is the first thing on a page, pt.
TOP = 800
ANSWERS = ("figure-1", "species", "not-to-publish", "next-steps")


@pytest.mark.parametrize("table", ["example", "porcine"])
def test_paper_is_short_and_its_first_two_pages_answer(
    report: Path, tmp_path: Path, table: str
) -> None:
    page = report
    if table == "porcine":
        if not PORCINE.is_file():
            pytest.skip(f"the porcine table is not at {PORCINE}")
        page = tmp_path / "porcine.html"
        run_cells(source=str(PORCINE), output=str(page))
    pdf = print_pdf(page, tmp_path / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    count = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 2 <= count < 10
    where = targets(pdf)
    assert all(where[answer][0] <= 2 for answer in ANSWERS)
    assert where["methods"][0] - where["charts"][0] <= 2, "a figure is alone on a page half empty"
    follows, height = where["to-fix"]
    assert follows == 2 or (follows == 3 and height > TOP), "Table 3 goes on on the third page"
