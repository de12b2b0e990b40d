"""Lossless conversion between an `Analysis` and the rows of the history's tables."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ganglioside.columns import FEATURE_TABLE, FEATURES, OPTIONAL, VERDICTS
from ganglioside.errors import HistoryError
from ganglioside.verdicts.summary import Summary

#: Columns of the stored features: those of every analysis, then the optional ones.
STORED_FEATURES: Final[dict[str, str]] = FEATURES | {c: FEATURE_TABLE[c] for c in OPTIONAL}

_ARROW: Final[dict[str, pa.DataType]] = {
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "str": pa.string(),
    "category": pa.string(),
}


def to_rows(frame: pd.DataFrame, schema: dict[str, str], what: str) -> pa.Table:
    """Columns of `schema` that `frame` has, as an Arrow table with the row's position.

    Raises
    ------
    HistoryError
        If a column has another type than in the schema: it would not come back equal.
    """
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise HistoryError(f"{what} cannot be stored: its index is not 0 to {len(frame) - 1}.")
    present = {column: frame[column] for column in schema if column in frame.columns}
    for column, values in present.items():
        _require_type(values, schema[column], f"{what}.{column}")
    arrays = [pa.array(v, _ARROW[schema[c]], from_pandas=True) for c, v in present.items()]
    position = pa.array(np.arange(len(frame)), pa.int64())
    return pa.table([position, *arrays], names=["position", *present])


def from_rows(rows: pa.Table, schema: dict[str, str]) -> pd.DataFrame:
    """Frame that `to_rows` stored; columns that the rows lack are left out."""
    columns: dict[str, Any] = {}
    for column, kind in schema.items():
        if column not in rows.column_names:
            continue
        values = rows.column(column)
        if kind == "Int64":
            columns[column] = values.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        elif kind == "category":
            columns[column] = _verdicts(values.to_pandas())
        else:
            columns[column] = values.to_pandas()
    return pd.DataFrame(columns, index=pd.RangeIndex(rows.num_rows))


def _verdicts(values: pd.Series[Any]) -> pd.Categorical[Any]:
    present = values.dropna()
    if unknown := sorted({*present.unique()} - {*VERDICTS}):
        raise HistoryError(f"The history is damaged: {unknown[0]!r} is not a verdict.")
    return pd.Categorical(values, categories=list(VERDICTS))


def carried_columns(frame: pd.DataFrame) -> list[str]:
    """Columns of a features table that are not in the schema, in order."""
    return [c for c in frame.columns if c not in STORED_FEATURES]


def encode_carried(frame: pd.DataFrame) -> bytes | None:
    """Foreign columns as Parquet, each of its own type; None if there are none.

    Raises
    ------
    HistoryError
        If a column's name or values cannot be stored so that they come back equal.
    """
    if frame.columns.empty:
        return None
    mixed = [c for c in frame.columns if frame[c].dtype == np.dtype(object)]
    packed = frame.assign(**{c: _pack(frame[c]) for c in mixed})
    try:
        table = pa.Table.from_pandas(packed, preserve_index=False)
    except (pa.ArrowException, TypeError) as error:
        raise HistoryError(
            f"A column beside the known ones cannot be stored ({error}). Convert it to text."
        ) from error
    metadata = {**(table.schema.metadata or {}), b"mixed": json.dumps(mixed).encode()}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd")
    return sink.getvalue()


def decode_carried(content: bytes | None, length: int) -> pd.DataFrame:
    """Foreign columns that `encode_carried` stored, `length` rows."""
    if content is None:
        return pd.DataFrame(index=pd.RangeIndex(length))
    table = pq.read_table(io.BytesIO(content))
    frame: pd.DataFrame = table.to_pandas()
    for column in json.loads(table.schema.metadata[b"mixed"]):
        frame[column] = _unpack(frame[column])
    return frame


def summary_to_json(summary: Summary) -> str:
    """Summary as JSON, NaN as null."""
    values = asdict(summary)
    absent = {k: None for k, v in values.items() if isinstance(v, float) and math.isnan(v)}
    return json.dumps(values | absent, allow_nan=False)


def summary_from_json(text: str) -> Summary:
    """Summary from the JSON of `summary_to_json`."""
    return Summary.from_values(json.loads(text))


@cache
def _dtype(kind: str) -> Any:
    """Pandas dtype of a type of the schema."""
    return (
        pd.CategoricalDtype(list(VERDICTS))
        if kind == "category"
        else pd.api.types.pandas_dtype(kind)
    )


def _require_type(column: pd.Series[Any], expected: str, what: str) -> None:
    fits = column.dtype == _dtype(expected)
    if not fits:
        raise HistoryError(f"{what} cannot be stored: it is {column.dtype}, not {expected}.")


@dataclass(frozen=True, slots=True)
class _Form:
    """Conversion of one type in a column of mixed values to JSON and back."""

    tag: str
    kind: type
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _itself(value: Any) -> Any:
    return value


#: In order: the first form whose type fits is used (a bool is an int, a Timestamp a datetime).
_FORMS: Final[tuple[_Form, ...]] = (
    _Form("none", type(None), _itself, _itself),
    _Form("na", type(pd.NA), lambda _: None, lambda _: pd.NA),
    _Form("nat", type(pd.NaT), lambda _: None, lambda _: pd.NaT),
    _Form("text", str, _itself, _itself),
    _Form("bool", bool, _itself, _itself),
    _Form("bool", np.bool_, bool, _itself),
    _Form("int", int, str, int),
    _Form("int", np.integer, str, int),
    _Form("float", float, repr, float),
    _Form("float", np.floating, lambda v: repr(float(v)), float),
    _Form("timestamp", pd.Timestamp, pd.Timestamp.isoformat, pd.Timestamp),
    _Form("datetime", datetime, datetime.isoformat, datetime.fromisoformat),
    _Form("date", date, date.isoformat, date.fromisoformat),
    _Form("time", time, time.isoformat, time.fromisoformat),
    _Form("decimal", Decimal, str, Decimal),
)
_READERS: Final[dict[str, Callable[[Any], Any]]] = {form.tag: form.read for form in _FORMS}


def _pack(column: pd.Series[Any]) -> list[str]:
    return [_write(value, column.name) for value in column]


def _write(value: Any, column: Any) -> str:
    for form in _FORMS:
        if isinstance(value, form.kind):
            return json.dumps([form.tag, form.write(value)])
    raise HistoryError(
        f"Column {column!r} cannot be stored: it holds a {type(value).__name__}. Convert it to "
        "text before the analysis."
    )


def _unpack(column: pd.Series[Any]) -> pd.Series[Any]:
    values = [(tag, value) for tag, value in map(json.loads, column)]
    return pd.Series([_READERS[tag](v) for tag, v in values], dtype=object, index=column.index)
