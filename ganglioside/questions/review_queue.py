"""Features that an analyst should look at first, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.columns import PARENT_VERDICTS
from ganglioside.inference.lack_of_fit import lack_of_fit, scale_of
from ganglioside.lipids.process_words import process_words
from ganglioside.questions.suggested_names import by_area
from ganglioside.support.arrays import IntArray
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.formatting import area, minutes, percent
from ganglioside.verdicts.result_tables import NOT_JUDGED

#: Columns of the table that `review_queue` returns.
QUEUE: Final[dict[str, str]] = {
    "feature_id": "int64",
    "group": "str",  # one of `GROUPS`
    "why": "str",
    "verdict": "str",
    "confidence": "float64",
    "volume": "float64",
    "suggested_name": "str",  # the name that fits better, NA where none is known
    "suggested_process": "str",  # by which it comes from that species, NA where it is the species
    "suggested_note": "str",
}

#: Outliers that are looked at: those of this share of the outliers' area, and at most so many.
OUTLIERS_SHARE: Final = 0.9
MOST_OUTLIERS: Final = 20

#: Fragments and other ions that are looked at: those of this share of their area, at most so many.
PIECES_SHARE: Final = 0.8
MOST_PIECES: Final = 12

#: Confidence below which a verdict is doubtful, and most such features.
DOUBTFUL: Final = 0.9
MOST_DOUBTFUL: Final = 40

#: Features shown where a curve does not follow the gradient, and of other findings.
MOST_UNFIT: Final = 5
MOST_FOUND: Final = 20


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of reason to look at a feature.

    Attributes
    ----------
    name : str
    title : str
        As screens and reports call it.
    help : str
    """

    name: str
    title: str
    help: str


GROUPS: Final = read_facts("review_groups.csv", Group)

#: A feature and why it is looked at.
_Reason = tuple[int, str]


def review_queue(
    features: pd.DataFrame, findings: pd.DataFrame, suggested: pd.DataFrame, peak: IntArray
) -> pd.DataFrame:
    """Features to look at, in the order of `GROUPS`; one of each peak, in one group.

    Parameters
    ----------
    features, findings : pandas.DataFrame
        Tables of the analysis.
    suggested : pandas.DataFrame
        Columns `suggested_names.SUGGESTED`.
    peak : numpy.ndarray of int, shape (n,)
        Peak of each feature: the same in the samples that share it.

    Returns
    -------
    pandas.DataFrame
        Columns `QUEUE`.
    """
    names = suggested.set_index("feature_id")
    reasons = {
        "wrong anchor": _wrong_anchors(features, findings),
        "piece": _pieces(features, peak),
        "another name": _renamed(features, findings, names, peak),
        "large outlier": _unexplained(features, names, peak),
        "doubtful": _doubtful(features, peak),
        "lack of fit": _unfit(features, findings),
        "finding": _others(findings),
    }
    found: dict[int, tuple[str, str]] = {}
    seen: set[int] = set()
    for group in GROUPS:
        for feature_id, why in reasons[group.name]:
            if peak[feature_id] not in seen:
                seen.add(int(peak[feature_id]))
                found[feature_id] = group.name, why
    order = list(found)
    rows = features.set_index("feature_id", drop=False).loc[order]
    table = rows.assign(
        group=[found[i][0] for i in order],
        why=[found[i][1] for i in order],
        verdict=rows["verdict"].astype("str"),
        suggested_name=names["suggested_name"].reindex(order).array,
        suggested_process=names["process"].reindex(order).array,
        suggested_note=names["note"].reindex(order).array,
    )
    return table[list(QUEUE)].astype(QUEUE).reset_index(drop=True)


def _wrong_anchors(features: pd.DataFrame, findings: pd.DataFrame) -> Iterator[_Reason]:
    """Anchors that contradict the other features."""
    for feature_id in _found(findings, "wrong-anchor"):
        feature = features.iloc[feature_id]
        parent = "" if pd.isna(feature["parent"]) else f" of {feature['parent']}"
        yield feature_id, f"anchor, but {feature['verdict']}{parent}"


def _pieces(features: pd.DataFrame, peak: IntArray) -> Iterator[_Reason]:
    """Large fragments and other ions that bear the name of a species."""
    is_piece = features["verdict"].isin(PARENT_VERDICTS)
    is_sure = features["confidence"] >= DOUBTFUL
    stands_for_another = features["name"] != features["parent"]
    for feature_id in _largest(
        features[is_piece & is_sure & stands_for_another], peak, PIECES_SHARE, MOST_PIECES
    ):
        feature = features.iloc[feature_id]
        volume = float(feature["volume"])
        large = f"; area {area(volume)}" if volume > 0 else ""
        yield feature_id, f"{feature['verdict']} of {feature['parent']}{large}"


