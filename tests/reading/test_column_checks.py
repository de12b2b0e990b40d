"""Checks of whole columns: units and values that can be measured."""

from __future__ import annotations

import numpy as np
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


def test_other_lipids_are_one_line_for_the_table_and_a_reason_for_each_row() -> None:
    names = ["PC 34:1", "GM1 36:1", "PC 36:2", "TG 54:3", "GM3 36:1"]
    rows = [f"{name},{9 + k / 10},1,F" for k, name in enumerate(names)]
    rows[3] = "TG 54:3,9.4,not measured,perhaps"  # nothing more is said of what takes no part
    read = gg.read_features("\n".join(["Name,RT,Volume,Anchor", *rows]).encode())
    found = read.problems[read.problems["severity"] != "info"]
    assert found["code"].tolist() == ["no-anchors"]
    (line,) = read.problems.loc[read.problems["code"] == "other-lipids", "message"]
    assert "3 (PC 2, TG 1)" in line
    assert read.data["fault"].notna().tolist() == [True, False, True, True, False]
    assert "LIPID MAPS GP01" in read.data["fault"][0]


def test_standards_and_features_without_a_name_are_kept_and_not_judged() -> None:
    rows = ["GM1 36:1,9.5,1", "GM1(d18:1/18:0-d3),9.4,none", "Unknown,9.6,none", ",9.7,1"]
    content = "\n".join(["Name,RT,Volume", *rows, "GM1-d3,9.4,1"]).encode()
    read = gg.read_features(content)
    rows = read.problems[read.problems["feature_id"].notna()]
    assert rows[["feature_id", "code", "severity"]].to_numpy().tolist() == [
        [1, "internal-standard", "info"],
        [2, "unannotated", "info"],
        [3, "name-missing", "error"],
        [4, "internal-standard", "info"],
    ]
    assert read.data["fault"].isna().tolist() == [True, False, False, False, False]
    assert "GM1(36:1;O2)" in read.data["fault"][1]


def test_ions_of_names_fill_empty_cells_and_are_said_once() -> None:
    rows = ["GM1(36:1)-H,9.5,", "GM3 36:1 [M-H]-,9.9,M-H", "GD3 36:1 [M-2H]2-,9.3,[M-H]-"]
    read = gg.read_features("\n".join(["Name,RT,Adduct", *rows, "GD1 36:1,9.2,"]).encode())
    assert read.data["adduct"].fillna("").tolist() == ["[M-H]-", "M-H", "[M-H]-", ""]
    said = read.problems[read.problems["code"].str.startswith("ion-")]
    assert said["code"].tolist() == ["ion-from-name", "ion-differs"]
    assert said["message"].iloc[0].startswith("Rows without an Adduct whose name gives the ion: 1,")
    assert "[M-2H]2-" in said["message"].iloc[1]
    without = gg.read_features(b"Name,RT\nGM1(36:1)-H,9.5\nGM3 36:1,9.9\n")
    assert without.data["adduct"].fillna("").tolist() == ["[M-H]-", ""]


@pytest.mark.parametrize(
    ("seconds", "unit"),
    [
        ((69, 90, 116, 118, 261, 929), True),
        ((69, 90, 116, 118, 119, 290), False),
        ((30, 36, 37, 42, 217, 574), True),
        ((8, 9, 9.5, 10, 11, 957), False),
    ],
)
def test_a_table_of_seconds_with_a_short_median(seconds: tuple[float, ...], unit: bool) -> None:
    """No run takes 929 min, whatever half of the features do."""
    lines = [f"GM3({30 + 2 * i}:1;O2),{rt}" for i, rt in enumerate(seconds)]
    table = gg.read_features("\n".join(["Name,RT", *lines]).encode())
    divisor = 60 if unit else 1
    known = [rt / divisor if rt / divisor <= 300 else np.nan for rt in seconds]
    assert table.data["rt"].tolist() == pytest.approx(known, nan_ok=True)


