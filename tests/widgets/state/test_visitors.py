"""Where others can open a page, they change nothing of anybody else's; the states refuse it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from effort import PATIENCE, until

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import NobodyError, SettingsError
from ganglioside.history import History, sharing
from ganglioside.history.sharing import Person
from ganglioside.jobs import launcher
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.support.whole_files import write_whole
from ganglioside.verdicts.review import accept
from ganglioside_widgets import HistoryPanel, JobsPanel, UploadPanel, Workbench
from ganglioside_widgets.state import export as export_state
from ganglioside_widgets.state import visitors
from ganglioside_widgets.state.compare import CompareState
from ganglioside_widgets.state.export import ExportState
from ganglioside_widgets.state.history import HistoryState
from ganglioside_widgets.state.jobs import JobsState
from ganglioside_widgets.state.run import Phase, RunState
from ganglioside_widgets.state.species import completed_sessions
from ganglioside_widgets.state.upload import UploadState
from ganglioside_widgets.state.visitors import Access, Visitor, access_of
from ganglioside_widgets.state.workbench import WorkbenchState

Opener = Callable[[], History]

#: Words of every refusal.
THEIRS: Final = "kh made this"


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No visitor is left over from another test."""
    monkeypatch.delenv("GANGLIOSIDE_PAGES", raising=False)
    visitors._name.cache_clear()
    yield
    visitors._name.cache_clear()


@pytest.fixture
def theirs(opened: Opener, analysis: gg.Analysis) -> str:
    """A session of the one who started the page."""
    return opened().save(analysis, name="theirs")


