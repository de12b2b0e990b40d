"""The web pages in a real browser, served by a real `ganglioside app`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from study_speed import make_study

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.pages import (  # noqa: E402
    drawer,
    example_at,
    expect_result,
    feature,
    give,
    history,
    large_table,
    open_workbench,
    read_again,
    run_button,
    run_open_example,
    run_table,
    session_of,
    settle,
    too_large,
    window,
)
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser

#: Adds up by how much parts of the page jump, and says which.
WATCH = """
() => {
  window.jumped = [];
  new PerformanceObserver((seen) => {
    for (const shift of seen.getEntries())
      for (const { node, previousRect, currentRect } of shift.sources)
        window.jumped.push(`${node?.className}: ${previousRect.y} to ${currentRect.y}`);
  }).observe({ type: "layout-shift" });
}
"""

#: Whether the bar of progress stands between two percentages.
PROGRESS = """
([least, most]) => {
  const bar = document.querySelector(".gg-bar-place progress");
  return bar !== null && least <= bar.value && bar.value <= most;
}
"""

#: Sends a message to the kernel behind the page's back.
SEND = """
([url, parts]) => new Promise((resolve, reject) => {
  const own = /native code/.test(WebSocket.prototype.send);
  if (!own) reject(new Error("another test left its mark"));
  const bytes = parts.map((part) => new TextEncoder().encode(part));
  const offsets = [8 * (parts.length + 2)];
  for (const part of bytes) offsets.push(offsets.at(-1) + part.length);
  const head = new BigUint64Array([offsets.length, ...offsets].map(BigInt));
  const socket = new WebSocket(url, "v1.kernel.websocket.jupyter.org");
  window.planted = socket; // or it may be taken away before it has sent
  socket.onopen = () => {
    socket.send(new Blob([head, ...bytes]));
    const look = setInterval(() => {
      if (socket.bufferedAmount > 0) return;
      clearInterval(look);
      resolve();
    }, 20);
  };
  socket.onerror = resolve;
})
"""
expect = sync_api.expect

ROWS = 1_000


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of many rows."""
    path = tmp_path_factory.mktemp("study") / "study.csv"
    make_study(ROWS).to_csv(path, index=False)
    return path


def test_the_index_leads_to_the_pages_and_to_nothing_else(visit: Visit, server: Server) -> None:
    visit.page.goto(server.url)
    cards = visit.page.locator("a.card")
    expect(cards).to_have_count(4)
    assert "Workbench" in cards.first.inner_text()
    assert (
        visit.page.request.get(f"{server.url}/voila/render/01_first_analysis.ipynb").status == 404
    )
    assert visit.page.request.get(f"{server.url}/api/contents").status == 404


def test_from_the_opened_page_to_verdicts_in_one_click_and_no_visitor_sees_another(
    visit: Visit, bench: Visit, server: Server, tmp_path: Path
) -> None:
    page = open_workbench(visit, server)
    give(bench.page, example_at(tmp_path / "theirs.csv"))
    run_open_example(page)
    expected = gg.analyze(gg.example())
    expect(page.locator(".gg-headline")).to_contain_text(expected.summary.lead)
    kept = history(server).load(session_of(page))
    assert kept.features.equals(expected.features)
    grid = page.get_by_role("grid", name="Features")
    assert grid.get_attribute("aria-rowcount") == str(len(expected.features) + 1)
    expect(page.locator(".gg-chart-card canvas")).to_be_visible()
    expect_result(bench.page, "theirs.csv")
    for each, own, foreign in ((page, "example", "theirs"), (bench.page, "theirs", "example")):
        expect(each.locator(".gg-headline h3")).to_have_text(f"{own}.csv")
        assert f"{foreign}.csv" not in each.locator("body").inner_text()
    assert session_of(page) != session_of(bench.page)
    page.screenshot(path=tmp_path / "workbench.png", full_page=True)
    for width in (560, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".gg-root").first.evaluate("pane => { pane.style.width = '500px'; }")
    page.wait_for_function("document.querySelector('.gg-chart-card canvas').offsetWidth <= 480")


