"""The command for many tables, from the shell's side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import run

import ganglioside as gg
from ganglioside.batch.ledger import Entry
from ganglioside.jobs import kinds, launcher
from ganglioside.jobs.kinds import Done


@pytest.fixture(autouse=True)
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> gg.History:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(tmp_path / "notify.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return gg.History.open()


def test_a_batch_says_what_became_of_its_tables(
    history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def finished(self: kinds.Batch, history: gg.History, progress: Any) -> Done:
        asked.append(self)
        failed = Entry("bad", "bad.csv", "", "", error="No column RT.")
        return Done(result={"overview": "out/overview.html", "tables": 3, "stood": 1,
                            "failed": {failed.file: failed.error}})  # fmt: skip

    monkeypatch.setattr(kinds.Batch, "run", finished)
    options = ("--resume", "--no-reports", "--workers", 3, "--format", "xlsx")
    result = run("batch", "runs/*.csv", "b.csv", "--out", "out", *options, "--rt-tolerance", 0.05,
                 code=1)  # fmt: skip
    assert "bad.csv: No column RT." in result.stderr
    assert "3 tables, 1 of them already done: 1 failed" in result.stdout
    assert "out/overview.html" in result.stdout
    here = Path.cwd()
    assert asked == [
        kinds.Batch(
            sources=[str(here / "runs/*.csv"), str(here / "b.csv")],
            out=str(here / "out"),
            settings=gg.Settings(rt_tolerance=0.05).to_dict(),
            reading={"columns": [], "sheet": None},
            reports=False,
            form="xlsx",
            workers=3,
            resume=True,
        )
    ]
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda history, job: launched.append(job.id))
    job = run("batch", "b.csv", "--out", "out", "--background").stdout.strip()
    assert launched == [job]
    assert history.jobs.get(job).kind == "batch"


@pytest.mark.parametrize("ignored", [("--workers", 2), ("--dashboard",)])
def test_a_cluster_has_its_own_workers(ignored: tuple[object, ...]) -> None:
    told = run("batch", "a.csv", "--out", "out", "--scheduler", "tls://h:1", *ignored, code=2)
    assert "of its own" in told.stderr


def test_a_batch_that_cannot_begin_says_why() -> None:
    refused = run("batch", "none/*.csv", "--out", "out", code=1)
    assert "No file fits" in refused.stderr
