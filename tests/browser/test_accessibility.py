"""The pages by the rules of WCAG 2.1 AA, in both themes, and without a mouse."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside import jobs

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
from browser.pages import RULES, history, open_workbench, run_open_example, settle  # noqa: E402
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


def faults(page: sync_api.Page) -> list[str]:
    """Return what breaks a rule, in either theme."""
    found: list[str] = []
    page.set_viewport_size({"width": 1280, "height": 3400})  # what is out of sight is not judged
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.body.dataset.ggTheme = theme; }", theme)
        page.emulate_media(color_scheme=theme)
        settle(page)
        for fault in axe.Axe().run(page, options=RULES).response["violations"]:
            found += [f"{theme}: {fault['id']}: {node['html'][:200]}" for node in fault["nodes"]]
    return found


def test_the_index_and_the_workbench_keep_the_rules_which_see_a_planted_fault(
    visit: Visit, server: Server
) -> None:
    visit.page.goto(server.url)
    assert faults(visit.page) == []
    page = open_workbench(visit, server)
    assert faults(page) == []
    run_open_example(page)
    page.locator("[aria-label='Features'] .gg-row").nth(3).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    assert faults(page) == []
    page.get_by_label("My verdict").select_option("outlier")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("needs a note")
    page.locator("summary", has_text="Look at these first").click()
    page.locator(".gg-chip", has_text="fragment").click()
    assert faults(page) == []
    planted = {".gg-headline p": "features explained", ".gg-chip": "gg-chip", ".gg-cell": "gg-cell"}
    page.add_style_tag(content=f"{', '.join(planted)} {{ color: #999999 !important; }}")
    found = [fault for fault in faults(page) if "light: color-contrast" in fault]
    for words in planted.values():
        assert any(words in fault for fault in found)


def test_history_jobs_and_species_keep_the_rules(visit: Visit, server: Server) -> None:
    analysis = gg.analyze(gg.example())
    sids = [
        history(server).save(analysis, name="one"),
        history(server).save(analysis.redecide(gg.Settings(outlier_threshold=1.0)), name="two"),
    ]
    failed = jobs.run_here(history(server), jobs.Analyze(source="/nowhere/liver.csv"))
    page = visit.page
    page.goto(f"{server.url}/voila/render/history.ipynb")
    page.locator(".gg-history .gg-row", has_text=sids[0]).click()
    page.locator(".gg-jobs .gg-row", has_text=failed.id).click()
    expect(page.get_by_role("alert")).to_contain_text("liver.csv")
    for side, sid in zip(("Left", "Right"), sids, strict=True):
        field = page.get_by_label(side)
        field.select_option(field.locator("option", has_text=sid).inner_text())
    expect(page.locator(".gg-compare canvas")).to_have_count(2)
    page.get_by_role("button", name="Delete ...").click()
    assert faults(page) == []
    page.goto(f"{server.url}/voila/render/species.ipynb")
    page.get_by_label("Name").fill("GD1a(36:1;O2)")
    expect(page.locator(".gg-species")).to_contain_text("C84H148N4O39")
    assert faults(page) == []


def tab_to(page: sync_api.Page, name: str) -> None:
    """Press Tab until something of this name or text has the focus, which shows."""
    told = "() => { const e = document.activeElement; " \
           "return e.getAttribute('aria-label') ?? e.innerText ?? ''; }"  # fmt: skip
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        passed.append(str(page.evaluate(told)).strip())
        if passed[-1] == name:
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none"
            return
    raise AssertionError(f"Tab does not reach {name!r}; it passed {passed}")


def test_from_the_opened_page_to_a_verdict_of_ones_own_by_keyboard(
    visit: Visit, server: Server
) -> None:
    page = open_workbench(visit, server)
    tab_to(page, "Try the example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Run the analysis")).to_be_enabled()
    tab_to(page, "Run the analysis")
    page.keyboard.press("Enter")
    expect(page.locator(".gg-headline")).to_contain_text("features explained")
    tab_to(page, "Features")
    page.keyboard.press("End")
    last = len(gg.example()) - 1
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {last}")
    tab_to(page, "CSV")
    page.get_by_label("My verdict").focus()
    page.keyboard.type("outlier")
    page.keyboard.press("Tab")
    page.keyboard.type("no MS/MS")
    tab_to(page, "Save")
    page.keyboard.press("Space")
    expect(page.locator(".gg-headline")).to_contain_text("1 with a verdict of the analyst")
