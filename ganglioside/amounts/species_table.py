"""The accepted species of an analysis: one row a species, and one a species and sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.amounts.accepted import ANALYST, MODEL, Accepted, accepted_rows, samples_of
from ganglioside.amounts.consolidation import Consolidated, consolidate, interval
from ganglioside.amounts.pieces import Pieces, find_pieces
from ganglioside.amounts.rules import rules
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, join, starts
from ganglioside.support.priors import Priors
from ganglioside.verdicts.overrides import Overrides

#: Columns of `Analysis.species`, one row per accepted species.
SPECIES: Final[dict[str, str]] = {
    "name": "str",
    # Head group, with the isomer where it is known: `GD1a`, `GD1 early`; with the RT of peaks that
    # an analyst accepted away from the others of the name: `GM2 at 10.693 min`.
    "head": "str",
    "series": "str",
    "category": "str",
    "ceramide": "str",
    "carbons": "Int64",
    "double_bonds": "Int64",
    "hydroxyls": "Int64",
    "rt": "float64",  # min, mean of its peaks, by their areas
    # Probability that the name is right: mean of its peaks, by area; those that an analyst decided
    # on have none.
    "confidence": "float64",
    "decided_by": "str",  # model or analyst
    "feature_id": "Int64",  # its largest row
    "rows": "Int64",  # rows that count: one for each peak and sample
    "samples": "Int64",  # samples in which it is
    "ion": "str",  # whose areas are taken; missing where the table names none
    "area": "float64",  # as measured, summed over samples
    "area_returned": "float64",  # of rows that are given back, by their probability
    "rows_returned": "Int64",
    "area_unseen": "float64",  # of pieces without a row of their own, as yields let expect
    "area_consolidated": "float64",  # the three together
    "area_low": "float64",  # 95 % interval of it
    "area_high": "float64",
    "area_other_ions": "float64",  # of rows that are its other ions and isotope peaks: not added
    "rows_other_ions": "Int64",
    "share": "float64",  # percent of the consolidated area of all accepted species
    "share_low": "float64",  # 95 % interval of it
    "share_high": "float64",
}

#: Columns of `Analysis.species_by_sample`, one row per species and sample in which it is.
BY_SAMPLE: Final[dict[str, str]] = {
    "sample": "str",
    "sample_type": "str",  # sample, qc, pool or standard; missing where the table does not say
    "name": "str",
    "head": "str",
    "series": "str",
    "category": "str",
    "ceramide": "str",
    "rt": "float64",  # min
    "area": "float64",
    "area_returned": "float64",
    "rows_returned": "Int64",
    "area_unseen": "float64",
    "area_consolidated": "float64",
    "area_low": "float64",
    "area_high": "float64",
    "share": "float64",  # percent of all accepted species of the sample
}

#: Types of samples that are no samples of a study.
NO_SAMPLES: Final = ("blank", "qc", "pool", "standard")

_NAMING: Final = ["name", "head", "series", "category", "ceramide"]


@dataclass(frozen=True, eq=False)
class Amounts:
    """Accepted species of an analysis with their consolidated areas.

    Attributes
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    accepted : Accepted
    pieces : Pieces
    samples : tuple of str
        All samples with accepted species, sorted; the empty text where the table has none.
    counted : numpy.ndarray of bool, shape (S,)
        Whether each sample counts in sums over samples: QC, pools and standards do not, unless
        there is nothing else.
    unit : pandas.DataFrame
        `sample` and `species` (positions) of each species in each sample, ascending, in the order
        of `areas`.
    areas : Consolidated
    """

    features: pd.DataFrame
    accepted: Accepted
    pieces: Pieces
    samples: tuple[str, ...]
    counted: BoolArray
    unit: pd.DataFrame
    areas: Consolidated

    @classmethod
    def of(
        cls, features: pd.DataFrame, overrides: Overrides, rt_tolerance: float, priors: Priors
    ) -> Amounts:
        """Species and areas of the features of an analysis.

        Parameters
        ----------
        features : pandas.DataFrame
            `Analysis.features`.
        overrides : Overrides
            Decisions of analysts, which come before the verdicts of the model.
        rt_tolerance : float
            Largest RT difference of features that elute together, min.
        priors : Priors
            Of fragment yields.
        """
        accepted = accepted_rows(features, overrides, rt_tolerance)
        pieces = find_pieces(features, accepted, overrides, rt_tolerance)
        peaks = accepted.peaks
        samples = sorted(set(peaks["sample"]))
        sample = pd.Index(samples, dtype=object).get_indexer(
            pd.Index(peaks["sample"], dtype=object)
        )
        species = peaks["species"].to_numpy(np.int64)
        first = starts(join(sample.astype(np.int64), species))
        drawn = consolidate(
            pieces, peaks["area"].to_numpy(np.float64), priors, np.cumsum(first) - 1
        )
        unit = pd.DataFrame({"sample": sample[first], "species": species[first]})
        order = np.lexsort((unit["species"], unit["sample"]))
        types = _sample_types(features, samples)
        is_sample = np.array([kind not in NO_SAMPLES for kind in types], dtype=np.bool_)
        return cls(
            features=features,
            accepted=accepted,
            pieces=pieces,
            samples=tuple(samples),
            counted=is_sample if is_sample.any() else ~is_sample,
            unit=unit.iloc[order].reset_index(drop=True),
            areas=drawn.take(order),
        )

    @property
    def sample_types(self) -> list[str | None]:
        """Type of each sample, None where the table does not say."""
        return _sample_types(self.features, list(self.samples))

    @property
    def types_in_table(self) -> dict[str, str | None]:
        """Type of each sample of the table, also of those without an accepted species."""
        names = sorted(set(samples_of(self.features)) - {""})
        return dict(zip(names, _sample_types(self.features, names), strict=True))

    @cached_property
    def species_areas(self) -> Consolidated:
        """Areas of each species, summed over the samples that count."""
        return self.areas.sums(self._counted_species, len(self.accepted))

    @cached_property
    def _counted_species(self) -> IntArray:
        """Species of each unit, -1 in samples that do not count."""
        sample = self.unit["sample"].to_numpy(np.int64)
        species = self.unit["species"].to_numpy(np.int64)
        return np.where(self.counted[sample], species, -1)

    @cached_property
    def table(self) -> pd.DataFrame:
        """`Analysis.species`."""
        areas = self.species_areas
        peaks = self.accepted.peaks
        is_counted = np.isin(peaks["sample"], np.array(self.samples, dtype=object)[self.counted])
        peaks = peaks[is_counted]
        of_species = peaks.groupby("species")
        largest = peaks.sort_values(["species", "area"], ascending=[True, False], kind="stable")
        first = largest.drop_duplicates("species").set_index("species")
        by_analyst = (peaks["decided_by"] == ANALYST).groupby(peaks["species"]).any()
        other = self._other_ions()
        there = first.index
        columns: dict[str, Any] = {
            **{column: self.accepted.species[column] for column in _NAMING},
            **{c: self.accepted.species[c] for c in ("carbons", "double_bonds", "hydroxyls")},
            "rt": _weighted_mean(peaks, "rt"),
            "confidence": _weighted_mean(peaks, "confidence"),
            "decided_by": by_analyst.map({True: ANALYST, False: MODEL}),
            "feature_id": self._feature_ids(first["position"]),
            "rows": of_species.size(),
            "samples": of_species["sample"].nunique(),
            "ion": self.accepted.species["ion"].replace("", None),
            **_area_columns(areas),
            "area_other_ions": other["area"],
            "rows_other_ions": other["rows"],
            **_share_columns(areas),
        }
        index = pd.RangeIndex(len(self.accepted))
        table = pd.DataFrame({c: pd.Series(columns[c], index=index) for c in SPECIES})
        return _typed(table.loc[table.index.isin(there)], SPECIES)

    @cached_property
    def by_sample(self) -> pd.DataFrame:
        """`Analysis.species_by_sample`."""
        areas = self.areas
        sample = self.unit["sample"].to_numpy(np.int64)
        species = self.accepted.species.iloc[self.unit["species"]].reset_index(drop=True)
        of_sample = pd.Series(areas.total).groupby(sample).transform("sum")
        rt = self.accepted.peaks.groupby(["sample", "species"], sort=True)["rt"].mean()
        names = np.array(self.samples, dtype=object)
        types = np.array(self.sample_types, dtype=object)
        columns: dict[str, Any] = {
            "sample": pd.Series(names[sample]).replace("", None),
            "sample_type": types[sample],
            **{column: species[column] for column in _NAMING},
            "rt": rt.to_numpy(),
            **_area_columns(areas),
            "share": 100 * areas.total / of_sample.to_numpy(),
        }
        index = pd.RangeIndex(len(self.unit))
        return _typed(pd.DataFrame(columns, index=index)[list(BY_SAMPLE)], BY_SAMPLE)

    def _feature_ids(self, position: pd.Series[Any]) -> pd.Series[Any]:
        """Feature of some rows, under the same index."""
        ids = self.features["feature_id"].to_numpy("int64")
        return pd.Series(ids[position], index=position.index)

    def _other_ions(self) -> pd.DataFrame:
        """Rows and area of the other ions and isotope peaks of each species, columns area, rows.

        They are accepted rows of another ion, and adducts that are not given back, whose parent is
        a peak of the species.
        """
        f = self.features
        position = self.accepted.other_ions["position"].to_numpy(np.int64)
        own = self.accepted.other_ions["species"].to_numpy(np.int64)
        known = {process for process, rule in rules().items() if rule.given_back}
        adduct = (f["verdict"] == "adduct") & f["parent_id"].notna() & ~f["process"].isin(known)
        row = np.flatnonzero(adduct.to_numpy(np.bool_))
        row = row[~np.isin(row, self.accepted.rows["position"])]
        parent = f["parent_id"].to_numpy("int64", na_value=-1)[row]
        peak = self.accepted.peak_of_rows(len(f))[parent]
        row, peak = row[peak >= 0], peak[peak >= 0]
        species = self.accepted.peaks["species"].to_numpy(np.int64)[peak]
        rows = np.concatenate([position, row])
        table = pd.DataFrame(
            {
                "species": np.concatenate([own, species]),
                "area": f["volume"].to_numpy(np.float64)[rows],
                "sample": samples_of(f).to_numpy(object)[rows],
            }
        )
        counted = np.array(self.samples, dtype=object)[self.counted]
        of_species = table[table["sample"].isin(counted)].groupby("species")["area"]
        found = pd.DataFrame({"area": of_species.sum(min_count=1), "rows": of_species.size()})
        found = found.reindex(range(len(self.accepted)))
        return found.assign(rows=found["rows"].fillna(0).astype("int64"))


def _weighted_mean(peaks: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Mean of the known values of each species by area; missing where none is known.

    Peaks without an area count where no known value of their species has one, all alike.
    """
    known = peaks[peaks[column].notna()]
    species = known["species"]
    area = known["area"].fillna(0.0)
    weight = area.where(area.groupby(species).transform("sum") > 0, 1.0)
    return (known[column] * weight).groupby(species).sum() / weight.groupby(species).sum()


