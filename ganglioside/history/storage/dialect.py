"""What the stores do each in its own way, for connections of both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pyarrow as pa

from ganglioside.history.storage.connections import quoted
from ganglioside.history.storage.interface import Connection
from ganglioside.history.storage.set_aside import set_aside

if TYPE_CHECKING:
    import duckdb

    from ganglioside.history.storage.postgres.connection import PostgresConnection

#: Bytes of a row up to which its values are copied once more.
_SMALL: Final = 1_000_000


def append_rows(connection: Connection, table: str, rows: pa.Table) -> None:
    """Add rows to a table, column by column name."""
    if not rows.num_rows:
        return
    if postgres := as_postgres(connection):
        postgres.append(table, rows)
        return
    file = as_file(connection)
    if rows.num_rows == 1 and rows.nbytes < _SMALL:
        _append_one(file, table, rows)
        return
    file.register("incoming", rows)
    file.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
    file.unregister("incoming")


def _append_one(file: duckdb.DuckDBPyConnection, table: str, row: pa.Table) -> None:
    """Add one row, by values: half the work of a view of an Arrow table."""
    names = ", ".join(f'"{name}"' for name in row.column_names)
    marks = ", ".join("?" for _ in row.column_names)
    values = [column[0].as_py() for column in row.columns]
    file.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


def take_tail(connection: Connection) -> None:
    """Keep others from adding to the log until the transaction ends: a file nobody shares."""
    if postgres := as_postgres(connection):
        postgres.take_tail()


def locking(connection: Connection) -> str:
    """End of a SELECT of rows that are to be changed: those that others have are passed over."""
    return "FOR UPDATE SKIP LOCKED" if as_postgres(connection) else ""


def write_parquet(connection: Connection, table: str, target: Path) -> int:
    """Write a table to a new Parquet file, in order; return the number of rows."""
    if postgres := as_postgres(connection):
        return postgres.write_parquet(table, target)
    ((rows,),) = connection.execute(
        f"COPY (SELECT * FROM {table} ORDER BY rowid) TO '{quoted(target)}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()
    return int(rows)


def make_room(connection: Connection, moment: str) -> str | None:
    """Make the tables of a database anew; name that what was there has now, if anything was."""
    from ganglioside.history.storage.postgres import schema

    postgres = as_postgres(connection)
    if postgres is None:
        raise TypeError("A file is set aside by renaming it.")
    return schema.make_room(postgres, moment)


def replaced_histories(connection: Connection, path: Path) -> list[str]:
    """Names of what restores have replaced, and is kept: files beside a history, or schemas."""
    postgres = as_postgres(connection)
    if postgres is None:
        return [file.name for file in set_aside(path)]
    from ganglioside.history.storage.postgres import schema

    return schema.aside(postgres)


def as_postgres(connection: Connection) -> PostgresConnection | None:
    """Connection to a database; None where it is one to a file."""
    # Known by what it can do: its class is loaded only where there is a database.
    known = hasattr(connection, "take_tail")
    return cast("PostgresConnection", connection) if known else None


def as_file(connection: Connection) -> duckdb.DuckDBPyConnection:
    """Connection to a file, known to be one."""
    return cast("duckdb.DuckDBPyConnection", connection)
