"""The tables that an analysis returns, made from its decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import (
    FEATURES,
    MODELS,
    OPTIONAL,
    PARENT_VERDICTS,
    VERDICTS,
    WRONG_VERDICTS,
    carried_name,
)
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.state import Inference
from ganglioside.lipids.adducts import adducts
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.names import species
from ganglioside.observations.observations import Observations
from ganglioside.observations.peak_rows import PeakRows
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, replaced
from ganglioside.support.text_columns import (
    Texts,
    as_column,
    as_numbers,
    joined,
    pick,
    texts,
    texts_of,
)
from ganglioside.verdicts.decisions import ADDUCT, RULES, UNDETERMINED, VALID, Decisions
from ganglioside.verdicts.log_p import NO_LINE, LogP
from ganglioside.verdicts.reasons import Labels, reasons

#: Values of the column `rule` for rows that could not be read, and for tables without a model.
UNREADABLE: Final = "reading"
NO_MODEL: Final = "no model"
NOT_JUDGED: Final = (UNREADABLE, NO_MODEL)

#: Whether rows of each verdict have a parent.
_HAS_PARENT: Final = np.array([verdict in PARENT_VERDICTS for verdict in VERDICTS])

#: Whether each verdict says that the name of a row is wrong.
_IS_WRONG: Final = np.array([verdict in WRONG_VERDICTS for verdict in VERDICTS])

_BLOCK: Final = 1 << 16  # rows whose reasons are written at a time, to save memory
_DIGITS: Final = 6  # of minutes, sigma and probabilities

_GIVEN: Final = ("name", "rt", "volume", "log_p", "anchor")


@dataclass(frozen=True, eq=False)
class RowVerdicts:
    """The columns of `Analysis.features` that an analysis decides, one value per input row.

    The fields have the names of the columns (see `columns.FEATURES`), each of shape (n,).

    Attributes
    ----------
    verdict : numpy.ndarray of int
        Indices into `columns.VERDICTS`.
    parent_id : numpy.ndarray of int
        -1 without a parent that has a row.
    peak_id : numpy.ndarray of int
        Row that stands for the peak of each row.
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
    peak_id: IntArray

    @property
    def is_isotope(self) -> BoolArray:
        """Whether each row is an isotope peak of the row that stands for its peak, shape (n,)."""
        of_another = self.peak_id != np.arange(len(self.peak_id))
        is_adduct = (self.verdict == ADDUCT) & (self.peak_id == self.parent_id)
        return np.asarray(is_adduct & of_another)

    def wrong_anchors(self, anchor: BoolArray) -> BoolArray:
        """Whether each row is an anchor whose name is wrong, shape (n,).

        An anchor that is undetermined is not: nothing contradicts it. An isotope peak is not
        either: the name is that of its peak.
        """
        return np.asarray(anchor & _IS_WRONG[self.verdict] & ~self.is_isotope)


def undetermined_rows(table: FeatureTable, why: str) -> RowVerdicts:
    """`undetermined` for every row of a table that allows no model.

    Parameters
    ----------
    table : FeatureTable
    why : str
        The reason given for rows that could be read.
    """
    n = len(table)
    readable = table.data["fault"].isna().to_numpy().astype(np.int64)
    unknown = np.full(n, np.nan)
    no_text = pick(texts([]), np.full(n, -1))
    return RowVerdicts(
        isomer=pick(_isomers(table), table.names.index),
        predicted_rt=unknown,
        rt_lower=unknown,
        rt_upper=unknown,
        residual=unknown,
        standardized_residual=unknown,
        verdict=np.full(n, UNDETERMINED),
        confidence=np.zeros(n),
        parent_id=np.full(n, -1),
        parent=no_text,
        process=no_text,
        rule=pick(texts([UNREADABLE, NO_MODEL]), readable),
        reason=_reasons(table, readable - 1, partial(pick, texts([why]))),
        peak_id=np.arange(n),
    )


def rows_of_gradients(parts: Sequence[RowVerdicts], part: IntArray) -> RowVerdicts:
    """Verdicts on the rows of a table whose gradients were judged apart.

    Parameters
    ----------
    parts : sequence of RowVerdicts
        Of each gradient, on all n rows of the table.
    part : numpy.ndarray of int, shape (n,)
        Index into `parts` of each row.
    """
    if len(parts) == 1:
        return parts[0]
    position = part * len(part) + np.arange(len(part))
    columns: dict[str, Any] = {}
    for field in fields(RowVerdicts):
        values = [getattr(verdicts, field.name) for verdicts in parts]
        if isinstance(values[0], np.ndarray):
            columns[field.name] = np.concatenate(values)[position]
        else:
            columns[field.name] = pick(joined(*values), position)
    return RowVerdicts(**columns)


