"""Starting jobs in processes of their own: so many at once, retried, in their turn."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from effort import until
from jobs.slow_work import TABLE

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import EndedError, JobError
from ganglioside.jobs import __main__, launcher

pytestmark = pytest.mark.either_store("about processes")


def test_a_job_runs_in_its_own_process_and_is_followed_from_any(
    history: gg.History, table: Path, tmp_path: Path
) -> None:
    settings = gg.Settings(rt_tolerance=0.05).to_dict()
    job = jobs.start(history, jobs.Analyze(source=str(table), settings=settings, title="Liver 3"))
    events = list(jobs.follow(gg.History.open(history.address), job))
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


def test_a_waiting_job_is_cancelled_at_once(history: gg.History) -> None:
    job = history.jobs.add("slow", {}, "slow")
    assert jobs.cancel(history, job).status == "cancelled"
    with pytest.raises(JobError, match="cancelled"):
        jobs.carry_out(history, job)


def test_jobs_that_nobody_took_are_started_when_asked(
    history: gg.History, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda history, job: launched.append(job.id))
    job = history.jobs.add("analyze", {"source": str(table)}, "waits")
    jobs.resume_waiting(history)
    assert launched == []
    monkeypatch.setattr(launcher, "_TAKEN_WITHIN", launcher.timedelta(0))
    jobs.resume_waiting(history)
    assert launched == [job]
    second, third = (history.jobs.add("analyze", {"source": str(table)}, "too") for _ in range(2))
    for room, started in ((2, [job, second]), (9, [job, second, third]), (0, [])):
        launched.clear()
        monkeypatch.setattr(launcher, "most_at_once", lambda room=room: room)
        jobs.resume_waiting(history)
        assert launched == started


def test_a_job_whose_process_was_killed_takes_no_place(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda history, job: launched.append(job.id))
    monkeypatch.setattr(launcher, "most_at_once", lambda: 1)
    killed = history.jobs.add("slow", {}, "slow")
    history.jobs.start(killed)
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET pid = 2147483646")
    job = jobs.start(history, jobs.Analyze(source="features.csv"))
    assert launched == [job]


def test_a_job_takes_no_modules_from_the_folder_at_hand(
    history: gg.History, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "platformdirs.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    monkeypatch.chdir(folder)
    job = jobs.start(history, jobs.Analyze(source=str(table)))
    ran = tmp_path / "ran"
    until(lambda: history.jobs.get(job).has_ended or ran.exists())
    assert not ran.exists()
    assert history.jobs.get(job).status == "completed"


def test_the_history_is_named_where_others_cannot_read_it(
    history: gg.History, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address may hold a password, and everybody can list the processes of a machine."""
    begun: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(
        launcher.subprocess, "Popen", lambda command, **more: begun.append((command, more["env"]))
    )
    job = jobs.start(history, jobs.Analyze(source=str(table)))
    ((command, environment),) = begun
    assert command[-1] == job
    assert history.address not in " ".join(command)
    assert environment["GANGLIOSIDE_HISTORY"] == history.address


@pytest.fixture
def waiting(history: gg.History, monkeypatch: pytest.MonkeyPatch) -> str:
    """A job that waits for the process that `__main__` is."""
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", history.address)
    monkeypatch.setattr(__main__, "start_next", lambda history: None)
    return history.jobs.add("verify", {"sample": 0}, "verify")


def test_a_process_whose_job_another_one_has_taken_ends_well(
    history: gg.History, waiting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert history.jobs.take() is not None
    assert __main__.main(waiting) == 0
    assert capsys.readouterr().err == ""


def test_a_process_whose_job_is_not_its_users_fails_with_the_reason(
    history: gg.History, waiting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET parameters = '{}'")
    assert __main__.main(waiting) == 1
    assert "you did not ask for it" in capsys.readouterr().err
    assert history.jobs.get(waiting).status == "pending"
    assert __main__.main("f" * 14) == 1
    assert "There is no job" in capsys.readouterr().err


def test_a_process_that_cannot_record_the_end_of_its_job_fails_with_the_reason(
    history: gg.History,
    waiting: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ended(*_: object, **__: object) -> None:
        raise EndedError("It has ended already.")

    monkeypatch.setattr("ganglioside.history.jobs.Jobs.end", ended)
    assert __main__.main(waiting) == 1
    assert "It has ended already." in capsys.readouterr().err


def test_a_path_in_another_encoding_is_refused_with_words(history: gg.History) -> None:
    """The history said that it had met malformed JSON."""
    with pytest.raises(JobError, match=r"'bad\\udcff.csv' is named in another encoding.*rename it"):
        jobs.start(history, jobs.Analyze(source="/runs/bad\udcff.csv"))
    assert history.jobs.all() == []
