"""The tables that an analysis returns, put together from its decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import FEATURES, MODELS, OPTIONAL, VERDICTS, carried_name
from ganglioside.glycans import Ceramide
from ganglioside.inference import INTERVAL, STANDARD_DEVIATION, Inference
from ganglioside.names import SPECIES_COLUMNS, species
from ganglioside.observations import BoolArray, FloatArray, IntArray
from ganglioside.reasons import Labels, reasons
from ganglioside.retention import RetentionModel
from ganglioside.tables import FeatureTable
from ganglioside.verdicts import ADDUCT, FRAGMENT, RULES, UNDETERMINED, VALID, Decisions

Objects = npt.NDArray[np.object_]

#: What stands in the column `rule` of a row that could not be read, or without any model.
UNREADABLE: Final = "reading"
NO_MODEL: Final = "no model"

_DIGITS: Final = 6  # of minutes, sigma and probabilities

_GIVEN: Final = ("feature_id", "name", "rt", "volume", "log_p", "anchor")


@dataclass(frozen=True, eq=False)
class _Decided:
    """The decided columns, one value per row of the input."""

    isomer: Objects
    predicted_rt: FloatArray
    rt_lower: FloatArray
    rt_upper: FloatArray
    residual: FloatArray
    standardized_residual: FloatArray
    verdict: IntArray
    confidence: FloatArray
    parent_id: IntArray  # -1 for none
    parent: Objects
    process: Objects
    rule: Objects
    reason: Objects


def features_table(
    table: FeatureTable, inference: Inference, model: RetentionModel, decisions: Decisions
) -> pd.DataFrame:
    """Return one row per input row: columns `columns.FEATURES`, then optional and carried ones."""
    return _frame(table, _decided(table, inference, model, decisions))


def undecided_table(table: FeatureTable, why: str) -> pd.DataFrame:
    """Return the same where no model could be had, `why` being said of every readable row."""
    decided = _nothing(table)
    readable = table.data["fault"].isna().to_numpy()
    decided.reason[readable] = why
    decided.rule[readable] = NO_MODEL
    return _frame(table, decided)


def _nothing(table: FeatureTable) -> _Decided:
    """Return the columns before any decision; rows that cannot be judged are done with that."""
    n = len(table)
    isomer = table.names.table["isomer"].to_numpy(object)
    isomer = np.append(np.where(pd.isna(isomer), None, isomer), None)  # type: ignore[call-overload]

    def numbers() -> FloatArray:
        return np.full(n, np.nan)

    def texts(value: str | None = None) -> Objects:
        return np.full(n, value, dtype=object)

    return _Decided(
        isomer=isomer[table.names.index],
        predicted_rt=numbers(),
        rt_lower=numbers(),
        rt_upper=numbers(),
        residual=numbers(),
        standardized_residual=numbers(),
        verdict=np.full(n, UNDETERMINED),
        confidence=np.ones(n),
        parent_id=np.full(n, -1),
        parent=texts(),
        process=texts(),
        rule=texts(UNREADABLE),
        reason=table.data["fault"].to_numpy(object, copy=True),
    )


def _decided(
    table: FeatureTable, state: Inference, model: RetentionModel, decisions: Decisions
) -> _Decided:
    result, row = _nothing(table), state.observed.row
    lines = model.line_labels
    name = table.data["name"].to_numpy(object)[row]
    parent = _parent_names(state, model, decisions, name)
    residual = state.observed.rt - decisions.predicted
    half = INTERVAL / STANDARD_DEVIATION * decisions.sd
    made = np.isin(decisions.verdict, [FRAGMENT, ADDUCT])
    result.predicted_rt[row] = decisions.predicted
    result.rt_lower[row] = decisions.predicted - half
    result.rt_upper[row] = decisions.predicted + half
    result.residual[row] = residual
    result.standardized_residual[row] = residual / decisions.sd
    result.verdict[row] = decisions.verdict
    result.confidence[row] = decisions.confidence
    result.parent_id[row] = np.where(decisions.parent >= 0, row[decisions.parent], -1)
    result.parent[row[made]] = parent[made]
    result.process[row] = decisions.process
    result.rule[row] = np.array(RULES, dtype=object)[decisions.rule]
    result.reason[row] = reasons(state, decisions, Labels(name, row, lines, parent))
    isomer = np.array([*model.line_isomers, None], dtype=object)
    found = (decisions.verdict == VALID) & (result.isomer[row] == None)  # noqa: E711
    result.isomer[row[found]] = isomer[decisions.line[found]]
    return result


def _parent_names(
    state: Inference, model: RetentionModel, decisions: Decisions, name: Objects
) -> Objects:
    """Return the name of each parent: as read, or made up from line and ceramide."""
    result = np.full(len(name), None, dtype=object)
    present = decisions.parent >= 0
    result[present] = name[decisions.parent[present]]
    missing = np.flatnonzero(decisions.ghost >= 0)
    ghosts, series = state.shares.ghosts, model.line_series
    kinds = np.column_stack([ghosts.line, ghosts.ceramide])[decisions.ghost[missing]]
    distinct, kind = np.unique(kinds, axis=0, return_inverse=True)
    ceramides = state.ceramides[distinct[:, 1]].astype(int).tolist()
    names = [
        species(series[line], Ceramide(*ceramide)).name
        for line, ceramide in zip(distinct[:, 0], ceramides, strict=True)
    ]
    result[missing] = np.array([*names, None], dtype=object)[kind.ravel()]
    return result


def _frame(table: FeatureTable, decided: _Decided) -> pd.DataFrame:
    data = table.data
    named = table.names.frame()
    parent = decided.parent_id
    verdict = pd.Series(decided.verdict).map(dict(enumerate(VERDICTS)))
    columns: dict[str, Any] = {
        **{column: data[column].to_numpy() for column in _GIVEN},
        **{column: named[column].array for column in SPECIES_COLUMNS},
        **{name: _rounded(values) for name, values in vars(decided).items()},
        "verdict": pd.Categorical(verdict, categories=list(VERDICTS)),
        "parent_id": pd.arrays.IntegerArray(parent.astype(np.int64), parent < 0),
        "consolidated_volume": _consolidated(data["volume"].to_numpy(np.float64), decided),
    }
    features = pd.DataFrame({c: columns[c] for c in FEATURES}, index=data.index)
    kinds = {c: kind for c, kind in FEATURES.items() if kind in ("str", "Int64")}
    return pd.concat([features.astype(kinds), *_carried(table)], axis=1)


def _rounded(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return numbers without the digits that differ between processors."""
    return values.round(_DIGITS) if values.dtype == np.float64 else values


