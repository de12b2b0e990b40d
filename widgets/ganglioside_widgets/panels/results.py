"""Results: headline, chart, table, and everything about the selected feature."""

from __future__ import annotations

from html import escape

import ipywidgets as w
import pandas as pd

from ganglioside.charts.interactive import VIEWS, interactive
from ganglioside.columns import CATEGORIES, VERDICTS
from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.panels.base import Panel, box, say, verdict_mark
from ganglioside_widgets.panels.feature import FeaturePanel
from ganglioside_widgets.state.results import ResultsState

COLUMNS = (
    Column("feature_id", "Feature", 78, "0", "Number of the row in the input, from 0"),
    Column("name", "Name", 150),
    Column("rt", "RT (min)", 74, "3"),
    Column("predicted_rt", "Predicted (min)", 96, "3", "Where its own series elutes"),
    Column("residual", "Residual (min)", 92, "3", "Measured less predicted RT"),
    Column("verdict", "Verdict", 118, "verdict"),
    Column("confidence", "Confidence", 102, "percent", "Probability that the verdict is right"),
    Column("analyst_verdict", "Analyst", 118, "verdict", "What the analyst says instead"),
    Column("parent", "Parent", 140),
    Column("process", "Process", 110, "text", "What makes it a fragment or adduct"),
    Column("anchor", "Anchor", 70, "tick", "Trusted by the input, or marked by the analyst"),
    Column("volume", "Peak area", 90, "short"),
    Column("isomer", "Isomer", 90),
    Column("sample", "Sample", 90),
    Column("analyst_note", "Note", 140),
)

_CONFIDENCES = {"any": (0.0, 1.0), "below 50 %": (0.0, 0.5), "50 to 90 %": (0.5, 0.9),
                "90 % and more": (0.9, 1.0)}  # fmt: skip
_ALL = ""


