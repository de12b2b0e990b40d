"""The selected feature: evidence for its verdict, other explanations, its family, its override."""

from __future__ import annotations

from html import escape
from typing import Final

import ipywidgets as w
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.questions.explanation import Explanation, Hypothesis
from ganglioside.support.formatting import area, minutes, percent
from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.panels.base import (
    Panel,
    box,
    button,
    fact_list,
    number,
    say,
    verdict_mark,
)
from ganglioside_widgets.state.results import ResultsState

_FAMILY: Final = "Family: parent, fragments, adducts"
_FAMILY_COLUMNS: Final = (
    Column("name", "Name", 130),
    Column("rt", "RT (min)", 70, "3"),
    Column("verdict", "Verdict", 112, "verdict"),
    Column("process", "Process", 110),
    Column("volume", "Peak area", 80, "short"),
)

#: Least probability of a listed hypothesis, and most hypotheses listed; others are counted.
_LEAST_PROBABILITY: Final = 0.001
_MOST_LISTED: Final = 6

#: The choice that leaves the verdict to the model.
_MODEL: Final = "(as the model)"


class FeaturePanel(Panel):
    """Evidence, explanations, family and override of the feature selected in a result.

    Parameters
    ----------
    state : ResultsState

    Examples
    --------
    >>> import ganglioside as gg
    >>> state = ResultsState(analysis=gg.analyze(gg.example()))
    >>> panel = FeaturePanel(state)
    >>> state.select(3)
    >>> panel.anchor.description
    'Mark as anchor'
    """

    def __init__(self, state: ResultsState) -> None:
        self.state = state
        self.card = box(kind="card")
        self.hypotheses = box(kind="hypotheses")
        self.family = Grid(_FAMILY, _FAMILY_COLUMNS, key="feature_id", lines=5)
        self._build_override()
        self._family_title = box(f"<h4>{_FAMILY}</h4>")
        self._details = w.VBox([self.hypotheses, self._family_title, self.family, self._override])
        super().__init__("", [self.card, self._details], kind="feature")
        self.family.on_select(self.state.select)
        state.observe(self._show, ["selected", "analysis"])
        state.observe(lambda _: self._show_error(), "error")
        self._show(None)

    def _build_override(self) -> None:
        verdicts = [(_MODEL, ""), *((verdict, verdict) for verdict in VERDICTS)]
        self.verdict = w.Dropdown(description="My verdict", options=verdicts)
        self.verdict.add_class("gg-field")
        self.note = w.Textarea(
            description="Note", placeholder="reason: MS/MS, a standard, ...", rows=2
        ).add_class("gg-field")
        self.save = button("Save", self._save, kind="primary", tip="Save my verdict and note")
        self.anchor = button("Mark as anchor", self._toggle_anchor)
        self.undo = button("Undo", self._undo, tip="Undo my changes to this feature")
        buttons = w.HBox([self.save, self.anchor, self.undo]).add_class("gg-buttons")
        self._error = box()
        self._pending = box()
        self._override = w.VBox(
            [
                box("<h4>Override the model's verdict</h4>"),
                self.verdict,
                self.note,
                buttons,
                self._error,
                self._pending,
            ]
        ).add_class("gg-override")

    def _save(self) -> None:
        self.state.override_verdict(self.verdict.value or None, self.note.value)

    def _toggle_anchor(self) -> None:
        self.state.override_anchor(not self._is_anchor())

    def _undo(self) -> None:
        self.state.undo_override()

    def _is_anchor(self) -> bool:
        override = self.state.override()
        if override is not None and override.anchor is not None:
            return override.anchor
        feature = self.state.feature()
        return feature is not None and bool(feature["anchor"])

    def _show(self, _: object) -> None:
        feature = self.state.feature()
        self._details.layout.display = "" if feature is not None else "none"
        self._show_error()
        if feature is None:
            self.card.value = (
                "<p class='gg-empty'>Select a point or a row to see the evidence for its verdict, "
                "and other explanations.</p>"
            )
            return
        explanation = self.state.explanation()
        self.card.value = _card(feature, self._is_anchor())
        self.hypotheses.value = _hypotheses(explanation) if explanation else ""
        self._show_family()
        self._show_override()

    def _show_family(self) -> None:
        family = self.state.family()
        is_alone = len(family) < 2
        for part in (self._family_title, self.family):
            part.layout.display = "none" if is_alone else ""
        with self.family.hold_sync():
            self.family.show(family.assign(verdict=family["verdict"].astype("str")))
            self.family.selected = self.state.selected

    def _show_override(self) -> None:
        override = self.state.override()
        # The dropdown has no choice None.
        self.verdict.value = (override.verdict or "") if override is not None else ""
        self.note.value = override.note if override is not None else ""
        self.anchor.description = "Unmark as anchor" if self._is_anchor() else "Mark as anchor"
        self.undo.disabled = override is None

    def _show_error(self) -> None:
        self._error.value = say(self.state.error, "error")
        marks = len(self.state.pending_marks())
        text = ""
        if marks:
            subject = "mark waits" if marks == 1 else "marks wait"
            text = f"{marks} anchor {subject} for the next run: press Run again."
        self._pending.value = say(text, "warning")


