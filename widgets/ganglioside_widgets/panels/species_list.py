"""The accepted species of a result: how much there is of each, and the share of each series."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

import ipywidgets as w

from ganglioside.charts.interactive import detach
from ganglioside.charts.profiles import profile_chart
from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.grid import NONE, Column, Grid
from ganglioside_widgets.panels.base import Panel, box, say
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.species_list import SpeciesListState

_COLUMNS: Final = (
    Column("name", "Species", 150, frozen=True),
    Column("rt", "RT (min)", 62, "3"),
    Column("area", "As measured", 92, "short", "Peak area of its rows"),
    Column(
        "area_consolidated", "Area", 68, "short", "With what the ion source broke off given back"
    ),
    Column("area_low", "Area from", 66, "short", "95 % interval of the area"),
    Column("area_high", "Area to", 66, "short", "95 % interval of the area"),
    Column("share", "Share (%)", 66, "2", "Of the area of all accepted species"),
    Column(
        "confidence",
        "Conf.",
        82,
        "confidence",
        "Probability that the name is right, as the model judges; none of what an analyst decided",
    ),
    Column("decided_by", "Accepted by", 88, "text", "The model, or an analyst's decision"),
    Column("rows_returned", "Pieces", 62, "count", "Rows whose area is given back"),
    Column("samples", "Samples", 74, "count", hidden=True),
)


class SpeciesListPanel(Panel):
    """Accepted species of a result with areas and shares; a click selects the largest row of one.

    Parameters
    ----------
    state : SpeciesListState
    results : ResultsState
        Where rows are selected.

    Examples
    --------
    >>> import ganglioside as gg
    >>> results = ResultsState(analysis=gg.analyze(gg.example()))
    >>> panel = SpeciesListPanel(SpeciesListState(results), results)
    >>> panel.state.is_open = True
    >>> panel.state.join()
    >>> panel.state.species["share"].sum().round()
    np.float64(100.0)
    """

    def __init__(self, state: SpeciesListState, results: ResultsState) -> None:
        self.state, self.results = state, results
        self.lead = box(kind="species-lead")
        self.grid = Grid("Accepted species", _COLUMNS, key="number", empty="No species.", lines=10)
        self.chart = Chart("Share of each series", has_tools=True)
        self._lists = w.HBox([self.grid, self.chart]).add_class("gg-species-list")
        super().__init__("Accepted species", [self.lead, self._lists], kind="species-panel")
        self.grid.on_select(self._select)
        state.observe(self._show, ["of", "is_open"])
        results.observe(self._show, ["analysis", "stale"])
        results.observe(self._mark, "selected")
        self._show(None)

    def _select(self, number: int) -> None:
        self.results.select(int(self.state.species["feature_id"].iloc[number]))

    def _mark(self, _: object) -> None:
        """Mark the species whose largest row is selected; others may have come in its place."""
        species = self.state.species
        if species.empty:
            return
        numbers = species.loc[species["feature_id"] == self.results.selected, "number"]
        self.grid.selected = int(numbers.iloc[0]) if len(numbers) else NONE

    def _show(self, _: object) -> None:
        if not self.state.is_open:
            return
        stale = self.results.stale
        (self._lists.add_class if stale else self._lists.remove_class)("gg-is-of-before")
        if not self.state.is_ready:
            text = "Adding up areas ..." if self.results.analysis is not None else "No result yet."
            self.lead.value = f"<p class='gg-empty'>{text}</p>"
            return
        analysis, species = self.state.of, self.state.species
        assert analysis is not None
        returned = int(species["rows_returned"].sum())
        # The list may stand above what the page says of its result: it says so itself.
        self.lead.value = say(stale, "warning") + f"<p>{_lead(len(species), returned)}</p>"
        with self.grid.hold_sync():
            self.grid.show(species)
            self._mark(None)
        self.chart.file_name = f"{PurePath(analysis.source.name).stem}_profile"
        self.chart.show(detach(profile_chart.spec(analysis)))


def _lead(species: int, returned: int) -> str:
    """What the list is, in two sentences."""
    pieces = f"{returned:,} fragments are given back to the species that they come from"
    return (
        f"{species:,} species are accepted, by the model or by decision; {pieces}. "
        "The list as a file: Species list under Export."
    )
