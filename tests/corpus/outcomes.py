"""Outcomes of reading: faults and reports by row."""

from __future__ import annotations

import pandas as pd

import ganglioside as gg


def first_faults(read: gg.FeatureTable) -> dict[int, str]:
    """Return the first code of every row that cannot be judged; check it against `fault`."""
    errors = read.problems[read.problems["severity"] == "error"].drop_duplicates("feature_id")
    found = dict(zip(errors["feature_id"], errors["code"], strict=True))
    assert set(found) == set(read.data["feature_id"][read.data["fault"].notna()])
    return found


def reported(read: gg.FeatureTable) -> set[tuple[int | None, str]]:
    rows = (None if pd.isna(row) else int(row) for row in read.problems["feature_id"])
    return set(zip(rows, read.problems["code"], strict=True))
