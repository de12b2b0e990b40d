"""Read damaged files: `python tests/benchmarks/reading_torture.py [--files 100000] [--seed N]`.

Files of every format and of the corpus are damaged at random: bytes, cells, lines and columns,
quotes, separators, encodings. Prints each seed that ends in anything but a refusal or a table with
all its rows, once for each kind of fault (`--all`: every one).
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from pathlib import Path


def main() -> None:
    """Read the files of seeds N, N + 1, ..."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from corpus.damage import damaged_file, fault

    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--all", action="store_true", help="print every fault, not the first of each kind"
    )
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    slowest = (0.0, 0)
    for seed in range(options.seed, options.seed + options.files):
        name, content = damaged_file(seed)
        start = time.process_time()
        became = fault(content)
        slowest = max(slowest, (time.process_time() - start, seed))
        good = became in ("read", "refused")
        counts[became if good else "faults"] += 1
        kind = re.sub(r"[0-9]+|\(.*", "", became)[:60] + name.partition(".")[0]
        kinds[kind] += 1
        if not good and (options.all or kinds[kind] == 1):
            print(f"seed {seed} ({name}): {became}", flush=True)
    print(", ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    print(f"slowest: {slowest[0]:.2f} s (seed {slowest[1]})")


if __name__ == "__main__":
    main()
