"""Clusters that others have started, and the shell's Ctrl-C: the same bytes, and nothing torn."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from batch.conftest import small_table

import ganglioside as gg
from ganglioside.batch import Batch, Options, plan, run_batch
from ganglioside.batch.cluster import interrupts
from ganglioside.batch.ledger import FILE, Ledger

#: Enough that an interruption comes before the last one.
TABLES = 20


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


@pytest.fixture
def scheduler() -> Iterator[str]:
    """The address of a scheduler and two workers, started one by one as on several machines."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    dask = (sys.executable, "-m", "dask")
    with ExitStack() as running:
        running.enter_context(
            process(*dask, "scheduler", "--host", host, "--port", port, "--no-dashboard")
        )
        for _ in range(2):
            running.enter_context(
                process(*dask, "worker", f"tcp://{address}", "--nthreads", "1", "--no-dashboard")
            )
        yield f"tcp://{address}"


def made_by(done: Batch) -> dict[str, str]:
    """Return the files of a batch without what differs by design: session ids and times."""
    texts = {}
    for entry in done.entries:
        for name in (entry.verdicts, entry.report):
            text = (done.folder / str(name)).read_text(encoding="utf-8")
            text = text.replace(str(entry.session), "SESSION")
            texts[str(name)] = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME", text)
    return texts


def test_a_cluster_started_separately_gives_the_same_bytes(tmp_path: Path, scheduler: str) -> None:
    for number in range(2):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 10))
    items = plan([f"{tmp_path}/*.csv"])
    history = gg.History.open(tmp_path / "history.duckdb")
    elsewhere = run_batch(
        items, tmp_path / "elsewhere", Options(scheduler=scheduler), history=history
    )
    here = run_batch(items, tmp_path / "here", Options(workers=1), history=history)
    assert not elsewhere.failed
    assert len(made_by(here)) == 4
    assert made_by(elsewhere) == made_by(here)


#: A program that runs behind another one may have been started deaf to it.
HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


def test_ctrl_c_leaves_finished_work_whole_and_resume_does_the_rest(tmp_path: Path) -> None:
    for number in range(TABLES):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 100))
    out, history = tmp_path / "out", tmp_path / "history.duckdb"
    program = [sys.executable, "-c", f"{HEARS_CTRL_C}; from ganglioside.cli import app; app()"]
    command = [*program, "batch", f"{tmp_path}/*.csv", "--no-reports", "--out", str(out),
               "--workers", "1"]  # fmt: skip
    environment = {**os.environ, "GANGLIOSIDE_HISTORY": str(history)}
    running = subprocess.Popen(
        command, env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 120
    while not ((out / FILE).is_file() and (out / FILE).stat().st_size):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to workers, too
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130, said
    assert "Traceback" not in said
    finished = Ledger(out).read()
    assert 0 < len(finished) < TABLES
    assert "Not done yet" in (out / "overview.html").read_text()
    stored = gg.History.open(history)
    (job,) = stored.jobs.all()
    assert job.status == "cancelled"
    assert len(stored.sessions()) >= len(finished)

    resumed = subprocess.run(
        [*command, "--resume"], env=environment, capture_output=True, text=True
    )
    assert resumed.returncode == 0, resumed.stderr
    whole = Ledger(out).read()
    assert len(whole) == TABLES
    assert {name: whole[name].session for name in finished} == {
        name: entry.session for name, entry in finished.items()
    }
    result = json.loads(str(stored.jobs.all()[0].result))
    assert result["stood"] == len(finished)


def test_an_interrupt_that_python_swallows_is_raised_again_and_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Deaf:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interrupts() as check:
            check()
            Deaf()
            with pytest.raises(KeyboardInterrupt):
                check()
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == []
