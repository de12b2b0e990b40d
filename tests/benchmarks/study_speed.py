"""How long studies take: python tests/benchmarks/study_speed.py [--rows 3230,32300,323000].

Studies of samples of 323 rows, analysed beside the plain method in the same run, each in a process
of its own, so that its peak memory is its own. Prints seconds, MB and the exponent by which the
time grows from the study before.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import plain_method
from accuracy import _parsed

import ganglioside as gg
from ganglioside.simulation import LEVELS, World
from ganglioside.simulation.table import draw_table

SAMPLE = 323  # rows
DRAWN = 200  # samples that are simulated; larger studies repeat them with other noise and drift
METHODS = ("ganglioside", "plain")


def make_study(rows: int) -> pd.DataFrame:
    """Return the input table of a study."""
    samples = max(rows // SAMPLE, 1)
    scenario = LEVELS["middle"].replace(n_samples=min(samples, DRAWN) + 1)
    raw, _ = draw_table(World.draw(1, scenario))
    raw = raw[raw.groupby("Sample").cumcount() < SAMPLE]
    copies = [_copy(raw, k) for k in range(-(-rows // len(raw)))]
    return pd.concat(copies, ignore_index=True).iloc[:rows]


def _copy(raw: pd.DataFrame, number: int) -> pd.DataFrame:
    if number == 0:
        return raw
    rng = np.random.default_rng(number)
    rt = raw["RT"] + rng.normal(0, 0.05) + rng.normal(0, 0.006, len(raw))
    return raw.assign(Sample=f"{number:03d} " + raw["Sample"], RT=rt.round(3))


def memory() -> float:
    """Return the largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(method: str, rows: int) -> tuple[float, float, float]:
    """Return seconds of reading and of judging, and the peak memory in MB."""
    raw = make_study(rows)
    if method == "plain":
        features = pd.DataFrame(
            {
                "sample": raw["Sample"],
                "name": raw["Name"],
                "rt": raw["RT"],
                "log_p": raw["Log P"],
                "anchor": raw["Anchor"] == "T",
            }
        ).join(_parsed(raw["Name"]))
        nothing = features.iloc[:0]
        return 0.0, timed(lambda: plain_method.judge(features, nothing)), memory()
    gg.analyze(make_study(SAMPLE))  # imports are paid for
    start = time.perf_counter()
    table = gg.read_features(raw)
    read = time.perf_counter() - start
    del raw
    return read, timed(lambda: gg.analyze(table)), memory()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="3230,32300,323000", help="also 1000000")
    sizes = [int(rows) for rows in parser.parse_args().rows.split(",")]
    print(f"{'rows':>9} {'method':<12}{'read s':>9}{'judge s':>9}{'MB':>8}{'growth':>8}")
    last: dict[str, tuple[int, float]] = {}
    for rows in sizes:
        for method in METHODS:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                read, judge, most = pool.submit(measure, method, rows).result()
            growth = ""
            if method in last:
                before, seconds = last[method]
                growth = f"{np.log(judge / seconds) / np.log(rows / before):8.2f}"
            last[method] = rows, judge
            print(f"{rows:>9,} {method:<12}{read:9.2f}{judge:9.2f}{most:8.0f}{growth}", flush=True)


if __name__ == "__main__":
    main()
