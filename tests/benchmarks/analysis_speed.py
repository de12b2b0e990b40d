"""How long one table takes: import, analyze, and a new decision under other thresholds.

    python tests/benchmarks/analysis_speed.py [--file TABLE]

The table is the bundled example unless a file is named. Medians; run it on a quiet machine, and
with OPENBLAS_NUM_THREADS=1 where several programs share the cores.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import ganglioside as gg


def milliseconds(work: Callable[[], object], runs: int = 15) -> float:
    """Return the median time of `work` after one run that does not count."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def importing() -> float:
    """Return the time of `import ganglioside` beyond that of an empty interpreter."""
    python = [sys.executable, "-c"]
    bare = milliseconds(lambda: subprocess.run([*python, ""], check=True), 5)
    return (
        milliseconds(lambda: subprocess.run([*python, "import ganglioside"], check=True), 5) - bare
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", help="a feature table; the bundled example by default")
    file = parser.parse_args().file
    table = gg.read_features(file) if file else gg.example()
    analysis = gg.analyze(table)
    stricter = gg.Settings(outlier_threshold=2.0, rt_tolerance=0.05)
    print(f"{len(table)} rows")
    print(f"import ganglioside   {importing():8.1f} ms")
    print(f"analyze              {milliseconds(lambda: gg.analyze(table)):8.1f} ms")
    print(f"redecide             {milliseconds(lambda: analysis.redecide(stricter)):8.1f} ms")


if __name__ == "__main__":
    main()
