"""Names of one chain alone make longer ones of their class names of one chain too."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.validation import check_judgeable

ALONE = ("Cer 16:0", "Cer 22:0", "Cer 24:0", "Cer 24:1")


def read(*names: str) -> FeatureTable:
    lines = [f"{name},{5 + i},{1000 + i}" for i, name in enumerate(names)]
    return gg.read_features("\n".join(["Name,RT,Area", *lines]).encode())


def refused(*names: str) -> list[str]:
    """Names of a table that are refused as one chain alone."""
    table = read(*names)
    rows = table.data["fault"].str.contains("one chain alone").fillna(value=False)
    return table.data["name"][rows].tolist()


def test_the_longer_ones_of_a_class_are_refused_alike() -> None:
    table = read(*ALONE, "Cer 26:0", "Cer 30:0", "GM3 34:1")
    assert table.data["fault"].isna().tolist() == [False] * 6 + [True]
    problems = table.problems[table.problems["code"] == "one-chain"]
    assert problems["message"].tolist()[-1] == (
        "Cer 30:0 is one chain alone, as most names of Cer in this table are."
    )
    assert problems["advice"].nunique() == 1
    assert table.names.series == {"GM3"}


@pytest.mark.parametrize(
    "longer", ["SM C26:1", "SM(26:0)", "SM26:0", "SM(OH) 26:1", "SM 26:0 [M+H]+"]
)
def test_however_such_names_are_written(longer: str) -> None:
    assert longer in refused("SM C16:0", "SM(24:1)", "SM24:0", longer)


def test_where_most_names_of_the_class_are_sums_they_stay_sums() -> None:
    assert refused("Cer 24:1", "Cer 34:1", "Cer 42:1", "Cer 42:2") == ["Cer 24:1"]
    assert refused("Cer 24:1", "Cer 42:2") == ["Cer 24:1"]


def test_another_class_of_the_table_is_not_meant() -> None:
    assert refused(*ALONE, "SM 34:1", "HexCer 42:2") == list(ALONE)


@pytest.mark.parametrize(
    "name", ["Cer d34:1", "Cer 34:1;O2", "Cer(d18:1/26:0)", "Cer 18:1;O2/26:0", "Cer 26:0 d7 IS"]
)
def test_a_name_that_says_more_is_believed(name: str) -> None:
    assert refused(*ALONE, name) == list(ALONE)


def test_a_table_of_single_chains_alone_is_refused_with_their_cure() -> None:
    table = read(*ALONE, "Cer 26:0", "PC 34:1")
    with pytest.raises(ValidationError, match=r"Refused: 5, .* one chain alone.*Cer\(d18:1/18:0\)"):
        check_judgeable(table)
