"""The service: how much work is taken at once, and what each person gets."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from effort import until
from served import Running, upload

import ganglioside as gg
from ganglioside.errors import Cancelled, UnknownSessionError
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.history.tokens import identity
from ganglioside.server.desks import Desks
from ganglioside.server.documentation import stored_document
from ganglioside.server.feeds import Feeds
from ganglioside.server.problems import Problem
from ganglioside.server.rates import RateLimits
from ganglioside.server.service import Service, within
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.watching.metrics import Metrics


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "1")
    limits = ServiceLimits(waiting=1)
    history = History.open(tmp_path / "history.duckdb")
    service = Service.new(history, limits, RateLimits(limits), tmp_path, Metrics(history))
    return service.of(Person("Ann", "admin"))


def test_what_takes_long_is_made_once_on_one_core_and_counted(service: Service) -> None:
    """Once 45 exports of the same figures were all made at once, each on a thread of the reads."""
    made: list[str] = []
    answers: list[bytes] = []

    def make() -> bytes:
        made.append("figures")
        return b"figures"

    def ask() -> None:
        answers.append(service.worked("figures", make, 10)[0])

    free = threading.Event()
    first = threading.Thread(target=service.desks.do, args=(free.wait,))
    first.start()
    until(lambda: service.desks.at_work == 1)
    waiter = threading.Thread(target=ask)
    waiter.start()
    until(lambda: service.desks.waiting == 1)
    with pytest.raises(Problem, match="Too many") as full:
        service.worked("other", make)
    assert full.value.status == 503
    assert made == []
    free.set()
    waiter.join()
    for _ in range(20):
        ask()  # what is kept is not counted
    assert (len(made), set(answers)) == (1, {b"figures"})
    for number in range(5):
        service.worked(number, make, 10)
    with pytest.raises(Problem, match="exports") as refused:
        service.worked("one more", make, 10)
    assert refused.value.status == 429
    assert len(made) == 6


def test_a_job_too_many_is_refused(service: Service) -> None:
    service.require_room_for_job()
    service.history.jobs.add("analyze", {}, "waits")
    with pytest.raises(Problem, match="1 job waits already"):
        service.require_room_for_job()


def test_the_evidence_of_an_analysis_is_computed_once(service: Service) -> None:
    sid = service.history.save(gg.analyze(gg.example()))
    assert service.prepared(sid) is service.prepared(sid)
    assert service.analysis(sid) is service.analysis(sid)
    service.history.rename(sid, "other")
    assert service.prepared(sid).explain(12).verdict == "valid"


def test_work_that_takes_too_long_is_stopped_at_its_next_step() -> None:
    within(3600)({"type": "progress"})
    with pytest.raises(Cancelled, match="mode=job"):
        within(-1)({"type": "progress"})
    within(-1)({"type": "log"})


def test_two_people_get_what_is_theirs_or_shared_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    history = History.open(tmp_path / "history.duckdb")
    tokens = history.tokens
    secrets = {
        "Ann": tokens.add("Ann", "write", groups=["lipids"]),
        "Bob": tokens.add("Bob", "write", groups=["lipids"]),
        "Eve": tokens.add("Eve", "write"),
        "Chief": tokens.add("Chief", "admin"),
    }
    with Running(history) as served, ExitStack() as stack:
        ann, bob, eve, chief = (
            stack.enter_context(served.bearing(secret)) for secret in secrets.values()
        )
        own = upload(ann, shared="own").json()
        job = upload(ann, mode="job", shared="own").json()
        table = upload(ann, shared="group").json()["id"]
        assert [own["shared"], own["shared_group"]] == ["own", None]
        assert upload(eve, shared="group").status_code == 422
        assert ann.get("version").json()["groups"] == ["lipids"]
        names = {"sid": own["id"], "job": job["job"], "feature_id": "1", "form": "csv"}
        tried = _tried_in_vain(bob, names) + _tried_in_vain(eve, names)
        assert tried > 60
        for client, listed in ((ann, 3), (bob, 1), (eve, 0), (chief, 3)):
            found = client.get("sessions").json()
            assert [found["total"], len(found["sessions"])] == [listed, listed]
        assert [len(c.get("jobs").json()["jobs"]) for c in (ann, bob, eve, chief)] == [1, 0, 0, 1]
        # What was kept for Ann is not given to Bob, also where both ask for the same.
        for path in (f"sessions/{own['id']}", f"sessions/{own['id']}/features"):
            assert [c.get(path).status_code for c in (ann, bob, chief)] == [200, 404, 200]
        assert [c.get(f"sessions/{table}").status_code for c in (bob, eve)] == [200, 404]
        assert bob.patch(f"sessions/{table}", json={"name": "x"}).json()["code"] == "not-yours"
        wish = {"shared": "group"}
        assert ann.patch(f"sessions/{own['id']}", json=wish).json()["shared_group"] == "lipids"
        assert bob.get(f"sessions/{own['id']}/exports/csv").status_code == 200
        assert chief.patch(f"sessions/{own['id']}", json={"shared": "own"}).status_code == 200
        assert bob.get(f"sessions/{own['id']}/exports/csv").status_code == 404
        log = chief.get("log", params={"subject": own["id"]}).json()["entries"]
        assert [entry["author"] for entry in log] == ["Chief", "Ann", "Ann"]
        until(lambda: ann.get(f"jobs/{job['job']}").json()["status"] == "completed")
    assert history.session(job["session"])["author"] == "Ann"


def _tried_in_vain(client: httpx.Client, names: dict[str, str]) -> int:
    """Number of requests, of every kind, for what somebody else keeps: as if it were not there."""
    host = str(client.base_url).removesuffix("/api/v1/")
    missing = names | {"sid": "0" * 14, "job": "0" * 14}
    tried = 0
    for path, methods in stored_document()["paths"].items():
        if not ("{sid}" in path or "{job}" in path):
            continue
        for method in methods:
            body = {"names": ["GM3(36:1;O2)"]} if "predictions" in path else {"name": "mine"}
            wish = body if path.endswith(("{sid}", "predictions")) else {}
            hidden, absent = (
                client.request(method, host + path.format(**given), json=wish)
                for given in (names, missing)
            )
            assert hidden.status_code == absent.status_code == 404, (method, path)
            words = hidden.text.replace(names["sid"], "0" * 14).replace(names["job"], "0" * 14)
            assert words == absent.text, (method, path)
            tried += 1
    return tried


def test_a_stream_ends_for_who_sees_the_session_no_more(history_of_ann: History) -> None:
    """One of the group hears no more once it is the author's own again; the author does."""
    ann = Person("Ann", groups=("lipids",), shares="own")
    acting = history_of_ann.acting_as(ann)
    sid = acting.begin(gg.example().source, gg.Settings())
    acting.share(sid, "group")
    bob = Person("Bob", groups=("lipids",))

    async def listen() -> None:
        feeds = Feeds(history_of_ann)
        async with feeds.listen(ann, "session", sid) as hers:
            async with feeds.listen(bob, "session", sid) as his:
                await asyncio.to_thread(acting.share, sid, "own")
                with pytest.raises(UnknownSessionError):
                    await anext(his.after(0))
            await asyncio.to_thread(acting.record_cancelled, sid)
            assert [event async for event in hers.after(0)] == []
            async with feeds.listen(bob, "session", sid) as late:
                with pytest.raises(UnknownSessionError):
                    await anext(late.after(0))

    asyncio.run(listen())


