"""Buttons to decide on the name of the selected feature, by mouse or by one key."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from ganglioside.verdicts.overrides import Override
from ganglioside.verdicts.review import DECISIONS
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.panels.base import box, button, say
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.review import ReviewState
from ganglioside_widgets.visitor_time import time_element

#: Keys that are no decisions, with their buttons' labels.
UNDO_KEY, CONFIRM_KEY = "u", "c"


class DecisionBar(w.VBox):  # type: ignore[misc]
    """Accept, rename, reject or leave the name of a feature; confirm what another decided.

    Each decision goes on to the next open feature of the list.

    Parameters
    ----------
    results : ResultsState
    review : ReviewState

    Attributes
    ----------
    buttons : dict of str to Button
        By decision.
    """

    def __init__(self, results: ResultsState, review: ReviewState) -> None:
        self.results, self.review = results, review
        self.buttons = {
            kind.name: button(
                f"{kind.label} ({kind.key})", self._on_click(kind.name), tip=kind.help
            )
            for kind in DECISIONS
        }
        self.undo = button(f"Undo ({UNDO_KEY})", self._undo, tip="Undo the last change made here")
        self.confirm = button(
            f"Confirm ({CONFIRM_KEY})", self._confirm, tip="Confirm what another person decided"
        )
        row = w.HBox([*self.buttons.values(), self.undo]).add_class("gg-buttons")
        second = w.HBox([self.confirm]).add_class("gg-buttons")
        self.name = Field("New name", "another species, then Enter")
        self.note = Field("Note", "optional: MS/MS, a standard, ...")
        self.note.add_class("gg-decision-note")
        self.name.add_class("gg-new-name")
        self._said, self._who = box(kind="said"), box(kind="who")
        # What comes and goes is below what is pressed and typed in, which stays in place.
        super().__init__([row, self.name, self.note, second, self._said, self._who])
        self.add_class("gg-decisions")
        results.observe(self._show, ["selected", "analysis", "stale"])
        review.observe(self._show, ["queue", "marked", "said", "saved", "error", "decisions"])
        results.observe(self._other_feature, "selected")
        self._other_feature(None)
        self._show(None)

    def decide(self, decision: str, *, name: str = "") -> None:
        """Take a decision on the selected or marked features, then go on to the next."""
        new, note = name or self._new_name(), self.note.value
        self.review.then_on(lambda: self.review.decide(decision, name=new, note=note))

    def _new_name(self) -> str:
        """The name in the field; empty for marked features, unless it was typed."""
        is_typed = self.name.value.strip() != self._prefilled
        return self.name.value if is_typed or not self.review.marked else ""

    def _on_click(self, decision: str) -> Callable[[], None]:
        return lambda: self.decide(decision)

    def _undo(self) -> None:
        self.review.undo()

    def _confirm(self) -> None:
        self.review.then_on(self.review.confirm)

    def _other_feature(self, _: object) -> None:
        override = self.results.override()
        given = None if override is None else override.name
        self._prefilled = given or self.review.suggested(self.results.selected)
        self.name.value = self._prefilled
        self.note.value = ""

    def _show(self, _: object) -> None:
        stale = self.results.stale
        of = self._number()
        for kind in DECISIONS:
            each = self.buttons[kind.name]
            each.disabled = bool(stale)
            each.description = f"{kind.label}{of} ({kind.key})"
        self.undo.disabled = bool(stale) or not self.review.can_undo
        override = self.results.override()
        can_confirm = (
            override is not None and override.is_decided and override.author != self.review.author()
        )
        self.confirm.layout.display = "" if can_confirm and not stale else "none"
        self._said.value = say(self.review.error, "error") or say(self._told())
        self._who.value = self._who_decided(override)

    def _number(self) -> str:
        """Number of marked features, for the buttons; empty for the selected one alone."""
        marked = self.review.marked
        return f" {len(marked)}" if marked and marked != (self.results.selected,) else ""

    def _told(self) -> str:
        """What the last deed did, and whether it is saved."""
        return f"{self.review.said} {self.review.saved}".strip() if self.review.said else ""

    def _who_decided(self, override: Override | None) -> str:
        """Sentences on who decided what on the feature, as HTML."""
        if override is None or override.decision is None:
            return ""
        words = override.decision + (f" to {override.name}" if override.name else "")
        by = f"{words[0].upper()}{words[1:]} by {override.author or 'nobody named'}, "
        text = f"{escape(by)}{time_element(override.time)}"
        if override.note:
            text += f": {escape(override.note)}"
        if override.confirmed_by and override.confirmed_at is not None:
            when = time_element(override.confirmed_at)
            text += f"<br>Confirmed by {escape(override.confirmed_by)}, {when}"
        return f"<p>{text}</p>{self._disagreement()}"

    def _disagreement(self) -> str:
        """What others decided otherwise on the feature, as HTML."""
        decisions = self.review.decisions
        if decisions is None or self.results.selected not in set(
            decisions.disagreements["feature_id"]
        ):
            return ""
        rows = decisions.by_person[decisions.by_person["feature_id"] == self.results.selected]
        each = ", ".join(f"{row.author}: {row.decision}" for row in rows.itertuples())
        return say(f"Two people decided differently: {each}.", "warning")
