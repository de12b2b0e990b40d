"""What a report says, as values."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside.reports import content


def test_wrong_anchors_come_first_with_their_parent(page: str, table: Path) -> None:
    analysis = gg.analyze(table)
    kinds = content.to_fix(analysis)
    wrong = analysis.features[analysis.features["anchor"]]
    wrong = wrong[wrong["verdict"].isin(["fragment", "adduct", "outlier"])]
    assert kinds[0].heading.startswith("Anchors")
    assert kinds[0].total == len(wrong) > 0
    for row, item in zip(wrong.itertuples(), kinds[0].rows, strict=True):
        assert row.name in item.value
        assert row.verdict in item.message
        if isinstance(row.parent, str):
            assert row.parent in item.message
        assert item.value in page


def test_unreadable_rows_are_listed_with_line_value_and_advice(evil_table: Path) -> None:
    kinds = {kind.heading: kind for kind in content.to_fix(gg.analyze(evil_table))}
    unread = kinds["Rows that could not be read"]
    assert unread.total >= 3
    values = [item.value for item in unread.rows]
    assert "N/A" in values
    assert all("line" in item.where and item.advice for item in unread.rows)


@pytest.mark.parametrize(
    ("confidence", "text"),
    [(0.9999, "> 99.9 %"), (0.995, "99.5 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_confidence_is_never_rounded_to_certainty(confidence: float, text: str) -> None:
    assert content.percent(confidence) == text