@pytest.fixture
def shared(theirs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that others can open."""
    monkeypatch.setenv("GANGLIOSIDE_PAGES", "shared")


def everything(history: History) -> tuple[str, ...]:
    """Return all that a visitor must leave as it is."""
    trails = [history.override_trail(sid) for sid in history.sessions()["id"]]
    return tuple(frame.to_csv() for frame in (history.sessions(), history.care.log(), *trails))


# Who looks


@pytest.mark.parametrize(
    ("environment", "access"),
    [
        ({}, None),
        ({"GANGLIOSIDE_PAGES": "own"}, Access.OWN),
        ({"GANGLIOSIDE_PAGES": "shared", "SERVER_SOFTWARE": "voila/0.5"}, Access.SHARED),
        ({"GANGLIOSIDE_PAGES": "open"}, Access.OPEN),
        ({"SERVER_SOFTWARE": "voila/0.5.13"}, Access.SHARED),
        ({"VOILA_REQUEST_URL": "http://x/?GANGLIOSIDE_PAGES=own"}, Access.SHARED),
        ({"VOILA_PREHEAT": "True", "QUERY_STRING": "GANGLIOSIDE_PAGES=own"}, Access.SHARED),
    ],
)
def test_the_server_says_who_can_open_a_page(
    environment: dict[str, str], access: Access | None
) -> None:
    assert access_of(environment) is access


@pytest.mark.parametrize("named", ["", "OWN", "everybody"])
def test_an_unknown_kind_of_page_is_refused(named: str) -> None:
    with pytest.raises(SettingsError, match="own, shared, open"):
        access_of({"GANGLIOSIDE_PAGES": named})


def test_a_visitor_has_one_name_of_his_own_which_his_jobs_inherit(shared: None) -> None:
    first, again = Visitor.here(), Visitor.here()
    assert first == again
    assert first.author.startswith("visitor ")
    assert first.author.endswith(" (page of kh)")
    assert os.environ["GANGLIOSIDE_AUTHOR"] == first.author
    visitors._name.cache_clear()
    assert Visitor.here().author != first.author


# Paths


@pytest.mark.parametrize("access", ["own", "shared", "open"])
def test_no_page_opens_a_path(access: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_PAGES", access)
    table = tmp_path / "table.csv"
    table.write_bytes(gg.example().source.content)
    for panel in (UploadPanel(), Workbench().upload):
        assert panel.path is None
        panel.state.add_path(str(table))
        assert panel.state.uploads == ()
        (message,) = panel.state.not_added.values()
        assert "drop the table" in message


def test_a_notebook_opens_paths(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(gg.example().source.content)
    for state in (UploadState(), Workbench().upload.state):
        state.add_path(str(table))
        assert state.table is not None


# Sessions


def test_sessions_of_others_are_neither_renamed_nor_run_again_nor_deleted(
    shared: None, theirs: str, opened: Opener
) -> None:
    state = HistoryState(opened)
    state.refresh()
    state.choose(theirs)
    before = everything(opened())
    for act in (lambda: state.rename("mine"), lambda: state.rerun(gg.Settings()),
                state.ask_to_delete, state.confirm_delete):  # fmt: skip
        state.error = ""
        act()
        assert THEIRS in state.error or act == state.confirm_delete
    assert everything(opened()) == before


def test_the_panel_says_why_and_that_all_are_shown(shared: None, theirs: str) -> None:
    panel = HistoryPanel()
    panel.grid.selected = theirs
    assert THEIRS in panel._message.value
    parts = (panel.rename, panel.rerun, panel.delete, panel.name)
    assert all(part.disabled for part in parts)
    assert any("shown to everybody" in getattr(part, "value", "") for part in panel.children)
    for part in (panel.rename, panel.rerun, panel.delete, panel.confirm):
        part.click()
    assert len(gg.History.open().sessions()) == 1
    assert gg.History.open().session(theirs)["name"] == "theirs"


def test_what_was_made_here_may_be_changed_and_the_log_says_by_whom(
    shared: None, opened: Opener, analysis: gg.Analysis
) -> None:
    visitor = Visitor.here()
    sid = opened().save(analysis, name="mine")
    state = HistoryState(opened)
    state.refresh()
    state.choose(sid)
    state.rename("renamed")
    state.ask_to_delete()
    state.confirm_delete()
    told = opened().care.log(sid)
    assert told["action"].tolist() == ["completed", "renamed", "deleted"]
    assert set(told["author"]) == {visitor.author}


@pytest.mark.parametrize("access", ["own", "open"])
def test_elsewhere_sessions_of_others_may_be_changed(
    access: str, theirs: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_PAGES", access)
    state = HistoryState(opened)
    state.refresh()
    state.choose(theirs)
    state.rename("renamed")
    assert opened().session(theirs)["name"] == "renamed"
    assert opened().care.log(theirs)["author"].iloc[-1] == Visitor.here().author


def opening(sid: str, opened: Opener) -> WorkbenchState:
    """A page that displays a session."""
    bench = WorkbenchState(opened)
    bench.open(sid)
    bench.run.join(PATIENCE)
    return bench


def test_what_is_said_of_a_session_of_others_stays_on_the_page(
    shared: None, theirs: str, opened: Opener
) -> None:
    bench = opening(theirs, opened)
    before = everything(opened())
    bench.results.select(3)
    assert bench.results.override_verdict("valid", "MS/MS")
    assert THEIRS in bench.notice
    assert everything(opened()) == before
    bench.look_again()
    assert THEIRS in bench.notice
    assert bench.results.override() is not None
    assert everything(opened()) == before
    bench.keep()
    assert bench.run.session_id != theirs
    bench.results.select(4)
    assert bench.results.override_verdict("valid", "MS/MS")
    assert bench.notice == ""
    assert len(opened().override_trail(bench.run.session_id)) == 2
    assert opened().override_trail(theirs).empty


def test_what_a_guest_undid_is_no_more_told_as_unsaved(
    shared: None, theirs: str, opened: Opener
) -> None:
    bench = opening(theirs, opened)
    bench.results.select(3)
    assert bench.review.decide("rejected")
    opened().put_override(theirs, accept(3, author="kh"))
    bench.look_again()
    assert bench.review.decision(3) == "rejected"
    assert bench.review.undo()
    assert bench.review.decision(3) == "accepted"  # as the session has it
    assert (bench.notice, bench.review.saved) == ("", "")


def test_a_large_session_of_others_is_exported_without_a_job(
    shared: None, theirs: str, opened: Opener, analysis: gg.Analysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(export_state, "LARGE", 1)
    state = ExportState(opened)
    state.session_id, state.analysis = theirs, analysis
    state.make("csv")
    state.join(PATIENCE)
    assert state.made is not None
    assert state.job == ""
    assert opened().jobs.all() == []


def test_a_run_of_others_is_followed_but_not_cancelled(
    shared: None, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANGLIOSIDE_AUTHOR", "kh")
        sid = opened().begin(gg.example().source, gg.Settings(), "theirs")
    state = RunState(opened)
    state._launch(lambda: state._follow(sid))
    state._cancel.set()  # before it is known whose it is
    until(lambda: state.owner or state.phase is not Phase.RUNNING)
    assert state.phase is Phase.RUNNING
    state.cancel()
    assert THEIRS in state.notice
    assert THEIRS in state.why_not_cancel
    sent: list[ProgressEvent] = []
    Progress(sent.append, sid).done("loading", "Loaded")
    opened().runs.beat(sid, sent)
    until(lambda: state.log)
    assert not opened().runs.get(sid).cancel_requested
    opened().fail(sid, "It has ended.")
    state.join(PATIENCE)
    assert state.phase is Phase.FAILED


# Jobs


def test_jobs_of_others_are_neither_cancelled_nor_retried_nor_started(
    theirs: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = opened()
    waiting = history.jobs.add("analyze", {"source": "nowhere.csv"}, "theirs")
    ended = history.jobs.add("analyze", {"source": "nowhere.csv"}, "theirs")
    history.jobs.start(ended)
    history.jobs.end(ended, "failed", error="gone")
    monkeypatch.setenv("GANGLIOSIDE_PAGES", "shared")
    monkeypatch.setattr(launcher, "_launch", lambda *_: pytest.fail("a job was started"))
    monkeypatch.setattr(launcher, "_TAKEN_WITHIN", launcher.timedelta(0))
    panel = JobsPanel(JobsState(opened))
    panel.state.refresh()
    for job, act, press in ((waiting, panel.state.cancel, panel.cancel),
                            (ended, panel.state.retry, panel.retry)):  # fmt: skip
        panel.state.choose(job)
        assert press.disabled
        assert THEIRS in panel._said.value
        act()
        assert THEIRS in panel.state.error
    assert [job.status for job in opened().jobs.all()] == ["failed", "pending"]
    assert not opened().jobs.get(waiting).cancel_requested


def test_a_job_acts_for_the_one_who_asked_for_it(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts the process of a job that waited."""
    table = tmp_path / "table.csv"
    table.write_bytes(gg.example().source.content)
    history = opened()
    job = history.jobs.add(
        "analyze", jobs.kinds.parameters_of(jobs.Analyze(source=str(table))), "x"
    )
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "another")
    launcher._launch(history, history.jobs.get(job))
    list(jobs.follow(history, job))
    sid = history.jobs.get(job).session
    assert sid is not None
    assert history.session(sid)["author"] == "kh"


