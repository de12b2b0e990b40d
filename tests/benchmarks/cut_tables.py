"""How sure the verdicts are on parts of tables: few rows, few series, or without one.

    python tests/benchmarks/cut_tables.py --seeds 10 --levels easy,middle,hard

Prints one table, a row per cut, pooled over all rows of all seeds. A verdict counts as right where
it says of the name what is true, that it is right or that it is wrong: a fragment whose parent is
cut away may be an outlier.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

import accuracy
import numpy as np
import pandas as pd
from stress import SURE

import ganglioside as gg
from ganglioside.support.arrays import IntArray

#: Rows of a series from which on it may be one of those that are left.
_ROWS: Final = 4


def _rows(number: int) -> Callable[[pd.Series, np.random.Generator], IntArray]:
    return lambda series, rng: np.sort(rng.choice(len(series), number, replace=False))


def _series(number: int) -> Callable[[pd.Series, np.random.Generator], IntArray]:
    def cut(series: pd.Series, rng: np.random.Generator) -> IntArray:
        counts = series.value_counts()
        large = counts.index[counts >= _ROWS].to_numpy()
        kept = rng.choice(large, min(number, len(large)), replace=False)
        return np.flatnonzero(series.isin(kept))

    return cut


def _without(heads: str) -> Callable[[pd.Series, np.random.Generator], IntArray]:
    return lambda series, _: np.flatnonzero(~series.str.startswith(heads))


def _small_heads(series: pd.Series, _: np.random.Generator) -> IntArray:
    return np.flatnonzero(series.str.startswith(("GM3", "GM2")))


#: What is left of a table, by its name.
CUTS: Final[dict[str, Callable[[pd.Series, np.random.Generator], IntArray]]] = {
    "10 rows": _rows(10),
    "20 rows": _rows(20),
    "40 rows": _rows(40),
    "one series": _series(1),
    "two series": _series(2),
    "three series": _series(3),
    "GM2 and GM3": _small_heads,
    "without GM1": _without("GM1"),
    "without GD": _without("GD"),
}


def judged(level: str, seed: int) -> pd.DataFrame:
    """Rows of all cuts of one table: cut, verdict, confidence, and whether it is right."""
    case = accuracy.make_case(level, seed)
    rng = np.random.default_rng(seed)
    parts = []
    for name, cut in CUTS.items():
        at = cut(case.features["series"], rng)
        if len(at):
            said = gg.analyze(case.raw.iloc[at].reset_index(drop=True)).features
            is_right = case.truth["verdict"].iloc[at].eq("valid").to_numpy()
            right = said["verdict"].eq("valid").to_numpy() == is_right
            parts.append(said[["verdict", "confidence"]].assign(cut=name, right=right))
    return pd.concat(parts)


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Figures of each cut, pooled over its rows."""
    table = []
    for cut in CUTS:
        of_cut = rows[rows["cut"] == cut]
        decided = of_cut[of_cut["verdict"] != "undetermined"]
        line: dict[str, object] = {
            "cut": cut,
            "rows": len(of_cut),
            "decided": len(decided),
            "right": decided["right"].mean(),
            "confidence": decided["confidence"].mean(),
        }
        for verdict in ("valid", "outlier"):
            sure = decided[(decided["verdict"] == verdict) & (decided["confidence"] > SURE)]
            line[f"{verdict} above {SURE}"] = len(sure)
            line[f"{verdict}, wrong"] = int((~sure["right"]).sum())
        table.append(line)
    return pd.DataFrame(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10, help="tables per level")
    parser.add_argument("--first-seed", type=int, default=7000)
    parser.add_argument("--levels", default="easy,middle,hard")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    rows = [judged(level, seed) for level in options.levels.split(",") for seed in seeds]
    print(accuracy.as_markdown(figures(pd.concat(rows))))


if __name__ == "__main__":
    main()
