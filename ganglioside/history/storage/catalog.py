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


#: Kinds of things that no history holds, each with the column and the function that list them. The
#: functions take 20 ms to list, so they are looked at when a history is opened that others may have
#: changed since this process found none; all others, each time.
_NEVER: Final[dict[str, tuple[str, str]]] = {
    "view": ("view_name", "duckdb_views() WHERE NOT internal"),
    "sequence": ("sequence_name", "duckdb_sequences()"),
    "index": ("index_name", "duckdb_indexes()"),
    "schema": ("schema_name", "duckdb_schemas() WHERE NOT internal"),
}
if int(duckdb.__version__.split(".")[0]) > 1:  # DuckDB 1 has no triggers
    _NEVER["trigger"] = ("trigger_name", "duckdb_triggers()")
_NEVER_AT_OPENING: Final[dict[str, tuple[str, str]]] = {
    **_NEVER,
    "type": ("type_name", "duckdb_types() WHERE NOT internal"),
    "macro": ("function_name", "duckdb_functions() WHERE NOT internal"),
}


def _listing(never: dict[str, tuple[str, str]]) -> str:
    """One query for the tables with their SQL, and for all else with its kind.

    It names DuckDB's own functions in full: a macro of the file may bear the same name.
    """
    listings = ["SELECT NULL, table_name, sql FROM system.main.duckdb_tables() WHERE NOT internal"]
    for kind, (name, found) in never.items():
        listings.append(f"SELECT '{kind}', {name}, NULL FROM system.main.{found}")
    return " UNION ALL ".join(listings)


_TABLES: Final = _listing({})
_ALL: Final = _listing(_NEVER)
_ALL_AT_OPENING: Final = _listing(_NEVER_AT_OPENING)


@cache
def migrations() -> tuple[Migration, ...]:
    """All steps of the schema, the oldest first."""
    folder = files("ganglioside.history.storage") / "migrations"
    scripts = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(Migration(int(f.name[:4]), f.read_text(encoding="utf-8")) for f in scripts)


#: Question for the version of a history's schema, with that of the program which made it.
VERSION: Final = "SELECT version, package FROM schema_version ORDER BY version DESC LIMIT 1"


def not_newer(version: int, package: str, name: str, cure: str) -> int:
    """Version of a history's schema, which is one that this program knows.

    Parameters
    ----------
    version, package
        Answer to `VERSION`.
    name, cure
        What it is called and what helps besides an update, for the message.

    Raises
    ------
    HistoryError
        If a newer version of this program made it.
    """
    known = migrations()[-1].version
    if version > known:
        raise HistoryError(
            f"{name} was written by Ganglioside {package} (schema {version}; this version knows "
            f"{known}). Update Ganglioside, bring back a backup of before (ganglioside history "
            f"restore), or {cure}."
        )
    return version


def known_tables(version: int) -> dict[str, str]:
    """Tables of a schema version, each with the SQL that makes it."""
    return _tables_of(tuple(step for step in migrations() if step.version <= version))


@cache
def _tables_of(steps: tuple[Migration, ...]) -> dict[str, str]:
    with closing(duckdb.connect(":memory:")) as connection:
        for step in steps:
            connection.execute(step.sql)
        return {name: sql for _, name, sql in connection.execute(_TABLES).fetchall()}


def table_names() -> list[str]:
    """Names of all tables of a history of this version."""
    return sorted(known_tables(migrations()[-1].version))


@cache
def columns(json: str = "VARCHAR") -> dict[str, dict[str, str]]:
    """Columns of each table with their SQL types; `json` is the type of JSON."""
    with closing(duckdb.connect(":memory:")) as connection:
        for sql in known_tables(migrations()[-1].version).values():
            connection.execute(sql)
        return {table: dict(described(connection, table, json)) for table in table_names()}


def described(
    connection: duckdb.DuckDBPyConnection, table: str, json: str = "VARCHAR"
) -> list[tuple[str, str]]:
    """Columns of a table or view with their SQL types; `json` is the type of JSON."""
    rows = connection.execute(f"DESCRIBE {table}").fetchall()
    return [(name, json if kind == "JSON" else kind) for name, kind, *_ in rows]


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
    rows = connection.execute(_ALL_AT_OPENING if opening else _ALL).fetchall()
    found = {name: sql for kind, name, sql in rows if kind is None}
    known = known_tables(version)
    strange = [f"the table {_short(name)}" for name, sql in found.items() if known.get(name) != sql]
    strange += [f"the {kind} {_short(name)}" for kind, name, _ in rows if kind is not None]
    missing = [f"no table {name}" for name in known if name not in found]
    if strange or missing:
        raise HistoryError(
            f"{path} is not as Ganglioside makes a history: it holds "
            f"{', '.join((*strange, *missing)[:3])}. It was changed by another program, so nothing "
            "in it is carried out. Restore a backup, or name another file."
        )


def _short(name: object) -> str:
    return repr(str(name)[:40])
