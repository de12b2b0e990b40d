"""The service: how much work is taken at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside.errors import Cancelled
from ganglioside.history import History
from ganglioside.server.problems import Problem
from ganglioside.server.rates import Rates
from ganglioside.server.service import Service, within
from ganglioside.server.service_limits import ServiceLimits


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "1")
    limits = ServiceLimits(waiting=1)
    history = History.open(tmp_path / "history.duckdb")
    return Service(history, limits, Rates(limits), tmp_path)


def test_callers_wait_for_a_desk_and_one_too_many_is_refused(service: Service) -> None:
    waits, done = threading.Event(), []

    def wait() -> None:
        waits.set()
        with service.desk():
            done.append(True)

    with service.desk():
        waiter = threading.Thread(target=wait)
        waiter.start()
        waits.wait(60)
        while service.waiting == 0:
            pass
        with pytest.raises(Problem, match="mode=job") as refused, service.desk():
            pass
        assert refused.value.headers["Retry-After"]
        assert done == []
    waiter.join(60)
    assert done == [True]


def test_a_job_too_many_is_refused(service: Service) -> None:
    service.require_room_for_job()
    service.history.jobs.add("analyze", {}, "waits")
    with pytest.raises(Problem, match="1 jobs wait already"):
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
