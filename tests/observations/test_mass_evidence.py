"""Errors of measured m/z as the model sees them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import rows_of_peaks

import ganglioside as gg
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


def with_misstated_ion(row: int) -> pd.DataFrame:
    """Rows of which one has the m/z of its formate, though Adduct says the plain ion."""
    rows = rows_of_peaks.plain()
    rows["m/z"] *= 1 + 9e-6
    rows.loc[row, "m/z"] += rows_of_peaks.as_ion(rows, "[M+HCOO]-").loc[row, "m/z"]
    rows.loc[row, "m/z"] -= rows_of_peaks.as_ion(rows, "[M-H]-").loc[row, "m/z"]
    return rows


def test_an_mz_of_another_ion_than_the_table_says_is_that_of_the_name() -> None:
    found = observed(with_misstated_ion(6))
    misstated = by_row(found.ion_misstated, found)
    assert np.flatnonzero(misstated).tolist() == [6]
    assert np.abs(by_row(found.mass_error, found)).max() < 1.0
    assert [found.other_ion(k) for k in np.flatnonzero(found.ion_misstated)] == ["[M+HCOO]-"]
    [shift] = found.other_ions
    assert (shift.rows, shift.measured, shift.fits) == (1, 21, "[M+HCOO]-")


def test_where_many_share_a_shift_it_is_that_of_the_table() -> None:
    rows = rows_of_peaks.as_ion(rows_of_peaks.plain(), "[M+HCOO]-").assign(Adduct="[M-H]-")
    found = observed(rows)
    assert found.mass_shifts != ()
    assert found.other_ions == ()
    assert not found.ion_misstated.any()


def wrong(analysis: gg.Analysis) -> float:
    """Probability that the name of row 6 is wrong."""
    of_row = analysis.explain(6).hypotheses
    return sum(h.probability for h in of_row if h.statement.startswith("the name is wrong"))


def test_a_name_with_a_misstated_ion_is_valid_less_surely_and_told_of() -> None:
    plain = gg.analyze(rows_of_peaks.plain())
    analysis = gg.analyze(with_misstated_ion(6))
    row, before = analysis.features.loc[6], plain.features.loc[6]
    assert row["verdict"] == before["verdict"] == "valid"
    assert row["confidence"] < before["confidence"]
    assert wrong(analysis) > 5 * wrong(plain)
    words = "its m/z is that of [M+HCOO]-, though the table says [M-H]-"
    assert words in row["reason"]
    assert analysis.features["reason"].str.contains("though the table says").sum() == 1
    told = "as [M+HCOO]-, which the table does not say"
    assert told in analysis.explain(6).hypotheses[0].basis
    assert "As [M+HCOO]-, which the table does not say" in str(analysis.score_card(6))
    [message] = analysis.findings.loc[analysis.findings["code"] == "ion-misstated", "message"]
    assert "m/z of 1 of 21 rows lies 46.0" in message
    assert "[M+HCOO]-" in message


def test_names_with_misstated_ions_teach_nothing() -> None:
    """A library gives names by mass alone; those beside their line would widen all intervals."""
    rows = with_misstated_ion(6)
    alone = gg.analyze(rows).features
    rows.loc[6, "RT"] += 0.05
    beside = gg.analyze(rows).features
    others = alone["feature_id"] != 6
    width = (alone["rt_upper"] - alone["rt_lower"])[others]
    assert np.allclose((beside["rt_upper"] - beside["rt_lower"])[others], width, atol=1e-3)
    assert np.allclose(beside["predicted_rt"][others], alone["predicted_rt"][others], atol=1e-3)
