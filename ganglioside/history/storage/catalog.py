"""Check that a history's file holds the tables of the migrations, and nothing that runs code.

A DuckDB file from elsewhere can hold views, macros and computed columns: a query of such a file
runs what its author wrote. So the catalog is compared with the known one before anything else is
read.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb

from ganglioside.errors import HistoryError


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; steps are applied in order and never changed."""

    version: int
    sql: str


#: Kinds of things that no history holds, each with the query that lists them. The functions take
#: 20 ms to list, so they are looked at when a history is opened; all others, each time.
_NEVER: Final[dict[str, str]] = {
    "view": "SELECT view_name FROM duckdb_views() WHERE NOT internal",
    "sequence": "SELECT sequence_name FROM duckdb_sequences()",
    "index": "SELECT index_name FROM duckdb_indexes()",
    "schema": "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal",
}
_NEVER_AT_OPENING: Final[dict[str, str]] = {
    **_NEVER,
    "type": "SELECT type_name FROM duckdb_types() WHERE NOT internal",
    "macro": "SELECT function_name FROM duckdb_functions() WHERE NOT internal",
}

_TABLES: Final = (
    "SELECT table_name, sql FROM duckdb_tables() WHERE database_name = current_database() "
    "AND NOT internal"
)


@cache
def migrations() -> tuple[Migration, ...]:
    """All steps of the schema, the oldest first."""
    folder = files("ganglioside.history.storage") / "migrations"
    scripts = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(Migration(int(f.name[:4]), f.read_text(encoding="utf-8")) for f in scripts)


def known_tables(version: int) -> dict[str, str]:
    """Tables of a schema version, each with the SQL that makes it."""
    return _tables_of(tuple(step for step in migrations() if step.version <= version))


@cache
def _tables_of(steps: tuple[Migration, ...]) -> dict[str, str]:
    with closing(duckdb.connect(":memory:")) as connection:
        for step in steps:
            connection.execute(step.sql)
        return dict(connection.execute(_TABLES).fetchall())


def table_names() -> list[str]:
    """Names of all tables of a history of this version."""
    return sorted(known_tables(migrations()[-1].version))


def require_known(
    connection: duckdb.DuckDBPyConnection, path: Path, version: int, *, opening: bool = False
) -> None:
    """Raise `HistoryError` if a file holds anything but the tables of a schema version.

    Parameters
    ----------
    connection
    path
        For the message.
    version
        Schema version of the file.
    opening
        Whether to look for macros and types too.

    Raises
    ------
    HistoryError
        If there is anything else, or a table has another definition.
    """
    found = dict(connection.execute(_TABLES).fetchall())
    known = known_tables(version)
    strange = [f"the table {_short(name)}" for name, sql in found.items() if known.get(name) != sql]
    missing = [f"no table {name}" for name in known if name not in found]
    for kind, listing in (_NEVER_AT_OPENING if opening else _NEVER).items():
        strange += [
            f"the {kind} {_short(name)}" for (name,) in connection.execute(listing).fetchall()
        ]
    strange += _triggers(connection)
    if strange or missing:
        raise HistoryError(
            f"{path} is not as Ganglioside makes a history: it holds "
            f"{', '.join((*strange, *missing)[:3])}. It was changed by another program, so nothing "
            "in it is carried out. Restore a backup, or name another file."
        )


def _triggers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    try:
        rows = connection.execute("SELECT trigger_name FROM duckdb_triggers()").fetchall()
    except duckdb.CatalogException:  # DuckDB 1 has no triggers
        return []
    return [f"the trigger {_short(name)}" for (name,) in rows]


def _short(name: object) -> str:
    return repr(str(name)[:40])
