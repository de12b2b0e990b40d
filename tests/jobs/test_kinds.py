"""Kinds of work: done as jobs, and rebuilt from what the history keeps."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside import jobs
from ganglioside.batch import Batch, Entry
from ganglioside.errors import JobError
from ganglioside.history.care import interrupted
from ganglioside.jobs.kinds import parameters_of, work_of
from ganglioside.jobs.runner import carry_out_taken
from ganglioside.jobs.worker import JobWorker
from ganglioside.reading.annotations import TITLES
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.raw_table import Source

pytestmark = [
    pytest.mark.either_store("about the work"),
    pytest.mark.usefixtures("stays_open"),
]


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
        jobs.Analyze(source="a.csv", reading={"columns": [["RT", "when"]], "unit": "s"}),
        jobs.Rerun(session="1", settings={"rt_tolerance": 0.2}),
        jobs.Queued(session="1", title="A"),
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


def test_a_job_reads_as_it_was_asked_to_and_gives_the_users_file_back(
    history: gg.History, table: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.tab"
    mine.write_text(table.read_text().replace("Name", "Mine", 1).replace("RT", "when", 1))
    reading = ReadingOptions.of({"Name": "Mine", "RT": "when"}, unit="min")
    done = jobs.run_here(history, jobs.Analyze(source=str(mine), reading=reading.to_dict()))
    assert history.source(str(done.session)).options == reading
    again = jobs.run_here(history, jobs.Rerun(session=str(done.session)))
    assert history.source(str(again.session)).options == reading
    out = tmp_path / "mine.annotated.tab"
    jobs.run_here(history, jobs.Export(session=str(done.session), out=str(out), form="your-file"))
    first, own = (path.read_text().splitlines()[0] for path in (out, mine))
    assert first == ",".join([own, *TITLES])
    refused = jobs.run_here(history, jobs.Analyze(source=str(mine)))
    assert 'columns={"RT": "your column"}' in str(refused.error)


def test_work_of_another_version_is_refused() -> None:
    with pytest.raises(JobError, match="'paint'"):
        work_of("paint", "{}")
    with pytest.raises(JobError, match="colour"):
        work_of("analyze", '{"source": "a.csv", "colour": 3}')


def test_a_session_that_waits_is_analysed_by_its_job(history: gg.History, table: Path) -> None:
    read = gg.read_features(table)
    sid = history.queue(read.source, gg.Settings(rt_tolerance=0.05), "waits")
    assert history.session(sid)["status"] == "pending"
    done = jobs.run_here(history, jobs.Queued(session=sid))
    assert (done.status, done.session) == ("completed", sid)
    expected = gg.analyze(read, gg.Settings(rt_tolerance=0.05))
    pd.testing.assert_frame_equal(history.load(sid).features, expected.features)
    actions = history.care.log(sid)["action"].tolist()
    assert actions == ["queued", "begun", "completed"]
    again = jobs.run_here(history, jobs.Queued(session=sid))
    assert history.session(str(again.session))["rerun_of"] == sid
    assert history.care.verify(sample=0).is_whole


def test_a_session_that_waits_fails_with_its_table(history: gg.History) -> None:
    sid = history.queue(Source.from_bytes("wrong.csv", b"no table"), gg.Settings())
    failed = jobs.run_here(history, jobs.Queued(session=sid))
    assert failed.status == "failed"
    session = history.session(sid)
    assert (session["status"], "no columns" in session["error"]) == ("failed", True)


def waiting_session(history: gg.History, table: Path) -> tuple[str, str]:
    """Ids of a session that waits, and of its job."""
    sid = history.queue(gg.read_features(table).source, gg.Settings(), "wrong table")
    work = jobs.Queued(session=sid)
    return sid, history.jobs.add(work.kind, parameters_of(work), work.name, session=sid)


@pytest.mark.parametrize("by", ["worker", "process"])
@pytest.mark.parametrize("when", ["before it looks", "after it has looked"])
def test_a_session_that_is_cancelled_while_its_job_begins_is_not_analysed(
    history: gg.History, table: Path, by: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid, job = waiting_session(history, table)
    one = JobWorker(history) if by == "worker" else None
    taken = history.jobs.start(job) if one is None else history.jobs.take(one.worker)
    assert taken is not None
    if when == "before it looks":
        history.cancel(sid)
    else:
        carry_out = gg.History.carry_out_queued

        def late(*given: Any) -> gg.Analysis:
            history.cancel(sid)
            return carry_out(*given)

        monkeypatch.setattr(gg.History, "carry_out_queued", late)
    if one is None:
        carry_out_taken(history, taken)
    else:
        one._carry_out(taken)
    assert history.jobs.get(job).status == "cancelled"
    assert history.sessions()[["id", "status"]].to_numpy().tolist() == [[sid, "cancelled"]]
    assert history.care.verify(sample=0).faults == ()
    monkeypatch.undo()
    again = jobs.run_here(history, jobs.Queued(session=sid))  # who wants it all the same
    assert history.session(str(again.session))["rerun_of"] == sid


def test_a_session_whose_job_never_came_is_not_waited_for(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = gg.example().source
    lost, kept = (history.queue(source, gg.Settings()) for _ in range(2))
    history.jobs.add("session", {"session": kept}, "waits", session=kept)
    gg.History.open(history.address)
    assert history.session(lost)["status"] == "pending"  # its job may still be added
    monkeypatch.setattr(interrupted, "_QUEUED_WITHIN", timedelta(0))
    gg.History.open(history.address)
    assert history.session(lost)["status"] == "failed"
    assert history.session(kept)["status"] == "pending"
    assert history.care.verify(sample=0).is_whole


def test_a_copy_that_has_no_folder_says_which_and_why(history: gg.History, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    job = jobs.run_here(history, jobs.Backup(folder=str(tmp_path / "file" / "copies")))
    assert job.status == "failed"
    assert str(tmp_path / "file" / "copies") in str(job.error)
    assert "Name another" in str(job.error)


def test_each_failure_of_a_batch_counts(
    history: gg.History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that a manifest names twice, and that failed twice, was one failure."""
    file = str(tmp_path / "bad.csv")
    failed = [Entry(name, file, "", "", error="No RT.") for name in ("one", "two")]
    failed.append(Entry("three", "b.csv", "", "", error="No name."))
    done = Batch(tmp_path, tuple(failed), 3)
    monkeypatch.setattr("ganglioside.batch.plan", lambda *_, **__: [])
    monkeypatch.setattr("ganglioside.batch.run_batch", lambda *_, **__: done)
    ended = jobs.run_here(history, jobs.Batch(sources=[file], out=str(tmp_path)))
    assert json.loads(str(ended.result))["failed"] == {
        f"{file} (one)": "No RT.",
        f"{file} (two)": "No RT.",
        "b.csv": "No name.",
    }
