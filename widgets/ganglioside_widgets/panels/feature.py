"""The selected feature: its name to decide on, the evidence, other names, its family."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import Any, Final, TypeAlias

import ipywidgets as w
import pandas as pd

from ganglioside.charts.evidence import series_curve, sticks
from ganglioside.columns import EXPLAINED_VERDICTS, VERDICTS
from ganglioside.lipids.process_words import process_words, processes_in_words
from ganglioside.questions.explanation import Explanation, Hypothesis
from ganglioside.questions.score_card import Score
from ganglioside.support.formatting import (
    MISSING,
    area,
    confidence,
    minutes,
    percent,
    ratio_percent,
    with_sign,
)
from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import Column, Grid, verdict_column
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.panels.base import (
    Panel,
    box,
    button,
    fact_list,
    number,
    say,
    verdict_mark,
)
from ganglioside_widgets.panels.decisions import DecisionBar
from ganglioside_widgets.state.results import ResultsState, same_table
from ganglioside_widgets.state.review import ReviewState

_FAMILY_COLUMNS: Final = (
    Column("called", "Name", 136, help="Pieces stand below what they come from"),
    Column("process", "Process", 196, help="Loss or other ion by which it comes from its parent"),
    Column("ratio", "Area", 84, help="Peak area over that of its parent"),
    Column("usual", "Usual", 84, help="Usual ratio of this process in this table"),
    verdict_column("verdict", "Verdict"),
)

#: Least probability of a listed hypothesis, and most hypotheses listed; others are counted.
_LEAST_PROBABILITY: Final = 0.001
_MOST_LISTED: Final = 6

#: Verdicts beside which other names are suggested.

#: s, after which whoever goes through features is taken to stay at one.
_REST: Final = 0.1

#: Suggested names with a button each.
_SUGGESTED: Final = 3

#: The choice that leaves the verdict to the model.
_MODEL: Final = "(as the model)"

#: Feature, and the verdict and note of its override.
_Saved: TypeAlias = tuple[int, str, str]

_TITLES: Final = {
    "retention": "Retention time",
    "co-elution": "Co-elution",
    "area": "Peak area",
    "mass": "Mass",
}


class FeaturePanel(Panel):
    """Evidence, other names, family and decision of the feature selected in a result.

    Parameters
    ----------
    state : ResultsState
    review : ReviewState, optional
        One of its own where omitted.

    Examples
    --------
    >>> import ganglioside as gg
    >>> state = ResultsState(analysis=gg.analyze(gg.example()))
    >>> panel = FeaturePanel(state)
    >>> state.select(3)
    >>> panel.anchor.description
    'Mark as anchor'
    """

    def __init__(self, state: ResultsState, review: ReviewState | None = None) -> None:
        self.state = state
        self.review = review or ReviewState(state, lambda: "")
        self.card, self.scores, self.hypotheses = box(kind="card"), box(kind="scores"), box()
        self.bar = DecisionBar(self.state, self.review)
        self.names = w.VBox([]).add_class("gg-names")
        self.family = Grid("Family", _FAMILY_COLUMNS, key="feature_id", lines=5, can_sort=False)
        self.curve = Chart("Retention of the series")
        self.lanes = Chart("Peaks of the ceramide")
        self._facts = box()
        self._waiting: asyncio.TimerHandle | None = None
        self._saved: _Saved | None = None
        self._drafts: dict[_Saved, tuple[str, str]] = {}
        self._build_override()
        self._family = _titled("Family: parent, fragments, other ions", self.family)
        self._curve = _titled("Its series", self.curve)
        self._lanes = _titled("All peaks of this ceramide", self.lanes)
        self._details = w.VBox(
            [
                self.bar,
                self.scores,
                self.names,
                self._family,
                self._lanes,
                self._curve,
                self.hypotheses,
                self._facts,
                self._override,
            ]
        )
        super().__init__("", [self.card, self._details], kind="feature")
        for part in (self.curve, self.lanes):
            part.observe(lambda change: self.state.select(change["new"]), "selected")
        self.family.on_select(self.state.select)
        state.observe(self._other_analysis, "analysis")
        state.observe(self._show, ["selected", "analysis"])
        state.observe(lambda _: self._show_error(), "error")
        self.review.observe(lambda _: self._show_names(), "queue")
        self._show(None)

    def _build_override(self) -> None:
        verdicts = [(_MODEL, ""), *((verdict, verdict) for verdict in VERDICTS)]
        self.verdict = Select(description="My verdict", options=verdicts)
        self.verdict.add_class("gg-field")
        self.note = Field("Reason", "MS/MS, a standard, ...", rows=2)
        self.save = button("Save", self._save, kind="primary", tip="Save my verdict and note")
        self.anchor = button("Mark as anchor", self._toggle_anchor)
        self.undo = button("Undo", self._undo, tip="Undo my changes to this feature")
        buttons = w.HBox([self.save, self.anchor, self.undo]).add_class("gg-buttons")
        self._error, self._pending = box(), box()
        parts = [self.verdict, self.note, buttons, self._error, self._pending]
        self._override = _titled("Another verdict, or an anchor", *parts).add_class("gg-override")

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
        if feature is None or self.state.analysis is None:
            self._keep_draft()
            self._saved = None
            self.card.value = (
                "<p class='gg-empty'>Select a point, a row or a line of the list to see the "
                "evidence. The arrow keys go through the table, n and p through the list.</p>"
            )
            return
        self.card.value = _card(feature)
        explanation = self.state.explanation()
        self.scores.value = _score_card(self.state.score_card())
        self.hypotheses.value = _hypotheses(explanation) if explanation else ""
        self._facts.value = _facts(feature, self._is_anchor())
        self._show_names()
        self._show_family()
        self._show_override()
        self._draw_at_rest()

    def _draw_at_rest(self) -> None:
        """Draw the charts once the visitor stays at a feature: its evidence comes first."""
        if self._waiting is not None:
            self._waiting.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a script without an event loop
            self._draw()
            return
        self._waiting = loop.call_later(_REST, self._draw)

    def _draw(self) -> None:
        """Draw the two charts of the feature; where one has nothing to show, it is not there."""
        analysis, selected = self.state.analysis, self.state.selected
        if analysis is None or self.state.feature() is None:
            return  # it is gone meanwhile
        for chart, part, spec in (
            (self.curve, self._curve, series_curve(analysis, selected)),
            (self.lanes, self._lanes, sticks(analysis, selected)),
        ):
            part.layout.display = "" if spec.data else "none"
            chart.show(spec)
            chart.selected = selected

    def _show_names(self) -> None:
        """Offer the names that fit better, each with a button to use it."""
        lines = [self._name_line(row) for row in self._other_names()]
        title = box("<h4>What it could be</h4>")
        self.names.children = (title, *lines) if lines else ()

    def _other_names(self) -> list[dict[str, Any]]:
        """Suggestions for a feature whose name is not believed, other than its own name."""
        feature = self.state.feature()
        if feature is None or str(feature["verdict"]) in EXPLAINED_VERDICTS:
            return []
        suggestions = self.state.suggestions()
        if suggestions is None:
            return []
        others = suggestions[suggestions["name"] != feature["name"]].head(_SUGGESTED)
        rows: list[dict[str, Any]] = others.to_dict("records")
        return rows

    def _name_line(self, suggestion: dict[str, Any]) -> w.HBox:
        name = str(suggestion["name"])
        text = box(_suggestion(suggestion), kind="name")
        if pd.notna(suggestion["process"]):  # no species of its own: another ion of one
            return w.HBox([text]).add_class("gg-name-line")
        use = button("Use this name", self._use(name), tip=f"Rename to {name}")
        return w.HBox([text, use]).add_class("gg-name-line")

    def _use(self, name: str) -> Callable[[], None]:
        return lambda: self.bar.decide("renamed", name=name)

    def _show_family(self) -> None:
        family = self.state.family()
        self._family.layout.display = "none" if len(family) < 2 else ""
        with self.family.hold_sync():
            self.family.show(_family_rows(family))
            self.family.selected = self.state.selected

    def _show_override(self) -> None:
        override = self.state.override()
        # The dropdown has no choice None.
        verdict = (override.verdict or "") if override is not None else ""
        note = override.note if override is not None else ""
        saved = (self.state.selected, verdict, note)
        if saved != self._saved:  # what is chosen and typed, but not saved, stays
            self._keep_draft()
            self._saved = saved
            self.verdict.value, self.note.value = self._drafts.pop(saved, (verdict, note))
        self.anchor.description = "Unmark as anchor" if self._is_anchor() else "Mark as anchor"
        self.undo.disabled = override is None

    def _keep_draft(self) -> None:
        """Keep what is chosen and typed, but not saved, where another feature is selected."""
        if self._saved is None or self._saved[0] == self.state.selected:
            return
        typed = (str(self.verdict.value), str(self.note.value))
        if typed != self._saved[1:]:
            self._drafts[self._saved] = typed

    def _other_analysis(self, change: dict[str, object]) -> None:
        """Forget what was typed of the features of another table."""
        if not same_table(change["old"], change["new"]):
            self._drafts.clear()

    def _show_error(self) -> None:
        self._error.value = say(self.state.error, "error")
        marks = len(self.state.pending_marks())
        text = ""
        if marks:
            subject = "mark waits" if marks == 1 else "marks wait"
            text = f"{marks} anchor {subject} for the next run: press Run again."
        self._pending.value = say(text, "warning")


def _titled(title: str, *parts: w.Widget) -> w.VBox:
    """Parts of the panel below a title of their own."""
    return w.VBox([box(f"<h4>{escape(title)}</h4>"), *parts]).add_class("gg-part")


def _card(feature: pd.Series) -> str:
    """Name, verdict and reason of a feature as HTML."""
    name = "(no name)" if pd.isna(feature["name"]) else str(feature["name"])
    row = f"row {int(feature['row'])}, " if pd.notna(feature.get("row")) else ""
    sure = confidence(feature["confidence"], missing="")
    return (
        f"<h3>{escape(name)} <small>{row}feature {int(feature['feature_id'])}</small></h3>"
        f"<p>{verdict_mark(str(feature['verdict']))}"
        f"{f' <span>confidence {sure}</span>' if sure else ''}</p>"
        f"<p class='gg-reason'>{escape(str(feature['reason']))}</p>"
    )


def _sigmas(residual: float) -> str:
    """A residual in standard deviations; a dash where there is none."""
    return MISSING if pd.isna(residual) else f"{with_sign(residual)} sigma"


def _facts(feature: pd.Series, is_anchor: bool) -> str:
    """Measured and computed numbers of a feature, folded up, as HTML."""
    formula = MISSING if pd.isna(feature["formula"]) else str(feature["formula"])
    lower, upper = feature["rt_lower"], feature["rt_upper"]
    facts = [
        ("RT", minutes(feature["rt"])),
        ("Predicted", minutes(feature["predicted_rt"])),
        ("95 % interval", f"{minutes(lower, unit='')} to {minutes(upper)}"),
        ("Residual", _sigmas(feature["standardized_residual"])),
        ("Peak area", area(feature["volume"])),
        ("Anchor", "yes" if is_anchor else "no"),
        ("Formula", formula),
        ("Mass", number(feature["monoisotopic_mass"], ".4f", "Da")),
    ]
    return f"<details><summary>Numbers</summary>{fact_list(facts)}</details>"


def _score_card(scores: tuple[Score, ...]) -> str:
    """One bar for each kind of evidence, as HTML: how well it agrees with the name."""
    if not scores:
        return ""
    bars = "".join(map(_score, scores))
    return f"<h4>Does the evidence agree with the name?</h4><div class='gg-score-card'>{bars}</div>"


def _score(score: Score) -> str:
    title = _TITLES[score.kind]
    if score.agreement is None:
        bar = "<i class='gg-score-none'>no evidence</i>"
    else:
        share = 100 * score.agreement
        bar = (
            f"<i class='gg-score gg-score-{score.level}' role='img' "
            f"aria-label='{escape(title)}: agreement {share:.0f} %'>"
            f"<u style='width:{max(share, 2):.0f}%'></u></i>"
        )
    return f"<b>{escape(title)}</b>{bar}<small>{escape(score.text)}</small>"


def _suggestion(suggestion: dict[str, Any]) -> str:
    """Suggested name with its distance in RT and mass, as HTML."""
    process = suggestion["process"]
    by = "" if pd.isna(process) else f", {escape(process_words(process))}"
    apart = minutes(abs(suggestion["difference"]))
    mass = (
        f", {with_sign(suggestion['ppm'])} ppm"
        if pd.notna(suggestion["ppm"])
        else f", {with_sign(suggestion['mass_difference_mda'])} mDa from the present name"
    )
    sigma = number(abs(suggestion["sigma"]), ".1f", "sigma")
    return (
        f"<b>{escape(str(suggestion['name']))}</b>{by} "
        f"<small>{apart} ({sigma}) from its expected RT{escape(mass)}</small>"
    )


def _family_rows(family: pd.DataFrame) -> pd.DataFrame:
    """Rows of the family as a tree: names indented, areas as shares of the parent's."""
    if family.empty:
        return family
    indents = family["depth"].map(
        lambda depth: "\u2003" * max(int(depth) - 1, 0) + "└ " * (depth > 0)
    )
    return family.assign(
        called=indents + family["name"].fillna("(no name)"),
        verdict=family["verdict"].astype("str"),
        process=processes_in_words(family["process"]),
        ratio=[ratio_percent(value, MISSING) for value in family["area_ratio"]],
        usual=[ratio_percent(value, MISSING) for value in family["usual_ratio"]],
    )


def _hypotheses(explanation: Explanation) -> str:
    """Most probable hypotheses of a feature as an HTML list, folded up."""
    listed = [
        hypothesis
        for hypothesis in explanation.hypotheses[:_MOST_LISTED]
        if hypothesis.probability >= _LEAST_PROBABILITY
    ]
    if not listed:
        return "<p>No other explanation was considered.</p>"
    items = "".join(_hypothesis(hypothesis) for hypothesis in listed)
    rest = len(explanation.hypotheses) - len(listed)
    are = "1 other is" if rest == 1 else f"{rest:,} others are"
    more = f"<p><small>{are} less likely than 0.1 %.</small></p>" if rest else ""
    return (
        "<details open><summary>Possible explanations, with their probability</summary>"
        f"<ol class='gg-odds'>{items}</ol>{more}</details>"
    )


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
