"""The history page lists, opens and compares sessions."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from effort import PATIENCE
from widgets.markup import EVIL

import ganglioside as gg
from ganglioside.verdicts.review import accept
from ganglioside_widgets import HistoryPage, HistoryPanel
from ganglioside_widgets.elements.grid import NONE
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.state.history import HistoryState
from ganglioside_widgets.visitor_time import set_zone


class Kept(Page):
    """A page that keeps the files it should hand to the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[str, bytes]] = []

    def download(self, name: str, content: bytes) -> None:
        self.files.append((name, content))


def click(panel: HistoryPanel, sid: str) -> None:
    panel.grid._receive(panel.grid, {"request": "select", "key": sid}, [])


def test_the_history_page_lists_opens_and_compares(analysis: gg.Analysis) -> None:
    sid = gg.History.open().save(analysis, name=EVIL)
    page = HistoryPage()
    assert list(page.history.grid._keys) == [sid]
    labels = [column["label"] for column in page.history.grid._layout_columns]
    assert labels.index("Undetermined") < labels.index("Made by")  # in sight at 1280 px
    page.history.search.value = "no such session"
    assert list(page.history.grid._keys) == []
    assert "matches the search" in page.history.grid._empty
    page.history.search.value = ""
    page.history.grid.selected = sid
    assert page.history.state.chosen == sid
    assert f"session={sid}" in page.history.link.value
    assert "<img" not in page.history._chosen.value
    other = gg.History.open().save(analysis.redecide(gg.Settings(outlier_threshold=1.0)))
    page._refresh()
    page.compare.left.value, page.compare.right.value = sid, other
    assert "different verdicts" in page.compare._message.value
    feature_id = int(page.compare.grid._keys[0])
    page.compare.grid.selected = feature_id
    assert page.compare._charts[0].selected == feature_id


def test_without_a_session_it_says_what_to_do(analysis: gg.Analysis) -> None:
    panel = HistoryPanel()
    assert "workbench.ipynb?example=1" in panel._chosen.value
    gg.History.open().save(analysis, name="first")
    panel.state.refresh()
    assert "Select a session" in panel._chosen.value


def test_times_are_those_of_the_visitors_clock(analysis: gg.Analysis) -> None:
    sid = gg.History.open().save(analysis, name="first")
    created = gg.History.open().session(sid)["created"]
    page = HistoryPage()
    page.page._receive(page.page, {"zone": "Asia/Tokyo"}, [])
    try:
        page.page._receive(page.page, {"opened": {}}, [])
        page.history.grid.selected = sid
        local = f"{created.tz_convert('Asia/Tokyo'):%Y-%m-%d %H:%M}"
        assert page.history.grid._columns["created_text"]["labels"] == [local]
        assert f'title="{created:%Y-%m-%d %H:%M} UTC">{local}</time>' in page.history._chosen.value
        assert any(local in label for label, _ in page.compare.left.options)
    finally:
        page.jobs.state.close()
        set_zone("")


def test_actions_are_shown_for_the_chosen_session_only(analysis: gg.Analysis) -> None:
    first = gg.History.open().save(analysis, name="first")
    panel = HistoryPanel()
    assert panel._actions.layout.display == "none"
    panel.grid.selected = first
    assert panel._actions.layout.display == ""
    assert panel.name.value == "first"
    assert panel._confirmation.layout.display == "none"
    panel.delete.click()
    assert panel._confirmation.layout.display == ""
    panel.keep.click()
    assert panel._confirmation.layout.display == "none"
    panel.thresholds.sliders["outlier_threshold"].value = 1.5
    panel.rerun.click()
    assert f"rerun of {first}" in panel._chosen.value
    assert len(gg.History.open().sessions()) == 2


def test_a_page_of_ones_own_decides_what_opening_does(analysis: gg.Analysis) -> None:
    sid = gg.History.open().save(analysis)
    opened: list[str] = []
    panel = HistoryPanel(open_session=opened.append)
    panel.grid.selected = sid
    panel.opener.click()
    assert opened == [sid]
    assert panel.link.value == ""


def test_a_click_is_answered_for_its_session_though_the_list_has_changed(
    analysis: gg.Analysis,
) -> None:
    history = gg.History.open()
    first, second = (history.save(analysis, name=name) for name in ("first", "second"))
    panel = HistoryPanel()
    third = history.save(analysis, name="third")
    panel.state.refresh()
    for sid in (first, third, second):
        panel.grid.selected = sid
        assert panel.name.value == history.session(sid)["name"]
    history.delete(first)
    panel.state.refresh()
    panel.grid.selected = first
    assert panel.state.chosen == second


def test_a_name_and_thresholds_that_are_not_used_yet_stay_when_the_list_is_read_again(
    analysis: gg.Analysis,
) -> None:
    first = gg.History.open().save(analysis, name="first")
    second = gg.History.open().save(analysis, name="second")
    panel = HistoryPanel()
    panel.grid.selected = first
    panel.name.value = "liver, 2nd run"
    panel.thresholds.sliders["outlier_threshold"].value = 3.0
    gg.History.open().save(analysis, name="of another page")
    panel.state.refresh()
    assert panel.name.value == "liver, 2nd run"
    assert panel.thresholds.state.settings.outlier_threshold == 3.0
    panel.rename.click()
    assert gg.History.open().session(first)["name"] == panel.name.value == "liver, 2nd run"
    panel.grid.selected = second
    assert panel.name.value == "second"
    assert panel.thresholds.state.settings == gg.Settings()


