"""Connection to PostgreSQL that takes the statements of the history as DuckDB does."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

import psycopg
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from psycopg import sql
from psycopg.types.string import TextBinaryLoader, TextLoader

from ganglioside.history.storage.catalog import columns

Raw = psycopg.Connection[tuple[Any, ...]]

#: Texts, quoted names and comments are left alone; what stands for a value is numbered.
_PARTS: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\?|\$([a-z_]\w*)")

#: What PostgreSQL says otherwise: functions of ours, which `schema` makes.
_WORDS: Final = (
    (re.compile(r"TRY_CAST\(([^()]+) AS BIGINT\)"), r"whole_number(\1)"),
    (re.compile(r"\blower\("), "lower_case("),
)

#: Advisory locks of a history: on all that is changed, and on the end of its log.
_CHANGES: Final = "17249, 1"
_TAIL: Final = "17249, 2"

#: Arrow types of PostgreSQL's, by number. Sums of whole numbers are `numeric`, and floats in Arrow
#: as they are for DuckDB.
_TYPES: Final[Mapping[int, pa.DataType]] = {
    16: pa.bool_(),
    17: pa.binary(),
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    700: pa.float64(),
    701: pa.float64(),
    1700: pa.float64(),
    1114: pa.timestamp("us"),
}
_STORED: Final[Mapping[str, pa.DataType]] = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "BLOB": pa.binary(),
    "TIMESTAMP": pa.timestamp("us"),
}

#: PostgreSQL's names of the types of the schema.
NAMES: Final[Mapping[str, str]] = {
    "DOUBLE": "double precision",
    "BLOB": "bytea",
    "VARCHAR": 'text COLLATE "C"',
    "TIMESTAMP": "timestamp without time zone",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "JSON": "json",
}

#: In which order the rows of a table are written.
_ORDER: Final[Mapping[str, str]] = {
    "inputs": "sha256",
    "log": "number, sha256",
    "sessions": "id",
    "jobs": "id",
    "results": "session",
    "events": "owner, number",
    "tokens": "created, id",
    "tasks": "kind",
    "schedule": "older_than",
}

#: How the end of a copy begins.
_END: Final = re.compile(rb"[\r\n]\\[.]")

#: Rows of an export that are in memory at once.
_AT_ONCE: Final = 20_000


class Rows:
    """What a statement found; the number of rows that it changed as the only row of others.

    Parameters
    ----------
    cursor
    """

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    @property
    def description(self) -> Sequence[Any]:
        """One entry per column, of which the first item is the name."""
        return self._cursor.description or ()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        if self._cursor.description is None:
            return [(self._cursor.rowcount,)]
        return self._cursor.fetchall()

    def fetchone(self) -> tuple[Any, ...] | None:
        """Next row; None after the last one."""
        return self._cursor.fetchone()

    def to_arrow_table(self) -> pa.Table:
        """Rows as an Arrow table."""
        described = self._cursor.description or []
        types = [_TYPES.get(column.type_code, pa.string()) for column in described]
        return _table([column.name for column in described], types, self._cursor.fetchall())

    def df(self) -> Any:
        """Rows as a DataFrame."""
        return self.to_arrow_table().to_pandas()


class PostgresConnection:
    """Connection within one transaction.

    Parameters
    ----------
    raw
    sender
        Name of this process, for those who hear that it has written.

    Attributes
    ----------
    wrote_log : bool
        Whether this transaction has added to the log.
    """

    def __init__(self, raw: Raw, sender: str = "") -> None:
        self._raw = raw
        self._sender = sender
        self.wrote_log = False

    def execute(self, query: str, parameters: Any = None) -> Rows:
        """Carry out one statement; more than one, or its end within a value, is refused."""
        text, names = translated(query)
        values = [parameters[name] for name in names] if names else list(parameters or ())
        # Binary: PostgreSQL takes one statement only, and floats need no digits.
        cursor = psycopg.RawCursor(self._raw)
        return Rows(cursor.execute(text, values, binary=True))

    def sql(self, query: str, *, params: Any = None) -> Rows:
        """Rows of one SELECT."""
        return self.execute(query, params)

    def script(self, text: str) -> None:
        """Carry out statements of this program that take no values."""
        self._raw.execute(sql.SQL(text))

    def begin(self) -> None:
        """Begin to change things, alone; what was seen before may have changed."""
        self._raw.rollback()
        self.lock()

    def commit(self) -> None:
        """Store what was changed, and tell all who listen."""
        self.execute("SELECT pg_notify('ganglioside', ?)", [self._sender])
        self._raw.commit()

    def lock(self, *, adding: bool = False) -> None:
        """Keep others from changing the history; with `adding`, only those who do more than add."""
        how = "_shared" if adding else ""
        self.execute(f"SELECT pg_advisory_xact_lock{how}({_CHANGES})")

    def take_tail(self) -> None:
        """Keep others from adding to the log until the transaction ends."""
        self.execute(f"SELECT pg_advisory_xact_lock({_TAIL})")
        self.wrote_log = True

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, column by column name; an input that is there stays as it is."""
        if any(map(pa.types.is_binary, rows.schema.types)):
            self._insert(table, rows)
        else:
            self._copy(table, rows)

    def stage(
        self, table: str, types: Mapping[str, str], batches: Iterable[pa.RecordBatch]
    ) -> None:
        """Make a table for this transaction, and fill it."""
        listed = ", ".join(f'"{name}" {NAMES[kind]}' for name, kind in types.items())
        self.script(f"CREATE TEMP TABLE {table} ({listed}) ON COMMIT DROP")
        for batch in batches:
            self.append(table, pa.Table.from_batches([batch]))
        self.script(f"ANALYZE {table}")

    def write_parquet(self, table: str, target: Path) -> int:
        """Write a table to a new Parquet file, in order; return the number of rows."""
        types = columns()[table]
        schema = pa.schema([(name, _STORED[kind]) for name, kind in types.items()])
        order = _ORDER.get(table, "session, position")
        query = f"SELECT {_listed(types)} FROM {table} ORDER BY {order}"
        count = 0
        with (
            psycopg.RawServerCursor(self._raw, "export") as cursor,
            pq.ParquetWriter(target, schema, compression="zstd") as writer,
        ):
            cursor.execute(query, binary=True)
            while rows := cursor.fetchmany(_AT_ONCE):
                writer.write_table(_table(schema.names, schema.types, rows))
                count += len(rows)
        return count

    def _insert(self, table: str, rows: pa.Table) -> None:
        marks = ", ".join(f"${i + 1}" for i in range(rows.num_columns))
        unless = ""
        if table == "inputs":  # in one order, so that nobody waits for each other
            rows, unless = rows.sort_by("sha256"), " ON CONFLICT DO NOTHING"
        psycopg.RawCursor(self._raw).executemany(
            f"INSERT INTO {_columns(table, rows)} VALUES ({marks}){unless}", _tuples(rows)
        )

    def _copy(self, table: str, rows: pa.Table) -> None:
        text = io.BytesIO()
        pcsv.write_csv(rows, text, pcsv.WriteOptions(include_header=False))
        # A line that begins so ends the copy, even within the quotes of a text.
        by_row = _END.search(text.getbuffer()) is not None
        how = "" if by_row else " (FORMAT csv)"
        with (
            psycopg.RawCursor(self._raw) as cursor,
            cursor.copy(f"COPY {_columns(table, rows)} FROM STDIN{how}") as copy,
        ):
            if by_row:
                for row in _tuples(rows):
                    copy.write_row(row)
            else:
                copy.write(text.getbuffer())


