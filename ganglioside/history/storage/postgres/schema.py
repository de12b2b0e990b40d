"""Tables of a history in PostgreSQL: the same steps as of the file, with its own types and indexes.

The types are derived from those of the file, so that there is one list of steps. JSON is `json`,
which keeps the text as it is, and text sorts by its characters' numbers, as Python does.
"""

from __future__ import annotations

import re
from itertools import chain, count
from typing import Any, Final

from ganglioside.errors import HistoryError
from ganglioside.history.storage import catalog
from ganglioside.history.storage.postgres.address import SCHEMA
from ganglioside.history.storage.postgres.connection import NAMES, PostgresConnection
from ganglioside.history.storage.store import utc_now
from ganglioside.version import __version__

_TYPE: Final = re.compile(r"\b(DOUBLE|BLOB|VARCHAR)\b")
_COMMENT: Final = re.compile(r"--[^\n]*")

#: Functions that DuckDB has under other names. Lower case is that of all letters, also where the
#: database itself knows only A to Z.
_FUNCTIONS: Final = """
    CREATE OR REPLACE FUNCTION whole_number(text) RETURNS bigint
        IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
        $$ SELECT CASE WHEN $1 ~ '^-?[0-9]{1,18}$' THEN $1::bigint END $$;
    CREATE OR REPLACE FUNCTION lower_case(text) RETURNS text
        IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
        $$ SELECT lower($1 COLLATE "und-x-icu") COLLATE "C" $$;
"""

_INDEXES: Final = """
    CREATE INDEX IF NOT EXISTS sessions_created ON sessions (created, id);
    CREATE INDEX IF NOT EXISTS sessions_sha256 ON sessions (sha256);
    CREATE INDEX IF NOT EXISTS sessions_open ON sessions (status)
        WHERE status IN ('pending', 'processing');
    CREATE UNIQUE INDEX IF NOT EXISTS inputs_sha256 ON inputs (sha256);
    CREATE INDEX IF NOT EXISTS results_session ON results (session);
    CREATE INDEX IF NOT EXISTS features_session ON features (session, position);
    CREATE INDEX IF NOT EXISTS models_session ON models (session, position);
    CREATE INDEX IF NOT EXISTS findings_session ON findings (session, position);
    CREATE INDEX IF NOT EXISTS problems_session ON problems (session, position);
    CREATE UNIQUE INDEX IF NOT EXISTS overrides_session ON overrides (session, position);
    CREATE UNIQUE INDEX IF NOT EXISTS events_owner ON events (owner, number);
    CREATE UNIQUE INDEX IF NOT EXISTS jobs_id ON jobs (id);
    CREATE INDEX IF NOT EXISTS jobs_created ON jobs (created, id);
    CREATE INDEX IF NOT EXISTS jobs_waiting ON jobs (created, id) WHERE status = 'pending';
    CREATE INDEX IF NOT EXISTS jobs_session ON jobs (session);
    CREATE UNIQUE INDEX IF NOT EXISTS tokens_id ON tokens (id);
    CREATE UNIQUE INDEX IF NOT EXISTS log_number ON log (number);
    CREATE INDEX IF NOT EXISTS log_subject ON log (subject);
    CREATE INDEX IF NOT EXISTS log_action ON log (action);
"""

#: Begin of the names of schemas that were set aside; their moment follows.
_BEFORE: Final = f"{SCHEMA}_before_"


def steps(version: int) -> list[catalog.Migration]:
    """Steps that follow a version, in the SQL of PostgreSQL."""
    return [
        catalog.Migration(step.version, translated(step.sql))
        for step in catalog.migrations()
        if step.version > version
    ]


def translated(text: str) -> str:
    """Statements with the types of PostgreSQL, without comments.

    Examples
    --------
    >>> translated("ALTER TABLE jobs ADD COLUMN time_limit DOUBLE; -- in s")
    'ALTER TABLE jobs ADD COLUMN time_limit double precision; '
    """
    return _TYPE.sub(lambda found: NAMES[found[0]], _COMMENT.sub("", text))


