"""A session begins, goes on and ends, whichever way; nobody is told otherwise."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
from builders import (
    assert_analyses_equal,
    build_analysis,
    build_table,
)
from history_tables import query

from ganglioside.columns import VERDICTS
from ganglioside.errors import Cancelled, HistoryError
from ganglioside.history import History, running
from ganglioside.progress import Progress, ProgressCallback, ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings

pytestmark = pytest.mark.usefixtures("stays_open")


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


@pytest.mark.lets_go("the file itself is asked")
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

    monkeypatch.setattr(running, "analyze", broken)
    with pytest.raises(type(error)):
        history.run(build_table())
    row = history.sessions().iloc[0]
    assert row["status"] == status
    told = f"{type(error).__name__}: {error}"
    assert row["error"] == told if status == "failed" else pd.isna(row["error"])


def test_a_callback_may_cancel(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "analyze", fake_analyze)

    def stop(event: ProgressEvent) -> None:
        if event["step"] == "validating":
            raise Cancelled

    with pytest.raises(Cancelled):
        history.run(build_table(), progress=stop)
    assert list(history.sessions()["status"]) == ["cancelled"]


@pytest.mark.either_store("about the process")
@pytest.mark.lets_go("another process connects")
def test_a_process_that_dies_leaves_its_session_processing(history: History) -> None:
    code = (
        "import os, sys; from ganglioside.history import History; "
        "from ganglioside.settings import Settings; "
        "from ganglioside.reading.raw_table import Source; "
        "History.open(sys.argv[1]).begin(Source.from_bytes('x.csv', b'x'), Settings()); "
        "os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code, history.address], check=False)
    assert died.returncode == -signal.SIGKILL
    assert list(history.sessions()["status"]) == ["processing"]


@pytest.mark.lets_go("the file itself is asked")
def test_a_session_is_run_again_from_its_own_input(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "analyze", fake_analyze)
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
