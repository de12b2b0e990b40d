"""The tables that an analysis returns, put together from its decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from ganglioside.columns import FEATURES, MODELS, OPTIONAL, VERDICTS, carried_name
from ganglioside.inference.densities import INTERVAL, STANDARD_DEVIATION
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.state import Inference
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.names import species
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.text_columns import (
    Texts,
    as_column,
    as_numbers,
    joined,
    pick,
    texts,
    texts_of,
)
from ganglioside.verdicts.decisions import ADDUCT, FRAGMENT, RULES, UNDETERMINED, VALID, Decisions
from ganglioside.verdicts.log_p import NO_LINE, LogP
from ganglioside.verdicts.reasons import Labels, reasons

Values = TypeVar("Values", FloatArray, IntArray)

#: What stands in the column `rule` of a row that could not be read, or without any model.
UNREADABLE: Final = "reading"
NO_MODEL: Final = "no model"

_BLOCK: Final = 1 << 16  # rows whose reasons are written at a time, to save memory
_DIGITS: Final = 6  # of minutes, sigma and probabilities

_GIVEN: Final = ("name", "rt", "volume", "log_p", "anchor")


@dataclass(frozen=True, eq=False)
class Decided:
    """The decided columns, one value per row of the input.

    Attributes
    ----------
    verdict : numpy.ndarray of int, shape (n,)
        Places in `columns.VERDICTS`.
    parent_id : numpy.ndarray of int, shape (n,)
        -1 for none.
    """

    isomer: Texts
    predicted_rt: FloatArray
    rt_lower: FloatArray
    rt_upper: FloatArray
    residual: FloatArray
    standardized_residual: FloatArray
    verdict: IntArray
    confidence: FloatArray
    parent_id: IntArray
    parent: Texts
    process: Texts
    rule: Texts
    reason: Texts


def undecided(table: FeatureTable, why: str) -> Decided:
    """Return that no row can be judged without a model, `why` being said of readable rows."""
    n = len(table)
    readable = table.data["fault"].isna().to_numpy().astype(np.int64)
    missing, none = np.full(n, np.nan), pick(texts([]), np.full(n, -1))
    return Decided(
        isomer=pick(_isomers(table), table.names.index),
        predicted_rt=missing,
        rt_lower=missing,
        rt_upper=missing,
        residual=missing,
        standardized_residual=missing,
        verdict=np.full(n, UNDETERMINED),
        confidence=np.ones(n),
        parent_id=np.full(n, -1),
        parent=none,
        process=none,
        rule=pick(texts([UNREADABLE, NO_MODEL]), readable),
        reason=_reason(table, readable - 1, partial(pick, texts([why]))),
    )


def decided_rows(
    table: FeatureTable, state: Inference, decisions: Decisions, model: FittedModel
) -> Decided:
    """Return the decisions on the observations as those on rows; other rows are undetermined."""
    n, row = len(table), state.observed.row
    place = np.full(n, -1)  # of each row among the observations
    place[row] = np.arange(len(row))
    parent = _parent_names(table, state, model, decisions)
    labels = Labels(row, model.line_labels, parent)

    def numbers(values: FloatArray) -> FloatArray:
        return _spread(values, row, np.full(n, np.nan))

    half = INTERVAL / STANDARD_DEVIATION * decisions.sd
    residual = state.observed.rt - decisions.predicted
    made = (decisions.verdict == FRAGMENT) | (decisions.verdict == ADDUCT)
    parent_row = np.where(decisions.parent >= 0, row[decisions.parent], -1)
    return Decided(
        isomer=_isomer(table, model, decisions, row),
        predicted_rt=numbers(decisions.predicted),
        rt_lower=numbers(decisions.predicted - half),
        rt_upper=numbers(decisions.predicted + half),
        residual=numbers(residual),
        standardized_residual=numbers(residual / decisions.sd),
        verdict=_spread(decisions.verdict, row, np.full(n, UNDETERMINED)),
        confidence=_spread(decisions.confidence, row, np.ones(n)),
        parent_id=_spread(parent_row, row, np.full(n, -1)),
        parent=pick(parent, np.where(np.append(made, False)[place], place, -1)),
        process=pick(texts(decisions.process), place),
        rule=pick(texts([*RULES, UNREADABLE]), np.append(decisions.rule, len(RULES))[place]),
        reason=_reason(table, place, partial(reasons, state, decisions, labels)),
    )


def _spread(values: Values, row: IntArray, everywhere: Values) -> Values:
    """Return `everywhere` with values at some rows."""
    everywhere[row] = values
    return everywhere


def _reason(table: FeatureTable, place: IntArray, say: Callable[[IntArray], Texts]) -> Texts:
    """Return what is said of each row, or else why it cannot be judged.

    Parameters
    ----------
    table
    place
        Of each row among what can be judged, -1 for the others.
    say
        Returns what is said of some places.
    """
    faults, parts = texts_of(table.data["fault"]), []
    for start in range(0, len(table), _BLOCK):
        here = place[start : start + _BLOCK]
        said = say(here[here >= 0])
        at = np.where(here >= 0, np.cumsum(here >= 0) - 1, len(said) + np.arange(len(here)))
        parts.append(pick(joined(said, faults[start : start + _BLOCK]), at))
    return joined(*parts)


def _isomers(table: FeatureTable) -> Texts:
    return texts([s.isomer for s in table.names.species])


def _isomer(table: FeatureTable, model: FittedModel, decisions: Decisions, row: IntArray) -> Texts:
    """Return the isomer that a name gives, or else that of the line on which a row stands."""
    named, by_line = _isomers(table), texts(model.line_isomers)
    place = table.names.index.copy()
    of_line = (decisions.verdict == VALID) & named.is_null().to_numpy(False)[place[row]]
    place[row[of_line]] = len(named) + decisions.line[of_line]
    return pick(joined(named, by_line), place)


def _parent_names(
    table: FeatureTable, state: Inference, model: FittedModel, decisions: Decisions
) -> Texts:
    """Return the name of each parent: as read, or made up from line and ceramide."""
    names = texts_of(table.data["name"])
    place = np.where(decisions.parent >= 0, state.observed.row[decisions.parent], -1)
    missing = np.flatnonzero(decisions.ghost >= 0)
    ghosts, series = state.shares.missing_parents, model.line_series
    ceramides = state.observed.ceramides
    kinds = (ghosts.line * len(ceramides) + ghosts.ceramide)[decisions.ghost[missing]]
    distinct, kind = np.unique(kinds, return_inverse=True)
    line, ceramide = np.divmod(distinct, len(ceramides))
    made_up = [
        species(series[k], Ceramide(*numbers)).name
        for k, numbers in zip(line, ceramides[ceramide].astype(int).tolist(), strict=True)
    ]
    place[missing] = len(names) + kind
    return pick(joined(names, texts(made_up)), place)


def features_table(table: FeatureTable, decided: Decided) -> pd.DataFrame:
    """Return one row per input row: columns `columns.FEATURES`, then optional and carried ones."""
    data = table.data
    columns: dict[str, Any] = {
        **{column: data[column] for column in _GIVEN},
        "feature_id": as_numbers(data["feature_id"].to_numpy(copy=True)),
        **table.names.columns(),
        **{name: _column(values) for name, values in vars(decided).items()},
        "verdict": pd.Categorical.from_codes(decided.verdict, dtype=_VERDICT),
        "parent_id": as_numbers(decided.parent_id),
        "consolidated_volume": _consolidated(data["volume"].to_numpy(), decided),
    }
    # What is given is shared until either side writes; all else is new.
    features = pd.DataFrame({c: columns[c] for c in FEATURES}, index=data.index, copy=False)
    carried = _carried(table)
    return pd.concat([features, *carried], axis=1) if carried else features


_VERDICT: Final = pd.CategoricalDtype(list(VERDICTS))


def _column(values: Any) -> Any:
    """Return texts as a column, and numbers without the digits that differ by processor."""
    if not isinstance(values, np.ndarray):
        return as_column(values)
    return values.round(_DIGITS) if values.dtype == np.float64 else values


def _consolidated(volume: FloatArray, decided: Decided) -> FloatArray:
    """Return each valid feature's area plus that of its fragments and adducts."""
    child = np.flatnonzero((decided.parent_id >= 0) & np.isfinite(volume))
    added = np.bincount(decided.parent_id[child], volume[child], minlength=len(volume))
    return np.where(decided.verdict == VALID, volume + added, np.nan)


