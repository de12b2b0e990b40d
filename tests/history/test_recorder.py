"""Work that goes on is recorded: seen, found alive and cancelled from elsewhere while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from builders import build_analysis
from effort import PATIENCE, until

from ganglioside.analysis import Analysis
from ganglioside.errors import Cancelled, HistoryError
from ganglioside.history import History, recorder
from ganglioside.history.recorder import Recorder
from ganglioside.history.storage.store import utc_now
from ganglioside.progress import Progress, ProgressCallback, ProgressEvent

pytestmark = pytest.mark.usefixtures("stays_open")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "BEAT", 0.02)


class Work:
    """Reports two steps, waits until it may go on, and reports the others."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.result = build_analysis()
        self.sid = history.begin(self.result.source, self.result.settings, name="liver")
        self.go_on = threading.Event()
        self.heard: list[ProgressEvent] = []
        self.raised: BaseException | None = None
        self._thread = threading.Thread(target=self._carry_out)
        self._thread.start()

    def _analyse(self, report: ProgressCallback) -> Analysis:
        progress = Progress(report)
        progress.done("loading", "Loaded")
        progress.done("validating", "Validated")
        assert self.go_on.wait(PATIENCE)
        progress.done("rule1", "Curve")
        progress.done("complete", "Done")
        return self.result

    def _carry_out(self) -> None:
        try:
            self.history.carry_out(self.sid, "liver", self._analyse, self.heard.append)
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            self.raised = error

    def end(self) -> None:
        self.go_on.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def work(history: History) -> Iterator[Work]:
    going_on = Work(history)
    yield going_on
    going_on.end()


def test_events_are_there_while_it_runs_and_the_same_afterwards(
    work: Work, history: History
) -> None:
    until(lambda: len(history.runs.events(work.sid)) == 2)
    before = history.runs.events(work.sid)
    assert before == work.heard
    work.end()
    assert work.raised is None
    after = history.events(work.sid)
    assert after == work.heard
    assert after[:2] == before
    assert [e["step"] for e in after] == ["loading", "validating", "rule1", "saving", "complete"]
    assert after[-2]["message"] == f"Saved as session {work.sid}, liver"
    assert {e["session_id"] for e in after} == {work.sid}
    assert history.care.verify(sample=0).is_whole


def test_the_sign_of_life_is_renewed_while_it_runs(work: Work, history: History) -> None:
    """Else a session of over an hour on another machine would be marked failed."""
    long_ago = utc_now() - timedelta(hours=2)
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET started = $1, heartbeat = $1", [long_ago])
    until(lambda: history.runs.get(work.sid).heartbeat != long_ago)
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET host = 'far away'")
    History.open(history.address)
    assert history.runs.get(work.sid).status == "processing"


def test_it_ends_at_its_next_step_when_asked_from_elsewhere(work: Work, history: History) -> None:
    until(lambda: len(history.runs.events(work.sid)) == 2)
    History.open(history.address).runs.request_cancel(work.sid)
    for _ in range(2):  # after the second sign of life it has heeded what came with the first
        heard = history.runs.get(work.sid).heartbeat
        until(lambda heard=heard: history.runs.get(work.sid).heartbeat != heard)  # type: ignore[misc]
    work.end()
    assert isinstance(work.raised, Cancelled)
    assert history.session(work.sid)["status"] == "cancelled"
    assert history.events(work.sid) == work.heard
    assert [e["step"] for e in work.heard] == ["loading", "validating", "rule1"]


def test_a_history_that_is_held_by_others_loses_no_event(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat, held = history.runs.beat, threading.Event()
    held.set()
    refused: list[str] = []

    def busy(owner: str, events: Any = ()) -> Any:
        if held.is_set():
            refused.append(owner)
            raise HistoryError("in use")
        return beat(owner, events)

    monkeypatch.setattr(history.runs, "beat", busy)
    work = Work(history)
    until(lambda: len(refused) > 2)
    held.clear()
    until(lambda: len(history.runs.events(work.sid)) == 2)
    held.set()
    work.end()
    assert history.events(work.sid) == work.heard


def test_a_result_that_cannot_be_kept_leaves_a_session_that_says_why(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise HistoryError("The disk is full.")

    monkeypatch.setattr(History, "complete", full)
    work = Work(history)
    work.end()
    assert isinstance(work.raised, HistoryError)
    assert history.session(work.sid)["status"] == "failed"
    told = history.events(work.sid)
    assert told == work.heard
    assert (told[-1]["step"], told[-1].get("error")) == ("saving", "The disk is full.")
    assert "complete" not in [event["step"] for event in told]


def test_events_count_as_stored_unless_an_error_leaves(history: History) -> None:
    record = Recorder(history.runs, "x")
    Progress(record).done("loading", "Loaded")

    def fail_to_store() -> None:
        with record.unsaved() as events:
            Progress(record).done("validating", "Validated")
            assert [event["step"] for event in events] == ["loading"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_to_store()
    with record.unsaved() as events:
        assert [event["step"] for event in events] == ["loading", "validating"]
    with record.unsaved() as events:
        assert events == []


def test_quick_work_writes_nothing_on_its_way(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BEAT", 1000.0)
    monkeypatch.setattr(history.runs, "beat", lambda *_: pytest.fail("it was written to"))
    work = Work(history)
    work.end()
    assert work.raised is None
    assert len(history.events(work.sid)) == 5
