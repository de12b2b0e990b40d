"""The pages by the rules of WCAG 2.1 AA, in both themes, and without a mouse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside import jobs

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
from effort import some  # noqa: E402

from browser.pages import RULES, drawer, history, open_workbench, read_again, settle, window  # noqa: E402
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: Widths, px, of a desk and of half a screen beside another program, each with a theme: by day each
#: width and each theme once.
LOOKS = some([(1280, "light"), (1280, "dark"), (700, "dark"), (700, "light")])


def faults(
    page: sync_api.Page, looks: Sequence[tuple[int, str]] = LOOKS, height: int = 3400
) -> list[str]:
    """Faults against the rules; the page is left as it was."""
    found: list[str] = []
    for width, theme in looks:
        with window(page, width, height):  # what is out of sight is not judged
            page.evaluate("theme => { document.body.dataset.ggTheme = theme; }", theme)
            page.emulate_media(color_scheme=theme)
            settle(page)
            for fault in axe.Axe().run(page, options=RULES).response["violations"]:
                found += [
                    f"{theme}: {fault['id']}: {node['html'][:200]}" for node in fault["nodes"]
                ]
    page.evaluate("delete document.body.dataset.ggTheme")
    page.emulate_media(color_scheme="no-override")
    return found


def tab_to(page: sync_api.Page, name: str) -> None:
    """Press Tab until something of this name or text has the focus, which shows."""
    told = "() => { const e = document.activeElement; " \
           "return e.getAttribute('aria-label') ?? e.innerText ?? ''; }"  # fmt: skip
    passed = []
    for _ in range(160):
        page.keyboard.press("Tab")
        passed.append(str(page.evaluate(told)).strip())
        if passed[-1] == name:
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none"
            return
    raise AssertionError(f"Tab does not reach {name!r}; it passed {passed}")


def test_the_index_and_the_workbench_keep_the_rules_and_are_used_by_keyboard(
    visit: Visit, server: Server
) -> None:
    visit.page.goto(server.url)
    expect(visit.page.locator("a.card")).to_have_count(4)
    visit.page.locator("summary", has_text="Which files are read").click()
    expect(visit.page.get_by_role("row", name="MS-DIAL")).to_be_visible()
    expect(visit.page.get_by_text("Reading the history")).to_have_count(0)
    assert faults(visit.page) == []
    visit.page.goto(f"{server.url}/help")
    assert faults(visit.page, height=9000) == []
    page = open_workbench(visit, server)
    assert faults(page) == []
    tab_to(page, "Log")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing has run yet.")).to_be_visible()
    tab_to(page, "Try the example")
    page.keyboard.press("Enter")
    expect(page.locator(".gg-headline")).to_contain_text("features explained")
    tab_to(page, "Features")
    page.keyboard.press("End")
    last = len(gg.example()) - 1
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {last}")
    drawer(page, "Export")
    drawer(page, "Thresholds")
    tab_to(page, "CSV")
    page.get_by_label("My verdict", exact=True).focus()
    page.keyboard.type("outlier")
    page.keyboard.press("Tab")
    page.keyboard.type("no MS/MS")
    tab_to(page, "Save")
    page.keyboard.press("Space")
    expect(page.locator(".gg-results .gg-count")).to_contain_text("1 decided by analysts")
    page.get_by_role("grid", name="Features").focus()
    page.keyboard.press("Home")
    expect(page.locator(".gg-card h3")).to_contain_text("feature 0")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".gg-card h3")).to_contain_text("feature 3")
    page.get_by_label("My verdict", exact=True).select_option("outlier")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("needs a note")
    for verdict in ("valid", "fragment", "outlier"):
        page.locator(".gg-chip", has_text=verdict).click()
    assert faults(page) == []
    planted = {".gg-headline p": "features explained", ".gg-chip": ">valid ", ".gg-cell": "gg-cell"}
    page.add_style_tag(content=f"{', '.join(planted)} {{ color: #999999 !important; }}")
    found = faults(page, looks=[(1280, "light")])
    for words in planted.values():
        assert any("light: color-contrast" in fault and words in fault for fault in found)


def test_history_and_jobs_keep_the_rules(archive: Visit, server: Server) -> None:
    analysis = gg.analyze(gg.example())
    sids = [
        history(server).save(analysis, name="one"),
        history(server).save(analysis.redecide(gg.Settings(outlier_threshold=1.0)), name="two"),
    ]
    failed = jobs.run_here(history(server), jobs.Analyze(source="/nowhere/liver.csv"))
    page = read_again(archive.page)
    page.locator(".gg-history .gg-row", has_text=sids[0]).click()
    page.locator(".gg-jobs .gg-row", has_text=failed.id).click()
    expect(page.get_by_role("alert")).to_contain_text("liver.csv")
    for side, sid in zip(("Left", "Right"), sids, strict=True):
        field = page.get_by_label(side)
        field.select_option(field.locator("option", has_text=sid).inner_text())
    expect(page.locator(".gg-compare canvas")).to_have_count(2)
    page.get_by_role("button", name="Delete ...").click()
    assert faults(page) == []
    page.get_by_role("button", name="Do not delete").click()


def test_a_name_is_answered_by_the_rules(species: Visit, tmp_path: Path) -> None:
    page = species.page
    page.get_by_label("Names").fill("GD1a(36:1;O2)")
    expect(page.locator(".gg-species")).to_contain_text("C84H148N4O39")
    expect(page.locator(".gg-species")).to_contain_text("917.4788")
    expect(page.get_by_role("grid", name="Features near the prediction")).to_contain_text("min")
    page.get_by_label("Names").fill("GD1a(36:1;O2)\nGX9\nGD1(38:1;O2)")
    expect(page.get_by_role("alert")).to_contain_text("GX9")
    expect(page.get_by_role("grid", name="Predictions")).to_contain_text("GD1b")
    page.locator("[aria-label='Predictions'] .gg-row", has_text="GD1(38:1;O2)").click()
    expect(page.locator(".gg-species h3")).to_have_text("GD1(38:1;O2)")
    assert faults(page) == []
    page.screenshot(path=tmp_path / "species.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download inclusion list").click()
    assert download.value.suggested_filename.endswith("_generic_list.csv")
    assert download.value.path().read_text("utf-8-sig").count("GD1a(36:1;O2)") == 2
    page.wait_for_url("**name=GD1a*")
    page.reload()
    expect(page.get_by_label("Names")).to_have_value("GD1a(36:1;O2)\nGX9\nGD1(38:1;O2)")
