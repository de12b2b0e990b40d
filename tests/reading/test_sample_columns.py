"""Samples of wide tables."""

from __future__ import annotations

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.reading.sample_columns import describes_other

ROWS = ("GM3(34:1;O2),7.5", "GM3(36:1;O2),8.9", "GM1(36:1;O2),8.4")


def wide(*headers: str, above: str = "", areas: str = "12000,0,15000") -> gg.FeatureTable:
    header = ",".join(("Name", "RT", *headers))
    lines = [*([above] if above else []), header, *(f"{row},{areas}" for row in ROWS)]
    return gg.read_features("\n".join(lines).encode())


@pytest.mark.parametrize(
    "headers",
    [
        ("S1 Area", "S2 Area", "S3 Area"),
        ("Area: S1", "Area: S2", "Area: S3"),
        ("Area[S1]", "Area[S2]", "Area[S3]"),
        ("S1 (Peak area)", "S2 (Peak area)", "S3 (Peak area)"),
        ("S1", "S2", "S3"),
    ],
)
def test_each_usual_way_to_head_the_areas_of_samples(headers: tuple[str, ...]) -> None:
    data = wide(*headers).data
    assert data["sample"].unique().tolist() == ["S1", "S3"]  # an area of 0 was not found
    assert data["volume"].tolist() == [12000.0] * 3 + [15000.0] * 3
    assert data["row"].tolist() == [2, 3, 4] * 2


def test_one_heading_over_the_columns_of_all_samples() -> None:
    data = wide("S1", "S2", "S3", above=",,Peak area,,").data
    assert data["sample"].unique().tolist() == ["S1", "S3"]


def test_samples_over_blocks_with_an_rt_of_their_own() -> None:
    lines = ["", "Name,RT,Area,RT,Area", "GM1(36:1;O2),8.4,100,8.5,200", "GM3(36:1;O2),8.9,1,9,2"]
    lines[0] = ",left,,right,"
    data = gg.read_features("\n".join(lines).encode()).data
    assert data[["sample", "rt", "volume"]].to_numpy().tolist() == [
        ["left", 8.4, 100.0],
        ["left", 8.9, 1.0],
        ["right", 8.5, 200.0],
        ["right", 9.0, 2.0],
    ]


def test_means_and_deviations_are_no_samples() -> None:
    data = wide("S1", "Mean", "S2").data
    assert data["sample"].unique().tolist() == ["S1", "S2"]
    data = wide("S1", "RSD (%)", "S2").data
    assert data["sample"].unique().tolist() == ["S1", "S2"]


def test_small_numbers_under_unlike_headers_are_no_samples() -> None:
    read = wide("purity", "grade of", "note", areas="1,2,3")
    assert read.data["sample"].isna().all()
    assert list(read.carried) == ["purity", "grade of", "note"]


def test_a_feature_found_in_no_sample_keeps_one_row() -> None:
    data = wide("S1 Area", "S2 Area", "S3 Area", areas="0,,N/F").data
    assert data["row"].tolist() == [2, 3, 4]
    assert np.isnan(data["volume"]).all()


@pytest.mark.parametrize(
    "header",
    [
        *("liver_1", "M3", "KO 2", "0h", "sd-liver", "patient 12", "N_1", "N_02", "CE_1", "M1_CE"),
        *("mouse 3 N", "OH_1", "Z_2", "Low_1", "KO high 2b", "Left_1", "Batch_2", "line 4"),
    ],
)
def test_names_of_samples_are_not_taken_for_something_else(header: str) -> None:
    assert not describes_other(header)


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Mean",
            "SD_1",
            "RT_2",
            "N",
            "n of 6",
            "CE",
            "CE (V)",
            "Collision energy",
            "Low",
            "Batch",
        ),
        *("OH", "z", "Charge 1", "Group CV", "fold change 2", "Row ID", "peak start", "log2 S1"),
    ],
)
def test_columns_of_other_numbers_are_no_samples(header: str) -> None:
    assert describes_other(header)
