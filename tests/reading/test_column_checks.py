"""Checks of whole columns: units and values that can be measured."""

from __future__ import annotations

import pandas as pd
import pytest
from paths import PORCINE

import ganglioside as gg

needs_porcine = pytest.mark.skipif(not PORCINE.exists(), reason="the porcine table is not here")


@needs_porcine
def test_seconds_are_converted_for_the_real_table() -> None:
    frame = pd.read_csv(PORCINE)
    seconds = gg.read_features(frame.assign(RT=(frame["RT"] * 60).round(2)))
    pd.testing.assert_series_equal(seconds.data["rt"], frame["RT"], check_names=False)
    assert list(seconds.problems["code"]) == ["rt-in-seconds"]


def test_values_that_no_instrument_measures_are_reported_and_missing() -> None:
    content = (
        b"Name,RT,Volume,Log P,m/z\nGM1(36:1;O2),9.5,1e300,-1e9,1e7\nGM3(36:1;O2),9.9,1,1,900\n"
    )
    read = gg.read_features(content)
    assert read.data.loc[0, ["volume", "log_p", "mz"]].isna().all()
    assert read.data.loc[1, ["volume", "log_p", "mz"]].tolist() == [1, 1, 900]
    found = read.problems[read.problems["code"] == "out-of-bounds"]
    assert found["feature_id"].tolist() == [0, 0, 0]
    assert "from 1e-20 to 1e+20" in found["message"].iloc[0]
    assert read.data["fault"].isna().all()
