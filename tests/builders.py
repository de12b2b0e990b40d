"""Hand-made analyses for tests of what comes after the analysis.

`build_analysis` needs neither a reader nor a retention model to work: its frames follow
`columns.py` and hold what is hard to keep (missing values, formula-like text, odd numbers).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import ganglioside
from ganglioside.analysis import Analysis
from ganglioside.columns import FEATURE_TABLE, FEATURES, FINDINGS, MODELS, PROBLEMS, VERDICTS
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.questions.suggested_names import SUGGESTED
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.verdicts.summary import Summary


class HandMadeModel(FittedModel):
    """A model that holds its parameters and answers for any name the same."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(None)
        self.values = values

    def to_dict(self) -> dict[str, Any]:
        return self.values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> HandMadeModel:
        return cls(values)

    def predict(self, names: Sequence[str]) -> pd.DataFrame:
        return pd.DataFrame({"name": list(names), "predicted_rt": 9.5})


def build_frame(schema: dict[str, str], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame of a schema of `columns.py`; what a row leaves out is missing."""
    columns = {c: _column([row.get(c) for row in rows], kind) for c, kind in schema.items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _column(values: list[Any], kind: str) -> Any:
    if kind == "category":
        return pd.Categorical(values, categories=list(VERDICTS))
    if kind == "bool":
        return pd.Series([bool(v) for v in values], dtype="bool")
    if kind == "str":
        return pd.Series([np.nan if v is None else v for v in values], dtype="str")
    return pd.Series(values, dtype=kind)


#: One feature of each verdict, then one that could not be read.
_ROWS: tuple[dict[str, Any], ...] = (
    {
        "name": "GD1(36:1;O2)",
        "rt": 9.452,
        "volume": 12_300_000.0,
        "log_p": 1.53,
        "anchor": True,
        "series": "GD1",
        "isomer": "GD1a",
        "neuac": 2,
        "verdict": "valid",
        "confidence": 0.1 + 0.2,
        "rule": "rule1",
        "reason": "On the line of GD1a, 0.004 min from its prediction.",
        "predicted_rt": 9.448,
        "rt_lower": 9.37,
        "rt_upper": 9.526,
        "residual": 0.004,
        "standardized_residual": 0.1,
        "consolidated_volume": 17_000_000.5,
    },
    {
        "name": "GM3(36:1;O2)",
        "rt": 9.451,
        "volume": 4_700_000.5,
        "log_p": -2.1,
        "series": "GM3",
        "neuac": 1,
        "verdict": "fragment",
        "confidence": 0.97,
        "parent_id": 0,
        "parent": "GD1(36:1;O2)",
        "process": "-NeuAc-Hex-HexNAc",
        "rule": "rule5",
        "reason": "Elutes with GD1(36:1;O2).",
    },
    {
        "name": "GD1(40:3;O2)",
        "rt": 11.731,
        "volume": 1e-300,
        "log_p": -0.0,
        "series": "GD1",
        "verdict": "adduct",
        "confidence": 1 / 3,
        "parent": "GD1(38:0;O2)",
        "process": "+Na-H",
        "rule": "adduct",
        "reason": "=GD1(38:0;O2)+Na-H, whose own row is missing",
    },
    {
        "name": "GT1+OAc(36:1;O2)",
        "rt": 9.2,
        "volume": 3.0,
        "series": "GT1+OAc",
        "oac": 1,
        "verdict": "outlier",
        "confidence": 0.999999999999,
        "rule": "rule4",
        "reason": "+0.8 min is no acetyl",
    },
    {
        "name": '=cmd|" /C calc"!A0',
        "verdict": "undetermined",
        "confidence": 0.0,
        "rule": "reading",
        "reason": "The name is not that of a lipid.",
    },
)


def build_features(n: int = len(_ROWS)) -> pd.DataFrame:
    """Return n features, the hand-made rows over and over."""
    rows = [_ROWS[i % len(_ROWS)] | {"feature_id": i} for i in range(n)]
    composition = {"carbons": 36, "double_bonds": 1, "hydroxyls": 2, "category": "GD"}
    known = [r if r["rule"] == "reading" else composition | r for r in rows]
    return build_frame(FEATURES, known)


def build_models() -> pd.DataFrame:
    return build_frame(
        MODELS,
        [
            {"series": "GD1", "isomer": "GD1a", "n": 12, "n_anchors": 7, "offset": 9.4, "r2": 0.999,
             "sigma": 0.03, "log_p_equation": "RT = 1.2 Log P + 7.1", "may_judge": True},
            {"series": "GT1+OAc", "n": 1, "n_anchors": 0, "may_judge": False,
             "why_not": "one feature and no anchor"},
        ],
    )  # fmt: skip


def build_findings() -> pd.DataFrame:
    return build_frame(
        FINDINGS,
        [
            {"code": "anchor-contradicted", "severity": "error", "feature_id": 0, "series": "GD1",
             "message": "The anchor stands 0.4 min off.", "advice": "Check the peak."},
            {"code": "sparse-series", "severity": "info", "series": "GT1+OAc",
             "message": "One feature only.", "advice": "-"},
        ],
    )  # fmt: skip


def build_problems() -> pd.DataFrame:
    return build_frame(
        PROBLEMS,
        [
            {"feature_id": 4, "row": 6, "column": "Name", "value": '=cmd|" /C calc"!A0',
             "code": "formula", "severity": "error", "message": "This looks like a formula.",
             "advice": "Write the name of a lipid."},
        ],
    )  # fmt: skip


def build_summary(features: pd.DataFrame) -> Summary:
    counts = {v: int((features["verdict"] == v).sum()) for v in VERDICTS}
    return Summary(
        features=len(features),
        **counts,
        anchors=int(features["anchor"].sum()),
        anchors_not_valid=0,
        unreadable=1,
        series=features["series"].nunique(),
        lines=2,
        curve_sigma=float("nan"),
        headline="5 features, β and ² kept",
    )


def build_analysis(
    n: int = len(_ROWS),
    *,
    extra: pd.DataFrame | None = None,
    settings: Settings | None = None,
    source: Source | None = None,
) -> Analysis:
    """Return an analysis of n hand-made features.

    Parameters
    ----------
    n
        Features.
    extra
        Columns to follow the features: optional (mz, adduct, sample) or foreign, n rows.
    settings
        The defaults where None.
    source
        A few bytes that are no text where None.
    """
    features = build_features(n)
    analysis = Analysis(
        features=features if extra is None else pd.concat([features, extra], axis=1),
        models=build_models(),
        findings=build_findings(),
        problems=build_problems(),
        summary=build_summary(features),
        settings=settings or Settings(sample_type="porcine", rt_tolerance=0.1 + 0.01),
        model=HandMadeModel({"curve": [0.1, 1 / 3, 1e-17], "offsets": {"GD1": 9.4}}),
        source=source or Source.from_bytes("lever d'été.csv", b"\xff\xfe\x00 Name,RT\r\n"),
        version=ganglioside.__version__,
    )
    # It has no evidence from which names could be suggested.
    vars(analysis)["suggested_names"] = build_frame(SUGGESTED, [])
    return analysis


def build_table(source: Source | None = None) -> FeatureTable:
    """Return a feature table of one row."""
    row = {"feature_id": 0, "name": "GM3(36:1;O2)", "rt": 9.0}
    return FeatureTable(
        data=build_frame(FEATURE_TABLE, [row]),
        names=parse_names(["GM3(36:1;O2)"]),
        carried=pd.DataFrame(index=pd.RangeIndex(1)),
        problems=build_problems(),
        source=source or Source.from_bytes("one row.csv", b'Name,RT\n"GM3(36:1;O2)",9\n'),
    )


FRAMES = ("features", "models", "findings", "problems")


def assert_analyses_equal(left: Analysis, right: Analysis) -> None:
    """Fail with the difference unless all that two analyses hold is equal, types included."""
    for frame in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(left, frame),
            getattr(right, frame),
            check_exact=True,
            check_index_type="equiv",
            obj=frame,
        )
    assert repr(left.summary) == repr(right.summary)  # NaN equals NaN here
    assert left.settings == right.settings
    assert _model_text(left) == _model_text(right)
    assert left.source == right.source
    assert left.version == right.version


def analyses_equal(left: Analysis, right: Analysis) -> bool:
    """Return whether `assert_analyses_equal` passes."""
    try:
        assert_analyses_equal(left, right)
    except AssertionError:
        return False
    return True


def _model_text(analysis: Analysis) -> str:
    return json.dumps(analysis.model.to_dict(), sort_keys=True)