def _consolidated(volume: FloatArray, decided: _Decided) -> FloatArray:
    """Return each valid feature's area plus that of its fragments and adducts."""
    child = np.flatnonzero((decided.parent_id >= 0) & np.isfinite(volume))
    added = np.bincount(decided.parent_id[child], volume[child], minlength=len(volume))
    return np.where(decided.verdict == VALID, volume + added, np.nan)


def _carried(table: FeatureTable) -> list[pd.DataFrame]:
    """Return the optional columns that the input has, and the foreign ones under free names."""
    optional = [c for c in OPTIONAL if table.data[c].notna().any()]
    foreign = table.carried.rename(columns={c: carried_name(str(c)) for c in table.carried})
    return [table.data[optional], foreign.set_axis(table.data.index)]


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


def models_table(
    features: pd.DataFrame, model: RetentionModel, decisions: Decisions
) -> pd.DataFrame:
    """Return the lines with their quality and the plain Log P line of their series."""
    lines, quality = model.lines, decisions.quality
    plain = _log_p_lines(features)
    log_p = [plain.get(series, _NO_LINE) for series in model.line_series]
    equations: list[Any] = [line.equation for line in log_p]
    why_not: list[Any] = [None if may else _TOO_POOR for may in quality.may_judge]
    return (
        lines.assign(
            sigma=model.sigma,
            r2=quality.r2,
            r2_loo=quality.r2_left_out,
            rmse_loo=quality.rmse_left_out,
            log_p_slope=[line.slope for line in log_p],
            log_p_intercept=[line.intercept for line in log_p],
            log_p_r2=[line.r2 for line in log_p],
            log_p_equation=equations,
            may_judge=quality.may_judge,
            why_not=why_not,
        )[[*MODELS]]
        .astype(MODELS)
        .round(_DIGITS)
    )


_TOO_POOR: Final = "Its left-out R² is below the threshold."


def _log_p_lines(features: pd.DataFrame) -> dict[str, _LogPLine]:
    """Return the plain line of each series that has one."""
    log_p, rt = features["log_p"].to_numpy(np.float64), features["rt"].to_numpy(np.float64)
    used: BoolArray = features["anchor"].to_numpy(np.bool_) & np.isfinite(log_p) & np.isfinite(rt)
    used &= features["series"].notna().to_numpy()
    series = features["series"].to_numpy(object)[used]
    x, y = log_p[used], rt[used]
    return {s: _log_p_line(x[series == s], y[series == s]) for s in set(series)}


def _log_p_line(x: FloatArray, y: FloatArray) -> _LogPLine:
    """Return the least-squares line; none where all Log P values are one."""
    if len(np.unique(x)) < 2:
        return _NO_LINE
    dx, dy = x - x.mean(), y - y.mean()
    slope = float(dx @ dy / (dx @ dx))
    r2 = slope * float(dx @ dy) / float(dy @ dy) if dy.any() else np.nan
    return _LogPLine(slope, float(y.mean() - slope * x.mean()), r2)
