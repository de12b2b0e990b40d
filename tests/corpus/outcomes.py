"""Outcomes of reading: faults and reports by row."""

from __future__ import annotations

import pandas as pd

import ganglioside as gg

#: Rows that are not judged although nothing is wrong with them.
LEFT_OUT = {
    "unannotated",
    "summary-row",
    "unnamed",
    "other-lipid",
    "internal-standard",
    "blank-sample",
    "not-found",
    "area-without-rt",
}


def first_faults(read: gg.FeatureTable) -> dict[int, str]:
    """Return the first code of every row that cannot be judged; check it against `fault`."""
    errors = read.problems[read.problems["severity"] == "error"].drop_duplicates("feature_id")
    found = dict(zip(errors["feature_id"], errors["code"], strict=True))
    faulted = read.data[read.data["fault"].notna()]
    assert set(found) <= set(faulted["feature_id"])
    left_out = {row: _why_left_out(read, row) for row in set(faulted["feature_id"]) - set(found)}
    assert set(left_out.values()) <= LEFT_OUT
    return found | left_out


def _why_left_out(read: gg.FeatureTable, row: int) -> str:
    if read.names.standard[row]:
        return "internal-standard"
    if read.data["sample_type"][row] == "blank":
        return "blank-sample"
    if read.data["fault"][row] == "No peak was found in this sample.":
        return "not-found"
    if read.data["fault"][row] == "Its area has no retention time in this sample.":
        return "area-without-rt"
    name = read.data["name"][row]
    return "unnamed" if pd.isna(name) or not name.strip() else read.names.errors[name].code


def reported(read: gg.FeatureTable) -> set[tuple[int | None, str]]:
    rows = (None if pd.isna(row) else int(row) for row in read.problems["feature_id"])
    return set(zip(rows, read.problems["code"], strict=True))
