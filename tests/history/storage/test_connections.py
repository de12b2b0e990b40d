"""One DuckDB serves one transaction after the other, and none of them knows of the others."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from effort import PATIENCE

from ganglioside.errors import HistoryError, UnknownSessionError
from ganglioside.history.storage import connections
from ganglioside.history.storage.connections import attached, connect


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "a.duckdb", 1)


def made(path: Path, number: int) -> Path:
    with connect(path) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {number} AS a")
    return path


def value(path: Path) -> int:
    with attached(path, read_only=True) as connection:
        return int(connection.execute("SELECT a FROM t").fetchall()[0][0])


def is_free(path: Path) -> bool:
    """Whether nobody in this process has a file open."""
    try:
        duckdb.connect(str(path)).close()
    except duckdb.Error:
        return False
    return True


def test_duckdb_is_started_once_for_a_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = connections._start
    monkeypatch.setattr(connections, "_start", lambda p: started.append(p) or start(p))
    assert [value(path) for _ in range(3)] == [1, 1, 1]
    assert started == [path]


def test_between_two_transactions_the_file_is_closed(path: Path) -> None:
    with attached(path) as connection:
        connection.execute("UPDATE t SET a = 2")
        assert not is_free(path)
    assert is_free(path)
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name]
    assert value(path) == 2
    assert is_free(path)


def test_a_refusal_leaves_duckdb_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once each question about an unknown id made the next one start DuckDB anew."""
    started = []
    start = connections._start
    monkeypatch.setattr(connections, "_start", lambda p: started.append(p) or start(p))

    def refused(*, begins: bool) -> None:
        with attached(path) as connection:
            if begins:
                connection.begin()
                connection.execute("UPDATE t SET a = 2")
            raise UnknownSessionError("none")

    for begins in (True, False):
        with pytest.raises(UnknownSessionError):
            refused(begins=begins)
        assert is_free(path)
        assert value(path) == 1
    assert started == [path]


def test_after_an_error_of_duckdb_another_one_is_started(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is told in the words of this program."""
    started = []
    start = connections._start
    monkeypatch.setattr(connections, "_start", lambda p: started.append(p) or start(p))

    def fails() -> None:
        with attached(path) as connection:
            try:
                connection.execute("SELECT * FROM missing")
            except duckdb.Error:
                raise HistoryError("It cannot be read.") from None

    for _ in range(2):
        with pytest.raises(HistoryError):
            fails()
    assert started == [path, path]


def test_after_an_error_the_file_is_closed_and_nothing_is_stored(path: Path) -> None:
    def half_way() -> None:
        with attached(path) as connection:
            connection.begin()
            connection.execute("UPDATE t SET a = 2")
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt) as caught:
            half_way()
        assert is_free(path), f"while {caught} is still held"
        assert value(path) == 1


def test_a_file_that_took_the_place_of_another_is_read(path: Path) -> None:
    assert value(path) == 1
    shutil.move(made(path.with_name("other.duckdb"), 7), path)
    assert value(path) == 7


def test_two_files_at_once(path: Path) -> None:
    other = made(path.with_name("other.duckdb"), 7)
    for _ in range(2):
        with attached(path) as one, attached(other) as two:
            assert one.execute("FROM t").fetchall() == [(1,)]
            assert two.execute("FROM t").fetchall() == [(7,)]
    assert is_free(path)
    assert is_free(other)


def test_nothing_is_left_for_the_next_transaction(path: Path) -> None:
    with attached(path) as connection:
        connection.execute("CREATE TEMP TABLE mine AS SELECT 1")
        connection.execute("SET VARIABLE mine = 1")
    with attached(path) as connection:
        assert connection.execute("SELECT getvariable('mine')").fetchall() == [(None,)]
        with pytest.raises(duckdb.CatalogException):
            connection.execute("FROM mine")


@pytest.mark.parametrize("read_only", [True, False])
def test_no_transaction_reaches_another_file(path: Path, read_only: bool) -> None:
    secret = path.with_name("secret.csv")
    secret.write_text("word\nxyzzy\n")
    for _ in range(2):
        with attached(path, read_only=read_only) as connection:
            for source in (secret, f"{path}/../secret.csv", f"{path}.tmp/../secret.csv"):
                with pytest.raises(duckdb.PermissionException):
                    connection.execute(f"FROM read_text('{source}')")
            with pytest.raises(duckdb.PermissionException):
                connection.execute(f"COPY t TO '{path.with_name('out.csv')}'")
            with pytest.raises(duckdb.PermissionException):
                connection.execute(f"ATTACH '{path.with_name('out.duckdb')}'")
            with pytest.raises(duckdb.Error, match="configuration has been locked"):
                connection.execute("SET enable_external_access = true")


def test_what_is_read_is_not_written(path: Path) -> None:
    with attached(path), attached(path.with_name("b.duckdb")):
        pass
    with (
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
        attached(path, read_only=True) as connection,
    ):
        connection.execute("DELETE FROM t")
    assert value(path) == 1


class FullDisk:
    """A DuckDB that cannot move what was committed from the write-ahead log into the file."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def cursor(self) -> FullDisk:
        return FullDisk(self.inner.cursor())

    def execute(self, sql: str) -> Any:
        if sql.startswith("DETACH"):
            raise duckdb.IOException("No space left")
        return self.inner.execute(sql)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def test_what_was_committed_is_stored_even_if_it_cannot_be_moved_into_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = connections._start
    with monkeypatch.context() as patch:
        patch.setattr(connections, "_start", lambda p: FullDisk(start(p)))
        with attached(path) as connection:
            connection.execute("UPDATE t SET a = 2")
    assert is_free(path)
    assert value(path) == 2


def tell(path: Path, told: Any) -> None:
    told.put(connections._idle._kept is None and value(path))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
def test_a_forked_process_starts_its_own(path: Path) -> None:
    """The threads of the DuckDB that is kept stay behind, so it would wait for them for ever."""
    assert value(path) == 1
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    child = context.Process(target=tell, args=(path, told))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == 0
    assert told.get() == 1
    assert value(path) == 1
