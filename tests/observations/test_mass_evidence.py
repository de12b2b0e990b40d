"""Errors of measured m/z as the model sees them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import rows_of_peaks

from ganglioside.observations.observations import Observations, observe
from ganglioside.reading.features import read_features


def observed(rows: pd.DataFrame) -> Observations:
    return observe(read_features(rows))


def by_row(values: np.ndarray, of: Observations) -> np.ndarray:
    result = np.empty(len(values))
    result[of.row] = values
    return result


def test_errors_are_without_their_systematic_part() -> None:
    rows = rows_of_peaks.plain()
    rows["m/z"] *= 1 + 9e-6
    rows.loc[6, "m/z"] *= 1 + 12e-6
    found = observed(rows)
    assert np.allclose(by_row(found.mass_offset, found), 9.0, atol=0.8)
    error = by_row(found.mass_error, found)
    assert abs(error[6] - 12) < 0.8
    assert np.abs(np.delete(error, 6)).max() < 0.8
    assert found.mass_shifts == ()


def test_mz_that_take_no_part_and_missing_ones_are_missing() -> None:
    rows = rows_of_peaks.plain()
    rows["m/z"] += 2.0145529
    rows.loc[3, "m/z"] = np.nan
    found = observed(rows)
    assert np.isnan(found.mass_error).all()
    [shift] = found.mass_shifts
    assert (shift.rows, shift.measured) == (20, 20)


def test_without_mz_there_are_no_errors() -> None:
    found = observed(rows_of_peaks.plain().drop(columns=["m/z", "Adduct"]))
    assert np.isnan(found.mass_error).all()
    assert not found.mass_offset.any()


def test_rows_in_any_order_have_the_same_errors() -> None:
    rows = rows_of_peaks.plain()
    rows["m/z"] *= 1 + 1e-6 * np.random.default_rng(0).normal(5, 2, len(rows))
    turned = rows.iloc[::-1].reset_index(drop=True)
    a, b = observed(rows), observed(turned)
    assert by_row(a.mass_error, a).tolist() == by_row(b.mass_error, b)[::-1].tolist()
