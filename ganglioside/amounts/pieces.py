"""Pieces: rows that are ions of an accepted peak, and rows in which a piece may be hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.amounts.accepted import CERAMIDE, Accepted, samples_of
from ganglioside.amounts.rules import FRAGMENT, assumptions, given_back
from ganglioside.columns import PARENT_VERDICTS
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.names import parse_name
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.verdicts.overrides import Overrides
from ganglioside.verdicts.result_tables import UNREADABLE

_ANY_CERAMIDE: Final = "(36:1;O2)"  # heads are read as names, which need one


@dataclass(frozen=True, eq=False)
class Pieces:
    """The k rows that are given back, and the m rows in which pieces may be hidden.

    A kind of piece is a series of the table, or an adduct that is given back (a loss of water).

    Attributes
    ----------
    lines : tuple of str, length L
        Head groups of the accepted species.
    line : numpy.ndarray of int, shape (n,)
        Line of each accepted peak.
    kinds : tuple of str, length G
    possible : numpy.ndarray of bool, shape (L, G)
        Whether a line may give pieces of a kind.
    peak, kind : numpy.ndarray of int, shape (k,)
        Accepted peak that each row is given back to, and its kind.
    row : numpy.ndarray of int, shape (k,)
        Position of each row in the features.
    area, weight : numpy.ndarray, shape (k,)
        Area of each row, and probability that it is such a piece.
    near_peak, near_kind, near_row : numpy.ndarray of int, shape (m,)
        Accepted peaks, and rows beside them that have the name of a possible piece but are not
        given back to them.
    near_area : numpy.ndarray, shape (m,)
        Largest area of a piece there: that of the row, but 0 where an analyst accepted as a species
        what the model takes for a piece, whose area would count twice.
    together : numpy.ndarray of bool, shape (m,)
        Whether such a row is itself genuine, elutes together with the peak, and is not too large
        to be its fragment.
    """

    lines: tuple[str, ...]
    line: IntArray
    kinds: tuple[str, ...]
    possible: BoolArray
    peak: IntArray
    kind: IntArray
    row: IntArray
    area: FloatArray
    weight: FloatArray
    near_peak: IntArray
    near_kind: IntArray
    near_row: IntArray
    near_area: FloatArray
    together: BoolArray


def find_pieces(
    features: pd.DataFrame, accepted: Accepted, overrides: Overrides, rt_tolerance: float
) -> Pieces:
    """The rows that are given back to accepted peaks, and those in which pieces may be hidden.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    accepted : Accepted
        Of the features.
    overrides : Overrides
    rt_tolerance : float
        Largest RT difference of features that elute together, min.
    """
    species = accepted.species
    lines, line_of_species = np.unique(species["head"].to_numpy(str), return_inverse=True)
    line = line_of_species[accepted.peaks["species"].to_numpy(np.int64)]
    series_of_line = species["series"].to_numpy(str)[_first_of(line_of_species, len(lines))]
    takes_part = _takes_part(features, accepted)
    series = np.unique(features["series"][takes_part].dropna().to_numpy(str))
    kinds = (*series.tolist(), *given_back())
    children = _children(features, accepted, overrides, kinds)
    possible = np.zeros((len(lines), len(kinds)), dtype=np.bool_)
    possible[:, : len(series)] = _contains(_units(series_of_line), _units(series))
    possible[line[children["peak"]], children["kind"]] = True  # adducts: where one is seen
    beside = _near_rows(features, accepted, takes_part, series, children, rt_tolerance)
    near = _with_own_rows(beside, features, accepted, kinds)
    near = near[possible[line[near["peak"]], near["kind"]]]
    return Pieces(
        lines=tuple(lines.tolist()),
        line=line,
        kinds=kinds,
        possible=possible,
        peak=children["peak"].to_numpy(np.int64),
        kind=children["kind"].to_numpy(np.int64),
        row=children["row"].to_numpy(np.int64),
        area=children["area"].to_numpy(np.float64),
        weight=children["weight"].to_numpy(np.float64),
        near_peak=near["peak"].to_numpy(np.int64),
        near_kind=near["kind"].to_numpy(np.int64),
        near_row=near["row"].to_numpy(np.int64),
        near_area=near["area"].to_numpy(np.float64),
        together=near["together"].to_numpy(np.bool_),
    )


def _takes_part(features: pd.DataFrame, accepted: Accepted) -> BoolArray:
    """Whether each row was judged or accepted, (n,): no labelled standard or unreadable row."""
    part = (features["rule"].fillna("") != UNREADABLE).to_numpy(np.bool_, copy=True)
    part[accepted.rows["position"]] = True
    return part


def _first_of(key: IntArray, n: int) -> IntArray:
    """Position of the first entry of each key from 0 to n - 1."""
    first = np.zeros(n, dtype=np.int64)
    first[key[::-1]] = np.arange(len(key))[::-1]
    return first


def _units(series: npt.NDArray[np.str_]) -> FloatArray:
    """Counts of units of some series; a lost water counts negatively, shape (s, units)."""
    heads = [parse_name(f"{name}{_ANY_CERAMIDE}").composition for name in series.tolist()]
    counts = np.array([list(head) for head in heads], dtype=np.float64)
    return counts.reshape(len(heads), len(UNITS)) * UNIT_SIGN


def _contains(parents: FloatArray, pieces: FloatArray) -> BoolArray:
    """Whether each parent has all units of each piece and more of one, shape (parents, pieces)."""
    more = parents[:, None, :] - pieces[None, :, :]
    return np.asarray((more >= 0).all(axis=2) & (more > 0).any(axis=2))


def _standing(features: pd.DataFrame) -> BoolArray:
    """Whether each row stands for its peak and has an area above 0, shape (n,)."""
    area = features["volume"].to_numpy(np.float64)
    has_area = np.isfinite(area) & (area > 0)
    if "peak_id" not in features:
        return np.asarray(has_area)
    stands = (features["peak_id"] == features["feature_id"]).fillna(True).to_numpy(np.bool_)
    return np.asarray(has_area & stands)


def _verdicts(
    features: pd.DataFrame, overrides: Overrides
) -> tuple[npt.NDArray[np.object_], FloatArray]:
    """Verdict on each row with those of analysts, and its probability, each shape (n,)."""
    verdict = features["verdict"].astype(object).to_numpy(copy=True)
    confidence = features["confidence"].to_numpy(np.float64, copy=True)
    for entry in overrides:
        if entry.verdict is not None:
            verdict[entry.feature_id] = entry.verdict
            confidence[entry.feature_id] = 1.0
    return verdict, confidence


def _children(
    features: pd.DataFrame, accepted: Accepted, overrides: Overrides, kinds: tuple[str, ...]
) -> pd.DataFrame:
    """Rows that are given back: columns row, peak, kind, area, weight."""
    verdict, confidence = _verdicts(features, overrides)
    process = features["process"].astype(object).to_numpy()
    fragment = verdict == FRAGMENT
    back = fragment | ((verdict == "adduct") & np.isin(process, given_back()))
    back &= np.isin(verdict, PARENT_VERDICTS) & features["parent_id"].notna().to_numpy(np.bool_)
    row = np.flatnonzero(back & _standing(features) & features["series"].notna().to_numpy())
    parent = features["parent_id"].to_numpy("int64", na_value=-1)[row]
    peak = accepted.peak_of_rows(len(features))[parent]
    number = {kind: k for k, kind in enumerate(kinds)}
    series = features["series"].astype(object).to_numpy()
    label = np.where(fragment, series, process)[row]
    found = pd.DataFrame(
        {
            "row": row,
            "peak": peak,
            "kind": [number[text] for text in label],
            "area": features["volume"].to_numpy(np.float64)[row],
            "weight": confidence[row],
        }
    )
    area = np.append(accepted.peaks["area"].to_numpy(np.float64), np.nan)  # the last: no peak
    is_given = (area[peak] > 0) & ~_is_of_former_name(features, accepted, row, parent, peak)
    return found.iloc[np.flatnonzero(is_given)].sort_values(["peak", "kind", "area", "row"])


def _is_of_former_name(
    features: pd.DataFrame, accepted: Accepted, row: IntArray, parent: IntArray, peak: IntArray
) -> BoolArray:
    """Whether fragments came from a name that an analyst changed to one without them, shape (k,).

    Other forms and split peaks stay with their peak, whatever its name.

    Parameters
    ----------
    features : pandas.DataFrame
    accepted : Accepted
    row, parent : numpy.ndarray of int, shape (k,)
        Positions in the features.
    peak : numpy.ndarray of int, shape (k,)
        Accepted peak of each parent, -1 without one.
    """
    composition = ["series", *CERAMIDE]
    species = accepted.peaks["species"].to_numpy(np.int64)
    now = accepted.species[composition].to_numpy(object)
    former = features[composition].to_numpy(object)
    is_fragment = (features["verdict"] == FRAGMENT).to_numpy(np.bool_)[row]
    result = np.zeros(len(row), dtype=np.bool_)
    known = np.flatnonzero((peak >= 0) & is_fragment)
    is_renamed = (former[parent[known]] != now[species[peak[known]]]).any(axis=1)
    for k in known[is_renamed].tolist():
        (own, *ceramide), (new, *new_ceramide) = former[row[k]], now[species[peak[k]]]
        result[k] = ceramide != new_ceramide or not _can_lose(new, own)
    return result


def _can_lose(parent: str, piece: str) -> bool:
    """Whether a series can break into another."""
    parent_units, piece_units = _units(np.array([parent])), _units(np.array([piece]))
    return bool(_contains(parent_units, piece_units)[0, 0])


def _near_rows(
    features: pd.DataFrame,
    accepted: Accepted,
    takes_part: BoolArray,
    series: npt.NDArray[np.str_],
    children: pd.DataFrame,
    rt_tolerance: float,
) -> pd.DataFrame:
    """Rows beside accepted peaks of their ceramide: columns row, peak, kind, area, together."""
    assumed = assumptions()
    keys: list[Any] = ["sample", *CERAMIDE]
    named = features["series"].notna().to_numpy()
    there = np.flatnonzero(_standing(features) & named & takes_part)
    rows = features.iloc[there]
    beside = (
        rows[CERAMIDE]
        .astype("int64")
        .assign(
            sample=samples_of(rows),
            row=there,
            kind=np.searchsorted(series, rows["series"].to_numpy(str)),
            area=rows["volume"].to_numpy(np.float64),
            rt=rows["rt"].to_numpy(np.float64),
        )
    )
    peaks = accepted.peaks
    of_peaks = accepted.species[CERAMIDE].astype("int64").iloc[peaks["species"]]
    of_peaks = of_peaks.assign(
        sample=peaks["sample"].to_numpy(object),
        peak=np.arange(len(peaks)),
        peak_rt=peaks["rt"].to_numpy(np.float64),
        most=assumed.mistaken_most * peaks["area"].to_numpy(np.float64),
        own=peaks["position"].to_numpy(np.int64),
    )
    pairs = of_peaks.merge(beside, on=keys)
    away = (pairs["rt"] - pairs["peak_rt"]).abs()
    pairs = pairs[(away <= assumed.hidden * rt_tolerance) & (pairs["row"] != pairs["own"])]
    n = len(features)
    given = children["peak"].to_numpy(np.int64) * n + children["row"].to_numpy(np.int64)
    pairs = pairs[~np.isin(pairs["peak"].to_numpy(np.int64) * n + pairs["row"], given)]
    genuine = np.zeros(n, dtype=np.bool_)
    genuine[accepted.rows["position"]] = True
    close = away[pairs.index].to_numpy() <= assumed.together * rt_tolerance
    small = (pairs["area"] <= pairs["most"]).to_numpy(np.bool_)
    pairs = pairs.assign(together=close & small & genuine[pairs["row"]])
    return pairs[["row", "peak", "kind", "area", "together"]]


def _with_own_rows(
    near: pd.DataFrame, features: pd.DataFrame, accepted: Accepted, kinds: tuple[str, ...]
) -> pd.DataFrame:
    """The near rows in their order, where no piece is in what an analyst calls a species instead.

    To such rows belong those of other names that the model gives back to a peak, a loss of water
    for one.
    """
    is_ion = features["verdict"].isin(PARENT_VERDICTS).to_numpy(np.bool_)
    own = accepted.rows["position"].to_numpy(np.int64)
    own = own[is_ion[own]]
    if len(own):
        given = _children(features, accepted, Overrides(), kinds)
        given = given[given["row"].isin(own)].assign(together=False)
        near = pd.concat([near, given[list(near.columns)]]).drop_duplicates(["row", "peak", "kind"])
        is_own = near["row"].isin(own)
        near = near.assign(area=near["area"].mask(is_own, 0.0), together=near["together"] & ~is_own)
    return near.sort_values(["peak", "kind", "area"])
