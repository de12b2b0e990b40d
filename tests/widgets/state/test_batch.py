"""A batch that is started from the workbench: kept, listed, refused with words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import ganglioside as gg
from ganglioside import jobs
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.jobs import launcher, sent_batches
from ganglioside.jobs.sent_batches import folder_of
from ganglioside_widgets.state.batch import BatchState
from ganglioside_widgets.state.upload import UploadState
from ganglioside_widgets.state.workbench import WorkbenchState

pytestmark = pytest.mark.usefixtures("one_worker")

Opener = Callable[[], History]

EXAMPLE = gg.example().source.content


@pytest.fixture(autouse=True)
def _nothing_is_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)


@pytest.fixture
def upload() -> UploadState:
    """Two tables and a file that is none."""
    state = UploadState()
    state.expect("a.csv", of=3)
    state.add("a.csv", EXAMPLE)
    state.expect("b.csv", of=3)
    state.add("b.csv", EXAMPLE.replace(b"RT", b"Zeit", 1))
    state.map_column("RT", "Zeit")
    state.expect("c.csv", of=3)
    state.add("c.csv", b"no table")
    return state


def test_tables_of_the_page_are_judged_by_a_job_and_listed(
    opened: Opener, upload: UploadState
) -> None:
    bench = WorkbenchState(opened)
    bench.upload.uploads = upload.uploads
    bench.thresholds.rt_tolerance = 0.05
    bench.run_batch()
    assert bench.batch.error == ""
    assert "2 tables are judged" in bench.batch.notice
    assert "1 refused files are left out" in bench.batch.notice
    (line,) = bench.jobs.lines
    assert (line.job.id, line.job.status, line.results) == (bench.batch.job, "pending", None)
    jobs.carry_out(opened(), bench.batch.job)
    bench.jobs.refresh()
    (line,) = bench.jobs.lines
    assert (line.job.status, line.has_made) == ("completed", True)
    assert [ended.job.id for ended in bench.jobs.ended] == [bench.batch.job]
    sessions = opened().sessions()
    assert sorted(sessions["file_name"]) == ["a.csv", "b.csv"]
    assert set(sessions["status"]) == {"completed"}
    assert {opened().settings(sid).rt_tolerance for sid in sessions["id"]} == {0.05}
    bench.jobs.close()


def test_a_batch_is_its_person_s(opened: Opener, upload: UploadState) -> None:
    ann = Person("Ann", shares="own")
    state = BatchState(lambda: opened().acting_as(ann))
    state.start(upload, gg.Settings())
    jobs.carry_out(opened(), state.job)
    assert opened().acting_as(Person("Bob")).jobs.all() == []
    assert opened().acting_as(Person("Bob")).sessions().empty
    assert len(opened().acting_as(ann).sessions()) == 2


def test_what_cannot_be_started_is_said(
    opened: Opener, upload: UploadState, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = BatchState(opened)
    one = UploadState()
    one.add_example()
    assert "several tables" in state.why_not(one)
    assert state.why_not(upload) == ""
    upload.arriving = "d.csv"
    assert state.why_not(upload) == "d.csv is arriving: wait for it."
    upload.arriving = ""
    state.limits = replace(state.limits, megabytes=0.01)
    assert "a batch takes at most 0.01 MB" in state.why_not(upload)
    state.start(upload, gg.Settings())
    assert "at most 0.01 MB" in state.error
    state.limits = replace(state.limits, megabytes=50.0)
    monkeypatch.setattr("ganglioside_widgets.state.batch.MOST_TABLES", 1)
    assert "2 tables; a batch takes at most 1" in state.why_not(upload)
    monkeypatch.setattr("ganglioside_widgets.state.batch.MOST_TABLES", sent_batches.MOST_TABLES)
    state.limits = replace(state.limits, waiting=1)
    opened().jobs.add("analyze", {"source": "/nowhere.csv"}, "waits")
    state.start(upload, gg.Settings())
    assert state.error == "1 job waits already. Try again when some are done."
    assert (state.job, state.notice) == ("", "")
    assert not folder_of(opened()).exists()


def test_a_person_who_may_only_read_is_refused(opened: Opener, upload: UploadState) -> None:
    state = BatchState(lambda: opened().acting_as(Person("Eve", "read")))
    state.start(upload, gg.Settings())
    assert "Eve may read" in state.error
    assert opened().jobs.all() == []
