"""Isomer names: fragments, never the order of elution, decide the letter of a line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import observe
from ganglioside.retention.isomer_names import line_names

SERIES = ("GD1", "GT1", "GM3", "GM2", "GD3", "GD2", "GM1")


@pytest.fixture
def groups() -> Groups:
    table = pd.DataFrame({"Name": [f"{s}(36:1;O2)" for s in SERIES], "RT": 9.0})
    return observe(gg.read_features(table)).groups


def names(groups: Groups, offset: list[float], *seen: dict[str, float]) -> tuple[str | None, ...]:
    """Name lines of GD1 by the fragments that each has shown."""
    counts = np.zeros((len(offset), len(groups)))
    for line, fragments in enumerate(seen):
        for series, n in fragments.items():
            counts[line, groups.series.index(series)] = n
    line_group = np.full(len(offset), groups.series.index("GD1"))
    return line_names(groups, line_group, np.array(offset), counts)


GD1A, GD1B = {"GM3": 5.0, "GM2": 3.0, "GM1": 4.0}, {"GD3": 4.0, "GD2": 2.0, "GM1": 3.0}


def test_fragments_name_the_isomers_whatever_their_order(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], GD1A, GD1B) == ("GD1a", "GD1b")
    assert names(groups, [9.6, 9.1], GD1A, GD1B) == ("GD1a", "GD1b")
    assert names(groups, [9.1, 9.6], GD1B, GD1A) == ("GD1b", "GD1a")


def test_without_fragments_the_order_says_only_early_and_late(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], {}, {}) == ("GD1 early", "GD1 late")
    assert names(groups, [9.6, 9.1], {}, {}) == ("GD1 late", "GD1 early")
    assert names(groups, [9.1, 9.6, 9.4], {}, {}, {}) == ("GD1 early", "GD1 late", "GD1 middle")


def test_pieces_that_both_make_name_neither(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], {"GM1": 9.0}, {"GM1": 9.0}) == ("GD1 early", "GD1 late")


def test_two_lines_never_bear_one_name(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], GD1A, GD1A) == ("GD1 early", "GD1 late")


def test_one_line_with_evidence_is_named_and_the_other_is_not(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], {}, GD1B) == ("GD1 early", "GD1b")


def test_a_trace_is_no_evidence(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], {"GM3": 0.3}, {"GD3": 0.3}) == ("GD1 early", "GD1 late")


def test_a_single_line_needs_no_name(groups: Groups) -> None:
    assert names(groups, [9.1], GD1A) == (None,)


def test_a_fragment_with_the_outer_galactose_shows_nothing_of_the_inner(groups: Groups) -> None:
    assert names(groups, [9.1, 9.6], {"GM1": 9.0}, {}) == ("GD1 early", "GD1 late")