def version(connection: PostgresConnection) -> int:
    """Version of the schema; 0 where there is none."""
    rows = _newest_step(connection)
    if not rows:
        return 0
    found, package = rows[0]
    return catalog.not_newer(found, package, "The history", "name another database")


def _newest_step(connection: PostgresConnection) -> list[tuple[Any, ...]]:
    """Newest step of the schema, as `catalog.VERSION` asks for it; empty where there is none."""
    ((present,),) = connection.execute(
        "SELECT to_regclass(?) IS NOT NULL", [f"{SCHEMA}.schema_version"]
    ).fetchall()
    return connection.execute(catalog.VERSION).fetchall() if present else []


def upgrade(connection: PostgresConnection, present: int) -> None:
    """Make the tables, or bring them up to date, within one transaction."""
    if not present:
        connection.script(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for step in steps(present):
        connection.script(step.sql)
        connection.execute(
            "INSERT INTO schema_version VALUES (?, ?, ?)", [step.version, utc_now(), __version__]
        )
    connection.script(_FUNCTIONS + _INDEXES)


def make_room(connection: PostgresConnection, moment: str) -> str | None:
    """Make tables without rows; name of the schema that what was there has now, if anything.

    What was there may be of any version, a newer one too.
    """
    steps = _newest_step(connection)
    if not steps:
        upgrade(connection, 0)
        return None
    ((entries,),) = connection.execute("SELECT count(*) FROM log").fetchall()
    if not entries and steps[0][0] == catalog.migrations()[-1].version:
        require_known(connection)
        return None
    return set_aside(connection, moment)


def set_aside(connection: PostgresConnection, moment: str) -> str:
    """Give the schema another name, and make a new one; return that name."""
    name = _free_name(connection, f"{_BEFORE}{moment}")
    connection.script(f"ALTER SCHEMA {SCHEMA} RENAME TO {name}")
    upgrade(connection, 0)
    return name


def aside(connection: PostgresConnection) -> list[str]:
    """Names of the schemas that were set aside, in order."""
    rows = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, ?) ORDER BY nspname", [_BEFORE]
    ).fetchall()
    return [name for (name,) in rows]


def _free_name(connection: PostgresConnection, wanted: str) -> str:
    """Name of no schema: the one wanted, or one with a number behind."""
    rows = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    taken = {name for (name,) in rows}
    numbered = (f"{wanted}_{number}" for number in count(1))
    return next(name for name in chain([wanted], numbered) if name not in taken)


def require_known(connection: PostgresConnection) -> None:
    """Raise `HistoryError` if there is anything but the tables of this version."""
    rows = connection.execute(
        "SELECT class.relname, attname, format_type(atttypid, NULL) FROM pg_attribute "
        "JOIN pg_class AS class ON class.oid = attrelid WHERE relnamespace = ?::regnamespace "
        "AND relkind NOT IN ('i', 't') AND attnum > 0 AND NOT attisdropped",
        [SCHEMA],
    ).fetchall()
    rules = connection.execute(
        "SELECT tgname FROM pg_trigger JOIN pg_class AS class ON class.oid = tgrelid "
        "WHERE relnamespace = ?::regnamespace UNION ALL "
        "SELECT rulename FROM pg_rules WHERE schemaname = ?",
        [SCHEMA, SCHEMA],
    ).fetchall()
    found = {(table, column, kind) for table, column, kind in rows}
    strange = [f"{table}.{column} ({kind})" for table, column, kind in sorted(found - _known())]
    strange += [f"the trigger or rule {name}" for (name,) in rules]
    strange += [f"no {table}.{column}" for table, column, _ in sorted(_known() - found)]
    if strange:
        raise HistoryError(
            f"The schema {SCHEMA} is not as Ganglioside makes it: it holds "
            f"{', '.join(strange[:3])}. It was changed by another program, so nothing is carried "
            "out. Restore it, or name another database."
        )


def _known() -> set[tuple[str, str, str]]:
    """Table, column and type of all columns."""
    return {
        (table, column, NAMES[kind].partition(" COLLATE")[0])
        for table, types in catalog.columns(json="JSON").items()
        for column, kind in types.items()
    }
