"""Kinds of work: done as jobs, and rebuilt from what the history keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ganglioside as gg
from ganglioside import jobs
from ganglioside.errors import JobError
from ganglioside.jobs.kinds import parameters_of, work_of
from ganglioside.reading.options import ReadingOptions


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
    assert first == f"{own},Verdict,Confidence,Parent,Reason,Suggested name"
    refused = jobs.run_here(history, jobs.Analyze(source=str(mine)))
    assert 'columns={"RT": "your column"}' in str(refused.error)


def test_work_of_another_version_is_refused() -> None:
    with pytest.raises(JobError, match="'paint'"):
        work_of("paint", "{}")
    with pytest.raises(JobError, match="colour"):
        work_of("analyze", '{"source": "a.csv", "colour": 3}')
