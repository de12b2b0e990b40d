"""Results: headline, findings, chart, table, and the selected feature."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import ipywidgets as w
import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts.interactive import VIEWS, interactive
from ganglioside.columns import CATEGORIES, VERDICTS
from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.panels.base import Panel, box, say, verdict_mark
from ganglioside_widgets.panels.feature import FeaturePanel
from ganglioside_widgets.state.results import ResultsState

COLUMNS: Final = (
    Column("feature_id", "Feature", 78, "0", "Number of the row in the input, from 0"),
    Column("name", "Name", 150),
    Column("rt", "RT (min)", 74, "3"),
    Column("predicted_rt", "Predicted (min)", 96, "3", "RT predicted for the name"),
    Column("residual", "Residual (min)", 92, "3", "Measured minus predicted RT"),
    Column("verdict", "Verdict", 118, "verdict"),
    Column("confidence", "Confidence", 102, "percent", "Probability that the verdict is right"),
    Column("analyst_verdict", "Analyst", 118, "verdict", "The analyst's own verdict"),
    Column("parent", "Parent", 140),
    Column("process", "Process", 110, "text", "Loss or adduct by which it forms from its parent"),
    Column("anchor", "Anchor", 70, "tick", "Anchor of the input, or marked by the analyst"),
    Column("volume", "Peak area", 90, "short"),
    Column("isomer", "Isomer", 90),
    Column("sample", "Sample", 90),
    Column("analyst_note", "Note", 140),
)

#: Choices of the confidence filter: least and most.
_CONFIDENCES: Final = {
    "any": (0.0, 1.0),
    "below 50 %": (0.0, 0.5),
    "50 to 90 %": (0.5, 0.9),
    "90 % and more": (0.9, 1.0),
}

#: Value of the choice "all" of a filter.
_ALL: Final = ""

#: Most findings listed; others are counted.
_LISTED: Final = 40


class ResultsPanel(Panel):
    """Chart and table of an analysis, which share one selection; filters apply to the table.

    Parameters
    ----------
    state : ResultsState, optional
        A new one where omitted.

    Examples
    --------
    >>> import ganglioside as gg
    >>> panel = ResultsPanel()
    >>> panel.state.analysis = gg.analyze(gg.example())
    >>> panel.verdicts["outlier"].value = True
    >>> panel.state.view.verdicts
    ('outlier',)
    """

    def __init__(self, state: ResultsState | None = None) -> None:
        self.state = state or ResultsState()
        self.headline = box(kind="headline")
        self.findings = box(kind="fix")
        self.chart = Chart("Chart of the features")
        self.caption = box(kind="caption")
        self.view = w.Dropdown(
            options=[(label, key) for key, label in VIEWS.items()], description="Chart"
        ).add_class("gg-field")
        self.grid = Grid("Features", COLUMNS, key="feature_id", empty="No features.", lines=16)
        self.feature = FeaturePanel(self.state)
        self._build_filters()
        chart = w.VBox([self.view, self.chart, self.caption]).add_class("gg-chart-card")
        top = w.Box([chart, self.feature]).add_class("gg-top")
        self._body = w.VBox(
            [self.headline, self.findings, top, self._filters, self.count, self.grid]
        ).add_class("gg-results-body")
        self._empty = box(
            "<p class='gg-empty'>No result yet: upload a table, then run the analysis.</p>"
        )
        super().__init__("Results", [self._empty, self._body], kind="results")
        self.view.observe(lambda _: self._draw(), "value")
        self.grid.on_sort(self._sort)
        self.grid.on_select(self.state.select)
        self.chart.observe(lambda change: self.state.select(change["new"]), "selected")
        self.state.observe(self._show_selection, "selected")
        self.state.observe(self._show_analysis, "analysis")
        self.state.observe(lambda _: self._arrange(), "view")
        self._show_analysis({"old": None})

    def _build_filters(self) -> None:
        self.search = w.Text(placeholder="name, parent, words of the reason", description="Search")
        self.verdicts = {v: w.ToggleButton(description=v).add_class(f"gg-is-{v}") for v in VERDICTS}
        self.category = w.Dropdown(description="Category", options=[("all", _ALL)])
        self.series = w.Dropdown(description="Series", options=[("all", _ALL)])
        self.confidence = w.Dropdown(description="Confidence", options=list(_CONFIDENCES))
        for field in (self.search, self.category, self.series, self.confidence):
            field.add_class("gg-field")
            field.observe(self._filter, "value")
        chips = w.HBox(list(self.verdicts.values())).add_class("gg-chips")
        for chip in self.verdicts.values():
            chip.add_class("gg-chip").observe(self._filter, "value")
        self.count = box(kind="count")
        self._filters = w.Box(
            [self.search, self.category, self.series, self.confidence, chips]
        ).add_class("gg-filters")
        self._is_filling = False

    def _sort(self, by: str, descending: bool) -> None:
        self.state.refine(order_by=by, descending=descending)

    def _filter(self, _: object) -> None:
        if self._is_filling:
            return
        least, most = _CONFIDENCES[self.confidence.value]
        self.state.refine(
            search=self.search.value,
            verdicts=tuple(v for v, chip in self.verdicts.items() if chip.value),
            categories=(self.category.value,) if self.category.value else (),
            series=(self.series.value,) if self.series.value else (),
            least=least,
            most=most,
        )

    def _show_selection(self, _: object) -> None:
        selected = self.state.selected
        self.grid.selected = self.chart.selected = selected
        if self.view.value == "carbons" and self.state.feature() is not None:
            self._draw()

    def _show_analysis(self, change: dict[str, object]) -> None:
        analysis = self.state.analysis
        self._body.layout.display = "" if analysis is not None else "none"
        self._empty.layout.display = "none" if analysis is not None else ""
        if analysis is None:
            return
        before = change["old"]
        self._fill_filters()
        self.headline.value = _headline(analysis)
        self._fill_grid()  # first, as the chart takes longer
        if getattr(before, "findings", None) is not analysis.findings:
            self.findings.value = _findings(analysis)
            self._draw()

    def _fill_filters(self) -> None:
        """List the values that the table has in the filters; search and filters are kept."""
        features, view = self.state.features, self.state.view
        counts = features["verdict"].value_counts()
        present = set(features["category"].dropna())
        self._is_filling = True
        try:
            for verdict, chip in self.verdicts.items():
                chip.description = f"{verdict} {counts.get(verdict, 0):,}"
                chip.value = verdict in view.verdicts
            categories = [category for category in CATEGORIES if category in present]
            _set_choices(self.category, categories, view.categories)
            series = sorted(features["series"].dropna().unique())
            _set_choices(self.series, series, view.series)
            self.search.value = view.search
        finally:
            self._is_filling = False

    def _fill_grid(self) -> None:
        rows = self.state.rows()
        with self.grid.hold_sync():
            self.grid.show(self.state.features, rows)
            self._show_rows(rows)

    def _arrange(self) -> None:
        if self.state.analysis is not None:
            self._show_rows(self.state.rows())

    def _show_rows(self, rows: npt.NDArray[np.int32]) -> None:
        view = self.state.view
        self.grid.arrange(rows, view.order_by, descending=view.descending)
        total = len(self.state.features)
        self.count.value = f"<span role='status'>{len(rows):,} of {total:,} features</span>"

    def _draw(self) -> None:
        analysis = self.state.analysis
        if analysis is None:
            return
        feature = self.state.feature()
        series = None
        if feature is not None and pd.notna(feature["series"]):
            series = str(feature["series"])
        drawn = interactive(analysis, self.view.value, series)
        self.chart.show(drawn)
        title = f"<b>{escape(drawn.title)}.</b> "
        self.caption.value = title + escape(" ".join(drawn.caption))


def _headline(analysis: Analysis) -> str:
    """File name, summary and one tile for each verdict, as HTML."""
    summary = analysis.summary
    tiles = "".join(
        f'<div class="gg-tile"><b>{getattr(summary, verdict):,}</b>{verdict_mark(verdict)}</div>'
        for verdict in VERDICTS
    )
    overridden = sum(override.verdict is not None for override in analysis.overrides)
    more = f" {overridden:,} with a verdict of the analyst." if overridden else ""
    return (
        f"<h3>{escape(analysis.source.name)}</h3><p>{escape(summary.headline)}{more}</p>"
        f'<div class="gg-tiles">{tiles}</div>'
    )


def _findings(analysis: Analysis) -> str:
    """HTML list of the findings that need attention."""
    found = analysis.findings[analysis.findings["severity"] != "info"]
    if found.empty:
        return say("No warnings.")
    listed = found.head(_LISTED)
    items = "".join(
        f"<li>{escape(message)} <i>{escape(advice)}</i></li>"
        for message, advice in zip(listed["message"], listed["advice"], strict=True)
    )
    rest = len(found) - len(listed)
    more = f"<p>... and {rest:,} more in the export.</p>" if rest else ""
    return (
        f"<details><summary>Look at these first: {len(found):,} findings</summary>"
        f"<ul>{items}</ul>{more}</details>"
    )


def _set_choices(field: w.Dropdown, values: Sequence[str], chosen: tuple[str, ...]) -> None:
    """Set the choices of a filter: all, then `values`; the chosen one is kept if it exists."""
    options = [("all", _ALL), *((value, value) for value in values)]
    if tuple(field.options) != tuple(options):
        field.options = options
    field.value = chosen[0] if chosen and chosen[0] in values else _ALL
