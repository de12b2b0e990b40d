"""Headers: which column is taken for which input column."""

from __future__ import annotations

import pytest

from ganglioside.columns import FEATURE_TABLE, INPUT_LABELS
from ganglioside.errors import SettingsError
from ganglioside.reading.headers import Alias, column_of_header, match_header, unit_of_header
from ganglioside.support.fact_tables import read_facts


def test_every_alias_maps_to_its_column() -> None:
    aliases = read_facts("column_aliases.csv", Alias)
    assert {a.column for a in aliases} == set(INPUT_LABELS)
    assert {a.unit for a in aliases} <= {"", "min", "s"}
    for alias in aliases:
        for text in (alias.alias, alias.alias.upper(), f"  {alias.alias}\t"):
            assert dict(match_header([text]).positions) == {alias.column: 0}


def test_input_columns_are_columns_of_the_feature_table() -> None:
    assert set(INPUT_LABELS) == set(FEATURE_TABLE) - {"feature_id", "row", "sheet", "fault"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("RT", ""),
        ("RT (min)", "min"),
        ("RT [min]", "min"),
        ("Average Rt(min)", "min"),
        ("rt_minutes", "min"),
        ("RT (s)", "s"),
        ("rt_sec", "s"),
        ("Retention time, seconds", "s"),
        ("rtmed", "s"),
        ("retention_time_in_seconds", "s"),
    ],
)
def test_units_of_retention_times(text: str, unit: str) -> None:
    header = match_header(["Name", text])
    assert header.positions["rt"] == 1
    assert header.rt_unit == unit


@pytest.mark.parametrize(
    "text",
    ["RT std", "RT max", "rt_range:min", "Reference RT", "predicted_rt", "RT error", "Height", ""],
)
def test_headers_that_only_resemble_one(text: str) -> None:
    assert match_header(["Name", text]).missing == ("rt",)


def test_the_best_of_several_columns_is_taken() -> None:
    header = match_header(["Species", "RT (min)", "RT", "Name"])
    assert header.positions == {"name": 3, "rt": 2}
    assert set(header.spare) == {("name", 0), ("rt", 1)}


def test_what_the_user_says_goes_first() -> None:
    header = match_header(["Name", "Species", "RT"], {"name": "Species"})
    assert header.positions["name"] == 1
    assert match_header(["Name", "RT"], {"Name": "other"}).unmet == (("name", "other"),)
    with pytest.raises(SettingsError, match="Colour"):
        match_header(["Name", "RT"], {"Colour": "x"})


@pytest.mark.parametrize(
    ("text", "column", "unit"),
    [
        ("Retentionszeit (Minuten)", "rt", "min"),
        ("保持時間 (分)", "rt", "min"),
        ("保留时间（秒）", "rt", "s"),
        ("머무름 시간(분)", "rt", "min"),
        ("Время удерживания, мин", "rt", "min"),
        ("Temps de rétention [secondes]", "rt", "s"),
        ("Peak area [cps]", "volume", ""),
        ("Area/counts", "volume", ""),
        ("Area (a.u.)", "volume", ""),
    ],
)
def test_units_in_other_languages_and_units_of_areas(text: str, column: str, unit: str) -> None:
    assert dict(match_header([text]).positions) == {column: 0}
    assert unit_of_header(text) == unit


@pytest.mark.parametrize("text", ["RT (s.d.)", "Area ratio", "RT (SD)"])
def test_other_words_behind_a_header_are_no_units(text: str) -> None:
    assert not match_header([text]).positions


def test_an_area_is_preferred_to_its_share() -> None:
    assert dict(match_header(["Area %", "Area (%)", "Area"]).positions) == {"volume": 2}
    assert dict(match_header(["Area %"]).positions) == {"volume": 0}


@pytest.mark.parametrize("header", ["tR Exp.", "tR (exp)", "Experimental tR", "tR (min)"])
def test_retention_times_of_papers(header: str) -> None:
    assert column_of_header(header) == "rt"


@pytest.mark.parametrize(
    "header",
    [
        *("Area (x10^6)", "Peak Area [x1000]", "Area (10^6)", "Area (1e6)", "Area [10³ counts]"),
        *("Area x 1000", "Area ×10⁶", "Area / 10^6", "Fläche [mAU*s]", "Area (x1,000)"),
    ],
)
def test_powers_of_ten_and_units_behind_an_area(header: str) -> None:
    assert column_of_header(header) == "volume"


@pytest.mark.parametrize(
    "header", ["Area (1000)", "Area (S1e6)", "RT (x10^6 min)", "Area (x10^6 m)"]
)
def test_numbers_that_are_no_powers_of_ten(header: str) -> None:
    assert column_of_header(header) != "volume"


@pytest.mark.parametrize(
    ("texts", "is_rt"),
    [
        (["Lipid", "RT_min", "RT_max"], False),
        (["Lipid", "rtmin", "rtmax"], False),
        (["Lipid", "RT min", "Area"], True),
        (["Lipid", "RT (min)", "RT max"], True),
        (["Lipid", "RT [min]", "RT_max"], True),
    ],
)
def test_a_minimum_beside_a_maximum_is_no_unit(texts: list[str], is_rt: bool) -> None:
    assert ("rt" in match_header(texts).positions) == is_rt


@pytest.mark.parametrize("header", ["-Log(P)", "-log P", "\N{MINUS SIGN}log p", "Log P-value"])
def test_the_logarithm_of_a_probability_is_no_partition_coefficient(header: str) -> None:
    assert match_header(["Lipid", "RT", header]).positions == {"name": 0, "rt": 1}


@pytest.mark.parametrize("header", ["XLogP3-AA", "SlogP", "logP (ChemAxon)", "Predicted logP"])
def test_log_p_of_other_programs(header: str) -> None:
    assert match_header(["Lipid", header, "TPSA"]).positions == {"name": 0, "log_p": 1}
    assert match_header(["Lipid", header, "Log P"]).positions["log_p"] == 2
