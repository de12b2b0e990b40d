"""How fast a batch is: python tests/benchmarks/batch_speed.py [--tables 200] [--no-reports].

Tables of about 323 rows are simulated; then are measured, each in a program of its own:

- analyses alone on all cores, in tables/s;
- everything with reports, on one worker and on two, and how much faster two are (where others use
  the machine: `--tables 24 --pairs 3`, which takes turns and gives the median);
- resuming a finished batch, with the start of the program.

Where others use the machine too, figures vary: the processor time of the workers, which depends
less on that, is given beside the time on the clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ganglioside as gg

ROWS = 323
PROGRAM = (sys.executable, "-c", "from ganglioside.cli import app; app()")


@dataclass(frozen=True)
class Taken:
    """Seconds of a program and all that it started.

    Attributes
    ----------
    clock : float
        From its start to its end.
    processor : float
        Used on all cores.
    working : float
        On the clock, from when the workers were there to the last table; 0 if none was done.
    """

    clock: float
    processor: float
    working: float


def make_tables(folder: Path, count: int) -> None:
    """Simulate `count` tables of `ROWS` rows."""
    folder.mkdir()
    for seed in range(count):
        lines = gg.simulate(seed=seed).source.content.decode().splitlines(keepends=True)
        while len(lines) <= ROWS:  # names may repeat: such rows are read and judged, too
            lines += gg.simulate(seed=seed + 10_000).source.content.decode().splitlines(True)[1:]
        (folder / f"{seed:03d}.csv").write_text("".join(lines[: ROWS + 1]))


def run(folder: Path, out: str, *options: str) -> Taken:
    """Run `ganglioside batch` with a history of its own for each `out`."""
    environment = {**os.environ, "GANGLIOSIDE_HISTORY": str(folder / f"{out}.duckdb")}
    command = [*PROGRAM, "batch", f"{folder}/tables/*.csv", "--out", str(folder / out), *options]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Taken(clock, processor, working(folder / f"{out}.duckdb"))


def working(history: Path) -> float:
    """Return the seconds from the cluster's start to the last table, as the job's events say."""
    jobs = gg.History.open(history).jobs
    events = jobs.events(jobs.all(limit=1)[0].id)
    times = [datetime.fromisoformat(e["timestamp"]) for e in events if e["step"] != "complete"]
    return (times[-1] - times[1]).total_seconds() if len(times) > 2 else 0.0


def tell(what: str, taken: Taken, tables: int) -> None:
    rate = f"{tables / taken.working:8.1f} tables/s" if taken.working else ""
    print(
        f"{what:<28}{taken.clock:8.1f} s{taken.processor:9.1f} s of the processor"
        f"{taken.working:9.1f} s working{rate}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=200)
    parser.add_argument("--no-reports", action="store_true", help="measure the analyses only")
    parser.add_argument("--pairs", type=int, default=1, help="runs on one worker, and on two")
    arguments = parser.parse_args()
    tables = arguments.tables
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_tables(folder / "tables", tables)
        print(f"{tables} tables of {ROWS} rows, {os.cpu_count()} cores; with the program's start")
        tell("analyses alone", run(folder, "alone", "--no-reports"), tables)
        tell("resuming them", run(folder, "alone", "--no-reports", "--resume"), tables)
        if arguments.no_reports:
            return
        ratios = [compare(folder, tables, pair) for pair in range(arguments.pairs)]
        tell("resuming them", run(folder, "two0", "--resume"), tables)
        whole, working = (statistics.median(ratio) for ratio in zip(*ratios, strict=True))
        print(
            f"two workers are {whole:.2f} times as fast as one, {working:.2f} times without the "
            "program's start and the overview"
        )


def compare(folder: Path, tables: int, pair: int) -> tuple[float, float]:
    """Return how many times two workers are as fast as one: in all, and while they work."""
    one = run(folder, f"one{pair}", "--workers", "1")
    tell("with reports, one worker", one, tables)
    two = run(folder, f"two{pair}", "--workers", "2")
    tell("with reports, two workers", two, tables)
    return one.clock / two.clock, one.working / two.working


if __name__ == "__main__":
    main()