def test_rows_without_a_peak_are_no_faults_only_where_samples_are_listed() -> None:
    head = "Name,RT,Area,Sample\nGM3 34:1,7.5,9000,S1\nGM3 36:1,8.9,8000,S1\n"
    table = gg.read_features((head + "GM3 34:1,,,S2\nGM3 36:1,,7000,S2\n").encode())
    assert table.data["fault"].fillna("").tolist()[2:] == [
        "No peak was found in this sample.",
        "The retention time is missing.",
    ]
    alone = gg.read_features(b"Name,RT,Area\nGM3 34:1,7.5,9000\nGM3 36:1,,\n")
    assert "rt-missing" in set(alone.problems["code"])


def of_samples(*rows: str, headers: str = "S1 Area,S2 Area") -> gg.FeatureTable:
    lines = [f"Name,RT,{headers}", *(f"GM3({34 + i}:1;O2),{9 + i},{row}"
             for i, row in enumerate(rows))]  # fmt: skip
    return gg.read_features("\n".join(lines).encode())


def test_cells_of_samples_that_hold_no_area_are_named_once() -> None:
    read = of_samples("12O45,10", "*,11", "9,12", "8,-1", "*,13", "7,1e99", "6,5")
    (problem,) = read.problems[read.problems["code"] == "sample-cells"].itertuples()
    assert problem.value == (
        'S1 Area: "12O45" (row 2), "*" (rows 3, 6); S2 Area: "-1" (row 5), "1e99" (row 7)'
    )
    assert (problem.severity, problem.column) == ("warning", "")
    assert read.data.loc[read.data["sample"] == "S1", "volume"].tolist() == [9, 8, 7, 6]


def test_cells_of_samples_without_a_value_are_no_fault() -> None:
    read = of_samples("12,0", ",11", "N/F,<LOD", "9,n.d.")
    assert "sample-cells" not in set(read.problems["code"])
    refused = gg.read_features(b"Name,RT,S1 Area,S2 Area\nGM3(34:1;O2),9,1,2\nPC 34:1,9,*,3\n")
    assert "sample-cells" not in set(refused.problems["code"])


def test_times_of_samples_that_are_no_times_are_named() -> None:
    read = of_samples("7,abc,8", "6,9.5,5", headers="S1 Area,S1 RT,S2 Area")
    (problem,) = read.problems[read.problems["code"] == "sample-cells"].itertuples()
    assert (problem.column, problem.value) == ("S1 RT", 'S1 RT: "abc" (row 2)')


@pytest.mark.parametrize("word", ["Summe", "Mittelwert", "合计", "Total", "Average", "SD:"])
def test_a_row_that_sums_up_the_others_takes_no_part(word: str) -> None:
    wide = "Name,RT,S1,S2,S3\nGM3(34:1;O2),9.2,1000,2000,3000\nGM3(36:1;O2),9.9,1000,2000,3000\n"
    read = gg.read_features(f"{wide}{word},,2000,4000,6000\n".encode())
    of_row = read.problems[read.problems["row"] == 4]
    assert of_row[["code", "severity"]].to_numpy().tolist() == [["summary-row", "info"]]
    assert not read.data.loc[read.data["row"] == 4, "fault"].isna().any()


def test_the_word_for_a_sum_may_be_in_the_first_column() -> None:
    read = gg.read_features(
        "序号,Name,RT,Area\n1,GM3(34:1;O2),9.2,10\n合计,,,10\n3,,9,1\n".encode()
    )
    rows = read.problems[read.problems["row"] > 1]
    assert rows[["row", "code"]].to_numpy().tolist() == [[3, "summary-row"], [4, "name-missing"]]
    assert read.data["fault"].isna().tolist() == [True, False, False]


def test_areas_with_a_spread_or_a_percent_sign_are_read_and_told() -> None:
    read = gg.read_features(
        "Name,RT,Area\nGM3(34:1;O2),9,5 ± 1\nGM3(36:1;O2),10,7.5 %\nGM3(38:1;O2),11,8\n".encode()
    )
    assert read.data["volume"].tolist() == [5.0, 7.5, 8.0]
    (note,) = read.problems.loc[read.problems["code"] == "number-form", "message"]
    assert '"5 ± 1" was read as 5.' in note
