"""The features as one table: CSV for spreadsheets, Parquet for programs."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from ganglioside.exporting.document import document_of
from ganglioside.exporting.spreadsheet_text import safe_frame

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis


def to_csv(analysis: Analysis) -> bytes:
    """Return the features as CSV.

    UTF-8 with a byte order mark, without which Excel reads Greek letters and primes wrongly;
    commas, decimal points, CRLF line ends, missing values empty, floats with all their digits.
    Text that a
    spreadsheet could execute begins with an apostrophe (see `safe_text`).
    """
    text = safe_frame(analysis.reviewed).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def to_parquet(analysis: Analysis) -> bytes:
    """Return the features as Parquet with their types; `pandas.read_parquet` reads them.

    The file's metadata holds, under the key `ganglioside`, the JSON document of `to_json`
    without its features. Columns of mixed values become text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = analysis.reviewed
    mixed = [c for c in features.columns if features[c].dtype == object]
    plain = features.assign(**{c: _as_text(features[c]) for c in mixed})
    table = pa.Table.from_pandas(plain, preserve_index=False)
    about = json.dumps(document_of(analysis, ("models", "findings", "problems")), allow_nan=False)
    metadata = {**(table.schema.metadata or {}), b"ganglioside": about.encode()}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd")
    return sink.getvalue()


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.map(str, na_action="ignore").astype("str")
