"""Small tables in which one species has several rows, for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ganglioside.lipids.adducts import mz
from ganglioside.lipids.names import parse_name

CERAMIDES = ((34, 1), (36, 1), (36, 2), (38, 1), (40, 1), (42, 1), (42, 2))
OFFSETS = {"GM1": 8.45, "GM3": 9.0, "GD3": 8.2}


def rt_of(head: str, carbons: int, double_bonds: int) -> float:
    """RT of a species of the tables, min."""
    n = carbons - 36
    return OFFSETS[head] + 0.65 * n - 0.008 * n**2 - 0.97 * (double_bonds - 1)


def plain(seed: int = 0, ion: str = "[M-H]-") -> pd.DataFrame:
    """One row for each species: name, RT, area, anchor mark, ion and m/z."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "Name": f"{head}({n}:{d};O2)",
            "RT": rt_of(head, n, d) + rng.normal(0, 0.006),
            "Volume": 10 ** (5.5 + rng.normal(0, 0.3)),
            "Anchor": "T" if n == 36 else "F",
        }
        for head in OFFSETS
        for n, d in CERAMIDES
    ]
    return as_ion(pd.DataFrame(rows), ion)


def as_ion(table: pd.DataFrame, ion: str, steps: int = 0) -> pd.DataFrame:
    """The rows as another ion, or its isotope peak by so many 13C."""
    charge = 2 if ion.endswith("2-") else 1
    at = [mz(parse_name(name).monoisotopic_mass, ion) for name in table["Name"]]
    return table.assign(**{"Adduct": ion, "m/z": np.array(at) + steps * 1.00335 / charge})
