"""Features that an analyst should look at first, each with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.lipids.names import parse_name
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.formatting import area, minutes, percent

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

#: Columns of the table of names that fit better.
SUGGESTED: Final[dict[str, str]] = {
    "feature_id": "int64",
    "suggested_name": "str",
    "process": "str",  # by which the feature comes from it, NA where it is the species itself
    "predicted_rt": "float64",  # min
    "difference": "float64",  # min, measured less predicted
    "sigma": "float64",
    "note": "str",
}

#: Outliers that are looked at: those of this share of the outliers' area, and at most so many.
OUTLIERS_SHARE: Final = 0.9
MOST_OUTLIERS: Final = 20

#: Confidence below which a verdict is doubtful, and most such features.
DOUBTFUL: Final = 0.9
MOST_DOUBTFUL: Final = 40

#: Features shown of a curve that does not follow the gradient.
MOST_UNFIT: Final = 5


_CERAMIDE: Final = ("carbons", "double_bonds", "hydroxyls")


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


def asked_for_names(features: pd.DataFrame, most: int) -> list[int]:
    """The outliers with the largest areas, for which names are suggested.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    most : int
    """
    return _by_area(features[features["verdict"] == "outlier"])[:most]


def better_name(
    suggestions: pd.DataFrame, features: pd.DataFrame, feature_id: int
) -> dict[str, object] | None:
    """Row of `SUGGESTED` with the best name that is not the present one; None where there is none.

    A species whose ceramide no feature has is too unlikely to be one.

    Parameters
    ----------
    suggestions : pandas.DataFrame
        Columns `suggestions.SUGGESTIONS`, the best first.
    features : pandas.DataFrame
        `Analysis.features`.
    feature_id : int
    """
    known = set(zip(*(features[column] for column in _CERAMIDE), strict=True))
    for found in suggestions.to_dict("records"):
        if found["name"] == features["name"].iloc[feature_id]:
            return None
        ceramide = parse_name(str(found["name"])).ceramide
        if (ceramide.carbons, ceramide.double_bonds, ceramide.hydroxyls) in known:
            best = {str(column): value for column, value in found.items()}
            return best | {"feature_id": feature_id, "suggested_name": found["name"]}
    return None


def review_queue(
    features: pd.DataFrame, findings: pd.DataFrame, suggested: pd.DataFrame
) -> pd.DataFrame:
    """Features to look at, in the order of `GROUPS`; each is in one group.

    Parameters
    ----------
    features, findings : pandas.DataFrame
        Tables of the analysis.
    suggested : pandas.DataFrame
        Columns `SUGGESTED`.

    Returns
    -------
    pandas.DataFrame
        Columns `QUEUE`.
    """
    names = suggested.set_index("feature_id")
    reasons = {
        "wrong anchor": _wrong_anchors(features, findings),
        "another name": _renamed(features, findings, names),
        "large outlier": _unexplained(features, names),
        "doubtful": _doubtful(features),
        "lack of fit": _unfit(features, findings),
        "finding": _others(findings),
    }
    found: dict[int, tuple[str, str]] = {}
    for group in GROUPS:
        for feature_id, why in reasons[group.name]:
            found.setdefault(feature_id, (group.name, why))
    order = sorted(found, key=lambda i: [group.name for group in GROUPS].index(found[i][0]))
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
    for feature_id in _found(findings, "wrong-anchor"):
        feature = features.iloc[feature_id]
        parent = "" if pd.isna(feature["parent"]) else f" of {feature['parent']}"
        yield feature_id, f"anchor, but {feature['verdict']}{parent}"


def _renamed(
    features: pd.DataFrame, findings: pd.DataFrame, names: pd.DataFrame
) -> Iterator[_Reason]:
    candidates = _found(findings, "neugc-candidate")
    for feature_id in dict.fromkeys([*_largest_outliers(features), *candidates]):
        if feature_id in names.index:
            process = names["process"][feature_id]
            by = "" if pd.isna(process) else f" by {process}"
            yield feature_id, f"fits {names['suggested_name'][feature_id]}{by}"
        elif feature_id in candidates:
            yield feature_id, "may be a NeuGc form"


def _unexplained(features: pd.DataFrame, names: pd.DataFrame) -> Iterator[_Reason]:
    for feature_id in _largest_outliers(features):
        if feature_id not in names.index:
            yield feature_id, f"nothing known fits; area {area(features['volume'][feature_id])}"


def _doubtful(features: pd.DataFrame) -> Iterator[_Reason]:
    judged = features[features["confidence"] > 0]
    doubtful = judged[judged["confidence"] < DOUBTFUL]
    for feature_id in _by_area(doubtful)[:MOST_DOUBTFUL]:
        sure = percent(features["confidence"][feature_id])
        yield feature_id, f"{features['verdict'][feature_id]} by {sure} only"


def _unfit(features: pd.DataFrame, findings: pd.DataFrame) -> Iterator[_Reason]:
    if "lack-of-fit" not in set(findings["code"]):
        return
    valid = features[features["verdict"] == "valid"]
    worst = valid["standardized_residual"].abs().sort_values(ascending=False, kind="stable")
    for feature_id in worst.index[:MOST_UNFIT]:
        residual = float(features["residual"][feature_id])
        side = "later" if residual > 0 else "earlier"
        yield int(feature_id), f"{minutes(abs(residual))} {side} than its curve"


def _others(findings: pd.DataFrame) -> Iterator[_Reason]:
    named = findings[findings["feature_id"].notna()]
    for feature_id, message in zip(named["feature_id"], named["message"], strict=True):
        yield int(feature_id), str(message)


def _found(findings: pd.DataFrame, code: str) -> list[int]:
    """Features of the findings of a kind."""
    ids = findings.loc[findings["code"] == code, "feature_id"].dropna()
    return [int(i) for i in ids]


def _largest_outliers(features: pd.DataFrame) -> list[int]:
    """Outliers that hold most of the outliers' area, the largest first."""
    ids = _by_area(features[features["verdict"] == "outlier"])
    areas = features["volume"].to_numpy("float64")[ids]
    if not len(ids) or not np.nansum(areas) > 0:
        return ids[:MOST_OUTLIERS]
    held = np.cumsum(np.nan_to_num(areas)) / np.nansum(areas)
    enough = int(np.searchsorted(held, OUTLIERS_SHARE)) + 1
    return ids[: min(enough, MOST_OUTLIERS)]


def _by_area(rows: pd.DataFrame) -> list[int]:
    """Features of some rows by falling area, those without one last."""
    ordered = rows.sort_values("volume", ascending=False, kind="stable", na_position="last")
    return [int(i) for i in ordered["feature_id"]]


def suggested_table(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Table of names that fit better, columns `SUGGESTED`."""
    return pd.DataFrame(list(rows), columns=list(SUGGESTED)).astype(SUGGESTED)
