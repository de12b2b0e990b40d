"""The features to look at first, one line each, and how many are decided."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from ganglioside.questions.review_queue import GROUPS
from ganglioside.verdicts.review import DECISIONS
from ganglioside_widgets.elements.queue import Queue, QueuedFeature
from ganglioside_widgets.panels.base import Panel, box, say
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.review import ReviewState

#: Sign of each decision in the list.
_SIGNS: Final = {"accepted": "✓", "renamed": "✎", "rejected": "✗", "later": "…"}

_DISAGREED: Final = "Two people disagree"
_DISAGREED_HELP: Final = "Confirm what is right, or decide anew"


class QueuePanel(Panel):
    """What to look at first, in groups; a line opens its feature, several can be marked.

    Parameters
    ----------
    results : ResultsState
    review : ReviewState
    """

    def __init__(self, results: ResultsState, review: ReviewState) -> None:
        self.results, self.review = results, review
        self.progress = box(kind="review-progress")
        titles = {_DISAGREED: _DISAGREED_HELP} | {group.title: group.help for group in GROUPS}
        signs = {kind.name: _SIGNS[kind.name] for kind in DECISIONS}
        self.list = Queue("Features to review", signs, titles)
        self.findings = box(kind="findings")
        parts = [self.progress, self.list, self.findings]
        super().__init__("To review", parts, kind="queue-panel")
        self.list.on_open(self.results.select)
        self.list.on_mark(self.review.mark)
        review.observe(self._show, ["queue", "is_ready", "marked", "decisions"])
        results.observe(self._show, "analysis")
        results.observe(self._show_findings, "analysis")
        results.observe(self._choose, "selected")
        self._show(None)
        self._show_findings(None)

    def _show_findings(self, _: object) -> None:
        analysis = self.results.analysis
        self.findings.value = "" if analysis is None else _notes(analysis.findings)

    def _choose(self, _: object) -> None:
        self.list.selected = self.results.selected

    def _show(self, _: object) -> None:
        done, total = self.review.progress
        self.list.show([*self._disagreed(), *self._items()], self.review.marked)
        self._choose(None)
        if self.results.analysis is None:
            self.progress.value = ""
        elif total:
            self.progress.value = (
                f"<progress max='{total}' value='{done}' aria-label='Reviewed'></progress>"
                f"<span role='status'>{done} of {total} reviewed</span>"
            )
        elif self.review.is_ready:
            self.progress.value = "<p class='gg-empty'>Nothing here needs a second look.</p>"
        else:
            self.progress.value = "<p class='gg-empty'>Looking for what needs a second look ...</p>"

    def _disagreed(self) -> list[QueuedFeature]:
        """Features on which two people decided differently, first of all."""
        decisions = self.review.decisions
        if decisions is None or self.results.analysis is None:
            return []
        verdicts = self.results.analysis.features["verdict"]
        return [
            QueuedFeature(
                id=int(str(feature_id)),
                group=_DISAGREED,
                name=self._name(int(str(feature_id))),
                verdict=str(verdicts.iloc[int(str(feature_id))]),
                text=", ".join(f"{row.author}: {row.decision}" for row in rows.itertuples()),
                decision="",
                place=self._place(int(str(feature_id))),
            )
            for feature_id, rows in decisions.disagreements.groupby("feature_id", sort=False)
        ]

    def _items(self) -> list[QueuedFeature]:
        titles = {group.name: group.title for group in GROUPS}
        return [
            QueuedFeature(
                id=int(row["feature_id"]),
                group=titles[str(row["group"])],
                name=self._name(int(row["feature_id"])),
                verdict=str(row["verdict"]),
                text=str(row["why"]),
                decision=self.review.decision(int(row["feature_id"])) or "",
                place=self._place(int(row["feature_id"])),
            )
            for row in self.review.queue.to_dict("records")
        ]

    def _name(self, feature_id: int) -> str:
        features = self.results.features
        name = features["name"].iloc[feature_id]
        return "(no name)" if pd.isna(name) else str(name)

    def _place(self, feature_id: int) -> str:
        """Row of a feature in the file; empty where it has none."""
        features = self.results.features
        row = features["row"].iloc[feature_id] if "row" in features else None
        return "" if pd.isna(row) else f"row {row}"


def warnings(findings: pd.DataFrame) -> str:
    """Grave findings about the whole table as HTML: the first in sight, the others folded up."""
    grave = findings[findings["feature_id"].isna() & (findings["severity"] != "info")]
    first, *others = [say(f"{f.message} {f.advice}", "warning") for f in grave.itertuples()] or [""]
    if not others:
        return first
    count = f"{len(others)} more warning{'' if len(others) == 1 else 's'}"
    return f"{first}<details><summary>{count}</summary>{''.join(others)}</details>"


def _notes(findings: pd.DataFrame) -> str:
    """Findings of little weight about the whole table as HTML, folded up."""
    light = findings[findings["feature_id"].isna() & (findings["severity"] == "info")]
    if light.empty:
        return ""
    items = "".join(f"<li>{escape(str(row.message))}</li>" for row in light.itertuples())
    count = f"{len(light)} note{'' if len(light) == 1 else 's'} on the whole table"
    return f"<details><summary>{count}</summary><ul>{items}</ul></details>"
