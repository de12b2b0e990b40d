"""What was analysed is there tomorrow: stored whole, given back equal, found and run again."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from builders import (
    HandMadeModel,
    analyses_equal,
    assert_analyses_equal,
    build_analysis,
    build_features,
    build_table,
)
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from ganglioside.columns import FINDINGS, MODELS, PROBLEMS, VERDICTS
from ganglioside.errors import Cancelled, HistoryError, ReadError
from ganglioside.history import STATUSES, History, default_path, location, record
from ganglioside.history import history as history_module
from ganglioside.history.storage import catalog, store
from ganglioside.history.storage.catalog import Migration, migrations
from ganglioside.history.storage.codec import (
    STORED_FEATURES,
    decode_carried,
    encode_carried,
    from_rows,
    to_rows,
)
from ganglioside.progress import Progress, ProgressCallback, ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.simulation.example import example

TABLES = {
    "features": STORED_FEATURES,
    "models": MODELS,
    "findings": FINDINGS,
    "problems": PROBLEMS,
}


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr(record, "RetentionModel", HandMadeModel)
    return History.open(tmp_path / "history.duckdb", timeout=10)


def query(history: History, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(history.path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


# Saved and given back


def carried() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mz": [917.4795, np.nan, 1.0, 2.0, 3.0],
            "sample": pd.Series(["a", None, "b", "", "β"], dtype="str"),
            "_batch": [1, 2, 3, 4, 2**62],
            "prefix": pd.Series(["=1+1", "-x", None, "nul \x00 byte", "𝛼\u200f"], dtype="str"),
            "flag": [True, False, True, False, True],
            "count": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "share": pd.array([0.1, None, 0.3, np.inf, -0.0], dtype="Float64"),
            "when": pd.to_datetime(["2024-02-29", None, "2024-03-01", "1999-01-01", "2000-01-01"]),
            "zoned": pd.date_range("2024-01-01", periods=5, tz="Europe/Paris"),
            "kind": pd.Categorical(list("abcab"), categories=list("cba"), ordered=True),
            "mixed": pd.Series([1, "1", 1.5, None, True], dtype=object),
            "odd": pd.Series(
                [Decimal("1.10"), date(2024, 2, 29), datetime(2024, 1, 1, tzinfo=UTC), pd.NA, -0.0],
                dtype=object,
            ),
            "NaN only": [np.nan] * 5,
        }
    )


@pytest.mark.parametrize("n", [0, 1, 5, 323])
def test_a_loaded_analysis_equals_the_saved_one(history: History, n: int) -> None:
    analysis = build_analysis(n)
    assert_analyses_equal(history.load(history.save(analysis)), analysis)


def test_foreign_columns_come_back_with_their_types(history: History) -> None:
    analysis = build_analysis(extra=carried())
    loaded = history.load(history.save(analysis))
    assert_analyses_equal(loaded, analysis)
    kinds = [type(v) for v in loaded.features["mixed"]]
    assert kinds == [int, str, float, type(None), bool]
    assert [type(v) for v in loaded.features["odd"]] == [type(v) for v in carried()["odd"]]


def test_the_order_of_columns_is_kept(history: History) -> None:
    analysis = build_analysis(extra=carried()[["prefix", "sample", "_batch", "mz"]])
    assert list(history.load(history.save(analysis)).features) == list(analysis.features)


def test_sessions_do_not_mix(history: History) -> None:
    first, second = build_analysis(7), build_analysis(11, extra=pd.DataFrame({"x": range(11)}))
    sids = history.save(first), history.save(second)
    assert_analyses_equal(history.load(sids[0]), first)
    assert_analyses_equal(history.load(sids[1]), second)


def test_the_equality_of_these_tests_sees_a_difference() -> None:
    analysis = build_analysis()
    assert analyses_equal(analysis, build_analysis())
    assert not analyses_equal(analysis, build_analysis(settings=Settings()))
    assert not analyses_equal(analysis, build_analysis(source=Source.from_bytes("b", b"")))
    assert not analyses_equal(analysis, build_analysis(4))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda f: f.assign(rt=f["rt"].astype("float32")), "features.rt"),
        (lambda f: f.assign(verdict=f["verdict"].astype("str")), "features.verdict"),
        (lambda f: f.set_index(f["feature_id"] + 1), "index"),
        (lambda f: f.assign(thing=[object()] * len(f)), "'thing'"),
        (lambda f: f.assign(z=[1j] * len(f)), "cannot be stored"),
    ],
)
def test_what_would_not_come_back_equal_is_refused(
    history: History, spoil: Callable[[pd.DataFrame], pd.DataFrame], named: str
) -> None:
    analysis = build_analysis()
    object.__setattr__(analysis, "features", spoil(analysis.features))
    with pytest.raises(HistoryError, match=named):
        history.save(analysis)
    assert history.sessions().empty


texts = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
moments = st.datetimes().map(lambda moment: moment.replace(fold=0))
floats = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(texts, floats), max_size=8))
def test_any_text_and_number_survives_the_tables(cells: list[tuple[str | None, float]]) -> None:
    frame = build_features(len(cells)).assign(
        name=pd.Series([text for text, _ in cells], dtype="str"),
        rt=pd.Series([number for _, number in cells], dtype="float64"),
    )
    stored = to_rows(frame, STORED_FEATURES, "features")
    with duckdb.connect() as connection:
        connection.register("incoming", stored)
        back = connection.sql("SELECT * FROM incoming").to_arrow_table()
    schema = {c: t for c, t in STORED_FEATURES.items() if c in frame}
    pd.testing.assert_frame_equal(from_rows(back, schema), frame, check_exact=True)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.one_of(texts, floats, st.integers(), st.booleans(), st.dates(), moments),
        min_size=1,
        max_size=8,
    )
)
def test_any_mixed_column_survives(values: list[Any]) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    back = decode_carried(encode_carried(frame), len(frame))
    assert list(map(repr, back["x"])) == list(map(repr, frame["x"]))


# The list


def test_the_list_tells_what_each_session_found(history: History) -> None:
    analysis = build_analysis(7)
    before = datetime.now(UTC)
    first = history.save(analysis, name="liver 3")
    second = history.save(build_analysis(5))
    listed = history.sessions()
    assert list(listed["id"]) == [second, first]
    row = listed.set_index("id").loc[first]
    assert (row["name"], row["sample_type"], row["status"]) == ("liver 3", "porcine", "completed")
    assert row["features"] == 7
    assert row[list(VERDICTS)].sum() == 7
    assert row["valid"] == 2
    assert (row["file_name"], row["file_size"]) == (analysis.source.name, analysis.source.size)
    assert row["sha256"] == analysis.source.sha256
    assert before - timedelta(seconds=1) < row["created"] <= row["completed"] <= datetime.now(UTC)
    assert listed.set_index("id").loc[second, "name"] == analysis.source.name
    assert list(history.sessions(limit=1)["id"]) == [second]


def test_one_row_of_the_list(history: History) -> None:
    sid = history.save(build_analysis())
    history.save(build_analysis())
    pd.testing.assert_series_equal(
        history.session(sid), history.sessions().iloc[1], check_names=False
    )


def test_an_empty_list_has_the_same_types(history: History) -> None:
    empty = history.sessions().dtypes
    history.save(build_analysis())
    filled = history.sessions().dtypes
    assert empty.to_dict() == filled.to_dict()


def test_ids_sort_by_time_and_differ(history: History) -> None:
    sids = [history.save(build_analysis(1)) for _ in range(5)]
    assert sorted(set(sids)) == sids
    assert {len(sid) for sid in sids} == {14}


def test_many_are_saved_at_once_or_none(history: History) -> None:
    analyses = [build_analysis(3) for _ in range(40)]
    sids = history.save_all([(analysis, f"run {i}") for i, analysis in enumerate(analyses)])
    assert len(set(sids)) == 40
    assert list(history.sessions().set_index("id").loc[sids, "name"][:2]) == ["run 0", "run 1"]
    assert_analyses_equal(history.load(sids[7]), analyses[7])
    unstorable = replace(analyses[0], features=analyses[0].features.iloc[1:])
    with pytest.raises(HistoryError):
        history.save_all([(analyses[1], None), (unstorable, None)])
    assert len(history.sessions()) == 40
    assert history.save_all([]) == []


def test_a_beginning_of_an_id_is_enough_where_it_fits_one(history: History) -> None:
    sid = history.save(build_analysis(1))
    assert history.load(sid[:6]).source == history.load(sid).source
    history.save(build_analysis(1))
    with pytest.raises(HistoryError, match="more than one"):
        history.load(sid[:3])


@pytest.mark.parametrize("sid", ["", "zzz", "%", "' OR 1=1 --"])
def test_an_unknown_session_is_named(history: History, sid: str) -> None:
    history.save(build_analysis(1))
    for call in (history.load, history.delete, history.source, history.rerun, history.cancel):
        with pytest.raises(HistoryError, match="no session"):
            call(sid)
    assert len(history.sessions()) == 1


def test_a_session_can_be_renamed(history: History) -> None:
    sid = history.save(build_analysis(1), name="a")
    history.rename(sid, "b")
    assert history.session(sid)["name"] == "b"
    with pytest.raises(HistoryError, match="needs a name"):
        history.rename(sid, " ")


def test_a_deleted_session_leaves_nothing_and_takes_nothing_along(history: History) -> None:
    kept, gone = history.save(build_analysis(6)), history.save(build_analysis(7))
    history.delete(gone)
    assert list(history.sessions()["id"]) == [kept]
    assert_analyses_equal(history.load(kept), build_analysis(6))
    for table in TABLES:
        assert query(history, f"SELECT DISTINCT session FROM {table}") == [(kept,)]
    history.delete(kept)
    for table in (*TABLES, "sessions", "results", "inputs"):
        assert query(history, f"SELECT count(*) FROM {table}") == [(0,)]


def test_the_features_can_be_asked_in_sql(history: History) -> None:
    sid = history.save(build_analysis(5))
    asked = query(history, "SELECT session, name, rt FROM features WHERE verdict = 'outlier'")
    assert asked == [(sid, "GT1+OAc(36:1;O2)", 9.2)]
    assert query(history, "SELECT count(*) FROM features WHERE isnan(rt)") == [(0,)]


# Life of a session


def test_a_session_lives_from_begin_to_complete(history: History) -> None:
    analysis = build_analysis()
    sid = history.begin(analysis.source, analysis.settings, name="n")
    assert history.session(sid)["status"] == "processing"
    with pytest.raises(HistoryError, match="processing"):
        history.load(sid)
    history.complete(sid, analysis)
    assert_analyses_equal(history.load(sid), analysis)
    assert list(history.sessions()["status"]) == ["completed"]


def test_a_failed_session_tells_why_and_keeps_its_input(history: History) -> None:
    source = Source.from_bytes("x.csv", b"x")
    sid = history.begin(source, Settings())
    history.fail(sid, ValueError("the lamp went out"))
    row = history.session(sid)
    assert (row["status"], row["error"]) == ("failed", "ValueError: the lamp went out")
    assert row[["features", *VERDICTS]].isna().all()
    with pytest.raises(HistoryError, match="the lamp went out"):
        history.load(sid)
    assert history.source(sid) == source
    assert history.settings(sid) == Settings()


def test_an_ended_session_cannot_end_again(history: History) -> None:
    analysis = build_analysis()
    sid = history.begin(analysis.source, analysis.settings)
    history.cancel(sid)
    assert history.session(sid)["status"] == "cancelled"
    for end in (history.cancel, lambda s: history.fail(s, "x")):
        with pytest.raises(HistoryError, match="ended already"):
            end(sid)
    with pytest.raises(HistoryError, match="ended already"):
        history.complete(sid, analysis)


def test_the_result_of_another_input_is_refused(history: History) -> None:
    sid = history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    with pytest.raises(HistoryError, match="another input"):
        history.complete(sid, build_analysis())
    assert query(history, "SELECT count(*) FROM features") == [(0,)]


def fake_analyze(table: FeatureTable, settings: Settings, progress: ProgressCallback | None) -> Any:
    events = Progress(progress)
    for step in ("loading", "validating", "verdicts", "complete"):
        events.done(step, step)
    return build_analysis(settings=settings, source=table.source)


def test_a_run_is_stored_and_tells_its_session(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "analyze", fake_analyze)
    events: list[ProgressEvent] = []
    sid, analysis = history.run(build_table(), name="n", progress=events.append)
    assert_analyses_equal(history.load(sid), analysis)
    steps = ["loading", "validating", "verdicts", "saving", "complete"]
    assert [e["step"] for e in events] == steps
    assert {e["session_id"] for e in events} == {sid}
    assert [e["type"] for e in events].count("complete") == 1
    percentages = [e["percentage"] for e in events]
    assert percentages == sorted(percentages)


@pytest.mark.parametrize(
    ("error", "status"),
    [(Cancelled("enough"), "cancelled"), (KeyboardInterrupt(), "cancelled"),
     (ZeroDivisionError("0"), "failed"), (MemoryError("none left"), "failed")],
)  # fmt: skip
def test_a_broken_run_leaves_its_trace(
    history: History, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: str
) -> None:
    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr(history_module, "analyze", broken)
    with pytest.raises(type(error)):
        history.run(build_table())
    row = history.sessions().iloc[0]
    assert row["status"] == status
    told = f"{type(error).__name__}: {error}"
    assert row["error"] == told if status == "failed" else pd.isna(row["error"])


def test_a_callback_may_cancel(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "analyze", fake_analyze)

    def stop(event: ProgressEvent) -> None:
        if event["step"] == "validating":
            raise Cancelled

    with pytest.raises(Cancelled):
        history.run(build_table(), progress=stop)
    assert list(history.sessions()["status"]) == ["cancelled"]


def test_a_process_that_dies_leaves_its_session_processing(history: History) -> None:
    code = (
        "import os, sys; from ganglioside.history import History; "
        "from ganglioside.settings import Settings; "
        "from ganglioside.reading.raw_table import Source; "
        "History.open(sys.argv[1]).begin(Source.from_bytes('x.csv', b'x'), Settings()); "
        "os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code, history.path], check=False)
    assert died.returncode == -signal.SIGKILL
    assert list(history.sessions()["status"]) == ["processing"]


def test_a_session_is_run_again_from_its_own_input(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "analyze", fake_analyze)
    content = b"Name,RT,Volume,Log P,Anchor\r\n" + 5 * b"GM1(36:1;O2),9.1,10,1.5,T\r\n"
    source = Source.from_bytes("liver.csv", content)
    chosen = Settings(sample_type="human", rt_tolerance=0.2)
    first = history.begin(source, chosen, name="liver 3")
    history.fail(first, "the lamp went out")
    second = history.rerun(first)
    third = history.rerun(second, Settings(sample_type="mouse"))
    assert history.load(second).source == source
    assert (history.settings(second), history.settings(third).sample_type) == (chosen, "mouse")
    listed = history.sessions().set_index("id")
    assert listed["rerun_of"].dropna().to_dict() == {third: second, second: first}
    assert set(listed["name"]) == {"liver 3"}
    assert listed.loc[first, "status"] == "failed"
    assert query(history, "SELECT count(*) FROM inputs") == [(1,)]


def test_an_unreadable_table_begins_no_session(history: History, tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        history.run(tmp_path / "absent.csv")
    assert history.sessions().empty


# The real path


def test_the_example_is_analysed_saved_loaded_and_run_again(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    sid, analysis = history.run(example(), Settings(sample_type="porcine"), name="example")
    assert_analyses_equal(history.load(sid), analysis)
    assert_analyses_equal(history.load(history.rerun(sid)), analysis)
    names = ["GM1(38:1;O2)", "GD1(40:1;O2)"]
    pd.testing.assert_frame_equal(history.load(sid).predict(names), analysis.predict(names))


# Several processes, crashes


def save_many(path: Path, n: int) -> None:
    history = History.open(path)
    for _ in range(n):
        history.save(build_analysis(20))


def test_two_processes_save_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "shared.duckdb"  # made by whichever comes first
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=save_many, args=(path, 8)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    history = History.open(path)
    assert history.sessions()["id"].nunique() == 16
    assert query(history, "SELECT DISTINCT count(*) FROM features GROUP BY session") == [(20,)]


class DiesOnResults:
    """A connection whose process is killed after the tables, before the rest of a result."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def execute(self, sql: str, *parameters: Any) -> Any:
        if sql.startswith("INSERT INTO results"):
            os.kill(os.getpid(), signal.SIGKILL)
        return self.inner.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def die_while_saving(path: Path) -> None:
    connect = duckdb.connect
    store.duckdb.connect = lambda *a, **k: DiesOnResults(connect(*a, **k))  # type: ignore[assignment]
    History.open(path).save(build_analysis())


