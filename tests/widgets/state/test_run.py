"""An analysis: started, watched, cancelled, failed, found again."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from effort import PATIENCE, until

import ganglioside as gg
from ganglioside.errors import HistoryError
from ganglioside.history import History, recorder
from ganglioside.jobs import follower
from ganglioside.progress import ProgressEvent
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside_widgets.state import run as run_module
from ganglioside_widgets.state.run import Phase, RunState

Opener = Callable[[], History]


@pytest.fixture
def state(opened: Opener) -> RunState:
    return RunState(opened)


def started(state: RunState) -> RunState:
    state.table = gg.example()
    state.start()
    state.join(PATIENCE)
    return state


class Gate:
    """Stops an analysis at a step until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        analyze = run_module.analyze

        def gated(table, settings, progress):  # type: ignore[no-untyped-def]
            def pause(event: ProgressEvent) -> None:
                progress(event)
                if event["step"] == step:
                    self.reached.set()
                    assert self.open.wait(PATIENCE)

            return analyze(table, settings, pause)

        monkeypatch.setattr(run_module, "analyze", gated)


def test_without_a_table_it_says_why_it_cannot_start(state: RunState) -> None:
    assert state.phase is Phase.EMPTY
    assert "table" in state.why_not
    state.start()
    assert state.phase is Phase.EMPTY
    state.table = gg.example()
    assert (state.phase, state.why_not) == (Phase.READY, "")
    state.table = None
    assert state.phase is Phase.EMPTY


def test_a_run_moves_through_every_step_and_is_kept(state: RunState, opened: Opener) -> None:
    seen: list[float] = []
    state.observe(lambda change: seen.append(change["new"]), "percentage")
    started(state)
    assert state.phase is Phase.FINISHED
    assert state.analysis is not None
    assert seen == sorted(seen)
    assert len(set(seen)) >= 8
    assert seen[-1] == 100
    kept = opened().load(state.session_id)
    assert kept.features.equals(state.analysis.features)
    assert len(opened().events(state.session_id)) >= 8
    assert state.elapsed > 0
    assert len(state.log) >= 8


def test_a_button_that_is_pressed_twice_runs_once(
    state: RunState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "rule1")
    state.table = gg.example()
    state.start()
    assert gate.reached.wait(PATIENCE)
    assert "running" in state.why_not
    state.start()
    gate.open.set()
    state.join(PATIENCE)
    assert len(opened().sessions()) == 1


def test_cancelling_ends_it_between_two_steps(
    state: RunState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "rule1")
    state.table = gg.example()
    state.start()
    assert gate.reached.wait(PATIENCE)
    state.cancel()
    gate.open.set()
    state.join(PATIENCE)
    assert state.phase is Phase.CANCELLED
    assert state.analysis is None
    assert opened().sessions()["status"].tolist() == ["cancelled"]
    assert state.why_not == ""


