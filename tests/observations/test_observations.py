"""Usable rows as arrays, in an order that the input's order cannot change."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.observations.observations import Observations, observe
from ganglioside.support.arrays import starts, sum_by


@pytest.fixture(scope="module")
def example() -> Observations:
    return observe(gg.example())


def table(**columns: object) -> gg.FeatureTable:
    return gg.read_features(pd.DataFrame(columns))


def test_every_usable_row_is_there_once(example: Observations) -> None:
    read = gg.example()
    assert sorted(example.row) == list(range(len(read)))
    np.testing.assert_array_equal(example.rt, read.data["rt"].to_numpy()[example.row])
    np.testing.assert_array_equal(example.anchor, read.data["anchor"].to_numpy()[example.row])
    volume = read.data["volume"].to_numpy()[example.row]
    np.testing.assert_allclose(10**example.log_volume, volume)


def test_unusable_rows_are_left_out() -> None:
    read = table(
        Name=["GM3(36:1;O2)", "?", "GM3(38:1;O2)", "GM3(40:1;O2)"], RT=["8.1", "8.2", "x", "9.9"]
    )
    assert sorted(observe(read).row) == [0, 3]


def test_areas_that_are_none_are_missing() -> None:
    read = table(
        Name=[f"GM3({n}:1;O2)" for n in (34, 36, 38)], RT=[8.0, 9.0, 10.0], Volume=[100.0, 0, None]
    )
    assert np.sort(observe(read).log_volume).tolist()[0] == 2
    assert np.isnan(observe(read).log_volume).sum() == 2


def test_cells_and_slots_join_what_can_meet() -> None:
    read = table(
        Name=["GM3(36:1;O2)", "GM1(36:1;O2)", "GM3(36:1;O2)", "GM3(36:1;O2)", "GM3(38:1;O2)"],
        RT=[8.0, 8.0, 8.5, 8.0, 8.0],
        Sample=["a", "a", "a", "b", "a"],
    )
    seen = observe(read)
    at = np.argsort(seen.row)
    cell, slot = seen.sample_ceramide[at], seen.slot[at]
    assert cell[0] == cell[1] == cell[2]
    assert len({cell[0], cell[3], cell[4]}) == 3
    assert slot[0] == slot[2]
    assert len({slot[0], slot[1], slot[3], slot[4]}) == 4


def test_labels_tell_apart_what_has_otherwise_one_name() -> None:
    names = ["SM 41:1 (a)", "SM 41:1 (b)", "SM 41:1 (a)", "SM 43:1 (a)", "SM 43:1 (a)"]
    seen = observe(table(Name=names, RT=[8.0, 8.3, 8.1, 9.5, 9.6]))
    at = np.argsort(seen.row)
    slot, label = seen.slot[at], seen.isomer_label[at]
    assert slot[0] == slot[2] != slot[1]
    assert slot[3] == slot[4]
    assert label.tolist() == [1, 2, 1, 0, 0]  # one label alone tells nothing apart
    assert not observe(table(Name=["SM 41:1", "SM 43:1 (a)"], RT=[8.0, 9.5])).isomer_label.any()


def test_some_rows_have_their_values_in_each_field(example: Observations) -> None:
    """A field with a value per row that is not marked as such would keep all of them."""
    n, chosen = len(example), np.array([5, 2])
    some = example.take(chosen)
    for field in fields(Observations):
        before, after = getattr(example, field.name), getattr(some, field.name)
        if isinstance(before, np.ndarray) and len(before) == n:
            np.testing.assert_array_equal(after, before[chosen], err_msg=field.name)
        else:
            assert after is before, field.name


def test_the_order_of_the_input_is_gone() -> None:
    read = gg.example().data.rename(columns={"name": "Name", "rt": "RT", "volume": "Volume"})
    frame = read[["Name", "RT", "Volume"]].assign(
        Anchor=read["anchor"].map({True: "T", False: "F"})
    )
    order = np.random.default_rng(1).permutation(len(frame))
    first = observe(gg.read_features(frame))
    second = observe(gg.read_features(frame.iloc[order].reset_index(drop=True)))
    for name in (
        "sample",
        "group",
        "slot",
        "sample_ceramide",
        "ceramide",
        "mass",
        "rt",
        "log_volume",
        "anchor",
    ):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)
    np.testing.assert_array_equal(first.row, order[second.row])


def test_nothing_usable_is_no_fault() -> None:
    assert len(observe(table(Name=["?", "!"], RT=[1.0, 2.0]))) == 0


@pytest.mark.parametrize("key", [[], [0, 2, 2]])
def test_sums_are_always_floats(key: list[int]) -> None:
    values = np.arange(len(key), dtype=np.float64) + 0.5
    total = sum_by(np.array(key, dtype=np.int64), values, 4)
    assert total.dtype == np.float64
    assert total.tolist() == ([0.5, 0, 4.0, 0] if key else [0, 0, 0, 0])


@given(key=st.lists(st.integers(0, 3), max_size=30))
def test_starts_are_where_another_key_begins(key: list[int]) -> None:
    expected = [k == 0 or key[k] != key[k - 1] for k in range(len(key))]
    assert starts(np.array(key, dtype=np.int64)).tolist() == expected