@cache
def translated(query: str) -> tuple[str, tuple[str, ...]]:
    """Statement with numbered values, and their names where they have names.

    Examples
    --------
    >>> translated("SELECT '?', id FROM jobs WHERE pid = ? AND host = ?")[0]
    "SELECT '?', id FROM jobs WHERE pid = $1 AND host = $2"
    >>> translated("SELECT $now, $id, $now")
    ('SELECT $1, $2, $1', ('now', 'id'))
    """
    names: list[str] = []
    marks = 0

    def numbered(found: re.Match[str]) -> str:
        nonlocal marks
        if found[0] == "?":
            marks += 1
            return f"${marks}"
        if (name := found[1]) is None:
            return found[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    for pattern, replacement in _WORDS:
        query = pattern.sub(replacement, query)
    return _PARTS.sub(numbered, query), tuple(names)


def prepared(raw: Raw) -> None:
    """Let JSON come back as the text that was stored: its hash counts."""
    raw.adapters.register_loader("json", TextLoader)
    raw.adapters.register_loader("json", TextBinaryLoader)


def require_answer(raw: Raw, seconds: float) -> None:
    """Ask the server for nothing, and wait for its answer; what it tells meanwhile is kept.

    Raises
    ------
    psycopg.OperationalError
        If it has gone, or does not answer in time: whoever was cut off says nothing of it. The
        connection is closed then.
    """
    pq_connection, end = raw.pgconn, time.monotonic() + seconds
    pq_connection.send_query(b"")
    with DefaultSelector() as selector:
        selector.register(pq_connection.socket, EVENT_READ)
        is_answered = False
        while not is_answered:
            while pq_connection.is_busy():
                if not selector.select(max(0.0, end - time.monotonic())):
                    raw.close()
                    raise psycopg.OperationalError(
                        f"timeout: the server has not answered within {seconds:g} s"
                    )
                pq_connection.consume_input()
            is_answered = pq_connection.get_result() is None
    while (told := pq_connection.notifies()) is not None:
        if pq_connection.notify_handler is not None:
            pq_connection.notify_handler(told)  # psycopg's own: `notifies` gives it then


def _columns(table: str, rows: pa.Table) -> str:
    return f"{table} ({_listed(rows.column_names)})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _tuples(rows: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def _table(
    names: Sequence[str], types: Sequence[pa.DataType], rows: list[tuple[Any, ...]]
) -> pa.Table:
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [_array(column, kind) for column, kind in zip(cells, types, strict=True)]
    return pa.table(arrays, names=list(names))


def _array(cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.float64():  # numeric comes as Decimal
        return pa.array([None if cell is None else float(cell) for cell in cells], kind)
    if kind == pa.string():
        return pa.array([c if c is None or isinstance(c, str) else str(c) for c in cells], kind)
    return pa.array(cells, kind)
