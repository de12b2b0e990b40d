"""From a file to its export, through the states alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside_widgets.state.run import Phase
from ganglioside_widgets.state.workbench import WorkbenchState

Opener = Callable[[], History]


@pytest.fixture
def bench(opened: Opener) -> WorkbenchState:
    state = WorkbenchState(opened)
    state.upload.add_example()
    state.run.start()
    state.run.join(PATIENCE)
    return state


def test_a_table_that_is_given_can_be_run_and_a_refused_one_cannot(opened: Opener) -> None:
    state = WorkbenchState(opened)
    assert state.run.phase is Phase.EMPTY
    state.upload.add_example()
    assert state.run.phase is Phase.READY
    state.upload.add("bad.csv", b"nothing")
    assert state.run.phase is Phase.EMPTY
    state.run.start()
    assert state.run.phase is Phase.EMPTY


def test_the_result_reaches_every_panel(bench: WorkbenchState) -> None:
    assert bench.results.analysis is bench.run.analysis
    assert bench.export.analysis is bench.run.analysis
    assert bench.export.session_id == bench.run.session_id != ""


def test_a_moved_threshold_decides_anew_and_says_what_changed(
    bench: WorkbenchState, analysis: gg.Analysis
) -> None:
    bench.results.select(3)
    bench.thresholds.outlier_threshold = 1.0
    expected = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    assert bench.results.analysis is not None
    assert bench.results.analysis.features.equals(expected.features)
    assert "changed: " in bench.results.changes
    assert bench.unsaved_settings
    assert bench.results.selected == 3
    bench.thresholds.reset()
    assert bench.results.analysis.features.equals(analysis.features)
    assert not bench.unsaved_settings


def test_a_value_out_of_range_changes_nothing(bench: WorkbenchState) -> None:
    shown = bench.results.analysis
    bench.thresholds.outlier_threshold = 99
    assert bench.results.analysis is shown
    assert bench.thresholds.error


def test_other_thresholds_can_be_kept_as_a_session_of_their_own(
    bench: WorkbenchState, opened: Opener
) -> None:
    first = bench.run.session_id
    bench.thresholds.outlier_threshold = 1.0
    bench.keep()
    assert not bench.unsaved_settings
    assert bench.run.session_id not in ("", first)
    assert opened().settings(bench.run.session_id).outlier_threshold == 1.0
    assert opened().settings(first).outlier_threshold == 2.5


def test_what_the_analyst_says_is_kept_and_found_again(
    bench: WorkbenchState, opened: Opener
) -> None:
    bench.results.select(3)
    bench.results.override_verdict("valid", "seen in MS/MS")
    bench.thresholds.outlier_threshold = 2.0
    assert bench.results.analysis is not None
    assert bench.results.analysis.overrides.of(3) is not None
    again = WorkbenchState(opened)
    again.open(bench.run.session_id)
    again.run.join(PATIENCE)
    assert again.results.analysis is not None
    said = again.results.analysis.overrides.of(3)
    assert said is not None
    assert (said.verdict, said.note, said.author) == ("valid", "seen in MS/MS", "kh")
    again.export.make("csv")
    again.export.join(PATIENCE)
    assert again.export.made is not None
    assert b"seen in MS/MS" in again.export.made.content


def test_what_cannot_be_kept_is_said(
    bench: WorkbenchState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise HistoryError("The disk is full.")

    monkeypatch.setattr(History, "override", full)
    bench.results.select(3)
    bench.results.override_verdict("valid", "x")
    assert "not saved" in bench.notice
    assert bench.results.override() is not None


def test_an_unmarked_anchor_is_heeded_by_the_next_run(
    bench: WorkbenchState, opened: Opener
) -> None:
    assert bench.results.analysis is not None
    anchor = int(bench.results.analysis.features["anchor"].to_numpy().argmax())
    bench.results.select(anchor)
    bench.results.override_anchor(False)
    bench.run.start()
    bench.run.join(PATIENCE)
    assert bench.results.analysis is not None
    assert not bench.results.analysis.features["anchor"].iloc[anchor]
    assert bench.results.pending_marks() == []
    assert opened().load(bench.run.session_id).overrides.of(anchor) is not None


def test_an_opened_session_answers_and_runs_again(bench: WorkbenchState, opened: Opener) -> None:
    again = WorkbenchState(opened)
    again.open(bench.run.session_id)
    again.run.join(PATIENCE)
    again.thresholds.outlier_threshold = 1.0
    bench.thresholds.outlier_threshold = 1.0
    assert again.results.analysis is not None
    assert bench.results.analysis is not None
    assert again.results.analysis.features.equals(bench.results.analysis.features)
    again.run.start()
    again.run.join(PATIENCE)
    assert len(opened().sessions()) == 2
    assert opened().settings(again.run.session_id).outlier_threshold == 1.0
