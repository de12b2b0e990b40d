"""How fast the workbench page is: python tests/benchmarks/page_speed.py [--rows 323,20000].

Starts `ganglioside app` and a headless browser, and measures in the page: first paint and until
usable with a warm kernel; from the last move of a slider to new verdicts in headline and table,
and until the chart is drawn; from a click on a row to its evidence; from a filter to table and
chart; the longest frame while the table is scrolled from end to end; and how long a progress event
is on its way. Prints milliseconds; medians of repeated moves.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from study_speed import make_study

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser.conftest import shell_or_browser
from browser.servers import Server, Visit, serving

from ganglioside.history import History

MOVES = 7

#: Moves the slider as a hand does, and returns when headline, table and chart have followed.
MOVE = """
(value) => new Promise((resolve) => {
  const slider = document.querySelectorAll('.gg-slider input[type=range]')[1];
  const parts = { headline: '.gg-headline', table: '[aria-label=Features] .gg-grid-body' };
  const took = {};
  const began = performance.now();
  for (const [name, selector] of Object.entries(parts)) {
    const seen = new MutationObserver(() => { took[name] ??= performance.now() - began; });
    seen.observe(document.querySelector(selector), { subtree: true, childList: true,
                                                    characterData: true });
  }
  const chart = document.querySelector('.gg-chart-card .gg-chart');
  const drawn = new MutationObserver(() => { took.chart ??= performance.now() - began; });
  drawn.observe(chart, { attributes: true, subtree: true, childList: true });
  slider.value = value;
  slider.dispatchEvent(new Event('input'));
  setTimeout(() => resolve(took), 6000);
})
"""

SCROLL = """
() => new Promise((resolve) => {
  const grid = document.querySelector('[aria-label=Features]');
  const frames = [];
  let last = performance.now();
  const step = (now) => {
    frames.push(now - last);
    last = now;
    grid.scrollTop += grid.scrollHeight / 120;
    if (frames.length < 120) requestAnimationFrame(step);
    else resolve({ longest: Math.max(...frames.slice(1)),
                   mean: frames.reduce((a, b) => a + b) / frames.length });
  };
  requestAnimationFrame(step);
})
"""

PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

#: Clicks a row in sight, and returns when its evidence stands beside it.
SELECT = """
(at) => new Promise((resolve) => {
  const rows = [...document.querySelectorAll('[aria-label=Features] .gg-row')];
  const row = rows[at % rows.length];
  const began = performance.now();
  const seen = new MutationObserver(() => resolve(performance.now() - began));
  seen.observe(document.querySelector('.gg-card'),
               { subtree: true, childList: true, characterData: true });
  const place = { bubbles: true, button: 0 };
  row.dispatchEvent(new PointerEvent('pointerdown', place));
  row.dispatchEvent(new PointerEvent('pointerup', place));
})
"""

#: Filters by a verdict, and returns when table and chart have followed.
FILTER = """
(verdict) => new Promise((resolve) => {
  const chip = document.querySelector(`.gg-chip.gg-is-${verdict} button`);
  const chart = document.querySelector('.gg-chart-card .gg-chart');
  const took = {};
  const began = performance.now();
  const note = (name) => {
    took[name] ??= performance.now() - began;
    if (took.table && took.chart) resolve(took);
  };
  new MutationObserver(() => note('table')).observe(
    document.querySelector('[aria-label=Features] .gg-grid-body'), { childList: true });
  new MutationObserver(() => note('chart')).observe(
    chart, { attributes: true, attributeFilter: ['data-drawn'] });
  chip.click();
})
"""

#: Notes when each message of progress shows.
WATCH = """
() => {
  window.shown = {};
  new MutationObserver(() => {
    const text = document.querySelector('.gg-message')?.textContent;
    if (text) window.shown[text] ??= Date.now();
  }).observe(document.querySelector('.gg-run'), { subtree: true, childList: true });
}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="323,20000")
    rows = [int(n) for n in parser.parse_args().rows.split(",")]
    with (
        tempfile.TemporaryDirectory() as place,
        serving(Path(place), "app", ready=r"pool of workbench\.ipynb is filled") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shell_or_browser(), args=["--no-sandbox"]
        )
        for n in rows:
            time.sleep(15)  # until the next kernel is warm
            visit = Visit.begin(browser).sign_in(server)
            measure(visit.page, server, Path(place), n)
            visit.end()
        browser.close()


def measure(page: Page, server: Server, place: Path, rows: int) -> None:
    """Measure one page with a table of so many rows."""
    table = place / f"{rows}.csv"
    make_study(rows).to_csv(table, index=False)
    began = time.perf_counter()
    page.goto(f"{server.url}/voila/render/workbench.ipynb")
    page.get_by_role("button", name="Try the example").wait_for()
    usable = time.perf_counter() - began
    print(
        f"{rows:,} rows: first paint {page.evaluate(PAINT):.0f} ms, usable {1000 * usable:.0f} ms"
    )
    page.evaluate(WATCH)
    page.get_by_label("Choose feature tables").set_input_files(table)
    page.locator("[aria-label='Features'] .gg-row").first.wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    report_progress(page, server)
    page.locator(".gg-toggle", has_text="Thresholds").click()
    page.evaluate(MOVE, 2.4)
    took = [page.evaluate(MOVE, 1.2 + 0.3 * k) for k in range(MOVES)]
    for part in ("headline", "table", "chart"):
        times = [t[part] for t in took if part in t]
        if times:
            print(f"  slider to {part}: {told(times)}")
    page.wait_for_timeout(5000)  # until what to review is known
    clicks = [page.evaluate(SELECT, 2 + k) for k in range(MOVES + 1)][1:]
    print(f"  row to evidence: {told(clicks)}")
    found = [page.evaluate(FILTER, verdict) for verdict in ("outlier", "valid") * MOVES]
    for part in ("table", "chart"):
        print(f"  filter to {part}: {told([took[part] for took in found])}")
    print("  scrolling:", json.dumps({k: round(v) for k, v in page.evaluate(SCROLL).items()}), "ms")


def told(times: list[float]) -> str:
    """Median and longest of some times, ms."""
    return f"median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms"


def report_progress(page: Page, server: Server) -> None:
    """Print how long progress events were on their way to the page."""
    history = History.open(server.history)
    events = history.events(str(history.sessions(1)["id"].iloc[0]))
    shown = page.evaluate("window.shown")
    delays = [
        shown[e["message"]] - 1000 * datetime.fromisoformat(e["timestamp"]).timestamp()
        for e in events
        if e["message"] in shown
    ]
    if delays:
        print(f"  progress: {len(delays)} events, {told(delays)}")


if __name__ == "__main__":
    main()