def test_a_crash_within_a_save_leaves_no_part_of_it(history: History) -> None:
    kept = history.save(build_analysis())
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=die_while_saving, args=(history.path,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert list(history.sessions()["id"]) == [kept]
    assert query(history, "SELECT DISTINCT session FROM features") == [(kept,)]
    assert len(history.sessions()) == 1


def test_an_error_within_a_save_leaves_no_part_of_it(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = record.Record.of(build_analysis())
    object.__setattr__(good, "columns", None)  # NOT NULL: refused after the tables were inserted
    monkeypatch.setattr(record.Record, "of", lambda _: good)
    monkeypatch.setattr(record.Record, "fingerprints", lambda _: {})
    with pytest.raises(HistoryError, match="NOT NULL"):
        history.save(build_analysis())
    assert history.sessions().empty
    assert query(history, "SELECT count(*) FROM features") == [(0,)]


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


def test_the_lock_is_held_while_connected(history: History) -> None:
    with history._store.read():
        assert not can_lock(history.path)
    with history._store.write():
        assert not can_lock(history.path)
    assert can_lock(history.path)


def can_lock(path: Path) -> bool:
    code = (
        "import sys; from filelock import FileLock, Timeout\n"
        "try: FileLock(sys.argv[1]).acquire(timeout=0)\n"
        "except Timeout: sys.exit(7)"
    )
    return subprocess.run([sys.executable, "-c", code, f"{path}.lock"], check=False).returncode == 0


# The file


def test_the_default_place_and_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("GANGLIOSIDE_HISTORY", raising=False)
    assert default_path().name == "history.duckdb"
    if sys.platform == "linux":
        assert History.open().path == tmp_path / "data" / "ganglioside" / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "mine.duckdb"))
    assert History.open().path == tmp_path / "mine.duckdb"
    assert (tmp_path / "mine.duckdb").is_file()


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


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"absent.*folder that exists"):
        History.open(tmp_path / "absent" / "h.duckdb")


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


