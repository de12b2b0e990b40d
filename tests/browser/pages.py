"""What visitors of the web pages do again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from effort import PATIENCE
from playwright.sync_api import Locator, Page, expect

import ganglioside as gg
from browser.servers import Server, Visit

expect.set_options(timeout=1000 * PATIENCE)

#: What axe looks for: the rules of WCAG 2.1, A and AA.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "resultTypes": ["violations"],
}


@contextmanager
def window(page: Page, width: int, height: int) -> Iterator[None]:
    """Give a page a window of this size meanwhile."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": height})
    try:
        yield
    finally:
        if before is not None:
            page.set_viewport_size(before)


def open_workbench(visit: Visit, server: Server) -> Page:
    visit.page.goto(f"{server.url}/voila/render/workbench.ipynb")
    expect(visit.page.get_by_role("button", name="Try the example")).to_be_visible()
    return visit.page


def give(page: Page, *files: Path) -> None:
    """Choose files, and wait until each has arrived: until then, no table can be run."""
    page.get_by_label("Choose feature tables").set_input_files(list(files))
    expect(page.get_by_label("Upload", exact=True)).to_be_hidden()


def settle(page: Page) -> None:
    """Wait until what was changed is painted, and transitions have ended."""
    page.evaluate(
        """async () => {
          const painted = () => new Promise((next) => requestAnimationFrame(() => next()));
          await painted();
          await painted();
          const ends = (a) => a.effect.getComputedTiming().endTime !== Infinity;
          const all = document.getAnimations().filter(ends);
          await Promise.allSettled(all.map((animation) => animation.finished));
        }"""
    )


def run_open_example(page: Page) -> Page:
    page.get_by_role("button", name="Try the example").click()
    return expect_result(page, "example.csv")


def drawer(page: Page, name: str) -> None:
    """Open a part of the page by its button in the bar."""
    toggle = page.locator(".gg-toggle", has_text=name)
    if "mod-active" not in str(toggle.get_attribute("class")):
        toggle.click()


def expect_result(page: Page, name: str) -> Page:
    """Wait until the verdicts of a table are in view."""
    expect(page.locator(".gg-headline h3")).to_have_text(name)
    expect(page.locator(".gg-headline")).to_contain_text("features explained")
    expect(page.locator("[aria-label='Features'] .gg-row").first).to_be_visible()
    return page


def run_table(page: Page, path: Path) -> Page:
    """Give a table, which is analysed; where its name is new, the page forgets other tables."""
    give(page, path)
    return expect_result(page, path.name)


def undecided(page: Page, folder: Path) -> Page:
    """Show the example as it is analysed, with the first line of its list selected.

    For tests that decide nothing and leave no filter: it is analysed where another table is shown.
    """
    name = "undecided.csv"
    if page.locator(".gg-headline h3").all_inner_texts() != [name]:
        give(page, example_at(folder / name))
    expect_result(page, name)
    expect(page.locator(".gg-queue-line").nth(20)).to_be_attached()
    page.locator(".gg-queue-line button").first.click()
    expect(page.locator(".gg-queue-line").first).to_have_class(re.compile("gg-selected"))
    answered(page)
    settle(page)
    grid = page.locator("[aria-label='Features']")
    grid.evaluate("grid => (grid.scrollTop = 0)")
    expect(grid.locator("[aria-rowindex='2']")).to_be_visible()
    return page


def answered(page: Page) -> None:
    """Wait until all that was asked of the page of the example is answered, and no filter is left.

    Answers come in the order of what was asked: a late one would scroll the table elsewhere.
    """
    search, count = page.get_by_label("Search", exact=True), page.locator(".gg-results .gg-count")
    search.fill("0 GM3(33:1;O2)")
    expect(count).to_contain_text("1 of 332")
    search.fill("")
    expect(count).to_contain_text("332 of 332")


def run_button(page: Page) -> Locator:
    """Return the button that runs the chosen table, once a table is there."""
    button = page.get_by_role("button", name=re.compile("Run (the analysis|again)"))
    expect(button).to_be_enabled()
    return button


def example_at(path: Path) -> Path:
    """Write the example under a name of one's own."""
    path.write_bytes(gg.example().source.content)
    return path


def history(server: Server) -> gg.History:
    return gg.History.open(server.history)


def read_again(page: Page) -> Page:
    """Let the page of the history list all sessions that there are now."""
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Refresh").click()
    return page


def session_of(page: Page) -> str:
    found = re.search(r"session=(\w+)", page.url)
    assert found, page.url
    return found[1]


def feature(page: Page, number: int) -> None:
    """Select a feature by its row."""
    name = gg.example().data["name"].iloc[number]
    page.get_by_label("Search").fill(f"{number} {name}")
    page.locator(f"[aria-label='Features'] .gg-row[data-row='{number}']").click()
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {number}")


def too_large(folder: Path) -> Path:
    """File of more than the limit of a page."""
    path = folder / "larger.csv"
    path.write_bytes(b"x" * 51_000_000)
    return path


def large_table(path: Path, megabytes: float = 50) -> Path:
    """Write the example with comments that make the file almost so large."""
    header, *rows = gg.example().source.content.decode().splitlines()
    filler = "x" * int(megabytes * 1_000_000 / len(rows) - 200)
    path.write_text("\n".join([f"{header},Comment", *(f"{row},{filler}" for row in rows), ""]))
    assert 0.9 * megabytes < path.stat().st_size / 1_000_000 <= megabytes
    return path