def _card(feature: pd.Series, is_anchor: bool) -> str:
    """Name, verdict, reason and measured facts of a feature as HTML."""
    name = "(no name)" if pd.isna(feature["name"]) else str(feature["name"])
    formula = "–" if pd.isna(feature["formula"]) else str(feature["formula"])
    lower, upper = feature["rt_lower"], feature["rt_upper"]
    interval = f"{minutes(lower, unit='')} to {minutes(upper)}"
    facts = [
        ("RT", minutes(feature["rt"])),
        ("Predicted", minutes(feature["predicted_rt"])),
        ("95 % interval", interval),
        ("Residual", number(feature["standardized_residual"], "+.1f", "sigma")),
        ("Peak area", area(feature["volume"])),
        ("Anchor", "yes" if is_anchor else "no"),
        ("Formula", formula),
        ("Mass", number(feature["monoisotopic_mass"], ".4f", "Da")),
    ]
    return (
        f"<h3>{escape(name)} <small>feature {int(feature['feature_id'])}</small></h3>"
        f"<p>{verdict_mark(str(feature['verdict']))} "
        f"<span>confidence {percent(feature['confidence'])}</span></p>"
        f"<p class='gg-reason'>{escape(str(feature['reason']))}</p>"
        f"{fact_list(facts)}"
    )


def _hypotheses(explanation: Explanation) -> str:
    """Most probable hypotheses of a feature as an HTML list."""
    listed = [
        hypothesis
        for hypothesis in explanation.hypotheses[:_MOST_LISTED]
        if hypothesis.probability >= _LEAST_PROBABILITY
    ]
    if not listed:
        return "<p>No other explanation was considered.</p>"
    items = "".join(_hypothesis(hypothesis) for hypothesis in listed)
    rest = len(explanation.hypotheses) - len(listed)
    more = f"<p><small>{rest} others are less likely than 0.1 % each.</small></p>" if rest else ""
    return f"<h4>Possible explanations</h4><ol class='gg-odds'>{items}</ol>{more}"


def _hypothesis(hypothesis: Hypothesis) -> str:
    details = hypothesis.basis
    if pd.notna(hypothesis.expected_rt):
        difference = minutes(hypothesis.difference, signed=True)
        details = f"expected {minutes(hypothesis.expected_rt)}, difference {difference}; {details}"
    width = max(100 * hypothesis.probability, 0.5)
    return (
        f"<li><b>{percent(hypothesis.probability)}</b> {escape(hypothesis.statement)}"
        f"<i style='width:{width:.1f}%'></i>"
        f"<small>{escape(details)}</small></li>"
    )