# People who sign in

ANN = Person("Ann", groups=("lipids",), shares="own")


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Person], None]:
    """A page for people who sign in; call it when somebody opens the page."""
    file = tmp_path / "person"
    monkeypatch.setenv("GANGLIOSIDE_PAGES", "people")
    monkeypatch.setenv(sharing.VARIABLE, str(file))
    return lambda person: write_whole(file, person.to_json().encode()) and None


def test_a_page_waits_for_its_visitor_and_acts_as_that_person(
    signed_in: Callable[[Person], None], opened: Opener, analysis: gg.Analysis
) -> None:
    visitor, bench, panel = Visitor.here(), Workbench(), HistoryPanel()
    assert [visitor.person, visitor.author, visitor.may_administer] == [None, "", False]
    assert [panel.state.error, len(panel.state.sessions)] == ["", 0]
    assert bench.run.way.layout.display == "none"
    with pytest.raises(NobodyError):
        History.open()
    signed_in(ANN)
    bench._open({})
    assert [visitor.author, visitor.person] == ["Ann", ANN]
    assert bench.run.way.options == ("Only me", "Group lipids", "Everybody")
    bench.run.way.value = "Group lipids"
    bench.upload.state.add_example()
    bench.run.run.click()
    bench.state.run.join()
    bench.state.jobs.close()
    (row,) = History.open().sessions().to_dict("records")
    assert [row["author"], row["shared"], row["shared_group"]] == ["Ann", "group", "lipids"]
    panel.state.refresh()
    panel.grid.selected = row["id"]
    assert panel.way.value == "Group lipids"
    panel.way.value = "Everybody"
    panel.share.click()
    assert panel.state.notice == "Seen by: Everybody."
    assert History.open().session(row["id"])["shared"] == "everybody"


def test_people_see_their_own_and_change_no_other(
    signed_in: Callable[[Person], None], opened: Opener, analysis: gg.Analysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    told = os.environ[sharing.VARIABLE]
    monkeypatch.delenv(sharing.VARIABLE)
    whole = opened()
    hidden = whole.acting_as(ANN).save(analysis, "hidden")
    shown = whole.acting_as(ANN.sharing("group")).save(analysis, "shown")
    monkeypatch.setenv(sharing.VARIABLE, told)
    signed_in(Person("Bob", groups=("lipids",)))
    state = HistoryState(opened)
    state.refresh()
    assert state.sessions["id"].tolist() == [shown]
    state.choose(shown)
    state.rename("mine")
    assert "Ann made this: only Ann and administrators" in state.error
    state.share("Everybody")
    assert "only Ann" in state.error
    for sid in (shown, hidden):  # also where the list is not asked
        state.error = ""
        state._try(lambda sid=sid: state._open().rename(sid, "mine"), "done")
        assert "Ann made this" in state.error or "There is no session" in state.error
    species, error = completed_sessions(opened)
    assert [sid for _, sid in species] == [shown]
    assert error == ""
    compare = CompareState(opened)
    compare.left, compare.right = hidden, shown
    assert "There is no session" in compare.error
    assert whole.session(shown)["name"] == "shown"
