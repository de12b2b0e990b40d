"""Print how long reading takes: `python tests/benchmarks/reading_speed.py [rows]`."""

from __future__ import annotations

import io
import sys
import time

import numpy as np
import pandas as pd

import ganglioside as gg


def big_table(rows: int) -> pd.DataFrame:
    """Return a table of many rows with few distinct names, as a batch of samples has."""
    rng = np.random.default_rng(0)
    heads = ["GM1", "GM3", "GD1a", "GD1b+OAc", "GT1b", "GQ1b"]
    names = np.array([f"{h}({c}:{d};O2)" for h in heads for c in range(32, 46) for d in range(3)])
    return pd.DataFrame(
        {
            "Name": names[rng.integers(0, len(names), rows)],
            "RT": rng.uniform(5, 15, rows).round(3),
            "Volume": rng.integers(1_000, 10_000_000, rows),
            "Log P": rng.uniform(-2, 5, rows).round(2),
            "Anchor": np.where(rng.random(rows) < 0.1, "T", "F"),
        }
    )


def inputs(frame: pd.DataFrame) -> dict[str, bytes]:
    """Return the same table in several forms."""
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    german = frame.astype({"RT": str, "Log P": str})
    german[["RT", "Log P"]] = german[["RT", "Log P"]].replace(r"\.", ",", regex=True)
    return {
        "CSV": frame.to_csv(index=False).encode(),
        "CSV, every field quoted": frame.to_csv(index=False, quoting=1).encode(),
        "semicolons, decimal commas": german.to_csv(index=False, sep=";").encode(),
        "Parquet": parquet.getvalue(),
    }


def main(rows: int) -> None:
    """Read every form once."""
    settings = gg.Settings(max_megabytes=1_000, max_rows=10_000_000)
    gg.read_features(big_table(10))
    for form, content in inputs(big_table(rows)).items():
        start = time.perf_counter()
        table = gg.read_features(content, settings)
        seconds = time.perf_counter() - start
        print(
            f"{form}: {len(table):,} rows, {len(content) / 1e6:.1f} MB in {seconds:.2f} s, "
            f"{len(table.problems):,} problems"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
