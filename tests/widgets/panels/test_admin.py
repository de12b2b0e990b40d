"""The page for administrators, by its buttons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ganglioside as gg
from ganglioside.history import History, sharing
from ganglioside.history.sharing import Person
from ganglioside_widgets.panels.admin import AdminPage, LogPanel, RetentionPanel, TokensPanel
from ganglioside_widgets.state.visitors import VARIABLE

Opener = Callable[[], History]


def panel(page: AdminPage, kind: type) -> object:
    return next(child for child in page._place.children if isinstance(child, kind))


def test_an_administrator_works_on_the_page(opened: Opener, analysis: gg.Analysis) -> None:
    history = opened()
    sid = history.acting_as(Person("Ann", shares="own")).save(analysis, "liver")
    history.tokens.add("Ann", "write")
    page = AdminPage()
    assert page.history.state.sessions["id"].tolist() == [sid]
    tokens = panel(page, TokensPanel)
    assert isinstance(tokens, TokensPanel)
    assert tokens.revoke.disabled
    tokens.grid.selected = str(page.state.tokens["id"].iloc[0])
    assert not tokens.revoke.disabled
    tokens.revoke.click()
    assert "was revoked" in page.state.tokens["state"].iloc[0]
    retention = panel(page, RetentionPanel)
    assert isinstance(retention, RetentionPanel)
    retention.age.value = "1y"
    retention.children[-1].children[-1].click()
    assert history.care.schedule() is not None
    log = panel(page, LogPanel)
    assert isinstance(log, LogPanel)
    log.fields["author"].value = "Ann"
    assert "1 entry<" in log._count.value
    shown = log.grid._columns["details"]["labels"]
    assert shown
    assert not any(mark in text for text in shown for mark in '{"'), "the log's JSON is no text"
    page.jobs.state.close()


def test_others_see_why_not(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "people")
    monkeypatch.setenv(sharing.VARIABLE, Person("Ann").to_json())
    page = AdminPage()
    assert page._place.children == ()
    assert "for administrators" in page._message.value
    assert [file for file, _ in page.page._links] == [
        "workbench.ipynb", "history.ipynb", "species.ipynb"
    ]  # fmt: skip


def test_no_button_is_as_wide_as_its_panel(opened: Opener) -> None:
    """`Revoke` was: a box stretches what stands alone in it."""
    opened()
    page = AdminPage()
    stretched = [
        child.description
        for part in page._place.children
        for child in part.children
        if child._model_name == "ButtonModel"
    ]
    assert stretched == []
    page.jobs.state.close()


def test_a_failed_job_is_shown_again_after_another_one(opened: Opener) -> None:
    history = opened()
    waiting = history.jobs.add("slow", {}, "waits")
    failed = history.jobs.add("slow", {}, "fails")
    history.jobs.start(failed)
    history.jobs.end(failed, "failed", error="The disk is full.")
    page = AdminPage()
    page.jobs.state.refresh()
    for _ in range(2):
        failures = page.workers.failures
        failures._receive(failures, {"request": "select", "key": failed}, [])
        assert page.jobs.state.chosen == page.jobs.grid.selected == failed
        page.jobs.grid._receive(page.jobs.grid, {"request": "select", "key": waiting}, [])
        assert page.jobs.state.chosen == waiting
    page.jobs.state.close()
