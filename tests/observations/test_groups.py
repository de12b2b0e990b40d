"""Groups: the series of a table, and which could break into which."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.lipids.composition import UNITS
from ganglioside.observations.observations import Observations, observe


@pytest.fixture(scope="module")
def example() -> Observations:
    return observe(gg.example())


def table(**columns: object) -> gg.FeatureTable:
    return gg.read_features(pd.DataFrame(columns))


def test_a_name_with_an_isomer_is_a_group_of_its_own() -> None:
    read = table(Name=["GD1a(36:1;O2)", "GD1(36:1;O2)", "GD1b(36:1;O2)"], RT=[8.0, 8.2, 8.4])
    groups = observe(read).groups
    assert groups.series == ("GD1", "GD1", "GD1")
    assert groups.isomer == (None, "GD1a", "GD1b")
    assert not groups.contains.any()


def test_containment_is_of_every_unit(example: Observations) -> None:
    groups = example.groups
    for p, parent in enumerate(groups.units):
        for c, child in enumerate(groups.units):
            expected = bool((parent >= child).all() and (parent > child).any())
            assert groups.contains[p, c] == expected
    known = dict(zip(groups.series, range(len(groups)), strict=True))
    assert groups.contains[known["GD1"], known["GM3"]]
    assert groups.contains[known["GT1"], known["GD3"]]
    assert not groups.contains[known["GM1"], known["GD3"]]  # one sialic acid has no two
    assert (groups.depth == groups.units.sum(axis=1)).all()


def test_a_lost_water_makes_a_group_smaller() -> None:
    read = table(Name=["GM3-H2O(36:1;O2)", "GM3(36:1;O2)"], RT=[8.0, 8.0])
    groups = observe(read).groups
    lost = groups.series.index("GM3-H2O")
    assert groups.units[lost, UNITS.index("water_losses")] == -1
    assert groups.contains[1 - lost, lost]
    assert not groups.contains[lost, 1 - lost]


def test_the_base_of_an_acetylated_group_is_the_same_without_any_acetyl() -> None:
    names = ["GM1(36:1;O2)", "GM1+OAc(36:1;O2)", "GM1+2OAc(36:1;O2)", "GD1+OAc(36:1;O2)"]
    groups = observe(table(Name=names, RT=[8.0, 8.1, 8.2, 8.3])).groups
    pairs = {
        (groups.series[g], groups.series[b])
        for g in range(len(groups))
        for b in range(len(groups))
        if groups.bases[g, b]
    }
    assert pairs == {("GM1+OAc", "GM1"), ("GM1+2OAc", "GM1")}
    acetyls = dict(zip(groups.series, groups.acetyls.tolist(), strict=True))
    assert acetyls == {"GM1": 0, "GM1+OAc": 1, "GM1+2OAc": 2, "GD1+OAc": 1}


def test_no_group_contains_a_deeper_one(example: Observations) -> None:
    groups = example.groups
    parent, child = groups.contains.nonzero()
    assert len(parent) > 50
    assert (groups.depth[parent] > groups.depth[child]).all()
