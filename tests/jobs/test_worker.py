"""Workers: jobs are done once and only once, whoever is killed, drained or late meanwhile."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.csv
import pytest
from effort import PATIENCE, until
from jobs.slow_work import Slow
from paths import TESTS
from queue_of_workers import exit_code, is_busy, outcome, queue, source, worker

import ganglioside as gg
from ganglioside.errors import GivenBack, HistoryAwayError, HistoryBusyError, LostError, NoRoomError
from ganglioside.history import jobs as queued
from ganglioside.history.claims import Claim
from ganglioside.history.storage.store import utc_now
from ganglioside.jobs import runner
from ganglioside.jobs.kinds import Done, parameters_of
from ganglioside.jobs.worker import JobWorker, stopped_by_signals


def silent(history: gg.History, owner: str, table: str = "jobs") -> None:
    """Let the last sign of life be long ago."""
    with history._store.write() as connection:
        connection.execute(
            f"UPDATE {table} SET heartbeat = ? WHERE id = ?",
            [utc_now() - timedelta(hours=1), owner],
        )


def waiting(history: gg.History, path: Path) -> str:
    """Id of a job that is to analyse a file."""
    work = gg.jobs.Analyze(source=str(path))
    return history.jobs.add(work.kind, parameters_of(work), work.name)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queued, "FIRST_PAUSE", timedelta(0))


@pytest.mark.either_store("about the process")
def test_jobs_are_done_once_though_workers_are_killed_and_drained(
    history: gg.History, tmp_path: Path
) -> None:
    table = source(tmp_path)
    jobs = [queue(history, table, f"run {number}") for number in range(7)]
    workers = [worker(history.address, "--lease", "40") for _ in range(3)]

    def done(number: int) -> Callable[[], bool]:
        return lambda: len(history.jobs.all("completed")) >= number

    until(done(1), "the first job")
    until(lambda: is_busy(history, workers[0]), "a job of the first")
    workers[0].kill()
    until(done(3), "more jobs")
    workers[1].send_signal(signal.SIGTERM)
    assert exit_code(workers[1]) == 0
    until(done(len(jobs)), "all jobs")
    workers[2].send_signal(signal.SIGTERM)
    assert exit_code(workers[2]) == 0
    workers[0].wait()
    assert outcome(history, jobs) == {"completed": len(jobs), "twice": 0, "never": 0}
    assert history.care.verify(sample=0).is_whole
    assert sorted(one.state(utc_now()) for one in history.workers.all()) == [
        *("ended", "ended", "lost"),
    ]


def test_a_late_worker_changes_nothing(history: gg.History, tmp_path: Path, at_once: None) -> None:
    job = queue(history, source(tmp_path), "liver")
    late, second = history.workers.register(), history.workers.register()
    taken = history.jobs.take(late)
    assert taken is not None
    assert taken.claim is not None
    theirs = history.claimed(taken.claim)
    assert taken.session is not None

    def stop(_: Any) -> None:
        raise GivenBack  # as if it were killed there

    with pytest.raises(GivenBack):
        theirs.carry_out_queued(taken.session, stop)
    assert history.session(taken.session)["status"] == "processing"
    silent(history, job)
    history.refresh()
    assert history.jobs.get(job).status == "pending"
    assert history.session(taken.session)["status"] == "pending"
    for write in (
        lambda: theirs.jobs.beat(job),
        lambda: theirs.jobs.end(job, "completed"),
        lambda: theirs.carry_out_queued(taken.session or ""),
        lambda: theirs.run(tmp_path / "liver.csv"),
    ):
        with pytest.raises(LostError):
            write()
    again = history.jobs.take(second)
    assert again is not None
    assert again.attempts == 2
    with pytest.raises(LostError):
        runner.carry_out_taken(theirs, taken)
    assert again.claim is not None
    runner.carry_out_taken(history.claimed(again.claim), again)
    with pytest.raises(LostError):
        theirs.jobs.end(job, "failed")
    assert outcome(history, [job]) == {"completed": 1, "twice": 0, "never": 0}
    assert history.care.verify(sample=0).is_whole


def test_a_session_of_a_job_that_is_given_up_fails_with_the_reason(
    history: gg.History, tmp_path: Path, at_once: None
) -> None:
    source(tmp_path)
    job = waiting(history, tmp_path / "liver.csv")

    def stop(_: Any) -> None:
        raise GivenBack

    for _ in range(queued.MOST_ATTEMPTS):
        taken = history.jobs.take(history.workers.register())
        assert taken is not None
        assert taken.claim is not None
        with pytest.raises(GivenBack):
            history.claimed(taken.claim).run(tmp_path / "liver.csv", progress=stop)
        silent(history, job)
        history.refresh()
    ended = history.jobs.get(job)
    assert ended.status == "failed"
    assert str(ended.error).startswith("Given up after 3 attempts: its worker")
    assert history.sessions()["status"].tolist() == ["failed"] * 3
    assert "has given no sign" in history.sessions()["error"].iloc[0]
    assert history.care.verify(sample=0).is_whole


def test_a_session_that_was_completed_before_its_worker_died_is_not_made_again(
    history: gg.History, tmp_path: Path, at_once: None
) -> None:
    source(tmp_path)
    job = waiting(history, tmp_path / "liver.csv")
    taken = history.jobs.take(history.workers.register())
    assert taken is not None
    assert taken.claim is not None
    sid, _ = history.claimed(taken.claim).run(tmp_path / "liver.csv")
    silent(history, job)
    history.refresh()
    JobWorker(history).run(until_empty=True)
    ended = history.jobs.get(job)
    assert (ended.status, ended.session, ended.attempts) == ("completed", sid, 2)
    assert len(history.sessions()) == 1


@pytest.mark.parametrize("kind", [HistoryBusyError, HistoryAwayError, NoRoomError])
def test_what_fails_by_chance_is_tried_again_and_given_up_with_the_reason(
    history: gg.History, slow: None, at_once: None, monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
) -> None:  # fmt: skip
    def away(*_: Any) -> Any:
        raise kind("The database is away.")

    monkeypatch.setattr(Slow, "run", away)
    job = history.jobs.add("slow", parameters_of(Slow()), "slow")
    JobWorker(history).run(until_empty=True)
    ended = history.jobs.get(job)
    assert (ended.status, ended.attempts) == ("failed", queued.MOST_ATTEMPTS)
    assert ended.error == "Given up after 3 attempts: The database is away."
    assert [event["type"] for event in history.jobs.events(job)] == ["log", "log", "error"]


def test_the_next_attempt_waits(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Slow, "run", no_room)
    job = history.jobs.add("slow", parameters_of(Slow()), "slow")
    JobWorker(history).run(until_empty=True)
    waiting = history.jobs.get(job)
    assert waiting.status == "pending"
    assert waiting.not_before is not None
    assert timedelta(0) < waiting.not_before - waiting.created
    assert history.jobs.take(history.workers.register()) is None


def test_refused_input_is_not_tried_again(history: gg.History, tmp_path: Path) -> None:
    job = waiting(history, tmp_path / "missing.csv")
    JobWorker(history).run(until_empty=True)
    ended = history.jobs.get(job)
    assert (ended.status, ended.attempts) == ("failed", 1)


def test_a_fault_of_the_program_fails_its_job_and_not_the_worker(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slow, "run", lambda *_: 1 / 0)
    jobs = [history.jobs.add("slow", parameters_of(Slow()), "slow") for _ in range(2)]
    assert JobWorker(history).run(until_empty=True) == 2
    assert [history.jobs.get(job).status for job in jobs] == ["failed", "failed"]


def test_a_second_signal_gives_the_job_back(history: gg.History, slow: None) -> None:
    job = history.jobs.add("slow", parameters_of(Slow()), "slow")
    one = JobWorker(history)
    main = threading.get_ident()

    def stop() -> None:
        until(lambda: bool(history.jobs.events(job)), "the job")
        signal.pthread_kill(main, signal.SIGUSR1)
        signal.pthread_kill(main, signal.SIGUSR1)
        until(one._draining.is_set, "the drain")
        signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda *_: one.stop())
    try:
        thread = threading.Thread(target=stop)
        thread.start()
        assert one.run() == 0
        thread.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    waiting = history.jobs.get(job)
    assert (waiting.status, waiting.worker, waiting.attempts) == ("pending", None, None)
    assert one.stop() is None  # type: ignore[func-returns-value]
    assert issubclass(GivenBack, BaseException)


class Signalled(io.BytesIO):
    """A table in the midst of which this process is told to stop."""

    def read(self, *size: int | None) -> bytes:
        os.kill(os.getpid(), signal.SIGTERM)
        return super().read(*size)


def test_a_signal_in_the_midst_of_reading_a_table_drains_and_fails_nothing(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: Any) -> Done:
        pyarrow.csv.read_csv(Signalled(b"a,b\n" + b"1,2\n" * 100_000))
        return Done()

    monkeypatch.setattr(Slow, "run", read)
    jobs = [history.jobs.add("slow", parameters_of(Slow()), "slow") for _ in range(2)]
    one = JobWorker(history)
    monkeypatch.setattr(one, "stop", one._draining.set)
    with stopped_by_signals(one):
        assert one.run() == 1
    assert [history.jobs.get(job).status for job in jobs] == ["completed", "pending"]


def test_a_worker_is_drained_from_elsewhere(history: gg.History, tmp_path: Path) -> None:
    one = JobWorker(history, lease=0.4)
    thread = threading.Thread(target=one.run)
    thread.start()
    history.workers.drain(one.worker.id)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert history.workers.all()[0].state(utc_now()) == "ended"
    assert one.was_drained
    told = JobWorker(history)
    told.stop()
    told.run()
    assert not told.was_drained


@pytest.mark.either_store("about the process")
def test_work_that_hangs_is_ended_and_the_worker_begins_anew(
    history: gg.History, tmp_path: Path
) -> None:
    hangs = history.jobs.add("slow", parameters_of(Slow(deaf=True)), "deaf", time_limit=0.2)
    after = queue(history, source(tmp_path), "liver")
    process = worker_with_slow_work(history)
    until(lambda: history.jobs.get(after).has_ended, "the next job")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert history.jobs.get(hangs).status == "failed"
    assert "limit" in str(history.jobs.get(hangs).error)
    assert outcome(history, [after])["completed"] == 1
    assert [one.state(utc_now()) for one in history.workers.all()] == ["ended", "ended"]


def worker_with_slow_work(history: gg.History) -> Any:
    """Worker that knows `Slow`, in a process of its own."""
    code = (
        f"import sys; sys.path[:0] = {[str(TESTS)]!r}\n"
        "from jobs.slow_work import Slow\n"
        "from ganglioside.history import recorder\n"
        "from ganglioside.jobs import kinds\n"
        "kinds._KINDS[Slow.kind] = Slow\n"
        "recorder.BEAT, recorder.GRACE = 0.1, 0.2\n"
        "from ganglioside.cli import app; app(['worker'])\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "GANGLIOSIDE_HISTORY": history.address}
    )


def test_a_task_that_is_due_is_done_once(history: gg.History, tmp_path: Path) -> None:
    history.tasks.set("backup", timedelta(days=1), {"folder": str(tmp_path / "copies"), "keep": 1})
    workers = [JobWorker(history) for _ in range(2)]
    for one in workers:
        one._sign()
    workers[0].run(until_empty=True)
    (job,) = history.jobs.all()
    assert (job.kind, job.status) == ("backup", "completed")
    assert len(list((tmp_path / "copies").iterdir())) == 1
    assert [task.last_job for task in history.tasks.all()] == [job.id]
    assert "task set" in set(history.care.log()["action"])


@pytest.mark.either_store("about the process")
def test_a_batch_whose_worker_was_lost_goes_on_and_makes_no_table_twice(
    history: gg.History, tmp_path: Path, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    for name in ("a", "b"):
        source(tables)
        (tables / "liver.csv").rename(tables / f"{name}.csv")
    work = gg.jobs.Batch(sources=[str(tables)], out=str(tmp_path / "out"), reports=False, workers=1)
    job = history.jobs.add(work.kind, parameters_of(work), work.name)
    taken = history.jobs.take(history.workers.register())
    assert taken is not None
    assert taken.claim is not None
    theirs = history.claimed(taken.claim)
    theirs.run(tables / "a.csv", name="a")  # stored, and lost before it was noted
    silent(history, job)
    history.refresh()
    JobWorker(history).run(until_empty=True)
    ended = history.jobs.get(job)
    assert (ended.status, ended.attempts) == ("completed", 2)
    assert sorted(history.sessions()["name"]) == ["a", "b"]
    assert history.care.verify(sample=0).is_whole


def given_back(history: gg.History, work: Any, after: str, patch: pytest.MonkeyPatch) -> str:
    """Id of a job that a worker gives back in the midst of it, after an event with this text."""
    job = history.jobs.add(work.kind, parameters_of(work), work.name)
    run = type(work).run

    def stopped(self: Any, acting: gg.History, progress: Callable[[Any], None]) -> Done:
        def report(event: Any) -> None:
            progress(event)
            if after in event["message"]:
                raise GivenBack

        done: Done = run(self, acting, report)
        return done

    one = JobWorker(history)
    with patch.context() as stopping:
        stopping.setattr(type(work), "run", stopped)
        taken = one._taken()
        assert taken is not None
        assert not one._carry_out(taken)
    found = history.jobs.get(job)
    assert (found.status, found.attempts) == ("pending", None)  # it was not its fault
    return job


@pytest.mark.either_store("about the process")
def test_what_a_batch_has_done_before_it_was_given_back_is_not_done_again(
    history: gg.History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    for number in range(3):
        source(tables)
        (tables / "liver.csv").rename(tables / f"{number}.csv")
    work = gg.jobs.Batch(sources=[str(tables)], out=str(tmp_path / "out"), reports=False, workers=1)
    job = given_back(history, work, "2 of 3", monkeypatch)
    history.claimed(_claim_anew(history)).run(tables / "2.csv", name="2")  # before it was noted
    history.jobs.give_back(job)
    assert len(history.sessions()) == 3
    JobWorker(history).run(until_empty=True)
    assert (history.jobs.get(job).status, history.jobs.get(job).attempts) == ("completed", 1)
    assert sorted(history.sessions()["name"]) == ["0", "1", "2"]
    assert history.care.verify(sample=0).faults == ()


def _claim_anew(history: gg.History) -> Claim:
    taken = history.jobs.take(history.workers.register())
    assert taken is not None
    assert taken.claim is not None
    return taken.claim


@pytest.mark.either_store("about the process")
@pytest.mark.parametrize("kind", ["analyze", "rerun"])
def test_a_session_that_was_completed_before_its_job_was_given_back_is_not_made_again(
    history: gg.History, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(tmp_path)
    work: Any = gg.jobs.Analyze(source=str(tmp_path / "liver.csv"))
    if kind == "rerun":
        work = gg.jobs.Rerun(session=history.save(gg.analyze(tmp_path / "liver.csv")))
    before = set(history.sessions()["id"])
    job = given_back(history, work, "Saved", monkeypatch)
    (made,) = set(history.sessions()["id"]) - before
    assert history.session(made)["status"] == "completed"
    JobWorker(history).run(until_empty=True)
    ended = history.jobs.get(job)
    assert (ended.status, ended.session, ended.attempts) == ("completed", made, 1)
    assert set(history.sessions()["id"]) == before | {made}
