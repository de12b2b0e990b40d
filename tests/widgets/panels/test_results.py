"""Chart, table, filters and headline of a result."""

from __future__ import annotations

import ganglioside as gg
from ganglioside.columns import VERDICTS
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
    for view in ("predicted", "residuals", "carbons"):
        panel.view.value = view
        assert panel.caption.value


def test_other_thresholds_exchange_the_data_and_leave_the_chart(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    spec, data = panel.chart._spec, panel.chart._data
    panel.state.analysis = analysis.redecide(gg.Settings(outlier_threshold=2.0))
    assert panel.chart._spec == spec
    assert panel.chart._data != data


def test_the_headline_counts_every_verdict_and_the_overrides(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    assert analysis.summary.headline in panel.headline.value
    assert panel.headline.value.count('gg-tile"') == len(VERDICTS)
    assert "of the analyst" not in panel.headline.value
    panel.state.select(4)
    panel.state.override_verdict(None, "a note alone")
    assert "of the analyst" not in panel.headline.value
    panel.state.select(3)
    panel.state.override_verdict("valid", "MS/MS")
    assert "1 with a verdict of the analyst" in panel.headline.value


def test_findings_that_need_attention_are_listed(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    found = analysis.findings[analysis.findings["severity"] != "info"]
    assert f"Look at these first: {len(found)} findings" in panel.findings.value
    assert panel.findings.value.count("<li>") == min(len(found), 40)


def test_sorting_and_filtering_by_category_reach_the_state(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    panel.grid._on_sort("rt", True)  # type: ignore[misc]
    assert (panel.state.view.order_by, panel.state.view.descending) == ("rt", True)
    panel.category.value = "GD"
    panel.confidence.value = "50 to 90 %"
    assert panel.state.view.categories == ("GD",)
    assert (panel.state.view.least, panel.state.view.most) == (0.5, 0.9)
    assert panel.state.view.order_by == "rt"


def test_without_an_analysis_the_panel_says_what_to_do() -> None:
    panel = ResultsPanel(ResultsState())
    assert panel._body.layout.display == "none"
    assert "upload a table" in panel._empty.value
