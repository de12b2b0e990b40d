"""How long one table takes, beside the plain method in the same run.

    python tests/benchmarks/analysis_speed.py [--file TABLE] [--runs 31]

Prints medians, and ratios to the plain method (`plain_method.py`). First the works take turns, so
that a machine that is busy for a while slows all of them, and each finds the caches filled by the
others; then each runs by itself, again and again. Unless a file is named, twelve simulated tables
like a porcine brain table take turns too: some need a few rounds more than others. Run it with
OPENBLAS_NUM_THREADS=1 where several programs share the cores.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import plain_method

import ganglioside as gg

#: Another decision on the same model: a slider that moved, and all three of them.
THRESHOLD = gg.Settings(outlier_threshold=2.0)
THRESHOLDS = gg.Settings(r2_threshold=0.9, outlier_threshold=2.0, rt_tolerance=0.05)

PLAIN = "plain method"


Work = Callable[[int], object]  # takes its turn


def medians(works: dict[str, Work], runs: int) -> dict[str, float]:
    """Return the median ms of each work, which take turns, after one turn that does not count."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(runs + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work(turn)
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def python(code: str) -> Work:
    """Return a run of an interpreter of its own."""
    return lambda turn: subprocess.run([sys.executable, "-c", code], check=True)


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


@dataclass(frozen=True)
class Subject:
    """A table in every form in which it is worked on."""

    content: bytes
    table: gg.FeatureTable
    plain: pd.DataFrame
    analysis: gg.Analysis

    @classmethod
    def of(cls, table: gg.FeatureTable) -> Subject:
        """Prepare a table."""
        return cls(table.source.content, table, for_the_plain_method(table), gg.analyze(table))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--file", help="a feature table; simulated ones by default")
    parser.add_argument("--runs", type=int, default=48)
    options = parser.parse_args()
    tables = [gg.read_features(options.file)] if options.file else map(gg.simulate, range(12))
    subjects = [Subject.of(table) for table in tables]

    def each(work: Callable[[Subject], object]) -> Work:
        return lambda turn: work(subjects[turn % len(subjects)])

    works = {
        PLAIN: each(lambda s: plain_method.judge(s.plain, s.plain.iloc[:0])),
        "read": each(lambda s: gg.read_features(s.content)),
        "analyze": each(lambda s: gg.analyze(s.table)),
        "redecide, one threshold": each(lambda s: s.analysis.redecide(THRESHOLD)),
        "redecide, all thresholds": each(lambda s: s.analysis.redecide(THRESHOLDS)),
    }
    rows = statistics.mean(len(subject.table) for subject in subjects)
    print(f"{len(subjects)} tables of {rows:.0f} rows, medians of {options.runs} runs")
    print(f"{'':<26}{'ms in turns':>12}{'/ plain':>9}{'ms in a row':>13}{'/ plain':>9}")
    turns = medians(works, options.runs)
    row = {name: medians({name: work}, options.runs)[name] for name, work in works.items()}
    for name in works:
        print(f"{name:<26}{turns[name]:12.1f}{turns[name] / turns[PLAIN]:9.2f}", end="")
        print(f"{row[name]:13.1f}{row[name] / row[PLAIN]:9.2f}")
    for name, ms in importing(min(options.runs, 9)).items():
        print(f"{name:<26}{ms:12.1f}")


if __name__ == "__main__":
    main()
