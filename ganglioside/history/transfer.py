"""A history as a folder of Parquet files with a manifest, and back: nothing lost on the way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

import ganglioside
from ganglioside.errors import HistoryError
from ganglioside.history import log
from ganglioside.history.people import current_author
from ganglioside.history.store import Store, migrations, quoted, table_names, utc_now

FORMAT: Final = "ganglioside-history"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"

#: Tables of this file only: they are not handed on.
_OWN: Final = ("schema_version", "schedule")

#: What tells the rows of a table apart, or the sessions that they come with as a whole.
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "sessions": ("id",),
    "inputs": ("sha256",),
    "jobs": ("id",),
    "log": ("sha256",),
    "features": ("session",),
    "models": ("session",),
    "findings": ("session",),
    "problems": ("session",),
    "results": ("session",),
    "overrides": ("session", "position"),
    "events": ("owner", "number"),
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was exported or imported.

    Attributes
    ----------
    folder : pathlib.Path
    rows : dict of str to int
        Rows written or added, by table.
    present : int
        Sessions of an import that were there already, the same to the bit.
    """

    folder: Path
    rows: dict[str, int]
    present: int = 0

    @property
    def sessions(self) -> int:
        """How many sessions."""
        return self.rows["sessions"]


# --- out -----------------------------------------------------------------------------------


def export_all(store: Store, folder: Path) -> Transfer:
    """Write all tables of a history into a new folder; see `History.export_all`."""
    if folder.exists():
        raise HistoryError(f"{folder} is there already: name a new folder for the export.")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        draft.mkdir()
        with store.read() as connection:
            tables = [table for table in table_names(connection) if table not in _OWN]
            rows = {table: _write(connection, table, draft) for table in tables}
        (draft / MANIFEST).write_text(json.dumps(_manifest(draft, rows), indent=2))
        draft.rename(folder)
    except OSError as error:
        raise HistoryError(
            f"{folder} cannot be written ({error.strerror}): name a new folder in one that exists, "
            "that you may write to and that has room."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Transfer(folder, rows)


def _write(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> int:
    target = quoted(folder / f"{table}.parquet")
    ((rows,),) = connection.execute(
        f"COPY (SELECT * FROM {table} ORDER BY rowid) TO '{target}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()
    return int(rows)


def _manifest(folder: Path, rows: dict[str, int]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "schema_version": migrations()[-1].version,
        "program": f"Ganglioside {ganglioside.__version__}",
        "created": utc_now().isoformat() + "Z",
        "author": current_author(),
        "tables": {
            table: {
                "file": f"{table}.parquet",
                "rows": count,
                "sha256": _sha256(folder / f"{table}.parquet"),
            }
            for table, count in rows.items()
        },
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- in ------------------------------------------------------------------------------------


def import_all(store: Store, folder: Path) -> Transfer:
    """Add what `export_all` wrote to a history; see `History.import_all`."""
    manifest = _read_manifest(folder)
    counts = {table: int(about["rows"]) for table, about in manifest["tables"].items()}
    with store.write() as connection:
        for table in counts:
            source = quoted(folder / f"{table}.parquet")
            connection.execute(
                f"CREATE TEMP VIEW new_{table} AS FROM read_parquet('{source}', "
                "file_row_number = true)"
            )
        present = _require_same(connection)
        rows = {table: _add(connection, table) for table in counts}
        _require_all(connection, counts)
        log.append(connection, current_author(), "imported", manifest=_sha256(folder / MANIFEST),
                   sessions=rows["sessions"])  # fmt: skip
    return Transfer(folder, rows, present)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise HistoryError(
            f"{folder} is no export of a history: its {MANIFEST} cannot be read ({error})."
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise HistoryError(f"{folder} is no export of a history: see its {MANIFEST}.")
    newer = manifest["format_version"] > FORMAT_VERSION
    if newer or manifest["schema_version"] > migrations()[-1].version:
        raise HistoryError(
            f"{folder} was written by a newer version ({manifest['program']}): update Ganglioside."
        )
    if missing := sorted(set(_KEYS) - set(manifest["tables"])):
        raise HistoryError(f"{folder} is incomplete: it lacks {', '.join(missing)}.")
    for table, about in manifest["tables"].items():
        _require_file(folder / f"{table}.parquet", table, about)
    return manifest


def _require_file(path: Path, table: str, about: dict[str, Any]) -> None:
    if table not in _KEYS:
        raise HistoryError(f"{path.parent} names an unknown table {table!r}: update Ganglioside.")
    if not path.is_file():
        raise HistoryError(f"{path.parent} is incomplete: {path.name} is missing. Copy it again.")
    if _sha256(path) != about["sha256"]:
        raise HistoryError(
            f"{path} is not as it was written: its hash is not that of the manifest. Copy it again."
        )


def _require_same(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many sessions are there already; refuse one that is there as another."""
    rows = connection.execute(
        "SELECT id, here.sha256 = new.sha256 AND here.status = new.status "
        "AND here.result_sha256 IS NOT DISTINCT FROM new.result_sha256 "
        "FROM sessions AS here JOIN new_sessions AS new USING (id) ORDER BY id"
    ).fetchall()
    said_otherwise = connection.execute(
        "SELECT DISTINCT session, false FROM overrides AS here JOIN new_overrides AS new "
        "USING (session, position) WHERE (here.feature_id, here.verdict, here.anchor, here.note, "
        "here.time) IS DISTINCT FROM (new.feature_id, new.verdict, new.anchor, new.note, new.time)"
    ).fetchall()
    others = sorted(sid for sid, same in rows + said_otherwise if not same)
    if others:
        raise HistoryError(
            f"{len(others)} sessions are in this history already and hold something else "
            f"({', '.join(others[:3])}): nothing was imported. Import into a new history."
        )
    return len(rows)


def _add(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Add the rows that are new, in their order; numbers of the log are a file's own."""
    kept = "* EXCLUDE (file_row_number)"
    if table == "log":
        kept += (
            " REPLACE ((SELECT coalesce(max(number) + 1, 0) FROM log) "
            "+ row_number() OVER (ORDER BY file_row_number) - 1 AS number)"
        )
    ((rows,),) = connection.execute(
        f"INSERT INTO {table} BY NAME SELECT {kept} FROM "
        f"(FROM new_{table} ANTI JOIN {table} USING ({', '.join(_KEYS[table])})) "
        "ORDER BY file_row_number"
    ).fetchall()
    return int(rows)


def _require_all(connection: duckdb.DuckDBPyConnection, counts: dict[str, int]) -> None:
    """Compare row counts: all that was in the files must be in the history now."""
    for table, expected in counts.items():
        ((found,),) = connection.execute(
            f"SELECT count(*) FROM {table} SEMI JOIN new_{table} USING ({', '.join(_KEYS[table])})"
        ).fetchall()
        if found < expected:
            raise HistoryError(
                f"Of {expected} rows of {table}, {found} arrived: nothing was imported."
            )
