"""The history page lists, opens and compares sessions."""

from __future__ import annotations

from widgets.markup import EVIL

import ganglioside as gg
from ganglioside_widgets import HistoryPage


def test_the_history_page_lists_opens_and_compares(analysis: gg.Analysis) -> None:
    sid = gg.History.open().save(analysis, name=EVIL)
    page = HistoryPage()
    assert page.history._ids == [sid]
    page.history.search.value = "no such session"
    assert page.history._ids == []
    assert "matches the search" in page.history.grid._empty
    page.history.search.value = ""
    page.history.grid.selected = 0
    assert page.history.state.chosen == sid
    assert f"session={sid}" in page.history.link.value
    assert "<img" not in page.history._chosen.value
    other = gg.History.open().save(analysis.redecide(gg.Settings(outlier_threshold=1.0)))
    page._refresh()
    page.compare.left.value, page.compare.right.value = sid, other
    assert "different verdicts" in page.compare._message.value
    page.compare.grid.selected = 0
    assert page.compare._charts[0].selected >= 0
