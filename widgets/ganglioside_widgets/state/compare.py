"""Two sessions side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.columns import VERDICTS
from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.settings import setting_specs
from ganglioside.support.formatting import counted
from ganglioside.verdicts.overrides import Override

#: Columns of the features that stand side by side.
_COMPARED: Final = ("feature_id", "name", "rt", "verdict", "confidence", "parent")

#: What may differ between two sessions: a pair with any of these differing is listed.
_DIFFERING: Final = ("verdict", "anchor", "decision")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two analyses side by side.

    Attributes
    ----------
    left, right : Analysis

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> other = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    >>> comparison = Comparison(analysis, other)
    >>> comparison.headline()[:60]
    '332 features are in both, 15 of them with different verdicts'
    """

    left: Analysis
    right: Analysis

    @property
    def same_input(self) -> bool:
        """Whether both analysed the same bytes, so that feature_id names the same row in both."""
        return self.left.source.sha256 == self.right.source.sha256

    def settings(self) -> pd.DataFrame:
        """Table of settings: setting, left, right, differs; thresholds first."""
        left = self.left.settings.values()
        right = self.right.settings.values()
        names = list(left)
        return pd.DataFrame(
            {
                "setting": [_setting_label(name) for name in names],
                "left": [str(left[name]) for name in names],
                "right": [str(right[name]) for name in names],
                "differs": [left[name] != right[name] for name in names],
            }
        )

    def counts(self) -> pd.DataFrame:
        """Feature counts by verdict: verdict, left, right, difference (right - left)."""
        sides = {"left": _verdict_counts(self.left), "right": _verdict_counts(self.right)}
        table = pd.DataFrame(sides).rename_axis("verdict").reset_index()
        return table.assign(difference=table["right"] - table["left"])

    def pairs(self) -> pd.DataFrame:
        """Features that both analyses have; their columns end in `_left` and `_right`.

        `anchor` is as marked by analysts, also where no run has used the mark yet; `decision` is
        what they decided on the name, empty where they did not.

        Features of the same input are matched by feature_id. Otherwise they are matched by name, to
        the nearest RT within the RT tolerance; each feature is in at most one pair, the closest.
        """
        left = _side(self.left, "left")
        right = _side(self.right, "right")
        if self.same_input:
            return left.merge(right, left_on="feature_id_left", right_on="feature_id_right")
        matched = pd.merge_asof(
            left.dropna(subset=["rt_left", "name_left"]).sort_values("rt_left"),
            right.dropna(subset=["rt_right", "name_right"]).sort_values("rt_right"),
            left_on="rt_left",
            right_on="rt_right",
            left_by="name_left",
            right_by="name_right",
            direction="nearest",
            tolerance=self.left.settings.rt_tolerance,  # type: ignore[arg-type]
        ).dropna(subset="feature_id_right")
        distance = (matched["rt_left"] - matched["rt_right"]).abs()
        nearest_first = matched.assign(distance=distance).sort_values(
            ["distance", "feature_id_left"]
        )
        pairs = nearest_first.drop_duplicates("feature_id_right").drop(columns="distance")
        return pairs.sort_values("feature_id_left").reset_index(drop=True)

    def differences(self) -> pd.DataFrame:
        """Pairs with different verdicts, anchor marks or decisions of analysts."""
        pairs = self.pairs()
        return pairs[_differ(pairs).any(axis="columns")].reset_index(drop=True)

    def headline(self) -> str:
        """Summary of the comparison in one or two sentences."""
        found = self.pairs()
        pairs = len(found)
        verdicts, anchors, decisions = _differ(found).sum().tolist()
        only_left = len(self.left.features) - pairs
        only_right = len(self.right.features) - pairs
        text = (
            f"{counted(pairs, 'feature is', 'features are')} in both, "
            f"{verdicts:,} of them with different verdicts, "
            f"{anchors:,} with different anchor marks and {decisions:,} with different decisions "
            "of analysts."
            if pairs
            else "No feature is in both."
        )
        if only_left or only_right:
            text += f" Only in the left: {only_left:,}; only in the right: {only_right:,}."
        return text


class CompareState(t.HasTraits):
    """Choice of two sessions, and their comparison.

    Attributes
    ----------
    left, right : str
        Ids of sessions; empty until chosen.
    comparison : Comparison or None
    error : str
        Why the sessions cannot be compared.
    """

    left = t.Unicode("")
    right = t.Unicode("")
    comparison = t.Instance(Comparison, allow_none=True)
    error = t.Unicode("")

    def __init__(self, history: Callable[[], History] = History.open) -> None:
        super().__init__()
        self.history = history

    @property
    def why_not(self) -> str:
        """Reason why nothing is compared; empty where both sessions are chosen."""
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


def _differ(pairs: pd.DataFrame) -> pd.DataFrame:
    """What differs in each pair, one column of `_DIFFERING` each."""
    return pd.DataFrame(
        {name: pairs[f"{name}_left"] != pairs[f"{name}_right"] for name in _DIFFERING}
    )


def _setting_label(name: str) -> str:
    spec = setting_specs().get(name)
    return spec.label if spec is not None else name.replace("_", " ").capitalize()


def _verdict_counts(analysis: Analysis) -> pd.Series[int]:
    return analysis.features["verdict"].value_counts().reindex(VERDICTS)


def _side(analysis: Analysis, side: str) -> pd.DataFrame:
    """Columns to compare, `_left` or `_right` added to their names."""
    table = analysis.features[list(_COMPARED)].astype({"verdict": "str"})
    decided = analysis.overrides.by_feature
    marks = {k: entry.anchor for k, entry in decided.items() if entry.anchor is not None}
    decisions = {k: _decision(entry) for k, entry in decided.items()}
    ids = table["feature_id"].tolist()
    anchors = zip(ids, analysis.features["anchor"].tolist(), strict=True)
    table = table.assign(
        anchor=[marks.get(k, anchor) for k, anchor in anchors],
        decision=[decisions.get(k, "") for k in ids],
    )
    return table.add_suffix(f"_{side}")


def _decision(override: Override) -> str:
    """Decision on a name in a few words, such as `renamed to GM1(36:1;O2)`; empty without one."""
    if not override.decision:
        return ""
    if override.name:
        return f"{override.decision} to {override.name}"
    return f"{override.decision} ({override.verdict})" if override.verdict else override.decision
