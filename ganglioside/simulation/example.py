"""Bundled example: a simulated table that looks like a real one, with its truth.

`python -m ganglioside.simulation.example` writes it again.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_features
from ganglioside.simulation.scenario import LEVELS
from ganglioside.simulation.table import TRUTH, draw_table
from ganglioside.simulation.world import World
from ganglioside.support.whole_files import write_whole

#: Seed of the example, of level `middle`: two wrong anchors, isomer pairs, fragments heavier
#: than genuine peaks, adducts, missing parents and Log P slips in one table.
SEED: Final = 6

_DATA: Final = Path(__file__).resolve().parents[1] / "data"
_TABLE: Final = "example.csv"
_TRUTH: Final = "example_truth.csv"


def example() -> FeatureTable:
    """Feature table of the bundled example, read from its file, with its truth.

    Returns
    -------
    FeatureTable

    Examples
    --------
    >>> table = example()
    >>> len(table) == len(table.truth)
    True
    >>> list(table.truth.columns)[:4]
    ['feature_id', 'verdict', 'isomer', 'parent_id']
    """
    table, truth = _read()
    return dataclasses.replace(
        table,
        data=table.data.copy(),
        carried=table.carried.copy(),
        problems=table.problems.copy(),
        truth=truth.copy(),
    )


@cache
def _read() -> tuple[FeatureTable, pd.DataFrame]:
    """Table and truth as they are in their files; callers get frames of their own."""
    return read_features(_DATA / _TABLE), pd.read_csv(_DATA / _TRUTH, dtype=TRUTH)


def write_example(folder: Path | None = None) -> tuple[Path, Path]:
    """Simulate the example again and write it and its truth; the bytes are always the same.

    Parameters
    ----------
    folder
        Folder of the files; by default that of the package's data.

    Returns
    -------
    tuple of pathlib.Path
        Files of the table and of its truth.
    """
    raw, truth = draw_table(World.draw(SEED, LEVELS["middle"]))
    target = folder or _DATA
    write_whole(target / _TABLE, _csv(raw))
    rounded = truth.assign(
        true_rt=truth["true_rt"].round(4), intact_area=truth["intact_area"].round()
    )
    write_whole(target / _TRUTH, _csv(rounded))
    return target / _TABLE, target / _TRUTH


def _csv(table: pd.DataFrame) -> bytes:
    """CSV of a table."""
    return table.to_csv(index=False, lineterminator="\n").encode()


if __name__ == "__main__":
    print(*write_example(), sep="\n")
