"""Sessions listed, searched, renamed, run again, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ganglioside as gg
from ganglioside.history import History
from ganglioside.jobs import follow
from ganglioside_widgets.state import history as history_state
from ganglioside_widgets.state.history import HistoryState

pytestmark = pytest.mark.usefixtures("jobs_here")

Opener = Callable[[], History]


@pytest.fixture
def state(opened: Opener, analysis: gg.Analysis) -> HistoryState:
    opened().save(analysis, name="liver 3")
    opened().save(analysis, name="brain 1")
    made = HistoryState(opened)
    made.refresh()
    return made


def choose(state: HistoryState, name: str) -> str:
    sid = str(state.sessions.set_index("name").loc[name, "id"])
    state.choose(sid)
    return sid


def test_an_empty_history_is_no_error(opened: Opener) -> None:
    state = HistoryState(opened)
    state.refresh()
    assert state.error == ""
    assert state.found().empty
    assert state.session() is None


def test_sessions_are_found_by_every_word(state: HistoryState) -> None:
    assert state.found()["name"].tolist() == ["brain 1", "liver 3"]
    state.search = "COMPLETED liv"
    assert state.found()["name"].tolist() == ["liver 3"]
    state.search = "liver brain"
    assert state.found().empty


def test_an_id_is_found_by_its_beginning_and_never_by_a_digit_in_it(state: HistoryState) -> None:
    first, second = state.found()["id"]
    state.search = first.upper()
    assert state.found()["id"].tolist() == [first]
    state.search = second[:4]
    assert second in state.found()["id"].tolist()
    for digit in set(first + second) - set("liver3brain1.csv completed tissue"):
        state.search = digit
        assert state.found().empty


def test_nothing_is_done_without_a_chosen_session(state: HistoryState) -> None:
    for act in (lambda: state.rename("x"), state.ask_to_delete,
                lambda: state.rerun(gg.Settings())):  # fmt: skip
        state.error = ""
        act()
        assert "Choose a session" in state.error
    assert len(state.sessions) == 2


def test_a_session_is_renamed_and_an_empty_name_refused(state: HistoryState) -> None:
    choose(state, "liver 3")
    state.rename(" liver 4 ")
    assert "liver 4" in state.sessions["name"].tolist()
    state.rename("  ")
    assert "needs a name" in state.error
    assert "liver 4" in state.sessions["name"].tolist()


def test_deleting_waits_for_a_second_word(state: HistoryState, opened: Opener) -> None:
    sid = choose(state, "liver 3")
    state.ask_to_delete()
    assert state.to_delete == sid
    assert len(opened().sessions()) == 2
    state.keep()
    state.confirm_delete()
    assert len(opened().sessions()) == 2
    state.ask_to_delete()
    state.confirm_delete()
    assert state.sessions["name"].tolist() == ["brain 1"]
    assert state.chosen == ""


def test_choosing_another_session_takes_the_wish_to_delete_back(state: HistoryState) -> None:
    choose(state, "liver 3")
    state.ask_to_delete()
    choose(state, "brain 1")
    state.confirm_delete()
    assert len(state.sessions) == 2


def test_a_session_is_run_again_with_other_thresholds(state: HistoryState, opened: Opener) -> None:
    sid = choose(state, "liver 3")
    state.rerun(gg.Settings(outlier_threshold=1.5))
    assert state.chosen != sid
    session = state.session()
    assert session is not None
    assert session["rerun_of"] == sid
    assert state.settings().outlier_threshold == 1.5


def test_a_large_session_runs_again_as_a_job(
    state: HistoryState, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_state, "LARGE", 1)
    sid = choose(state, "liver 3")
    state.rerun(gg.Settings(outlier_threshold=1.5))
    assert "as a job" in state.notice
    list(follow(opened(), state.job))
    made = opened().jobs.get(state.job).session
    assert made is not None
    assert opened().session(made)["rerun_of"] == sid
    assert opened().settings(made).outlier_threshold == 1.5


def test_what_another_process_deleted_is_refused_in_words(
    state: HistoryState, opened: Opener
) -> None:
    sid = choose(state, "liver 3")
    opened().delete(sid)
    state.rename("x")
    assert sid in state.error
    assert state.load() is None