def judged_rows(
    table: FeatureTable, state: Inference, decisions: Decisions, model: FittedModel, rows: PeakRows
) -> RowVerdicts:
    """Verdicts on all rows from decisions on the observations; other rows are `undetermined`.

    Parameters
    ----------
    table : FeatureTable
    state : Inference
        Of the observations, RT in their own sample's time.
    decisions : Decisions
        On the observations.
    model : FittedModel
    rows : PeakRows
        What the observations of one sample are to each other.
    """
    n, row = len(table), state.observed.row
    position = np.full(n, -1)  # of each row in the observations
    position[row] = np.arange(len(row))
    names = texts_of(table.data["name"])
    parent = _parent_names(names, state, model, decisions)
    place = partial(_places, table, row)
    labels = Labels(
        number=row,
        line=model.line_labels,
        parent=parent,
        name=pick(names, row),
        place=place,
        others=_joined(
            _fitting_ions(state.observed, table), _other_rows(state.observed.ion, rows, place)
        ),
    )

    def numbers(values: FloatArray) -> FloatArray:
        """Values of the observations by row, NaN for other rows."""
        return replaced(np.full(n, np.nan), row, values)

    predicted = np.where(decisions.predicted > 0, decisions.predicted, np.nan)  # else at no RT
    lower, upper = state.observed.run.interval(predicted, decisions.sd)
    residual = state.observed.rt - predicted
    has_parent = _HAS_PARENT[decisions.verdict]
    row_has_parent = np.append(has_parent, False)[position]
    parent_row = np.where(decisions.parent >= 0, row[decisions.parent], -1)
    rule = np.append(decisions.rule, len(RULES))[position]
    return RowVerdicts(
        isomer=_line_isomers(table, model, decisions, row),
        predicted_rt=numbers(predicted),
        rt_lower=numbers(lower),
        rt_upper=numbers(upper),
        residual=numbers(residual),
        standardized_residual=numbers(residual / decisions.sd),
        verdict=replaced(np.full(n, UNDETERMINED), row, decisions.verdict),
        confidence=replaced(np.zeros(n), row, decisions.confidence),
        parent_id=replaced(np.full(n, -1), row, parent_row),
        parent=pick(parent, np.where(row_has_parent, position, -1)),
        process=pick(texts(decisions.process), position),
        rule=pick(texts([*RULES, UNREADABLE]), rule),
        reason=_reasons(table, position, partial(reasons, state, decisions, labels)),
        peak_id=replaced(np.arange(n), row, row[rows.stands]),
    )


def _reasons(
    table: FeatureTable, position: IntArray, reasons_of: Callable[[IntArray], Texts]
) -> Texts:
    """The reason of each row: that of its verdict, or the fault for which it was not judged.

    Parameters
    ----------
    table
    position
        Of each row among those that were judged, -1 for the others.
    reasons_of
        Reasons of the rows at some positions.
    """
    faults, parts = texts_of(table.data["fault"]), []
    for start in range(0, len(table), _BLOCK):
        block = position[start : start + _BLOCK]
        is_judged = block >= 0
        judged = reasons_of(block[is_judged])
        # Texts of the judged rows, then faults of all rows of the block.
        from_judged = np.cumsum(is_judged) - 1
        from_faults = len(judged) + np.arange(len(block))
        both = joined(judged, faults[start : start + _BLOCK])
        parts.append(pick(both, np.where(is_judged, from_judged, from_faults)))
    return joined(*parts)


def _isomers(table: FeatureTable) -> Texts:
    """Isomer in the name of each species, missing where the name gives none."""
    return texts([s.isomer for s in table.names.species])


def _line_isomers(
    table: FeatureTable, model: FittedModel, decisions: Decisions, row: IntArray
) -> Texts:
    """Isomer of each row: that of its name, or else, for a valid row, that of its line."""
    named, by_line = _isomers(table), texts(model.line_isomers)
    index = table.names.index.copy()
    name_gives_none = named.is_null().to_numpy(False)[index[row]]
    from_line = (decisions.verdict == VALID) & name_gives_none
    index[row[from_line]] = len(named) + decisions.line[from_line]
    return pick(joined(named, by_line), index)


