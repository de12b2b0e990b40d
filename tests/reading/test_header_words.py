"""Headers of RT and m/z by their words."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.header_words import column_by_words, shows, words_of
from ganglioside.reading.headers import match_header, unit_of_header

ROWS = ("GM3 34:1,7.55,1151.71,31000", "GM3 36:1,8.95,1179.74,52000", "GM3 38:1,10.29,1207.77,9000")


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("RT neg", ""),
        ("RT (neg)", ""),
        ("RT C18", ""),
        ("RT (this work)", ""),
        ("RT sample (min)", "min"),
        ("Analyte RT (min)", "min"),
        ("RetentionTimeSec", "s"),
        ("Retention Time (RT)", ""),
        ("RT (mm:ss)", ""),
        ("LC RT [min]", "min"),
        ("ret", ""),
        ("Lipid tR, min", "min"),
        ("RT_corrected", ""),
    ],
)
def test_words_beside_a_retention_time(header: str, unit: str) -> None:
    assert match_header(["Lipid", header]).positions == {"name": 0, "rt": 1}
    assert unit_of_header(header) == unit


@pytest.mark.parametrize("header", ["MS2RT", "MS2 RT", "MSMS_RT", "Explicit Retention Time"])
def test_the_time_of_a_spectrum_or_of_a_list_of_targets_is_the_last_choice(header: str) -> None:
    assert match_header(["LipidIon", header]).positions == {"name": 0, "rt": 1}
    for other in ("RT", "BaseRt", "RT(min)", "Analyte RT", "C18RT"):
        assert match_header(["LipidIon", header, other]).positions == {"name": 0, "rt": 2}


@pytest.mark.parametrize(
    "header",
    ["Expected RT neg", "Target RT", "RT shift", "RT 1", "RT_S1", "RT range (min)", "ratio", "min",
     "RT error (min)", "product m/z", "m/z error (ppm)", "m/z max", "library m/z", "", "neg"],
)  # fmt: skip
def test_other_words_mean_something_else(header: str) -> None:
    assert match_header(["Lipid", header]).positions == {"name": 0}


def test_a_known_header_is_preferred_and_a_measured_value_to_a_calculated_one() -> None:
    header = match_header(["Lipid", "RT neg", "Calc. m/z", "RT", "Exp. m/z", "RT aligned"])
    assert header.positions == {"name": 0, "rt": 3, "mz": 4}
    assert match_header(["Lipid", "RT aligned", "RT pos"]).positions["rt"] == 2
    assert match_header(["Lipid", "Calc. m/z"]).positions["mz"] == 1


@pytest.mark.parametrize("header", ["Time", "Time (min)", "scan_time", "Elution"])
def test_a_time_is_that_of_retention_if_its_values_are(header: str) -> None:
    table = gg.read_features("\n".join([f"Lipid,{header},Precursor,Area", *ROWS]).encode())
    assert table.data["rt"].tolist() == [7.55, 8.95, 10.29]
    assert table.data["mz"].tolist() == [1151.71, 1179.74, 1207.77]


def test_numbers_with_all_their_decimals_show_times_and_masses() -> None:
    """As programs write doubles."""
    rows = [f"GM3 {34 + i}:1,{7.5 + i / 3!r},{1151.7 + i / 3!r}" for i in range(3)]
    table = gg.read_features("\n".join(["Lipid,Time,Precursor Ion", *rows]).encode())
    assert table.data["rt"].tolist() == [7.5 + i / 3 for i in range(3)]
    assert table.data["mz"].tolist() == [1151.7 + i / 3 for i in range(3)]


def test_a_time_of_sampling_and_a_name_of_a_precursor_are_none() -> None:
    rows = [f"GM3 {34 + i}:1,{12 * i}h,{24 * i},{8.5 + i},A{i}" for i in range(3)]
    table = gg.read_features("\n".join(["Lipid,group,Time,RT,Precursor", *rows]).encode())
    assert table.data["rt"].tolist() == [8.5, 9.5, 10.5]
    assert table.data["mz"].isna().all()
    with pytest.raises(ValidationError, match="no RT column"):
        gg.read_features("\n".join(["Lipid,Time", "GM3 34:1,24", "GM3 36:1,48"]).encode())


def test_cells_of_another_kind_show_nothing() -> None:
    assert not shows("rt", [])
    assert not shows("rt", ["0.5"] * 20)
    assert not shows("mz", ["12.5", "1179.7"])
    assert not shows("mz", ["1179.7", "x", "y"])


@given(st.text(max_size=60))
@examples(200)
def test_no_header_is_too_odd(header: str) -> None:
    column_by_words(header)
    assert all(word == word.casefold() and word for word in words_of(header))
