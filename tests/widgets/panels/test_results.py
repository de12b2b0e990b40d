"""Chart, table, filters and headline of a result."""

from __future__ import annotations

import ganglioside as gg
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
