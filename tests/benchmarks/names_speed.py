"""How fast names are read: run it, it prints names per second of CPU."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from ganglioside.lipids.name_readings import read_name
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names

HEADS = [
    head + modification
    for head in ("GM3", "GM2", "GM1a", "GD3", "GD2", "GD1", "GD1a", "GD1b", "GT1b", "GQ1b", "GP1")
    for modification in ("", "+OAc", "+2OAc", "+dHex", "+HexNAc+OAc", "(NeuGc)", "-lactone")
]
CERAMIDES = [
    f"({carbons}:{double_bonds};O{hydroxyls})"
    for carbons, double_bonds, hydroxyls in itertools.product(range(30, 50), range(5), (2, 3, 4))
]
TOOLS = list(itertools.product(("GM3", "GM1", "GD1a", "GT1b", "SM"), range(28, 61), range(1, 4)))
DISTINCT = [head + ceramide for head, ceramide in itertools.product(HEADS, CERAMIDES)]


def rate(work: Callable[[], object], names: int) -> str:
    """Return the rate of `work` over so many names, as text."""
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    return f"{names / seconds:>12,.0f} names/s ({seconds:.3f} s of CPU)"


def main() -> None:
    """Print the rates."""
    rng = np.random.default_rng(0)
    repeated = pd.Series(rng.choice(DISTINCT[:: len(DISTINCT) // 300], 1_000_000))
    as_list = repeated.tolist()
    tools = [f"{a} d{c}:1; {a} d18:1/{c - 18}:0; [M-{n}H]{n}-" for a, c, n in TOOLS]
    junk = [f"PC-like junk {i}:no" for i in range(len(DISTINCT))]
    read_name.cache_clear()
    print("distinct, parse_names  ", rate(lambda: parse_names(DISTINCT), len(DISTINCT)))
    read_name.cache_clear()
    print("distinct, table        ", rate(lambda: parse_names(DISTINCT).table, len(DISTINCT)))
    read_name.cache_clear()
    print("as MS-DIAL writes them ", rate(lambda: parse_names(tools), len(tools)))
    print("unreadable, parse_names", rate(lambda: parse_names(junk), len(junk)))
    print("repeated, parse_names  ", rate(lambda: parse_names(repeated), len(repeated)))
    print("repeated, from a list  ", rate(lambda: parse_names(as_list), len(as_list)))
    print("repeated, parse_name   ", rate(lambda: [parse_name(t) for t in as_list], len(as_list)))
    parsed = parse_names(repeated)
    print("frame of 1,000,000 rows", rate(parsed.frame, len(repeated)))


if __name__ == "__main__":
    main()
