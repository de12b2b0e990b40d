"""From a feature table to verdicts: `analyze` and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike

import pandas as pd

from ganglioside.progress import ProgressCallback
from ganglioside.retention import RetentionModel
from ganglioside.settings import Settings
from ganglioside.tables import FeatureTable, Source


@dataclass(frozen=True, slots=True)
class Summary:
    """Headline numbers of an analysis (counts of rows unless said otherwise)."""

    features: int
    valid: int
    fragment: int
    adduct: int
    outlier: int
    undetermined: int
    anchors: int
    anchors_not_valid: int
    unreadable: int
    series: int  # series present
    lines: int  # series and isomers with an offset of their own
    curve_sigma: float  # min; NaN without a model
    headline: str  # one sentence


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result of one analysis; frozen, and rebuilt exactly from a history.

    Attributes
    ----------
    features : pandas.DataFrame
        One row per input row: columns `columns.FEATURES`, then optional and carried ones.
    models : pandas.DataFrame
        Columns `columns.MODELS`.
    findings : pandas.DataFrame
        Columns `columns.FINDINGS`.
    problems : pandas.DataFrame
        Columns `columns.PROBLEMS`: what reading reported.
    summary : Summary
    settings : Settings
    model : RetentionModel
    source : Source
        The input as received; `rerun` starts from it.
    version : str
        Package version that made it.
    """

    features: pd.DataFrame
    models: pd.DataFrame
    findings: pd.DataFrame
    problems: pd.DataFrame
    summary: Summary
    settings: Settings
    model: RetentionModel
    source: Source
    version: str

    def predict(self, names: Sequence[str]) -> pd.DataFrame:
        """Predict RT for any names; see `RetentionModel.predict`."""
        return self.model.predict(names)


def analyze(
    table: FeatureTable | pd.DataFrame | str | PathLike[str],
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
) -> Analysis:
    """Judge every feature of a table."""
    raise NotImplementedError
