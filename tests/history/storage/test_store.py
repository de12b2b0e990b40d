"""A file of every older version opens, keeps all it held, and can do what is new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from builders import assert_analyses_equal, build_analysis

from ganglioside.history import History
from ganglioside.history.storage import store
from ganglioside.history.storage.catalog import known_tables, migrations
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides

OLDER = [migration.version for migration in migrations()[:-1]]


def make_older(history: History, target: Path, version: int) -> None:
    """Write what a history holds as a program of an older version would have stored it."""
    with duckdb.connect(str(target), config={"storage_compatibility_version": "v1.4.0"}) as old:
        for migration in migrations()[:version]:
            store._apply(old, migration)
        old.execute(f"ATTACH '{history.path}' AS new (READ_ONLY)")
        for table in set(known_tables(version)) - {"schema_version"}:
            columns = old.execute(
                "SELECT string_agg('\"' || column_name || '\"', ', ') FROM duckdb_columns() "
                "WHERE database_name = current_database() AND table_name = ?",
                [table],
            ).fetchall()[0][0]
            old.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new.{table}")


def test_there_are_older_versions() -> None:
    assert list(range(1, len(migrations()))) == OLDER
    assert len(OLDER) >= 2


@pytest.mark.parametrize("version", OLDER)
def test_a_file_of_an_older_version_keeps_all_and_can_do_what_is_new(
    history: History, tmp_path: Path, version: int
) -> None:
    analysis = build_analysis(20)
    sid = history.save(analysis, name="liver")
    failed = history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    history.fail(failed, "lamp")
    path = tmp_path / f"v{version}.duckdb"
    make_older(history, path, version)

    opened = History.open(path)
    versions = opened.query("SELECT version FROM schema_version ORDER BY version")["version"]
    assert list(versions) == [migration.version for migration in migrations()]
    assert_analyses_equal(opened.load(sid), analysis)
    before, after = (h.sessions().drop(columns=["author", "keep"]) for h in (history, opened))
    assert before.equals(after)
    assert opened.source(failed).content == b"x"
    assert opened.care.verify(sample=0).is_whole

    overrides = Overrides((Override(feature_id=1, anchor=True),))
    opened.override(sid, overrides)
    assert opened.load(sid).overrides == overrides
    opened.keep(sid)
    assert_analyses_equal(opened.load(opened.save(analysis)), analysis)
    opened.jobs.start(opened.jobs.add("analysis", {}, "n"))
    assert opened.care.cleanup(timedelta(days=1)).empty
    assert opened.care.verify(sample=0).is_whole
    opened.care.export(tmp_path / "out")
    assert History.open(tmp_path / "new.duckdb").care.import_(tmp_path / "out").sessions == 3


@pytest.mark.parametrize("version", OLDER)
def test_a_crash_within_a_migration_leaves_the_older_file(
    history: History, tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = history.save(build_analysis())
    path = tmp_path / "old.duckdb"
    make_older(history, path, version)

    class PulledPlug(BaseException):
        pass

    def pull(*_: object) -> None:
        raise PulledPlug

    with monkeypatch.context() as patch:
        patch.setattr(store, "utc_now", pull)  # after the first script, before its commit
        with pytest.raises(PulledPlug):
            History.open(path)
    with duckdb.connect(str(path)) as connection:
        found = connection.execute("SELECT max(version) FROM schema_version").fetchall()
    assert found == [(version,)]
    assert_analyses_equal(History.open(path).load(sid), build_analysis())
