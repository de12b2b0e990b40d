"""The page of a batch in a real browser: nothing covers another, no chart is blown up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ganglioside as gg
from ganglioside.batch import Entry, Item
from ganglioside.batch.overview import write_overview
from ganglioside.settings import Settings

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

#: How much wider than it was drawn each picture is.
BLOWN_UP = """() => [...document.querySelectorAll("img.still")]
  .map((picture) => picture.clientWidth / picture.naturalWidth)"""


def test_links_and_tiles_are_apart_and_charts_keep_their_size(browser: Any, tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    items, entries = [], {}
    for name, seed in (("mon", 1), ("tue", 2)):
        sid = history.save(gg.analyze(gg.simulate(seed, "easy")))
        items.append(Item(name, Path(f"{name}.csv"), "", Settings()))
        entries[name] = Entry(name, f"{name}.csv", "k", "", sid)
    overview = write_overview(tmp_path / "overview.html", items, entries, history)
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.goto(overview.as_uri())
    charts = page.locator("figure.chart").count()
    sync_api.expect(page.locator("figure.drawn .still")).to_have_count(charts)
    links, tiles = (page.locator(name).bounding_box() for name in ("header nav", ".tiles"))
    assert links["y"] + links["height"] + 6 < tiles["y"]
    assert max(page.evaluate(BLOWN_UP)) <= 1.01
    page.close()
