"""The figures of merit, the plain method and the oracle on cases that can be checked by hand."""

from __future__ import annotations

import accuracy
import metrics
import numpy as np
import pandas as pd
import plain_method
import pytest
from judgement import ROWS

from ganglioside.simulation import facts

NA = pd.NA


def truth(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    defaults = {
        "verdict": ["valid"] * n,
        "isomer": [None] * n,
        "parent_id": [NA] * n,
        "parent": [None] * n,
        "true_rt": [10.0] * n,
        "wrong_anchor": [False] * n,
        "log_p_slip": [False] * n,
        "rt": [10.0] * n,
        "anchor": [False] * n,
        "series": ["GD1"] * n,
    }
    return pd.DataFrame({**defaults, **columns}).astype({"parent_id": "Int64"})


def answers(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    defaults = {
        "verdict": ["valid"] * n,
        "confidence": [1.0] * n,
        "parent_id": [NA] * n,
        "parent": [None] * n,
        "isomer": [None] * n,
        "predicted_rt": [10.0] * n,
        "rt_lower": [9.9] * n,
        "rt_upper": [10.1] * n,
        "log_p_flag": [False] * n,
    }
    return pd.DataFrame({**defaults, **columns}).astype({"parent_id": "Int64"})[ROWS]


def test_accuracy_counts_undetermined_as_wrong() -> None:
    said = answers(verdict=["valid", "undetermined", "outlier", "valid"])
    assert metrics.accuracy(truth(verdict=["valid", "valid", "outlier", "fragment"]), said) == 0.5


def test_macro_f1_is_the_mean_over_classes() -> None:
    true = truth(verdict=["valid", "valid", "fragment", "outlier"])
    said = answers(verdict=["valid", "fragment", "fragment", "valid"])
    # valid: 1 right of 2 true and 2 said; fragment: 1 of 1 true and 2 said; outlier: none
    assert metrics.macro_f1(true, said) == pytest.approx((0.5 + 2 / 3 + 0) / 3)


def test_macro_f1_leaves_out_what_is_not_there() -> None:
    assert metrics.macro_f1(truth(verdict=["valid"]), answers(verdict=["valid"])) == 1


def test_a_parent_is_right_by_row_or_by_name_where_it_has_none() -> None:
    true = truth(
        verdict=["fragment"] * 4 + ["adduct", "valid"],
        parent_id=[7, 7, NA, NA, 3, NA],
        parent=["A", "A", "B", "B", "C", None],
    )
    said = answers(
        verdict=["fragment", "fragment", "fragment", "fragment", "outlier", "valid"],
        parent_id=[7, 8, NA, 5, 3, NA],
        parent=["A", "A", "B", "B", "C", None],
    )
    assert metrics.parent_right(true, said) == 2 / 5


def test_isomer_labels_are_free_within_a_series() -> None:
    true = truth(isomer=["GD1a", "GD1a", "GD1b", "GD1b"])
    assert metrics.isomers_right(true, answers(isomer=["late", "late", "early", "early"])) == 1
    assert metrics.isomers_right(true, answers(isomer=["late", "early", "early", "early"])) == 0.75
    assert metrics.isomers_right(true, answers(isomer=[None] * 4)) == 0.5
    refused = answers(isomer=["a", "a", "b", "b"], verdict=["valid"] * 3 + ["outlier"])
    assert metrics.isomers_right(true, refused) == 0.75


def test_a_series_split_without_need_is_wrong_and_a_single_one_is_not_counted() -> None:
    true = truth(series=["GM1", "GM1", "GM3"], isomer=[None] * 3)
    assert metrics.isomers_right(true, answers(isomer=["early", "late", None])) == 0.5
    assert np.isnan(metrics.isomers_right(true, answers(isomer=[None] * 3)))


def test_only_letters_count_as_names() -> None:
    true = truth(isomer=["GD1a", "GD1b", "GD1b", "GD1a"])
    said = answers(isomer=["GD1a", "GD1a", "GD1 late", None])
    assert metrics.isomers_named(true, said) == 0.5


def test_anchors() -> None:
    true = truth(anchor=[True] * 4, wrong_anchor=[True, True, False, False])
    said = answers(verdict=["fragment", "undetermined", "valid", "outlier"])
    assert metrics.wrong_anchors_caught(true, said) == 0.5
    assert metrics.right_anchors_kept(true, said) == 0.5


def test_log_p() -> None:
    true = truth(log_p_slip=[True, True, False, False])
    said = answers(log_p_flag=[True, False, False, True])
    assert metrics.log_p_slips_caught(true, said) == 0.5
    assert metrics.log_p_false_flags(true, said) == 0.5


def test_rt_error_and_coverage_are_of_genuine_rows() -> None:
    true = truth(
        verdict=["valid", "valid", "valid", "outlier"],
        true_rt=[10.3, 9.6, 10.0, 99.0],
        rt=[10.05, 10.2, 10.0, 99.0],
    )
    said = answers(predicted_rt=[10.0, 10.0, np.nan, 10.0], rt_lower=[9.9, 9.9, np.nan, 9.9])
    assert metrics.rt_rmse(true, said) == pytest.approx(np.sqrt((0.09 + 0.16) / 2))
    assert metrics.interval_coverage(true, said) == 0.5


def test_calibration() -> None:
    true = truth(verdict=["valid"] * 3 + ["outlier"])
    said = answers(confidence=[0.95, 0.95, 0.55, 0.55])
    table = metrics.reliability(true, said)
    assert table["rows"].tolist() == [2, 2]
    assert table["right"].tolist() == [0.5, 1.0]
    assert metrics.calibration_error(true, said) == pytest.approx(0.05)
    assert np.isnan(metrics.calibration_error(true, answers(confidence=[np.nan] * 4)))


def test_certainty_falls_in_the_last_bin() -> None:
    table = metrics.reliability(truth(verdict=["valid"]), answers(confidence=[1.0]))
    assert table["bin"].tolist() == [0.9]


def plain_features(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    defaults = {
        "sample": [0] * n,
        "name": [f"row {i}" for i in range(n)],
        "log_p": [1.0] * n,
        "anchor": [False] * n,
        "series": ["GM1"] * n,
        "carbons": [36] * n,
        "double_bonds": [1] * n,
        "hydroxyls": [2] * n,
        "sugars": [5] * n,
    }
    return pd.DataFrame({**defaults, **columns})


def test_the_plain_method_refuses_what_is_off_its_line() -> None:
    features = plain_features(
        rt=[8.0, 9.01, 9.99, 11.0, 10.5],
        log_p=[1.0, 2.0, 3.0, 4.0, 2.0],
        carbons=[34, 36, 38, 40, 36],
        anchor=[True] * 4 + [False],
    )
    unseen = pd.DataFrame({"series": ["GM1", "GM3"], "log_p": [5.0, 5.0], "rt": [12.0, 12.0]})
    judged = plain_method.judge(features, unseen)
    assert judged.rows["verdict"].tolist() == ["valid"] * 4 + ["outlier"]
    assert judged.unseen["predicted_rt"][0] == pytest.approx(12.0, abs=0.02)
    assert np.isnan(judged.unseen["predicted_rt"][1])


def test_the_plain_method_takes_the_parent_with_most_sugars() -> None:
    features = plain_features(
        rt=[9.0, 9.05, 9.09, 9.25, 9.0],
        sugars=[3, 5, 6, 7, 8],
        carbons=[36, 36, 36, 36, 38],
        series=["GM3", "GM1", "GD1", "GT1", "GQ1"],
    )
    judged = plain_method.judge(features, features.iloc[:0])
    assert judged.rows["verdict"].tolist() == ["fragment"] * 2 + ["valid"] * 3
    assert judged.rows["parent_id"].tolist() == [2, 2, NA, NA, NA]


@pytest.fixture(scope="module")
def case() -> accuracy.Case:
    return accuracy.make_case("middle", seed=0)


def test_names_in_the_benchmark_are_those_of_the_simulation(case: accuracy.Case) -> None:
    assert set(case.features["series"]) <= set(facts.lines()["series"])


def test_unseen_names_are_not_in_the_table(case: accuracy.Case) -> None:
    assert len(case.unseen) == accuracy.N_UNSEEN
    assert not set(case.unseen["name"]) & set(case.raw["Name"])
    assert (case.unseen["rt"] - case.unseen["curve_rt"]).abs().max() < 0.1


def test_the_oracle_is_nearly_always_right_and_knows_how_often(case: accuracy.Case) -> None:
    judged = accuracy.METHODS["oracle"](case)
    assert metrics.accuracy(case.truth, judged.rows) > 0.97
    assert metrics.parent_right(case.truth, judged.rows) > 0.93
    assert metrics.isomers_right(case.truth, judged.rows) > 0.97
    assert metrics.calibration_error(case.truth, judged.rows) < 0.03
    assert metrics.unseen_coverage(judged.unseen) > 0.85


def test_the_oracle_is_better_than_the_plain_method(case: accuracy.Case) -> None:
    plain, oracle = (accuracy.METHODS[m](case) for m in ("plain", "oracle"))
    assert metrics.accuracy(case.truth, plain.rows) < metrics.accuracy(case.truth, oracle.rows)


def test_the_table_is_one_line_per_method() -> None:
    table = pd.DataFrame({"method": ["a", "b"], "accuracy": [0.5, np.nan], "ms": [1.6, 20.0]})
    assert accuracy.as_markdown(table).splitlines() == [
        "| method | accuracy | ms |",
        "|--------|----------|----|",
        "| a      | 0.500    | 2  |",
        "| b      | -        | 20 |",
    ]


def test_an_unknown_level_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        accuracy.parse_arguments(["--levels", "easy,moderate"])
    assert "moderate" in capsys.readouterr().err
