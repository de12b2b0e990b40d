"""Confidence against truth, on cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside import charts
from ganglioside.charts.files import svg
from ganglioside.verdicts import calibration


def test_bins_hold_their_rows_and_shares() -> None:
    right = pd.Series([True, False, True, True])
    table = calibration.reliability(right, pd.Series([0.95, 0.95, 0.55, 1.0]))
    assert list(table.columns) == list(calibration.RELIABILITY)
    assert table["bin"].tolist() == pytest.approx([0.5, 0.9])
    assert table["rows"].tolist() == [1, 3]
    assert table["right"].tolist() == pytest.approx([1.0, 2 / 3])
    assert table["confidence"].tolist() == pytest.approx([0.55, 2.9 / 3])
    gap = (1 * 0.45 + 3 * (2.9 / 3 - 2 / 3)) / 4
    assert calibration.calibration_error(table) == pytest.approx(gap)


def test_the_interval_is_wilsons() -> None:
    # 8 of 10: 0.490 to 0.943 (Wilson 1927, with z = 1.96)
    right = pd.Series([True] * 8 + [False] * 2)
    table = calibration.reliability(right, pd.Series([0.85] * 10))
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([0.490, 0.943], abs=5e-4)


def test_rows_without_confidence_are_left_out() -> None:
    table = calibration.reliability(pd.Series([True, False]), pd.Series([np.nan, 0.2]))
    assert table["rows"].sum() == 1
    none = calibration.reliability(pd.Series([True]), pd.Series([np.nan]))
    assert np.isnan(calibration.calibration_error(none))
    assert "No verdict" in svg(charts.reliability_diagram(none))


def test_judged_compares_row_by_row() -> None:
    table = gg.simulate(3)
    features = gg.analyze(table).features
    assert table.truth is not None
    judged = calibration.judged(table.truth, features)
    assert len(judged) == len(table)
    assert judged["right"].mean() > 0.9
    wrong = calibration.judged(table.truth.assign(verdict="adduct"), features)
    assert wrong["right"].sum() == (features["verdict"] == "adduct").sum()
