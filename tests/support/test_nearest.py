"""The nearest known words are offered, and nothing where none is near."""

from __future__ import annotations

from ganglioside.support.nearest import did_you_mean


def test_beginnings_come_before_likeness() -> None:
    assert did_you_mean("out", ["about", "outlier_threshold"]).startswith(
        " Did you mean 'outlier_threshold'"
    )


def test_at_most_three_are_offered_once() -> None:
    offered = did_you_mean("GM1", ["GM1a", "GM1b", "GM1c", "GM1d", "GM1a"])
    assert offered.count("'GM1") == 3


def test_nothing_near_is_nothing_offered() -> None:
    assert did_you_mean("xyz", ["unit", "sheet"]) == ""
    assert did_you_mean("", ["unit"]) == ""
