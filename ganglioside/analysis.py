"""From a feature table to verdicts: `analyze` and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

import ganglioside
from ganglioside.columns import FEATURES, MODELS, OPTIONAL, VERDICTS, carried_name
from ganglioside.errors import Cancelled
from ganglioside.findings import find
from ganglioside.glycans import Ceramide
from ganglioside.inference import INTERVAL, STANDARD_DEVIATION, Inference, infer
from ganglioside.names import species
from ganglioside.observations import FloatArray, observe
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.reading import read_features
from ganglioside.reasons import Labels, reasons
from ganglioside.retention import RetentionModel
from ganglioside.rules.regression import NoCurve
from ganglioside.settings import Settings
from ganglioside.tables import FeatureTable, Source
from ganglioside.verdicts import (
    ADDUCT,
    FRAGMENT,
    RULES,
    UNDETERMINED,
    VALID,
    Decisions,
    decide,
)

_UNREADABLE: Final = "reading"
_NO_MODEL: Final = "no model"


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
class _Kept:
    """What a new decision under other thresholds starts from."""

    table: FeatureTable
    inference: Inference | NoCurve


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
    _kept: _Kept | None = field(default=None, repr=False)

    def predict(self, names: Sequence[str]) -> pd.DataFrame:
        """Predict RT for any names; see `RetentionModel.predict`."""
        return self.model.predict(names)

    def redecide(self, settings: Settings) -> Analysis:
        """Return the analysis under other thresholds; the retention model stays as it is.

        Where the model's evidence is gone (an analysis that comes from a history), the input is
        analysed anew.
        """
        if self._kept is None:
            table = read_features(self.source.content, settings, name=self.source.name)
            return analyze(table, settings)
        return _assemble(self._kept, self.model, settings)


def analyze(
    table: FeatureTable | pd.DataFrame | str | PathLike[str],
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
) -> Analysis:
    """Judge every feature of a table.

    Parameters
    ----------
    table
        What `read_features` returned, or anything that it reads.
    settings
        Thresholds and sample type; defaults where omitted.
    progress
        Receives events (see `ganglioside.progress`); may raise `Cancelled` to stop between steps.

    Raises
    ------
    ReadError, ValidationError
        If `table` cannot be read or lacks what is needed.
    """
    settings = settings or Settings()
    report = Progress(progress)
    step = "loading"
    try:
        read = table if isinstance(table, FeatureTable) else read_features(table, settings)
        report.done("loading", f"{read.source.name}: {len(read):,} features")
        step = "validating"
        observed = observe(read)
        report.done("validating", f"{len(observed):,} features can be judged")
        step = "rule1"
        inference = infer(observed, report)
        model = RetentionModel.from_inference(inference)
        step = "verdicts"
        analysis = _assemble(_Kept(read, inference), model, settings)
        report.done("verdicts", analysis.summary.headline)
    except Cancelled:
        raise
    except Exception as error:
        report.failed(step, error)
        raise
    report.done("complete", "Done")
    return analysis


def _assemble(kept: _Kept, model: RetentionModel, settings: Settings) -> Analysis:
    """Decide, and put the result together."""
    features = _given(kept.table)
    models = pd.DataFrame(columns=list(MODELS)).astype(MODELS)
    if isinstance(kept.inference, NoCurve):
        _judge_nothing(features, kept)
    else:
        decisions = decide(kept.inference, settings)
        _judge(features, kept, model, decisions)
        models = _models(features, model, decisions)
    features["verdict"] = pd.Categorical.from_codes(
        features["verdict"].to_numpy(np.int64), categories=list(VERDICTS)
    )
    features = features[[*FEATURES]].astype(_TYPES)
    features = pd.concat([features, *_carried(kept.table)], axis=1)
    findings = find(features, model)
    return Analysis(
        features=features,
        models=models,
        findings=findings,
        problems=kept.table.problems,
        summary=_summarise(features, model),
        settings=settings,
        model=model,
        source=kept.table.source,
        version=ganglioside.__version__,
        _kept=kept,
    )


_TYPES: Final = {name: kind for name, kind in FEATURES.items() if kind != "category"}

#: Columns that a decision fills, with what stands in a row that has none.
_DECIDED: Final[dict[str, Any]] = {
    "isomer": None,
    "predicted_rt": np.nan,
    "rt_lower": np.nan,
    "rt_upper": np.nan,
    "residual": np.nan,
    "standardized_residual": np.nan,
    "verdict": UNDETERMINED,
    "confidence": 1.0,
    "parent_id": pd.NA,
    "parent": None,
    "process": None,
    "rule": _UNREADABLE,
    "reason": None,
    "consolidated_volume": np.nan,
}


def _given(table: FeatureTable) -> pd.DataFrame:
    """Return what is known before any decision; rows that cannot be judged are done with that."""
    data = table.data[["feature_id", "name", "rt", "volume", "log_p", "anchor"]]
    named = table.names.frame()
    given_isomer = named.pop("isomer")
    decided = pd.DataFrame(_DECIDED, index=data.index)
    decided["isomer"] = given_isomer.astype(object).where(given_isomer.notna(), None)
    decided["reason"] = table.data["fault"].astype(object).to_numpy()
    return pd.concat([data, named.set_axis(data.index), decided], axis=1)


def _judge_nothing(features: pd.DataFrame, kept: _Kept) -> None:
    """Say of every readable row why nothing can be said."""
    assert isinstance(kept.inference, NoCurve)
    readable = features["reason"].isna()
    features.loc[readable, "reason"] = kept.inference.reason
    features.loc[readable, "rule"] = _NO_MODEL


def _judge(
    features: pd.DataFrame, kept: _Kept, model: RetentionModel, decisions: Decisions
) -> None:
    """Fill in the decisions."""
    state = kept.inference
    assert isinstance(state, Inference)
    observed, lines = state.observed, model.lines
    label = lines["isomer"].astype(object).where(lines["isomer"].notna(), lines["series"])
    name = features["name"].to_numpy(object)[observed.row]
    parent = _parent_names(kept, model, decisions, name)
    labels = Labels(name, observed.row, tuple(label), parent)
    isomer = lines["isomer"].astype(object).where(lines["isomer"].notna(), None).to_numpy()
    own_isomer = np.where(decisions.verdict == VALID, isomer[decisions.line], None)
    residual = observed.rt - decisions.predicted
    half = INTERVAL / STANDARD_DEVIATION * decisions.sd
    parent_row = observed.row[np.maximum(decisions.parent, 0)]
    values: dict[str, npt.NDArray[Any]] = {
        "predicted_rt": decisions.predicted,
        "rt_lower": decisions.predicted - half,
        "rt_upper": decisions.predicted + half,
        "residual": residual,
        "standardized_residual": residual / decisions.sd,
        "verdict": decisions.verdict,
        "confidence": decisions.confidence,
        "parent_id": np.where(decisions.parent >= 0, parent_row, pd.NA),
        "parent": np.where(np.isin(decisions.verdict, [FRAGMENT, ADDUCT]), parent, None),
        "process": decisions.process,
        "rule": np.array(RULES, dtype=object)[decisions.rule],
        "reason": reasons(state, decisions, labels),
    }
    for column, value in values.items():
        features[column] = _spread(features[column], observed.row, value)
    given = features["isomer"].to_numpy(object)[observed.row]
    features["isomer"] = _spread(
        features["isomer"], observed.row, np.where(pd.isna(given), own_isomer, given)
    )
    features["consolidated_volume"] = _consolidated(features)


def _spread(
    column: pd.Series[Any], rows: npt.NDArray[np.int64], values: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return a column with `values` in `rows`."""
    result = column.to_numpy(object, copy=True)
    result[rows] = values
    return result


