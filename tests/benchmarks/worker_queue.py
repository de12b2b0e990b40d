"""How many jobs workers carry out, while one of them is killed and one drained in the middle.

    python tests/benchmarks/worker_queue.py [--jobs 400] [--workers 3] [--stores file,postgres]

The jobs are sessions of a small table, as the server adds them. It prints for each store how many
were completed, how many twice (there must be none), and how many a second.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import postgres_server
from queue_of_workers import is_busy, outcome, queue, source, worker

from ganglioside.history import History


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--stores", default="file,postgres")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GANGLIOSIDE_JOB_KEY"] = f"{folder}/job.key"
        os.environ["XDG_DATA_HOME"] = folder
        for store in chosen.stores.split(","):
            address = str(Path(folder) / "history.duckdb")
            if store == "postgres":
                server = postgres_server.server(safe=True)
                server.execute("CREATE DATABASE queue")
                address = server.url("queue")
            print(f"{store:>8}  {_measure(address, Path(folder), chosen)}", flush=True)


def _measure(address: str, folder: Path, chosen: argparse.Namespace) -> str:
    history = History.open(address, timeout=300)
    table = source(folder)
    jobs = [queue(history, table, f"run {number}") for number in range(chosen.jobs)]
    workers = [worker(address) for _ in range(chosen.workers)]

    def done() -> int:
        ended = "SELECT count(*) AS n FROM jobs WHERE status IN ('completed', 'failed')"
        return int(history.query(ended)["n"].iloc[0])

    _reached(done, 5)
    start, first = time.perf_counter(), done()
    _reached(done, chosen.jobs // 3)
    while not is_busy(history, workers[0]):
        time.sleep(0.001)
    workers[0].kill()
    _reached(done, chosen.jobs // 2)
    workers[1].send_signal(signal.SIGTERM)
    _reached(done, chosen.jobs)
    took = time.perf_counter() - start
    for one in workers[1:]:
        one.send_signal(signal.SIGTERM)
    codes = [one.wait() for one in workers]
    found = outcome(history, jobs)
    again = sum((job.attempts or 0) > 1 for job in history.jobs.all())
    return (
        f"{found['completed']} of {chosen.jobs} completed, {found['failed']} failed, "
        f"{found['twice']} twice, {found['never']} never; {again} begun again; "
        f"{(chosen.jobs - first) / took:.1f} jobs/s; exit codes {codes}; "
        f"faults of the history: {len(history.care.verify(sample=0).faults)}"
    )


def _reached(done: Callable[[], int], number: int) -> None:
    while done() < number:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
