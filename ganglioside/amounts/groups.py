"""Differences between groups of samples: effect sizes, tests, and p corrected for many of them.

Areas are compared as log2, since errors and differences of areas are ratios. The test is Welch's t:
Mann and Whitney's cannot fall below p = 0.1 with three samples a group, so that nothing would ever
be found after correction, and Welch's does not ask that groups scatter alike. An area that is
missing is missing: nothing is put in its place, and a sum that it belongs to is missing too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from ganglioside.amounts.profiles import By, areas_by_sample, parts_of
from ganglioside.amounts.species_table import NO_SAMPLES, Amounts
from ganglioside.errors import SettingsError
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.formatting import counted
from ganglioside.support.on_demand import ShownAsCard
from ganglioside.support.quoting import quoted

#: What is compared: single species, or sums of them.
Compared = Literal["species", "series", "ceramide", "category"]
#: Of which numbers: consolidated areas, or shares in all accepted species of the sample.
Of = Literal["area", "share"]

#: Columns of `GroupComparison.table`, one row per species (or series, ...) and pair of groups.
COMPARISON: Final[dict[str, str]] = {
    "name": "str",
    "head": "str",  # of a species; else as the name
    "reference": "str",  # group with which is compared
    "group": "str",
    "n_reference": "Int64",  # samples of each group in which it is
    "n_group": "Int64",
    "mean_reference": "float64",  # geometric mean: area, or percent
    "mean_group": "float64",
    "log2_fold_change": "float64",  # group against reference
    "low": "float64",  # 95 % interval of it
    "high": "float64",
    "hedges_g": "float64",  # difference of means in pooled standard deviations, small n corrected
    "t": "float64",  # Welch
    "degrees": "float64",
    "p": "float64",
    "q": "float64",  # corrected after Benjamini and Hochberg, over all rows that were tested
    "why_not": "str",  # why it was not tested
}

_FEWEST: Final = 2  # samples of a group
#: Variance of log2 values below which samples have one value: arithmetic alone makes less.
_ONE_VALUE: Final = 1e-20
#: Part of wrong ones among the differences that `GroupComparison.headline` counts: the usual one.
FALSE_DISCOVERIES: Final = 0.05
_SURE: Final = 0.975


@dataclass(frozen=True, eq=False, repr=False)
class GroupComparison(ShownAsCard):
    """Differences between groups of samples.

    Attributes
    ----------
    by : str
        `species`, `series`, `ceramide` or `category`.
    of : str
        `area` or `share`.
    groups : dict of str to tuple of str
        Samples of each group.
    table : pandas.DataFrame
        Columns `COMPARISON`.
    """

    by: Compared
    of: Of
    groups: dict[str, tuple[str, ...]]
    table: pd.DataFrame

    @property
    def tested(self) -> pd.DataFrame:
        """Rows of `table` that were tested, the smallest p first."""
        return self.table.dropna(subset="p").sort_values("p", kind="stable")

    @property
    def headline(self) -> str:
        """What was compared, in one sentence: groups, tests, and those at q < 0.05."""
        sizes = ", ".join(f"{name} ({len(samples)})" for name, samples in self.groups.items())
        found = int((self.tested["q"] < FALSE_DISCOVERIES).sum())
        return (
            f"{self.of} by {self.by} in {sizes}: {len(self.tested):,} of "
            f"{counted(len(self.table), 'row')} tested, {found:,} with q < {FALSE_DISCOVERIES:g}"
        )

    def __repr__(self) -> str:
        return f"<GroupComparison: {self.headline}>"


def compare_groups(
    amounts: Amounts,
    groups: Mapping[str, str],
    by: Compared = "species",
    of: Of = "area",
    reference: str | None = None,
) -> GroupComparison:
    """Differences between groups of samples in each species, series, ceramide or category.

    With x and y the log2 areas of the samples of two groups, s their standard deviations and n
    their numbers, and s_p the pooled standard deviation,

        log2 fold change = mean(y) - mean(x) ± t(0.975, degrees) sqrt(s_x^2/n_x + s_y^2/n_y)
        Hedges' g        = (mean(y) - mean(x)) / s_p * (1 - 3 / (4 (n_x + n_y - 2) - 1))

    (Welch, Biometrika 1947; Hedges, J Educ Stat 1981; Benjamini and Hochberg, J R Stat Soc B 1995).

    Parameters
    ----------
    amounts : Amounts
    groups : mapping of str to str
        Group of each sample; samples that it does not name take no part. Numbers count as texts.
    by : str
        What is compared: `species`, or sums by `series`, `ceramide` or `category`.
    of : str
        `area`, or `share` in all accepted species of the sample, which does not ask that samples
        were injected in equal amounts.
    reference : str, optional
        Group with which all others are compared; by default each pair is, in the order given.

    Raises
    ------
    SettingsError
        If a sample or a word is unknown, a blank, QC, pool or standard is named, or a group has
        fewer than two samples.
    """
    if by not in get_args(Compared):
        raise SettingsError(f"by = {by!r} is unknown: use one of {', '.join(get_args(Compared))}.")
    if of not in get_args(Of):
        raise SettingsError(f"of = {of!r} is unknown: use one of {', '.join(get_args(Of))}.")
    members = _members(amounts, groups)
    pairs = _pairs(members, reference)
    names, heads, values = _values(amounts, by, of)
    at = {name: k for k, name in enumerate(amounts.samples)}
    rows = {group: np.array([at[s] for s in samples]) for group, samples in members.items()}
    parts = [_compared(values[rows[a]], values[rows[b]]) for a, b in pairs]
    labels = [{"name": names, "head": heads, "reference": a, "group": b} for a, b in pairs]
    frames = [pd.DataFrame({**label, **part}) for label, part in zip(labels, parts, strict=True)]
    table = pd.concat(frames, ignore_index=True)
    types: Any = dict(COMPARISON)
    table = table.assign(q=_corrected(table["p"].to_numpy()))[list(COMPARISON)].astype(types)
    return GroupComparison(by, of, members, table)


def _members(amounts: Amounts, groups: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Samples of each group, in the order given; what is no sample of a group is refused."""
    if not amounts.types_in_table:
        raise SettingsError("groups: the table has no samples: it needs a column that names them.")
    if not hasattr(groups, "items"):
        raise SettingsError('groups: name the group of each sample, as {"S1": "control", ...}.')
    named = [(str(sample), group) for sample, group in groups.items()]  # 1 is the sample "1"
    times = Counter(sample for sample, _ in named)  # a Series may name one twice
    members: dict[str, list[str]] = {}
    for sample, group in named:
        _require_sample(amounts, sample)
        name = _group_of(sample, group)
        if times[sample] > 1:
            raise SettingsError(f"groups: the sample {sample!r} is named twice.")
        members.setdefault(name, []).append(sample)
    if len(members) < 2:
        raise SettingsError("groups: two groups of samples are needed.")
    for group, samples in members.items():
        if len(samples) < _FEWEST:
            raise SettingsError(
                f"groups: the group {group!r} has one sample, {samples[0]!r}: at least "
                f"{_FEWEST} are needed to know how much samples differ."
            )
    return {group: tuple(samples) for group, samples in members.items()}


