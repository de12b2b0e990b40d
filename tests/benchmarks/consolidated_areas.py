"""How right consolidated areas are: against the areas before fragmentation of simulated tables.

    python tests/benchmarks/consolidated_areas.py --seeds 40

Prints one table, a row per level: accepted species whose name is true, the median of the absolute
relative error of their areas as measured, with all rows given back that the verdicts name, and
consolidated; the share of the truth within the 95 % intervals; their median width; the time.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from accuracy import PLAIN_LEVELS, as_markdown

import ganglioside as gg

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis
    from ganglioside.reading.feature_table import FeatureTable

#: What is wanted of each level: largest median error, and coverage.
WANTED: Final = {"error": 0.05, "coverage": (0.93, 0.97)}


def compared(analysis: Analysis, table: FeatureTable) -> pd.DataFrame:
    """Accepted species of a simulated table of one sample beside the truth.

    Columns truth (area before fragmentation, of names that are true), area, given_back (with all
    that the verdicts name as its pieces, other ions too), consolidated, low and high.
    """
    assert table.truth is not None
    species = analysis.species
    row = species["feature_id"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "truth": table.truth["intact_area"].to_numpy()[row].round(),
            "area": species["area"],
            "given_back": analysis.features["consolidated_volume"].to_numpy()[row],
            "consolidated": species["area_consolidated"],
            "low": np.floor(species["area_low"]),  # areas of a file have no decimals
            "high": np.ceil(species["area_high"]),
        }
    ).dropna(subset=["truth"])


def compared_seed(level: str, seed: int) -> tuple[pd.DataFrame, float]:
    """Species of one simulated table beside the truth, and the seconds for them."""
    table = gg.simulate(seed, level)
    analysis = gg.analyze(table)
    start = time.perf_counter()
    _ = analysis.species
    return compared(analysis, table), time.perf_counter() - start


def figures(found: pd.DataFrame) -> dict[str, float]:
    """Figures of some species: see the top of this file."""
    truth = found["truth"]

    def error(column: str) -> float:
        return float((found[column] / truth - 1).abs().median())

    return {
        "error measured": error("area"),
        "error given back": error("given_back"),
        "error": error("consolidated"),
        "coverage": float(((found["low"] <= truth) & (truth <= found["high"])).mean()),
        "below": float((truth < found["low"]).mean()),
        "above": float((truth > found["high"]).mean()),
        "width": float(((found["high"] - found["low"]) / found["consolidated"]).median()),
    }


def measure(level: str, seeds: range) -> dict[str, object]:
    """Row of figures of one level."""
    done = list(map(partial(compared_seed, level), seeds))
    found = pd.concat([species for species, _ in done])
    ms = 1000 * float(np.median([seconds for _, seconds in done]))
    return {"level": level, "tables": len(done), "species": len(found), **figures(found), "ms": ms}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=40, help="tables per level")
    parser.add_argument("--first-seed", type=int, default=2000)
    parser.add_argument("--levels", default=",".join(PLAIN_LEVELS))
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    rows = [measure(level, seeds) for level in options.levels.split(",")]
    print(as_markdown(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