def _area_columns(areas: Consolidated) -> dict[str, Any]:
    """Columns of areas that both tables have."""
    return {
        "area": areas.area,
        "area_returned": areas.returned,
        "rows_returned": areas.rows,
        "area_unseen": areas.unseen,
        "area_consolidated": areas.total,
        "area_low": areas.bounds[0],
        "area_high": areas.bounds[1],
    }


def _share_columns(areas: Consolidated) -> dict[str, Any]:
    """Share of each species in all of them, percent, with its interval."""
    share, low, high = shares(areas)
    return {"share": share, "share_low": low, "share_high": high}


def shares(areas: Consolidated) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share of each of n parts in their sum, percent, and its 95 % interval, each shape (n,).

    Parts without an area are left out of the sum.
    """
    whole = np.nansum(areas.total)
    if not whole > 0:
        unknown = np.full(len(areas.total), np.nan)
        return unknown, unknown, unknown
    share = 100 * areas.total / whole
    low, high = interval(100 * areas.draws / np.nansum(areas.draws, axis=0))
    return share, np.minimum(low, share), np.maximum(high, share)


def _sample_types(features: pd.DataFrame, samples: list[str]) -> list[str | None]:
    """Type of each sample, None where the table does not say."""
    if "sample_type" not in features or "sample" not in features:
        return [None] * len(samples)
    known = features.dropna(subset=["sample_type"]).drop_duplicates("sample")
    types = dict(zip(known["sample"], known["sample_type"], strict=True))
    return [types.get(name) for name in samples]


def _typed(table: pd.DataFrame, schema: dict[str, str]) -> pd.DataFrame:
    """The columns of a schema with its types, rows numbered anew."""
    types: dict[str, Any] = dict(schema)
    return table[list(schema)].reset_index(drop=True).astype(types)
