"""A history's file from elsewhere is data: nothing in it acts, and nothing but it is reached."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from builders import HandMadeModel, build_analysis
from history_tables import TABLES, query

from ganglioside.errors import HistoryError
from ganglioside.history import History, record
from ganglioside.history.storage.catalog import migrations


def plant(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A history with a session, which is only read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "FittedModel", HandMadeModel)
        history = History.open(tmp_path_factory.mktemp("asked") / "history.duckdb")
        history.save(build_analysis())
    return history


@pytest.fixture
def copied(asked: History, place: Path) -> History:
    """The same, of one's own."""
    return History.open(shutil.copy(asked.path, place / "history.duckdb"))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE \"log) TO 'stolen.csv'; COPY (SELECT * FROM log\" (a INT)",
        "CREATE TABLE extra (a INT)",
        "ALTER TABLE sessions RENAME TO s; "
        "CREATE VIEW sessions AS SELECT s.* FROM s, read_text('secret.txt')",
        "CREATE VIEW harmless AS SELECT 1",
        "CREATE MACRO count(x) AS 7",
        "CREATE MACRO stolen() AS TABLE SELECT * FROM read_text('secret.txt')",
        "CREATE MACRO duckdb_functions() AS TABLE SELECT 'x' AS function_name, true AS internal",
        "CREATE MACRO duckdb_views() AS TABLE SELECT 'x' AS view_name, true AS internal; "
        "CREATE VIEW hidden AS SELECT 1",
        "CREATE SEQUENCE s",
        "CREATE TYPE mood AS ENUM ('a')",
        "CREATE SCHEMA other",
        "CREATE INDEX i ON features (rt)",
        "DROP TABLE models",
        "ALTER TABLE models ADD COLUMN x INT",
        "ALTER TABLE models DROP COLUMN r2",
        "ALTER TABLE models ALTER COLUMN r2 TYPE VARCHAR",
        "ALTER TABLE models ALTER COLUMN r2 SET DEFAULT random()",
        "DROP TABLE models; CREATE TABLE models (session VARCHAR, "
        "position BIGINT GENERATED ALWAYS AS (length(session)))",
    ],
)
def test_a_file_that_holds_anything_else_is_refused(asked: History, place: Path, sql: str) -> None:
    path = Path(shutil.copy(asked.path, place / "history.duckdb"))
    plant(path, sql)
    with pytest.raises(HistoryError, match="not as Ganglioside makes a history"):
        History.open(path)
    with pytest.raises(HistoryError):
        History.restore(path, path.with_name("other.duckdb"))


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE extra (a INT)", "CREATE VIEW v AS SELECT 1", "DROP TABLE models"],
)
def test_what_is_planted_after_the_opening_is_found_by_the_next_call(
    copied: History, tmp_path: Path, sql: str
) -> None:
    plant(copied.path, sql)
    for call in (
        copied.sessions,
        copied.care.vacuum,
        lambda: copied.care.export(tmp_path / "out"),
        lambda: copied.query("SELECT 1"),
    ):
        with pytest.raises(HistoryError, match="not as Ganglioside makes a history"):
            call()


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "secret.csv"
    path.write_text("word\nxyzzy\n")
    return path


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_blob('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM sniff_csv('{secret}')",
        "SELECT * FROM query('FROM read_text(''{secret}'')')",
        "SELECT * FROM read_parquet('{folder}/*')",
        "SELECT * FROM read_json('{secret}')",
        "SELECT * FROM frame",
        "COPY sessions TO '{folder}/out.csv'",
        "COPY (SELECT 1) TO '{folder}/out.parquet'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/out.duckdb'",
        "ATTACH '{secret}' AS a",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "CALL pragma_version()",
        "CREATE TEMP TABLE t AS SELECT 1",
        "DELETE FROM sessions",
        "UPDATE sessions SET name = 'x'",
        "WITH x AS (SELECT 1) DELETE FROM sessions",
        "SELECT 1; DELETE FROM sessions",
        "SELECT 1; SELECT 2",
        "BEGIN",
        "EXPLAIN ANALYZE DELETE FROM sessions",
        "PREPARE p AS SELECT 1",
        "USE memory",
        "CHECKPOINT",
        "DETACH history",
        "",
        ";",
        "-- nothing",
    ],
)
def test_a_question_reaches_no_other_file_and_changes_nothing(
    asked: History, secret: Path, sql: str
) -> None:
    frame = build_analysis().features  # a variable of the program is no table
    assert len(frame)
    before = asked.path.read_bytes()
    with pytest.raises(HistoryError) as caught:
        asked.query(sql.format(secret=secret, folder=secret.parent))
    assert "xyzzy" not in str(caught.value)
    assert asked.path.read_bytes() == before
    assert not list(secret.parent.glob("out*"))
    assert len(asked.sessions()) == 1


def test_a_question_finds_no_secret(asked: History) -> None:
    assert asked.query("SELECT * FROM duckdb_secrets()").empty


@pytest.mark.parametrize(
    "sql",
    ["SELECT name FROM sessions", "FROM sessions", "DESCRIBE sessions",
     "WITH x AS (SELECT 1) FROM x", "VALUES (1)", "SHOW TABLES", "SUMMARIZE features",
     "select ? as a"],
)  # fmt: skip
def test_a_question_is_answered(asked: History, sql: str) -> None:
    assert len(asked.query(sql, ["b"] if "?" in sql else []))


def test_migrations_are_numbered_in_order() -> None:
    assert [m.version for m in migrations()] == list(range(1, len(migrations()) + 1))


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_follow_the_schema_of_the_package(asked: History, table: str) -> None:
    """A column added to `columns.py` needs a migration."""
    kinds = {"Int64": "BIGINT", "float64": "DOUBLE", "bool": "BOOLEAN"}
    expected = [(c, kinds.get(t, "VARCHAR")) for c, t in TABLES[table].items()]
    found = query(
        asked,
        "SELECT column_name, data_type FROM duckdb_columns() "
        f"WHERE table_name = '{table}' ORDER BY column_index",
    )
    assert found[:2] == [("session", "VARCHAR"), ("position", "BIGINT")]
    assert sorted(found[2:]) == sorted(expected)


def test_older_installations_can_read_the_file(asked: History) -> None:
    tags = query(asked, "SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL")
    assert tags[0][0]["storage_version"].startswith("v1.4.0")
