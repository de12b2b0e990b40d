"""Accepted rows: those whose name stands, by the model or by an analyst, and their peaks.

An analyst's decision comes before the model's verdict: a row that was renamed counts under its new
name, one that was rejected no more, and one that was accepted whatever the model says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import CATEGORIES
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.formatting import minutes
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.published import published_names

#: Who accepted a row.
MODEL: Final = "model"
ANALYST: Final = "analyst"

CERAMIDE: Final = ["carbons", "double_bonds", "hydroxyls"]

#: What tells one species from another: head group, ceramide and chains where names give them.
_SPECIES: Final = ["category", "series", "head", *CERAMIDE, "chains"]


@dataclass(frozen=True, eq=False)
class Accepted:
    """The accepted rows of an analysis, the species that they show, and one peak of each.

    Attributes
    ----------
    species : pandas.DataFrame
        One row per species: `name`, `head`, `series`, `category`, `ceramide`, `carbons`,
        `double_bonds`, `hydroxyls`, `chains` and `ion`, the ion whose areas are taken.
    rows : pandas.DataFrame
        One row per accepted row: `position` in the features, `species` (position in `species`),
        `sample`, `peak`, `rt`, `area`, `confidence` (NaN where an analyst decided), `ion`,
        `decided_by`.
    peaks : pandas.DataFrame
        The same for one row of each peak: that of the ion whose areas are taken, the largest where
        it was picked twice. Those of one species and sample stand together, species after species;
        the samples of one follow by RT and area, so that their names change no draw.
    """

    species: pd.DataFrame
    rows: pd.DataFrame
    peaks: pd.DataFrame

    def __len__(self) -> int:
        return len(self.species)

    @cached_property
    def other_ions(self) -> pd.DataFrame:
        """Accepted rows of other ions than the one whose areas are taken."""
        ion = self.species["ion"].to_numpy(object)[self.rows["species"].to_numpy(np.int64)]
        is_other = np.asarray(self.rows["ion"].to_numpy(object) != ion, dtype=np.bool_)
        return self.rows.iloc[np.flatnonzero(is_other)]

    def peak_of_rows(self, n: int) -> IntArray:
        """Position in `peaks` of each of the n rows of the features, -1 without one, shape (n,)."""
        keys = ["sample", "species", "peak"]
        numbered = self.peaks[keys].assign(number=np.arange(len(self.peaks)))
        found = self.rows[[*keys, "position"]].merge(numbered, on=keys)
        result = np.full(n, -1, dtype=np.int64)
        result[found["position"]] = found["number"]
        return result


def accepted_rows(features: pd.DataFrame, overrides: Overrides, rt_tolerance: float) -> Accepted:
    """The accepted rows of a table and their species.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    overrides : Overrides
        Decisions of analysts.
    rt_tolerance : float
        Largest RT difference of features that elute together, min.
    """
    decided = overrides.by_feature
    published = published_names(overrides.beside(features))
    position = np.flatnonzero(published.notna())
    rows = features.iloc[position].reset_index(drop=True)
    named = _species_of_rows(rows, published.iloc[position].reset_index(drop=True))
    readable = named["series"].notna().to_numpy()
    rows, named, position = rows[readable], named[readable], position[readable]
    by_analyst = np.array([_has_decided(decided.get(k)) for k in position.tolist()], dtype=np.bool_)
    if by_analyst.any():
        on_line = _is_as_judged(rows, published.iloc[position])
        named = named.assign(head=_heads_apart(named, rows, on_line, rt_tolerance))
    species = _distinct_species(named)
    by_key = pd.Series(species.index, index=pd.MultiIndex.from_frame(species[_SPECIES]))
    table = pd.DataFrame(
        {
            "position": position,
            "species": by_key[pd.MultiIndex.from_frame(named[_SPECIES])].to_numpy(np.int64),
            "sample": samples_of(rows).to_numpy(),
            "peak": _peaks_of(rows),
            "rt": rows["rt"].to_numpy(np.float64),
            "area": rows["volume"].to_numpy(np.float64),
            "confidence": np.where(by_analyst, np.nan, rows["confidence"].to_numpy(np.float64)),
            "ion": _ions_of(rows),
            "decided_by": np.where(by_analyst, ANALYST, MODEL).astype(object),
        }
    )
    species = species.assign(ion=_ion_of_species(table, len(species)))
    return Accepted(species, table, _one_of_each_peak(table, species))


def samples_of(features: pd.DataFrame) -> pd.Series[Any]:
    """Sample of each row; the empty text in a table without samples."""
    if "sample" not in features:
        return pd.Series("", index=features.index)
    return features["sample"].fillna("").astype(object)


def number_of_samples(features: pd.DataFrame) -> int:
    """Number of samples that a table names; 0 in a table without samples.

    Examples
    --------
    >>> number_of_samples(pd.DataFrame({"sample": ["a", "b", None, "a"]}))
    2
    """
    return len(set(samples_of(features)) - {""})


def _has_decided(override: Override | None) -> bool:
    """Whether an analyst accepted, renamed or rejected a feature."""
    return override is not None and override.is_decided


def _is_as_judged(rows: pd.DataFrame, names: pd.Series[Any]) -> BoolArray:
    """Whether the model itself calls each row valid, under the name that it has now."""
    same_name = names.to_numpy(object) == rows["name"].to_numpy(object)
    return np.asarray((rows["verdict"] == "valid").to_numpy(np.bool_) & same_name)


def _heads_apart(
    named: pd.DataFrame, rows: pd.DataFrame, on_line: BoolArray, rt_tolerance: float
) -> pd.Series[Any]:
    """Head of each row, with the RT of peaks that do not elute with the others of their species.

    The rows that the model calls valid are on one line, and keep the head; without one, the largest
    peaks keep it.

    Parameters
    ----------
    named : pandas.DataFrame
        Columns `_SPECIES` of the rows.
    rows : pandas.DataFrame
        Of the features.
    on_line : numpy.ndarray of bool
        Whether the model calls each row valid.
    rt_tolerance : float
        Largest RT difference of neighbours that elute together, min.
    """
    number = named.groupby(_SPECIES, sort=False, dropna=False).ngroup()
    species = np.asarray(number, dtype=np.int64)
    rt = _without_shifts(rows, species)
    peaks = pd.DataFrame(
        {
            "species": species,
            "cluster": _clusters(species, rt, rt_tolerance),
            "rt": rows["rt"].to_numpy(np.float64),
            "area": np.nan_to_num(rows["volume"].to_numpy(np.float64)),
            "on_line": on_line,
        }
    )
    found = peaks.groupby("cluster").agg(
        species=("species", "first"),
        rt=("rt", "mean"),
        area=("area", "sum"),
        on_line=("on_line", "any"),
    )
    largest = found.sort_values(["area", "rt"], ascending=[False, True]).drop_duplicates("species")
    has_line = found.groupby("species")["on_line"].transform("any")
    keeps = found["on_line"] | (~has_line & found.index.isin(largest.index))
    suffix = pd.Series([f" at {minutes(rt)}" for rt in found["rt"]], found.index).mask(keeps, "")
    heads: pd.Series[Any] = named["head"] + suffix[peaks["cluster"]].to_numpy(object)
    return heads


def _clusters(species: IntArray, rt: FloatArray, rt_tolerance: float) -> IntArray:
    """Number of the rows of each species between gaps wider than the tolerance, shape (n,)."""
    order = np.lexsort((rt, species))
    is_next = np.diff(species[order], prepend=-1) > 0
    is_next |= np.diff(rt[order], prepend=-np.inf) > rt_tolerance
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(is_next)
    return number


def _without_shifts(rows: pd.DataFrame, species: IntArray) -> FloatArray:
    """RT of each row without the shift of its sample against the others, min, shape (n,)."""
    rt = rows["rt"].astype("float64")
    shift = rt - rt.groupby(species).transform("median")
    of_sample = shift.groupby(samples_of(rows)).transform("median")
    return np.asarray((rt - of_sample).to_numpy(np.float64))


def _species_of_rows(rows: pd.DataFrame, names: pd.Series[Any]) -> pd.DataFrame:
    """Columns `_SPECIES`, `name` and `ceramide` of each row, missing where its name is unread."""
    renamed = (names != rows["name"]).to_numpy(np.bool_)
    parsed = parse_names(names.astype("str"))
    read = parsed.named_index
    table = _table_of(parsed.named).iloc[np.maximum(read, 0)] if parsed.named else _table_of(())
    table = table.set_index(rows.index) if len(table) else table.reindex(rows.index)
    table = table.where(pd.Series(read >= 0, index=rows.index), None)
    by_line = rows["isomer"].notna().to_numpy(np.bool_) & ~renamed
    table["head"] = table["head"].where(~by_line, rows["isomer"].astype(object))
    lettered = table["head"].notna() & ~table["head"].astype("str").str.contains(" ")
    ceramide = table["chains"].where(table["chains"] != "", table["ceramide"])
    in_full = table["head"] + "(" + ceramide + ")"
    return table.assign(name=table["name"].where(~lettered, in_full))


def _table_of(species: tuple[Species, ...]) -> pd.DataFrame:
    """Columns `_SPECIES`, `name` and `ceramide` of some species."""
    columns = ["name", "category", "series", "head", "ceramide", *CERAMIDE, "chains"]
    values = [
        (
            f"{s.head}({'/'.join(s.chains) or s.ceramide})",
            s.category or "",
            s.series,
            s.head,
            str(s.ceramide),
            s.ceramide.carbons,
            s.ceramide.double_bonds,
            s.ceramide.hydroxyls,
            "/".join(s.chains),
        )
        for s in species
    ]
    return pd.DataFrame(values, columns=columns, dtype=object)


def _distinct_species(named: pd.DataFrame) -> pd.DataFrame:
    """The species of some rows, by category, series, head and ceramide."""
    rank = {category: k for k, category in enumerate(CATEGORIES)}
    distinct = named.drop_duplicates(_SPECIES)
    order = distinct.assign(rank=distinct["category"].map(rank).fillna(-1))
    keys = ["rank", "series", "head", *CERAMIDE, "chains"]
    columns = ["name", "head", "series", "category", "ceramide", *CERAMIDE, "chains"]
    return order.sort_values(keys, ignore_index=True)[columns]


def _peaks_of(rows: pd.DataFrame) -> IntArray:
    """Row that stands for the peak of each row; the row itself in analyses of old versions."""
    own = rows["feature_id"]
    peaks = rows["peak_id"].fillna(own) if "peak_id" in rows else own
    return peaks.to_numpy(np.int64)


def _ions_of(rows: pd.DataFrame) -> list[str]:
    """Ion of each row as the table writes it, empty where it does not."""
    if "adduct" not in rows:
        return [""] * len(rows)
    return [text.strip() for text in rows["adduct"].fillna("").astype("str")]


def _ion_of_species(rows: pd.DataFrame, n: int) -> list[str]:
    """Ion whose areas are taken of each of n species: seen in most samples, then the largest."""
    seen = rows.groupby(["species", "ion"], as_index=False).agg(
        samples=("sample", "nunique"), area=("area", "sum")
    )
    order = seen.sort_values(
        ["species", "samples", "area", "ion"], ascending=[True, False, False, True]
    )
    first = order.drop_duplicates("species").set_index("species")["ion"]
    return [str(ion) for ion in first.reindex(range(n), fill_value="")]


def _one_of_each_peak(rows: pd.DataFrame, species: pd.DataFrame) -> pd.DataFrame:
    """One row of each peak of the ion whose areas are taken, in the order of `Accepted.peaks`."""
    ion = species["ion"].to_numpy(object)[rows["species"].to_numpy(np.int64)]
    is_taken = np.asarray(rows["ion"].to_numpy(object) == ion, dtype=np.bool_)
    taken = rows.iloc[np.flatnonzero(is_taken)]
    order = ["sample", "species", "peak", "area", "rt"]
    largest = taken.sort_values(order, ascending=[True, True, True, False, True], kind="stable")
    peaks = largest.drop_duplicates(["sample", "species", "peak"])
    of_unit = peaks.groupby(["species", "sample"])
    unit = {
        "unit_rt": of_unit["rt"].transform("min"),
        "unit_area": of_unit["area"].transform("sum"),
    }
    by = ["species", *unit, "sample", "rt", "area"]
    ordered = peaks.assign(**unit).sort_values(by, ignore_index=True, kind="stable")
    return ordered[peaks.columns]