def _renamed(
    features: pd.DataFrame, findings: pd.DataFrame, names: pd.DataFrame, peak: IntArray
) -> Iterator[_Reason]:
    """Large outliers that another name fits, and candidates for NeuGc."""
    candidates = _found(findings, "neugc-candidate")
    largest = by_area(features.iloc[candidates], peak)[:MOST_OUTLIERS]
    for feature_id in dict.fromkeys([*_largest_outliers(features, peak), *largest]):
        if feature_id in names.index:
            process = names["process"][feature_id]
            by = "" if pd.isna(process) else f" as {process_words(process)}"
            yield feature_id, f"fits {names['suggested_name'][feature_id]}{by}"
        elif feature_id in largest:
            yield feature_id, "may be a NeuGc form"


def _unexplained(features: pd.DataFrame, names: pd.DataFrame, peak: IntArray) -> Iterator[_Reason]:
    """Large outliers that no other name clearly fits."""
    for feature_id in _largest_outliers(features, peak):
        if feature_id not in names.index:
            volume = float(features["volume"].iloc[feature_id])
            large = f"; area {area(volume)}" if volume > 0 else ""
            yield feature_id, f"no other name clearly fits{large}"


def _doubtful(features: pd.DataFrame, peak: IntArray) -> Iterator[_Reason]:
    """Features whose verdict is doubtful or `undetermined`; not those that no model judged."""
    is_open = features["verdict"] == "undetermined"
    was_judged = ~features["rule"].isin(NOT_JUDGED)
    doubtful = features[was_judged & (is_open | (features["confidence"] < DOUBTFUL))]
    for feature_id in by_area(doubtful, peak)[:MOST_DOUBTFUL]:
        feature = features.iloc[feature_id]
        only = "" if is_open[feature_id] else f" with {percent(feature['confidence'])} only"
        yield feature_id, f"{feature['verdict']}{only}"


def _unfit(features: pd.DataFrame, findings: pd.DataFrame) -> Iterator[_Reason]:
    """Features that are farthest from their curve where it does not follow the gradient."""
    if "lack-of-fit" not in set(findings["code"]):
        return
    on_line = (features["verdict"] == "valid") & features["residual"].notna()
    rows = features[on_line.to_numpy(np.bool_)]
    residual = rows["residual"]
    found = lack_of_fit(
        rows["rt"].to_numpy("float64"),
        residual.to_numpy("float64"),
        scale_of(residual.to_numpy("float64"), rows["standardized_residual"].to_numpy("float64")),
    )
    if found is None:
        return
    there = rows["rt"].between(found.first, found.last) & (residual * found.away > 0)
    worst = residual[there].abs().sort_values(ascending=False, kind="stable")
    side = "later" if found.away > 0 else "earlier"
    for feature_id, apart in worst.head(MOST_UNFIT).items():
        yield int(str(feature_id)), f"{minutes(apart)} {side} than its curve, as others near it"


def _others(findings: pd.DataFrame) -> Iterator[_Reason]:
    """Features that other findings name, gravest first."""
    named = findings[findings["feature_id"].notna()].head(MOST_FOUND)
    for feature_id, message in zip(named["feature_id"], named["message"], strict=True):
        yield int(feature_id), str(message)


def _found(findings: pd.DataFrame, code: str) -> list[int]:
    """Features of the findings of a kind."""
    ids = findings.loc[findings["code"] == code, "feature_id"].dropna()
    return [int(i) for i in ids]


def _largest_outliers(features: pd.DataFrame, peak: IntArray) -> list[int]:
    """Outliers that hold most of the outliers' area, the largest first."""
    return _largest(features[features["verdict"] == "outlier"], peak, OUTLIERS_SHARE, MOST_OUTLIERS)


def _largest(rows: pd.DataFrame, peak: IntArray, share: float, most: int) -> list[int]:
    """Rows that hold a share of the rows' area, the largest first, at most so many."""
    ids = by_area(rows, peak)
    areas = rows["volume"].reindex(ids).to_numpy("float64")
    if not len(ids) or not np.nansum(areas) > 0:
        return ids[:most]
    held = np.cumsum(np.nan_to_num(areas)) / np.nansum(areas)
    enough = int(np.searchsorted(held, share)) + 1
    return ids[: min(enough, most)]