def _group_of(sample: str, group: Any) -> str:
    """Name of the group of a sample.

    Raises
    ------
    SettingsError
        If it has none, or several.
    """
    if not pd.api.types.is_scalar(group):
        raise SettingsError(f"groups: {sample!r} has {quoted(group)} as its group: give one name.")
    if pd.isna(group) or not str(group).strip():  # a blank cell of a table of samples
        raise SettingsError(f"groups: the sample {sample!r} has no group: leave it out.")
    return str(group)


def _require_sample(amounts: Amounts, sample: str) -> None:
    """Refuse what is no sample of a group.

    Raises
    ------
    SettingsError
    """
    known = amounts.types_in_table
    if sample not in known:
        there = ", ".join(list(known)[:10])
        raise SettingsError(f"groups: there is no sample {sample!r}. Samples are {there}.")
    if known[sample] in NO_SAMPLES:
        raise SettingsError(
            f"groups: {sample!r} is a {known[sample]}, which is in no group: leave it out."
        )
    if sample not in amounts.samples:
        raise SettingsError(f"groups: the sample {sample!r} has no accepted species: leave it out.")


def _pairs(members: dict[str, tuple[str, ...]], reference: str | None) -> list[tuple[str, str]]:
    """Pairs of groups that are compared, reference first."""
    if reference is None:
        return list(combinations(members, 2))
    reference = str(reference)  # as groups are: 0 is the group "0"
    if reference not in members:
        raise SettingsError(
            f"reference = {reference!r} is no group: use one of {', '.join(members)}."
        )
    return [(reference, group) for group in members if group != reference]


