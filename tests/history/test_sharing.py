"""People who share a history: each sees and changes what is his or shared, on both stores."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ganglioside as gg
from ganglioside.errors import (
    ForbiddenError,
    HistoryError,
    SharingError,
    UnknownJobError,
    UnknownSessionError,
)
from ganglioside.history import History, sharing
from ganglioside.history.listing import SessionQuery
from ganglioside.history.sharing import (
    Person,
    Sharing,
    person_from,
    person_here,
    require_change,
    require_whole,
)
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import accept

pytestmark = [
    pytest.mark.either_store("about who may do what"),
    pytest.mark.usefixtures("stays_open"),
]

ANN = Person("Ann", groups=("lipids",), shares="own")
BOB = Person("Bob", groups=("lipids", "clinic"), shares="own")
EVE = Person("Eve")
CHIEF = Person("Chief", "admin")


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.mark.parametrize(
    ("scope", "author", "allowed"),
    [
        ("read", "Ann", False),
        ("write", "Ann", True),
        ("write", "Bob", False),
        ("write", None, False),
        ("admin", "Bob", True),
    ],
)
def test_only_administrators_change_what_others_made(
    scope: sharing.Scope, author: str | None, allowed: bool
) -> None:
    assert Person("Ann", scope).may_change(author) == allowed


def test_each_scope_may_do_what_the_one_before_it_may() -> None:
    assert [ANN.may(scope) for scope in sharing.SCOPES] == [True, True, False]
    assert CHIEF.may("write")
    assert not Person("Ann", "read").may("write")


def saved(history: History, analysis: gg.Analysis) -> dict[str, str]:
    """A session of each kind of sharing, by what it is."""
    ann = history.acting_as(ANN)
    return {
        "of before": history.save(analysis, "of before"),
        "own": ann.save(analysis, "own"),
        "group": history.acting_as(ANN.sharing("group")).save(analysis, "group"),
        "everybody": history.acting_as(ANN.sharing("everybody")).save(analysis, "everybody"),
        "clinic": history.acting_as(BOB.sharing("group", "clinic")).save(analysis, "clinic"),
    }


SEEN = {
    ANN: {"of before", "own", "group", "everybody"},
    BOB: {"of before", "group", "everybody", "clinic"},
    EVE: {"of before", "everybody"},
    CHIEF: {"of before", "own", "group", "everybody", "clinic"},
}


def test_lists_and_counts_hold_what_a_person_sees(history: History, analysis: gg.Analysis) -> None:
    ids = saved(history, analysis)
    for person, names in SEEN.items():
        acting = history.acting_as(person)
        assert set(acting.sessions()["name"]) == names
        assert len(acting.sessions(limit=2)) == 2
        assert set(acting.headlines(list(ids.values()))) == {ids[name] for name in names}
        page = acting.page(SessionQuery(limit=2, sort="name", descending=False))
        rest = acting.page(SessionQuery(sort="name", descending=False, after=page.next))
        listed = [row["name"] for row in (*page.sessions, *(rest.sessions if page.next else []))]
        assert page.total == len(names)
        assert listed == sorted(names)
    assert len(history.sessions()) == 5


READS: dict[str, Callable[[History, str], Any]] = {
    "session": lambda history, sid: history.session(sid),
    "listed": lambda history, sid: history.listed(sid),
    "load": lambda history, sid: history.load(sid),
    "source": lambda history, sid: history.source(sid),
    "settings": lambda history, sid: history.settings(sid),
    "rerun": lambda history, sid: history.rerun(sid),
    "events": lambda history, sid: history.events(sid),
    "overrides": lambda history, sid: history.override_trail(sid),
    "decisions": lambda history, sid: history.decisions(sid),
    "features_of": lambda history, sid: history.features_of([sid], ["name"]),
    "run": lambda history, sid: history.runs.get(sid),
    "run events": lambda history, sid: history.runs.events(sid),
}
CHANGES: dict[str, Callable[[History, str], Any]] = {
    "rename": lambda history, sid: history.rename(sid, "mine"),
    "share": lambda history, sid: history.share(sid, "everybody"),
    "replace_overrides": lambda history, sid: history.replace_overrides(sid, Overrides()),
    "put": lambda history, sid: history.put_override(sid, Override(feature_id=1, author="x")),
    "confirm": lambda history, sid: history.confirm_override(sid, 1),
    "keep": lambda history, sid: history.keep(sid),
    "cancel": lambda history, sid: history.runs.request_cancel(sid),
    "beat": lambda history, sid: history.runs.beat(sid),
    "queued": lambda history, sid: history.carry_out_queued(sid),
    "complete": lambda history, sid: history.complete(sid, gg.analyze(gg.example())),
    "fail": lambda history, sid: history.fail(sid, "no"),
    "delete": lambda history, sid: history.delete(sid),
}


def test_what_is_not_seen_is_as_if_it_were_not_there(
    history: History, analysis: gg.Analysis
) -> None:
    sid = history.acting_as(ANN).save(analysis, "own")
    eve, missing = history.acting_as(EVE), "0" * 14
    for name, act in (READS | CHANGES).items():
        for given in (sid, sid[:-1]):
            with pytest.raises(UnknownSessionError) as hidden:
                act(eve, given)
            with pytest.raises(UnknownSessionError) as absent:
                act(eve, missing)
            assert str(hidden.value).replace(given, missing) == str(absent.value), name
    assert history.session(sid)["name"] == "own"


def test_what_others_shared_is_read_and_not_changed(
    history: History, analysis: gg.Analysis
) -> None:
    sid = history.acting_as(ANN.sharing("group")).save(analysis, "shared")
    bob = history.acting_as(BOB)
    for act in READS.values():
        act(bob, sid)
    for name, act in CHANGES.items():
        if name in ("put", "confirm"):  # a group decides on names together
            continue
        with pytest.raises(ForbiddenError, match="Ann made this session"):
            act(bob, sid)
        assert history.session(sid)["name"] == "shared", name
    again = bob.sessions()
    again = again[again["rerun_of"] == sid].iloc[0]
    assert (again["author"], again["shared"], again["shared_group"]) == ("Bob", "group", "lipids")
    with pytest.raises(UnknownSessionError):
        history.acting_as(EVE).session(str(again["id"]))


def test_a_group_decides_on_names_together_each_in_the_own_name(
    history: History, analysis: gg.Analysis
) -> None:
    ann, bob = history.acting_as(ANN.sharing("group")), history.acting_as(BOB)
    sid = ann.save(analysis, "shared")
    ann.put_override(sid, accept(3, author="Ann"))
    bob.put_override(sid, accept(5, author="Bob"))
    for forged in (accept(7, author="Ann"), accept(5, author=""), Override(feature_id=3)):
        with pytest.raises(ForbiddenError, match="in the own name"):
            bob.put_override(sid, forged)
    (first, _) = bob.confirm_override(sid, 3)
    assert (first.author, first.confirmed_by) == ("Ann", "Bob")
    bob.put_override(sid, Override(feature_id=3, author="Bob"))
    (left,) = bob.put_override(sid, Override(feature_id=9, author="Bob", note="", anchor=None))
    assert left.feature_id == 5
    before = replace(first, confirmed_by="", confirmed_at=None)
    bob.put_override(sid, before)  # what was there comes back
    assert ann.load(sid).overrides.of(3) is not None
    reader = history.acting_as(Person("Eva", "read", groups=("lipids",)))
    with pytest.raises(ForbiddenError):
        reader.put_override(sid, accept(3, author="Eva"))


def test_what_is_everybodys_is_not_everybodys_to_decide_on(
    history: History, analysis: gg.Analysis
) -> None:
    sid = history.acting_as(ANN.sharing("everybody")).save(analysis, "open")
    bob = history.acting_as(BOB)
    for act in (lambda: bob.put_override(sid, accept(3, author="Bob")),
                lambda: bob.confirm_override(sid, 3)):  # fmt: skip
        with pytest.raises(ForbiddenError, match="Ann made this session"):
            act()


def test_readers_change_nothing(history: History, analysis: gg.Analysis) -> None:
    reader = history.acting_as(Person("Ann", "read"))
    sid = history.acting_as(Person("Ann")).save(analysis)
    assert reader.load(sid) is not None
    for change in (lambda: reader.rename(sid, "x"), lambda: reader.save(analysis),
                   lambda: reader.jobs.add("slow", {}, "slow")):  # fmt: skip
        with pytest.raises(ForbiddenError, match="may write"):
            change()


def test_the_log_names_who_acted(history: History, analysis: gg.Analysis) -> None:
    sid = history.acting_as(ANN).save(analysis)
    chief = history.acting_as(CHIEF)
    chief.rename(sid, "seen by the chief")
    chief.share(sid, "group", "lipids")
    history.acting_as(BOB).load(sid)
    chief.delete(sid)
    entries = chief.care.log(sid)
    assert list(zip(entries["author"], entries["action"], strict=True)) == [
        ("Ann", "completed"),
        ("Chief", "renamed"),
        ("Chief", "shared"),
        ("Chief", "deleted"),
    ]
    assert json.loads(entries["details"].iloc[2])["after"] == "group lipids"
    assert history.care.verify(sample=0).is_whole


def test_what_is_for_administrators_is_for_nobody_else(history: History) -> None:
    ann = history.acting_as(ANN)
    for act in (
        lambda: ann.query("SELECT * FROM sessions"),
        lambda: ann.care.log(),
        lambda: ann.care.schedule(),
        lambda: ann.tokens.all(),
        lambda: ann.tokens.add("Ann", "admin"),
    ):
        with pytest.raises(ForbiddenError, match="administrators"):
            act()
    chief = history.acting_as(CHIEF)
    assert len(chief.query("SELECT * FROM sessions")) == 0
    assert chief.tokens.all() == []


def test_no_person_copies_or_replaces_the_whole(history: History, tmp_path: Path) -> None:
    chief = history.acting_as(CHIEF)
    for act in (
        lambda: chief.care.backup(tmp_path / "copy.duckdb"),
        lambda: chief.care.export(tmp_path / "export"),
        lambda: chief.care.import_(tmp_path),
        lambda: chief.care.vacuum(),
        lambda: chief.care.restore(tmp_path / "copy.duckdb"),
        lambda: chief.care.salvage(tmp_path / "salvaged.duckdb"),
        lambda: chief.care.move(tmp_path / "moved.duckdb"),
    ):
        with pytest.raises(ForbiddenError, match="whoever keeps it"):
            act()


def test_a_connection_that_is_kept_acts_as_the_same_person(
    history: History, analysis: gg.Analysis
) -> None:
    sid = history.acting_as(ANN).save(analysis)
    with history.acting_as(EVE).connected() as kept:
        assert len(kept.sessions()) == 0
        with pytest.raises(UnknownSessionError):
            kept.load(sid)


def test_threads_act_as_the_person_of_their_history(
    history: History, analysis: gg.Analysis
) -> None:
    history.acting_as(ANN).save(analysis)
    found: list[int] = []
    eve, ann = history.acting_as(EVE), history.acting_as(ANN)
    for acting in (eve, ann, history):
        thread = threading.Thread(target=lambda h=acting: found.append(len(h.sessions())))
        thread.start()
        thread.join()
    assert found == [0, 1, 1]


def test_jobs_are_seen_as_their_sessions_are(history: History, analysis: gg.Analysis) -> None:
    ann, bob, eve = (history.acting_as(person) for person in (ANN, BOB, EVE))
    sid = ann.save(analysis, "own")
    job = ann.jobs.add("export", {"session": sid, "out": "x.csv"}, "export", about=sid)
    assert [one.id for one in ann.jobs.all()] == [job]
    assert [bob.jobs.all(), [one for one, _ in bob.jobs.latest(9)]] == [[], []]
    for act in (bob.jobs.get, bob.jobs.events, bob.jobs.request_cancel, bob.jobs.start,
                bob.jobs.require_change):  # fmt: skip
        with pytest.raises(UnknownJobError):
            act(job)
    ann.share(sid, "group")
    assert bob.jobs.get(job).name == "export"
    assert eve.jobs.all() == []
    for act in (bob.jobs.request_cancel, bob.jobs.start, bob.jobs.require_change):
        with pytest.raises(ForbiddenError, match="Ann made this job"):
            act(job)
    with pytest.raises(UnknownSessionError):
        bob.jobs.add("export", {}, "export", about="0" * 14)
    assert history.jobs.get(job).person == ANN
    assert len(bob.jobs.own("pending")) == 1  # for what starts jobs
    ann.jobs.request_cancel(job)
    assert history.care.verify(sample=0).is_whole


def test_a_job_whose_parameters_only_contain_the_id_of_a_session_is_not_shared_with_it(
    history: History, analysis: gg.Analysis
) -> None:
    ann, bob = history.acting_as(ANN), history.acting_as(BOB)
    sid = ann.save(analysis, "own")
    about = ann.jobs.add("report", {"source": sid, "out": "x.html"}, "report", about=sid)
    others = [
        bob.jobs.add(kind, parameters, kind)
        for kind, parameters in (
            ("batch", {"sources": [f"/data/{sid}.csv"], "out": sid}),
            ("analyze", {"source": f"{sid}.csv", "title": sid}),
            ("export", {"session": "0" * 14, "out": f"{sid}.csv"}),
            ("report", {"source": {"of": sid}, "out": "x.html"}),
        )
    ]
    ann.share(sid, "everybody")
    assert history.jobs.get(about).shared is None
    assert {history.jobs.get(job).shared for job in others} == {"own"}


def test_a_job_of_a_session_that_is_not_seen_cannot_be_added(
    history: History, analysis: gg.Analysis
) -> None:
    sid = history.acting_as(ANN).save(analysis)
    with pytest.raises(UnknownSessionError):
        history.acting_as(EVE).jobs.add("export", {"session": sid}, "steal", about=sid)
    assert history.jobs.all() == []


def test_a_person_shares_with_own_groups_only() -> None:
    assert ANN.sharing("group").new == Sharing("group", "lipids")
    assert BOB.sharing("group", "clinic").new == Sharing("group", "clinic")
    assert CHIEF.sharing("group", "any").new == Sharing("group", "any")
    assert ANN.sharing("everybody").new == Sharing()
    for person, shared, group, why in (
        (ANN, "group", "clinic", "do not belong"),
        (BOB, "group", "", "one of lipids, clinic"),
        (EVE, "group", "", "belong to none"),
        (ANN, "own", "lipids", "only to share with it"),
        (ANN, "world", "", "unknown"),
    ):
        with pytest.raises(SharingError, match=why):
            person.sharing(shared, group)  # type: ignore[arg-type]


def test_the_person_of_a_process_is_told_from_outside(tmp_path: Path) -> None:
    assert person_here({}) is None
    assert person_here({sharing.VARIABLE: ANN.to_json()}) == ANN
    file = tmp_path / "person.json"
    with pytest.raises(HistoryError, match="Nobody has opened this page yet"):
        person_here({sharing.VARIABLE: str(file)})
    file.write_text(BOB.to_json())
    assert person_here({sharing.VARIABLE: str(file)}) == BOB


def test_what_names_no_person_is_refused() -> None:
    ann = {"name": "Ann", "groups": []}
    wrong = [{}, [], {"name": "Ann"}, ann | {"scope": "root"}, ann | {"name": 1}, ann | {"more": 1}]
    for text in ("", *map(json.dumps, wrong)):
        with pytest.raises(HistoryError, match="names no person"):
            person_from(text)


@pytest.fixture
def opened_by_bob(history: History, monkeypatch: pytest.MonkeyPatch) -> Callable[[], History]:
    monkeypatch.setenv(sharing.VARIABLE, BOB.to_json())
    return lambda: History.open(history.address)


def test_a_process_of_a_person_opens_the_history_as_that_person(
    history: History, analysis: gg.Analysis, opened_by_bob: Callable[[], History]
) -> None:
    history.acting_as(ANN).save(analysis)
    assert len(opened_by_bob().sessions()) == 0
    sid = opened_by_bob().save(analysis)
    row = history.session(sid)
    assert (row["author"], row["shared"]) == ("Bob", "own")


def test_where_nobody_acts_nothing_is_seen_or_changed(
    history: History, analysis: gg.Analysis
) -> None:
    """Whoever forgets to say who acts sees nothing; `History.open` says that everything is seen."""
    sid = history.save(analysis)
    job = history.jobs.add("analysis", {}, "n")
    forgotten = History(require_whole(history._store))
    assert forgotten.sessions().empty
    assert forgotten.page(SessionQuery()).sessions == []
    assert forgotten.headlines([sid]) == {}
    assert forgotten.jobs.all() == []
    for do in (forgotten.load, forgotten.delete, forgotten.events):
        with pytest.raises(UnknownSessionError):
            do(sid)
    with pytest.raises(UnknownJobError):
        forgotten.jobs.get(job)
    with pytest.raises(ForbiddenError):
        require_change("Ann", "session")
    assert len(history.sessions()) == len(history.jobs.all()) == 1
    assert len(history.acting_as(CHIEF).sessions()) == 1
