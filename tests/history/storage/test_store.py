"""A file of every older version opens, keeps all it held, and can do what is new."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
from builders import (
    HandMadeModel,
    assert_analyses_equal,
    build_analysis,
)
from effort import some
from filelock import FileLock
from history_tables import query

import ganglioside as gg
from ganglioside.errors import HistoryError, NoRoomError
from ganglioside.history import History, location, record
from ganglioside.history.sharing import Person
from ganglioside.history.storage import catalog, store
from ganglioside.history.storage.catalog import Migration, known_tables, migrations
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import confirm

pytestmark = pytest.mark.file_only("the file, its lock and its steps")

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


@pytest.mark.parametrize("version", some(OLDER, one_in=4))
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
    assert set(after["shared"]) == {"everybody"}
    assert len(opened.acting_as(Person("Eve")).sessions()) == 2
    assert_analyses_equal(opened.acting_as(Person("Eve")).load(sid), analysis)
    assert opened.source(failed).content == b"x"
    assert opened.care.verify(sample=0).is_whole

    overrides = Overrides((Override(feature_id=1, anchor=True),))
    opened.replace_overrides(sid, overrides)
    assert opened.load(sid).overrides == overrides
    opened.keep(sid)
    assert_analyses_equal(opened.load(opened.save(analysis)), analysis)
    opened.jobs.start(opened.jobs.add("analysis", {}, "n"))
    assert opened.care.cleanup(timedelta(days=1)).empty
    assert opened.care.verify(sample=0).is_whole
    opened.care.export(tmp_path / "out")
    assert History.open(tmp_path / "new.duckdb").care.import_(tmp_path / "out").sessions == 3


@pytest.mark.parametrize("version", some([*OLDER[2:], *OLDER[:2]], one_in=4))
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


def test_overrides_of_before_there_were_decisions_stay_as_they_were_logged(
    history: History, tmp_path: Path
) -> None:
    made = Override(feature_id=1, verdict="valid", note="MS/MS", author="Ada")
    sid = history.save(build_analysis().with_overrides(Overrides((made,))))
    path = tmp_path / "v11.duckdb"
    make_older(history, path, 11)
    with duckdb.connect(str(path)) as old:
        columns = [name for name, *_ in old.execute("SELECT * FROM overrides").description]
        assert {"name", "later", "confirmed_by", "confirmed_at"}.isdisjoint(columns)
        ((details,),) = old.execute(
            "SELECT details FROM log WHERE action = 'overridden' OR details LIKE '%MS/MS%'"
        ).fetchall()
        (row,) = json.loads(details)["said"]
        assert sorted(row) == ["anchor", "author", "feature_id", "note", "time", "verdict"]

    opened = History.open(path)
    assert opened.load(sid).overrides == Overrides((made,))
    assert opened.decisions(sid).by_person["decision"].tolist() == ["accepted"]
    assert opened.care.verify(sample=0).is_whole
    confirmed = confirm(made, "Bob")
    opened.put_override(sid, confirmed)
    assert opened.load(sid).overrides == Overrides((confirmed,))
    assert opened.care.verify(sample=0).is_whole


def can_lock(path: Path) -> bool:
    code = (
        "import sys; from filelock import FileLock, Timeout\n"
        "try: FileLock(sys.argv[1]).acquire(timeout=0)\n"
        "except Timeout: sys.exit(7)"
    )
    return subprocess.run([sys.executable, "-c", code, f"{path}.lock"], check=False).returncode == 0


def test_the_lock_is_held_while_connected(history: History) -> None:
    with history._store.read():
        assert not can_lock(history.path)
    with history._store.write():
        assert not can_lock(history.path)
    assert can_lock(history.path)


def test_a_lock_that_stays_is_named(history: History) -> None:
    lock = f"{history.path}.lock"
    patient = History.open(history.path, timeout=0.1)
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); "
         "print('held', flush=True); sys.stdin.read()", lock],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdin is not None
    holder.stdout.readline()
    try:
        with pytest.raises(HistoryError, match=r"0\.1 s.*end it"):
            patient.sessions()
        with pytest.raises(HistoryError, match=r"history\.duckdb\.lock"):
            History.open(history.path, timeout=0.1)
    finally:
        holder.communicate()
    assert patient.sessions().empty


def make_foreign(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")


def make_newer(path: Path) -> None:
    History.open(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, now()::TIMESTAMP, '9.9.9')")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda p: p.write_bytes(b"Name,RT\n" * 4000), "not a DuckDB file"),
        (lambda p: p.write_bytes(b"SQLite format 3\0"), "not a DuckDB file"),
        (lambda p: p.touch(), "not a DuckDB file"),
        (lambda p: p.mkdir(), "not a DuckDB file"),
        (make_foreign, "not a history of Ganglioside"),
        (make_newer, r"written by Ganglioside 9\.9\.9 .*Update"),
    ],
)
def test_a_file_that_is_no_history_is_refused_and_kept(
    tmp_path: Path, make: Callable[[Path], None], expected: str
) -> None:
    path = tmp_path / "file.duckdb"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(HistoryError, match=expected):
        History.open(path)
    assert before is None or path.read_bytes() == before


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GANGLIOSIDE_HISTORY", raising=False)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(location, "default_path", lambda: tmp_path / "file" / "h.duckdb")
    with pytest.raises(HistoryError, match="cannot be made"):
        History.open()


@contextmanager
def not_the_superuser() -> Iterator[None]:
    """Be somebody else for a while, where all would be allowed."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_read_only_folder_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with (
            not_the_superuser(),
            pytest.raises(HistoryError, match=r"Permission denied.*may write to"),
        ):
            History.open(Path(folder) / "h.duckdb")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_read_only_file_is_named(history: History) -> None:
    history.save(build_analysis())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.duckdb"
        shutil.copy(history.path, path)
        Path(folder).chmod(0o777)
        path.chmod(0o444)
        with not_the_superuser(), pytest.raises(HistoryError, match=r"change its permissions"):
            History.open(path)


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_a_disk_without_locks_is_refused(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def unknown(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", unknown)
    with pytest.raises(HistoryError, match=r"locked beside it \(Function not implemented\)"):
        history.sessions()


def test_a_plain_connection_elsewhere_is_named(history: History) -> None:
    with duckdb.connect(str(history.path)), pytest.raises(HistoryError, match="Another program"):
        history.save(build_analysis())


def test_a_file_that_disappears_is_not_made_anew(history: History) -> None:
    history.path.unlink()
    for call in (history.sessions, lambda: history.save(build_analysis())):
        with pytest.raises(HistoryError, match="disappeared"):
            call()
    assert not history.path.exists()


def test_a_half_made_file_is_overcome(tmp_path: Path) -> None:
    (tmp_path / "h.duckdb.new").write_bytes(b"half")
    assert History.open(tmp_path / "h.duckdb").sessions().empty


def test_opening_twice_changes_nothing(history: History) -> None:
    sid = history.save(build_analysis())
    assert_analyses_equal(History.open(history.path).load(sid), build_analysis())
    versions = [(migration.version,) for migration in migrations()]
    assert query(history, "SELECT version FROM schema_version ORDER BY version") == versions


def test_macros_are_looked_for_in_what_others_have_changed_not_in_what_it_left_itself(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    known = store.require_known

    def require_known(*given: Any, opening: bool = False) -> None:
        looked.append(opening)
        known(*given, opening=opening)

    monkeypatch.setattr(store, "require_known", require_known)
    shutil.copy(history.path, history.path.with_name("copy.duckdb"))
    history.save(build_analysis())
    History.open(history.path).save(build_analysis())
    History.open(history.path)
    assert not any(looked)
    History.open(history.path.with_name("copy.duckdb"))
    assert looked.pop()
    before = history.path.stat()
    with duckdb.connect(str(history.path)) as connection:
        connection.execute("CREATE MACRO stolen() AS 7")
    os.utime(history.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(HistoryError, match="the macro 'stolen'"):
        History.open(history.path)


def test_macros_are_looked_for_where_a_log_lies_beside_the_file(history: History) -> None:
    before = history.path.stat()
    with duckdb.connect(str(history.path)) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("CREATE MACRO stolen() AS 7")
    assert history.path.with_name("history.duckdb.wal").exists()
    assert history.path.stat().st_size == before.st_size
    with pytest.raises(HistoryError, match="the macro 'stolen'"):
        History.open(history.path)


def test_a_draft_takes_its_log_along(history: History) -> None:
    """DuckDB says nothing where it cannot move the log into the file on closing."""
    kept = store.Store(history.path, 1.0)
    with kept.alone() as path, kept.draft() as draft:
        shutil.copyfile(path, draft)
        _leave_a_log(draft)
        kept.replace_by(draft)
    assert query(history, "SELECT author FROM schedule") == [("Ada",)]


def test_a_draft_that_is_not_whole_replaces_nothing(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.Store(history.path, 1.0)
    with kept.alone() as path, kept.draft() as draft:
        shutil.copyfile(path, draft)
        _leave_a_log(draft)
        before = path.read_bytes()
        monkeypatch.setattr(store, "connect", _kept_in_the_log)
        with pytest.raises(HistoryError, match="Not all of the new file could be written"):
            kept.replace_by(draft)
        assert path.read_bytes() == before


def test_no_history_is_made_beside_the_log_of_another(history: History) -> None:
    _leave_a_log(history.path)
    moved = history.path.rename(history.path.with_name("moved.duckdb"))
    with pytest.raises(HistoryError, match=r"put history\.duckdb back beside it"):
        History.open(history.path)
    assert not history.path.exists()
    moved.rename(history.path)
    assert query(history, "SELECT author FROM schedule") == [("Ada",)]


def _leave_a_log(path: Path) -> None:
    """Store a row as a process that dies leaves it: in the write-ahead log."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("INSERT INTO schedule VALUES (1, 1, 'Ada', NULL)")
    assert path.with_name(f"{path.name}.wal").exists()


@contextmanager
def _kept_in_the_log(path: Path) -> Iterator[mock.Mock]:
    """Connection that cannot move the log, as on a full disk."""
    assert path.exists()
    yield mock.Mock()


def test_an_older_file_is_brought_up_to_date_with_its_sessions(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = history.save(build_analysis())
    added = Migration(len(migrations()) + 1, "ALTER TABLE sessions ADD COLUMN extra BOOLEAN")
    steps = (*migrations(), added)
    monkeypatch.setattr(catalog, "migrations", lambda: steps)
    with pytest.raises(HistoryError, match="open it again"):
        history.sessions()
    newer = History.open(history.path)
    assert_analyses_equal(newer.load(sid), build_analysis())
    assert query(newer, "SELECT max(version) FROM schema_version") == [(added.version,)]
    monkeypatch.undo()
    with pytest.raises(HistoryError, match="Update"):
        history.sessions()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = history.save(build_analysis())
    broken = Migration(len(migrations()) + 1, "CREATE TABLE extra (a INTEGER); SELECT nonsense;")
    steps = (*migrations(), broken)
    with monkeypatch.context() as patch:
        patch.setattr(catalog, "migrations", lambda: steps)
        with pytest.raises(HistoryError, match="nonsense"):
            History.open(history.path)
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    assert_analyses_equal(history.load(sid), build_analysis())
    assert query(history, "SELECT count(*) FROM duckdb_tables() WHERE table_name='extra'") == [(0,)]


def test_any_lock_file_left_behind_is_harmless(history: History) -> None:
    lock = FileLock(f"{history.path}.lock")
    lock.acquire()
    lock.release()
    Path(lock.lock_file).write_text("left behind")
    assert history.sessions().empty


LONG = "SELECT count(*) FROM range(100000000000) numbers(n) WHERE n * n % 7 = 3"


@pytest.fixture
def ctrl_c() -> Iterator[threading.Timer]:
    """Press Ctrl-C in half a second, once it is started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    yield timer
    timer.cancel()
    signal.signal(signal.SIGINT, before)


def test_a_question_is_interrupted(tmp_path: Path, ctrl_c: threading.Timer) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    # Else the threads of DuckDB may hear of it only when they are through, many seconds later.
    parts = history.query("SELECT current_setting('scheduler_process_partial') AS parts")
    assert parts["parts"].tolist() == [True]

    def ask() -> None:
        ctrl_c.start()
        history.query(LONG)

    with pytest.raises(KeyboardInterrupt):
        ask()
    assert history.query("SELECT 1 AS one")["one"].tolist() == [1]


def test_what_was_being_stored_is_not_there(tmp_path: Path, ctrl_c: threading.Timer) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")

    def store() -> None:
        with history._store.write() as connection:
            connection.execute("CREATE TABLE half AS SELECT 1 AS a")
            ctrl_c.start()
            connection.execute(LONG).fetchall()

    with pytest.raises(KeyboardInterrupt):
        store()
    tables = history.query("SELECT table_name FROM information_schema.tables")
    assert "half" not in tables["table_name"].tolist()


def test_other_failures_are_none(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    with pytest.raises(RuntimeError, match="something else"), history._store.write():
        raise RuntimeError("something else")


def results_apart(history: History) -> int:
    """Number of parts of the file in which results are: those of one part are written together."""
    with duckdb.connect(str(history.path), read_only=True) as connection:
        ((parts,),) = connection.execute(
            "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('results')"
        ).fetchall()
    return int(parts)


@pytest.mark.skipif(int(duckdb.__version__.split(".")[0]) < 2, reason="DuckDB 1 keeps one part")
def test_what_is_stored_is_not_written_again_with_each_save(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only now and then is it put together, so that the file stays small."""
    monkeypatch.setattr(store, "_TOGETHER", 10**9)
    for _ in range(4):
        history.save(build_analysis())
    assert results_apart(history) == 4
    monkeypatch.setattr(store, "_TOGETHER", 1)
    history.save(build_analysis())
    assert results_apart(history) == 1
    assert history.care.verify(sample=0).faults == ()


def test_a_full_disk_has_an_error_of_its_own(history: History) -> None:
    with pytest.raises(NoRoomError, match="make room"), history._store.write():
        raise duckdb.IOException("Could not write file: No space left on device")
