"""The tables in PostgreSQL are those of the file, made by the same steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.location import store_at
from ganglioside.history.sharing import Person
from ganglioside.history.storage import catalog
from ganglioside.history.storage.postgres import schema, store


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database without any table."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    server = postgres_server.server()
    with server.database() as found:
        name = found.split("/")[3].partition("?")[0]
        server.execute("DROP SCHEMA IF EXISTS ganglioside CASCADE", name)
        store._sound.discard(found)
        yield found


OLD_SESSION = """
    INSERT INTO sessions (id, name, sample_type, status, created, file_name, file_size, sha256,
                          settings, version, host, pid)
    VALUES ('10000000000000', 'old', 'other', 'failed', now(), 'a.csv', 1, 'x', '{}', '0.1', 'h', 1)
"""


@pytest.mark.parametrize("first", [1, 4, 9, catalog.migrations()[-1].version])
def test_each_version_is_brought_up_to_date(
    url: str, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = catalog.migrations()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_INDEXES", "")
        patch.setattr(schema.catalog, "migrations", lambda: steps[:first])
        patch.setattr(schema, "require_known", lambda _: None)
        store_at(url, 30).prepare()
        with store_at(url, 30).write() as connection:
            connection.execute(OLD_SESSION)
    store._sound.discard(url)
    history = History.open(url)  # compares all columns with those of the file
    # What was there before people were told apart is everybody's.
    assert history.acting_as(Person("Eve")).sessions()["shared"].tolist() == ["everybody"]
    with history._store.read() as connection:
        rows = connection.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
    assert [version for (version,) in rows] == [step.version for step in steps]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("ALTER TABLE log ADD COLUMN x text", r"log.x \(text\)"),
        ("ALTER TABLE log DROP COLUMN author", "no log.author"),
        ("ALTER TABLE sessions ALTER COLUMN summary TYPE jsonb", r"sessions.summary \(jsonb\)"),
        ("CREATE VIEW v AS SELECT 1 AS one", "v.one"),
        ("DROP TABLE tokens", "no tokens"),
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
            "CREATE TRIGGER t BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION f()",
            "trigger or rule t",
        ),
    ],
)
def test_what_others_have_changed_is_refused(url: str, change: str, named: str) -> None:
    History.open(url)
    name = url.split("/")[3].partition("?")[0]
    postgres_server.server().execute(f"SET search_path = ganglioside; {change}", name)
    store._sound.discard(url)
    with pytest.raises(HistoryError, match=f"not as Ganglioside makes it.*{named}"):
        History.open(url)
    postgres_server.server().execute("DROP SCHEMA ganglioside CASCADE", name)


def test_a_newer_history_is_refused(url: str) -> None:
    history = History.open(url)
    with history._store.write() as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, now()::timestamp, '9.9')")
    with pytest.raises(HistoryError, match=r"written by Ganglioside 9\.9"):
        History.open(url)
    with history._store.write() as connection:
        connection.execute("DELETE FROM schema_version WHERE version = 99")


def test_types_are_those_of_postgresql() -> None:
    text = "".join(step.sql for step in schema.steps(0))
    assert "VARCHAR" not in text
    assert "--" not in text
    assert 'timestamp text COLLATE "C" NOT NULL' in text  # a column of that name
