"""Counts of an analysis."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from math import isnan, nan
from typing import Any

import numpy as np

from ganglioside.columns import VERDICTS
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.formatting import share
from ganglioside.verdicts.decisions import ADDUCT, FRAGMENT, VALID
from ganglioside.verdicts.result_tables import RowVerdicts


@dataclass(frozen=True, slots=True)
class Summary:
    """Headline numbers of an analysis: counts of rows unless a comment gives another unit."""

    features: int
    valid: int
    fragment: int
    adduct: int
    outlier: int
    undetermined: int
    anchors: int
    anchors_not_valid: int
    unreadable: int  # rows that take no part: unreadable, or of other lipids, standards, blanks
    series: int  # number of series
    lines: int  # number of lines (series and isomers) with features
    curve_sigma: float  # min; NaN without a model
    headline: str  # one sentence
    area_explained: float = nan  # share of the judged peak area that is explained; else NaN

    @property
    def judged(self) -> int:
        """Number of rows that are judged: all but those that take no part."""
        return self.features - self.unreadable

    @property
    def lead(self) -> str:
        """The headline without the counts of each verdict."""
        explained = self.valid + self.fragment + self.adduct
        sentence = _explained(explained, self.judged, self.area_explained)
        return (
            f"{sentence}.{_not_judged(self.unreadable)}"
            f"{_anchors(self.anchors_not_valid, self.anchors)}"
        )

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
    count = dict(zip(VERDICTS, counts.tolist(), strict=True))
    anchors = table.data["anchor"].to_numpy()
    wrong = int((anchors & (verdicts.verdict != VALID) & ~verdicts.is_isotope).sum())
    explained = count["valid"] + count["fragment"] + count["adduct"]
    total = len(table)
    unreadable = int(table.data["fault"].count())
    of_area = _area_explained(table, verdicts)
    headline = (
        f"{_explained(explained, total - unreadable, of_area)}: "
        f"{count['valid']:,} valid, {count['fragment']:,} fragments, {count['adduct']:,} adducts; "
        f"{count['outlier']:,} outliers, {count['undetermined'] - unreadable:,} undetermined."
        f"{_not_judged(unreadable)}{_anchors(wrong, int(anchors.sum()))}"
    )
    return Summary(
        features=total,
        **count,
        anchors=int(anchors.sum()),
        anchors_not_valid=wrong,
        unreadable=unreadable,
        series=len(table.names.series),
        lines=int((model.line_features > 0).sum()),
        curve_sigma=model.sigma,
        headline=headline,
        area_explained=of_area,
    )


def _explained(explained: int, judged: int, of_area: float) -> str:
    """Share of the judged features, and of their peak area, that is explained, in words."""
    part = f"{explained:,} of {judged:,} features explained ({share(explained, judged, '0 %')})"
    return part if isnan(of_area) else f"{part}, with {share(of_area, 1)} of the peak area"


def _not_judged(n: int) -> str:
    """Sentence on rows that take no part; empty where there are none."""
    return f" {n:,} more {'takes' if n == 1 else 'take'} no part." if n else ""


def _anchors(wrong: int, anchors: int) -> str:
    """Sentence on wrong anchors; empty where there are none."""
    if not wrong:
        return ""
    verb = "is" if wrong == 1 else "are"
    return f" {wrong:,} of {anchors:,} anchors {verb} not valid."


def _area_explained(table: FeatureTable, verdicts: RowVerdicts) -> float:
    """Share of the peak area of judged features that is explained; NaN without areas."""
    judged = table.data["fault"].isna().to_numpy(np.bool_)
    areas = np.nan_to_num(table.data["volume"].to_numpy("float64", na_value=np.nan)) * judged
    total = float(areas.sum())
    explained = np.isin(verdicts.verdict, (VALID, FRAGMENT, ADDUCT))
    return float(areas[explained].sum()) / total if total > 0 else nan
