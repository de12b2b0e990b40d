"""The list to review, in a real browser: by mouse wheel and by keys its lines are in sight."""

from __future__ import annotations

from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.pages import settle, undecided, window  # noqa: E402
from browser.servers import Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: Windows in which the list is beside the chart, and above it.
WINDOWS = ((1280, 720), (640, 720))

#: The selected line is within its panel and the window, below the heading of its group.
IN_SIGHT = """() => {
  const panel = document.querySelector(".gg-queue-panel");
  const line = panel.querySelector(".gg-selected");
  if (!line) return false;
  const [view, box] = [panel.getBoundingClientRect(), line.getBoundingClientRect()];
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.top >= view.top && box.bottom <= view.bottom && line.contains(seen);
}"""


def review(visit: Visit, folder: Path) -> sync_api.Page:
    """Show the example, with the list in view and nothing focused."""
    page = undecided(visit.page, folder)
    page.locator(".gg-queue-panel").scroll_into_view_if_needed()
    page.locator(".gg-queue-panel").evaluate("panel => (panel.scrollTop = 0)")
    page.evaluate("document.activeElement.blur()")
    settle(page)
    return page


def selected(page: sync_api.Page) -> int:
    """Position of the selected line in the list, or -1."""
    return int(
        page.evaluate(
            "[...document.querySelectorAll('.gg-queue-line')]"
            ".findIndex((line) => line.matches('.gg-selected'))"
        )
    )


@pytest.mark.parametrize("size", WINDOWS, ids=str)
def test_keys_keep_the_selected_line_in_sight(
    bench: Visit, tmp_path: Path, size: tuple[int, int]
) -> None:
    with window(bench.page, *size):
        page = review(bench, tmp_path)
        for key, steps in (("n", 14), ("p", 6)):
            for _ in range(steps):
                was = selected(page)
                page.keyboard.press(key)
                until(lambda was=was: selected(page) != was)
                settle(page)
                assert page.locator(".gg-queue-panel").evaluate(IN_SIGHT), (key, selected(page))
        page.locator(".gg-selected button").focus()
        for at in range(selected(page) + 1, selected(page) + 7):
            page.keyboard.press("ArrowDown")
            until(lambda at=at: selected(page) == at)
            settle(page)
            assert page.evaluate(IN_SIGHT), at


@pytest.mark.parametrize("size", WINDOWS, ids=str)
def test_the_wheel_goes_to_the_end_of_the_list_and_notes_take_nothing_from_it(
    bench: Visit, tmp_path: Path, size: tuple[int, int]
) -> None:
    with window(bench.page, *size):
        page = review(bench, tmp_path)
        panel = page.locator(".gg-queue-panel")
        box = panel.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
        last = page.locator(".gg-queue-line").last
        height = page.locator(".gg-queue").bounding_box()
        for _ in range(60):
            page.mouse.wheel(0, 100)
        until(lambda: (last.bounding_box() or box)["y"] < box["y"] + box["height"])
        page.locator(".gg-findings details").evaluate("notes => (notes.open = true)")
        assert page.locator(".gg-queue").bounding_box()["height"] == height["height"]  # type: ignore[index]


#: Windows of a phone, and of a laptop at 200 %.
NARROW = ((400, 800), (640, 360))


@pytest.mark.parametrize("size", NARROW, ids=str)
def test_keys_lead_to_the_evidence_in_a_narrow_window_and_leave_the_focus(
    bench: Visit, tmp_path: Path, size: tuple[int, int]
) -> None:
    with window(bench.page, *size):
        page = review(bench, tmp_path)
        title = page.locator(".gg-card h3")
        page.get_by_label("Features", exact=True).scroll_into_view_if_needed()
        focused = page.get_by_role("button", name="Copy these rows")
        focused.focus()
        for key in ("ArrowDown", "n", "n", "p"):
            was = title.inner_text() if title.count() else ""
            page.keyboard.press(key)
            until(lambda was=was: title.count() and title.inner_text() != was)
            settle(page)
            box = title.bounding_box()
            assert box is not None
            assert 0 <= box["y"] <= size[1] - box["height"], key
            assert focused.evaluate("button => button === document.activeElement")
        page.locator(".gg-queue-panel").scroll_into_view_if_needed()
        at = selected(page)
        page.keyboard.press("n")
        until(lambda: selected(page) != at)
        settle(page)
        assert page.evaluate(IN_SIGHT)