def test_a_visitor_cannot_run_code_in_the_kernel(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page = bench.page
    mark = tmp_path / "mark"
    header = {"msg_id": "1", "username": "", "session": "s", "version": "5.3",
              "msg_type": "execute_request", "date": "2026-01-01T00:00:00Z"}  # fmt: skip
    content = {"code": f"open({str(mark)!r}, 'w')", "silent": False, "store_history": False,
               "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}  # fmt: skip
    wish = ["shell", json.dumps(header), "{}", "{}", json.dumps(content)]
    page.evaluate(SEND, [bench.sockets[-1].split("?")[0], wish])
    give(page, example_at(tmp_path / "after.csv"))
    expect(page.locator(".gg-summary")).to_contain_text("after.csv")
    until(lambda: "execute_request" in server.log.read_text(errors="replace"))
    assert not mark.exists()


def test_a_refused_file_says_why_and_the_cure_and_columns_can_be_named(
    bench: Visit, tmp_path: Path
) -> None:
    page = bench.page
    runs = page.get_by_role("button", name=re.compile("Run (the analysis|again)"))
    refused = tmp_path / "odd.csv"
    refused.write_text("Label,Minutes\nGM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n")
    give(page, refused)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("choose that column under RT")
    expect(page.get_by_label("Path")).to_have_count(0)
    expect(runs).to_be_disabled()
    page.get_by_label("Name", exact=True).select_option("Label")
    page.get_by_label("RT", exact=True).select_option("Minutes")
    expect(page.locator(".gg-summary")).to_contain_text("2 features")
    expect(runs).to_be_enabled()


def test_a_file_without_a_header_is_switched_chosen_and_run(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    page = open_workbench(visit, server)
    refused, bare = tmp_path / "refused.csv", tmp_path / "bare.csv"
    refused.write_text("Name,Area\nGM1(36:1;O2),9.5\n")
    expected = gg.example().data[["name", "rt", "volume"]]
    expected.to_csv(bare, header=False, index=False)
    give(page, refused, bare)
    files = page.get_by_role("grid", name="Files")
    expect(files.locator(".gg-row")).to_have_count(2)
    expect(files.locator("[aria-selected='true']")).to_contain_text("bare.csv")
    expect(page.get_by_role("alert")).to_contain_text("tick First line is data")
    page.get_by_label("First line is data").check()
    rows = page.get_by_role("region", name="First rows")
    expect(rows.get_by_role("columnheader")).to_have_text(
        ["Row", "column 1", "column 2", "column 3"]
    )
    page.get_by_label("RT", exact=True).select_option("column 2")
    page.get_by_label("Volume", exact=True).select_option("column 3")
    expect(page.locator(".gg-summary")).to_contain_text(f"{len(expected)} features")
    expect(files.locator("[aria-selected='true']")).to_contain_text(f"read{len(expected)}")
    expect(rows.locator(".gg-taken b")).to_have_text(["Name", "RT", "Volume"])
    files.locator(".gg-row", has_text="refused.csv").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no RT column")
    page.get_by_role("button", name="Remove").click()
    expect(files).to_be_hidden()
    run_button(page).click()
    expect(page.locator(".gg-headline")).to_contain_text("features explained")
    expect(rows).to_be_hidden()
    kept = history(server).load(session_of(page))
    assert kept.features["name"].tolist() == expected["name"].tolist()


def test_thresholds_and_what_the_analyst_says_survive_a_reload_then_rerun_and_export(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    anchor = int(gg.example().data["anchor"].to_numpy().argmax())
    page = run_table(bench.page, example_at(tmp_path / "said.csv"))
    first = session_of(page)
    slider = page.get_by_role("slider", name="Outlier threshold")
    slider.focus()
    for _ in range(14):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".gg-thresholds .gg-changes")).to_contain_text("changed")
    moved = gg.Settings(outlier_threshold=round(2.5 - 1.4, 6))
    expected = gg.analyze(gg.example(), moved).summary.lead
    expect(page.locator(".gg-headline")).to_contain_text(expected)
    page.wait_for_url("**outlier_threshold=1.1*")
    feature(page, anchor)
    page.get_by_label("My verdict", exact=True).select_option("outlier")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("needs a note")
    page.get_by_label("Reason", exact=True).fill("the standard says otherwise")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Unmark as anchor").click()
    expect(page.locator(".gg-override")).to_contain_text("waits for the next run")
    page.reload()
    expect(page.locator(".gg-headline")).to_contain_text(expected)
    expect(page.locator(".gg-results .gg-count")).to_contain_text("1 decided by analysts")
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: "session=" in url and first not in url)
    expect(page.locator(".gg-message")).to_have_text("Done.")
    expect(page.locator(".gg-results .gg-count")).to_contain_text("1 decided by analysts")
    kept = history(server).load(session_of(page))
    assert not kept.features["anchor"].iloc[anchor]
    drawer(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(download.value.path())
    assert len(table) == len(kept.features)
    assert table.loc[anchor, "analyst_note"] == "the standard says otherwise"
    assert table.loc[anchor, "analyst_verdict"] == "outlier"
    assert table.loc[anchor, "analyst"] == "browser test"
    assert not table.loc[anchor, "anchor"]


def test_chart_table_and_family_select_each_other(bench: Visit, tmp_path: Path) -> None:
    page = run_table(bench.page, example_at(tmp_path / "selected.csv"))
    grid = page.get_by_role("grid", name="Features")
    grid.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".gg-card h3")).to_contain_text("feature 0")
    page.keyboard.press("End")
    last = len(gg.example()) - 1
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {last}")
    expect(grid.locator(f".gg-row[data-row='{last}']")).to_be_visible()
    feature(page, 3)
    family = page.get_by_role("grid", name="Family")
    expect(family).to_contain_text("GM3(35:1;O2)")  # that of the feature before is gone
    family.locator(".gg-row", has_text="valid").click()
    parent = int(gg.analyze(gg.example()).features["parent_id"].iloc[3])
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {parent}")
    page.get_by_label("Search").fill("")
    expect(page.locator(".gg-results .gg-count")).to_contain_text(f"{last + 1} of {last + 1}")
    canvas = page.locator(".gg-chart-card canvas")
    canvas.scroll_into_view_if_needed()
    before = page.locator(".gg-card h3").inner_text()
    box = page.locator(".gg-chart-card").bounding_box()
    assert box is not None
    places = [(x, y) for y in range(110, int(box["height"]) - 60, 14)
              for x in range(100, int(box["width"]) - 20, 14)]  # fmt: skip
    for x, y in places:
        page.mouse.click(box["x"] + x, box["y"] + y)
        if page.locator(".gg-card h3").inner_text() != before:
            break
    expect(page.locator(".gg-card h3")).not_to_have_text(before)
    expect(grid.locator("[aria-selected='true']")).to_have_count(1)


