"""Two sessions side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.columns import VERDICTS
from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.settings import setting_specs

_COMPARED = ("feature_id", "name", "rt", "verdict", "confidence", "parent")


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two analyses have in common and what not.

    Attributes
    ----------
    left, right : Analysis
    """

    left: Analysis
    right: Analysis

    @property
    def same_input(self) -> bool:
        """Whether both analysed the same bytes: their features then agree by number."""
        return self.left.source.sha256 == self.right.source.sha256

    def settings(self) -> pd.DataFrame:
        """Return setting, left, right, differs; thresholds first."""
        left, right = self.left.settings.to_dict(), self.right.settings.to_dict()
        labels = {name: spec.label for name, spec in setting_specs().items()}
        names = list(left)
        return pd.DataFrame(
            {
                "setting": [
                    labels.get(name, name.replace("_", " ").capitalize()) for name in names
                ],
                "left": [str(left[name]) for name in names],
                "right": [str(right[name]) for name in names],
                "differs": [left[name] != right[name] for name in names],
            }
        )

    def counts(self) -> pd.DataFrame:
        """Return how many features have which verdict: verdict, left, right, difference."""
        sides = {
            side: analysis.features["verdict"].value_counts().reindex(VERDICTS)
            for side, analysis in (("left", self.left), ("right", self.right))
        }
        table = pd.DataFrame(sides).rename_axis("verdict").reset_index()
        return table.assign(difference=table["right"] - table["left"])

    def pairs(self) -> pd.DataFrame:
        """Return the features that both have: columns of both with `_left` and `_right`.

        Of the same input by number; else by name, the nearest RT within the RT tolerance.
        """
        left, right = (_side(a, s) for a, s in ((self.left, "left"), (self.right, "right")))
        if self.same_input:
            return left.merge(right, left_on="feature_id_left", right_on="feature_id_right")
        tolerance = self.left.settings.rt_tolerance
        left, right = (
            side.dropna(subset=[f"rt_{s}", f"name_{s}"]).sort_values(f"rt_{s}")
            for side, s in ((left, "left"), (right, "right"))
        )
        joined = pd.merge_asof(
            left, right, left_on="rt_left", right_on="rt_right", left_by="name_left",
            right_by="name_right", direction="nearest", tolerance=tolerance,  # type: ignore[arg-type]
        ).dropna(subset="feature_id_right")  # fmt: skip
        apart = (joined["rt_left"] - joined["rt_right"]).abs()
        once = joined.assign(apart=apart).sort_values(["apart", "feature_id_left"])
        once = once.drop_duplicates("feature_id_right").drop(columns="apart")
        return once.sort_values("feature_id_left").reset_index(drop=True)

    def differences(self) -> pd.DataFrame:
        """Return the pairs whose verdict differs."""
        pairs = self.pairs()
        return pairs[pairs["verdict_left"] != pairs["verdict_right"]].reset_index(drop=True)

    def headline(self) -> str:
        """Say in one sentence how the two compare."""
        pairs, differ = len(self.pairs()), len(self.differences())
        alone = len(self.left.features) - pairs, len(self.right.features) - pairs
        said = f"{pairs:,} features are in both, {differ:,} of them with another verdict."
        if any(alone):
            said += f" Only in the left: {alone[0]:,}; only in the right: {alone[1]:,}."
        return said


class CompareState(t.HasTraits):
    """Which two sessions are compared."""

    left = t.Unicode("")
    right = t.Unicode("")
    comparison = t.Instance(Comparison, allow_none=True)
    error = t.Unicode("")

    def __init__(self, history: Callable[[], History] = History.open) -> None:
        super().__init__()
        self.history = history

    @property
    def why_not(self) -> str:
        """Why nothing is compared; empty where it is."""
        return "" if self.left and self.right else "Choose two completed sessions to compare."

    @t.observe("left", "right")
    def _compare(self, _: object) -> None:
        self.comparison, self.error = None, ""
        if self.why_not:
            return
        try:
            history = self.history()
            self.comparison = Comparison(history.load(self.left), history.load(self.right))
        except GangliosideError as refusal:
            self.error = str(refusal)


def _side(analysis: Analysis, side: str) -> pd.DataFrame:
    table = analysis.features[list(_COMPARED)].astype({"verdict": "str"})
    return table.rename(columns={column: f"{column}_{side}" for column in _COMPARED})
