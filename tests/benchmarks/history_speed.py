"""How long the history takes: python tests/benchmarks/history_speed.py [--sessions 10000].

With --sessions the history is first filled with copies of a hand-made session. The first figures
include waiting for the lock, connecting and closing, as a caller sees it; the last ones are taken
within `History.connected()`. Each stands beside its limit for 10,000 sessions. Busy machines make
them longer: CPU is the time that this process itself took.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import HandMadeModel, build_analysis

from ganglioside.history import History, record
from ganglioside.reading.raw_table import Source

FEATURES = 323
COUNT = "SELECT count(*) FROM sessions"
AGGREGATE = "SELECT series, verdict, avg(residual), count(*) FROM features GROUP BY ALL"
MODEL = HandMadeModel({"numbers": [i / 7 for i in range(400)]})


def analysis_of(number: int) -> Any:
    """Return an analysis whose input differs from all others (20 kB, as a real one)."""
    content = (f"{number}\n" + "GD1(36:1;O2),9.452,12300000,1.53,T\n" * 560).encode()
    analysis = build_analysis(FEATURES, source=Source.from_bytes("bench.csv", content))
    object.__setattr__(analysis, "model", MODEL)
    return analysis


def fill(history: History, sessions: int) -> None:
    """Copy the only session until there are `sessions` more, with ids and inputs of their own."""
    copies = f"range({sessions}) copies(i)"
    with history._store.write() as connection:
        key = "printf('%014x', i)"
        for table in ("features", "models", "findings", "problems", "results"):
            connection.execute(
                f"INSERT INTO {table} SELECT {key} AS session, t.* EXCLUDE (session) "
                f"FROM {copies}, {table} t ORDER BY i"
            )
        connection.execute(
            "INSERT INTO inputs SELECT md5(i::VARCHAR), "
            f"encode(i::VARCHAR || decode(content)) FROM {copies}, inputs"
        )
        connection.execute(
            f"INSERT INTO sessions SELECT t.* REPLACE ({key} AS id, md5(i::VARCHAR) AS sha256) "
            f"FROM {copies}, sessions t"
        )


def measure(what: str, call: Callable[[], object], repeats: int, limit: float = 0) -> None:
    """Print the median time of a call, its CPU time and the slowest, ms."""
    wall, cpu = [], []
    for _ in range(repeats):
        start, worked = time.perf_counter(), time.process_time()
        call()
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - worked) * 1e3)
    bound = f"   limit {limit:g}" if limit else ""
    print(
        f"{what:<36}{statistics.median(wall):8.1f} ms median{statistics.median(cpu):8.1f} CPU"
        f"{max(wall):9.1f} slowest{bound}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=0, help="fill the history first")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    record.FittedModel = HandMadeModel  # type: ignore[misc, assignment]
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder) / "history.duckdb", arguments.sessions, arguments.repeats)


def run(path: Path, sessions: int, repeats: int) -> None:
    history = History.open(path)
    sid = history.save(analysis_of(0))
    if sessions:
        fill(history, sessions)
    print(f"{sessions + 1} sessions, {path.stat().st_size / 1e6:.0f} MB")
    analyses = iter([analysis_of(number + 1) for number in range(repeats)])
    middle = f"{sessions // 2:014x}" if sessions else sid
    measure("History.open", lambda: History.open(path), repeats)
    measure(f"save {FEATURES} features", lambda: history.save(next(analyses)), repeats, 150)
    measure("connect and close", lambda: history.query("SELECT 1"), repeats, 80)
    measure("sessions(100)", lambda: history.sessions(100), repeats)
    measure("load", lambda: history.load(middle), repeats)
    measure("rename", lambda: history.rename(sid, "other"), repeats)
    print("On an open connection:")
    with history.connected() as reader:
        measure("  sessions(100)", lambda: reader.sessions(100), repeats, 20)
        measure("  load", lambda: reader.load(middle), repeats, 100)
        measure("  count of sessions", lambda: reader.query(COUNT), repeats, 5)
        measure("  mean over all features", lambda: reader.query(AGGREGATE), repeats, 200)


if __name__ == "__main__":
    main()