def test_filters_search_and_order(bench: Visit, tmp_path: Path) -> None:
    page = run_table(bench.page, example_at(tmp_path / "filtered.csv"))
    outliers = gg.analyze(gg.example()).summary.outlier
    page.locator(".gg-chip", has_text="outlier").click()
    expect(page.locator(".gg-results .gg-count")).to_contain_text(f"{outliers} of")
    page.get_by_role("columnheader", name="RT (min)").first.click()
    header = page.get_by_role("columnheader", name="RT (min) ↑")
    expect(header).to_have_attribute("aria-sort", "ascending")
    shown = page.locator("[aria-label='Features'] .gg-row .gg-cell:nth-child(4)").all_inner_texts()
    assert [float(x) for x in shown] == sorted(float(x) for x in shown)
    page.get_by_label("Search").fill("no such thing")
    expect(page.get_by_role("grid", name="Features")).to_contain_text("No row matches")


def test_progress_moves_and_a_reload_finds_the_running_analysis(
    bench: Visit, server: Server, study: Path
) -> None:
    page = bench.page
    sessions = len(history(server).sessions())
    with server.holding() as until_it_reaches:
        before = page.url
        give(page, study)
        page.wait_for_url(lambda url: "session=" in url and url != before)
        settle(page)
        page.evaluate(WATCH)
        for percentage, least in ((20, 5), (55, 30)):
            until_it_reaches(percentage)
            page.wait_for_function(PROGRESS, arg=[least, percentage])
        assert page.evaluate("window.jumped") == []
        sid = session_of(page)
        page.reload(wait_until="commit")
        expect(page.locator(".gg-run")).to_contain_text(sid)
        assert history(server).session(sid)["status"] == "processing"
    expect(page.locator(".gg-headline")).to_contain_text(f"of {ROWS:,} features explained")
    listed = history(server).sessions()
    assert len(listed) == sessions + 1
    assert listed.set_index("id").loc[sid, "status"] == "completed"


def test_cancelling_stops_and_leaves_the_table(bench: Visit, server: Server, study: Path) -> None:
    page = bench.page
    with server.holding():
        before = page.url
        give(page, study)
        page.wait_for_url(lambda url: "session=" in url and url != before)
        cancelled = session_of(page)
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".gg-run")).to_contain_text("Cancelling")
    expect(page.locator(".gg-run")).to_contain_text("Cancelled.")
    run_button(page)
    assert history(server).session(cancelled)["status"] == "cancelled"
    if "session=" in before:  # of the result that is displayed
        page.wait_for_url(before)


def test_a_large_file_arrives_and_a_larger_one_is_refused_with_its_limit(
    bench: Visit, tmp_path: Path
) -> None:
    page = bench.page
    large, larger = large_table(tmp_path / "large.csv"), too_large(tmp_path)
    give(page, larger)
    expect(page.get_by_role("alert")).to_contain_text("larger.csv has 51 MB")
    give(page, large)
    expect(page.locator(".gg-summary")).to_contain_text("large.csv: 332 features")
    expect_result(page, "large.csv")


