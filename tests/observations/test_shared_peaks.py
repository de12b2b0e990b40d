"""Peaks that samples share: what is one, and how a sample shows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulated_study import raw_of, study

import ganglioside as gg
from ganglioside.observations.observations import Observations, observe
from ganglioside.observations.shared_peaks import find_peaks
from ganglioside.reading.feature_table import FeatureTable


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return study()


def observed(rts: dict[str, list[float]], **columns: object) -> Observations:
    """Features of GM1(36:1;O2) at some RTs of each sample, in that order."""
    rows = [("GM1(36:1;O2)", sample, rt) for sample, of in rts.items() for rt in of]
    frame = pd.DataFrame(rows, columns=["Name", "Sample", "RT"])
    return observe(gg.read_features(frame.assign(**columns)))


def test_a_single_sample_is_its_own_peaks(table: FeatureTable) -> None:
    raw = raw_of(table)
    one = raw[raw["Sample"] == "S001"]
    observed = observe(gg.read_features(one))
    peaks = find_peaks(observed)
    assert peaks.are_features
    np.testing.assert_array_equal(peaks.observed.row, observed.row)
    named, unnamed = gg.analyze(one), gg.analyze(one.drop(columns="Sample"))
    pd.testing.assert_frame_equal(named.features.drop(columns="sample"), unnamed.features)


def test_features_of_one_name_at_one_rt_are_one_peak() -> None:
    seen = observed({"A": [9.0, 12.0], "B": [9.004], "C": [9.002, 12.004]})
    peaks = find_peaks(seen)
    assert len(peaks.observed) == 2
    assert peaks.features is seen
    peak = dict(zip(seen.row.tolist(), peaks.of_feature.tolist(), strict=True))
    assert [peak[row] for row in range(5)] == [0, 1, 0, 0, 1]
    assert peaks.observed.rt == pytest.approx([9.002, 12.002], abs=1e-3)
    assert peaks.observed.sample.tolist() == [0, 0]
    assert (peaks.observed.species == seen.species[0]).all()


def test_a_peak_has_the_mean_area_and_is_an_anchor_if_one_feature_is() -> None:
    seen = observed(
        {"A": [9.0, 12.0], "B": [9.0], "C": [9.0]},
        Volume=[100.0, None, 10_000.0, None],
        Anchor=["F", "F", "T", "F"],
    )
    peaks = find_peaks(seen).observed
    np.testing.assert_allclose(peaks.log_volume, [3.0, np.nan])
    assert peaks.anchor.tolist() == [True, False]


def test_a_sample_sees_its_own_rt_and_area_and_the_others_elsewhere() -> None:
    seen = observed({"A": [9.0, 12.0], "B": [9.004], "C": [9.002]}, Volume=[1e2, 1e3, 1e4, 1e5])
    peaks = find_peaks(seen)
    view = peaks.seen_from(2)  # in sample B
    assert view.row[0] == 2
    assert view.rt[0] == seen.rt[seen.row == 2][0]
    assert view.log_volume[0] == pytest.approx(4)
    assert view.rt[1] == peaks.observed.rt[1]  # B has no feature there
    assert (view.sample == seen.sample[seen.row == 2][0]).all()
    assert len(np.unique(peaks.observed.row)) == 2


def test_of_two_features_of_a_sample_in_a_peak_the_one_asked_for_is_seen() -> None:
    seen = observed({"A": [9.0, 9.01], "B": [9.004], "C": [9.002]})
    peaks = find_peaks(seen)
    assert len(peaks.observed) == 1
    assert [int(peaks.seen_from(row).row[0]) for row in (0, 1)] == [0, 1]


@pytest.mark.parametrize("part_is_elsewhere", [True, False])
def test_a_row_that_became_one_of_another_peak_stands_for_that_alone(
    part_is_elsewhere: bool,
) -> None:
    """It stood for both, so that the score card crashed or was that of the other peak."""
    rts = {"A": [9.0], "B": [9.4], "C": [9.0, 9.4]} if part_is_elsewhere else {"A": [9], "B": [9.4]}
    peaks = find_peaks(observed(rts))
    of_feature = peaks.of_feature.copy()
    of_feature[1] = of_feature[0]  # the part in sample B is the whole peak there
    view = replace(peaks, of_feature=of_feature).seen_from(1)
    assert view.row[of_feature[0]] == 1
    assert len({*view.row.tolist()}) == len(view) == 2


def test_a_view_leaves_the_peaks_as_they_are() -> None:
    peaks = find_peaks(observed({"A": [9.0], "B": [9.004], "C": [9.002]}))
    before = peaks.observed.row.copy(), peaks.observed.rt.copy()
    peaks.seen_from(1)
    np.testing.assert_array_equal(peaks.observed.row, before[0])
    np.testing.assert_array_equal(peaks.observed.rt, before[1])
    assert peaks.seen_from(99) is peaks.observed  # was not judged
