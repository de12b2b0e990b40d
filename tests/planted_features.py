"""Analyses of a table of known truth with features planted in it, for tests of questions."""

from __future__ import annotations

import known_curve
import numpy as np
import pandas as pd
from known_curve import Method

import ganglioside as gg

METHOD = Method()


def genuine(seed: int = 0) -> pd.DataFrame:
    return known_curve.draw(METHOD, np.random.default_rng(seed))


def planted(*rows: tuple[str, float, float], base: pd.DataFrame | None = None) -> gg.Analysis:
    """Analysis of genuine rows followed by (name, RT, area)."""
    more = pd.DataFrame(rows, columns=["Name", "RT", "Volume"]).assign(Anchor="F")
    table = genuine() if base is None else base
    return gg.analyze(pd.concat([table, more], ignore_index=True))


def last(analysis: gg.Analysis) -> int:
    return len(analysis.features) - 1


def row_of(table: pd.DataFrame, name: str) -> tuple[int, float, float]:
    """Position, RT and area of a row."""
    at = int(np.flatnonzero(table["Name"] == name)[0])
    return at, float(table["RT"][at]), float(table["Volume"][at])


def ceramide_rt(series: str, *ceramide: int) -> float:
    return METHOD.rt(series, *ceramide)
