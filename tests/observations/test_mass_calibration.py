"""The calibration of m/z is learned and taken off; rows that differ from it stand out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rows_of_peaks

import ganglioside as gg
from ganglioside.observations.mass_calibration import calibration
from ganglioside.support.formatting import with_sign
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()


def off_by(ppm: np.ndarray | float, rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """The small table with m/z that are off by so much, ppm, and a scatter of 0.5."""
    rows = rows_of_peaks.plain() if rows is None else rows
    error = ppm + np.random.default_rng(1).normal(0, 0.5, len(rows))
    return rows.assign(**{"m/z": rows["m/z"] * (1 + 1e-6 * error)})


@pytest.mark.parametrize("offset", [0.0, 8.0, -25.0, 45.0])
def test_a_table_that_is_off_as_a_whole_is_no_table_of_wrong_names(offset: float) -> None:
    features = gg.analyze(off_by(offset)).features
    assert set(features["verdict"]) == {"valid"}


@pytest.mark.parametrize("offset", [0.0, 8.0])
def test_one_row_that_is_off_is_suspicious(offset: float) -> None:
    ppm = np.full(21, offset)
    ppm[10] -= 8.0
    analysis = gg.analyze(off_by(ppm))
    assert analysis.features["verdict"][10] == "outlier"
    assert (analysis.features["verdict"] == "valid").sum() == 20
    reason = analysis.features["reason"][10]
    assert "ppm from that of the name, where" in reason
    off = [with_sign(offset - less, 0) for less in (7, 8)]
    assert any(f"{ppm}." in reason for ppm in off) or offset == 8.0
    assert "usual" in str(analysis.explain(10))


def test_drift_along_mz_and_run_is_taken_off() -> None:
    rng = np.random.default_rng(3)
    n = 200
    mz, rt = rng.uniform(900, 1900, n), rng.uniform(4, 18, n)
    true = 3 + 8 * (mz - 1400) / 1000 - 6 * (rt - 11) / 14
    error = true + rng.normal(0, 1, n)
    error[:20] += 60
    found = calibration(error, mz, rt, np.zeros(n, np.int64), PRIORS)
    assert np.abs(found - true).max() < 0.8


def test_each_sample_has_its_calibration() -> None:
    rng = np.random.default_rng(4)
    sample = np.repeat(np.arange(3), 60)
    of_sample = np.array([0.0, 4.0, -3.0])[sample]
    error = 5 + of_sample + rng.normal(0, 1, len(sample))
    mz, rt = rng.uniform(900, 1900, len(sample)), rng.uniform(4, 18, len(sample))
    found = calibration(error, mz, rt, sample, PRIORS)
    assert np.abs(found - 5 - of_sample).max() < 0.9


def test_few_rows_move_the_calibration_little() -> None:
    one = calibration(
        np.array([20.0, np.nan]), np.full(2, 1200.0), np.zeros(2), np.zeros(2, np.int64), PRIORS
    )
    assert 0 < one[0] < 18
    assert one[1] == 0.0


def test_nothing_known_gives_no_calibration() -> None:
    missing = np.full(3, np.nan)
    none = calibration(missing, missing, np.zeros(3), np.zeros(3, np.int64), PRIORS)
    assert none.tolist() == [0.0, 0.0, 0.0]


def test_suggestions_use_the_calibrated_mz() -> None:
    analysis = gg.analyze(off_by(25.0))
    name = analysis.features["name"][5]
    found = analysis.suggest(5)
    assert name in found["name"].tolist()
    assert abs(float(found.set_index("name")["ppm"][name])) < 3
