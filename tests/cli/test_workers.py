"""The commands on workers."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from command_line import EXAMPLE, run, run_json

from ganglioside.history import History
from ganglioside.jobs import Analyze
from ganglioside.jobs.kinds import parameters_of


@pytest.fixture(autouse=True)
def _no_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])


def test_a_worker_does_what_waits_and_what_is_due(tmp_path: Path) -> None:
    history = History.open()
    work = Analyze(source=str(EXAMPLE))
    job = history.jobs.add(work.kind, parameters_of(work), work.name)
    run("workers", "backup", "--into", tmp_path / "copies", "--every", "1d", "--keep", 2)
    run("workers", "verify", "--every", "1w", "--sample", 0)
    log = tmp_path / "worker.log"
    run("worker", "--until-empty", "--log", log)
    run("worker", "--until-empty")
    assert history.jobs.get(job).status == "completed"
    assert [one["state"] for one in run_json("workers", "list")] == ["ended", "ended"]
    tasks = {one["task"]: one for one in run_json("workers", "tasks")}
    assert set(tasks) == {"backup", "verify"}
    assert all(history.jobs.get(one["last job"]).status == "completed" for one in tasks.values())
    assert any(job in line["job"] for line in map(json.loads, log.read_text().splitlines()))
    assert "backup" in run("workers", "tasks").output
    run("workers", "verify", "--every", "never")
    assert [one["task"] for one in run_json("workers", "tasks")] == ["backup"]


def test_workers_are_listed_and_drained() -> None:
    assert "No worker" in run("workers").output
    assert "Nothing" in run("workers", "tasks").output
    worker = History.open().workers.register()
    run("workers", "drain", worker.id)
    assert run_json("workers", "list")[0]["state"] == "draining"
    assert worker.id in run("workers").output
    assert "no one worker" in run("workers", "drain", "nothing", code=1).output
