"""The list of accepted species on the page."""

from __future__ import annotations

import numpy as np
import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.verdicts.review import accept, reject
from ganglioside_widgets import Workbench
from ganglioside_widgets.elements.grid import NONE
from ganglioside_widgets.panels.species_list import SpeciesListPanel
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.species_list import SpeciesListState


@pytest.fixture
def panel(analysis: gg.Analysis) -> SpeciesListPanel:
    results = ResultsState(analysis=analysis)
    panel = SpeciesListPanel(SpeciesListState(results), results)
    panel.state.is_open = True
    panel.state.join(PATIENCE)
    return panel


def order(panel: SpeciesListPanel) -> list[int]:
    return [int(i) for i in np.frombuffer(panel.grid._order, "<i4")]


def test_it_lists_species_and_shares_of_series(
    panel: SpeciesListPanel, analysis: gg.Analysis
) -> None:
    assert f"{len(analysis.species)} species are accepted" in panel.lead.value
    assert order(panel) == list(range(len(analysis.species)))
    assert panel.chart._title == "Profile by series"
    assert panel.chart.file_name == "example_profile"


def test_a_click_selects_the_largest_row_of_a_species(panel: SpeciesListPanel) -> None:
    panel.grid.selected = 2
    assert panel.results.selected == panel.state.species["feature_id"].iloc[2]


def sort(panel: SpeciesListPanel, by: str, descending: bool) -> None:
    content = {"request": "sort", "by": by, "descending": descending}
    panel.grid._receive(panel.grid, content, [])


def test_a_header_sorts(panel: SpeciesListPanel) -> None:
    sort(panel, "rt", False)
    assert panel.state.species["rt"].iloc[order(panel)].is_monotonic_increasing
    sort(panel, "rt", True)
    assert panel.state.species["rt"].iloc[order(panel)].is_monotonic_decreasing
    sort(panel, "", False)
    assert order(panel) == list(range(len(panel.state.species)))


@pytest.mark.parametrize("descending", [False, True])
def test_species_without_a_confidence_come_last(
    panel: SpeciesListPanel, analysis: gg.Analysis, descending: bool
) -> None:
    outliers = analysis.features.query("verdict == 'outlier'")["feature_id"].astype(int)
    panel.results.put([accept(outliers.iloc[0], author="kh")])
    panel.state.join(PATIENCE)
    sort(panel, "confidence", descending)
    found = panel.state.species["confidence"].iloc[order(panel)].isna().tolist()
    assert found[-1]
    assert sum(found) == 1


def test_species_of_another_file_than_the_chosen_one_are_told_and_dimmed(
    panel: SpeciesListPanel,
) -> None:
    """They stood as they were above the refusal of the chosen file, which names another."""
    stale = "other.csv was refused. Below is the result of example.csv."
    panel.results.stale = stale
    assert stale in panel.lead.value
    assert "species are accepted" in panel.lead.value
    assert "gg-is-of-before" in panel._lists._dom_classes
    panel.results.stale = ""
    assert stale not in panel.lead.value
    assert "gg-is-of-before" not in panel._lists._dom_classes


def test_without_a_result_it_says_so() -> None:
    results = ResultsState()
    panel = SpeciesListPanel(SpeciesListState(results), results)
    panel.state.is_open = True
    assert "No result yet" in panel.lead.value


def test_the_workbench_opens_it_by_a_button(analysis: gg.Analysis) -> None:
    bench = Workbench()
    bench.state.results.analysis = analysis
    assert not bench.state.species.is_open
    bench._toggles["Species list"].value = True
    bench.state.species.join(PATIENCE)
    assert bench.state.species.is_ready


def click(panel: SpeciesListPanel, number: int) -> None:
    panel.grid._receive(panel.grid, {"request": "select", "key": number}, [])


def test_a_species_is_selected_again_after_another_row(panel: SpeciesListPanel) -> None:
    row = panel.state.species["feature_id"].iloc[3]
    click(panel, 3)
    assert panel.results.selected == row
    other = next(i for i in range(9) if i not in set(panel.state.species["feature_id"]))
    panel.results.select(other)
    assert panel.grid.selected == NONE
    click(panel, 3)
    assert panel.results.selected == row
    panel.results.select(int(panel.state.species["feature_id"].iloc[5]))
    assert panel.grid.selected == 5


def test_the_selected_species_stays_marked_where_others_leave_the_list(
    panel: SpeciesListPanel, analysis: gg.Analysis
) -> None:
    click(panel, 3)
    first = int(panel.state.species["feature_id"].iloc[0])
    panel.results.put([reject(analysis.features.iloc[first], author="kh")])
    panel.state.join(PATIENCE)
    assert panel.state.is_ready
    marked = panel.state.species["feature_id"].iloc[panel.grid.selected]
    assert marked == panel.results.selected != first
