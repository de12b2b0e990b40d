"""One screen to review a result: list, chart above table, and the selected feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import PurePath
from typing import Final

import ipywidgets as w
import numpy as np
import numpy.typing as npt

from ganglioside.analysis import Analysis
from ganglioside.charts.interactive import VIEWS, colourings, interactive
from ganglioside.charts.overviews import ORDERS
from ganglioside.columns import CATEGORIES, VERDICTS
from ganglioside.support.formatting import counted
from ganglioside.verdicts.result_tables import wrong_anchors
from ganglioside.verdicts.review import DECISIONS
from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import Column, Grid, verdict_column
from ganglioside_widgets.elements.keys import Keys
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.elements.switches import Toggle
from ganglioside_widgets.panels.base import Panel, box, button, say
from ganglioside_widgets.panels.decisions import CONFIRM_KEY, UNDO_KEY
from ganglioside_widgets.panels.feature import FeaturePanel
from ganglioside_widgets.panels.review import QueuePanel, warnings
from ganglioside_widgets.state.results import ResultsState, same_table
from ganglioside_widgets.state.review import ReviewState

COLUMNS: Final = (
    Column("name", "Name", 148, frozen=True),
    verdict_column("verdict", "Verdict"),
    Column("confidence", "Conf.", 78, "confidence", "Probability that the verdict is right"),
    Column("analyst_decision", "Decision", 90, "text", "What the analyst decided on the name"),
    Column("analyst_name", "New name", 140, "text", "The analyst's name for the feature"),
    Column("rt", "RT (min)", 62, "3"),
    Column("residual", "Residual (min)", 80, "3", "Measured minus predicted RT"),
    Column("volume", "Peak area", 76, "short"),
    Column("parent", "Parent", 132),
    Column(
        "process", "Process", 150, "text", "Loss or other ion by which it comes from its parent"
    ),
    verdict_column("analyst_verdict", "My verdict", "The analyst's own verdict"),
    Column("reason", "Reason", 420),
    Column("sample", "Sample", 90),
    Column("row", "Row", 60, "0", "Row of your file, as spreadsheet programs number it"),
    Column("predicted_rt", "Predicted (min)", 84, "3", "RT predicted for the name"),
    Column("anchor", "Anchor", 64, "tick", "Anchor of the input, or marked by the analyst"),
    Column("mz", "m/z", 84, "4", hidden=True),
    Column("adduct", "Ion", 90, hidden=True),
    Column("isomer", "Isomer", 90, hidden=True),
    Column("series", "Series", 90, hidden=True),
    Column("category", "Category", 76, hidden=True),
    Column("standardized_residual", "Residual (sigma)", 84, "1", hidden=True),
    Column("formula", "Formula", 130, hidden=True),
    Column("analyst_note", "Note", 140, hidden=True),
    Column("analyst", "Decided by", 90, hidden=True),
    Column("confirmed_by", "Confirmed by", 90, hidden=True),
    Column("feature_id", "Feature", 66, "0", "Number of the row in the input, from 0", hidden=True),
)

#: Value of the choice "all" of a filter.
_ALL: Final = ""


class ResultsPanel(Panel):
    """Headline, list to review, chart, table and evidence of an analysis: one selection for all.

    Filters apply to chart and table alike.

    Parameters
    ----------
    state : ResultsState, optional
        A new one where omitted.
    review : ReviewState, optional
        One of its own where omitted.

    Examples
    --------
    >>> import ganglioside as gg
    >>> panel = ResultsPanel()
    >>> panel.state.analysis = gg.analyze(gg.example())
    >>> panel.verdicts["outlier"].value = True
    >>> panel.state.view.verdicts
    ('outlier',)
    """

    def __init__(
        self, state: ResultsState | None = None, review: ReviewState | None = None
    ) -> None:
        self.state = state or ResultsState()
        self.review = review or ReviewState(self.state, lambda: "")
        self.headline = box(kind="headline")
        self.stale, self.warnings = box(kind="stale"), box(kind="warnings")
        self._build_chart()
        self._build_filters()
        self.grid = Grid(
            "Features", COLUMNS, key="feature_id", empty="No features.", lines=0, has_filters=True
        ).add_class("gg-grid-place")
        self.queue = QueuePanel(self.state, self.review)
        self.feature = FeaturePanel(self.state, self.review)
        self.shortcuts = self._shortcuts()
        middle = w.VBox([self._chart, self._bar, self.grid]).add_class("gg-middle")
        self._panes = w.Box([self.queue, self.feature, middle]).add_class("gg-panes")
        top = w.Box([self.headline, self._chips]).add_class("gg-top")
        parts = [self.stale, top, self.warnings, self._panes, self.shortcuts]
        self._body = w.VBox(parts).add_class("gg-results-body")
        self._empty = box(
            "<p class='gg-empty'>No result yet: drop a table, or try the example.</p>"
        )
        super().__init__("", [self._empty, self._body], kind="results")
        self.grid.on_sort(self._sort)
        self.grid.on_filter(self._filter_column)
        self.grid.on_select(self.state.select)
        self.chart.observe(lambda change: self.state.select(change["new"]), "selected")
        self.chart.on_box(lambda ids: self.state.choose(ids, "in the box"))
        self.state.observe(self._show_selection, "selected")
        self.state.observe(self._show_analysis, "analysis")
        self.state.observe(lambda _: self._arrange(), "view")
        self.state.observe(self._show_changes, ["changes", "changed"])
        self.state.observe(self._show_stale, "stale")
        self._show_analysis({"old": None})

    def _build_chart(self) -> None:
        self.chart = Chart("Chart of the features", has_tools=True).add_class("gg-fills")
        self.caption = box(kind="caption")
        self.view = Select(
            options=[(label, key) for key, label in VIEWS.items()], description="Chart"
        )
        self.order = Select(
            options=[(label, key) for key, label in ORDERS.items()], description="Panels"
        )
        self.colour = Select(options=["verdict"], description="Colour")
        fields = [self.view, self.order, self.colour]
        for field in fields:
            field.add_class("gg-field").observe(lambda _: self._redraw(), "value")
        self._drawn: tuple[object, ...] = ()
        tools = w.HBox(fields).add_class("gg-chart-fields")
        self._chart = w.VBox([tools, self.chart, self.caption]).add_class("gg-chart-card")

    def _build_filters(self) -> None:
        self.search = Field("Search", "name, reason", is_live=True)
        self.search.add_class("gg-search")
        self.verdicts = {v: Toggle(description=v).add_class(f"gg-is-{v}") for v in VERDICTS}
        self.category, self.series = _choice("all categories"), _choice("all series")
        self.sample, self.decision = _choice("all samples"), _choice("any decision")
        for field in (self.search, self.category, self.series, self.sample, self.decision):
            field.add_class("gg-field")
            field.observe(self._filter, "value")
        self._chips = w.HBox(list(self.verdicts.values())).add_class("gg-chips")
        for chip in self.verdicts.values():
            chip.add_class("gg-chip").observe(self._filter, "value")
        self.clear = button("Clear", self.state.show_all, tip="Clear the search and all filters")
        self.count = box(kind="count")
        self.changes = box(kind="changes")
        self.show_changed = button("Show them", self.choose_changed, tip="Show these features only")
        told = w.HBox([self.changes, self.show_changed]).add_class("gg-told")
        fields = [self.search, self.category, self.series, self.sample, self.decision]
        line = w.HBox([*fields, self.clear, self.count]).add_class("gg-filters")
        self._told = told
        self._bar = w.VBox([told, line]).add_class("gg-filter-bar")
        self._is_filling = False
        self.tells_changes = True

    def _shortcuts(self) -> Keys:
        """Keys that work wherever the visitor is on the page."""
        bar = self.feature.bar
        keys = {kind.name: kind.key for kind in DECISIONS}
        rename = keys.pop("renamed")  # the new name is looked at first, then Enter renames
        decide = {key: lambda name=name: bar.decide(name) for name, key in keys.items()}
        move = {
            "n": lambda: self.review.step(1),
            "p": lambda: self.review.step(-1),
            "ArrowDown": lambda: self.state.move(1),
            "ArrowUp": lambda: self.state.move(-1),
        }
        deeds = {UNDO_KEY: self.review.undo, CONFIRM_KEY: bar.confirm.click}
        return Keys(
            {**decide, **deeds, **move, "Escape": self.state.show_all},
            {"/": "gg-search", rename: "gg-new-name", "m": "gg-decision-note"},
            {"gg-new-name": lambda: bar.decide("renamed")},
            repeated=move,
            reveals="gg-card",
        )

    def _sort(self, by: str, descending: bool) -> None:
        self.state.refine(order_by=by, descending=descending)

    def _filter_column(self, column: str, text: str) -> None:
        self.state.view = self.state.view.with_column(column, text)

    def choose_changed(self) -> None:
        """Show the features that the last change concerns."""
        self.state.choose(self.state.changed, "with another verdict than before")

    def _filter(self, _: object) -> None:
        if self._is_filling:
            return
        self.state.refine(
            search=self.search.value,
            verdicts=tuple(v for v, chip in self.verdicts.items() if chip.value),
            **{
                name: (field.value,) if field.value else ()
                for name, field in (
                    ("categories", self.category),
                    ("series", self.series),
                    ("samples", self.sample),
                    ("decisions", self.decision),
                )
            },
        )

    def _show_selection(self, _: object) -> None:
        selected = self.state.selected
        self.grid.selected = self.chart.selected = selected

    def _show_stale(self, _: object) -> None:
        self.stale.value = say(self.state.stale, "warning")
        (self._body.add_class if self.state.stale else self._body.remove_class)("gg-is-stale")

    def tell_changes(self, wanted: bool) -> None:
        """Say here what the last change concerns, or leave it to a panel beside."""
        self.tells_changes = wanted
        self._show_changes(None)

    def _show_changes(self, _: object) -> None:
        self.changes.value = say(self.state.changes)
        is_told = self.tells_changes and bool(self.state.changes)
        self._told.layout.display = "" if is_told else "none"
        self.show_changed.layout.display = "" if self.state.changed else "none"

    def _show_analysis(self, change: dict[str, object]) -> None:
        analysis = self.state.analysis
        self._body.layout.display = "" if analysis is not None else "none"
        self._empty.layout.display = "none" if analysis is not None else ""
        self._show_stale(None)
        self._show_changes(None)
        if analysis is None:
            return
        before = change["old"]
        self.headline.value = _headline(analysis)
        self.warnings.value = warnings(analysis.findings)
        self.warnings.layout.display = "" if self.warnings.value else "none"
        self._fill_filters()
        self._fill_grid()  # first, as the chart takes longer
        if not same_table(before, analysis):
            self.grid.begin()
        if getattr(before, "features", None) is not analysis.features:
            self._drawn = ()
        self._redraw()

    def _fill_filters(self) -> None:
        """List the values that the table has in the filters; search and filters are kept."""
        features, view = self.state.features, self.state.view
        counts = features["verdict"].value_counts()
        self._is_filling = True
        try:
            for verdict, chip in self.verdicts.items():
                chip.description = f"{verdict} {counts.get(verdict, 0):,}"
                chip.value = verdict in view.verdicts
                is_there = counts.get(verdict, 0) or chip.value
                chip.layout.display = "" if is_there else "none"
            present = set(features["category"].dropna())
            categories = [category for category in CATEGORIES if category in present]
            _set_choices(self.category, categories, view.categories)
            for field, column, chosen in (
                (self.series, "series", view.series),
                (self.sample, "sample", view.samples),
                (self.decision, "analyst_decision", view.decisions),
            ):
                values = sorted(features[column].dropna().unique()) if column in features else []
                _set_choices(field, values, chosen)
                is_choice = len(values) > 1 or chosen or field is self.decision
                field.layout.display = "" if is_choice else "none"
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
            self._fill_filters()
            self._show_rows(self.state.rows())
            self._redraw()

    def _show_rows(self, rows: npt.NDArray[np.int32]) -> None:
        view, features = self.state.view, self.state.features
        self.grid.arrange(rows, view.order_by, descending=view.descending)
        self.grid.show_filters(dict(view.columns), view.unreadable(features))
        with self.chart.hold_sync():
            self.chart.filtered = view.is_filtered
            self.chart.shown = np.sort(rows).astype("<i4").tobytes() if view.is_filtered else b""
        why = f" {view.chosen.why}" if view.chosen else ""
        assert self.state.analysis is not None
        parts = [
            f"{len(rows):,} of {counted(len(features), 'feature')}{why}",
            _decided(self.state.analysis),
        ]
        text = " · ".join(filter(None, parts))
        self.count.value = f"<span role='status'>{escape(text)}</span>"
        self.clear.disabled = not view.is_filtered

    def _redraw(self) -> None:
        """Draw the chart, unless the page shows it as it is wanted."""
        analysis = self.state.analysis
        if analysis is None:
            return
        self._offer_colours(analysis)
        view, series = self.view.value, self.state.view.series
        has_panels, has_colours = view == "series", view != "areas"
        self.order.layout.display = "" if has_panels else "none"
        is_choice = has_colours and len(self.colour.options) > 1
        self.colour.layout.display = "" if is_choice else "none"
        wanted = (view, self.colour.value, has_panels and (self.order.value, series))
        if wanted == self._drawn:
            return
        self._drawn = wanted
        drawn = interactive(
            analysis,
            view,
            series=series or None,
            colour=self.colour.value,
            order=self.order.value,
        )
        self.chart.file_name = f"{PurePath(analysis.source.name).stem}_{view}"
        self.chart.show(drawn)
        self.chart.selected = self.state.selected
        self.caption.value = (
            f"<details><summary>{escape(drawn.title)}</summary>"
            f"<p>{escape(' '.join(drawn.caption))}</p></details>"
        )

    def _offer_colours(self, analysis: Analysis) -> None:
        """List what colour can show in this table."""
        offered = colourings(analysis)
        if self.colour.options != offered:
            self.colour.options = offered


def _headline(analysis: Analysis) -> str:
    """File name and summary, as HTML; anchors that were decided on are no longer warned of."""
    made = {o.feature_id for o in analysis.overrides if o.is_decided}
    features, summary = analysis.features, analysis.summary
    is_settled = features["feature_id"].isin(made)
    wrong = wrong_anchors(features) & is_settled
    unknown = features["anchor"] & (features["verdict"] == "undetermined") & is_settled
    summary = replace(
        summary,
        anchors_not_valid=max(summary.anchors_not_valid - int(wrong.sum()), 0),
        anchors_undetermined=max(summary.anchors_undetermined - int(unknown.sum()), 0),
    )
    return f"<h3>{escape(analysis.source.name)}</h3><p>{escape(summary.lead)}</p>"


def _decided(analysis: Analysis) -> str:
    """Number of features that were decided on, in words; empty where there are none.

    What is left for later is not decided.
    """
    count = sum(override.is_decided for override in analysis.overrides)
    return f"{count:,} decided by analysts" if count else ""


def _choice(of_all: str) -> Select:
    """Filter by one value, of which the first choice is all."""
    field = Select(options=[(of_all, _ALL)], tooltip=f"Filter: {of_all}")
    field.add_class("gg-choice")
    return field


def _set_choices(field: Select, values: Sequence[str], chosen: tuple[str, ...]) -> None:
    """Set the choices of a filter: all, then `values`, and the chosen one though none has it."""
    absent = [value for value in chosen if value not in values]
    options = [field.options[0], *((value, value) for value in (*values, *absent))]
    if tuple(field.options) != tuple(options):
        field.options = options
    field.value = chosen[0] if chosen else _ALL
