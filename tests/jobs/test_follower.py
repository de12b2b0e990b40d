"""Following jobs and sessions from any process, until they end or theirs dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from effort import PATIENCE, until
from jobs.slow_work import TABLE, Slow, slow_process

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import JobError
from ganglioside.history import recorder
from ganglioside.jobs import follower
from ganglioside.jobs.follower import Looks, follow_session
from ganglioside.jobs.kinds import parameters_of
from ganglioside.progress import ProgressCallback


@pytest.mark.either_store("about the process")
def test_a_job_whose_process_is_killed_is_found_and_can_be_retried(history: gg.History) -> None:
    job = history.jobs.add("slow", parameters_of(Slow(deaf=True)), "killed")
    process = slow_process(history, job)
    until(lambda: len(history.jobs.events(job)) > 0)
    process.send_signal(signal.SIGKILL)
    process.wait()
    events = list(jobs.follow(history, job))
    assert events[-1]["type"] == "error"
    ended = history.jobs.get(job)
    assert ended.status == "failed"
    assert str(process.pid) in str(ended.error)
    with pytest.raises(JobError, match="slow"):
        jobs.retry(history, job)


def test_several_threads_follow_one_job(history: gg.History, slow: None) -> None:
    seen: list[list[Any]] = [[], []]
    job = history.jobs.add("slow", {}, "slow", time_limit=0.4)
    threads = [
        threading.Thread(target=lambda into: into.extend(jobs.follow(history, job)), args=(into,))
        for into in seen
    ]
    for thread in threads:
        thread.start()
    jobs.carry_out(history, job)
    for thread in threads:
        thread.join(PATIENCE)
    assert seen[0] == seen[1] == list(jobs.follow(history, job))


def test_the_events_of_a_session_come_until_it_has_ended(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BEAT", 0.02)
    table = gg.read_features(TABLE.encode())
    sid = history.begin(table.source, gg.Settings())
    followed: list[Any] = []

    def analyse(report: ProgressCallback) -> gg.Analysis:
        def stop_and_go(event: Any) -> None:
            report(event)
            if event["step"] == "rule1":
                until(lambda: len(followed) == 3)  # seen from elsewhere while it runs

        return gg.analyze(table, progress=stop_and_go)

    def listen() -> None:
        for event in follow_session(
            gg.History.open(history.address), sid, lambda: time.sleep(0.01)
        ):
            followed.append(event)  # noqa: PERF402 - one by one

    listener = threading.Thread(target=listen)
    listener.start()
    history.carry_out(sid, "liver", analyse)
    listener.join(PATIENCE)
    assert [event["step"] for event in followed][-2:] == ["saving", "complete"]
    assert followed == history.events(sid)
    assert list(follow_session(history, sid, time.time, after=2)) == followed[2:]


#: Begins a session and dies.
DIES = """
import os, sys
import ganglioside as gg
gg.History.open(sys.argv[1]).begin(gg.example().source, gg.Settings())
os.kill(os.getpid(), 9)
"""


@pytest.mark.either_store("about the process")
def test_a_session_whose_process_has_died_is_found(history: gg.History) -> None:
    subprocess.run([sys.executable, "-c", DIES, history.address], check=False)
    sid = history.sessions()["id"].iloc[0]
    (event,) = follow_session(history, sid, time.time)
    assert (event["type"], event["message"]) == ("error", "Interrupted")
    assert history.session(sid)["status"] == "failed"


def test_a_session_that_gives_no_sign_of_life_is_left(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "PATIENCE", 0)
    sid = history.begin(gg.read_features(TABLE.encode()).source, gg.Settings())
    looks: list[str] = []
    monkeypatch.setattr(follower, "NOT_FOLLOWED_AFTER", 0.0)
    assert list(follow_session(history, sid, lambda: looks.append(sid))) == []
    assert len(looks) <= 1  # the first look hears of it, the second hears nothing new
    assert history.session(sid)["status"] == "processing"


def test_a_history_is_read_again_when_it_was_written_to(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = Looks(history)
    assert looks.wanted()
    assert not looks.wanted()
    history.jobs.add("analyze", {}, "n")
    assert looks.wanted()
    assert not looks.wanted(patient=True)
    monkeypatch.setattr(follower, "PATIENCE", 2)
    assert [looks.wanted(patient=True) for _ in range(6)] == [False] * 6
    assert True in [looks.wanted() for _ in range(3)]
