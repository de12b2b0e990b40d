"""Jobs end to end: in processes of their own, followed, cancelled, retried, and found dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from paths import TESTS

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import JobError
from ganglioside.jobs import kinds, launcher, runner
from ganglioside.jobs.kinds import Done, parameters_of, work_of
from ganglioside.progress import Progress, ProgressCallback

TABLE = "Name,RT,Volume,Log P,Anchor\n" + "".join(
    f"GM1({carbons}:1;O2),{carbons / 4},1000,1.5,T\n" for carbons in (34, 36, 38, 40, 42)
)


@pytest.fixture
def history(tmp_path: Path) -> gg.History:
    return gg.History.open(tmp_path / "history.duckdb")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "liver.csv"
    path.write_text(TABLE)
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Works for ten minutes; it tells of it all the time, or not at all."""

    kind: ClassVar[str] = "slow"

    deaf: bool = False
    name: str = "slow"

    def run(self, history: gg.History, progress: ProgressCallback) -> Done:
        report = Progress(progress)
        report.done("loading", "Started")
        for step in range(60_000):
            time.sleep(0.01)
            if not self.deaf:
                report.reached("rule1", step / 1000, "Still at it")
        return Done()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds._KINDS, Slow.kind, Slow)
    monkeypatch.setattr(runner, "BEAT", 0.05)


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


#: The process of a job whose work is `Slow`.
SLOW_PROCESS = """
import sys
sys.path[:0] = {path!r}
from jobs.test_runner import Slow
from ganglioside.jobs import __main__, runner, kinds
kinds._KINDS[Slow.kind] = Slow
runner.BEAT, runner.GRACE = 0.1, 0.2
sys.exit(__main__.main(*sys.argv[1:]))
"""


def slow_process(history: gg.History, job: str) -> subprocess.Popen[bytes]:
    code = SLOW_PROCESS.format(path=[str(TESTS)])
    return subprocess.Popen([sys.executable, "-c", code, str(history.path), job])


def test_a_job_runs_in_its_own_process_and_is_followed_from_any(
    history: gg.History, table: Path, tmp_path: Path
) -> None:
    settings = gg.Settings(rt_tolerance=0.05).to_dict()
    job = jobs.start(history, jobs.Analyze(source=str(table), settings=settings, title="Liver 3"))
    events = list(jobs.follow(gg.History.open(history.path), job))
    assert [event["step"] for event in events][-2:] == ["saving", "complete"]
    percentages = [event["percentage"] for event in events]
    assert percentages == sorted(percentages)
    ended = history.jobs.get(job)
    assert ended.status == "completed"
    assert ended.pid != os.getpid()
    analysis = history.load(str(ended.session))
    assert analysis.settings.rt_tolerance == 0.05
    assert history.session(str(ended.session))["name"] == "Liver 3"
    assert list(jobs.follow(history, job)) == events
    assert list(jobs.follow(history, job, after=3)) == events[3:]
    until(lambda: not launcher.log_path(history, job).exists())


def test_a_job_that_fails_says_why_and_is_retried(history: gg.History, tmp_path: Path) -> None:
    source = tmp_path / "later.csv"
    failed = jobs.run_here(history, jobs.Analyze(source=str(source)))
    assert failed.status == "failed"
    assert "later.csv" in str(failed.error)
    (event,) = jobs.follow(history, failed.id)
    assert event["type"] == "error"
    assert event.get("error") == failed.error
    source.write_text(TABLE)
    again = jobs.retry(history, failed.id)
    list(jobs.follow(history, again))
    ended = history.jobs.get(again)
    assert ended.status == "completed"
    assert ended.retry_of == failed.id
    assert history.jobs.get(failed.id).status == "failed"


def test_jobs_beyond_the_limit_wait_for_their_turn(
    history: gg.History, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "1")
    first, second = (jobs.start(history, jobs.Analyze(source=str(table))) for _ in range(2))
    until(lambda: all(history.jobs.get(job).has_ended for job in (first, second)))
    one, two = history.jobs.get(first), history.jobs.get(second)
    assert one.status == two.status == "completed"
    assert one.ended is not None
    assert two.started is not None
    assert two.started >= one.ended
    assert one.pid != two.pid


def test_a_running_job_is_cancelled_at_its_next_step(history: gg.History, slow: None) -> None:
    events: list[Any] = []

    def cancel(event: Any) -> None:
        events.append(event)
        if len(events) == 3:
            jobs.cancel(history, history.jobs.all("processing")[0].id)

    ended = jobs.run_here(history, Slow(), cancel)
    assert ended.status == "cancelled"
    replayed = list(jobs.follow(history, ended.id))
    assert replayed[:-1] == events
    assert replayed[-1]["type"] == "error"
    assert replayed[-1]["message"] == "Cancelled"
    with pytest.raises(JobError, match="ended"):
        jobs.cancel(history, ended.id)


