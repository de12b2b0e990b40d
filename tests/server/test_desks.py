"""Desks: how much work is done at once, and what becomes of callers whose work hangs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path

import pytest
from effort import PATIENCE, until
from served import Running, upload

from ganglioside import analysis
from ganglioside.analysis import Analysis
from ganglioside.errors import Cancelled, HistoryError
from ganglioside.history import History
from ganglioside.progress import ProgressCallback
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.server.desks import Desks
from ganglioside.server.problems import Problem
from ganglioside.server.service import within
from ganglioside.settings import Settings

WHO: ContextVar[str] = ContextVar("who", default="nobody")


@pytest.fixture
def ended() -> Iterator[threading.Event]:
    """Work that waits for it hangs until the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def desks_of(number: int, monkeypatch: pytest.MonkeyPatch) -> Desks:
    monkeypatch.setattr("ganglioside.server.desks.most_at_once", lambda: number)
    return Desks(most_waiting=1, seconds=PATIENCE)


def hang(desks: Desks, work: Callable[[], object]) -> Problem:
    """What a caller is told of work that hangs."""
    usual, desks.longest = desks.longest, 0.0
    with pytest.raises(Problem) as told:
        desks.do(work)
    desks.longest = usual
    return told.value


def test_callers_wait_for_a_desk_and_one_too_many_is_refused(
    ended: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = desks_of(1, monkeypatch)
    done: list[str] = []
    first = threading.Thread(target=desks.do, args=(ended.wait,))
    second = threading.Thread(target=desks.do, args=(lambda: done.append("second"),))
    first.start()
    until(lambda: desks.at_work == 1)
    second.start()
    until(lambda: desks.waiting == 1)
    with pytest.raises(Problem, match="mode=job") as refused:
        desks.do(lambda: done.append("third"))
    assert (refused.value.status, refused.value.code) == (503, "full")
    assert refused.value.headers["Retry-After"]
    assert done == []
    ended.set()
    first.join()
    second.join()
    assert done == ["second"]
    assert (desks.waiting, desks.at_work) == (0, 0)


def test_work_is_done_for_its_caller_and_its_errors_are_the_callers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On another thread, which knows the request all the same."""
    desks = desks_of(1, monkeypatch)
    WHO.set("Ann")
    assert desks.do(WHO.get) == "Ann"

    def fail(error: BaseException) -> None:
        raise error

    for error in (HistoryError("away"), Cancelled("late"), TimeoutError("of its own")):
        with pytest.raises(type(error), match=str(error)):
            desks.do(lambda error=error: fail(error))
    assert desks.do(lambda: 3) == 3


def test_the_caller_of_work_that_hangs_is_answered_and_others_get_its_desk(
    ended: threading.Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desks = desks_of(1, monkeypatch)
    with caplog.at_level(logging.ERROR):
        told = hang(desks, ended.wait)
    assert (told.status, told.code) == (503, "hangs")
    assert "mode=job" in told.detail
    assert told.headers["Retry-After"]
    assert "in wait" in caplog.text  # where it hangs
    assert desks.do(lambda: 3) == 3
    assert not desks.stuck()


def test_a_server_full_of_work_that_hangs_says_so_and_recovers(
    ended: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Endless work takes the cores of others, so no more is left than there are desks."""
    desks = desks_of(2, monkeypatch)
    for _ in range(3):
        hang(desks, ended.wait)
    assert desks.do(lambda: 3) == 3
    hang(desks, ended.wait)
    desks._patience = 0.0
    with pytest.raises(Problem) as full:
        desks.do(lambda: 3)
    assert full.value.code == "full"
    desks.longest = 0.0
    assert desks.stuck()
    ended.set()
    until(lambda: desks.at_work == 0)
    assert not desks.stuck()
    desks.longest = desks._patience = PATIENCE
    both = threading.Barrier(2, timeout=PATIENCE)
    other = threading.Thread(target=desks.do, args=(both.wait,))
    other.start()
    desks.do(both.wait)  # there are two desks again
    other.join()
    with pytest.raises(ValueError, match="released too many"):
        desks._desks.release()


@pytest.mark.parametrize("mode", ["upload", "rerun"])
def test_an_analysis_that_hangs_is_answered_and_never_kept(
    mode: str, ended: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it goes on after all, it is stopped at its next step, also at the last one."""
    usual, desks = analysis.analyze, desks_of(1, monkeypatch)
    monkeypatch.setattr("ganglioside.server.service.Desks", lambda *_: desks)

    def hanging(table: FeatureTable, settings: Settings, _: ProgressCallback) -> Analysis:
        ended.wait()
        return usual(table, settings)

    history = History.open(tmp_path / "history.duckdb")
    with Running(history) as served, served.caller() as ann:
        sid = upload(ann).json()["id"]
        monkeypatch.setattr("ganglioside.history.history.analyze", hanging)
        monkeypatch.setattr("ganglioside.server.service.within", lambda _: within(-1))
        desks.longest = 0.0
        told = upload(ann) if mode == "upload" else ann.post(f"sessions/{sid}/rerun", json={})
        assert (told.status_code, told.json()["code"]) == (503, "hangs")
        assert ann.get("sessions").json()["total"] == 1
        ended.set()
        until(lambda: desks.at_work == 0)
        assert [row["id"] for row in ann.get("sessions").json()["sessions"]] == [sid]
