"""Two sessions side by side: settings, counts, features that differ, and both charts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import ipywidgets as w

from ganglioside.charts.interactive import interactive
from ganglioside.support.formatting import with_sign
from ganglioside_widgets.elements.chart import NO_POINT, Chart
from ganglioside_widgets.elements.grid import NONE, Column, Grid, verdict_column
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.panels.base import Panel, box, say, table
from ganglioside_widgets.state.compare import CompareState, Comparison
from ganglioside_widgets.state.species import completed_sessions

_DIFFERENCES: Final = "Features that differ"
_COLUMNS: Final = (
    Column("name_left", "Name", 150, frozen=True),
    verdict_column("verdict_left", "Verdict left"),
    verdict_column("verdict_right", "Verdict right"),
    Column("decision_left", "Decision left", 150, help="What the analyst decided on the name"),
    Column("decision_right", "Decision right", 150, help="What the analyst decided on the name"),
    Column("anchor_left", "Anchor left", 70, "tick"),
    Column("anchor_right", "Anchor right", 70, "tick"),
    Column("confidence_left", "Confidence left", 106, "confidence"),
    Column("confidence_right", "Confidence right", 106, "confidence"),
    Column("parent_left", "Parent left", 140),
    Column("parent_right", "Parent right", 140),
    Column("rt_left", "RT left (min)", 80, "3"),
    Column("rt_right", "RT right (min)", 80, "3"),
)


class ComparePanel(Panel):
    """Comparison of two completed sessions.

    Parameters
    ----------
    state : CompareState, optional
        A new one where omitted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> panel = ComparePanel(CompareState(lambda: history))
    >>> panel.state.why_not
    'Choose two completed sessions to compare.'
    """

    def __init__(self, state: CompareState | None = None) -> None:
        self.state = state or CompareState()
        self.left = Select(description="Left").add_class("gg-field")
        self.right = Select(description="Right").add_class("gg-field")
        self._message = box()
        self._facts = box()
        self.grid = Grid(
            _DIFFERENCES,
            _COLUMNS,
            key="feature_id_left",
            lines=8,
            empty="No feature has another verdict, anchor mark or decision.",
        )
        self._charts: list[Chart] = []
        self._compared = ("", "")
        self._sides = w.Box().add_class("gg-sides")
        title = box(f"<h4>{_DIFFERENCES}</h4>")
        self._body = w.VBox([self._facts, title, self.grid, self._sides])
        super().__init__(
            "Compare",
            [w.Box([self.left, self.right]).add_class("gg-sides"), self._message, self._body],
            kind="compare",
        )
        for side, field in (("left", self.left), ("right", self.right)):
            field.observe(self._on_choice(side), "value")
        self.state.observe(self._show, ["comparison", "error", "left", "right"])
        self.grid.on_select(self._mark_pair)
        self.offer()
        self._show(None)

    def _on_choice(self, side: str) -> Callable[[dict[str, str]], None]:
        return lambda change: setattr(self.state, side, change["new"] or "")

    def offer(self) -> None:
        """List the current sessions to choose from; choices are kept."""
        sessions, self.state.error = completed_sessions(self.state.history)
        options = [("choose a session", ""), *sessions]
        ids = {sid for _, sid in options}
        for field, chosen in ((self.left, self.state.left), (self.right, self.state.right)):
            field.options = options
            field.value = chosen if chosen in ids else ""

    def _show(self, _: object) -> None:
        comparison = self.state.comparison
        self._body.layout.display = "" if comparison else "none"
        if self.state.error:
            self._message.value = say(self.state.error, "error")
        elif comparison is None:
            self._message.value = f"<p class='gg-empty'>{self.state.why_not}</p>"
        else:
            self._message.value = say(comparison.headline())
        if comparison is not None:
            self._unmark()
            self._facts.value = _facts(comparison)
            self.grid.show(comparison.differences())
            self._draw(comparison)

    def _unmark(self) -> None:
        """Mark no feature where other sessions are compared: it would be another one there."""
        compared = (self.state.left, self.state.right)
        if compared == self._compared:
            return
        self._compared = compared
        self.grid.selected = NONE
        for chart in self._charts:
            chart.selected = NO_POINT

    def _draw(self, comparison: Comparison) -> None:
        if not self._charts:
            self._add_charts()
        sides = (comparison.left, comparison.right)
        for title, chart, analysis in zip(self._titles, self._charts, sides, strict=True):
            title.value = f"<h4>{escape(analysis.source.name)}</h4>"
            chart.show(interactive(analysis, "reduced"))

    def _add_charts(self) -> None:
        self._charts = [Chart("Left"), Chart("Right")]
        self._titles = [box(), box()]
        self._sides.children = [
            w.VBox([title, chart]).add_class("gg-chart-card")
            for title, chart in zip(self._titles, self._charts, strict=True)
        ]

    def _mark_pair(self, feature_id_left: int) -> None:
        """Mark the chosen feature in both charts."""
        comparison = self.state.comparison
        if comparison is None:
            return
        differences = comparison.differences()
        pair = differences[differences["feature_id_left"] == feature_id_left].iloc[0]
        for chart, side in zip(self._charts, ("left", "right"), strict=True):
            chart.selected = int(pair[f"feature_id_{side}"])


def _facts(comparison: Comparison) -> str:
    """Differing settings and the counts of verdicts, as HTML."""
    settings = comparison.settings()
    differing = settings.loc[settings["differs"], ["setting", "left", "right"]]
    if differing.empty:
        settings_html = "<p>Both have the same settings.</p>"
    else:
        heads = ["Setting", "Left", "Right"]
        settings_html = table(heads, differing.to_numpy(), label="Settings that differ")
    counts_html = table(
        ["Verdict", "Left", "Right", "Difference"],
        [
            [v, f"{a:,}", f"{b:,}", with_sign(d, 0) if d else "0"]
            for v, a, b, d in comparison.counts().to_numpy()
        ],
        label="Counts of verdicts",
    )
    return f"<div class='gg-sides'><div>{settings_html}</div><div>{counts_html}</div></div>"
