"""Checks of an export before it is imported, since anybody can write such a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ganglioside.errors import HistoryError, SettingsError
from ganglioside.history.opening import ID, LONGEST_NAME
from ganglioside.history.process import PIDS_END
from ganglioside.history.session_rows import STATUSES, Stored
from ganglioside.history.sharing import SHARED
from ganglioside.history.storage.catalog import columns, described
from ganglioside.history.storage.connections import connect, quoted
from ganglioside.history.storage.damage import DAMAGE, damage
from ganglioside.history.storage.dialect import as_file, as_postgres
from ganglioside.history.storage.interface import Connection
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings

#: Bytes of a manifest; that of 12 tables has 2 kB.
_LARGEST_MANIFEST: Final = 1_000_000

#: A table may unpack to so many times the size of its file; Parquet of real tables makes 1 to 30.
_UNPACKED_TIMES: Final = 200
_UNPACKED_ANYWAY: Final = 100_000_000  # bytes

#: Rows that go to a database at once.
_AT_ONCE: Final = 20_000

#: SQL functions that count the bytes of a value, by type.
_BYTES: Final = {"VARCHAR": "strlen", "BLOB": "octet_length"}

#: Levels of lists and objects in JSON, at most; results of batches have three.
_DEEPEST: Final = 50

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(ID)
_LONGEST_NAME: Final = LONGEST_NAME
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: Names are in one line. Sessions are named after files, whose names hold blanks of all scripts;
#: what else controls a terminal is printed as its code.
_BREAK: Final = re.compile(r"[\t\n]")


@dataclass(frozen=True, slots=True)
class Manifest:
    """Manifest of an export: version, number of rows and hash of each table.

    Attributes
    ----------
    program : str
    format_version, schema_version : int
    rows : dict of str to int
        Number of rows, by table.
    sha256 : dict of str to str
        SHA-256 of each table's file.
    """

    program: str
    format_version: int
    schema_version: int
    rows: dict[str, int]
    sha256: dict[str, str]


def read_manifest(path: Path, form: str) -> Manifest:
    """Manifest of an export.

    Raises
    ------
    HistoryError
        If it cannot be read, or is not a manifest.
    """
    folder = path.parent
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_MANIFEST + 1)
        if len(text) > _LARGEST_MANIFEST:
            raise ValueError(f"larger than {_LARGEST_MANIFEST:,} bytes")
        values = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise HistoryError(
            f"{folder} is no export of a history: its {path.name} cannot be read ({error})."
        ) from error
    if not isinstance(values, dict) or values.get("format") != form:
        raise HistoryError(f"{folder} is no export of a history: see its {path.name}.")
    try:
        return _manifest(values)
    except (KeyError, TypeError, ValueError) as error:
        raise HistoryError(
            f"{folder} is no whole export of a history: in its {path.name}, {error}. Export it "
            "again."
        ) from error


def _manifest(values: dict[str, Any]) -> Manifest:
    tables = _of(dict, values, "tables")
    about = {str(table): _of(dict, tables, table) for table in tables}
    return Manifest(
        program=_of(str, values, "program")[:100],
        format_version=_of(int, values, "format_version"),
        schema_version=_of(int, values, "schema_version"),
        rows={table: _of(int, entry, "rows") for table, entry in about.items()},
        sha256={table: _of(str, entry, "sha256") for table, entry in about.items()},
    )


def _of(kind: type[Any], values: Mapping[str, Any], key: str) -> Any:
    """Value of a key; raise an error unless it is of the kind given."""
    if key not in values:
        raise KeyError(f"{key} is missing")
    if not isinstance(values[key], kind) or isinstance(values[key], bool):
        raise TypeError(f"{key} is {str(values[key])[:40]!r}")
    return values[key]


def view_tables(
    connection: Connection, tables: Collection[str], folder: Path, *, own: bool = False
) -> None:
    """Make `new_TABLE` of each table of an export, once its file was found harmless.

    In a file they are views of the export; in a database tables of this transaction. An export that
    is one's own may unpack to any size: many sessions that are much alike pack well.
    """
    if (postgres := as_postgres(connection)) is None:
        for table in tables:
            view_table(as_file(connection), table, folder / f"{table}.parquet", own=own)
        return
    with connect(Path(":memory:"), folder=folder) as files:
        for table in tables:
            view_table(files, table, folder / f"{table}.parquet", own=own)
            types = dict(described(files, f"new_{table}"))
            rows = files.sql(f"FROM new_{table}").to_arrow_reader(_AT_ONCE)
            postgres.stage(f"new_{table}", types, rows)


def view_table(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, *, own: bool = False
) -> None:
    """Make the view `new_TABLE` of a file that holds columns of a history and is not a zip bomb.

    Raises
    ------
    HistoryError
        If it has other columns, or unpacks to far more than its size.
    """
    if not own:
        _require_size(path, _encoded_size(path))
    source = f"read_parquet('{quoted(path)}', file_row_number = true)"
    connection.execute(f"CREATE TEMP VIEW new_{table} AS FROM {source}")
    known = columns()[table]
    found = dict(described(connection, f"new_{table}"))
    for name, kind in found.items():
        if name != "file_row_number" and kind != known.get(name):
            expected = f"not {known[name]}" if name in known else "which no history has"
            raise HistoryError(
                f"{path}: its column {name[:40]!r} is {kind[:40]}, {expected}. Export the "
                "history again, with a version that is not newer than this one."
            )
    if not own:
        _require_size(path, _text_size(connection, table, found))


def _encoded_size(path: Path) -> int:
    """Bytes to which a Parquet file unpacks, according to its own metadata."""
    try:
        found = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise HistoryError(f"{path} is no Parquet file ({error}). Copy it again.") from error
    groups = (found.row_group(number) for number in range(found.num_row_groups))
    encoded: int = sum(
        group.column(column).total_uncompressed_size
        for group in groups
        for column in range(group.num_columns)
    )
    return max(encoded, int(found.num_rows * found.num_columns * 8))


def _text_size(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]
) -> int:
    """Bytes of all texts: a long text can be stored once and repeated a million times."""
    lengths = [
        f'coalesce(sum({_BYTES[kind]}("{name}")), 0)'
        for name, kind in columns.items()
        if kind in _BYTES
    ]
    ((size,),) = connection.execute(f"SELECT {' + '.join(lengths)} FROM new_{table}").fetchall()
    return int(size)


def _require_size(path: Path, unpacked: int) -> None:
    packed = path.stat().st_size
    if unpacked > max(_UNPACKED_ANYWAY, _UNPACKED_TIMES * packed):
        raise HistoryError(
            f"{path} would unpack to {unpacked / 1e6:,.0f} MB, {unpacked // packed:,} times its "
            "size: no export of a history does. Nothing was imported."
        )


Row = Mapping[str, Any]


def session_fault(row: Row) -> str | None:
    """First fault in the row of a session; None if there is none."""
    return _first_fault(row, _SESSION) or _damage_of(row)


def job_fault(row: Row) -> str | None:
    """First fault in the row of a job; None if there is none."""
    return _first_fault(row, _JOB)


def event_fault(row: Row) -> str | None:
    """First fault in an event; None if there is none."""
    return _first_fault(row, _EVENT)


def _first_fault(row: Row, checks: Mapping[str, Callable[[Any], bool]]) -> str | None:
    for column, fits in checks.items():
        if column in row and not fits(row[column]):
            return f"its {column} is {str(row[column])[:40]!r}"
    return None


def _damage_of(row: Row) -> str | None:
    try:
        Stored.of(row).check()
    except DAMAGE as error:
        return damage(error)
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not _CONTROL.search(value)


def _is_name(value: Any) -> bool:
    return _is_text(value) and 0 < len(value) <= _LONGEST_NAME and not _BREAK.search(value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime)


def _is_pid(value: Any) -> bool:
    return isinstance(value, int) and 0 < value < PIDS_END


def _is_shared(value: Any) -> bool:
    return value in SHARED


def _is_object(value: Any) -> bool:
    return isinstance(_json(value), dict)


def _are_settings(value: Any) -> bool:
    try:
        Settings.from_dict(_json(value))
    except DAMAGE:
        return False
    return True


def _is_environment(value: Any) -> bool:
    found = _json(value)
    return isinstance(found, dict) and all(map(_is_text, found.values()))


def _is_reading(value: Any) -> bool:
    found = _json(value)
    try:
        return isinstance(found, dict) and bool(Source.stored("", b"", found))
    except SettingsError:
        return False


def _json(value: Any) -> Any:
    """Value of JSON; None where it is none, or deeper than anything that is stored."""
    try:
        found = json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return None
    return None if _is_deep(found) else found


def _is_deep(value: Any) -> bool:
    """Whether there are more levels than whoever reads them one by one can go down."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inner(one)]
        if not level:
            return False
    return True


