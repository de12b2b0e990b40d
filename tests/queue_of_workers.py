"""Workers in processes of their own, for tests and the benchmark of the queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from effort import PATIENCE

import ganglioside as gg
from ganglioside.history import History
from ganglioside.jobs import Queued
from ganglioside.jobs.kinds import parameters_of
from ganglioside.reading.features import read_features
from ganglioside.reading.raw_table import Source

TABLE = "Name,RT,Volume,Log P,Anchor\n" + "".join(
    f"GM1({carbons}:1;O2),{carbons / 4},1000,1.5,T\n" for carbons in (34, 36, 38, 40, 42)
)


def source(folder: Path) -> Source:
    """A small table."""
    path = folder / "liver.csv"
    path.write_text(TABLE)
    return read_features(path).source


def queue(history: History, table: Source, name: str) -> str:
    """Id of the job of a session that waits, as the server adds them."""
    sid = history.queue(table, gg.Settings(), name)
    work = Queued(session=sid, title=name)
    return history.jobs.add(work.kind, parameters_of(work), work.name, session=sid)


def worker(
    address: str, *arguments: str, environment: dict[str, str] | None = None, **more: Any
) -> subprocess.Popen[Any]:
    """Process of a worker."""
    return subprocess.Popen(
        [sys.executable, "-m", "ganglioside", "worker", *arguments],
        env={**os.environ, "GANGLIOSIDE_HISTORY": address, **(environment or {})},
        **more,
    )


def exit_code(process: subprocess.Popen[Any]) -> int:
    """Exit code of a worker that was told to stop; where it hangs, it shows where."""
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        raise
    finally:
        process.kill()


def is_busy(history: History, process: subprocess.Popen[Any]) -> bool:
    """Whether a worker has a job in progress."""
    return any(job.pid == process.pid for job in history.jobs.all("processing"))


def outcome(history: History, jobs: Sequence[str]) -> Counter[str]:
    """How often jobs were completed, failed, or made more than one session."""
    made = Counter(history.query("SELECT job FROM sessions WHERE status = 'completed'")["job"])
    counts: Counter[str] = Counter(job.status for job in history.jobs.all() if job.id in {*jobs})
    counts["twice"] = sum(made[job] > 1 for job in jobs)
    counts["never"] = sum(made[job] == 0 for job in jobs)
    return counts
