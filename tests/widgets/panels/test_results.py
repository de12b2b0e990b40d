"""Chart, table, filters and headline of a result."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

import ganglioside as gg
from ganglioside.charts.interactive import VIEWS
from ganglioside.columns import VERDICTS
from ganglioside.support.glossary import KEYS
from ganglioside.verdicts.review import DECISIONS, accept, later, reject
from ganglioside_widgets import ResultsPanel
from ganglioside_widgets.state.results import ResultsState


def test_filters_chips_and_selection_reach_the_state(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    panel.verdicts["outlier"].value = True
    panel.search.value = "gd1"
    assert panel.state.view.verdicts == ("outlier",)
    assert panel.state.view.search == "gd1"
    assert f"{len(panel.state.rows())} of {len(analysis.features)}" in panel.count.value
    panel.grid.selected = 7
    assert panel.state.selected == panel.chart.selected == 7
    panel.chart.selected = 9
    assert panel.grid.selected == 9
    for view in VIEWS:
        panel.view.value = view
        assert panel.caption.value


def test_other_thresholds_exchange_the_data_and_leave_the_chart(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    spec, data = panel.chart._spec, panel.chart._data
    panel.state.analysis = analysis.redecide(gg.Settings(outlier_threshold=2.0))
    assert panel.chart._spec == spec
    assert panel.chart._data != data


def test_the_headline_and_the_chips_say_what_was_found(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert analysis.summary.lead in panel.headline.value
    assert "of the peak area" in panel.headline.value
    for verdict in VERDICTS:
        count = getattr(analysis.summary, verdict)
        assert panel.verdicts[verdict].description == f"{verdict} {count}"
    assert "decided" not in panel.count.value
    panel.state.select(4)
    panel.state.override_verdict(None, "a note alone")
    assert "decided" not in panel.count.value
    panel.state.select(3)
    panel.state.override_verdict("valid", "MS/MS")
    assert "1 decided by analysts" in panel.count.value


def test_a_warning_of_the_whole_table_stands_below_its_headline(analysis: gg.Analysis) -> None:
    """It stood at the end of the list to review, below all features, where nobody saw it."""
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert panel.warnings.value == ""
    data = gg.example().data
    mixed = pd.DataFrame({"Name": data["name"], "RT": data["rt"].to_numpy()[::-1]})
    panel.state.analysis = gg.analyze(mixed)
    grave = panel.state.analysis.findings.query("feature_id.isna() and severity != 'info'")
    assert len(grave) >= 1
    assert str(grave["message"].iloc[0]) in panel.warnings.value
    top, below = panel._body.children[1], panel._body.children[2]
    assert (panel.headline in top.children, below) == (True, panel.warnings)


def test_filters_hold_for_chart_and_table_alike(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert not panel.chart.filtered
    assert panel.clear.disabled
    panel.verdicts["outlier"].value = True
    shown = np.frombuffer(panel.chart.shown, "<i4").tolist()
    outliers = np.flatnonzero(analysis.features["verdict"] == "outlier").tolist()
    assert shown == sorted(np.frombuffer(panel.grid._order, "<i4").tolist()) == outliers
    panel.chart._receive(panel.chart, {"box": outliers[:2]}, [])
    assert np.frombuffer(panel.chart.shown, "<i4").tolist() == outliers[:2]
    assert "2 of" in panel.count.value
    assert "in the box" in panel.count.value
    panel.clear.click()
    assert not panel.chart.filtered
    assert not panel.verdicts["outlier"].value


def test_a_filter_of_a_column_reaches_the_state_and_says_if_it_is_none(
    analysis: gg.Analysis,
) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    wish = {"request": "filter", "column": "rt", "text": "8..10"}
    panel.grid._receive(panel.grid, wish, [])
    assert panel.state.view.columns == (("rt", "8..10"),)
    assert panel.grid._unreadable == []
    panel.grid._receive(panel.grid, wish | {"text": "early"}, [])
    assert panel.grid._unreadable == ["rt"]
    panel.grid._receive(panel.grid, wish | {"column": "__class__"}, [])
    assert [column for column, _ in panel.state.view.columns] == ["rt"]


def test_sorting_and_filtering_by_category_reach_the_state(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    panel.grid._on_sort("rt", True)  # type: ignore[misc]
    assert (panel.state.view.order_by, panel.state.view.descending) == ("rt", True)
    panel.category.value = "GD"
    assert panel.state.view.categories == ("GD",)
    assert panel.state.view.order_by == "rt"


def test_what_changed_is_listed_on_demand(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert panel._told.layout.display == "none"
    panel.state.changes, panel.state.changed = "2 features changed.", (3, 7)
    assert "2 features changed" in panel.changes.value
    panel.show_changed.click()
    assert panel.state.rows().tolist() == [3, 7]


def test_the_result_of_another_table_is_dimmed_and_named(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert "gg-is-stale" not in panel._body._dom_classes
    panel.state.stale = "b.csv has no result yet. Below is the result of <a>.csv."
    assert "gg-is-stale" in panel._body._dom_classes
    assert "the result of &lt;a&gt;.csv" in panel.stale.value
    panel.state.stale = ""
    assert "gg-is-stale" not in panel._body._dom_classes
    assert panel.stale.value == ""


def test_without_an_analysis_the_panel_says_what_to_do() -> None:
    panel = ResultsPanel(ResultsState())
    assert panel._body.layout.display == "none"
    assert "drop a table" in panel._empty.value


def test_colours_of_samples_and_orders_of_panels_are_offered_where_they_say_something() -> None:
    panel = ResultsPanel()
    panel.state.analysis = gg.analyze(gg.simulate(1, n_samples=3))
    assert panel.colour.options == ("verdict", "sample")
    panel.colour.value = "sample"
    assert '"fill": {"field": "sample"' in json.dumps(panel.chart._spec)
    panel.view.value = "areas"
    assert panel.colour.layout.display == panel.order.layout.display == "none"
    panel.state.analysis = gg.analyze(gg.example())
    assert panel.colour.options == ("verdict",)
    assert panel.colour.value == "verdict"
    panel.view.value = "series"
    assert panel.order.layout.display == ""
    assert panel.colour.layout.display == "none"
    panel.order.value = "name"
    assert panel.chart._spec["facet"]["sort"] == sorted(panel.chart._spec["facet"]["sort"])


def test_the_chosen_series_is_drawn_large() -> None:
    panel = ResultsPanel()
    panel.state.analysis = gg.analyze(gg.example())
    assert "facet" in panel.chart._spec
    panel.series.value = "GD1"
    assert "facet" not in panel.chart._spec
    panel.clear.click()
    assert "facet" in panel.chart._spec


def test_anchors_that_were_decided_on_are_no_longer_warned_of(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = ResultsPanel(state)
    wrong = analysis.findings.query("code == 'wrong-anchor'")["feature_id"].astype(int).tolist()
    assert f"{len(wrong)} of" in panel.headline.value
    assert "anchors are not valid" in panel.headline.value
    state.put([reject(analysis.features.iloc[i], author="ann") for i in wrong[1:]])
    assert "1 of 49 anchors is not valid" in panel.headline.value
    state.put([later(wrong[0], author="ann")])
    assert "1 of 49 anchors is not valid" in panel.headline.value
    state.put([reject(analysis.features.iloc[wrong[0]], author="ann")])
    assert "not valid" not in panel.headline.value
    assert f"{len(wrong)} decided by analysts" in panel.count.value


def test_a_decision_on_an_undetermined_anchor_hides_no_wrong_one() -> None:
    """Accepting the name of an undetermined anchor took a wrong one out of the headline."""
    labels = {"name": "Name", "rt": "RT", "volume": "Volume", "anchor": "Anchor"}
    table = gg.example().data[list(labels)].rename(columns=labels)
    table.loc[len(table)] = ["GM4(60:1;O2)", 20.0, 1e5, True]
    analysis = gg.analyze(table)
    unknown = len(table) - 1
    assert analysis.features["verdict"].iloc[unknown] == "undetermined"
    state = ResultsState(analysis=analysis)
    panel = ResultsPanel(state)
    assert "2 of 50 anchors are not valid, 1 undetermined." in panel.headline.value
    state.put([accept(unknown, author="ann")])
    assert "2 of 50 anchors are not valid." in panel.headline.value


def test_what_is_left_for_later_is_not_decided(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = ResultsPanel(state)
    state.put([later(3, author="ann")])
    assert "decided" not in panel.count.value
    state.put([accept(4, author="ann")])
    assert "1 decided by analysts" in panel.count.value


def test_a_chart_of_a_table_without_a_file_has_a_name(analysis: gg.Analysis) -> None:
    labels = {"name": "Name", "rt": "RT", "volume": "Volume"}
    frame = analysis.features[list(labels)].rename(columns=labels).head(40)
    panel = ResultsPanel(ResultsState(analysis=gg.analyze(frame)))
    assert panel.chart.file_name == "DataFrame_series"


def test_a_held_key_moves_but_does_no_deed(analysis: gg.Analysis) -> None:
    keys = ResultsPanel(ResultsState(analysis=analysis)).shortcuts
    assert set(keys._repeated) == {"n", "p", "ArrowDown", "ArrowUp"}


def test_the_help_lists_the_keys_that_the_page_has(analysis: gg.Analysis) -> None:
    keys = ResultsPanel(ResultsState(analysis=analysis)).shortcuts
    named = {"ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc"}
    own = {named.get(key, key) for key in (*keys._keys, *keys._focused)}
    told = {key for entry in KEYS for key in entry.key.split()}
    assert told - own == {"?"}  # of every page
    assert own <= told
    does = {key: entry.does for entry in KEYS for key in entry.key.split()}
    assert all(does[kind.key].startswith((kind.label, "Leave")) for kind in DECISIONS)


def test_another_table_is_shown_from_its_first_row_and_a_deed_leaves_the_place(
    analysis: gg.Analysis,
) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    begun = panel.grid._begun
    panel.state.select(5)
    panel.state.override_verdict("outlier", "")
    assert panel.grid._begun == begun
    source = gg.example().source
    panel.state.analysis = gg.analyze(gg.read_features(source.content, name="of_as_many_rows.csv"))
    assert panel.grid._begun > begun


def test_a_filter_that_fits_nothing_any_more_stays_in_sight(analysis: gg.Analysis) -> None:
    """Once no row was left, while the field showed that any decision fits."""
    state = ResultsState(lambda: "ann", analysis=analysis)
    panel = ResultsPanel(state)
    assert state.put([reject(analysis.features.iloc[3], author="ann")])
    panel.decision.value = "rejected"
    assert state.rows().tolist() == [3]
    panel.review.undo()
    assert (len(state.rows()), panel.decision.value) == (0, "rejected")
    assert not panel.clear.disabled
    panel.decision.value = ""
    assert len(state.rows()) == len(analysis.features)
    assert panel.decision.options == (("any decision", ""),)


def test_a_verdict_that_is_filtered_stays_in_sight(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert analysis.summary.undetermined == 0
    assert panel.verdicts["undetermined"].layout.display == "none"
    panel.state.refine(verdicts=("undetermined",))
    assert len(panel.state.rows()) == 0
    assert panel.verdicts["undetermined"].layout.display == ""
    panel.clear.click()
    assert panel.verdicts["undetermined"].layout.display == "none"