@pytest.fixture
def history_of_ann(tmp_path: Path) -> History:
    return History.open(tmp_path / "history.duckdb")


def test_who_is_let_in_no_more_after_the_wait_for_a_desk_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller may wait for minutes, and the token be revoked meanwhile."""
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "1")
    desks: list[Desks] = []
    usual = Desks.__init__

    def noted(self: Desks, *given: Any) -> None:
        usual(self, *given)
        desks.append(self)

    monkeypatch.setattr(Desks, "__init__", noted)
    with Running(History.open(tmp_path / "history.duckdb")) as served:
        secret = served.history.tokens.add("Eve", "admin")
        with served.bearing(secret) as eve, served.caller() as ann, ThreadPoolExecutor() as pool:
            sid = upload(ann).json()["id"]
            shared = desks[-1]
            free = threading.Event()
            busy = pool.submit(shared.do, free.wait)
            until(lambda: shared.at_work == 1)
            waiting = [
                pool.submit(upload, eve),
                pool.submit(eve.post, f"sessions/{sid}/rerun", json={}),
                pool.submit(eve.get, f"sessions/{sid}/exports/csv"),
            ]
            until(lambda: shared.waiting == len(waiting))
            served.history.tokens.revoke(identity(secret))
            free.set()
            assert busy.result()
            refused = [one.result() for one in waiting]
            assert [one.json()["code"] for one in refused] == ["old-token"] * len(waiting)
            assert [session["id"] for session in ann.get("sessions").json()["sessions"]] == [sid]
            assert ann.get(f"sessions/{sid}/exports/csv").status_code == 200  # the desk is free
