"""Export of a history as a folder of Parquet files with a manifest, and its import, lossless."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ganglioside.columns import OVERRIDES
from ganglioside.errors import HistoryError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.care.import_checks import (
    Row,
    event_fault,
    job_fault,
    read_manifest,
    session_fault,
    view_tables,
)
from ganglioside.history.jobs import FOREIGN, close_foreign
from ganglioside.history.location import require_possible
from ganglioside.history.log_facts import LogState, log_state
from ganglioside.history.overrides import current, read_overrides
from ganglioside.history.record import Record, to_analysis
from ganglioside.history.row_hashes import Table, adopted, row_hashes
from ganglioside.history.session_rows import (
    Stored,
    delete_session,
    end_session,
    read_record,
    read_records,
    read_source,
)
from ganglioside.history.storage.catalog import columns, migrations
from ganglioside.history.storage.damage import DAMAGE, damage
from ganglioside.history.storage.dialect import write_parquet
from ganglioside.history.storage.fingerprint import digest
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.log_heads import read_head
from ganglioside.history.storage.store import utc_now
from ganglioside.support.formatting import counted
from ganglioside.version import __version__

FORMAT: Final = "ganglioside-history"
FORMAT_VERSION: Final = 2
MANIFEST: Final = "manifest.json"

#: The tables that are transferred, each with the columns that identify a row, or with the column of
#: the session with which its rows come.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "inputs": ("sha256",),
    "sessions": ("id",),
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

#: Tables that belong to a place, which only its backup holds: who may call its server, and what is
#: done there by itself.
_PLACE: Final[dict[str, tuple[str, ...]]] = {
    "tokens": ("id",),
    "tasks": ("kind",),
    "schedule": ("older_than",),
}

#: Tables whose rows belong to no session or job.
_FREE: Final = ("log", "inputs", *_PLACE)

#: Results that are read at once.
_AT_ONCE: Final = 50

#: Names of the tables that are transferred.
TABLES: Final = tuple(KEYS)

#: A step within the transaction of a transfer.
Step = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Transfer:
    """Outcome of an export or import.

    Attributes
    ----------
    folder : pathlib.Path
    rows : dict of str to int
        Rows written or added, by table.
    present : int
        Sessions of an import that were present already, identical to the bit.
    closed : int
        Jobs that had not ended where they were exported: they are not run here.
    left_out : dict of str to str
        Sessions and jobs of an import that are damaged, by id, each with its fault.
    """

    folder: Path
    rows: dict[str, int]
    present: int = 0
    closed: int = 0
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def sessions(self) -> int:
        """Number of sessions written or added."""
        return self.rows["sessions"]


def export_all(
    store: HistoryStore, folder: Path, look: Step | None = None, *, place: bool = False
) -> Transfer:
    """Write all tables of a history to a new folder; see `Care.export`.

    `look` is called with the connection by which they are read. With `place`, for a backup, the
    tables that belong to the place are written too.
    """
    tables = (*KEYS, *_PLACE) if place else TABLES
    require_possible(folder)
    if folder.exists():
        raise HistoryError(f"{folder} is there already: name a new folder for the export.")
    folder = folder.absolute()
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}.part")
    try:
        draft.mkdir()
        with store.read(draft) as connection:
            if look is not None:
                look(connection)
            rows = {
                table: write_parquet(connection, table, draft / f"{table}.parquet")
                for table in tables
            }
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


def _manifest(folder: Path, rows: dict[str, int]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        # Versions that know no tables of a place read what has none.
        "format_version": FORMAT_VERSION if _holds_place(rows) else 1,
        "schema_version": migrations()[-1].version,
        "program": f"Ganglioside {__version__}",
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


def _holds_place(tables: Iterable[str]) -> bool:
    return {*_PLACE} <= {*tables}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def import_all(
    store: HistoryStore,
    folder: Path,
    last: Step | None = None,
    first: Step | None = None,
    *,
    whole: bool = False,
    place: bool = False,
) -> Transfer:
    """Add the tables of an export to a history; see `Care.import_`.

    `first` and `last` are called within the transaction: if one raises, nothing is added. With
    `whole`, for an export of one's own, nothing is added either where anything would be left out.
    With `place`, for a backup of one's own in an empty history, what belongs to its place is added
    too, and the log goes on where that of the backup ends. Tokens of elsewhere let nobody in.
    """
    folder = folder.absolute()
    counts = _require_whole(folder)
    place = place and _holds_place(counts)
    if not place:
        counts = {table: rows for table, rows in counts.items() if table in KEYS}
    with store.write(folder) as connection:
        if first is not None:
            first(connection)
        view_tables(connection, counts, folder, own=whole)
        _require_counts(connection, counts)
        _require_owned(connection, folder)
        _require_sound_log(connection, folder)
        present = _require_same(connection)
        done = _Import(connection, folder, own=whole, place=place).run(present)
        if whole and done.left_out:
            raise HistoryError(
                f"{counted(len(done.left_out), 'session or job', 'sessions or jobs')} cannot be "
                "taken over, so nothing was: "
                + "; ".join(f"{owner}: {why}" for owner, why in [*done.left_out.items()][:3])
            )
        if last is not None:
            last(connection)
    return done


def _require_whole(folder: Path) -> dict[str, int]:
    """Rows of each table by the manifest, after all files were found to match it."""
    manifest = read_manifest(folder / MANIFEST, FORMAT)
    newer = manifest.format_version > FORMAT_VERSION
    if newer or manifest.schema_version > migrations()[-1].version:
        raise HistoryError(
            f"{folder} was written by a newer version ({manifest.program}, schema "
            f"{manifest.schema_version}; this one knows {migrations()[-1].version}). Nothing has "
            "changed here: update Ganglioside to that version, or name what an older one wrote."
        )
    if missing := sorted(set(KEYS) - set(manifest.rows)):
        raise HistoryError(f"{folder} is incomplete: it lacks {', '.join(missing)}.")
    for table, sha256 in manifest.sha256.items():
        _require_file(folder / f"{table}.parquet", table, sha256)
    return manifest.rows


def _require_file(path: Path, table: str, sha256: str) -> None:
    if table not in (*KEYS, *_PLACE):
        raise HistoryError(
            f"{path.parent} names an unknown table {table[:40]!r}: update Ganglioside."
        )
    if path.is_symlink() or not path.is_file():
        raise HistoryError(f"{path.parent} is incomplete: {path.name} is missing. Copy it again.")
    if _sha256(path) != sha256:
        raise HistoryError(
            f"{path} is not as it was written: its hash is not that of the manifest. Copy it again."
        )


def _require_counts(connection: Connection, counts: dict[str, int]) -> None:
    for table, expected in counts.items():
        ((found,),) = connection.execute(f"SELECT count(*) FROM new_{table}").fetchall()
        if found != expected:
            raise HistoryError(
                f"Of {expected} rows of {table}, {found} arrived: nothing was imported. Export the "
                "history again."
            )


def _require_owned(connection: Connection, folder: Path) -> None:
    """Raise `HistoryError` if a row belongs to no session or job of the export."""
    owners = {"sessions": "SELECT id FROM new_sessions"}
    owners["events"] = f"{owners['sessions']} UNION ALL SELECT id FROM new_jobs"
    for table, (key, *_) in KEYS.items():
        if key not in ("session", "owner"):
            continue
        strays = connection.execute(
            f"SELECT {key} FROM new_{table} WHERE {key} NOT IN "
            f"({owners.get(table, owners['sessions'])}) LIMIT 1"
        ).fetchall()
        if strays:
            raise HistoryError(
                f"{folder} is no whole export: {table} has rows of {str(strays[0][0])[:40]!r}, "
                "which is not there. Nothing was imported. Export the history again."
            )


def _require_sound_log(connection: Connection, folder: Path) -> None:
    if faults := audit_log.broken_links(audit_log.entries(connection, "new_log")):
        raise HistoryError(
            f"The log in {folder} was changed: {faults[0]} Nothing was imported. Ask `ganglioside "
            "history verify` where it was exported, and export a sound copy."
        )


def _require_same(connection: Connection) -> int:
    """Count of sessions already present; raise `HistoryError` if one has other content."""
    rows = connection.execute(
        "SELECT id, here.sha256 = new.sha256 AND here.status = new.status "
        "AND here.result_sha256 IS NOT DISTINCT FROM new.result_sha256 "
        "FROM sessions AS here JOIN new_sessions AS new USING (id) ORDER BY id"
    ).fetchall()
    here, new = _compared(connection, "overrides", OVERRIDES)
    other_overrides = connection.execute(
        "SELECT DISTINCT session, false FROM overrides AS here JOIN new_overrides AS new "
        f"USING (session, position) WHERE ({here}) IS DISTINCT FROM ({new})"
    ).fetchall()
    others = sorted(sid for sid, same in rows + other_overrides if not same)
    if others:
        raise HistoryError(
            f"{counted(len(others), 'session is', 'sessions are')} in this history already and "
            f"{'holds' if len(others) == 1 else 'hold'} something else "
            f"({', '.join(others[:3])}): nothing was imported. Import into a new history."
        )
    return len(rows)


def _compared(connection: Connection, table: str, columns: Iterable[str]) -> tuple[str, str]:
    """SQL lists of columns here and in an export, NULL for those that an older export lacks."""
    rows = connection.execute(f"SELECT * FROM new_{table} LIMIT 0")
    found = {name for name, *_ in rows.description}
    here = ", ".join(f'here."{column}"' for column in columns)
    new = ", ".join(f'new."{column}"' if column in found else "NULL" for column in columns)
    return here, new


class _Import:
    """One import, within one transaction.

    Parameters
    ----------
    connection
        With the views `new_TABLE` of all files.
    folder
    own
        Whether the export is one's own.
    place
        Whether the history becomes the one that was exported, with what belongs to its place.
    """

    def __init__(self, connection: Connection, folder: Path, *, own: bool, place: bool) -> None:
        self._connection = connection
        self._folder = folder
        self._own = own
        self._tables = (*KEYS, *_PLACE) if place else TABLES
        self._goes_on = place
        self._left_out: dict[str, str] = {}

    def run(self, present: int) -> Transfer:
        """Add all that is new and sound, and record it in the log."""
        before = audit_log.entries(self._connection)
        own_end = None if self._goes_on else read_head(self._connection).sha256
        known = log_state(before)
        sessions = self._new("sessions", session_fault)
        jobs = self._new("jobs", job_fault)
        self._look_at_events({*sessions, *jobs})
        rows = {table: self._add(table, sessions, jobs) for table in self._tables}
        self._take_back_damaged(sessions)
        sessions = [sid for sid in sessions if sid not in self._left_out]
        jobs = [job for job in jobs if job not in self._left_out]
        closed = self._close(sessions, jobs)
        self._record(before, known, own_end, sessions, jobs)
        rows |= {"sessions": len(sessions), "jobs": len(jobs)}
        return Transfer(self._folder, rows, present, closed, dict(self._left_out))

    def _new(self, table: Table, fault_of: Callable[[Row], str | None]) -> list[str]:
        """Ids of the rows that are new and can be read; those that cannot are left out."""
        rows = self._connection.execute(f"SELECT * FROM new_{table} AS new WHERE {_absent(table)}")
        names = [column[0] for column in rows.description]
        found: dict[str, None] = {}  # ordered; an id is looked for in it without a search
        for values in rows.fetchall():
            row = dict(zip(names, values, strict=True))
            owner, fault = str(row.get("id")), fault_of(row)
            if owner in found:
                fault = "it is there twice"
            if fault is None:
                found[owner] = None
            else:
                self._left_out[owner[:40]] = f"its row is damaged ({fault})"
        return [owner for owner in found if owner not in self._left_out]

    def _look_at_events(self, owners: set[str]) -> None:
        """Leave out sessions and jobs with a damaged or misnumbered event."""
        rows = self._connection.execute("SELECT * FROM new_events ORDER BY owner, number")
        names = [column[0] for column in rows.description]
        expected: Counter[str] = Counter()
        for values in rows.fetchall():
            row = dict(zip(names, values, strict=True))
            owner = str(row.get("owner"))
            fault = event_fault(row)
            if fault is None and row["number"] != expected[owner]:
                fault = f"its number is {row['number']}, not {expected[owner]}"
            expected[owner] += 1
            if fault is not None and owner in owners:
                self._left_out[owner] = f"one of its events is damaged ({fault})"

    def _add(self, table: str, sessions: list[str], jobs: list[str]) -> int:
        """Add the new rows of a table in their order; the log is renumbered."""
        condition, values = "", []
        if table not in _FREE:
            owners = {"jobs": jobs, "events": [*sessions, *jobs]}.get(table, sessions)
            if table == "overrides":  # with later ones of sessions that are present
                owners = [*sessions, *self._here("sessions")]
            sound = [owner for owner in owners if owner not in self._left_out]
            condition, values = f"AND new.{KEYS[table][0]} = ANY(?)", [sound]
        found = self._connection.execute(f"SELECT * FROM new_{table} LIMIT 0").description
        cells = {name: _cell(table, name) for name, *_ in found if name != "file_row_number"}
        ((rows,),) = self._connection.execute(
            f"INSERT INTO {table} ({', '.join(map(_quoted, cells))}) "
            f"SELECT {', '.join(cells.values())} FROM new_{table} AS new "
            f"WHERE {_absent(table)} {condition} ORDER BY file_row_number",
            values,
        ).fetchall()
        return int(rows)

    def _here(self, table: Table) -> list[str]:
        """Ids of the sessions or jobs present."""
        return [
            owner for (owner,) in self._connection.execute(f"SELECT id FROM {table}").fetchall()
        ]

    def _take_back_damaged(self, sessions: list[str]) -> None:
        """Delete imported sessions whose input or result is damaged or does not match."""
        wanted = {*sessions} - self._left_out.keys()
        added = [one for one in Stored.all(self._connection) if one.id in wanted]
        for start in range(0, len(added), _AT_ONCE):
            some = added[start : start + _AT_ONCE]
            records = _records(self._connection, some)
            for session in some:
                record = records.get(session.id)
                if fault := _damage_of(self._connection, session, record, own=self._own):
                    delete_session(self._connection, session)
                    self._left_out[session.id] = fault
        self._connection.execute(
            "DELETE FROM inputs WHERE sha256 NOT IN (SELECT sha256 FROM sessions)"
        )

    def _close(self, sessions: list[str], jobs: list[str]) -> int:
        """Mark jobs and sessions that had not ended as failed: they are not run here."""
        reason = f"It came in with the export {self._folder.name}. {FOREIGN}"
        closed = close_foreign(self._connection, reason, jobs)
        added = {*sessions}
        running = [one for one in Stored.all(self._connection) if one.is_running]
        for session in (one for one in running if one.id in added):
            end_session(self._connection, session.id, "failed", f"It ran elsewhere when the export "
                        f"{self._folder.name} was made. It can be run again.")  # fmt: skip
        return closed

    def _record(
        self, before: list[audit_log.LogEntry], known: LogState, own_end: str | None,
        sessions: list[str], jobs: list[str],
    ) -> None:  # fmt: skip
        """Record the import: hashes of all that was added, and the ends of the new chains."""
        earlier = {entry.sha256 for entry in before}
        written = audit_log.entries(self._connection)
        imported = [entry for entry in written if entry.sha256 not in earlier]
        mentioned = {entry.subject for entry in imported}
        self._note_missing(known, log_state(written))
        adopt = {
            "sessions": [*sessions, *self._unchanged("sessions", known, mentioned)],
            "jobs": [*jobs, *self._unchanged("jobs", known, mentioned)],
        }
        details = {
            "manifest": _sha256(self._folder / MANIFEST),
            "sessions": len(sessions),
            "left_out": sorted(self._left_out),
            "ends": audit_log.open_ends(imported),
            **adopted(self._connection, **adopt),
        }
        entry = audit_log.NewEntry(current_author(), "imported", None, details)
        audit_log.append_all(self._connection, [entry], follows=own_end)

    def _note_missing(self, known: LogState, now: LogState) -> None:
        """Leave out what the imported log mentions and the export does not hold."""
        tables: tuple[Table, ...] = ("sessions", "jobs")
        for table in tables:
            here = {*self._here(table)}
            for owner, facts in now.of(table).items():
                before = known.of(table).get(owner)
                if facts.exists and owner not in here and not (before and before.exists):
                    self._left_out.setdefault(owner, "the log records it, but the export lacks it")

    def _unchanged(self, table: Table, known: LogState, mentioned: set[str | None]) -> list[str]:
        """Ids present that the imported log mentions and whose row our own log confirms."""
        here = row_hashes(self._connection, table)
        return [
            owner
            for owner, facts in known.of(table).items()
            if owner in mentioned and owner in here and facts.row in (None, here[owner])
        ]


def _absent(table: str) -> str:
    """Condition in SQL that a new row is not there yet."""
    same = " AND ".join(f"here.{key} = new.{key}" for key in (KEYS | _PLACE)[table])
    return f"NOT EXISTS (SELECT 1 FROM {table} AS here WHERE {same})"


def _cell(table: str, column: str) -> str:
    """SQL of a cell of a new row; the log is renumbered."""
    if (table, column) == ("log", "number"):
        return (
            "(SELECT coalesce(max(number) + 1, 0) FROM log) "
            "+ row_number() OVER (ORDER BY file_row_number) - 1"
        )
    cell = f"new.{_quoted(column)}"
    return f"CAST({cell} AS JSON)" if columns("JSON")[table][column] == "JSON" else cell


def _quoted(column: str) -> str:
    return f'"{column}"'


def _records(connection: Connection, sessions: list[Stored]) -> dict[str, Record]:
    """Results of the completed ones of some sessions; none where one of them cannot be read."""
    completed = [session for session in sessions if session.status == "completed"]
    try:
        return read_records(connection, completed) if completed else {}
    except DAMAGE:  # which is found when each is read alone
        return {}


def _damage_of(
    connection: Connection, session: Stored, record: Record | None, *, own: bool
) -> str | None:
    """Fault of an imported session; None if there is none.

    What this program stored, and what has the hash with which it was stored, can be read: of an
    export of one's `own`, no result is decoded that has its hash.
    """
    try:
        source = read_source(connection, session)
        if source.sha256 != session.sha256:
            return "its input is not what it was made from"
        if session.status != "completed":
            return None
        record = record or read_record(connection, session)
        if not (own and session.result_sha256):
            to_analysis(record, source)
            current(read_overrides(connection, session.id))
        found = digest(record.fingerprints())
    except DAMAGE as error:
        return f"it cannot be read ({damage(error)})"
    if session.result_sha256 not in (None, found):
        return "its result is not the one that was saved"
    return None