def _carried(table: FeatureTable) -> list[pd.DataFrame]:
    """Return the optional columns that the input has, and the foreign ones under free names."""
    data, carried = table.data, table.carried
    frames = []
    if optional := [c for c in OPTIONAL if not data[c].array.isna().all()]:
        frames.append(data[optional])
    if carried.shape[1]:
        foreign = carried.rename(columns={c: carried_name(str(c)) for c in carried})
        frames.append(foreign.set_axis(data.index))
    return frames


def models_table(model: FittedModel, decisions: Decisions, log_p: LogP) -> pd.DataFrame:
    """Return the lines with their quality and the plain Log P line of their series."""
    lines, quality = model.line_columns(), decisions.quality
    plain = [log_p.lines.get(series, NO_LINE) for series in model.line_series]
    numbers = {
        "offset": lines["offset"],
        "offset_se": lines["offset_se"],
        "sigma": np.full(len(plain), model.sigma),
        "r2": quality.r2,
        "r2_loo": quality.r2_left_out,
        "rmse_loo": quality.rmse_left_out,
        "log_p_slope": np.array([line.slope for line in plain]),
        "log_p_intercept": np.array([line.intercept for line in plain]),
        "log_p_r2": np.array([line.r2 for line in plain]),
    }
    columns = {
        **lines,
        **{column: values.round(_DIGITS) for column, values in numbers.items()},
        "log_p_equation": as_column(texts([line.equation for line in plain])),
        "may_judge": quality.may_judge,
        "why_not": as_column(pick(texts([_TOO_POOR]), -quality.may_judge.astype(np.int64))),
    }
    index = pd.RangeIndex(len(plain))
    return pd.DataFrame({c: columns[c] for c in MODELS}, index=index, copy=False)


_TOO_POOR: Final = "Its left-out R² is below the threshold."