def test_a_file_is_named_where_the_session_has_another_name(analysis: gg.Analysis) -> None:
    history = gg.History.open()
    history.save(analysis)
    history.save(analysis, name="example")  # as a batch names it
    history.save(analysis, name="liver 3")
    files = HistoryPanel().grid._columns["file_text"]
    assert files["labels"] == [analysis.source.name]
    assert sorted(np.frombuffer(files["values"], "<i4").tolist()) == [-1, -1, 0]


def test_files_are_no_column_where_each_session_is_named_after_its_file(
    analysis: gg.Analysis,
) -> None:
    history = gg.History.open()
    history.save(analysis)
    grid = HistoryPanel().grid
    assert "file_text" not in {column["key"] for column in grid._layout_columns}
    assert next(c for c in grid._layout_columns if c["key"] == "name")["frozen"]  # never cut


def test_files_have_what_was_decided_elsewhere(small_analysis: gg.Analysis, tmp_path: Path) -> None:
    def opened() -> gg.History:
        return gg.History.open(tmp_path / "other.duckdb")

    sid = opened().save(small_analysis, name="liver")
    page = Kept()
    panel = HistoryPanel(HistoryState(opened), page=page)
    click(panel, sid)
    opened().put_override(sid, accept(3, author="kh", note="seen in MS/MS"))
    for kind in ("csv", "html"):  # before the list is read again, and after it
        panel.export.buttons[kind].click()
        panel.export.state.join(PATIENCE)
        assert panel.export.state.error == ""
        assert b"seen in MS/MS" in page.files[-1][1]
        panel.state.refresh()


def test_a_report_is_of_the_row_for_which_it_was_asked(small_analysis: gg.Analysis) -> None:
    first = gg.History.open().save(small_analysis, name="first")
    lines = gg.example().source.content.splitlines()
    content = b"\n".join([lines[0], *lines[80:160]])
    other = gg.analyze(gg.read_features(content, name="other.csv"))
    second = gg.History.open().save(other, name="second")
    is_left, here = threading.Event(), threading.current_thread()

    def once_left() -> gg.History:
        if threading.current_thread() is not here:
            is_left.wait(PATIENCE)
        return gg.History.open()

    page = Kept()
    panel = HistoryPanel(HistoryState(once_left), page=page)
    click(panel, first)
    panel.export.buttons["html"].click()
    click(panel, second)
    is_left.set()
    panel.export.state.join(PATIENCE)
    ((name, report),) = page.files
    assert name == "example_report.html"
    assert b"example.csv" in report
    assert b"other.csv" not in report


def test_a_session_that_could_not_be_read_is_read_by_refresh(
    small_analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> gg.Analysis:
        raise gg.errors.HistoryError("The history is in use elsewhere.")

    first, second = (gg.History.open().save(small_analysis, name=name) for name in "ab")
    panel = HistoryPanel()
    click(panel, first)
    assert not panel.export.buttons["csv"].disabled
    with monkeypatch.context() as patch:
        patch.setattr(gg.History, "load", fail)
        click(panel, second)
    assert "in use elsewhere" in panel._message.value
    assert panel.export.buttons["csv"].disabled
    assert "press Refresh" in panel.export._message.value
    search_line = panel.children[1]
    refresh = next(part for part in search_line.children if part.description == "Refresh")
    refresh.click()
    assert panel._message.value == ""
    assert not panel.export.buttons["csv"].disabled
    assert panel.export.state.session_id == second


def test_the_row_that_the_buttons_act_on_is_marked(small_analysis: gg.Analysis) -> None:
    first = gg.History.open().save(small_analysis, name="first")
    panel = HistoryPanel()
    click(panel, first)
    panel.rerun.click()
    again = panel.state.chosen
    assert again != first
    assert panel.grid.selected == again
    click(panel, first)
    assert panel.state.chosen == first
    assert panel.name.value == "first"
    click(panel, again)
    panel.delete.click()
    click(panel, again)  # it is chosen already: the question stays
    assert panel._confirmation.layout.display == ""
    panel.confirm.click()
    assert gg.History.open().sessions()["id"].tolist() == [first]
    assert panel.grid.selected == NONE


def test_the_row_of_before_is_not_marked_in_passing(small_analysis: gg.Analysis) -> None:
    """The browser would stay at it: it is not told what it has sent itself."""
    first, second = (gg.History.open().save(small_analysis, name=name) for name in "ab")
    panel, marked = HistoryPanel(), []
    click(panel, first)
    panel.state.error = "refused"
    panel.grid.observe(lambda change: marked.append(change["new"]), "selected")
    click(panel, second)
    assert panel.state.error == ""
    assert marked == [second]