def _places(table: FeatureTable, row: IntArray, at: IntArray) -> npt.NDArray[np.object_]:
    """Where some observations stand in the input: `row 17`, or `feature 16` without lines."""
    lines = table.data["row"].array[row[at]]
    if lines.isna().any():
        return np.array([f"feature {k}" for k in row[at].tolist()], dtype=object)
    return np.array([f"row {k}" for k in lines.tolist()], dtype=object)


def _fitting_ions(observed: Observations, table: FeatureTable) -> dict[int, str]:
    """The ion of each observation whose m/z is not that of the stated one, in words."""
    misstated = np.flatnonzero(observed.ion_misstated)
    stated = table.data["adduct"].array.take(observed.row[misstated])
    return {
        row: f"its m/z is that of {observed.other_ion(row)}, though the table says {said}"
        for row, said in zip(misstated.tolist(), stated, strict=True)
    }


def _joined(first: dict[int, str], then: dict[int, str]) -> dict[int, str]:
    """Words on each observation, those of both where there are two."""
    both = {row: f"{first[row]}; {then[row]}" for row in first.keys() & then.keys()}
    return first | then | both


_MOST_NAMED: Final = 5  # other rows of a peak that a reason names


def _other_rows(
    ion: IntArray, rows: PeakRows, place: Callable[[IntArray], npt.NDArray[np.object_]]
) -> dict[int, str]:
    """The other rows of its peak, in words, of each observation that is no isotope peak.

    Parameters
    ----------
    ion
        Of each observation, an index into `adducts()`, -1 where unknown.
    rows
    place
        Of some observations, as text.
    """
    if rows.are_single:
        return {}
    plain = rows.isotope == 0
    size = np.bincount(rows.peak[plain], minlength=len(rows.best))
    of_peak = np.flatnonzero(plain & (size[rows.peak] > 1))  # ascending by peak
    members = np.split(of_peak, np.flatnonzero(np.diff(rows.peak[of_peak])) + 1)
    names = [*(a.name for a in adducts()), ""]
    several = [group.tolist() for group in members]
    shown = np.array([row for group in several for row in group], dtype=np.int64)
    places = dict(zip(shown.tolist(), place(shown).tolist(), strict=True))
    found: dict[int, str] = {}
    for group in several:
        found |= _each_with_others(group, ion, names, places)
    return found


def _each_with_others(
    group: list[int], ion: IntArray, names: list[str], place: dict[int, str]
) -> dict[int, str]:
    """The other rows of one peak, in words, of each of its rows."""
    found = {}
    for row in group:
        others = [k for k in group if k != row][:_MOST_NAMED]
        unlike = any(ion[k] != ion[row] for k in others)
        own = names[ion[row]]
        as_ion = [
            f"{names[ion[k]]}, {place[k]}" if names[ion[k]] else str(place[k]) for k in others
        ]
        if own and unlike:
            found[row] = f"seen as {own}, also as {' and '.join(as_ion)}"
        elif own:
            found[row] = f"picked twice as {own}, also as {' and '.join(as_ion)}"
        else:
            found[row] = f"also as {' and '.join(as_ion)}"
    return found


def _parent_names(
    names: Texts, state: Inference, model: FittedModel, decisions: Decisions
) -> Texts:
    """Name of each observation's parent: as read, or made of line and ceramide where missing."""
    index = np.where(decisions.parent >= 0, state.observed.row[decisions.parent], -1)
    child = np.flatnonzero(decisions.missing_parent >= 0)
    entry = decisions.missing_parent[child]
    missing, ceramides = state.shares.missing_parents, state.posing.ceramides
    line_ceramide = (missing.line * len(ceramides) + missing.ceramide)[entry]
    distinct, number = np.unique(line_ceramide, return_inverse=True)
    line, ceramide = np.divmod(distinct, len(ceramides))
    made = [
        species(model.line_series[k], Ceramide(*numbers)).name
        for k, numbers in zip(line, ceramides[ceramide].astype(int).tolist(), strict=True)
    ]
    index[child] = len(names) + number
    return pick(joined(names, texts(made)), index)


