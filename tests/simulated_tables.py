"""Simulated tables joined with their truth, for tests."""

from __future__ import annotations

import pandas as pd

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.simulation import LEVELS, World, facts, simulate
from ganglioside.simulation.table import draw_table

#: Levels without the effects of other tables.
PLAIN_LEVELS = [level for level in LEVELS if level != "wild"]
CERAMIDE = ["carbons", "double_bonds", "hydroxyls"]


def draw(seed: int, level: str = "middle", **knobs: object) -> pd.DataFrame:
    """Return a table joined with its truth and its parsed names."""
    raw, truth = draw_table(World.draw(seed, LEVELS[level].replace(**knobs)))
    species = parse_names(raw["Name"]).frame().reset_index(drop=True)
    columns = ["series", *CERAMIDE, *facts.UNITS, "monoisotopic_mass"]
    return raw.join(truth).join(species[columns])


def noisy(seed: int) -> FeatureTable:
    """Return a table whose RT are measured to 0.05 min."""
    return simulate(seed, LEVELS["middle"].replace(row_noise=0.05))


def with_parents(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a parent in the table, with its columns as `*_parent`."""
    pieces = table[table["parent_id"].notna()].assign(at=lambda t: t["parent_id"].astype(int))
    return pieces.merge(
        table, left_on=["seed", "at"], right_on=["seed", "feature_id"], suffixes=("", "_parent")
    )