class ResultsPanel(Panel):
    """Chart and table select each other; filters are the table's."""

    def __init__(self, state: ResultsState | None = None) -> None:
        self.state = state or ResultsState()
        self.headline, self.fix, self._said = box(kind="headline"), box(kind="fix"), box()
        self.chart = Chart("Chart of the features")
        self.caption = box(kind="caption")
        self.view = w.Dropdown(
            options=[(label, key) for key, label in VIEWS.items()], description="Chart"
        ).add_class("gg-field")
        self.grid = Grid("Features", COLUMNS, empty="No features.", lines=16)
        self.feature = FeaturePanel(self.state)
        self._build_filters()
        chart = w.VBox([self.view, self.chart, self.caption]).add_class("gg-chart-card")
        top = w.Box([chart, self.feature]).add_class("gg-top")
        self._body = w.VBox(
            [self.headline, self.fix, top, self._filters, self.count, self.grid]
        ).add_class("gg-results-body")
        self._empty = box(
            "<p class='gg-empty'>No result yet: give a table, then run the analysis.</p>"
        )
        super().__init__("Results", [self._empty, self._body], kind="results")
        self.view.observe(lambda _: self._draw(), "value")
        self.grid.on_sort(lambda by, down: self.state.refine(order_by=by, descending=down))
        for element in (self.grid, self.chart):
            element.observe(lambda change: self.state.select(change["new"]), "selected")
        self.state.observe(self._selected, "selected")
        self.state.observe(self._analysed, "analysis")
        self.state.observe(lambda _: self._arrange(), "view")
        self._analysed({"old": None})

    def _build_filters(self) -> None:
        self.search = w.Text(placeholder="name, parent, words of the reason", description="Search")
        self.verdicts = {v: w.ToggleButton(description=v).add_class(f"gg-is-{v}") for v in VERDICTS}
        self.category = w.Dropdown(description="Category", options=[("all", _ALL)])
        self.series = w.Dropdown(description="Series", options=[("all", _ALL)])
        self.confidence = w.Dropdown(description="Confidence", options=list(_CONFIDENCES))
        for field in (self.search, self.category, self.series, self.confidence):
            field.add_class("gg-field")
            field.observe(self._refined, "value")
        chips = w.HBox(list(self.verdicts.values())).add_class("gg-chips")
        for chip in self.verdicts.values():
            chip.add_class("gg-chip").observe(self._refined, "value")
        self.count = box(kind="count")
        self._filters = w.Box(
            [self.search, self.category, self.series, self.confidence, chips]
        ).add_class("gg-filters")
        self._resetting = False

    def _refined(self, _: object) -> None:
        if self._resetting:
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

    def _selected(self, _: object) -> None:
        selected = self.state.selected
        self.grid.selected = self.chart.selected = selected
        if self.view.value == "carbons" and self.state.feature() is not None:
            self._draw()

    def _analysed(self, change: dict[str, object]) -> None:
        analysis = self.state.analysis
        self._body.layout.display = "" if analysis is not None else "none"
        self._empty.layout.display = "none" if analysis is not None else ""
        if analysis is None:
            return
        before = change["old"]
        self._fill_filters()
        self.headline.value = self._headline()
        self._fill_grid()  # before the chart, which takes longer
        if getattr(before, "findings", None) is not analysis.findings:
            self.fix.value = self._findings()
            self._draw()

    def _fill_filters(self) -> None:
        """Offer what the table has; a search that is there stays."""
        features, view = self.state.features, self.state.view
        counts = features["verdict"].value_counts()
        present = set(features["category"].dropna())
        self._resetting = True
        try:
            for verdict, chip in self.verdicts.items():
                chip.description = f"{verdict} {counts.get(verdict, 0):,}"
                chip.value = verdict in view.verdicts
            _offer(self.category, [c for c in CATEGORIES if c in present], view.categories)
            _offer(self.series, sorted(features["series"].dropna().unique()), view.series)
            self.search.value = view.search
        finally:
            self._resetting = False

    def _fill_grid(self) -> None:
        rows = self.state.rows()
        with self.grid.hold_sync():
            self.grid.show(self.state.features, rows)
            self._arranged(rows)

    def _arrange(self) -> None:
        if self.state.analysis is not None:
            self._arranged(self.state.rows())

    def _arranged(self, rows: object) -> None:
        view, total = self.state.view, len(self.state.features)
        self.grid.arrange(rows, view.order_by, descending=view.descending)  # type: ignore[arg-type]
        shown = len(rows)  # type: ignore[arg-type]
        self.count.value = f"<span role='status'>{shown:,} of {total:,} features</span>"

    def _draw(self) -> None:
        analysis = self.state.analysis
        if analysis is None:
            return
        feature = self.state.feature()
        series = None if feature is None or pd.isna(feature["series"]) else str(feature["series"])
        drawn = interactive(analysis, self.view.value, series)
        self.chart.show(drawn)
        title = f"<b>{escape(drawn.title)}.</b> "
        self.caption.value = title + escape(" ".join(drawn.caption))

    def _headline(self) -> str:
        analysis = self.state.analysis
        if analysis is None:
            return ""
        summary = analysis.summary
        tiles = "".join(
            f'<div class="gg-tile"><b>{getattr(summary, v):,}</b>{verdict_mark(v)}</div>'
            for v in VERDICTS
        )
        said = sum(entry.verdict is not None for entry in analysis.overrides)
        more = f" {said:,} with a verdict of the analyst." if said else ""
        return (
            f"<h3>{escape(analysis.source.name)}</h3><p>{escape(summary.headline)}{more}</p>"
            f'<div class="gg-tiles">{tiles}</div>'
        )

    def _findings(self) -> str:
        analysis = self.state.analysis
        if analysis is None:
            return ""
        found = analysis.findings[analysis.findings["severity"] != "info"]
        if found.empty:
            return say("Nothing to fix first.")
        items = "".join(
            f"<li>{escape(m)} <i>{escape(a)}</i></li>"
            for m, a in zip(found["message"].head(40), found["advice"].head(40), strict=True)
        )
        more = f"<p>... and {len(found) - 40:,} more in the export.</p>" if len(found) > 40 else ""
        return (
            f"<details><summary>Look at these first: {len(found):,} findings</summary>"
            f"<ul>{items}</ul>{more}</details>"
        )


def _offer(field: w.Dropdown, values: list[str], chosen: tuple[str, ...]) -> None:
    options = [("all", _ALL), *((v, v) for v in values)]
    if tuple(field.options) != tuple(options):
        field.options = options
    field.value = chosen[0] if chosen and chosen[0] in values else _ALL
