"""Two sessions side by side: settings, counts, features that differ, and both charts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from ganglioside.charts.interactive import interactive
from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.panels.base import Panel, box, say, table
from ganglioside_widgets.state.compare import CompareState, Comparison
from ganglioside_widgets.state.species import completed_sessions

_COLUMNS = (
    Column("name_left", "Name", 150),
    Column("rt_left", "RT left (min)", 80, "3"),
    Column("verdict_left", "Verdict left", 120, "verdict"),
    Column("confidence_left", "Confidence left", 90, "percent"),
    Column("parent_left", "Parent left", 140),
    Column("rt_right", "RT right (min)", 80, "3"),
    Column("verdict_right", "Verdict right", 120, "verdict"),
    Column("confidence_right", "Confidence right", 90, "percent"),
    Column("parent_right", "Parent right", 140),
)


class ComparePanel(Panel):
    """Choose two completed sessions."""

    def __init__(self, state: CompareState | None = None) -> None:
        self.state = state or CompareState()
        self.left = w.Dropdown(description="Left").add_class("gg-field")
        self.right = w.Dropdown(description="Right").add_class("gg-field")
        self._said, self._facts = box(), box()
        self.grid = Grid("Features whose verdict differs", _COLUMNS, lines=8,
                         empty="No feature has another verdict.")  # fmt: skip
        self._charts: list[Chart] = []
        self._sides = w.Box().add_class("gg-sides")
        title = box("<h4>Features whose verdict differs</h4>")
        self._body = w.VBox([self._facts, title, self.grid, self._sides])
        super().__init__(
            "Compare",
            [w.Box([self.left, self.right]).add_class("gg-sides"), self._said, self._body],
            kind="compare",
        )
        for side, field in (("left", self.left), ("right", self.right)):
            field.observe(self._chooser(side), "value")
        self.state.observe(self._show, ["comparison", "error", "left", "right"])
        self.grid.observe(self._ring, "selected")
        self.offer()
        self._show(None)

    def _chooser(self, side: str) -> Callable[[dict[str, str]], None]:
        return lambda change: setattr(self.state, side, change["new"] or "")

    def offer(self) -> None:
        """Offer the sessions that are there now; what is chosen stays."""
        sessions, self.state.error = completed_sessions(self.state.history)
        options = [("choose a session", ""), *sessions]
        for field, chosen in ((self.left, self.state.left), (self.right, self.state.right)):
            field.options = options
            field.value = chosen if chosen in {sid for _, sid in options} else ""

    def _show(self, _: object) -> None:
        found = self.state.comparison
        self._said.value = say(self.state.error, "error") or (
            say(found.headline()) if found else f"<p class='gg-empty'>{self.state.why_not}</p>"
        )
        self._body.layout.display = "" if found else "none"
        if found:
            self._facts.value = _facts(found)
            self.grid.show(found.differences())
            self._draw(found)

    def _draw(self, found: Comparison) -> None:
        if not self._charts:
            self._charts = [Chart("Left"), Chart("Right")]
            self._titles = [box(), box()]
            pairs = zip(self._titles, self._charts, strict=True)
            self._sides.children = [w.VBox([t, c]).add_class("gg-chart-card") for t, c in pairs]
        for title, chart, analysis in zip(
            self._titles, self._charts, (found.left, found.right), strict=True
        ):
            title.value = f"<h4>{escape(analysis.source.name)}</h4>"
            chart.show(interactive(analysis, "reduced"))

    def _ring(self, change: dict[str, int]) -> None:
        """Ring the chosen feature in both charts."""
        found, row = self.state.comparison, change["new"]
        if found is None or row < 0:
            return
        pair = found.differences().iloc[row]
        for chart, side in zip(self._charts, ("left", "right"), strict=True):
            chart.selected = int(pair[f"feature_id_{side}"])


def _facts(found: Comparison) -> str:
    settings = found.settings()
    same = "" if settings["differs"].any() else "<p>Both have the same settings.</p>"
    differ = settings[settings["differs"]][["setting", "left", "right"]].to_numpy()
    told = table(["Setting", "Left", "Right"], differ, label="Settings that differ")
    counts = found.counts()
    numbers = table(
        ["Verdict", "Left", "Right", "Difference"],
        [[v, f"{a:,}", f"{b:,}", f"{d:+,}"] for v, a, b, d in counts.to_numpy()],
        label="Counts of verdicts",
    )
    return f"<div class='gg-sides'><div>{same or told}</div><div>{numbers}</div></div>"
