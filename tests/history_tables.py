"""The tables of a history for tests: their columns, and questions to the bare file."""

from __future__ import annotations

from typing import Any, Final

import duckdb
import psycopg
from psycopg.sql import SQL

from ganglioside.columns import FINDINGS, MODELS, PROBLEMS
from ganglioside.history import History
from ganglioside.history.storage.codec import STORED_FEATURES

TABLES: Final = {
    "features": STORED_FEATURES,
    "models": MODELS,
    "findings": FINDINGS,
    "problems": PROBLEMS,
}


def query(history: History, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query of the file or the database itself."""
    if history.address.startswith("postgresql://"):
        with psycopg.connect(history.address, options="-c search_path=ganglioside") as database:
            return database.execute(SQL(sql)).fetchall()  # type: ignore[arg-type]
    with duckdb.connect(str(history.path), read_only=True) as connection:
        return connection.execute(sql).fetchall()
