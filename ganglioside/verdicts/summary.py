"""Counts of an analysis."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, replace
from math import isnan, nan
from typing import Any, Final

import numpy as np

from ganglioside.columns import EXPLAINED_VERDICTS, VERDICTS
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.formatting import counted, share
from ganglioside.verdicts.decisions import UNDETERMINED
from ganglioside.verdicts.result_tables import RowVerdicts

_IS_EXPLAINED: Final = np.array([verdict in EXPLAINED_VERDICTS for verdict in VERDICTS])


@dataclass(frozen=True, slots=True)
class Summary:
    """Headline numbers of an analysis: counts of rows unless a comment gives another unit.

    Each verdict counts the rows that bear it, so that all of them make up `features`. Rows that
    take no part bear `undetermined` too: `undecided` counts those that were judged.

    Examples
    --------
    >>> import ganglioside as gg, pandas as pd
    >>> names = ["GM3(34:1;O2)", "GM3(36:1;O2)", "GM3(38:1;O2)", "nonsense"]
    >>> summary = gg.analyze(pd.DataFrame({"Name": names, "RT": [9.0, 10, 11, 12]})).summary
    >>> summary.explained, summary.undetermined, summary.undecided, summary.not_judged
    (3, 1, 0, 1)
    """

    features: int
    valid: int
    fragment: int
    adduct: int
    outlier: int
    undetermined: int  # those that take no part among them
    anchors: int
    anchors_not_valid: int  # their name is wrong; in older summaries the undetermined ones too
    unreadable: int  # rows that take no part: unreadable, or of other lipids, standards, blanks
    series: int  # number of series
    lines: int  # number of lines (series and isomers) with features
    curve_sigma: float  # min; NaN without a model
    headline: str  # one sentence
    area_explained: float = nan  # share of the judged peak area that is explained; else NaN
    anchors_undetermined: int = 0  # nothing confirms or contradicts their name

    @property
    def judged(self) -> int:
        """Number of rows that are judged: all but those that take no part."""
        return self.features - self.not_judged

    @property
    def not_judged(self) -> int:
        """Number of rows that take no part, by the name that stored summaries do not have."""
        return self.unreadable

    @property
    def undecided(self) -> int:
        """Number of rows that are judged and stay undetermined."""
        return self.undetermined - self.not_judged

    @property
    def anchors_confirmed(self) -> int:
        """Number of anchors that agree with the model."""
        return self.anchors - self.anchors_not_valid - self.anchors_undetermined

    @property
    def explained(self) -> int:
        """Number of rows of which it is known what they are."""
        return sum(int(getattr(self, verdict)) for verdict in EXPLAINED_VERDICTS)

    @property
    def lead(self) -> str:
        """The headline without the counts of each verdict."""
        return f"{_explained(self)}.{_remarks(self)}"

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Summary:
        """Summary from its values as JSON has them; null is NaN.

        A verdict that an older version did not know counts 0; another field has its default.
        """
        later = {f.name: f.default for f in fields(cls) if f.default is not MISSING}
        known = dict.fromkeys(VERDICTS, 0) | later | values
        found: dict[str, Any] = {field.name: known[field.name] for field in fields(cls)}
        missing = {name: nan for name, value in found.items() if value is None}
        return cls(**(found | missing))


def summarise(table: FeatureTable, verdicts: RowVerdicts, model: FittedModel) -> Summary:
    """The counts of an analysis and its headline.

    Parameters
    ----------
    table : FeatureTable
    verdicts : RowVerdicts
        On the rows of the table.
    model : FittedModel
    """
    counts = np.bincount(verdicts.verdict, minlength=len(VERDICTS))
    anchors = table.data["anchor"].to_numpy()
    summary = Summary(
        features=len(table),
        **dict(zip(VERDICTS, counts.tolist(), strict=True)),
        anchors=int(anchors.sum()),
        anchors_not_valid=int(verdicts.wrong_anchors(anchors).sum()),
        unreadable=int(table.data["fault"].count()),
        series=len(table.names.series),
        lines=int((model.line_features > 0).sum()),
        curve_sigma=model.sigma,
        headline="",
        area_explained=_area_explained(table, verdicts),
        anchors_undetermined=int((anchors & (verdicts.verdict == UNDETERMINED)).sum()),
    )
    return replace(summary, headline=_headline(summary))


def _headline(s: Summary) -> str:
    """The headline: what is explained, the counts of each verdict, and remarks."""
    return (
        f"{_explained(s)}: "
        f"{s.valid:,} valid, {counted(s.fragment, 'fragment')}, {counted(s.adduct, 'adduct')}; "
        f"{counted(s.outlier, 'outlier')}, {s.undecided:,} undetermined.{_remarks(s)}"
    )


def _explained(s: Summary) -> str:
    """Share of the judged features, and of their peak area, that is explained, in words."""
    part = f"{s.explained:,} of {counted(s.judged, 'feature')} explained"
    part = f"{part} ({share(s.explained, s.judged, '0 %')})"
    of_area = s.area_explained
    return part if isnan(of_area) else f"{part}, with {share(of_area, 1)} of the peak area"


def _remarks(s: Summary) -> str:
    """Sentences on rows that take no part and on wrong anchors; empty without any."""
    return _not_judged(s.not_judged) + _anchors(s)


def _not_judged(n: int) -> str:
    """Sentence on rows that take no part; empty where there are none."""
    verb = "takes" if n == 1 else "take"
    return f" {n:,} more, undetermined too, {verb} no part." if n else ""


def _anchors(s: Summary) -> str:
    """Sentence on anchors that are wrong or undetermined; empty without any."""
    found = {"not valid": s.anchors_not_valid, "undetermined": s.anchors_undetermined}
    parts = [(number, words) for words, number in found.items() if number]
    if not parts:
        return ""
    (first, words), *more = parts
    if s.anchors == 1:
        return f" The only anchor is {words}."
    verb = "is" if first == 1 else "are"
    rest = "".join(f", {number:,} {word}" for number, word in more)
    return f" {first:,} of {s.anchors:,} anchors {verb} {words}{rest}."


def _area_explained(table: FeatureTable, verdicts: RowVerdicts) -> float:
    """Share of the peak area of judged features that is explained; NaN without areas."""
    judged = table.data["fault"].isna().to_numpy(np.bool_)
    areas = np.nan_to_num(table.data["volume"].to_numpy("float64", na_value=np.nan)) * judged
    total = float(areas.sum())
    explained = _IS_EXPLAINED[verdicts.verdict]
    return float(areas[explained].sum()) / total if total > 0 else nan
