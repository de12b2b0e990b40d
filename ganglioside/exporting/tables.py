"""The features as one table: CSV for spreadsheets, Parquet for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ganglioside.exporting.document import document_of
from ganglioside.exporting.readable import readable_features
from ganglioside.exporting.spreadsheet_text import safe_frame

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis


def to_csv(analysis: Analysis, rows: Sequence[int] | None = None) -> bytes:
    """CSV of the features, with the columns that are read first in front.

    Their order is that of `readable_features`.

    UTF-8 with a byte order mark, without which Excel misreads Greek letters and primes; commas,
    decimal points, CRLF line ends, missing values empty, floats with all their digits. Text that a
    spreadsheet could execute begins with an apostrophe (see `safe_text`).

    Parameters
    ----------
    analysis
        The results.
    rows
        Positions of the features, in the order in which they are written; all where None.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import ganglioside as gg
    >>> content = to_csv(gg.analyze(gg.example()))
    >>> content.decode("utf-8-sig").splitlines()[0][:28]
    'row,name,verdict,confidence,'
    """
    features = readable_features(analysis)
    chosen = features if rows is None else features.iloc[list(rows)]
    text = safe_frame(chosen).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def to_parquet(analysis: Analysis) -> bytes:
    """Parquet file of the features with their types, for `pandas.read_parquet`.

    The file's metadata has, under the key `ganglioside`, the JSON document of `to_json` without
    its features. Columns of mixed values become text.

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
    >>> len(pd.read_parquet(io.BytesIO(to_parquet(analysis)))) == len(analysis.features)
    True
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = analysis.overridden
    mixed = [c for c in features.columns if features[c].dtype == object]
    plain = features.assign(**{c: _as_text(features[c]) for c in mixed})
    table = pa.Table.from_pandas(plain, preserve_index=False)
    about = json.dumps(document_of(analysis, ("models", "findings", "problems")), allow_nan=False)
    metadata = {**(table.schema.metadata or {}), b"ganglioside": about.encode()}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd")
    return sink.getvalue()


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """Column of mixed values as text, missing where it was."""
    return column.map(str, na_action="ignore").astype("str")
