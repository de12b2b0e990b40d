"""The start page lists what the visitor may see, and runs nothing that others have written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from widgets.markup import EVIL
from widgets.serving.templates import drawn

import ganglioside as gg
from ganglioside.columns import VERDICT_KINDS
from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside_widgets.serving.start_page import CARDS, RecentSession, recent_sessions

ANN = Person("Ann", shares="own")


def test_the_newest_sessions_come_first_with_their_headlines(
    opened: Callable[[], History], analysis: gg.Analysis
) -> None:
    assert recent_sessions(None) == ()
    history = opened()
    done = history.save(analysis, name="liver")
    begun = history.begin(analysis.source, gg.Settings())
    other = history.acting_as(Person("Eve")).save(analysis, name="theirs")
    found = recent_sessions(None)
    assert [session.id for session in found] == [other, begun, done]
    assert [session.headline for session in found] == [
        analysis.summary.headline, "", analysis.summary.headline
    ]  # fmt: skip
    assert [session.author for session in found] == ["Eve", "", ""]
    assert [session.status for session in found] == ["completed", "processing", "completed"]
    assert found[2].created == f"{history.session(done)['created']:%Y-%m-%dT%H:%M:%SZ}"
    for number in range(5):
        history.save(analysis, name=str(number))
    assert [session.name for session in recent_sessions(None)][:2] == ["4", "3"]
    assert len(recent_sessions(None)) == 6


def test_who_signs_in_sees_what_is_theirs_or_shared(
    opened: Callable[[], History], analysis: gg.Analysis
) -> None:
    opened().acting_as(ANN).save(analysis, name="own")
    opened().acting_as(replace(ANN, shares="everybody")).save(analysis, name="shared")
    told = {name: [s.name for s in recent_sessions(Person(name))] for name in ("Ann", "Eve")}
    assert told == {"Ann": ["shared", "own"], "Eve": ["shared"]}
    assert recent_sessions(Person("Eve"))[0].author == "Ann"
    assert recent_sessions(ANN)[0].author == ""


def test_a_history_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", f"{tmp_path}/no/folder/history.duckdb")
    with pytest.raises(HistoryError, match="folder"):
        recent_sessions(None)
    assert 'role="alert"' in drawn("recent.html", error="no such folder")


def test_what_others_have_written_is_shown_as_text() -> None:
    evil = RecentSession(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL)
    for html in (
        drawn("recent.html", sessions=(evil,)),
        drawn("recent.html", error=EVIL),
        drawn("files-read.html", tools=((EVIL, EVIL, EVIL),)),
    ):
        assert "<img" not in html
        assert "&lt;img" in html
    assert "session=%3Cimg" in drawn("recent.html", sessions=(evil,))


def test_without_a_session_it_says_what_to_do() -> None:
    html = drawn("recent.html", sessions=())
    assert 'href="/voila/render/workbench.ipynb?example=1"' in html
    assert "No session yet" in html


def test_the_page_links_the_pages_and_explains_the_verdicts() -> None:
    open_pages = {name: card for name, card in CARDS.items() if name != "admin.ipynb"}
    html = drawn("tree-lab.html", pages=open_pages, verdicts=VERDICT_KINDS, version="1.2.3")
    assert "Ganglioside 1.2.3" in html
    assert "admin.ipynb" not in html
    assert html.count('class="card"') == len(open_pages)
    for kind in VERDICT_KINDS:
        assert kind.help in html
        assert kind.path in html
    assert "workbench.ipynb?example=1" in html
    assert 'href="/help"' in html
