"""The displayed result: rows, the selected feature, and the analyst's overrides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.columns import Verdict
from ganglioside.errors import GangliosideError
from ganglioside.lipids.process_words import processes_in_words
from ganglioside.questions.explanation import Explanation
from ganglioside.questions.score_card import Score
from ganglioside.support.caches import kept_with_first
from ganglioside.verdicts.overrides import Override
from ganglioside_widgets.state.row_filter import Chosen, RowView
from ganglioside_widgets.state.unsaved import stated

#: The value of `ResultsState.selected` where no feature is selected.
NONE = -1


class Change(NamedTuple):
    """What a deed put on a feature, and what it replaced; None where there was nothing."""

    before: Override | None
    made: Override | None


#: The changes of a deed by feature.
Deed = dict[int, Change]


class ResultsState(t.HasTraits):
    """The displayed analysis, with search, filters, order and selection.

    Parameters
    ----------
    author : callable, optional
        Returns the name under which overrides are made; empty where omitted.

    Attributes
    ----------
    analysis : Analysis or None
    selected : int
        A feature_id, or `NONE`.
    view : RowView
        Search, filters and order of the table.
    changes : str
        Effect of the last change of thresholds, or what the last run found otherwise.
    changed : tuple of int
        The features of that change.
    stale : str
        Why the displayed result is not that of the chosen table; empty where it is.
    error : str
        Why the last action was refused.

    Examples
    --------
    >>> import ganglioside as gg
    >>> state = ResultsState(lambda: "kh", analysis=gg.analyze(gg.example()))
    >>> state.select(3)
    >>> state.override_verdict("undetermined", "no MS/MS yet")
    True
    >>> state.override().note
    'no MS/MS yet'
    """

    analysis = t.Instance(Analysis, allow_none=True)
    selected = t.Int(NONE)
    view = t.Instance(RowView, ())
    changes = t.Unicode("")
    changed = t.Tuple()
    stale = t.Unicode("")
    error = t.Unicode("")

    def __init__(self, author: Callable[[], str] | None = None, **values: object) -> None:
        self._undoable: list[Deed] = []
        self._came_back: dict[Override, Override | None] = {}  # restored, and as it was before
        self._place: int | None = None  # of the selected row, where a deed took it out of the table
        super().__init__(**values)
        self._author = author or (lambda: "")

    @property
    def features(self) -> pd.DataFrame:
        """The features as people read them, overrides beside; empty without an analysis.

        The column `process` is in words: `loss of Hex + HexNAc`.
        """
        return _read(self.analysis) if self.analysis is not None else pd.DataFrame()

    def rows(self) -> npt.NDArray[np.int32]:
        """Positions of the features to show, in order, shape (R,)."""
        if self.analysis is None:
            return np.empty(0, np.int32)
        return self.view.rows(self.features)

    def refine(self, **changes: object) -> None:
        """Change fields of `view`: the search, a filter or the order."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]

    def choose(self, ids: Iterable[int], why: str) -> None:
        """Show only these features, with the reason; all where there are none."""
        known = tuple(sorted({i for i in ids if self._is_known(i)}))
        self.view = replace(self.view, chosen=Chosen(known, why) if known else None)

    def show_all(self) -> None:
        """Undo the search and every filter; the order stays."""
        self.view = self.view.without_filters()

    def move(self, step: int) -> None:
        """Select the feature so many rows further down the table; the nearest where it ends."""
        self.select(self.beside(step))

    def beside(self, step: int) -> int:
        """The feature so many rows below the selected one, or where the table ends; else `NONE`.

        Where a deed took the selected one out of a filtered table, the row in its place is next.
        """
        rows = self.rows()
        if not len(rows):
            return self.selected
        at = _position(rows, self.selected)
        if at is not None:
            there = at + step
        elif self._place is not None:
            there = self._place + (step - 1 if step > 0 else step)
        else:
            there = 0 if step > 0 else len(rows) - 1
        return int(rows[min(max(there, 0), len(rows) - 1)])

    def _is_known(self, feature_id: int) -> bool:
        return self.analysis is not None and 0 <= feature_id < len(self.analysis.features)

    def select(self, feature_id: int) -> None:
        """Select a feature by feature_id; one that the table lacks selects none.

        Selecting the selected one again, as a chart does once it is drawn, keeps the error.
        """
        wanted = feature_id if self._is_known(feature_id) else NONE
        if wanted != self.selected:
            self.error = ""
            self.selected = wanted

    @t.observe("analysis")
    def _other_analysis(self, change: dict[str, object]) -> None:
        """Forget selection, search and filters, unless the new analysis is of the same table."""
        if not _same_source(change["old"], change["new"]):
            self._undoable.clear()
            self._came_back.clear()
        if same_table(change["old"], change["new"]):
            self._keep_place(change["old"])
        else:
            self.selected = NONE
            self.view = RowView()
            self.changes, self.changed = "", ()
            self.error = ""

    def _keep_place(self, before: object) -> None:
        """Remember where the selected row was in the filtered table of before."""
        if isinstance(before, Analysis) and self.view.is_filtered:
            at = _position(self.view.rows(_read(before)), self.selected)
            self._place = self._place if at is None else at

    @t.observe("selected", "view")
    def _other_place(self, _: object) -> None:
        self._place = None

    @t.observe("stale")
    def _other_reason(self, change: dict[str, str]) -> None:
        """Forget a refusal whose reason holds no more."""
        if self.error == _undecidable(change["old"]):
            self.error = ""

    def feature(self) -> pd.Series[Any] | None:
        """Row of the selected feature; None without one."""
        if self.analysis is None or self.selected == NONE:
            return None
        return self.analysis.features.iloc[self.selected]

    def explanation(self) -> Explanation | None:
        """Explanations of the selected feature; None without one."""
        if self.analysis is None or self.selected == NONE:
            return None
        return _explanation(self.analysis, self.selected)

    def suggestions(self) -> pd.DataFrame | None:
        """Names that fit the selected feature better; None without a feature or suggestions."""
        if self.analysis is None or self.selected == NONE:
            return None
        try:
            return self.analysis.suggest(self.selected)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return None

    def score_card(self) -> tuple[Score, ...]:
        """Agreement of each kind of evidence with the name; empty without a feature."""
        if self.analysis is None or self.selected == NONE:
            return ()
        return _score_card(self.analysis, self.selected)

    def family(self) -> pd.DataFrame:
        """Family of the selected feature, as `Analysis.family` returns it; empty without one."""
        if self.analysis is None or self.selected == NONE:
            return pd.DataFrame()
        return self.analysis.family(self.selected)

    def override(self) -> Override | None:
        """Override of the selected feature; None without one."""
        return self.analysis.overrides.of(self.selected) if self.analysis is not None else None

    def put(self, overrides: Iterable[Override]) -> bool:
        """Put overrides in place of those that their features have; False if refused.

        It is a deed of this page, which `undo` undoes.
        """
        made = tuple(overrides)
        changed = self._with(made)
        if self.analysis is None or changed is None:
            return False
        before = self.analysis.overrides
        self._undoable.append(
            {each.feature_id: Change(before.of(each.feature_id), stated(each)) for each in made}
        )
        self.analysis = changed
        return True

    @property
    def can_undo(self) -> bool:
        """Whether a deed of this page can be undone."""
        return bool(self._undoable)

    def undo(self) -> tuple[int, ...]:
        """Undo the last deed of this page; its features, none if refused or without one.

        What others have decided on since stays as it is, see `decided_since`.
        """
        if not self._undoable:
            return ()
        others = self.decided_since()
        before = {i: each.before for i, each in self._undoable[-1].items() if i not in others}
        back = {i: self._restored(i, old) for i, old in before.items()}
        changed = self._with(back.values())
        if changed is None:
            return ()
        self._undoable.pop()
        self._came_back |= {back[i]: self._as_it_was(old) for i, old in before.items()}
        self.analysis = changed
        return tuple(back)

    def decided_since(self) -> dict[int, str]:
        """Who has decided since on which features of the last deed of this page."""
        if not self._undoable or self.analysis is None:
            return {}
        present = self.analysis.overrides.by_feature
        return {
            i: _who(present.get(i))
            for i, change in self._undoable[-1].items()
            if change.made not in (present.get(i), self._as_it_was(present.get(i)))
        }

    def _as_it_was(self, override: Override | None) -> Override | None:
        """What undoing has brought back unconfirmed or marked otherwise, as it was before."""
        return None if override is None else self._came_back.get(override, override)

    def _with(self, overrides: Iterable[Override]) -> Analysis | None:
        """The analysis with other overrides; None, with `error`, if refused."""
        if self.analysis is None:
            return None
        if self.stale:
            self.error = _undecidable(self.stale)
            return None
        try:
            changed = self.analysis.with_overrides(self.analysis.overrides.put_all(overrides))
        except GangliosideError as refusal:
            self.error = str(refusal)
            return None
        self.error = ""
        return changed

    def _restored(self, feature_id: int, old: Override | None) -> Override:
        """What was said before; whoever confirmed it has not confirmed it anew."""
        if old is None:
            return Override(
                feature_id=feature_id, author=self._author(), anchor=self._unmarked(feature_id)
            )
        anchor = self._unmarked(feature_id) if old.anchor is None else old.anchor
        return replace(old, anchor=anchor, confirmed_by="", confirmed_at=None)

    def _unmarked(self, feature_id: int) -> bool | None:
        """The anchor mark that undoes that of a feature: the opposite where a run has used it."""
        override = None if self.analysis is None else self.analysis.overrides.of(feature_id)
        if override is None or override.anchor is None or feature_id in self.pending_marks():
            return None
        return not override.anchor

    def override_verdict(self, verdict: Verdict | None, note: str) -> bool:
        """Override the verdict of the selected feature, or only add a note; False if refused."""
        return self._change_override(verdict=verdict, note=note.strip())

    def override_anchor(self, anchor: bool) -> bool:
        """Mark or unmark the selected feature as an anchor for the next run; False if refused."""
        return self._change_override(anchor=anchor)

    def undo_override(self) -> bool:
        """Undo the override of the selected feature; False if refused.

        An anchor mark that a run has used is reversed, so that the next run uses the opposite.
        """
        return self._change_override(verdict=None, note="", anchor=self._unmarked(self.selected))

    def pending_marks(self) -> list[int]:
        """Ids of the features whose anchor mark no run has used yet."""
        if self.analysis is None:
            return []
        used = self.analysis.features["anchor"]
        marks = {override.feature_id: override.anchor for override in self.analysis.overrides}
        return [
            feature_id
            for feature_id, mark in marks.items()
            if mark is not None and mark != bool(used[feature_id])
        ]

    def _change_override(self, **values: Any) -> bool:
        """Change fields of the selected feature's override; False, with `error`, if refused."""
        if self.analysis is None or self.selected == NONE:
            self.error = "Select a feature first: click its row or its point."
            return False
        override = self.override() or Override(feature_id=self.selected)
        try:
            new = replace(
                override,
                author=self._author(),
                time=datetime.now(UTC),
                confirmed_by="",
                confirmed_at=None,
                **values,
            )
        except GangliosideError as refusal:
            self.error = str(refusal)
            return False
        return self.put([new])


