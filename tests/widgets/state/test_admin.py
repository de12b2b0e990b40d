"""What administrators see and do, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside.history import History, sharing
from ganglioside.history.sharing import Person
from ganglioside_widgets.state.admin import AdminState
from ganglioside_widgets.state.visitors import VARIABLE

Opener = Callable[[], History]


@pytest.fixture
def state(opened: Opener, analysis: gg.Analysis) -> AdminState:
    history = opened()
    ann = history.acting_as(Person("Ann", shares="own"))
    ann.rename(ann.save(analysis), "liver")
    history.tokens.add("Ann", "write", label="KNIME", groups=["lipids"])
    state = AdminState(opened)
    state.refresh()
    return state


def test_everything_of_the_history_is_shown(state: AdminState) -> None:
    assert [state.error, state.notice] == ["", ""]
    assert state.tokens[["person", "groups", "state"]].to_numpy().tolist() == [
        ["Ann", "lipids", "valid"]
    ]
    assert state.log["action"].tolist() == ["token added", "renamed", "completed"]
    assert state.workers.empty
    assert "Nothing is cleaned up" in state.retention


@pytest.mark.parametrize(
    ("author", "action", "subject", "left"),
    [("", "", "", 3), ("ann", "", "", 2), ("ANN", "renam", "", 1), ("kh", "", "", 1),
     ("", "", "nothing like it", 0)],
)  # fmt: skip
def test_the_log_is_searched(
    state: AdminState, author: str, action: str, subject: str, left: int
) -> None:
    state.author, state.action, state.subject = author, action, subject
    assert len(state.found()) == left


def test_a_token_is_revoked_in_the_name_of_who_does_it(state: AdminState, opened: Opener) -> None:
    state.revoke(str(state.tokens["id"].iloc[0]))
    assert "lets nobody in" in state.notice
    assert "was revoked" in state.tokens["state"].iloc[0]
    assert state.log[["author", "action"]].iloc[0].tolist() == ["kh", "token revoked"]
    state.revoke("nothing")
    assert "There is no token" in state.error


def test_retention_is_counted_set_and_switched_off(state: AdminState, opened: Opener) -> None:
    state.preview("90d")
    assert state.notice == "0 sessions are older than 90d and not marked as kept."
    state.clean_after("90d", "12h")
    schedule = opened().care.schedule()
    assert schedule is not None
    assert [schedule.older_than, schedule.every] == [timedelta(days=90), timedelta(hours=12)]
    assert "90 days ago are deleted every 0.5 days" in state.retention
    for wrong in ("soon", "0h"):
        state.clean_after(wrong, "")
        assert wrong in state.error
    state.clean_after("", "")
    assert opened().care.schedule() is None


def test_workers_are_shown_and_drained(state: AdminState, opened: Opener) -> None:
    worker = opened().workers.register()
    state.look_at_workers()
    assert state.workers[["id", "state", "job"]].to_numpy().tolist() == [
        [worker.id, "takes jobs", ""]
    ]
    state.drain(worker.id)
    assert "ends after" in state.notice
    assert state.workers["state"].tolist() == ["ends after its job"]
    state.drain("nothing")
    assert "no one worker" in state.error


@pytest.mark.parametrize(
    ("access", "person", "allowed"),
    [
        ("own", None, True),
        ("shared", None, False),
        ("open", None, False),
        ("people", Person("Ann"), False),
        ("people", Person("Chief", "admin"), True),
    ],
)
def test_only_administrators_see_it(
    state: AdminState, opened: Opener, monkeypatch: pytest.MonkeyPatch, access: str,
    person: Person | None, allowed: bool,
) -> None:  # fmt: skip
    monkeypatch.setenv(VARIABLE, access)
    if person is not None:
        monkeypatch.setenv(sharing.VARIABLE, person.to_json())
    found = AdminState(opened)
    found.refresh()
    assert bool(len(found.tokens)) == bool(len(found.log)) == allowed
    assert allowed or "for administrators" in found.error
    found.revoke(str(state.tokens["id"].iloc[0]))
    state.refresh()
    assert (state.tokens["state"].iloc[0] != "valid") == allowed
    entry = state.log.iloc[0]
    assert entry["action"] == ("token revoked" if allowed else "token added")
    assert not (allowed and person) or entry["author"] == "Chief"


def test_a_page_that_nobody_has_opened_waits(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, "people")
    monkeypatch.setenv(sharing.VARIABLE, str(tmp_path / "nobody"))
    state = AdminState(opened)
    state.refresh()
    assert "for administrators" in state.error
    (tmp_path / "nobody").write_text(Person("Chief", "admin").to_json())
    state.refresh()
    assert state.error == ""
