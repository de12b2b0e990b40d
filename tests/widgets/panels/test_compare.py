"""Two sessions side by side: settings, counts, features that differ, both charts."""

from __future__ import annotations

import pytest
from widgets.markup import EVIL

import ganglioside as gg
from ganglioside.verdicts.review import accept
from ganglioside_widgets import ComparePanel
from ganglioside_widgets.elements.chart import NO_POINT
from ganglioside_widgets.elements.grid import NONE


@pytest.fixture
def sessions(analysis: gg.Analysis) -> tuple[str, str]:
    history = gg.History.open()
    other = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    return history.save(analysis, name=EVIL), history.save(other, name="other")


def click(panel: ComparePanel, feature_id: int) -> None:
    panel.grid._receive(panel.grid, {"request": "select", "key": feature_id}, [])


def test_nothing_is_compared_before_two_sessions_are_chosen(sessions: tuple[str, str]) -> None:
    panel = ComparePanel()
    assert "Choose two completed sessions" in panel._message.value
    assert panel._body.layout.display == "none"
    assert {sid for _, sid in panel.left.options} == {"", *sessions}


def test_settings_and_counts_that_differ_are_listed(
    sessions: tuple[str, str], analysis: gg.Analysis
) -> None:
    panel = ComparePanel()
    panel.left.value, panel.right.value = sessions
    assert panel._body.layout.display == ""
    assert "with different verdicts" in panel._message.value
    assert "<td>Outlier threshold</td><td>2.5</td><td>1.0</td>" in panel._facts.value
    assert f"<td>valid</td><td>{analysis.summary.valid}</td>" in panel._facts.value
    assert "Sample type" not in panel._facts.value
    assert len(panel._sides.children) == 2
    panel.right.value = sessions[0]
    assert "Both have the same settings." in panel._facts.value
    assert panel.grid._total == 0


def test_decisions_and_anchor_marks_that_differ_are_listed(analysis: gg.Analysis) -> None:
    history = gg.History.open()
    overrides = gg.Overrides((accept(5, author="kh"), gg.Override(feature_id=8, anchor=True)))
    panel = ComparePanel()
    panel.state.left = history.save(analysis)
    panel.state.right = history.save(analysis.with_overrides(overrides))
    assert panel.grid._keys.tolist() == [5, 8]
    shown = {column["key"] for column in panel.grid._layout_columns}
    assert shown >= {"decision_left", "decision_right", "anchor_left", "anchor_right"}
    panel.grid.selected = 8
    assert [chart.selected for chart in panel._charts] == [8, 8]


def test_a_pair_is_marked_in_both_charts_each_by_its_own_number(
    sessions: tuple[str, str],
) -> None:
    table = gg.example().data[["name", "rt", "volume", "anchor"]].iloc[5:]
    moved = gg.analyze(table, gg.Settings(outlier_threshold=1.0))
    panel = ComparePanel()
    panel.left.value = sessions[0]
    panel.right.options = [*panel.right.options, ("moved", gg.History.open().save(moved))]
    panel.right.value = panel.right.options[-1][1]
    panel.grid.selected = int(panel.grid._keys[1])
    left, right = (chart.selected for chart in panel._charts)
    assert left == right + 5 == panel.grid._keys[1]


def test_new_sessions_are_offered_and_choices_stay(
    sessions: tuple[str, str], analysis: gg.Analysis
) -> None:
    panel = ComparePanel()
    panel.left.value = sessions[0]
    new = gg.History.open().save(analysis, name="new")
    panel.offer()
    assert new in {sid for _, sid in panel.right.options}
    assert panel.left.value == sessions[0]
    gg.History.open().delete(sessions[0])
    panel.offer()
    assert panel.left.value == ""


def test_no_feature_of_the_pair_before_stays_marked(
    sessions: tuple[str, str], analysis: gg.Analysis
) -> None:
    third = gg.History.open().save(analysis.redecide(gg.Settings(outlier_threshold=1.0)))
    panel = ComparePanel()
    panel.left.value, panel.right.value = sessions
    key = int(panel.grid._keys[0])
    click(panel, key)
    panel.offer()  # the same two sessions
    assert panel.grid.selected == key
    assert [chart.selected for chart in panel._charts] == [key, key]
    panel.right.value = third
    assert key in panel.grid._keys
    assert panel.grid.selected == NONE
    assert [chart.selected for chart in panel._charts] == [NO_POINT, NO_POINT]
    click(panel, key)
    assert [chart.selected for chart in panel._charts] == [key, key]


def test_a_row_marks_its_pair_again_after_a_point_of_a_chart(sessions: tuple[str, str]) -> None:
    panel = ComparePanel()
    panel.left.value, panel.right.value = sessions
    key = int(panel.grid._keys[0])
    click(panel, key)
    panel._charts[0]._receive(panel._charts[0], {"selected": key + 1}, [])
    click(panel, key)
    assert [chart.selected for chart in panel._charts] == [key, key]
