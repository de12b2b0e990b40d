"""From a file to its export, through the states alone."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pandas as pd
import pytest
from effort import PATIENCE, some

import ganglioside as gg
from ganglioside.errors import HistoryBusyError, HistoryError
from ganglioside.history import History
from ganglioside.server.service_limits import VARIABLE, ServiceLimits
from ganglioside.verdicts.review import accept, reject
from ganglioside_widgets.state.run import Phase, is_input
from ganglioside_widgets.state.workbench import WorkbenchState

Opener = Callable[[], History]


@pytest.fixture
def bench(opened: Opener) -> WorkbenchState:
    state = WorkbenchState(opened)
    state.upload.add_example()
    state.run.join(PATIENCE)
    return state


def test_a_table_that_is_given_can_be_run_and_a_refused_one_cannot(opened: Opener) -> None:
    state = WorkbenchState(opened)
    assert state.run.phase is Phase.EMPTY
    state.upload.expect("example.csv", 2)
    state.upload.add("example.csv", gg.example().source.content)
    assert state.run.phase is Phase.READY
    state.upload.add("bad.csv", b"nothing")
    assert state.run.phase is Phase.EMPTY
    state.run.start()
    assert state.run.phase is Phase.EMPTY


def test_tables_and_batches_may_be_as_large_as_the_server_takes(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert WorkbenchState(opened).thresholds.settings == gg.Settings()
    monkeypatch.setenv(VARIABLE, ServiceLimits(megabytes=0.001, waiting=3).to_json())
    state = WorkbenchState(opened)
    state.upload.add("example.csv", gg.example().source.content)
    assert "0.001 MB" in str(state.upload.refusal)
    assert (state.batch.limits.megabytes, state.batch.limits.waiting) == (0.001, 3)
    assert state.thresholds.settings == gg.Settings(max_megabytes=0.001)


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
    assert bench.results.changes == ""
    assert bench.results.changed == ()


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

    monkeypatch.setattr(History, "put_overrides", full)
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


def table_of(shift: float, rows: int = 40, slower: float = 1.0) -> bytes:
    """A small table of one gradient, as CSV."""
    data = gg.example().data.iloc[:rows]
    rt = slower * data["rt"] + shift
    frame = pd.DataFrame({"Name": data["name"], "RT": rt, "Volume": data["volume"]})
    return frame.to_csv(index=False).encode()


def settle(bench: WorkbenchState) -> None:
    """Wait until nothing runs any more."""
    while bench.run.phase is Phase.RUNNING or (bench._waiting and not bench.upload.arriving):
        bench.run.join(PATIENCE)


def test_a_file_that_comes_alone_is_analysed_at_once_and_several_wait(opened: Opener) -> None:
    bench = WorkbenchState(opened)
    bench.upload.expect("a.csv", 1)
    bench.upload.add("a.csv", table_of(0.0))
    settle(bench)
    assert bench.results.analysis is not None
    assert bench.results.analysis.source.name == "a.csv"
    for name in ("b.csv", "c.csv"):
        bench.upload.expect(name, 2)
        bench.upload.add(name, table_of(0.0))
    settle(bench)
    assert bench.results.analysis.source.name == "a.csv"
    assert "c.csv has no result yet" in bench.results.stale
    states = bench.upload.files().set_index("name")["state"]
    assert states["b.csv"] == states["c.csv"] == "read"
    assert "valid" in states["a.csv"]
    bench.run_all()
    settle(bench)
    states = bench.upload.files().set_index("name")["state"]
    assert all("valid" in state for state in states)
    assert bench.results.stale == ""
    assert len(opened().sessions()) == 3


def test_a_file_that_was_analysed_shows_its_own_result_again(opened: Opener) -> None:
    bench = WorkbenchState(opened)
    sids = []
    for name, shift in (("a.csv", 0.0), ("b.csv", 0.3)):
        bench.upload.add(name, table_of(shift))
        settle(bench)
        sids.append(bench.export.session_id)
    bench.results.select(2)
    bench.results.override_verdict("outlier", "carry-over")
    bench.upload.choose(0)
    assert bench.results.analysis is not None
    assert bench.results.analysis.source.name == "a.csv"
    assert (bench.results.stale, bench.export.session_id) == ("", sids[0])
    assert len(bench.results.analysis.overrides) == 0
    bench.upload.choose(1)
    assert bench.results.analysis.overrides.of(2) is not None
    assert bench.export.session_id == sids[1]


def test_a_study_of_other_gradients_is_refused_with_the_reason(opened: Opener) -> None:
    bench = WorkbenchState(opened)
    for name, shift in (("a.csv", 0.0), ("b.csv", 0.02)):
        bench.upload.expect(name, 3)
        bench.upload.add(name, table_of(shift, 160))
    bench.upload.join(True)
    bench.run.start()
    settle(bench)
    assert bench.run.phase is Phase.FINISHED
    bench.upload.expect("c.csv", 3)
    bench.upload.add("c.csv", table_of(3.0, 160, 1.7))
    bench.upload.join(True)
    bench.run.start()
    settle(bench)
    assert bench.run.refusal is not None
    assert "no one study" in bench.run.refusal.message
    assert "Run all" in bench.run.refusal.message


def test_an_example_of_before_stays_while_a_refused_file_is_chosen(bench: WorkbenchState) -> None:
    bench.upload.add("bad.html", b"<html><body>no table</body></html>")
    assert "bad.html was refused" in bench.results.stale
    assert "Below is the result of example.csv" in bench.export.why_not
    assert not bench.results.override_anchor(True)
    bench.export.make("csv")
    assert bench.export.made is None
    assert bench.can_go_back
    bench.go_back()
    assert bench.results.stale == ""
    assert bench.export.why_not == ""
    assert not bench.can_go_back


def test_what_was_not_added_leaves_the_result_as_it_is(bench: WorkbenchState) -> None:
    """Once it was told as a refusal of the analysed file, which nothing lifted any more."""
    bench.upload.refuse("big.csv has 300 MB; the limit is 200 MB.", "big.csv")
    bench.upload.add_path("/no/such/file.csv")
    bench.upload.refuse("far.csv did not arrive.", "far.csv")
    assert len(bench.upload.not_added) == 2
    assert (bench.results.stale, bench.export.why_not) == ("", "")
    bench.results.select(3)
    assert bench.review.decide("accepted")
    bench.run.start()
    settle(bench)
    assert (bench.run.phase, bench.results.stale) == (Phase.FINISHED, "")
    assert len(bench.upload.not_added) == 2


def test_a_study_that_is_refused_is_told_as_such(bench: WorkbenchState) -> None:
    bench.upload.expect("b.csv", 2)
    bench.upload.add("b.csv", table_of(0.0))
    bench.upload.set_unit("s")
    bench.upload.join(True)
    assert bench.results.stale == "The study was refused. Below is the result of example.csv."


def test_a_removed_file_is_not_run_and_its_result_stays(
    bench: WorkbenchState, opened: Opener
) -> None:
    bench.upload.expect("b.csv", 2)
    bench.upload.add("b.csv", table_of(0.0))
    bench.upload.remove(0)
    assert bench.run.why_not == ""
    bench.upload.remove(0)
    assert bench.run.table is None
    assert "Give a table first" in bench.run.why_not
    bench.run.start()
    assert bench.run.phase is Phase.EMPTY
    assert (bench.results.stale, bench.export.why_not) == ("", "")
    bench.results.select(3)
    assert bench.review.decide("accepted")
    assert opened().load(bench.export.session_id).overrides.of(3) is not None


def test_a_session_is_still_run_again_where_a_file_is_removed(
    bench: WorkbenchState, opened: Opener
) -> None:
    other = opened().save(gg.analyze(gg.read_features(table_of(0.1), name="other.csv")))
    bench.open(other)
    settle(bench)
    bench.upload.remove(0)
    assert bench.upload.uploads == ()
    assert bench.run.table is not None
    assert (bench.run.table.source.name, bench.run.why_not) == ("other.csv", "")


def test_all_files_are_run_once_also_while_one_of_them_is_analysed(
    opened: Opener, go: threading.Event
) -> None:
    bench = WorkbenchState(opened)
    for name in ("a.csv", "b.csv"):
        bench.upload.expect(name, 2)
        bench.upload.add(name, table_of(0.0))
    bench.upload.choose(0)
    bench.run.start()
    assert bench.upload.why_not_all == ""
    bench.run_all()
    assert bench.upload.files()["state"].tolist() == ["running", "waits"]
    assert bench.upload.why_not_all
    go.set()
    settle(bench)
    assert sorted(opened().sessions()["name"]) == ["a.csv", "b.csv"]


def test_a_file_whose_second_run_failed_is_run_with_all(
    bench: WorkbenchState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise HistoryError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(History, "carry_out", full)
        bench.run.start()
        settle(bench)
    assert bench.upload.files()["state"].tolist() == ["failed"]
    bench.run_all()
    settle(bench)
    assert "valid" in bench.upload.files()["state"].iloc[0]
    assert "press Run again" in bench.upload.why_not_all


CHAINS_ONLY = b"Name,RT,Volume\nGM3(16:0),7.5,9e4\nGM3(18:0),8.9,4e5\n"


def test_a_run_that_failed_is_told_as_such(bench: WorkbenchState) -> None:
    bench.upload.add("chains.csv", CHAINS_ONLY)
    settle(bench)
    assert bench.run.phase is Phase.FAILED
    assert bench.results.stale == (
        "The analysis of chains.csv failed. Below is the result of example.csv."
    )
    states = bench.upload.files().set_index("name")["state"]
    assert states["chains.csv"] == "failed"
    assert bench.run.refusal is not None
    assert "None of the 2 names can be read" in bench.run.refusal.message
    assert bench.run.refusal.problems.empty  # they are listed where the table was read
    bench.upload.choose(0)
    assert bench.upload.files()["state"].iloc[1] == "failed"
    bench.upload.expect("chains.csv", 2)
    bench.upload.add("chains.csv", table_of(0.0))  # mended
    assert bench.upload.files()["state"].iloc[1] == "read"


def test_a_session_that_failed_is_no_failure_of_the_chosen_file(bench: WorkbenchState) -> None:
    bench.open("nosuch")
    settle(bench)
    assert bench.run.phase is Phase.FAILED
    assert "valid" in bench.upload.files()["state"].iloc[0]


@pytest.fixture
def two(opened: Opener) -> WorkbenchState:
    """A page with two files, of which the first was analysed and is chosen."""
    bench = WorkbenchState(opened)
    for name, shift in (("a.csv", 0.0), ("b.csv", 0.3)):
        bench.upload.expect(name, 2)
        bench.upload.add(name, table_of(shift))
    bench.upload.choose(0)
    bench.run.start()
    settle(bench)
    return bench


def shown(bench: WorkbenchState) -> gg.Analysis:
    """The displayed result, which is that of the chosen table."""
    assert bench.results.analysis is not None
    assert bench.results.stale == ""
    return bench.results.analysis


def test_the_next_run_keeps_decisions_and_marks_though_another_file_was_chosen(
    two: WorkbenchState, opened: Opener
) -> None:
    was = bool(shown(two).features["anchor"][3])
    two.results.select(3)
    two.results.override_anchor(not was)
    two.results.select(5)
    assert two.review.decide("rejected", note="MS/MS")
    for away in (lambda: two.upload.choose(1), lambda: two.upload.join(True)):
        away()
        assert two.results.stale
        two.upload.join(False)
        two.upload.choose(0)
        assert two.run.overrides == shown(two).overrides
    two.run.start()
    settle(two)
    assert bool(shown(two).features["anchor"][3]) is not was
    assert len(opened().load(two.export.session_id).overrides) == 2


def test_a_file_chosen_during_a_run_shows_its_result_after_it(
    two: WorkbenchState, go: threading.Event
) -> None:
    two.upload.choose(1)
    two.run.start()
    two.upload.choose(0)
    assert two.results.stale.startswith("b.csv is being analysed")
    two.thresholds.outlier_threshold = 1.5
    go.set()
    settle(two)
    assert shown(two).source.name == "a.csv"
    assert shown(two).settings.outlier_threshold == 1.5
    assert two.unsaved_settings
    two.upload.choose(1)
    assert shown(two).source.name == "b.csv"


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_threshold_moved_during_a_run_holds_after_it(
    bench: WorkbenchState, go: threading.Event, *, is_cancelled: bool
) -> None:
    bench.run.start()
    bench.thresholds.outlier_threshold = 1.5
    if is_cancelled:
        bench.run.cancel()
    go.set()
    settle(bench)
    assert bench.run.phase is (Phase.CANCELLED if is_cancelled else Phase.FINISHED)
    assert shown(bench).settings.outlier_threshold == 1.5
    assert bench.thresholds.outlier_threshold == 1.5
    assert bench.unsaved_settings


def test_thresholds_are_those_of_the_result_that_is_displayed_again(two: WorkbenchState) -> None:
    two.upload.choose(1)
    two.thresholds.outlier_threshold = 1.0  # for a run of the second file
    two.upload.choose(0)
    assert two.thresholds.settings == shown(two).settings == gg.Settings()
    assert not two.unsaved_settings


def test_thresholds_are_compared_with_those_that_were_saved_last(
    two: WorkbenchState, opened: Opener
) -> None:
    two.thresholds.outlier_threshold = 1.2
    two.keep()
    kept = two.export.session_id
    assert (two.run.session_id, two.saved_settings) == (kept, shown(two).settings)
    two.thresholds.outlier_threshold = 2.5
    assert two.unsaved_settings
    two.thresholds.outlier_threshold = 1.2
    assert not two.unsaved_settings
    two.results.select(3)
    assert two.review.decide("rejected")
    assert len(opened().load(kept).overrides) == 1
    two.upload.choose(1)
    two.run.start()
    settle(two)
    two.upload.choose(0)
    assert two.export.session_id == kept
    assert shown(two).settings.outlier_threshold == 1.2
    assert shown(two).overrides.of(3) is not None


def test_what_is_kept_without_its_file_is_the_session_of_the_page(bench: WorkbenchState) -> None:
    first = bench.run.session_id
    bench.upload.remove(0)
    bench.thresholds.outlier_threshold = 1.2
    bench.keep()
    assert bench.run.session_id == bench.export.session_id != first
    assert not bench.unsaved_settings


def test_a_session_cannot_be_opened_during_a_run_and_that_is_said(
    bench: WorkbenchState, go: threading.Event
) -> None:
    sid = bench.run.session_id
    bench.run.start()
    bench.open(sid)
    assert "Wait for the end of this analysis" in bench.run.notice
    go.set()
    settle(bench)
    assert bench.run.notice == ""


def test_a_decision_refused_during_a_run_is_not_refused_after_it(
    bench: WorkbenchState, go: threading.Event
) -> None:
    bench.results.select(3)
    bench.run.start()
    assert not bench.review.decide("accepted")
    assert "is being analysed" in bench.review.error == bench.results.error
    go.set()
    settle(bench)
    assert (bench.run.phase, bench.results.stale) == (Phase.FINISHED, "")
    assert (bench.review.error, bench.results.error) == ("", "")


@pytest.mark.parametrize("seed", some(range(8), 4))
def test_no_result_is_exported_under_another_files_name(seed: int, opened: Opener) -> None:
    """Whatever is dropped, run, cancelled, chosen, removed or opened, in any order."""
    rng = random.Random(seed)
    bench = WorkbenchState(opened)
    other = opened().save(gg.analyze(gg.read_features(table_of(0.1), name="other.csv")))

    def drop() -> None:
        bench.upload.expect("x", rng.choice([1, 2]))
        name = rng.choice(["a.csv", "b.csv", "c.csv"])
        bench.upload.add(name, table_of(rng.choice([0.0, 0.2])))

    deeds: list[Callable[[], object]] = [
        drop,
        drop,
        lambda: bench.upload.add("bad.csv", b"nothing"),
        lambda: bench.upload.expect("late.csv"),
        lambda: bench.upload.choose(rng.randrange(max(len(bench.upload.uploads), 1))),
        lambda: bench.upload.remove(rng.randrange(3)),
        bench.run.start,
        bench.run_all,
        bench.run.cancel,
        bench.go_back,
        bench.keep,
        lambda: bench.open(other),
        lambda: setattr(bench.thresholds, "outlier_threshold", rng.choice([1.5, 2.5])),
        lambda: settle(bench),
        lambda: bench.results.override_verdict("outlier", "x"),
        lambda: bench.upload.join(rng.choice([True, False])),
    ]
    for _ in range(30):
        rng.choice(deeds)()
        analysis = bench.export.analysis
        if bench.export.why_not or analysis is None:
            continue
        assert analysis is bench.results.analysis
        assert is_input(bench.run.table, analysis)
        current = bench.upload.current
        if current is not None and not bench.upload.as_study:
            assert is_input(current.table, analysis)
        bench.export.make("csv")
        bench.export.join(PATIENCE)
        assert bench.export.made is not None
        assert bench.export.made.name.startswith(analysis.source.name.partition(".")[0])
    bench.upload.expect("", 0)
    bench.upload.expect("end.csv", 1)
    bench.upload.add("end.csv", table_of(0.4))
    settle(bench)
    assert bench.export.why_not == ""
    bench.export.make("csv")
    bench.export.join(PATIENCE)
    assert bench.export.made is not None
    assert bench.export.made.name == "end_verdicts.csv"


def test_what_two_people_decide_at_once_is_kept_of_both(
    bench: WorkbenchState, opened: Opener
) -> None:
    other = WorkbenchState(opened)
    other.open(bench.export.session_id)
    other.run.join(PATIENCE)
    bench.author = lambda: "ann"  # type: ignore[method-assign]
    bench.results._author = bench.review.author = lambda: "ann"
    other.author = lambda: "bob"  # type: ignore[method-assign]
    other.results._author = other.review.author = lambda: "bob"
    bench.results.select(3)
    assert bench.review.decide("accepted")
    other.results.select(5)
    assert other.review.decide("rejected")
    kept = opened().load(bench.export.session_id).overrides
    assert [(o.feature_id, o.author, o.decision) for o in kept] == [
        (3, "ann", "accepted"),
        (5, "bob", "rejected"),
    ]
    assert other.results.analysis is not None
    assert other.results.analysis.overrides == kept
    bench.look_again()
    assert bench.results.analysis is not None
    assert bench.results.analysis.overrides == kept
    other.results.select(3)
    assert other.review.confirm()
    bench.look_again()
    assert bench.results.analysis.overrides.of(3) is not None
    assert bench.results.analysis.overrides.of(3).confirmed_by == "bob"  # type: ignore[union-attr]
    assert bench.saved == bench.review.saved == "Saved."


def test_a_decision_that_changed_meanwhile_is_not_confirmed(
    bench: WorkbenchState, opened: Opener
) -> None:
    sid, feature = bench.export.session_id, bench.run.analysis.features.iloc[3]  # type: ignore[union-attr]
    opened().put_override(sid, accept(3, author="eva"))
    bench.look_again()
    opened().put_override(sid, reject(feature, author="eva"))
    bench.results.select(3)
    bench.review.confirm()
    assert "changed meanwhile" in bench.notice
    kept = opened().load(sid).overrides.of(3)
    assert kept is not None
    assert (kept.decision, kept.confirmed_by) == ("rejected", "")


class Gate:
    """A history that another process can hold."""

    def __init__(self, opened: Opener) -> None:
        self.opened = opened
        self.is_held = False

    def __call__(self) -> History:
        if self.is_held:
            raise HistoryBusyError("Another process holds the history.")
        return self.opened()


@pytest.fixture
def gate(bench: WorkbenchState, opened: Opener) -> Gate:
    """The way of the page to its history."""
    bench._history = Gate(opened)
    return bench._history


def decide(bench: WorkbenchState, feature_id: int, decision: str) -> None:
    bench.results.select(feature_id)
    assert bench.review.decide(decision)


def shown_of(bench: WorkbenchState, feature_id: int) -> gg.Override | None:
    assert bench.results.analysis is not None
    return bench.results.analysis.overrides.of(feature_id)


def test_what_cannot_be_saved_stays_on_the_page_and_is_saved_with_the_next_look(
    bench: WorkbenchState, gate: Gate
) -> None:
    gate.is_held = True
    decide(bench, 3, "rejected")
    made = bench.results.override()
    assert made is not None
    bench.look_again()
    assert bench.results.override() == made
    assert bench.notice == (
        "Your changes are on this page only, not saved: Another process holds the history."
    )
    assert bench.review.saved == ""
    gate.is_held = False
    hers = accept(5, author="eva")
    gate().put_override(bench.export.session_id, hers)
    bench.look_again()
    assert (bench.notice, bench.review.saved) == ("", "Saved.")
    assert gate().load(bench.export.session_id).overrides == gg.Overrides((made, hers))
    assert bench.results.analysis is not None
    assert bench.results.analysis.overrides == gg.Overrides((made, hers))


def test_what_could_not_be_saved_is_saved_with_the_next_decision(
    bench: WorkbenchState, gate: Gate
) -> None:
    gate.is_held = True
    decide(bench, 3, "rejected")
    decide(bench, 4, "later")
    assert bench.review.undo()
    gate.is_held = False
    decide(bench, 5, "accepted")
    assert (bench.notice, bench.review.saved) == ("", "Saved.")
    kept = gate().load(bench.export.session_id).overrides
    assert [(o.feature_id, o.decision) for o in kept] == [(3, "rejected"), (5, "accepted")]
    assert bench.results.analysis is not None
    assert bench.results.analysis.overrides == kept
    assert set(gate().override_trail(bench.export.session_id)["feature_id"]) == {3, 5}


def test_what_is_not_saved_waits_while_another_file_is_looked_at(
    bench: WorkbenchState, gate: Gate
) -> None:
    first = bench.export.session_id
    bench.upload.add("b.csv", table_of(0.0))
    bench.run.start()
    settle(bench)
    bench.upload.choose(0)
    assert bench.export.session_id == first
    gate.is_held = True
    decide(bench, 3, "rejected")
    bench.upload.choose(1)
    gate.is_held = False
    bench.look_again()
    assert len(gate().load(first).overrides) == len(bench.results.analysis.overrides) == 0  # type: ignore[union-attr]
    assert bench.notice == ""
    bench.upload.choose(0)
    assert bench.review.decision(3) == "rejected"
    assert gate().load(first).overrides.of(3) == shown_of(bench, 3)


def test_an_undo_that_could_not_be_saved_takes_nothing_from_others(
    bench: WorkbenchState, gate: Gate
) -> None:
    decide(bench, 3, "rejected")
    gate.is_held = True
    assert bench.review.undo()
    assert shown_of(bench, 3) is None
    gate.is_held = False
    hers = accept(3, author="eva")
    gate().put_override(bench.export.session_id, hers)
    for _ in range(2):
        bench.look_again()
        assert shown_of(bench, 3) == gate().load(bench.export.session_id).overrides.of(3) == hers
        assert "Feature 3: the decision has changed meanwhile" in bench.notice
    decide(bench, 4, "accepted")
    assert bench.notice == ""


def test_one_that_is_refused_keeps_no_other_from_being_saved(
    bench: WorkbenchState, gate: Gate
) -> None:
    bench.results.select(3)
    assert bench.review.decide("accepted", note="MS/MS \0")
    assert "U+0000" in bench.notice
    decide(bench, 4, "accepted")
    assert "U+0000" in bench.notice
    assert bench.review.saved == ""
    assert [o.feature_id for o in gate().load(bench.export.session_id).overrides] == [4]
    assert shown_of(bench, 3) is not None
    bench.results.select(3)
    assert bench.review.decide("accepted", note="MS/MS")
    assert (bench.notice, bench.review.saved) == ("", "Saved.")
    assert [o.feature_id for o in gate().load(bench.export.session_id).overrides] == [3, 4]


def test_a_look_ends_what_it_said_itself_and_no_other_notice(
    bench: WorkbenchState, gate: Gate
) -> None:
    gate.is_held = True
    bench.look_again()
    assert "What others decided cannot be read now" in bench.notice
    gate.is_held = False
    bench.look_again()
    assert bench.notice == ""
    bench.notice = "The value in the address is not a number."
    bench.look_again()
    assert bench.notice == "The value in the address is not a number."


@pytest.mark.parametrize("has_looked", [True, False])
def test_undo_leaves_what_a_colleague_decided_since(
    has_looked: bool, bench: WorkbenchState, opened: Opener
) -> None:
    sid = bench.export.session_id
    decide(bench, 4, "accepted")
    hers = accept(4, author="eva", note="standard")
    opened().put_override(sid, hers)
    if has_looked:
        bench.look_again()
    bench.results.select(5)
    assert not bench.review.undo()
    assert "eva has decided on it since: nothing was undone" in bench.review.error
    assert bench.review.said == ""
    assert bench.results.selected == 4
    assert opened().load(sid).overrides.of(4) == bench.results.override() == hers


def test_of_several_the_undo_leaves_the_one_of_a_colleague(
    bench: WorkbenchState, opened: Opener
) -> None:
    bench.review.join(PATIENCE)
    sid, ids = bench.export.session_id, [int(i) for i in bench.review.queue["feature_id"][:3]]
    bench.review.mark(ids)
    assert bench.review.decide("rejected")
    hers = accept(ids[1], author="eva", note="standard")
    opened().put_override(sid, hers)
    assert bench.review.undo()
    name = bench.results.features["name"].iloc[ids[1]]
    assert bench.review.said == (
        f"2 features: undone. {name}: eva has decided on it since: not undone."
    )
    assert opened().load(sid).overrides == gg.Overrides((hers,))