def test_a_failure_is_shown_with_its_reason_and_can_be_run_again(
    state: RunState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise gg.errors.ReadError("The disk has gone.")

    monkeypatch.setattr(run_module, "analyze", fails)
    started(state)
    assert state.phase is Phase.FAILED
    assert state.refusal is not None
    assert state.refusal.message == "The disk has gone."
    assert opened().sessions()["status"].tolist() == ["failed"]
    monkeypatch.undo()
    assert state.why_not == ""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unforeseen_error_leaves_no_run_without_an_end(
    state: RunState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(run_module, "analyze", breaks)
    started(state)
    assert state.phase is Phase.FAILED
    assert state.refusal is not None
    assert "ZeroDivisionError" in state.refusal.message


def test_without_a_history_it_runs_and_says_that_nothing_is_kept() -> None:
    def refuses() -> History:
        raise HistoryError("The disk is full.")

    state = started(RunState(refuses))
    assert state.phase is Phase.FINISHED
    assert state.session_id == ""
    assert "not kept" in state.notice
    assert "The disk is full." in state.notice


def test_a_result_that_cannot_be_stored_is_still_shown(
    state: RunState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise HistoryError("The disk is full.")

    monkeypatch.setattr(History, "complete", full)
    started(state)
    assert state.analysis is not None
    assert state.session_id == ""
    assert "export what you need" in state.notice
    kept = opened().sessions().iloc[0]
    assert kept["status"] == "failed"
    assert "The disk is full." in kept["error"]


def test_anchor_marks_are_heeded(state: RunState, opened: Opener) -> None:
    table = gg.example()
    anchor = int(table.data["anchor"].argmax())
    state.table = table
    state.overrides = Overrides().put(Override(feature_id=anchor, anchor=False))
    state.start()
    state.join(PATIENCE)
    assert state.analysis is not None
    assert not state.analysis.features["anchor"].iloc[anchor]
    assert opened().load(state.session_id).overrides == state.overrides


def test_another_table_forgets_what_was_said_of_the_first(state: RunState) -> None:
    state.table = gg.example()
    state.overrides = Overrides().put(Override(feature_id=300, anchor=True))
    state.table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.5\n")
    assert state.overrides == Overrides()


def test_a_page_reads_a_session_within_the_limits_of_that_session(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = gg.Settings(max_megabytes=99)
    sid, _ = opened().run(b"Mine,RT\nGM1(36:1;O2),9.5\n", wide, columns={"Name": "Mine"})
    given: list[gg.Settings] = []
    read = run_module.read_features

    def reading(source: Any, settings: Any = None) -> Any:
        given.append(settings)
        return read(source, settings)

    monkeypatch.setattr(run_module, "read_features", reading)
    page = RunState(opened)
    page.find(sid)
    page.join(PATIENCE)
    assert given[0] == wide
    assert page.table is not None
    assert page.table.data["name"].tolist() == ["GM1(36:1;O2)"]


def test_another_page_finds_a_finished_analysis(state: RunState, opened: Opener) -> None:
    sid = started(state).session_id
    other = RunState(opened)
    other.find(sid)
    other.join(PATIENCE)
    assert other.phase is Phase.FINISHED
    assert state.analysis is not None
    assert other.analysis is not None
    assert other.analysis.features.equals(state.analysis.features)
    assert other.prepared is not None
    assert other.prepared.redecide(gg.Settings()).features.equals(state.analysis.features)
    assert other.table is not None


def test_another_page_follows_a_running_analysis_and_may_cancel_it(
    state: RunState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BEAT", 0.1)
    gate = Gate(monkeypatch, "rule2")
    state.table = gg.example()
    state.start()
    assert gate.reached.wait(PATIENCE)
    other, arrived = RunState(opened), threading.Event()
    other.observe(lambda c: arrived.set() if c["new"] >= 40 else None, "percentage")
    other.find(state.session_id)
    assert arrived.wait(PATIENCE)
    assert other.phase is Phase.RUNNING
    other.cancel()
    runs = opened().runs
    until(lambda: runs.get(state.session_id).cancel_requested)
    for _ in range(2):  # after the second sign of life the first page has heeded it
        heard = runs.get(state.session_id).heartbeat
        until(lambda heard=heard: runs.get(state.session_id).heartbeat != heard)  # type: ignore[misc]
    gate.open.set()
    state.join(PATIENCE)
    other.join(PATIENCE)
    assert state.phase is Phase.CANCELLED
    assert other.phase is Phase.CANCELLED


#: Begins a session and dies.
DIES = """
import os, sys
import ganglioside as gg
history = gg.History.open(sys.argv[1])
history.begin(gg.example().source, gg.Settings(outlier_threshold=3.0))
os.kill(os.getpid(), 9)
"""


def test_what_was_interrupted_is_said_and_its_table_is_there(opened: Opener) -> None:
    subprocess.run([sys.executable, "-c", DIES, opened().path], check=False)
    sid = History(opened()._store).sessions()["id"].iloc[0]
    state = RunState(opened)
    state.find(sid)
    state.join(PATIENCE)
    assert state.phase is Phase.FAILED
    assert state.refusal is not None
    assert "nterrupted" in state.refusal.message
    assert state.table is not None
    assert state.settings.outlier_threshold == 3.0
    assert state.why_not == ""


def test_a_session_that_nobody_works_on_is_left(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "NOT_FOLLOWED_AFTER", 0.0)
    monkeypatch.setattr(follower, "PATIENCE", 0)
    sid = opened().begin(gg.example().source, gg.Settings())  # by this process, which lives
    state = RunState(opened)
    state.find(sid)
    state.join(PATIENCE)
    assert state.phase is Phase.FAILED
    assert state.refusal is not None
    assert "nothing works on it" in state.refusal.message
    assert opened().session(sid)["status"] == "processing"


def test_a_session_that_is_not_there_is_refused(state: RunState) -> None:
    state.find("nosuch")
    state.join(PATIENCE)
    assert state.phase is Phase.FAILED
    assert state.refusal is not None
    assert "nosuch" in state.refusal.message


def test_changes_reach_the_state_by_the_given_way(opened: Opener, place: Path) -> None:
    due: list[Callable[[], None]] = []
    state = RunState(opened, due.append)
    started(state)
    assert state.phase is Phase.RUNNING
    for change in due:
        change()
    assert state.phase is Phase.FINISHED


def test_a_table_that_is_refused_while_another_runs_is_not_run(opened: Opener) -> None:
    state = RunState(opened)
    state.table = gg.example()
    state.start()
    state.table = None
    state.join(PATIENCE)
    assert state.phase is Phase.FINISHED
    assert "Give a table first" in state.why_not