def test_a_waiting_job_is_cancelled_at_once(history: gg.History) -> None:
    job = history.jobs.add("slow", {}, "slow")
    assert jobs.cancel(history, job).status == "cancelled"
    with pytest.raises(JobError, match="cancelled"):
        jobs.carry_out(history, job)


def test_a_job_fails_when_its_time_is_over(history: gg.History, slow: None) -> None:
    ended = jobs.run_here(history, Slow(), time_limit=0.3)
    assert ended.status == "failed"
    assert "limit of 0.3 s" in str(ended.error)
    assert list(jobs.follow(history, ended.id))[-1].get("error") == ended.error
    with pytest.raises(JobError, match="limit"):
        jobs.run_here(history, Slow(), time_limit=0)


def test_work_that_tells_nothing_is_ended_with_its_process(history: gg.History) -> None:
    job = history.jobs.add("slow", parameters_of(Slow(deaf=True)), "deaf", time_limit=0.2)
    process = slow_process(history, job)
    assert process.wait(120) == 1
    ended = history.jobs.get(job)
    assert ended.status == "failed"
    assert "limit" in str(ended.error)
    assert list(jobs.follow(history, job))[-1]["type"] == "error"


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


def test_an_interruption_cancels_the_job_and_passes_on(history: gg.History, slow: None) -> None:
    def interrupt(event: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.run_here(history, Slow(), interrupt)
    (job,) = history.jobs.all()
    assert job.status == "cancelled"


def test_a_fault_of_the_program_is_recorded_and_raised(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slow, "run", lambda self, history, progress: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.run_here(history, Slow())
    (job,) = history.jobs.all()
    assert job.status == "failed"
    assert "ZeroDivisionError" in str(job.error)


def test_events_that_cannot_be_stored_at_once_are_not_lost(
    history: gg.History, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat, seen = history.jobs.beat, []
    calls = iter(range(1000))

    def held(job: str, events: Any = ()) -> Any:
        if next(calls) < 3:
            raise gg.errors.HistoryError("in use")
        return beat(job, events)

    monkeypatch.setattr(history.jobs, "beat", held)
    ended = jobs.run_here(history, Slow(), seen.append, time_limit=0.5)
    assert list(jobs.follow(history, ended.id))[:-1] == seen


def test_a_session_is_run_again_and_exported_as_jobs(
    history: gg.History, table: Path, tmp_path: Path
) -> None:
    sid = history.save(gg.analyze(table))
    again = jobs.run_here(history, jobs.Rerun(session=sid))
    assert history.session(str(again.session))["rerun_of"] == sid
    out = tmp_path / "results.xlsx"
    exported = jobs.run_here(history, jobs.Export(session=sid, out=str(out)))
    assert exported.status == "completed"
    gg.export(history.load(sid), tmp_path / "expected.xlsx")
    assert out.stat().st_size == pytest.approx((tmp_path / "expected.xlsx").stat().st_size, abs=20)
    refused = jobs.run_here(history, jobs.Export(session=sid, out=str(tmp_path / "no" / "x.csv")))
    assert refused.status == "failed"
    assert "cannot be written" in str(refused.error)


@pytest.mark.parametrize(
    "described",
    [
        jobs.Analyze(source="a.csv", title="A"),
        jobs.Rerun(session="1", settings={"rt_tolerance": 0.2}),
        jobs.Report(source="1", out="x.html", pdf=True),
        jobs.Export(session="1", out="x.csv", form="csv"),
        jobs.Batch(sources=["a.csv", "b.csv"], out="out", workers=2, resume=True),
    ],
)
def test_work_is_rebuilt_from_what_the_history_keeps(described: Any, history: gg.History) -> None:
    job = history.jobs.add(described.kind, parameters_of(described), described.name)
    kept = history.jobs.get(job)
    assert work_of(kept.kind, kept.parameters) == described
    assert kept.name == described.name


def test_work_of_another_version_is_refused() -> None:
    with pytest.raises(JobError, match="'paint'"):
        work_of("paint", "{}")
    with pytest.raises(JobError, match="colour"):
        work_of("analyze", '{"source": "a.csv", "colour": 3}')


def test_jobs_that_nobody_took_are_started_when_asked(
    history: gg.History, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda history, job: launched.append(job))
    job = history.jobs.add("analyze", {"source": str(table)}, "waits")
    jobs.resume_waiting(history)
    assert launched == []
    monkeypatch.setattr(launcher, "_TAKEN_WITHIN", launcher.timedelta(0))
    jobs.resume_waiting(history)
    assert set(launched) == {job}


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
        thread.join(60)
    assert seen[0] == seen[1] == list(jobs.follow(history, job))


def test_a_job_takes_no_modules_from_the_folder_at_hand(
    history: gg.History, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "platformdirs.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    monkeypatch.chdir(folder)
    job = jobs.start(history, jobs.Analyze(source=str(table)))
    ran = tmp_path / "ran"
    while not (history.jobs.get(job).has_ended or ran.exists()):
        time.sleep(0.05)
    assert not ran.exists()
    assert history.jobs.get(job).status == "completed"
