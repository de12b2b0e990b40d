"""Profiles: shares of series, ceramides or categories in all accepted species."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.amounts.species_table import Amounts, shares
from ganglioside.columns import CATEGORIES
from ganglioside.errors import SettingsError
from ganglioside.support.arrays import FloatArray, IntArray, sum_by

#: What species can be summed by.
By = Literal["series", "ceramide", "category"]

#: Columns of `Profile.table`, one row per series (as named: GD1a, GD1b), ceramide or category.
PROFILE: Final[dict[str, str]] = {
    "name": "str",
    "species": "Int64",  # number of accepted species
    "area_consolidated": "float64",  # summed over samples
    "area_low": "float64",  # 95 % interval of it
    "area_high": "float64",
    "share": "float64",  # percent of all accepted species
    "share_low": "float64",  # 95 % interval of it, from the uncertainty of consolidation
    "share_high": "float64",
    # percent, mean over the shares of single samples that have areas
    "sample_mean": "float64",
    "sample_sd": "float64",  # their standard deviation, percent; missing for fewer than two
}

#: Columns of `Profile.by_sample`, one row per sample and name; a share of 0 where it is missing.
PROFILE_BY_SAMPLE: Final[dict[str, str]] = {
    "sample": "str",
    "sample_type": "str",
    "name": "str",
    "area_consolidated": "float64",
    "share": "float64",  # percent of all accepted species of the sample
}

_COLUMN: Final[dict[By, str]] = {"series": "head", "ceramide": "ceramide", "category": "category"}
_NO_CATEGORY: Final = "other"


@dataclass(frozen=True, eq=False)
class Profile:
    """Shares of series, ceramides or categories.

    Attributes
    ----------
    by : str
        `series`, `ceramide` or `category`.
    table : pandas.DataFrame
        Columns `PROFILE`, over all samples that count.
    by_sample : pandas.DataFrame
        Columns `PROFILE_BY_SAMPLE`.
    """

    by: By
    table: pd.DataFrame
    by_sample: pd.DataFrame


def profile_of(amounts: Amounts, by: By = "series") -> Profile:
    """Shares of series, ceramides or categories in all accepted species.

    Parameters
    ----------
    amounts : Amounts
    by : str
        `series` (head groups as named: GD1a and GD1b apart), `ceramide` or `category`.

    Raises
    ------
    SettingsError
        If `by` is something else.
    """
    names, part = parts_of(amounts, by)
    area, in_sample = areas_by_sample(amounts, part, len(names))
    areas = amounts.species_areas.sums(part, len(names))
    share, low, high = shares(areas)
    has_areas = np.isfinite(in_sample).all(axis=1)
    counted = in_sample[amounts.counted & has_areas]
    several = len(counted) > 1
    table = pd.DataFrame(
        {
            "name": names,
            "species": np.bincount(part, minlength=len(names)),
            "area_consolidated": areas.total,
            "area_low": areas.bounds[0],
            "area_high": areas.bounds[1],
            "share": share,
            "share_low": low,
            "share_high": high,
            "sample_mean": counted.mean(axis=0) if len(counted) else np.nan,
            "sample_sd": counted.std(axis=0, ddof=1) if several else np.nan,
        }
    )
    n = len(names)
    by_sample = pd.DataFrame(
        {
            "sample": pd.Series(np.repeat(np.array(amounts.samples, object), n)).replace("", None),
            "sample_type": np.repeat(np.array(amounts.sample_types, dtype=object), n),
            "name": np.tile(np.array(names, dtype=object), len(amounts.samples)),
            "area_consolidated": area.ravel(),
            "share": in_sample.ravel(),
        }
    )
    return Profile(by, table.astype(_types(PROFILE)), by_sample.astype(_types(PROFILE_BY_SAMPLE)))


def _types(schema: dict[str, str]) -> Any:
    """Types of a schema, as pandas takes them."""
    return dict(schema)


def parts_of(amounts: Amounts, by: By) -> tuple[list[str], IntArray]:
    """Names of all parts, in their usual order, and the part of each species, shape (species,).

    Raises
    ------
    SettingsError
        If `by` is unknown.
    """
    if by not in get_args(By):
        raise SettingsError(f"by = {by!r} is unknown: use one of {', '.join(get_args(By))}.")
    species = amounts.accepted.species
    names = species[_COLUMN[by]].replace("", _NO_CATEGORY).to_numpy(object)
    if by == "ceramide":
        order = species.sort_values(["carbons", "double_bonds", "hydroxyls"])[_COLUMN[by]]
        known = list(dict.fromkeys(order))
    elif by == "category":
        known = [name for name in (*CATEGORIES, _NO_CATEGORY) if name in set(names)]
    else:
        known = list(dict.fromkeys(names))
    return known, np.asarray(
        pd.Index(known, dtype=object).get_indexer(pd.Index(names, dtype=object)), dtype=np.int64
    )


def areas_by_sample(
    amounts: Amounts, part: IntArray, n: int
) -> tuple[FloatArray, npt.NDArray[np.float64]]:
    """Consolidated area, and share in percent, of n parts in each sample, each (samples, n).

    0 where a sample has none of it; shares of a sample without areas are NaN.
    """
    total = amounts.areas.total
    sample = amounts.unit["sample"].to_numpy(np.int64)
    key = sample * n + part[amounts.unit["species"].to_numpy(np.int64)]
    area = sum_by(key, np.nan_to_num(total), len(amounts.samples) * n)
    area = area.reshape(len(amounts.samples), n)
    whole = area.sum(axis=1, keepdims=True)
    return area, 100 * area / np.where(whole > 0, whole, np.nan)
