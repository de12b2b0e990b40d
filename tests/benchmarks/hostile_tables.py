"""Judge many damaged tables: `python tests/benchmarks/hostile_tables.py [--tables 3000]`.

Prints every seed that ends in another error than a refusal, warns, loses a row between reading
and judging, or takes longer than five seconds of the processor.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import ganglioside as gg

_LONG = 5.0


def outcome(content: bytes) -> str:
    """Return the outcome for a table: `judged`, `refused`, or the fault."""
    start = time.process_time()
    try:
        table = gg.read_features(content)
        analysis = gg.analyze(table)
    except gg.errors.GangliosideError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - every other is what is looked for
        return f"{type(error).__name__}: {error}"
    if len(analysis.features) != len(table):
        return "rows lost"
    return "slow" if time.process_time() - start > _LONG else "judged"


def main() -> None:
    """Judge the tables of seeds 0, 1, ..."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from corpus.mutations import mutated

    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=int, default=3_000)
    warnings.simplefilter("error")
    counts: Counter[str] = Counter()
    for seed in range(parser.parse_args().tables):
        became = outcome(mutated(seed))
        counts[became if became in ("judged", "refused") else "faults"] += 1
        if became not in ("judged", "refused"):
            print(f"seed {seed}: {became}")
    print(", ".join(f"{count:,} {kind}" for kind, count in counts.items()))


if __name__ == "__main__":
    main()
