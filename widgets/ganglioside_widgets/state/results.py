"""The result on show: which rows, which feature, and what the analyst says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.columns import Verdict
from ganglioside.errors import GangliosideError
from ganglioside.questions.explanation import Explanation
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside_widgets.state.row_filter import RowView

#: No feature is selected.
NONE = -1


class ResultsState(t.HasTraits):
    """What the results panel shows of an analysis.

    Attributes
    ----------
    analysis : Analysis or None
    selected : int
        A feature_id, or `NONE`.
    view : RowView
    changes : str
        What the last change of thresholds did.
    error : str
        Why the last wish was refused.
    """

    analysis = t.Instance(Analysis, allow_none=True)
    selected = t.Int(NONE)
    view = t.Instance(RowView, ())
    changes = t.Unicode("")
    error = t.Unicode("")

    def __init__(self, author: Callable[[], str] | None = None, **values: object) -> None:
        super().__init__(**values)
        self._author = author or (lambda: "")

    @property
    def features(self) -> pd.DataFrame:
        """The features with what the analyst said; empty without an analysis."""
        return self.analysis.reviewed if self.analysis is not None else pd.DataFrame()

    def rows(self) -> npt.NDArray[np.int32]:
        """Return the positions of the features to show, in order."""
        return self.view.rows(self.features) if self.analysis is not None else np.empty(0, np.int32)

    def refine(self, **changes: object) -> None:
        """Change the search, a filter or the order."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]

    def select(self, feature_id: int) -> None:
        """Select a feature; a number that the table does not have selects none."""
        known = self.analysis is not None and 0 <= feature_id < len(self.analysis.features)
        self.error = ""
        self.selected = feature_id if known else NONE

    @t.observe("analysis")
    def _other_analysis(self, change: dict[str, object]) -> None:
        old, new = change["old"], change["new"]
        same = (
            isinstance(old, Analysis)
            and isinstance(new, Analysis)
            and len(old.features) == len(new.features)
            and old.source.name == new.source.name
        )
        if not same:
            self.selected, self.view, self.changes, self.error = NONE, RowView(), "", ""

    def feature(self) -> pd.Series[Any] | None:
        """Return the row of the selected feature."""
        if self.analysis is None or self.selected == NONE:
            return None
        return self.analysis.features.iloc[self.selected]

    def explanation(self) -> Explanation | None:
        """Return all that the selected feature could be."""
        if self.analysis is None or self.selected == NONE:
            return None
        return _explained(self.analysis, self.selected)

    def suggestions(self) -> pd.DataFrame | None:
        """Return names that fit the selected feature better; None where none can be thought of."""
        if self.analysis is None or self.selected == NONE:
            return None
        try:
            return self.analysis.suggest(self.selected)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return None

    def family(self) -> pd.DataFrame:
        """Return the selected feature with its parent and all its parent's pieces, by RT."""
        feature = self.feature()
        if self.analysis is None or feature is None:
            return pd.DataFrame()
        features = self.analysis.features
        parent = feature["feature_id"] if pd.isna(feature["parent_id"]) else feature["parent_id"]
        kin = (features["feature_id"] == parent) | (features["parent_id"] == parent)
        kin |= features["feature_id"] == feature["feature_id"]
        if pd.isna(feature["parent_id"]) and pd.notna(feature["parent"]):
            near = (features["rt"] - feature["rt"]).abs() <= self.analysis.settings.rt_tolerance
            kin |= (features["parent"] == feature["parent"]) & near
        columns = ["feature_id", "name", "rt", "volume", "verdict", "confidence", "process"]
        members: pd.DataFrame = features.loc[kin.fillna(False), columns]
        return members.sort_values(["rt", "feature_id"])

    # --- what the analyst says -----------------------------------------------------------

    def override(self) -> Override | None:
        """Return what was said of the selected feature."""
        return self.analysis.overrides.of(self.selected) if self.analysis is not None else None

    def say_verdict(self, verdict: Verdict | None, note: str) -> bool:
        """Give the selected feature a verdict of the analyst's own, or only a note."""
        return self._say(verdict=verdict, note=note.strip())

    def say_anchor(self, anchor: bool) -> bool:
        """Mark or unmark the selected feature as an anchor, for the next run."""
        return self._say(anchor=anchor)

    def withdraw(self) -> bool:
        """Take back what was said of the selected feature.

        A mark that an analysis has heeded is turned round, so that the next run heeds that.
        """
        said = self.override()
        heeded = said is not None and said.anchor is not None and not self._is_pending()
        return self._say(verdict=None, note="", anchor=not said.anchor if said and heeded else None)

    def pending_marks(self) -> list[int]:
        """Return the features whose anchor mark the next run will heed first."""
        if self.analysis is None:
            return []
        used = self.analysis.features["anchor"]
        wanted = {entry.feature_id: entry.anchor for entry in self.analysis.overrides}
        return [f for f, mark in wanted.items() if mark is not None and mark != bool(used[f])]

    def _is_pending(self) -> bool:
        return self.selected in self.pending_marks()

    def _say(self, **values: Any) -> bool:
        if self.analysis is None or self.selected == NONE:
            self.error = "Select a feature first: click its row or its point."
            return False
        said = self.override() or Override(feature_id=self.selected)
        try:
            new = replace(said, author=self._author(), time=datetime.now(UTC), **values)
            overrides: Overrides = self.analysis.overrides.put(new)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return False
        self.error = ""
        self.analysis = self.analysis.with_overrides(overrides)
        return True


@lru_cache(maxsize=8)
def _explained(analysis: Analysis, feature_id: int) -> Explanation:
    return analysis.explain(feature_id)
