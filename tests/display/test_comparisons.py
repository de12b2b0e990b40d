"""The card of a comparison of groups: what was compared, and what differs."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from ganglioside.amounts.groups import COMPARISON, GroupComparison
from ganglioside.display import comparisons

EVIL = "<b>GM1"


def comparison(n: int) -> GroupComparison:
    table = pd.DataFrame(
        {
            "name": [f"{EVIL}{k}" for k in range(n)],
            "reference": "ill",
            "group": "well",
            "log2_fold_change": -2.0,
            "low": -2.5,
            "high": -1.5,
            "p": [(k + 1) / 1e6 for k in range(n)],
            "q": 0.03,
        }
    )
    groups = {"ill": ("a", "b"), "well": ("c", "d")}
    return GroupComparison("species", "area", groups, table.reindex(columns=list(COMPARISON)))


def test_the_card_shows_the_smallest_p_and_never_zero() -> None:
    html = comparison(10)._repr_html_()
    assert EVIL not in html
    text = re.sub(r"<[^>]+>", " ", html)
    assert "10 of 10 rows tested, 10 with q" in text
    assert "well / ill" in text
    assert "−2.50 to −1.50" in text
    assert "&lt; 0.0001" in text
    assert f"and {10 - comparisons.MOST_ROWS} with a larger p" in text


def test_without_a_test_the_card_says_so() -> None:
    empty = comparison(2)
    untested = replace(empty, table=empty.table.assign(p=float("nan")))
    assert "0 of 2 rows tested" in untested._repr_html_()
    assert "<table" not in untested._repr_html_()
