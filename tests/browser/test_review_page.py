"""A day of two analysts on the review screen, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from effort import profile, until  # noqa: E402

from browser.pages import (  # noqa: E402
    drawer,
    example_at,
    expect_result,
    give,
    history,
    session_of,
    settle,
)
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: Lines of the list that are decided: by day the last of the anchors, then outliers, some of them
#: renamed.
FIRST, DECISIONS = (0, 20) if profile() == "nightly" else (9, 8)


def decided(server: Server, sid: str) -> dict[int, str | None]:
    """Decisions of a session, by feature."""
    return {o.feature_id: o.decision for o in history(server).load(sid).overrides}


def test_a_day_of_review_by_keyboard_ends_in_the_history_and_the_export(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page = bench.page
    names = ["mon.csv", "tue.csv", "wed.csv"]
    give(page, *(example_at(tmp_path / name) for name in names))
    expect(page.locator(".gg-input-bar select").first).to_contain_text("wed.csv: read")
    page.get_by_role("button", name="Run all").click()
    expect_result(page, "wed.csv")
    for name in names:
        expect(page.locator(".gg-input-bar select").first).to_contain_text(f"{name}: ")
        expect(page.locator(".gg-input-bar select").first).not_to_contain_text(f"{name}: read")
    sid = session_of(page)
    queue = gg.analyze(gg.example()).review_queue
    expect(page.locator(".gg-queue-line")).to_have_count(len(queue))
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("n")
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {queue['feature_id'].iloc[0]}")
    share = queue.iloc[FIRST : FIRST + DECISIONS]
    page.locator(".gg-queue-line button").nth(FIRST).click()
    done = 0
    for row in share.itertuples():
        is_species = pd.notna(row.suggested_name) and pd.isna(row.suggested_process)
        expect(page.locator(".gg-card h3")).to_contain_text(f"feature {row.feature_id}")
        if is_species:
            page.keyboard.press("r")
            expect(page.get_by_label("New name", exact=True)).to_be_focused()
            expect(page.get_by_label("New name", exact=True)).to_have_value(row.suggested_name)
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("a" if row.verdict == "valid" else "x")
        done += 1
        expect(page.locator(".gg-review-progress")).to_contain_text(f"{done} of {len(queue)}")
    page.keyboard.press("u")
    expect(page.locator(".gg-review-progress")).to_contain_text(f"{done - 1} of {len(queue)}")
    page.keyboard.press("l")
    until(lambda: len(decided(server, sid)) == DECISIONS)
    page.reload()
    expect_result(page, "wed.csv")
    expect(page.locator(".gg-review-progress")).to_contain_text(f"{done - 1} of {len(queue)}")
    drawer(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert download.value.suggested_filename == "wed_verdicts.csv"
    exported = pd.read_csv(download.value.path()).set_index("feature_id")
    kept = decided(server, sid)
    assert exported["analyst_decision"].dropna().to_dict() == kept
    renamed = share.head(DECISIONS - 1).dropna(subset="suggested_name")
    renamed = renamed[renamed["suggested_process"].isna()].set_index("feature_id")
    assert exported["analyst_name"].dropna().to_dict() == renamed["suggested_name"].to_dict()
    assert set(exported.loc[list(kept), "analyst"]) == {"browser test"}
    assert list(kept.values()).count("later") == 1


def test_a_decision_of_another_person_appears_and_can_be_confirmed(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page = bench.page
    give(page, example_at(tmp_path / "shared.csv"))
    expect_result(page, "shared.csv")
    sid = session_of(page)
    page.locator("[aria-label='Features']").evaluate("grid => (grid.scrollTop = 4000)")
    page.get_by_label("Search").fill("3 ")
    page.locator("[aria-label='Features'] .gg-row[data-row='3']").click()
    expect(page.locator(".gg-card h3")).to_contain_text("feature 3")
    stay = page.locator(".gg-decisions button, .gg-decisions input").and_(page.locator(":visible"))
    before = [part.bounding_box() for part in stay.all()]
    theirs = gg.Override(feature_id=3, verdict="outlier", note="carry-over", author="eva")
    history(server).put_override(sid, theirs)
    expect(page.locator(".gg-who")).to_contain_text("Rejected by eva")
    assert [part.bounding_box() for part in stay.all()][: len(before)] == before
    page.get_by_role("button", name="Confirm (c)").click()
    until(lambda: history(server).load(sid).overrides.of(3).confirmed_by == "browser test")  # type: ignore[union-attr]
    page.get_by_label("Search").fill("")


def test_one_click_shows_the_evidence_without_scrolling_and_a_box_filters(
    bench: Visit, tmp_path: Path
) -> None:
    page = bench.page
    before = page.viewport_size
    page.set_viewport_size({"width": 1280, "height": 800})
    give(page, example_at(tmp_path / "seen.csv"))
    expect_result(page, "seen.csv")
    for name in ("Thresholds", "Export", "Jobs", "Table"):
        toggle = page.locator(".gg-toggle", has_text=name)
        if "mod-active" in str(toggle.get_attribute("class")):
            toggle.click()
    page.evaluate("window.scrollTo(0, 0)")
    page.locator("[aria-label='Features'] .gg-row").nth(2).click()
    for part in (".gg-card h3", ".gg-reason", ".gg-score-card", ".gg-decisions .gg-buttons"):
        expect(page.locator(part).first).to_be_visible()
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 800 - 20
    assert page.evaluate("window.scrollY") == 0
    page.get_by_label("Chart", exact=True).select_option("Predicted against measured RT")
    drawn = page.locator(".gg-chart-card [role='figure'][aria-label^='Predicted'] canvas")
    expect(drawn).to_have_count(1)
    settle(page)
    place = drawn.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 60, place["y"] + 40)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] - 5, place["y"] + place["height"] - 30, steps=5)
    page.mouse.up()
    expect(page.locator(".gg-results .gg-count")).to_contain_text("in the box")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator(".gg-results .gg-count")).not_to_contain_text("in the box")
    page.set_viewport_size(before)