def test_sessions_are_renamed_compared_and_deleted(
    archive: Visit, server: Server, tmp_path: Path
) -> None:
    analysis = gg.analyze(gg.example())
    left = history(server).save(analysis, name="left one")
    other = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    right = history(server).save(other, name="right one")
    page = read_again(archive.page)
    page.get_by_label("Search").fill("left one")
    expect(page.locator(".gg-history .gg-row")).to_have_count(1)
    page.locator(".gg-history .gg-row", has_text="left one").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("left one")  # what is typed earlier would be overwritten
    name.fill("lamprey 3")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("status").filter(has_text="Renamed to lamprey 3")).to_be_visible()
    for side, sid in (("Left", left), ("Right", right)):
        field = page.get_by_label(side)
        field.select_option(field.locator("option", has_text=sid).inner_text())
    differ = int((analysis.features["verdict"].astype(str)
                  != other.features["verdict"].astype(str)).sum())  # fmt: skip
    expect(page.locator(".gg-compare")).to_contain_text(f"{differ} of them with different verdicts")
    expect(page.locator(".gg-compare canvas")).to_have_count(2)
    page.screenshot(path=tmp_path / "history.png", full_page=True)
    page.get_by_label("Search").fill("lamprey 3")
    expect(page.locator(".gg-history .gg-row")).to_have_count(1)
    page.locator(".gg-history .gg-row", has_text="lamprey 3").click()
    page.get_by_role("button", name="Delete ...").click()
    assert left in set(history(server).sessions()["id"])
    page.get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_role("status").filter(has_text="Deleted session")).to_be_visible()
    assert left not in set(history(server).sessions()["id"])


#: Selects in sight that cut the words of what is chosen, beside their arrow of some 18 px.
CUT = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const cut = (select) => {
    pen.font = getComputedStyle(select).font;
    const words = select.selectedOptions[0]?.text ?? "";
    return select.checkVisibility() && pen.measureText(words).width + 18 > select.clientWidth;
  };
  return [...document.querySelectorAll("select")].filter(cut).map((s) => s.selectedOptions[0].text);
}"""


@pytest.mark.parametrize("width", [1280, 700])
def test_the_choices_of_an_inclusion_list_are_whole(species: Visit, width: int) -> None:
    page = species.page
    with window(page, width, 900):
        expect(page.get_by_label("List for")).to_be_visible()
        settle(page)
        page.get_by_label("Use the retention model of").select_option("the example")
        assert page.evaluate(CUT) == []


def test_counts_have_commas(bench: Visit, tmp_path: Path) -> None:
    page = bench.page
    rows = pd.read_csv(example_at(tmp_path / "one.csv"))
    many = tmp_path / "many.csv"
    samples = [rows.assign(Sample=f"S{number}") for number in range(4)]
    pd.concat(samples).to_csv(many, index=False)
    give(page, many, example_at(tmp_path / "few.csv"))
    files = page.locator("[aria-label='Files']")
    expect(files.locator(".gg-row", has_text="many.csv")).to_contain_text(f"{4 * len(rows):,}")
    for head in files.locator(".gg-head").all():
        assert head.evaluate("head => head.scrollWidth <= head.clientWidth"), head.inner_text()


def test_a_header_of_the_history_sorts_its_sessions(archive: Visit, server: Server) -> None:
    """It promised to, and did nothing."""
    page = archive.page
    for name, rows in (("to sort 1", 90), ("to sort 2", 40), ("to sort 3", 60)):
        table = gg.example().data[["name", "rt", "volume"]].head(rows)
        history(server).save(
            gg.analyze(table.set_axis(["Name", "RT", "Volume"], axis=1)), name=name
        )
    read_again(page)
    page.get_by_label("Search").fill("to sort")
    names = page.locator("[aria-label='Sessions'] .gg-row .gg-frozen")
    expect(names).to_have_count(3)
    header = page.locator("[aria-label='Sessions'] .gg-head", has_text="Features")
    for direction, wanted in (("ascending", "231"), ("descending", "132"), ("none", "321")):
        header.click()
        expect(header).to_have_attribute("aria-sort", direction)
        expect(names).to_have_text([f"to sort {number}" for number in wanted])


def test_a_long_name_of_a_file_lies_over_nothing(
    species: Visit, server: Server, tmp_path: Path
) -> None:
    """Without a blank in it, it lay over the table of ions."""
    page, name = species.page, f"{'liver_lobe_' * 12}7"
    history(server).save(gg.analyze(example_at(tmp_path / f"{name}.csv")), name="long name")
    with window(page, 1280, 800):
        page.reload()
        page.get_by_label("Names").fill("GM1(36:1;O2)")
        model = page.get_by_label("Use the retention model of")
        expect(model.locator("option").first).to_contain_text("long name")
        model.select_option(index=0)
        title = page.locator("h4", has_text=name).first
        expect(title).to_be_visible()
        assert title.evaluate("e => e.scrollWidth <= e.clientWidth")
