"""Read damaged files: `python tests/benchmarks/reading_torture.py [--files 100000] [--seed N]`.

Files of every format and of the corpus are damaged at random: bytes, cells, lines and columns,
quotes, separators, encodings. Prints each seed that ends in anything but a refusal or a table with
all its rows, or takes more than 5 s for each 5 MB; once for each kind of fault (`--all`:
every one). The same seeds are the same files in any number of `--processes`. Exits 1 if there was
a fault.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

#: Files after which a line says how far it is.
TOLD = 5_000


@dataclass(frozen=True)
class Outcome:
    """What became of the file of one seed, and the seconds of the processor that it took."""

    seed: int
    name: str
    became: str
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether it was read whole or refused with words."""
        return self.became in ("read", "refused")

    @property
    def kind(self) -> str:
        """Kind of its fault: the fault without its numbers, and the format of the file."""
        return re.sub(r"[0-9]+|\(.*", "", self.became)[:60] + self.name.partition(".")[0]


def outcome(seed: int) -> Outcome:
    """Outcome of reading the file of one seed."""
    from corpus.damage import damaged_file, fault

    name, content = damaged_file(seed)
    start = time.process_time()
    became = fault(content)
    return Outcome(seed, name, became, time.process_time() - start)


def main() -> None:
    """Read the files of seeds N, N + 1, ..."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--all", action="store_true", help="print every fault, not the first of each kind"
    )
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    slowest = Outcome(options.seed, "", "", 0.0)
    with Pool(options.processes) as pool:
        seeds = range(options.seed, options.seed + options.files)
        for done, each in enumerate(pool.imap(outcome, seeds, chunksize=20), 1):
            slowest = max(slowest, each, key=lambda one: one.seconds)
            counts[each.became if each.is_good else "faults"] += 1
            kinds[each.kind] += 1
            if not each.is_good and (options.all or kinds[each.kind] == 1):
                print(f"seed {each.seed} ({each.name}): {each.became}", flush=True)
            if done % TOLD == 0:
                print(f"{done:,} files", flush=True)
    print(", ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    print(f"slowest: {slowest.seconds:.2f} s (seed {slowest.seed}, {slowest.name})")
    sys.exit(1 if counts["faults"] else 0)


if __name__ == "__main__":
    main()
