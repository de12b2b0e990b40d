"""Only what its own user has asked for on this machine is carried out."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ganglioside.errors import JobError
from ganglioside.history import History, job_seals
from ganglioside.history.jobs import Job

pytestmark = [
    pytest.mark.either_store("about the seals"),
    pytest.mark.usefixtures("stays_open"),
]


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "folder" / "job.key"
    monkeypatch.setenv("GANGLIOSIDE_JOB_KEY", str(path))
    return path


@pytest.fixture
def job(history: History) -> Job:
    return history.jobs.get(history.jobs.add("report", {"source": "a", "out": "b"}, "x"))


def test_what_was_asked_for_here_is_own(history: History, job: Job, key: Path) -> None:
    assert history.jobs.is_own(job)
    assert key.stat().st_size == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert history.jobs.start(job.id).status == "processing"


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "batch"},
        {"parameters": '{"scheduler": "tcp://198.51.100.1:8786"}'},
        {"name": "y"},
        {"author": "Eve"},
        {"time_limit": 5.0},
        {"retry_of": "0123456789"},
        {"id": "0123456789abcd"},
        {"seal": None},
        {"seal": ""},
        {"seal": "0" * 64},
        {"seal": "é"},
    ],
)
def test_what_was_changed_since_is_not(
    history: History, job: Job, changed: dict[str, object]
) -> None:
    assert not history.jobs.is_own(replace(job, **changed))  # type: ignore[arg-type]


def test_a_job_of_another_history_machine_or_user_is_not(
    history: History, job: Job, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not job_seals.is_own(job, tmp_path / "other.duckdb")
    with monkeypatch.context() as patch:
        patch.setattr("platform.node", lambda: "elsewhere")
        assert not history.jobs.is_own(job)
    key.unlink()  # as for another user, whose key is another
    assert not history.jobs.is_own(job)
    with pytest.raises(JobError, match="did not ask for it"):
        history.jobs.start(job.id)
    history.jobs.add("report", {}, "makes another key")
    assert not history.jobs.is_own(job)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes of POSIX")
def test_a_key_that_others_can_read_is_refused(history: History, job: Job, key: Path) -> None:
    key.chmod(0o640)
    with pytest.raises(JobError, match="open to others"):
        history.jobs.is_own(job)
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(JobError, match="no key"):
        history.jobs.is_own(job)


def test_a_key_that_cannot_be_written_is_named(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("GANGLIOSIDE_JOB_KEY", str(tmp_path / "file" / "job.key"))
    with pytest.raises(JobError, match="GANGLIOSIDE_JOB_KEY"):
        history.jobs.add("report", {}, "x")
    assert history.jobs.all() == []


def test_the_key_is_read_once_for_all_jobs(
    history: History, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [history.jobs.add("report", {"source": str(n)}, "x") for n in range(4)]
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET seal = NULL WHERE id = ?", [more[0]])
        connection.execute("UPDATE jobs SET name = 'y' WHERE id = ?", [more[1]])
    read: list[Path] = []
    monkeypatch.setattr(job_seals, "key_path", lambda: read.append(key_file()) or read[-1])
    assert [found.id for found in history.jobs.own("pending")] == [more[3], more[2], job.id]
    assert len(read) == 1
    assert history.jobs.own("failed") == []  # nothing to look at: the key is not read
    assert len(read) == 1


key_file = job_seals.key_path