def test_older_installations_can_read_the_file(history: History) -> None:
    history.save(build_analysis())
    tags = query(history, "SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL")
    assert tags[0][0]["storage_version"].startswith("v1.4.0")


def test_opening_twice_changes_nothing(history: History) -> None:
    sid = history.save(build_analysis())
    assert_analyses_equal(History.open(history.path).load(sid), build_analysis())
    versions = [(migration.version,) for migration in migrations()]
    assert query(history, "SELECT version FROM schema_version ORDER BY version") == versions


def test_migrations_are_numbered_in_order() -> None:
    assert [m.version for m in migrations()] == list(range(1, len(migrations()) + 1))


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
    monkeypatch.setattr(record, "RetentionModel", HandMadeModel)
    assert_analyses_equal(history.load(sid), build_analysis())
    assert query(history, "SELECT count(*) FROM duckdb_tables() WHERE table_name='extra'") == [(0,)]


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_follow_the_schema_of_the_package(history: History, table: str) -> None:
    """A column added to `columns.py` needs a migration."""
    kinds = {"Int64": "BIGINT", "float64": "DOUBLE", "bool": "BOOLEAN"}
    expected = [(c, kinds.get(t, "VARCHAR")) for c, t in TABLES[table].items()]
    found = query(
        history,
        "SELECT column_name, data_type FROM duckdb_columns() "
        f"WHERE table_name = '{table}' ORDER BY column_index",
    )
    assert found[:2] == [("session", "VARCHAR"), ("position", "BIGINT")]
    assert sorted(found[2:]) == sorted(expected)


def test_every_status_can_be_stored(history: History) -> None:
    sid = history.save(build_analysis())
    with history._store.write() as connection:
        for status in STATUSES:
            connection.execute("UPDATE sessions SET status = ? WHERE id = ?", [status, sid])
    with pytest.raises(HistoryError), history._store.write() as connection:
        connection.execute("UPDATE sessions SET status = 'lost' WHERE id = ?", [sid])
    assert history.session(sid)["status"] == STATUSES[-1]


def test_any_lock_file_left_behind_is_harmless(history: History) -> None:
    lock = FileLock(f"{history.path}.lock")
    lock.acquire()
    lock.release()
    Path(lock.lock_file).write_text("left behind")
    assert history.sessions().empty
