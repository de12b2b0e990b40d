"""What was analysed is there tomorrow: stored whole, given back equal, found and run again."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from builders import (
    analyses_equal,
    assert_analyses_equal,
    build_analysis,
)
from effort import PATIENCE
from history_tables import query

from ganglioside.errors import Cancelled, HistoryError, ReadError
from ganglioside.history import History, record
from ganglioside.history.storage import store
from ganglioside.progress import ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.simulation.example import example
from ganglioside.verdicts.overrides import Override


@pytest.mark.parametrize("n", [0, 1, 5, 323])
def test_a_loaded_analysis_equals_the_saved_one(history: History, n: int) -> None:
    analysis = build_analysis(n)
    assert_analyses_equal(history.load(history.save(analysis)), analysis)


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


def test_a_session_can_be_renamed(history: History) -> None:
    sid = history.save(build_analysis(1), name="a")
    history.rename(sid, "b")
    assert history.session(sid)["name"] == "b"
    with pytest.raises(HistoryError, match="needs a name"):
        history.rename(sid, " ")


def test_the_features_can_be_asked_in_sql(history: History) -> None:
    sid = history.save(build_analysis(5))
    asked = query(history, "SELECT session, name, rt FROM features WHERE verdict = 'outlier'")
    assert asked == [(sid, "GT1+OAc(36:1;O2)", 9.2)]
    assert query(history, "SELECT count(*) FROM features WHERE rt = 'NaN'") == [(0,)]


def test_an_unreadable_table_begins_no_session(history: History, tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        history.run(tmp_path / "absent.csv")
    assert history.sessions().empty


def test_the_example_is_analysed_saved_loaded_and_run_again(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    sid, analysis = history.run(example(), Settings(sample_type="porcine"), name="example")
    assert_analyses_equal(history.load(sid), analysis)
    assert_analyses_equal(history.load(history.rerun(sid)), analysis)
    names = ["GM1(38:1;O2)", "GD1(40:1;O2)"]
    pd.testing.assert_frame_equal(history.load(sid).predict(names), analysis.predict(names))


def save_many(path: Path, n: int) -> None:
    history = History.open(path)
    for _ in range(n):
        history.save(build_analysis(20))


def test_two_processes_save_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "shared.duckdb"  # made by whichever comes first
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=save_many, args=(path, 4)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert [worker.exitcode for worker in workers] == [0, 0]
    history = History.open(path)
    assert history.sessions()["id"].nunique() == 8
    assert query(history, "SELECT DISTINCT count(*) FROM features GROUP BY session") == [(20,)]


class DiesOnResults:
    """A connection whose process is killed after the tables, before the rest of a result."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def execute(self, sql: str, *parameters: Any) -> Any:
        if sql.startswith("INSERT INTO results"):
            os.kill(os.getpid(), signal.SIGKILL)
        return self.inner.execute(sql, *parameters)

    def cursor(self) -> DiesOnResults:
        return DiesOnResults(self.inner.cursor())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def die_while_saving(path: Path) -> None:
    connect = duckdb.connect
    store.duckdb.connect = lambda *a, **k: DiesOnResults(connect(*a, **k))  # type: ignore[assignment]
    History.open(path).save(build_analysis())


@pytest.mark.file_only("it is DuckDB's connection that is made to die")
def test_a_crash_within_a_save_leaves_no_part_of_it(history: History) -> None:
    kept = history.save(build_analysis())
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=die_while_saving, args=(history.path,))
    worker.start()
    worker.join(PATIENCE)
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
    with pytest.raises(HistoryError, match=r"(?i)not.null"):
        history.save(build_analysis())
    assert history.sessions().empty
    assert query(history, "SELECT count(*) FROM features") == [(0,)]


def test_an_analysis_at_once_is_the_same_session_as_one_that_was_seen(history: History) -> None:
    table = example()
    heard: list[ProgressEvent] = []
    row, analysis = history.run_at_once(table, name="liver", progress=heard.append)
    first = row["id"]
    assert row == history.listed(first)
    second, _ = history.run(table, name="liver")
    pd.testing.assert_frame_equal(history.load(first).features, analysis.features)
    sessions = history.sessions().set_index("id")
    apart = ["created", "started", "completed"]
    assert sessions.loc[first].drop(apart).equals(sessions.loc[second].drop(apart))
    steps = [[(e["type"], e["step"]) for e in history.events(sid)] for sid in (first, second)]
    assert steps[0] == steps[1]
    assert {event["session_id"] for event in history.events(first)} == {first}
    assert heard[0]["step"] == "loading"
    assert history.care.verify(sample=2).is_whole


@pytest.mark.parametrize("step", ["loading", "verdicts", "saving"])
def test_nothing_is_kept_of_an_analysis_at_once_that_is_stopped(
    history: History, step: str
) -> None:
    """Also not where it is stopped while it is stored."""

    def stop(event: ProgressEvent) -> None:
        if event["step"] == step:
            raise Cancelled

    with pytest.raises(Cancelled):
        history.run_at_once(example(), progress=stop)
    assert history.sessions().empty
    history.care.verify(sample=2)


def test_a_session_run_again_at_once_is_the_same_as_one_that_was_seen(history: History) -> None:
    """With the overrides and anchors of the first one, and only once it has ended."""
    first, _ = history.run(example(), name="liver")
    history.put_override(first, Override(feature_id=3, verdict="outlier", note="blank"))
    settings = Settings(outlier_threshold=2.0)
    row, analysis = history.rerun_at_once(first, settings)
    seen = history.rerun(first, settings)
    assert row == history.listed(row["id"])
    assert row["rerun_of"] == first
    assert analysis.overrides == history.load(seen).overrides
    assert len(history.load(row["id"]).overrides) == 1
    sessions = history.sessions().set_index("id")
    apart = ["created", "started", "completed"]
    assert sessions.loc[row["id"]].drop(apart).equals(sessions.loc[seen].drop(apart))
    assert history.care.verify(sample=2).is_whole

    def stop(_: ProgressEvent) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        history.rerun_at_once(first, progress=stop)
    assert len(history.sessions()) == 3
