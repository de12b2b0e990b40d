"""The two tables of a result: what is there, and which names are not to be published."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.columns import OF_PARENT, PARENT_VERDICTS
from ganglioside.exporting.readable import suggestions
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.process_words import process_words

#: Columns of `wrong_names`.
_WRONG: Final = (
    "feature_id", "row", "name", "rt", "volume", "verdict", "confidence", "why", "instead",
)  # fmt: skip


def species_rows(analysis: Analysis) -> pd.DataFrame:
    """The accepted species, the largest first: `Analysis.species` with `order`.

    `order` is `early` or `late` where isomers have no letter, and `at 10.693 min` for peaks of one
    name that are apart: their names are alike.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = species_rows(gg.analyze(gg.example()))
    >>> table["area_consolidated"].is_monotonic_decreasing
    True
    """
    species = analysis.species
    order = [head.partition(" ")[2] for head in species["head"]]
    ordered = species.assign(order=order).sort_values(
        "area_consolidated", ascending=False, kind="stable", na_position="last"
    )
    return ordered.reset_index(drop=True)


def wrong_names(analysis: Analysis) -> pd.DataFrame:
    """Features whose name is not to be published, by falling area; of a shared peak, one.

    Those that an analyst accepted or renamed are left out, those that one rejected are in.

    Returns
    -------
    pandas.DataFrame
        feature_id, row, name, rt (min), volume, verdict, confidence, why (in a few words), instead
        (the name that fits, or the species to which the area counts; empty where neither is known).

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = wrong_names(gg.analyze(gg.example()))
    >>> "valid" in set(table["verdict"]), table["volume"].is_monotonic_decreasing
    (False, True)
    """
    features = analysis.overridden
    decision = features.get("analyst_decision", pd.Series(None, features.index, dtype="str"))
    stands = decision.isin(["accepted", "renamed"])
    wrong = (features["verdict"] != "valid") | (decision == "rejected")
    readable = features["series"].notna() & features["rt"].notna()
    described = features.assign(decision=decision, suggested=suggestions(analysis))
    chosen = described[wrong & readable & ~stands]
    by_area = chosen.sort_values("volume", ascending=False, kind="stable", na_position="last")
    peaks = pd.Series(analysis.shared_peak, features.index)[by_area.index]
    distinct = by_area[~peaks.duplicated()]
    isomers = features["isomer"].to_numpy(object)
    records = [dict(row) for _, row in distinct.iterrows()]
    table = distinct.assign(
        verdict=distinct["verdict"].astype("str"),
        why=[_why(row) for row in records],
        instead=[_instead(row, isomers) for row in records],
    )
    if "row" not in table:
        table = table.assign(row=pd.array([pd.NA] * len(table), dtype="Int64"))
    return table[list(_WRONG)].reset_index(drop=True)


def _why(row: dict[str, Any]) -> str:
    """Why a name is wrong, in a few words."""
    if row["decision"] == "rejected":
        return "rejected by an analyst"
    if row["verdict"] in PARENT_VERDICTS and pd.notna(row["process"]):
        return process_words(row["process"])
    if row["verdict"] == "undetermined":
        return "the table does not decide"
    apart = row["residual"]
    if np.isfinite(apart):
        return f"elutes {abs(apart):.2f} min too {'early' if apart < 0 else 'late'}"
    return str(row["reason"]).partition(";")[0]


def _instead(row: dict[str, Any], isomers: Any) -> str:
    """What is to be said instead of the name; empty where nothing is known."""
    if row["verdict"] in OF_PARENT and pd.notna(row["parent"]):
        parent = row["parent"]
        isomer = None if pd.isna(row["parent_id"]) else isomers[int(row["parent_id"])]
        lettered = isinstance(isomer, str) and " " not in isomer
        read = parse_name(parent)  # the species list writes them so, however they are given
        ceramide = "/".join(read.chains) or str(read.ceramide)
        species = f"{isomer}({ceramide})" if lettered else parent
        return f"{OF_PARENT[row['verdict']]} of {species}"
    return "" if pd.isna(row["suggested"]) else str(row["suggested"])
