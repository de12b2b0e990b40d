"""One feature: why its verdict, what else it could be, its family, and the analyst's word."""

from __future__ import annotations

from html import escape

import ipywidgets as w
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.questions.explanation import Explanation, Hypothesis
from ganglioside.support.formatting import area, minutes, percent
from ganglioside_widgets.elements.grid import NONE, Column, Grid
from ganglioside_widgets.panels.base import Panel, box, button, number, say, verdict_mark
from ganglioside_widgets.state.results import ResultsState

_FAMILY = (
    Column("name", "Name", 130),
    Column("rt", "RT (min)", 70, "3"),
    Column("verdict", "Verdict", 112, "verdict"),
    Column("process", "Process", 110),
    Column("volume", "Peak area", 80, "short"),
)

#: Less likely hypotheses are only counted.
_WORTH_A_LINE = 0.001
_MOST_LINES = 6
_MODEL = "the model's"


class FeaturePanel(Panel):
    """All about the selected feature of a result."""

    def __init__(self, state: ResultsState) -> None:
        self.state = state
        self.card, self.hypotheses = box(kind="card"), box(kind="hypotheses")
        self.family = Grid("Family: parent and pieces", _FAMILY, lines=5)
        self._kin: list[int] = []
        self._build_review()
        self._family_title = box("<h4>Family: parent and pieces</h4>")
        self._details = w.VBox([self.hypotheses, self._family_title, self.family, self._review])
        super().__init__("", [self.card, self._details], kind="feature")
        self.family.observe(self._kin_picked, "selected")
        state.observe(self._show, ["selected", "analysis"])
        state.observe(lambda _: self._show_error(), "error")
        self._show(None)

    def _build_review(self) -> None:
        self.verdict = w.Dropdown(
            description="My verdict", options=[(_MODEL, ""), *((v, v) for v in VERDICTS)]
        ).add_class("gg-field")
        self.note = w.Textarea(
            description="Note", placeholder="why: MS/MS, a standard, ...", rows=2
        ).add_class("gg-field")
        self.keep = button("Keep my verdict", self._keep, kind="primary")
        self.anchor = button("Mark as anchor", self._turn_anchor)
        self.withdraw = button("Take back", self._withdraw, tip="Take back what I said")
        self._error = box()
        self._pending = box()
        buttons = w.HBox([self.keep, self.anchor, self.withdraw]).add_class("gg-buttons")
        self._review = w.VBox(
            [box("<h4>My own verdict, kept beside the model's</h4>"), self.verdict, self.note,
             buttons, self._error, self._pending]
        ).add_class("gg-review")  # fmt: skip

    def _keep(self) -> None:
        self.state.say_verdict(self.verdict.value or None, self.note.value)

    def _turn_anchor(self) -> None:
        self.state.say_anchor(not self._is_anchor())

    def _withdraw(self) -> None:
        self.state.withdraw()

    def _is_anchor(self) -> bool:
        feature, said = self.state.feature(), self.state.override()
        if said is not None and said.anchor is not None:
            return said.anchor
        return feature is not None and bool(feature["anchor"])

    def _kin_picked(self, change: dict[str, int]) -> None:
        if 0 <= change["new"] < len(self._kin):
            self.state.select(self._kin[change["new"]])

    def _show(self, _: object) -> None:
        feature = self.state.feature()
        self._details.layout.display = "" if feature is not None else "none"
        self._show_error()
        if feature is None:
            self.card.value = (
                "<p class='gg-empty'>Click a point of the chart or a row of the table: here "
                "stands why it has its verdict, and what else it could be.</p>"
            )
            return
        explanation = self.state.explanation()
        self.card.value = _card(feature, self._is_anchor())
        self.hypotheses.value = _hypotheses(explanation) if explanation else ""
        self._show_family()
        self._show_review()

    def _show_family(self) -> None:
        family = self.state.family()
        self._kin = [int(k) for k in family["feature_id"]]
        alone = len(family) < 2
        for part in (self._family_title, self.family):
            part.layout.display = "none" if alone else ""
        with self.family.hold_sync():
            self.family.show(family.assign(verdict=family["verdict"].astype("str")))
            selected = self.state.selected
            self.family.selected = self._kin.index(selected) if selected in self._kin else NONE

    def _show_review(self) -> None:
        said = self.state.override()
        self.verdict.value = (said and said.verdict) or ""  # a None would show nothing
        self.note.value = said.note if said else ""
        self.anchor.description = "Unmark as anchor" if self._is_anchor() else "Mark as anchor"
        self.withdraw.disabled = said is None

    def _show_error(self) -> None:
        self._error.value = say(self.state.error, "error")
        marks = len(self.state.pending_marks())
        plural = "mark waits" if marks == 1 else "marks wait"
        self._pending.value = (
            say(f"{marks} anchor {plural} for the next run: press Run again.", "warning")
            if marks
            else ""
        )


def _card(feature: pd.Series, anchor: bool) -> str:
    name = "a row without a name" if pd.isna(feature["name"]) else str(feature["name"])
    lower, upper = feature["rt_lower"], feature["rt_upper"]
    interval = f"{minutes(lower, unit='')} to {minutes(upper)}"
    facts = [
        ("RT", minutes(feature["rt"])),
        ("Predicted", minutes(feature["predicted_rt"])),
        ("95 % interval", interval),
        ("Residual", number(feature["standardized_residual"], "+.1f", "sigma")),
        ("Peak area", area(feature["volume"])),
        ("Anchor", "yes" if anchor else "no"),
        ("Formula", "–" if pd.isna(feature["formula"]) else str(feature["formula"])),
        ("Mass", number(feature["monoisotopic_mass"], ".4f", "Da")),
    ]
    listed = "".join(f"<div><b>{escape(k)}</b><span>{escape(v)}</span></div>" for k, v in facts)
    return (
        f"<h3>{escape(name)} <small>feature {int(feature['feature_id'])}</small></h3>"
        f"<p>{verdict_mark(str(feature['verdict']))} "
        f"<span>confidence {percent(feature['confidence'])}</span></p>"
        f"<p class='gg-reason'>{escape(str(feature['reason']))}</p>"
        f"<div class='gg-facts'>{listed}</div>"
    )


def _hypotheses(explanation: Explanation) -> str:
    shown = [h for h in explanation.hypotheses[:_MOST_LINES] if h.probability >= _WORTH_A_LINE]
    if not shown:
        return "<p>No other explanation was weighed.</p>"
    items = "".join(map(_hypothesis, shown))
    rest = len(explanation.hypotheses) - len(shown)
    more = f"<p><small>{rest} others are less likely than 0.1 % each.</small></p>" if rest else ""
    return f"<h4>What it could be</h4><ol class='gg-odds'>{items}</ol>{more}"


def _hypothesis(h: Hypothesis) -> str:
    expected = (
        f"expected {minutes(h.expected_rt)}, {minutes(h.difference, signed=True)} apart; "
        if pd.notna(h.expected_rt)
        else ""
    )
    return (
        f"<li><b>{percent(h.probability)}</b> {escape(h.statement)}"
        f"<i style='width:{max(100 * h.probability, 0.5):.1f}%'></i>"
        f"<small>{escape(expected + h.basis)}</small></li>"
    )
