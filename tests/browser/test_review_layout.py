"""What is cut, covered or out of reach on the review screen, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.pages import example_at, expect_result, give, run_button, settle, undecided, window  # noqa: E402
from browser.servers import Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: Texts of the bar that are cut, and the tops of its parts.
BAR = """() => {
  const bar = document.querySelector(".gg-input-bar");
  const texts = [...bar.querySelectorAll(".gg-bar-place > *")].filter((part) => part.offsetWidth);
  const place = bar.querySelector(".gg-bar-place").getBoundingClientRect();
  const isCut = (text) => text.scrollWidth > text.clientWidth + 1
    && getComputedStyle(text).overflow !== "visible"
    || text.getBoundingClientRect().right > place.right + 1;
  const parts = [...bar.querySelectorAll("select, button")].filter((part) => part.offsetWidth);
  return {
    cut: texts.filter(isCut).map((text) => text.textContent),
    tops: parts.map((part) => Math.round(part.getBoundingClientRect().top)),
  };
}"""

#: How much of the chart is below its card, px, where the card is scrolled to its end.
BELOW = """() => {
  const card = document.querySelector(".gg-chart-card");
  card.scrollTop = 1e6;
  const canvas = card.querySelector("canvas");
  return canvas.getBoundingClientRect().bottom - card.getBoundingClientRect().bottom;
}"""

#: Whether the card of the chart has more than is in sight.
SCROLLS = """() => {
  const card = document.querySelector(".gg-chart-card");
  return card.scrollHeight > card.clientHeight;
}"""

#: Texts of the chart's selects that are wider than their field, and headers of the table in sight.
MIDDLE = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const cut = (select) => {
    pen.font = getComputedStyle(select).font;
    return pen.measureText(select.selectedOptions[0].textContent).width > select.clientWidth - 20;
  };
  const grid = document.querySelector(".gg-middle .gg-grid");
  const right = grid.getBoundingClientRect().right;
  const heads = [...grid.querySelectorAll(".gg-head")];
  return {
    cut: [...document.querySelectorAll(".gg-chart-fields select")]
      .filter((select) => select.offsetWidth && cut(select)).map((select) => select.value),
    whole: heads.filter((head) => head.getBoundingClientRect().right <= right + 1).length,
  };
}"""

#: Pairs of headings of the list that cover one another, wherever it is scrolled to.
COVERED = """() => {
  const panel = document.querySelector(".gg-queue-panel");
  const headings = [...panel.querySelectorAll("h4")];
  const covered = new Set();
  for (let top = 0; top <= panel.scrollHeight; top += 9) {
    panel.scrollTop = top;
    const places = headings.map((heading) => heading.getBoundingClientRect());
    for (let k = 1; k < places.length; k++)
      if (places[k].top < places[k - 1].bottom - 1)
        covered.add(`${headings[k - 1].textContent} | ${headings[k].textContent}`);
  }
  panel.scrollTop = 0;
  return [...covered];
}"""


def test_with_several_files_the_bar_stays_one_line_and_the_way_back_names_its_file(
    bench: Visit, tmp_path: Path
) -> None:
    page = bench.page
    with window(page, 1280, 800):
        first, *others = (example_at(tmp_path / f"bar_{k}.csv") for k in (1, 2, 3))
        give(page, first)
        expect_result(page, first.name)
        give(page, *others)  # of several, none is analysed by itself
        back = page.get_by_role("button", name=f"Back to {first.name}")
        expect(back).to_be_visible()
        expect(run_button(page)).to_be_enabled()
        settle(page)
        tops = page.evaluate(BAR)["tops"]
        assert max(tops) - min(tops) < 4
        until(lambda: page.evaluate(BAR)["cut"] == [], "all of the bar in sight")
        back.click()
        expect(page.locator(".gg-input-bar select").first).to_contain_text(first.name)
    for width in (1024, 800):  # more lines, but nothing is cut, and the drawers keep together
        with window(page, width, 800):
            settle(page)
            assert page.evaluate(BAR)["cut"] == []
            drawers = page.locator(".gg-toggle:visible").all()
            tops = [(drawer.bounding_box() or {})["y"] for drawer in drawers]
            assert max(tops) - min(tops) < 4


def test_a_chart_is_as_high_as_its_card_or_scrolls_to_its_end(bench: Visit, tmp_path: Path) -> None:
    """It was cut at the end of the card, which did not scroll: most panels were never seen."""
    page = bench.page
    with window(page, 1280, 800):
        undecided(page, tmp_path)
        chart = page.get_by_label("Chart", exact=True)
        for view in ("Peak area by series", "Residuals from each series' curve",
                     "RT by carbon number, each series"):  # fmt: skip
            chart.select_option(label=view)
            until(lambda: page.evaluate(BELOW) <= 1)
        for drawer in ("Thresholds", "Export"):  # a test before may have left either open
            opened = page.locator(".gg-toggle.mod-active", has_text=drawer)
            if opened.count():
                opened.click()
            expect(opened).to_have_count(0)
        for view in ("Predicted against measured RT", "Residuals from each series' curve",
                     "RT against m/z or mass"):  # fmt: skip
            chart.select_option(label=view)
            until(lambda: not page.evaluate(SCROLLS), f"all of {view} in sight")


def test_headings_of_the_list_never_cover_one_another(bench: Visit, tmp_path: Path) -> None:
    page = bench.page
    with window(page, 1280, 800):
        undecided(page, tmp_path)
        expect(page.get_by_label("Mark GM2(36:1;O2), row 49")).to_be_attached()
        settle(page)
        assert page.evaluate(COVERED) == []


def test_on_paper_the_page_goes_on_behind_its_window(bench: Visit, tmp_path: Path) -> None:
    page = undecided(bench.page, tmp_path)
    page.emulate_media(media="print")
    try:
        settle(page)
        with window(page, 718, 1000):  # A4
            height = "document.body.scrollHeight"
            until(lambda: page.evaluate(height) > 3000, "the whole page on paper")
            assert page.evaluate("document.body.scrollWidth") <= 718
            expect(page.locator(".gg-input-bar")).to_be_hidden()
    finally:
        page.emulate_media(media="screen")


def test_in_a_window_of_1024_px_no_select_is_cut_and_the_table_shows_rt(
    bench: Visit, tmp_path: Path
) -> None:
    page = bench.page
    with window(page, 1024, 768):
        undecided(page, tmp_path)
        settle(page)
        middle = page.evaluate(MIDDLE)
    assert middle["cut"] == []
    assert middle["whole"] >= 4  # name, verdict, confidence, RT


def test_why_nothing_can_be_run_is_not_cut(bench: Visit, tmp_path: Path) -> None:
    """Beside several files, the end of the sentence was cut at 1280 px."""
    page = bench.page
    refused = tmp_path / "no_rows.csv"
    refused.write_text("Name,RT,Volume\n")
    with window(page, 1280, 800):
        give(page, example_at(tmp_path / "why.csv"))
        expect_result(page, "why.csv")
        give(page, refused)
        why = page.locator(".gg-why")
        expect(why).to_contain_text("Give a table first")
        settle(page)
        fits = "e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight"
        assert why.locator("xpath=..").evaluate(fits)
