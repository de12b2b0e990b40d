"""Measure anew what `reports/benchmarks` keeps, and tell what differs: it fails for no figure.

    python tests/benchmarks/compare_kept.py [accuracy.md other_classes.md ...] [--seeds 20]

Each file names the command that made it. Figures of fewer tables (`--seeds`) scatter; without it
they are made of the same tables as those that are kept, and differ only where results do, or times.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
KEPT: Final = ROOT / "reports" / "benchmarks"

#: Smallest difference of a figure that is told, and of one in milliseconds as a share of it.
_TOLD: Final = 0.0015
_SLOWER: Final = 0.5

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Figure:
    """A figure of a table: its row, its column, its value."""

    row: str
    column: str
    value: float


def command_of(text: str) -> list[str]:
    """Command that made a file of figures, without where it wrote them.

    >>> command_of("# Title\\n\\n`python a.py --seeds 8 --out b.md`\\n")
    ['a.py', '--seeds', '8']
    """
    named = re.search(r"^`python (.+?) --out \S+`$", text, re.MULTILINE)
    if named is None:
        raise ValueError("The file does not name the command that made it.")
    return shlex.split(named[1])


def figures(text: str) -> Iterator[Figure]:
    """Figures of the first table; a row is named by its words."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if not cells:
        return
    header = cells[0]
    for row in cells[2:]:
        if len(row) != len(header) or set("".join(row)) <= set("-"):
            return  # the next table
        name = " ".join(cell for cell in row if not _NUMBER.fullmatch(cell) and cell != "-")
        for column, cell in zip(header, row, strict=True):
            if _NUMBER.fullmatch(cell):
                yield Figure(name, column, float(cell))


def differences(kept: str, made: str) -> list[str]:
    """What differs between figures that are kept and those that were made anew, a line each."""
    before = {(f.row, f.column): f.value for f in figures(kept)}
    after = {(f.row, f.column): f.value for f in figures(made)}
    told = [
        f"{' · '.join(key)}: {before[key]:g} kept, {after[key]:g} now"
        for key in before
        if key in after and _differs(key[1], before[key], after[key])
    ]
    return told + [f"{' · '.join(key)}: not measured any more" for key in before.keys() - after]


def _differs(column: str, before: float, after: float) -> bool:
    if column == "ms":
        return abs(after - before) > _SLOWER * before
    return abs(after - before) > _TOLD


def measured(kept: str, seeds: int | None) -> str:
    """The file of figures, made anew."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.md"
        more = [] if seeds is None else ["--seeds", str(seeds)]
        subprocess.run(
            [sys.executable, *command_of(kept), *more, "--out", str(out)],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return out.read_text(encoding="utf-8")


def main() -> None:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=sorted(path.name for path in KEPT.glob("*.md")))
    parser.add_argument("--seeds", type=int, help="tables each, instead of as many as are kept")
    options = parser.parse_args()
    for name in options.files:
        kept = (KEPT / name).read_text(encoding="utf-8")
        found = differences(kept, measured(kept, options.seeds))
        print(f"{name}: {len(found)} figures differ" if found else f"{name}: all as kept")
        for line in found:
            print(f"  {line}")


if __name__ == "__main__":
    main()