def _values(amounts: Amounts, by: Compared, of: Of) -> tuple[list[str], list[str], FloatArray]:
    """Names, heads, and areas or shares of each sample, NaN where missing, (samples, names)."""
    species = amounts.accepted.species
    part: IntArray
    if by == "species":
        names, heads = species["name"].tolist(), species["head"].tolist()
        part = np.arange(len(names), dtype=np.int64)
    else:
        summed: By = by
        names, part = parts_of(amounts, summed)
        heads = names
    area, share = areas_by_sample(amounts, part, len(names))
    values = area if of == "area" else share
    known = (area > 0) & ~_lacks_an_area(amounts, part, len(names))
    return names, heads, np.where(known, values, np.nan)


def _lacks_an_area(amounts: Amounts, part: IntArray, n: int) -> BoolArray:
    """Whether a sample has a species of each of n parts without its area, (samples, n).

    The sum of the others would be taken for that of all.
    """
    unknown = np.flatnonzero(np.isnan(amounts.areas.total))
    lacks = np.zeros((len(amounts.samples), n), dtype=np.bool_)
    unit = amounts.unit.iloc[unknown]
    lacks[unit["sample"], part[unit["species"]]] = True
    return lacks


def _compared(reference: FloatArray, group: FloatArray) -> dict[str, Any]:
    """Columns of `COMPARISON` of two groups from their areas, each shape (samples, names)."""
    from scipy import stats  # half a second that most do not need

    n_x, mean_x, var_x = _moments(np.log2(reference))
    n_y, mean_y, var_y = _moments(np.log2(group))
    enough = (n_x >= _FEWEST) & (n_y >= _FEWEST)
    varies = var_x + var_y > _ONE_VALUE
    tested = enough & varies
    with np.errstate(divide="ignore", invalid="ignore"):
        error_x, error_y = var_x / n_x, var_y / n_y
        error = np.sqrt(error_x + error_y)
        degrees = error**4 / (error_x**2 / (n_x - 1) + error_y**2 / (n_y - 1))
        change = mean_y - mean_x
        t = change / error
        pooled = np.sqrt(((n_x - 1) * var_x + (n_y - 1) * var_y) / (n_x + n_y - 2))
        g = change / pooled * (1 - 3 / (4 * (n_x + n_y - 2) - 1))
    half = stats.t.ppf(_SURE, degrees) * error
    why_not = np.where(enough, "All samples of each group have one value.", _few(n_x, n_y))
    columns = {"low": change - half, "high": change + half, "hedges_g": g, "t": t}
    columns |= {"degrees": degrees, "p": 2 * stats.t.sf(np.abs(t), degrees)}
    return {
        "n_reference": n_x,
        "n_group": n_y,
        "mean_reference": 2**mean_x,
        "mean_group": 2**mean_y,
        "log2_fold_change": change,
        **{name: np.where(tested, values, np.nan) for name, values in columns.items()},
        "why_not": pd.Series(why_not, dtype=object).mask(tested, None),
    }


def _moments(values: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Number, mean and variance of the known values of each column; NaN where there are too few."""
    known = np.isfinite(values)
    n = known.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / np.where(n > 0, n, np.nan)
        squares = np.where(known, values - mean, 0.0) ** 2
        variance = squares.sum(axis=0) / np.where(n > 1, n - 1, np.nan)
    return n, mean, variance


def _few(n_x: IntArray, n_y: IntArray) -> Any:
    """Why a species was not tested that too few samples have."""
    return [
        f"In {x} and {y} samples of the groups: at least {_FEWEST} of each are needed."
        for x, y in zip(n_x.tolist(), n_y.tolist(), strict=True)
    ]


def _corrected(p: FloatArray) -> FloatArray:
    """Values of p corrected after Benjamini and Hochberg, NaN where nothing was tested."""
    from scipy import stats

    q = np.full(len(p), np.nan)
    known = np.isfinite(p)
    if known.any():
        q[known] = stats.false_discovery_control(p[known])
    return q
