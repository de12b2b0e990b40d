"""How long one table takes, beside the plain method in the same run.

    python tests/benchmarks/analysis_speed.py [--file TABLE] [--runs 31]

Prints medians, and ratios to the plain method (`plain_method.py`). The works take turns, so that a
machine that is busy for a while slows all of them. The table is the bundled example unless a file
is named. Run it with OPENBLAS_NUM_THREADS=1 where several programs share the cores.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import pandas as pd
import plain_method

import ganglioside as gg

#: Another decision on the same model: a slider that moved, and all three of them.
THRESHOLD = gg.Settings(outlier_threshold=2.0)
THRESHOLDS = gg.Settings(r2_threshold=0.9, outlier_threshold=2.0, rt_tolerance=0.05)

PLAIN = "plain method"


def medians(works: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Return the median ms of each work, which take turns, after one turn that does not count."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def python(code: str) -> Callable[[], object]:
    """Return a run of an interpreter of its own."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def importing(runs: int) -> dict[str, float]:
    """Return the ms of imports beyond that of an empty interpreter."""
    codes = {
        "import ganglioside": "import ganglioside",
        "import, load analyze": "import ganglioside; ganglioside.analyze",
    }
    took = medians({"": python(""), **{name: python(code) for name, code in codes.items()}}, runs)
    return {name: took[name] - took[""] for name in codes}


def for_the_plain_method(table: gg.FeatureTable) -> pd.DataFrame:
    """Return the rows that can be read as the plain method takes them."""
    parsed = table.names.frame().rename(columns={"sugar_count": "sugars"})
    given = table.data[["sample", "name", "rt", "log_p", "anchor"]].fillna({"sample": ""})
    columns = ["series", *plain_method.CERAMIDE, "sugars"]
    return given.join(parsed[columns])[table.data["fault"].isna()].reset_index(drop=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--file", help="a feature table; the bundled example by default")
    parser.add_argument("--runs", type=int, default=31)
    options = parser.parse_args()
    table = gg.read_features(options.file) if options.file else gg.example()
    content = table.source.content
    rows = for_the_plain_method(table)
    analysis = gg.analyze(table)
    took = medians(
        {
            PLAIN: lambda: plain_method.judge(rows, rows.iloc[:0]),
            "read": lambda: gg.read_features(content),
            "analyze": lambda: gg.analyze(table),
            "redecide, one threshold": lambda: analysis.redecide(THRESHOLD),
            "redecide, all thresholds": lambda: analysis.redecide(THRESHOLDS),
        },
        options.runs,
    )
    print(f"{len(table)} rows, medians of {options.runs} runs")
    print(f"{'':<26}{'ms':>8}{'/ plain':>9}")
    for name, ms in {**took, **importing(min(options.runs, 9))}.items():
        print(f"{name:<26}{ms:8.1f}{ms / took[PLAIN]:9.2f}")


if __name__ == "__main__":
    main()