def in_sight(page: sync_api.Page, part: sync_api.Locator) -> bool:
    """Whether the window shows the whole of a part of the page."""
    box, size = part.bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    return bool(box["y"] >= 0 and box["y"] + box["height"] <= size["height"])


def test_a_click_leads_to_the_evidence_in_a_narrow_window(bench: Visit, tmp_path: Path) -> None:
    with window(bench.page, 700, 800):
        page = review(bench, tmp_path)
        card = page.locator(".gg-card")
        title = card.locator("h3")
        row = page.locator("[aria-label='Features'] .gg-row").nth(3)
        for place in (row, page.locator(".gg-queue-line button").nth(1)):
            was = title.inner_text() if title.count() else ""
            place.scroll_into_view_if_needed()
            place.click()
            until(lambda was=was: title.count() and title.inner_text() != was)
            until(lambda: in_sight(page, card))
        before = page.evaluate("scrollY")
        page.locator("[aria-label='Family'] .gg-row").last.click()
        settle(page)
        assert page.evaluate("scrollY") >= before  # whoever looks at the family stays there


def test_the_selected_row_is_in_sight_again_where_a_filter_is_undone(
    bench: Visit, tmp_path: Path
) -> None:
    page = review(bench, tmp_path)
    search = page.get_by_label("Search", exact=True)
    search.fill("GT1")
    grid = page.locator("[aria-label='Features']")
    row = grid.locator(".gg-row").nth(4)
    expect(page.locator(".gg-results .gg-count")).not_to_contain_text("332 of")
    number = row.get_attribute("data-row")
    row.click()
    expect(grid.locator("[aria-selected='true']")).to_have_attribute("data-row", str(number))
    search.fill("")
    expect(page.locator(".gg-results .gg-count")).to_contain_text("332 of 332")
    expect(grid.locator("[aria-selected='true']")).to_be_visible()
    assert grid.evaluate("grid => grid.scrollTop") > 0
    search.fill("GT1")  # a narrower list begins with its first row
    expect(page.locator(".gg-results .gg-count")).not_to_contain_text("332 of")
    until(lambda: grid.evaluate("grid => grid.scrollTop") == 0)
    search.fill("")
    expect(page.locator(".gg-results .gg-count")).to_contain_text("332 of 332")


def test_a_row_that_is_pressed_is_selected_though_a_search_leaves_one_row(
    bench: Visit, tmp_path: Path
) -> None:
    """Once the release fell beside the rows that were left, and the press was for nothing."""
    with window(bench.page, 1280, 900):
        page = review(bench, tmp_path)
        search, count = page.get_by_label("Search"), page.locator(".gg-results .gg-count")
        row = page.locator("[aria-label='Features'] .gg-row[data-row='3']")
        row.hover()
        page.mouse.down()
        search.fill("3 GM3(35:1;O2)")
        expect(count).to_contain_text("1 of 332")
        page.mouse.up()
        expect(page.locator(".gg-card h3")).to_contain_text("feature 3")
        search.fill("")
        expect(count).to_contain_text("332 of 332")


def test_the_list_is_as_high_as_its_column_in_a_wide_window(bench: Visit, tmp_path: Path) -> None:
    with window(bench.page, 1280, 900):
        page = review(bench, tmp_path)
        panel = page.locator(".gg-queue-panel").bounding_box()
        beside = page.locator(".gg-middle").bounding_box()
        assert panel is not None
        assert beside is not None
        assert panel["height"] == beside["height"]


def test_links_and_the_state_of_the_run_are_whole_on_a_phone(bench: Visit, tmp_path: Path) -> None:
    with window(bench.page, 400, 800):
        page = review(bench, tmp_path)
        for part in (*page.locator("nav a").all(), page.locator(".gg-message")):
            box = part.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 400
            assert part.evaluate("e => e.scrollWidth <= e.clientWidth")
