"""Charts in a real browser: what is cut, clicked, boxed, filtered, zoomed and saved."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from effort import until

import ganglioside as gg
from ganglioside.charts import palette
from ganglioside.charts.evidence import series_curve, sticks
from ganglioside.charts.feature_marks import MANY_POINTS
from ganglioside.charts.files import svg
from ganglioside.charts.interactive import VIEWS, interactive

pytest.importorskip("playwright.sync_api")

from browser.drawn_charts import DrawnChart

#: Texts of a picture that leave it or their width, by more than a pixel.
LEAVING = """() => {
  const whole = document.querySelector("svg").getBoundingClientRect();
  return [...document.querySelectorAll("text")].filter((text) => {
    const place = text.getBoundingClientRect();
    return place.left < whole.left - 1 || place.right > whole.right + 1
      || place.top < whole.top - 1 || place.bottom > whole.bottom + 1;
  }).map((text) => text.textContent);
}"""

#: Pairs of texts of one axis or legend that overlap.
OVERLAPPING = """() => {
  const found = [];
  for (const group of document.querySelectorAll(".role-axis-label, .role-legend-label")) {
    const isUpright = (text) => !text.getAttribute("transform").includes("rotate");
    const isShown = (text) => text.getAttribute("opacity") !== "0";
    const texts = [...group.querySelectorAll("text")].filter((t) => isUpright(t) && isShown(t));
    const places = texts.map((text) => text.getBoundingClientRect());
    for (let k = 1; k < places.length; k++) {
      const [a, b] = [places[k - 1], places[k]];
      const apart = a.right <= b.left + 1 || b.right <= a.left + 1
        || a.bottom <= b.top + 3 || b.bottom <= a.top + 3;
      if (!apart) found.push(texts[k - 1].textContent + " | " + texts[k].textContent);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def study() -> gg.Analysis:
    made = gg.analyze(gg.simulate(5, n_samples=8))
    assert len(made.features) > MANY_POINTS
    return made


@dataclass
class Sheet:
    """A page on which one chart after the other is drawn."""

    page: Any
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def sheet(browser: Any) -> Iterator[Sheet]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made = Sheet(context.new_page())
    made.page.on("pageerror", lambda error: made.faults.append(str(error)))
    yield made
    context.close()


@pytest.fixture
def page(sheet: Sheet) -> Iterator[Any]:
    """A page of the usual size, of which the test may draw anew what it likes."""
    sheet.faults.clear()
    sheet.page.set_viewport_size({"width": 1280, "height": 900})
    yield sheet.page
    sheet.page.goto("about:blank")
    assert sheet.faults == []


STILL = {
    "predicted": gg.charts.predicted_against_measured,
    "reduced": gg.charts.reduced_retention,
    "carbons": gg.charts.retention_by_carbons,
    "series": gg.charts.series_panels,
    "residuals": gg.charts.residuals,
    "mz": gg.charts.mass_map,
    "areas": gg.charts.areas_by_series,
    "network": gg.charts.fragment_network,
}


@pytest.mark.parametrize("name", STILL)
def test_no_text_of_a_picture_is_cut_nor_covers_another(
    page: Any, analysis: gg.Analysis, name: str
) -> None:
    """Whatever fonts this machine has: those of the layout are not among them everywhere."""
    page.set_content(svg(STILL[name].spec(analysis)))
    assert page.evaluate(LEAVING) == []
    assert page.evaluate(OVERLAPPING) == []


@pytest.mark.parametrize("view", VIEWS)
def test_no_part_of_a_chart_is_cut(page: Any, analysis: gg.Analysis, view: str) -> None:
    drawn = interactive(analysis, view)
    cut = [width for width in (400, 620, 1000) if DrawnChart.draw(page, drawn, width).is_cut()]
    assert cut == []


def test_no_part_of_the_small_charts_is_cut(page: Any, analysis: gg.Analysis) -> None:
    for chart in (series_curve(analysis, 3), sticks(analysis, 3)):
        assert not DrawnChart.draw(page, chart, 384).is_cut()


def test_a_click_on_a_mark_selects_and_one_beside_it_changes_nothing(
    page: Any, analysis: gg.Analysis
) -> None:
    chart = DrawnChart.draw(page, interactive(analysis, "predicted"))
    features = analysis.features
    one = int(features.loc[features["verdict"] == "valid", "feature_id"].iloc[5])
    chart.show_only([one])
    page.mouse.click(*chart.find(palette.VERDICT_COLOURS["valid"]))
    assert chart.selected() == one
    page.mouse.click(*chart.empty_place())
    assert chart.selected() == one


def test_a_box_holds_the_features_that_are_shown(page: Any, analysis: gg.Analysis) -> None:
    features = analysis.features.dropna(subset=["rt", "predicted_rt"])
    drawn = set(features["feature_id"])
    chart = DrawnChart.draw(page, interactive(analysis, "predicted"))
    assert chart.boxed() == drawn
    some = sorted(drawn)[::4]
    chart.show_only(some)
    assert chart.boxed() == set(some)
    chart.show_only([])
    assert chart.boxed() == drawn


@pytest.mark.parametrize("view", ["predicted", "reduced", "series", "mz"])
def test_a_filter_counts_crowds_anew_and_their_marks_stand_for_all_members(
    page: Any, study: gg.Analysis, view: str
) -> None:
    chart = DrawnChart.draw(page, interactive(study, view))
    page.set_viewport_size({"width": 1280, "height": 6000})
    all_drawn = chart.boxed()
    assert len(all_drawn) > MANY_POINTS / 2
    some = sorted(all_drawn)[::5]
    chart.show_only(some)
    assert chart.boxed() == set(some)
    chart.show_only([])
    assert chart.boxed() == all_drawn


def test_a_filter_keeps_the_zoom_and_the_whole_chart_comes_back(
    page: Any, analysis: gg.Analysis
) -> None:
    chart = DrawnChart.draw(page, interactive(analysis, "predicted"))
    whole = chart.boxed()
    chart.press("Zoom in")
    chart.settle()
    part = chart.boxed()
    assert 0 < len(part) < len(whole)
    chart.show_only(sorted(whole)[::2])
    assert chart.boxed() == part & set(sorted(whole)[::2])
    chart.show_only([])
    assert chart.boxed() == part
    chart.press("Show the whole chart")
    until(lambda: chart.boxed() == whole)


def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl(page: Any, analysis: gg.Analysis) -> None:
    chart = DrawnChart.draw(page, interactive(analysis, "predicted"))
    whole = chart.boxed()
    chart.wheel()
    assert chart.boxed() == whole
    page.keyboard.down("Control")
    chart.wheel()
    page.keyboard.up("Control")
    assert 0 < len(chart.boxed()) < len(whole)


@pytest.mark.parametrize("view", ["series", "predicted"])
def test_a_chart_is_saved_with_its_words_under_its_name(
    page: Any, analysis: gg.Analysis, view: str, tmp_path: Path
) -> None:
    drawn = interactive(analysis, view)
    chart = DrawnChart.draw(page, drawn)
    with page.expect_download() as saving:
        chart.press("Save as SVG")
    assert saving.value.suggested_filename == "porcine_chart.svg"
    saving.value.save_as(tmp_path / "chart.svg")
    text = (tmp_path / "chart.svg").read_text()
    assert drawn.title in text
    assert drawn.caption[0].split(".")[0] in text
    with page.expect_download() as saving:
        chart.press("Save as PNG")
    assert saving.value.suggested_filename == "porcine_chart.png"
    saving.value.save_as(tmp_path / "chart.png")
    content = (tmp_path / "chart.png").read_bytes()
    width, _ = struct.unpack(">II", content[16:24])
    assert width == pytest.approx(17 / 2.54 * 300, abs=3)
    at = content.index(b"pHYs") + 4
    across, down, unit = struct.unpack(">IIB", content[at : at + 9])
    assert (across, down, unit) == (11811, 11811, 1)  # 300 an inch
