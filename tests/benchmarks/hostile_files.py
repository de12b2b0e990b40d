"""Read files made to cost time or memory, each family in a process of its own.

    python tests/benchmarks/hostile_files.py [workbooks parquet texts studies]

Prints for each file the seconds (of the processor), the largest memory of its process so far (MB,
that of making the file included) and what came of it. `--only FAMILY` is how it calls itself.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

#: Seconds of the processor after which a file counts as endless; far more than any needs.
ENDLESS = 120


def run_family(family: str) -> None:
    """Read the files of one family and print a line of JSON for each."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from corpus.hostile import HOSTILE, memory, outcome

    outcome(b"Name,RT\nGM1(36:1;O2),9.5\n")  # which loads what is loaded once
    for name, build in HOSTILE[family].items():
        content = build()
        signal.setitimer(signal.ITIMER_PROF, ENDLESS)  # which ends the process
        start = time.process_time()
        became = outcome(content)
        record = {
            "name": name,
            "size": len(content),
            "seconds": time.process_time() - start,
            "megabytes": memory(),
            "outcome": became,
        }
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(record), flush=True)


def records(family: str) -> list[dict[str, object]]:
    """Return the outcome of each file of a family; those after an endless one are missing."""
    command = [sys.executable, __file__, "--only", family]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main() -> None:
    """Print what became of all files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("families", nargs="*", default=["workbooks", "parquet", "texts", "studies"])
    parser.add_argument("--only")
    chosen = parser.parse_args()
    if chosen.only:
        run_family(chosen.only)
        return
    for family in chosen.families:
        for r in records(family):
            print(
                f"{family:10}{r['name']:40}{r['size']:>12,} B{r['seconds']:7.2f} s"
                f"{r['megabytes']:7.0f} MB  {str(r['outcome'])[:90]!r}"
            )


if __name__ == "__main__":
    main()
