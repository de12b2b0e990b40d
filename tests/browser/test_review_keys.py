"""Keys of the review in a real browser: held, and pressed at once after something was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.pages import example_at, expect_result, give, history, session_of  # noqa: E402
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


def begin(visit: Visit, file: Path) -> tuple[sync_api.Page, list[int]]:
    """Open the example with nothing focused; the page and the features of its list."""
    page = visit.page
    give(page, example_at(file))
    expect_result(page, file.name)
    queue = [int(i) for i in gg.analyze(gg.example()).review_queue["feature_id"]]
    expect(page.locator(".gg-queue-line")).to_have_count(len(queue))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect_feature(page, queue[0])
    return page, queue


def expect_feature(page: sync_api.Page, feature_id: int) -> None:
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {feature_id}")


def made(server: Server, page: sync_api.Page, count: int) -> dict[int, gg.Override]:
    """Overrides in the history, once there are so many."""

    def kept() -> dict[int, gg.Override]:
        return {o.feature_id: o for o in history(server).load(session_of(page)).overrides}

    until(lambda: len(kept()) >= count)
    return kept()


def hold(page: sync_api.Page, key: str, times: int = 6) -> None:
    for _ in range(times):
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_a_held_key_decides_once(bench: Visit, server: Server, tmp_path: Path) -> None:
    page, queue = begin(bench, tmp_path / "held.csv")
    hold(page, "x")
    page.keyboard.press("l")  # comes after whatever the held key sent
    expect_feature(page, queue[2])
    hold(page, "r")
    name = page.get_by_label("New name", exact=True)
    expect(name).to_be_focused()
    suggested = name.input_value()
    assert "rr" not in suggested
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Accept (a)").focus()
    hold(page, "Enter")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("l")
    expect_feature(page, queue[4])
    kept = {i: override.decision for i, override in made(server, page, 4).items()}
    wanted = ["rejected", "later", "accepted", "later"]
    assert kept == dict(zip(queue[:4], wanted, strict=True))


def test_what_is_typed_is_whole_where_a_decision_follows_at_once(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page, queue = begin(bench, tmp_path / "typed.csv")
    note = "MS/MS of 24 March shows no NeuAc."
    page.keyboard.press("m")
    page.keyboard.type(note)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect_feature(page, queue[1])
    field = page.get_by_label("Note", exact=True)
    expect(field).to_have_value("")
    field.focus()
    reject = page.get_by_role("button", name="Reject (x)").bounding_box()
    assert reject is not None
    page.keyboard.type(note)
    page.mouse.click(reject["x"] + 10, reject["y"] + 10)
    expect_feature(page, queue[2])
    page.keyboard.press("r")
    page.keyboard.type("GM1(NeuGc)(40:1;O2)")
    page.keyboard.press("Enter")
    expect_feature(page, queue[3])
    reason = page.get_by_label("Reason", exact=True)
    reason.focus()
    save = page.get_by_role("button", name="Save", exact=True).bounding_box()
    assert save is not None
    page.keyboard.type(note)
    page.mouse.click(save["x"] + 10, save["y"] + 10)
    kept = made(server, page, 4)
    assert [kept[queue[at]].note for at in (0, 1, 3)] == [note] * 3
    assert kept[queue[2]].name == "GM1(NeuGc)(40:1;O2)"
    expect(field).to_have_value("")