def _parent_names(
    kept: _Kept, model: RetentionModel, decisions: Decisions, name: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Return the name of each parent: as read, or made up from line and ceramide."""
    state = kept.inference
    assert isinstance(state, Inference)
    result = np.where(decisions.parent >= 0, name[np.maximum(decisions.parent, 0)], None)
    ghosts, series = state.shares.ghosts, model.lines["series"].to_numpy(object)
    for row in np.flatnonzero(decisions.ghost >= 0):
        ghost = decisions.ghost[row]
        ceramide = Ceramide(*state.posing.ceramides[ghosts.ceramide[ghost]].astype(int).tolist())
        result[row] = species(series[ghosts.line[ghost]], ceramide).name
    return result


def _consolidated(features: pd.DataFrame) -> FloatArray:
    """Return each valid feature's area plus that of its fragments and adducts."""
    verdict = features["verdict"].to_numpy(np.int64)
    volume = features["volume"].to_numpy(np.float64)
    parent = features["parent_id"].to_numpy(object)
    child = np.flatnonzero(pd.notna(parent) & np.isfinite(volume))
    added = np.bincount(parent[child].astype(np.int64), volume[child], minlength=len(features))
    return np.where(verdict == VALID, volume + added, np.nan)


def _carried(table: FeatureTable) -> list[pd.DataFrame]:
    """Return the optional columns that the input has, and the foreign ones under free names."""
    optional = [c for c in OPTIONAL if table.data[c].notna().any()]
    foreign = table.carried.rename(columns={c: carried_name(str(c)) for c in table.carried})
    return [table.data[optional], foreign.set_axis(table.data.index)]


def _models(features: pd.DataFrame, model: RetentionModel, decisions: Decisions) -> pd.DataFrame:
    """Return the lines with their quality and the plain Log P line of their series."""
    lines, quality = model.lines, decisions.quality
    plain = _log_p_lines(features)
    log_p = [plain.get(series, _NO_LINE) for series in lines["series"]]
    return lines.assign(
        sigma=model.sigma,
        r2=quality.r2,
        r2_loo=quality.r2_left_out,
        rmse_loo=quality.rmse_left_out,
        log_p_slope=[line.slope for line in log_p],
        log_p_intercept=[line.intercept for line in log_p],
        log_p_r2=[line.r2 for line in log_p],
        log_p_equation=[line.equation for line in log_p],
        may_judge=quality.may_judge,
        why_not=np.where(quality.may_judge, None, "Left-out R² is below the threshold."),
    )[[*MODELS]].astype(MODELS)


@dataclass(frozen=True, slots=True)
class _LogPLine:
    """The plain line of a series, RT against Log P over its anchors, for comparison."""

    slope: float
    intercept: float
    r2: float

    @property
    def equation(self) -> str | None:
        if np.isnan(self.slope):
            return None
        sign = "+" if self.intercept >= 0 else "-"
        return f"RT = {self.slope:.3f} * Log P {sign} {abs(self.intercept):.3f}"


_NO_LINE: Final = _LogPLine(np.nan, np.nan, np.nan)


def _log_p_lines(features: pd.DataFrame) -> dict[str, _LogPLine]:
    """Return the plain line of each series whose anchors have two Log P values at least."""
    log_p, rt = features["log_p"].to_numpy(np.float64), features["rt"].to_numpy(np.float64)
    used = features["anchor"].to_numpy(np.bool_) & np.isfinite(log_p) & np.isfinite(rt)
    series = features["series"].to_numpy(object)[used]
    x, y = log_p[used], rt[used]
    lines = {s: _log_p_line(x[series == s], y[series == s]) for s in set(series[series == series])}
    return {s: line for s, line in lines.items() if not np.isnan(line.slope)}


def _log_p_line(x: FloatArray, y: FloatArray) -> _LogPLine:
    if len(np.unique(x)) < 2:
        return _NO_LINE
    dx, dy = x - x.mean(), y - y.mean()
    slope = float(dx @ dy / (dx @ dx))
    r2 = slope * float(dx @ dy) / float(dy @ dy) if dy.any() else np.nan
    return _LogPLine(slope, float(y.mean() - slope * x.mean()), r2)


def _summarise(features: pd.DataFrame, model: RetentionModel) -> Summary:
    count = features["verdict"].value_counts()
    anchors = features["anchor"].to_numpy(np.bool_)
    wrong = int((anchors & (features["verdict"] != "valid").to_numpy()).sum())
    explained = int(count["valid"] + count["fragment"] + count["adduct"])
    total = len(features)
    headline = (
        f"{explained:,} of {total:,} features explained ({explained / max(total, 1):.0%}): "
        f"{count['valid']:,} valid, {count['fragment']:,} fragments, {count['adduct']:,} adducts; "
        f"{count['outlier']:,} outliers, {count['undetermined']:,} undetermined."
    )
    if wrong:
        headline += f" {wrong:,} of {anchors.sum():,} anchors are not valid."
    return Summary(
        features=total,
        **{verdict: int(count[verdict]) for verdict in VERDICTS},
        anchors=int(anchors.sum()),
        anchors_not_valid=wrong,
        unreadable=int((features["rule"] == _UNREADABLE).sum()),
        series=int(features["series"].nunique()),
        lines=int((model.lines["n"] > 0).sum()),
        curve_sigma=model.sigma,
        headline=headline,
    )
