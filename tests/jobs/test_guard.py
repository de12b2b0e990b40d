"""The guard of a job: it ends the process of work that hangs, and no other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from effort import PATIENCE, end_process, until
from jobs.slow_work import Frozen, Slow, slow_process

import ganglioside as gg
from ganglioside import jobs
from ganglioside.jobs import guard
from ganglioside.jobs.kinds import parameters_of

KILLED = -9


@contextmanager
def working(
    history: gg.History, job: str, silence: float = 1.0
) -> Iterator[subprocess.Popen[bytes]]:
    """Process that works on a job meanwhile."""
    process = slow_process(history, job, silence)
    try:
        yield process
    finally:
        end_process(process)


def frozen(history: gg.History, time_limit: float | None = None) -> str:
    work = Frozen()
    return history.jobs.add(work.kind, parameters_of(work), "frozen", time_limit=time_limit)


@pytest.mark.either_store("about the process")
@pytest.mark.skipif(sys.platform == "win32", reason="processes end otherwise")
def test_a_job_that_hangs_in_one_step_is_ended_at_its_limit(history: gg.History) -> None:
    job = frozen(history, time_limit=0.2)
    with working(history, job) as process:
        assert process.wait(PATIENCE) == KILLED
        until(lambda: history.jobs.get(job).has_ended, "the end of the job")
    ended = history.jobs.get(job)
    assert ended.status == "failed"
    assert "limit of 0.2 s" in str(ended.error)
    assert list(jobs.follow(history, job))[-1].get("error") == ended.error


@pytest.mark.either_store("about the process")
@pytest.mark.skipif(sys.platform == "win32", reason="processes end otherwise")
def test_a_job_that_hangs_in_one_step_is_cancelled(history: gg.History) -> None:
    job = frozen(history)
    with working(history, job) as process:
        until(lambda: history.jobs.get(job).status == "processing", "the beginning of the job")
        jobs.cancel(history, job)
        assert process.wait(PATIENCE) == KILLED
        until(lambda: history.jobs.get(job).has_ended, "the end of the job")
    assert history.jobs.get(job).status == "cancelled"


@pytest.mark.either_store("about the process")
def test_a_job_that_is_late_ends_by_itself(history: gg.History) -> None:
    work = Slow()
    job = history.jobs.add(work.kind, parameters_of(work), "slow", time_limit=0.2)
    with working(history, job, silence=PATIENCE) as process:
        assert process.wait(PATIENCE) == 1
    assert "limit" in str(history.jobs.get(job).error)


@pytest.mark.parametrize(
    ("heard", "ended"),
    [([False, False], True), ([True, False, True, False, True], False),
     ([False, True, False, False], True)],
)  # fmt: skip
def test_a_late_job_is_ended_after_two_silences_in_a_row(
    heard: list[bool], ended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it gives signs, it has its time to end by itself."""
    watching = guard._Guard(psutil.Process(), "0" * 14, limit=0.0, silence=PATIENCE)
    ends: list[None] = []
    monkeypatch.setattr(guard._Guard, "_listen", lambda self: None)
    monkeypatch.setattr(guard._Guard, "_end", lambda self: ends.append(None))

    def wait(_: float) -> bool:
        watching._over = len(heard) == 1  # its parent has ended
        return heard.pop(0)

    monkeypatch.setattr(watching._news, "wait", wait)
    watching.watch()
    assert (len(ends), heard) == (ended, [])


@pytest.mark.parametrize(
    "elsewhere",
    ["host = 'another'", "pid = pid + 1", "process_started = TIMESTAMP '2020-01-01'"],
)
def test_a_job_that_another_process_has_by_now_is_left_to_it(
    history: gg.History, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In containers, workers often have the same number."""
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", history.address)
    job = history.jobs.add("slow", {}, "slow")
    history.jobs.start(job)
    watching = guard._Guard(psutil.Process(), job, 0.1, 0.1)
    assert watching._has(history.jobs.get(job))
    assert not watching._is_asked()
    with history._store.write() as connection:
        connection.execute(f"UPDATE jobs SET {elsewhere}")
    assert watching._is_asked()  # the work of the parent is for nothing
    assert watching._recorded() is None
    assert history.jobs.get(job).cancel_requested is False


def test_a_guard_whose_parent_is_another_ends_at_once() -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        command = [sys.executable, "-P", guard.__file__, "0" * 14, str(other.pid), "0.1", "0.1"]
        assert subprocess.run(command, stdin=subprocess.PIPE, timeout=PATIENCE).returncode == 0
        assert other.poll() is None
    finally:
        end_process(other)