def _who(override: Override | None) -> str:
    """Who said last what stands on a feature; nobody is known where it was undone."""
    if override is None:
        return "somebody"
    return override.confirmed_by or override.author or "somebody"


def _position(rows: npt.NDArray[np.int32], feature_id: int) -> int | None:
    """Position of a feature in the table; None where it is not there."""
    at = np.flatnonzero(rows == feature_id)
    return int(at[0]) if len(at) else None


def _same_source(old: object, new: object) -> bool:
    """Whether two values are analyses of one file."""
    return isinstance(old, Analysis) and isinstance(new, Analysis) and old.source is new.source


def _undecidable(stale: str) -> str:
    """Refusal of a decision on a result that is not that of the chosen table."""
    return f"{stale} Nothing can be decided on it now."


def same_table(old: object, new: object) -> bool:
    """Whether two values are analyses of tables of equal name and length."""
    if not isinstance(old, Analysis) or not isinstance(new, Analysis):
        return False
    return len(old.features) == len(new.features) and old.source.name == new.source.name


@kept_with_first
def _read(analysis: Analysis) -> pd.DataFrame:
    """The features with overrides, and with processes in words."""
    features = analysis.overridden
    return features.assign(process=processes_in_words(features["process"]))


@kept_with_first
def _score_card(analysis: Analysis, feature_id: int) -> tuple[Score, ...]:
    return analysis.score_card(feature_id)


@kept_with_first
def _explanation(analysis: Analysis, feature_id: int) -> Explanation:
    return analysis.explain(feature_id)
