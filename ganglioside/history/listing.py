"""Listings of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa

from ganglioside.columns import VERDICTS
from ganglioside.history.session_rows import Stored

_COUNTS: Final = ("features", *VERDICTS)

#: SQL of a listing; `{}` chooses sessions first, so that counts are read from their summaries only.
LISTING: Final = f"""
    SELECT id, name, sample_type, status, created, started, completed,
           {", ".join(f"TRY_CAST(summary->>'{c}' AS BIGINT) AS {c}" for c in _COUNTS)},
           file_name, file_size, sha256, version, rerun_of, error, author, keep
    FROM (SELECT * FROM sessions {{}})
    ORDER BY created DESC, id DESC
"""


def with_types(rows: pa.Table) -> pd.DataFrame:
    """Sessions with typed columns: counts as Int64, times in UTC."""
    frame: pd.DataFrame = rows.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    times = {c: frame[c].dt.tz_localize("UTC") for c in ("created", "started", "completed")}
    return frame.assign(**times)


def list_sessions(
    connection: duckdb.DuckDBPyConnection, sessions: Sequence[Stored]
) -> pd.DataFrame:
    """Sessions as a frame, the newest first."""
    ids = [session.id for session in sessions]
    chosen = LISTING.format("WHERE list_contains(?, id)")
    return with_types(connection.sql(chosen, params=[ids]).to_arrow_table())
