"""Cards are small, escaped, offline, and readable in any theme."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import ganglioside as gg
from ganglioside.columns import VERDICT_KINDS
from ganglioside.display import card_of
from ganglioside.display.cards import card, cell

EVIL = '<script>alert(1)</script>"><img src=x>'


class Tags(HTMLParser):
    """Tags that are open at the end, and all that were seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("br", "img", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


@pytest.fixture(scope="module")
def shown() -> list[str]:
    table = gg.example()
    analysis = gg.analyze(table)
    things = [table, analysis, analysis.explain(27), analysis.model, analysis.settings,
              gg.parse_name("GM3(d18:1/16:0)"), gg.RetentionModel(),
              gg.RetentionModel().fit(table)]  # fmt: skip
    return [thing._repr_html_() for thing in things]


def test_cards_are_whole_elements_that_load_nothing(shown: list[str]) -> None:
    for html in shown:
        tags = Tags(html)
        assert tags.open == []
        assert not tags.seen & {"script", "img", "link", "iframe"}
        assert not re.search(r"https?:|url\(|@import", html)
        assert len(html.encode()) < 40_000


def test_cards_have_the_colours_of_the_verdicts_in_both_themes(shown: list[str]) -> None:
    for kind in VERDICT_KINDS:
        assert f"--gg-{kind.name}:{kind.mark};" in shown[1]
        assert shown[1].count(f"--gg-{kind.name}:{kind.mark_dark};") == 2
    assert "var(--jp-content-font-color1,var(--vscode-editor-foreground,#1f1f1f))" in shown[0]


def test_values_are_escaped() -> None:
    html = card("species", name=EVIL, facts_of=[(EVIL, EVIL)], ions=[(EVIL, "1")])
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") == 4


def test_long_texts_are_cut() -> None:
    assert cell("x" * 5000).endswith("…")
    assert len(cell("x" * 5000)) < 200
    assert cell(0) == "0"


def test_what_has_no_card_is_refused() -> None:
    with pytest.raises(TypeError, match="no card"):
        card_of(3)


def test_notebooks_show_the_card_beside_the_text() -> None:
    formatter = pytest.importorskip("IPython.core.formatters").DisplayFormatter()
    analysis = gg.analyze(gg.example())
    for thing in (analysis, analysis.explain(12), analysis.model, gg.RetentionModel(), gg.example(),
                  gg.Settings(), gg.parse_name("GM1 36:1")):  # fmt: skip
        shown, _ = formatter.format(thing)
        assert shown["text/html"] == thing._repr_html_()
        assert shown["text/plain"] == repr(thing)