def given_columns(table: FeatureTable) -> dict[str, pd.Series[Any]]:
    """Columns of `Analysis.features` that no decision changes, by name.

    Those of the input are shared until either side writes; the others are new.
    """
    data = table.data
    columns = {
        **{column: data[column] for column in _GIVEN},
        "feature_id": as_numbers(data["feature_id"].to_numpy(copy=True)),
        **table.names.columns(),
        **table.names.identifiers(),
        **{c: data[c] for c in OPTIONAL if not data[c].array.isna().all()},
    }
    frame = pd.DataFrame(columns, index=data.index, copy=False)
    return {str(name): column for name, column in frame.items()}


def features_table(
    table: FeatureTable, given: Mapping[str, pd.Series[Any]], verdicts: RowVerdicts
) -> pd.DataFrame:
    """`Analysis.features`: columns `columns.FEATURES`, then optional and carried ones.

    Parameters
    ----------
    table : FeatureTable
    given : mapping of str to pandas.Series
        Its `given_columns`.
    verdicts : RowVerdicts
        On its rows.
    """
    decided: dict[str, Any] = {
        **{name: _column(values) for name, values in vars(verdicts).items()},
        "verdict": pd.Categorical.from_codes(verdicts.verdict, dtype=_VERDICT),
        "parent_id": as_numbers(verdicts.parent_id),
        "peak_id": as_numbers(verdicts.peak_id),
        "consolidated_volume": _consolidated(given["volume"].to_numpy(), verdicts),
    }
    columns = {**given, **decided}
    named = {c: columns[c] for c in FEATURES} | {c: given[c] for c in OPTIONAL if c in given}
    features = pd.DataFrame(named, index=table.data.index, copy=False)
    return pd.concat([features, _foreign(table)], axis=1) if table.carried.shape[1] else features


_VERDICT: Final = pd.CategoricalDtype(list(VERDICTS))


def wrong_anchors(features: pd.DataFrame) -> pd.Series[bool]:
    """Whether rows of `Analysis.features` are wrong anchors, as `RowVerdicts.wrong_anchors` says.

    Parameters
    ----------
    features : pandas.DataFrame
        With the columns anchor, verdict, feature_id, parent_id and peak_id, which is missing in
        analyses of older versions.
    """
    own, parent, peak = (
        features[c].astype("Int64") for c in ("feature_id", "parent_id", "peak_id")
    )
    is_isotope = (features["verdict"] == VERDICTS[ADDUCT]) & (peak == parent) & (peak != own)
    wrong = features["anchor"] & features["verdict"].isin(WRONG_VERDICTS)
    return (wrong & ~is_isotope.fillna(False)).astype("bool")


def _column(values: Any) -> Any:
    """Texts as a column; numbers rounded, since further digits differ between processors."""
    if not isinstance(values, np.ndarray):
        return as_column(values)
    if values.dtype != np.float64:
        return values
    return values.round(_DIGITS)


def _consolidated(volume: FloatArray, verdicts: RowVerdicts) -> FloatArray:
    """Area of each valid feature plus those of its fragments and adducts, NaN for other rows.

    Only rows that stand for their peak count: ions and isotope peaks are not added up.
    """
    stands = verdicts.peak_id == np.arange(len(volume))
    child = np.flatnonzero((verdicts.parent_id >= 0) & np.isfinite(volume) & stands)
    added = np.bincount(verdicts.parent_id[child], volume[child], minlength=len(volume))
    return np.where((verdicts.verdict == VALID) & stands, volume + added, np.nan)


def _foreign(table: FeatureTable) -> pd.DataFrame:
    """The foreign columns, renamed by `carried_name`; several may have one name."""
    carried = table.carried
    foreign = carried.rename(columns={c: carried_name(str(c)) for c in carried})
    return foreign.set_axis(table.data.index)


def models_table(model: FittedModel, decisions: Decisions, log_p: LogP) -> pd.DataFrame:
    """`Analysis.models`: lines, their quality and the Log P line of their series, `columns.MODELS`.

    Parameters
    ----------
    model : FittedModel
    decisions : Decisions
        With the quality of the lines of the model.
    log_p : LogP
        Of the table.
    """
    lines, quality = model.line_columns(), decisions.quality
    why_not = _TOO_POOR if quality.is_orderly else _NO_ORDER
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
        "why_not": as_column(pick(texts([why_not]), np.where(quality.may_judge, -1, 0))),
    }
    index = pd.RangeIndex(len(plain))
    return pd.DataFrame({c: columns[c] for c in MODELS}, index=index, copy=False)


_TOO_POOR: Final = "Its left-out R² is below the threshold."
#: Why no line may reject a name where nearly all names are on none.
_NO_ORDER: Final = "Too few names of the table follow an order of retention."