def _inner(value: Any) -> Collection[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _or_none(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or fits(value)


#: Checks of the columns, by name.
_SESSION: Final[Mapping[str, Callable[[Any], bool]]] = {
    "id": _is_id,
    "name": _is_name,
    "status": lambda value: value in STATUSES,
    "created": _is_moment,
    "started": _or_none(_is_moment),
    "completed": _or_none(_is_moment),
    "file_name": _is_text,
    "file_size": lambda value: isinstance(value, int) and value >= 0,
    "sha256": _is_hash,
    "settings": _are_settings,
    "version": _is_name,
    "host": _is_text,
    "pid": _is_pid,
    "rerun_of": _or_none(_is_id),
    "author": _or_none(_is_name),
    "reading": _or_none(_is_reading),
    "environment": _or_none(_is_environment),
    "process_started": _or_none(_is_moment),
    "heartbeat": _or_none(_is_moment),
    "result_sha256": _or_none(_is_hash),
    "shared": _or_none(_is_shared),
}
_JOB: Final[Mapping[str, Callable[[Any], bool]]] = {
    "id": _is_id,
    "kind": _is_name,
    "name": _is_text,
    "status": lambda value: value in STATUSES,
    "author": _is_name,
    "parameters": _is_object,
    "created": _is_moment,
    "started": _or_none(_is_moment),
    "ended": _or_none(_is_moment),
    "host": _or_none(_is_text),
    "pid": _or_none(_is_pid),
    "process_started": _or_none(_is_moment),
    "heartbeat": _or_none(_is_moment),
    "time_limit": _or_none(lambda value: value > 0),
    "retry_of": _or_none(_is_id),
    "session": _or_none(_is_id),
    "result": _or_none(_is_object),
    "seal": _or_none(_is_hash),
    "shared": _or_none(_is_shared),
}
_EVENT: Final[Mapping[str, Callable[[Any], bool]]] = {
    "number": lambda value: isinstance(value, int) and value >= 0,
    "type": lambda value: value in ("progress", "log", "complete", "error"),
    "session_id": _or_none(_is_text),
    "step": _is_text,
    "percentage": lambda value: isinstance(value, float) and 0 <= value <= 100,
    "timestamp": lambda value: _is_iso(value),
}


def _is_iso(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return False
    return True
