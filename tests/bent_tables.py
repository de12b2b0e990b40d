"""Tables whose heads and ceramides add up on one scale that a gradient bends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

HEADS = {"GM3": 0.0, "GM2": -0.3, "GM1": -0.7, "GD1": -1.3}
CERAMIDES = [
    (32, 1), (34, 0), (34, 1), (34, 2), (36, 1), (36, 2),
    (38, 1), (38, 2), (40, 1), (40, 2), (42, 1), (42, 2), (44, 1),
]  # fmt: skip

Bend = Callable[[np.ndarray], np.ndarray]


def hydrophobicity(head: str, carbons: int, bonds: int) -> float:
    """Carbons that a species is worth, from 36:1 of GM3."""
    return HEADS[head] + carbons - 36 - 1.3 * max(bonds - 1, 0) + 0.9 * (bonds == 0)


def s_shaped(worth: np.ndarray) -> np.ndarray:
    """RT, min, after an isocratic start and before a wash."""
    return np.asarray(2.0 + 13.0 / (1 + np.exp(-0.42 * (worth - 2.0))))


def two_steps(worth: np.ndarray) -> np.ndarray:
    """RT, min, at 1.6 min a carbon, then at 0.5."""
    return np.asarray(9.0 + np.where(worth < 2.0, 1.6 * worth, 2.2 + 0.5 * worth))


def even(worth: np.ndarray) -> np.ndarray:
    """RT, min, at 0.75 min a carbon."""
    return np.asarray(9.0 + 0.75 * worth)


def table(bend: Bend, seed: int = 1, noise: float = 0.01) -> pd.DataFrame:
    """Every head with every ceramide, RT with a scatter of `noise` min."""
    draw = np.random.default_rng(seed)
    species = [(head, *ceramide) for head in HEADS for ceramide in CERAMIDES]
    worth = np.array([hydrophobicity(*one) for one in species])
    return pd.DataFrame(
        {
            "Name": [f"{head}({carbons}:{bonds};O2)" for head, carbons, bonds in species],
            "RT": bend(worth) + draw.normal(0.0, noise, len(species)),
            "Volume": 10 ** draw.normal(5.5, 0.3, len(species)),
        }
    )
