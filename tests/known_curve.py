"""Small tables whose truth is known: a retention curve written down here, apart from the package.

RT grows with the carbons, less and less steeply; double bonds and hydroxyls shorten it; every
head group has its own distance from the others. Nothing here is taken from the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

#: RT of 36:1;O2 of each head group, in carbons after GT1 (porcine brain on reversed phase).
OFFSETS = {
    "GQ1": -0.42,
    "GT1": 0.0,
    "GD1": 0.57,
    "GD2": 1.52,
    "GM1": 1.80,
    "GD3": 1.84,
    "GM2": 2.19,
    "GM3": 2.45,
}
SERIES = ("GM3", "GM1", "GD3", "GD1", "GT1", "GQ1")
CERAMIDES = (
    *((n, d, 2) for n in (34, 36, 38, 40, 42) for d in (1, 2)),
    (35, 1, 2),
    (37, 1, 2),
    (36, 0, 2),
    (38, 0, 2),
)


@dataclass(frozen=True)
class Method:
    """A reversed-phase gradient; `first` is the RT of GT1(36:1;O2) in min."""

    slope: float = 0.7  # min per carbon at C36
    bend: float = 0.012  # min per carbon squared
    first: float = 8.5
    noise: float = 0.02  # min

    def rt(self, series: str, carbons: int, double_bonds: int, hydroxyls: int) -> float:
        unsaturated = 1.35 * max(double_bonds - 1, 0) - 0.8 * (double_bonds == 0)
        x = carbons - 36 - unsaturated - 1.65 * (hydroxyls - 2)
        grown = self.slope * x - self.bend * x * abs(x) / 2
        return self.first + OFFSETS[series] * self.slope + grown


def name_of(series: str, ceramide: tuple[int, int, int]) -> str:
    return f"{series}({ceramide[0]}:{ceramide[1]};O{ceramide[2]})"


def draw(
    method: Method,
    rng: np.random.Generator,
    *,
    series: Sequence[str] = SERIES,
    ceramides: Iterable[tuple[int, int, int]] = CERAMIDES,
    anchors: float = 0.3,
) -> pd.DataFrame:
    """Return a table of genuine features only, ready to be read."""
    species = [(s, c) for s in series for c in ceramides]
    return pd.DataFrame(
        {
            "Name": [name_of(s, c) for s, c in species],
            "RT": [method.rt(s, *c) + method.noise * rng.standard_normal() for s, c in species],
            "Volume": np.exp(rng.normal(14, 1, len(species))),
            "Anchor": np.where(rng.random(len(species)) < anchors, "T", "F"),
        }
    )


def chance_rows(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return rows of the table's names at RTs that mean nothing."""
    n = round(share * len(table) / (1 - share))
    rows = table.sample(n, replace=n > len(table), random_state=int(rng.integers(2**31)))
    low, high = table["RT"].min(), table["RT"].max()
    return rows.assign(
        RT=rng.uniform(low, high, n), Volume=np.exp(rng.normal(11, 1, n)), Anchor="F"
    )
