"""JSON documents: an analysis as one document, and read back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.columns import VERDICTS
from ganglioside.errors import ExportError
from ganglioside.settings import Settings
from ganglioside.verdicts.summary import Summary

SCHEMA: Final = "ganglioside-analysis"
SCHEMA_VERSION: Final = 1

_TABLES: Final = ("features", "models", "findings", "problems")

#: Attributes of an analysis whose name is not that of the table: features include the overrides.
_ATTRIBUTES: Final = {"features": "overridden"}


@dataclass(frozen=True, eq=False)
class Document:
    """Content of a JSON export; see `read_json`.

    Attributes
    ----------
    features, models, findings, problems : pandas.DataFrame
        Tables of the analysis; features include the analysts' overrides.
    summary : Summary
    settings : Settings
    source_name, source_sha256 : str
        Name and SHA-256 of the input, whose bytes are not in the document.
    version : str
        Package version that made the analysis.
    """

    features: pd.DataFrame
    models: pd.DataFrame
    findings: pd.DataFrame
    problems: pd.DataFrame
    summary: Summary
    settings: Settings
    source_name: str
    source_sha256: str
    version: str


def to_json(analysis: Analysis) -> bytes:
    """JSON document of an analysis, UTF-8.

    The document names its schema and version; each table is a list of records, and `types`
    holds the type of each of its columns. Missing values are null, never NaN; infinite numbers
    are the texts `inf` and `-inf`.

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> read_json(to_json(analysis)).summary == analysis.summary
    True
    """
    text = json.dumps(document_of(analysis), allow_nan=False, ensure_ascii=False, indent=1)
    return text.encode()


def document_of(analysis: Analysis, tables: Sequence[str] = _TABLES) -> dict[str, Any]:
    """Document of an analysis as plain values, ready for JSON.

    Parameters
    ----------
    analysis
        The results.
    tables
        Names of the tables that are included.
    """
    frames: dict[str, pd.DataFrame] = {}
    for name in tables:
        frames[name] = getattr(analysis, _ATTRIBUTES.get(name, name))
    source = analysis.source
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "version": analysis.version,
        "source": {"name": source.name, "size": source.size, "sha256": source.sha256},
        "settings": analysis.settings.to_dict(),
        "summary": _strict(asdict(analysis.summary)),
        "model": _strict(analysis.model.to_dict()),
        "types": {name: types_of(frame) for name, frame in frames.items()},
        **{name: records_of(frame) for name, frame in frames.items()},
    }


def read_json(content: bytes) -> Document:
    """Content of a document that `to_json` wrote.

    Parameters
    ----------
    content
        Bytes of the document.

    Returns
    -------
    Document

    Raises
    ------
    ExportError
        If it is something else, or of a newer schema.
    """
    document = _parse(content)
    frames = {name: table_of(document[name], document["types"][name]) for name in _TABLES}
    return Document(
        **frames,
        summary=Summary.from_values(document["summary"]),
        settings=Settings.from_dict(document["settings"]),
        source_name=document["source"]["name"],
        source_sha256=document["source"]["sha256"],
        version=document["version"],
    )


def _parse(content: bytes) -> dict[str, Any]:
    """JSON object of a document; what is no document of a known schema is refused."""
    try:
        document = json.loads(content)
    except ValueError as error:
        raise ExportError(f"This is not JSON ({error}): use the output of to_json().") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ExportError(
            f"This JSON is not an analysis: its 'schema' is not {SCHEMA!r}. Use the output of "
            "to_json()."
        )
    if document["schema_version"] > SCHEMA_VERSION:
        raise ExportError(
            f"This document has schema version {document['schema_version']}, newer than "
            f"{SCHEMA_VERSION}, which this program knows: update Ganglioside."
        )
    return document


def types_of(frame: pd.DataFrame) -> dict[str, str]:
    """Type of each column."""
    return {str(name): str(kind) for name, kind in frame.dtypes.items()}


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries, ready for JSON."""
    names = [str(c) for c in frame.columns]
    columns = [_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
    if not columns:
        return [{} for _ in range(len(frame))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series[Any]) -> Iterable[Any]:
    """Values of a column, ready for JSON; None where missing."""
    plain = column.astype(object)
    return [_strict(v) for v in plain.where(column.notna(), None).tolist()]


def _strict(value: Any) -> Any:
    """Value ready for strict JSON."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _strict_float(value)
    if isinstance(value, dict):
        return {str(k): _strict(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(v) for v in value]
    return _strict(value.item()) if hasattr(value, "item") else str(value)


def _strict_float(value: float) -> float | str | None:
    """Float ready for strict JSON: null for NaN, a text for an infinite number."""
    if math.isfinite(value):
        return float(value)
    return None if math.isnan(value) else str(value)


def table_of(records: list[dict[str, Any]], types: dict[str, str]) -> pd.DataFrame:
    """Table of records; the inverse of `records_of` and `types_of`."""
    columns = {}
    for name, kind in types.items():
        values = [record[name] for record in records]
        columns[name] = _column(values, kind)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(records)))


def _column(values: list[Any], kind: str) -> Any:
    """Column of a type, from the values of a document."""
    if kind == "category":
        known = set(values) <= {*VERDICTS, None}
        return pd.Categorical(values, categories=list(VERDICTS) if known else None)
    dtype: Any = pd.api.types.pandas_dtype(kind)
    if pd.api.types.is_float_dtype(dtype):
        return pd.Series([_or_nan(v) for v in values], dtype=object).astype(dtype)
    return pd.Series(values, dtype=dtype)


def _or_nan(value: Any) -> Any:
    """Value, or NaN for null."""
    return math.nan if value is None else value
